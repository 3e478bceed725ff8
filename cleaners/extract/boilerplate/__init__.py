"""What is not the article: rules as data, judges for lines of HTML and of plain text, lines learned by site."""
