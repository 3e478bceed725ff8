"""Options that say which column of a table is which, for all commands that read tables, and which are written."""

from __future__ import annotations

from typing import Annotated

import typer

from cleaners.errors import UsageError

_HELP = "Tables: the column with the {}; a table without it goes by the usual names."

HtmlColumn = Annotated[
    str | None, typer.Option("--html-column", metavar="NAME", help=_HELP.format("page, or a part of it, as HTML"))
]
TextColumn = Annotated[str | None, typer.Option("--text-column", metavar="NAME", help="The same for the plain text.")]
UrlColumn = Annotated[str | None, typer.Option("--url-column", metavar="NAME", help="For the address.")]
TitleColumn = Annotated[str | None, typer.Option("--title-column", metavar="NAME", help="For the headline.")]
PublishedColumn = Annotated[
    str | None, typer.Option("--published-column", metavar="NAME", help="For when it was published.")
]
SourceColumn = Annotated[str | None, typer.Option("--source-column", metavar="NAME", help="For the 来源.")]
AuthorColumn = Annotated[str | None, typer.Option("--author-column", metavar="NAME", help="For the authors.")]
SectionColumn = Annotated[str | None, typer.Option("--section-column", metavar="NAME", help="For section or category.")]

FieldsOption = Annotated[
    str | None, typer.Option("--columns", metavar="A,B", help="Write only these columns of the records, in this order.")
]


def chosen_fields(names: str | None) -> tuple[str, ...] | None:
    """The names in a ``--columns``; None: all. Raises UsageError for none."""
    if names is None:
        return None
    found = tuple(dict.fromkeys(filter(None, map(str.strip, names.split(",")))))
    if not found:
        raise UsageError("--columns names none: give it names with commas between them, as id,text,url")
    return found
