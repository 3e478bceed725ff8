"""From bytes to lines: decoding, then the lines of a page with what the page is made of."""
