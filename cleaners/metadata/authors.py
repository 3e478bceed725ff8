"""Who wrote and who edited: the places on a page in the order of trust."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from cleaners.chinese import script
from cleaners.items import Line
from cleaners.metadata import byline, posts
from cleaners.metadata.declared import Declared
from cleaners.metadata.info_lines import Answer, Near, Piece, own
from cleaners.metadata.markup import Marked
from cleaners.metadata.names import is_organisation, people
from cleaners.metadata.page_regions import Zones

_BY = re.compile(r"^by\s+", re.IGNORECASE)
_ENGLISH_BYLINE = re.compile(
    r"(?P<by>[Bb][Yy]:?\s+)?(?P<names>[A-Z][\w'.-]*(?:,? (?:and |& |with )?[A-Z][\w'.-]*){1,9})"
    r"(?: (?:in|at|from) [A-Z].{0,40})?\s*(?:[|/•·(,-].*)?$"
)
_AND = re.compile(r",? (?:and|with) |,? & |, ")
_ENGLISH_NAME = re.compile(r"[A-Z][\w'.-]*(?: [A-Z][\w'.-]*){1,3}")
_HOUSE = re.compile(
    r"\b(?:News|Press|Insider|Staff|Editors?|Desk|Bureau|Team|Media|Times|Post|Agency|Reuters|AFP)\b|[@/:]",
    re.IGNORECASE,
)


def authors(
    zones: Zones, near: Near, source: str | None, declared: Declared, marks: Sequence[Marked], lines: Sequence[Line]
) -> Answer | None:
    """The first place that names people: beside the headline, the dateline, brackets at the end, behind the text.

    Where no place does: who posted, and whoever the page calls its author.
    """
    return (
        _signed(zones, near, source)
        or _confirmed(near, declared)
        or posts.people_marked(marks)
        or _before_account(near)
        or posts.poster(near, marks, lines)
        or posts.called_author((*near.around, *near.below))
    )


def _before_account(near: Near) -> Answer | None:
    for piece in near.top[:3]:
        if names := byline.before_account(piece.furniture):
            return Answer(values=own(names, piece.line), rule="name before account", line=piece.index)
    return None


def _confirmed(near: Near, declared: Declared) -> Answer | None:
    """The people whom the head declares and a line beside the headline shows; alone either may be an editor."""
    told = [name for _, value in declared.authors for name in people(script.fold(value), named=True)]
    for piece in near.top:
        shown = [token for text in piece.unlabelled for token in re.split(r"[\s,、|/]+", text)]
        if names := tuple(dict.fromkeys(name for name in told if name in shown)):
            return Answer(values=own(names, piece.line), rule="declared and shown", line=piece.index)
    return None


def _signed(zones: Zones, near: Near, source: str | None) -> Answer | None:
    for piece in near.around:
        for rule, names in _beside(piece, source):
            if names:
                return Answer(values=own(names, piece.line), rule=rule, line=piece.index)
    for piece in near.top:
        if names := byline.beside_date(piece.furniture):
            return Answer(values=own(names, piece.line), rule="name beside date", line=piece.index)
    for line in (*zones.first, *zones.last):
        if names := byline.reprinted(line.text):
            return Answer(values=own(names, line), rule="author in reprint notice")
    for line in zones.first:
        if names := byline.dateline(line.text):
            return Answer(values=own(names, line), rule="dateline")
    for line in zones.last:
        if names := byline.final(line.text):
            return Answer(values=own(names, line), rule="brackets at the end")
    for piece in near.below:
        for rule, names in (*_beside(piece, None), ("brackets", byline.final(piece.line.text))):
            if names:
                return Answer(values=own(names, piece.line), rule=f"{rule} at the end", line=piece.index)
    return None


def _beside(piece: Piece, source: str | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield "author label", byline.labelled(piece.furniture)
    yield "name after source", byline.after_source(piece.furniture, source)
    for found in map(byline.standing, piece.unlabelled):
        if found:
            yield found.rule, found.names


def declared_authors(declared: Declared) -> Answer | None:
    """The people a head declares: trusted only on pages that are not Chinese, whose systems fill it with editors."""
    for rule, value in declared.authors:
        names = [name.strip() for name in _BY.sub("", value.replace(" and ", ",")).split(",")]
        people = tuple(name for name in names if 2 < len(name) <= 40 and " " in name and not _HOUSE.search(name))
        if people and not is_organisation(value):
            return Answer(values=people, rule=rule)
    return None


def english_authors(near: Near) -> Answer | None:
    """The byline of a page in English: ``By ZHAO LIANG and WEN QIONG in Ganting``, ``Author: Zhao Liang``."""
    for piece in near.around:
        named = piece.furniture.first("author")
        match = _ENGLISH_BYLINE.match(named.text if named else piece.unlabelled[0] if piece.unlabelled else "")
        if match and (named or match["by"]):
            names = tuple(name.strip() for name in _AND.split(match["names"]))
            if all(_ENGLISH_NAME.fullmatch(name) and not _HOUSE.search(name) for name in names):
                return Answer(values=names, rule="byline", line=piece.index)
    return None


def editors(near: Near) -> tuple[Answer, ...]:
    """All lines that name editors, in order."""
    found = []
    for piece in (*near.above, *near.top, *near.below):
        names = byline.editors(piece.furniture)
        if names or any(value.role == "editor" for value in piece.furniture.values):
            found.append(Answer(values=own(names, piece.line), rule="editor label", line=piece.index))
    return tuple(found)
