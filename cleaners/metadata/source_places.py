"""The source of a page: the places that may name it, in the order of trust."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from cleaners.metadata import byline, source
from cleaners.metadata.cells import cell_source
from cleaners.metadata.declared import Declared
from cleaners.metadata.info_line import Furniture, take_apart
from cleaners.metadata.info_lines import Answer, Near, Piece
from cleaners.metadata.markup import Marked
from cleaners.metadata.names import is_person
from cleaners.metadata.source import Named

Rule = Callable[[Furniture], Named | None]


def origin(
    near: Near, declared: Declared, publisher: str | None, marks: Sequence[Marked], *, chinese: bool
) -> Answer | None:
    """Label beside the headline, head, name beside the date, label behind the text, house of the byline, markup, table.

    An account shows its name above what others wrote too: a label behind the text is asked first.
    """
    cell = cell_source(declared.columns, publisher)
    known = [name for _, name in (*declared.sources, *declared.authors)] + ([publisher] if publisher else [])
    known = [*filter(lambda name: not is_person(name, named=False), known), *(cell.values if cell else ())]

    def labelled(furniture: Furniture) -> Named | None:
        return source.labelled(furniture, publisher)

    def beside_date(furniture: Furniture) -> Named | None:
        return source.beside_date(furniture, known)

    found = _first(near.around, labelled) or _declared(declared)
    if found or not chinese:
        return found or cell
    return (
        _first(near.around, beside_date)
        or _first(near.below, labelled)
        or _first(near.top[:3], source.account)
        or _above_date(near.top[:6])
        or _house(near.top)
        or _marked(marks)
        or cell
    )


def _marked(marks: Sequence[Marked]) -> Answer | None:
    """A name that the markup calls source or account."""
    for mark in marks:
        if mark.role in ("source", "account"):
            name = source.cut(mark.text)
            if len(name) > 2 and source.may_name_account(name) and not take_apart(mark.text).labelled:
                return Answer(values=(mark.own(name),), rule=f"{mark.role} in markup", line=mark.line)
    return None


def _first(pieces: Sequence[Piece], rule: Rule) -> Answer | None:
    for piece in pieces:
        if named := rule(piece.furniture):
            return Answer(values=(piece.line.own(named.name),), rule=named.rule, line=piece.index)
    return None


def _declared(declared: Declared) -> Answer | None:
    for rule, value in declared.sources:
        if name := source.declared(value):
            return Answer(values=(name,), rule=rule)
    return None


def _above_date(pieces: Sequence[Piece]) -> Answer | None:
    """A publisher's name that fills a line, with the date alone in the next one: the head of a post."""
    for piece, follow in pairwise(pieces):
        if follow.furniture.dates and not follow.furniture.free and (name := source.alone(piece.line.text)):
            return Answer(values=(piece.line.own(name),), rule="publisher above date", line=piece.index)
    return None


def _house(pieces: Sequence[Piece]) -> Answer | None:
    """The publisher in a byline; 某报记者王某 beside the date is the page's own reporter."""
    for piece in pieces:
        for found in filter(None, map(byline.standing, piece.unlabelled)):
            own_reporter = piece.furniture.dates and f"{found.publisher}记者" in piece.line.text
            if not found.publisher or own_reporter:
                continue
            return Answer(values=(piece.line.own(found.publisher),), rule=found.rule)  # the authors claim the line
    return None
