"""All fields of one page, each by its own module, from the same few lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from cleaners.blocks import Blocks
from cleaners.items import Metadata
from cleaners.metadata import byline, section, source
from cleaners.metadata.declared import Declared, read_declared
from cleaners.metadata.folded import Folded
from cleaners.metadata.furniture import Furniture, take_apart
from cleaners.metadata.optout import opt_out
from cleaners.metadata.published import published
from cleaners.metadata.title import headline
from cleaners.metadata.zones import Zones, divide, paragraphs

_SHORT = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A short line near the headline, folded and taken apart."""

    line: Folded
    furniture: Furniture

    @property
    def index(self) -> int:
        return self.line.index


@dataclass(slots=True, kw_only=True)
class _Draft:
    """What has been found so far."""

    claims: dict[int, str] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)

    def claim(self, line: int, role: str) -> None:
        self.claims.setdefault(line, role)


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def find(
    blocks: Blocks, *, timezone: str = "Asia/Shanghai", publisher: str | None = None, fetched_at: datetime | None = None
) -> Metadata:
    """Read what a page says of itself; what it does not say stays None.

    ``timezone`` (IANA name) holds for dates without an offset. ``publisher`` is the site's own name, where known: 来源：本站
    then means it. ``fetched_at`` (with a timezone) makes sense of relative dates and refuses dates in the future.
    """
    declared = read_declared(blocks.head)
    texts = paragraphs(blocks.lines)
    title = headline(blocks.lines, texts, blocks.head, declared, publisher)
    zones = divide(blocks.lines, texts, title.lines)
    above, top, below = _pieces(zones.above), _pieces(zones.top), _pieces(zones.below)
    draft = _Draft(claims=dict.fromkeys(title.lines, "title"))
    if title.text:
        draft.rules["title"] = title.rule
    near = [(piece.index, piece.furniture) for piece in (*top, *reversed(above))]
    date = published(near, [(p.index, p.furniture) for p in below], declared, _zone(timezone), fetched_at)
    if date:
        draft.rules["published"] = date.rule
        if date.line is not None:
            draft.claim(date.line, "source line")
    editors = _editors((*top, *above, *below), draft)
    origin, house = _source(top, above, below, declared, publisher, draft)
    authors = _authors(zones, top, above, below, origin, draft)
    return Metadata(
        title=title.text,
        published=date.moment if date else None,
        authors=authors,
        editors=editors,
        source=origin or house,
        section=_section(blocks, zones, top, declared, title.text, draft),
        title_line=title.lines[0] if title.lines else None,
        claims=draft.claims,
        rules=draft.rules,
        opt_out=opt_out(blocks.head),
    )


def _pieces(lines: Sequence[Folded]) -> tuple[_Piece, ...]:
    """Short lines taken apart; a line that ends in a bare label is read together with the next one."""
    found, skip = [], -1
    for place, line in enumerate(lines):
        if len(line.text) > _SHORT or line.index == skip:
            continue
        furniture = take_apart(line.text)
        follow = lines[place + 1] if place + 1 < len(lines) else None
        if follow and _waits(furniture) and len(follow.text) <= 40 and not take_apart(follow.text).labelled:
            line = Folded(index=line.index, raw=f"{line.raw} {follow.raw}", text=f"{line.text} {follow.text}")
            furniture, skip = take_apart(line.text), follow.index
        found.append(_Piece(line=line, furniture=furniture))
    return tuple(found)


def _waits(furniture: Furniture) -> bool:
    last = furniture.values[-1] if furniture.values else None
    return last is not None and not last.text and furniture.text.endswith(":") and not furniture.dates


def _unlabelled(piece: _Piece) -> str:
    """What stands before the first label of a line, all of it where there is none."""
    if not piece.furniture.labelled:
        return piece.line.text
    return "" if piece.furniture.dates or not piece.furniture.free else piece.furniture.free[0]


def _own(names: Sequence[str], line: Folded) -> tuple[str, ...]:
    return tuple(line.own(name) for name in names)


def _editors(pieces: Sequence[_Piece], draft: _Draft) -> tuple[str, ...]:
    found: list[str] = []
    for piece in pieces:
        if any(value.role == "editor" for value in piece.furniture.values):
            draft.claim(piece.index, "source line" if piece.furniture.dates else "editor")
            found += _own(byline.editors(piece.furniture), piece.line)
    if found:
        draft.rules["editors"] = "editor label"
    return tuple(dict.fromkeys(found))


def _source(
    top: Sequence[_Piece], above: Sequence[_Piece], below: Sequence[_Piece], declared: Declared, publisher: str | None, draft: _Draft,
) -> tuple[str | None, str | None]:
    known = [name for _, name in (*declared.sources, *declared.authors)] + ([publisher] if publisher else [])
    near = (*top, *reversed(above))
    for piece, answer in [(p, source.labelled(p.furniture, publisher)) for p in near]:
        if answer:
            draft.claim(piece.index, "source line")
            draft.rules["source"] = answer.rule
            return piece.line.own(answer.value), None
    for rule, value in declared.sources:
        if answer := source.declared(value):
            draft.rules["source"] = rule
            return answer, None
    for piece, answer in [(p, source.beside_date(p.furniture, known)) for p in near] + [(p, source.account(p.furniture)) for p in top[:3]]:
        if answer:
            draft.claim(piece.index, "source line")
            draft.rules["source"] = answer.rule
            return piece.line.own(answer.value), None
    for piece, answer in [(p, source.labelled(p.furniture, publisher)) for p in below]:
        if answer:
            draft.claim(piece.index, "source line")
            draft.rules["source"] = answer.rule
            return piece.line.own(answer.value), None
    for piece in top:
        found = byline.standing(_unlabelled(piece))
        if found and found.publisher:
            draft.rules["source"] = found.rule
            return piece.line.own(found.publisher), None
    return None, None


def _authors(
    zones: Zones, top: Sequence[_Piece], above: Sequence[_Piece], below: Sequence[_Piece], origin: str | None, draft: _Draft
) -> tuple[str, ...]:
    for piece in (*top, *above):
        names, rule = byline.labelled(piece.furniture), "author label"
        if not names:
            names, rule = byline.after_source(piece.furniture, origin), "name after source"
        if not names and (found := byline.standing(_unlabelled(piece))):
            names, rule = found.names, found.rule
        if names:
            draft.claim(piece.index, "source line" if piece.furniture.dates else "byline")
            draft.rules["authors"] = rule
            return _own(names, piece.line)
    for line in zones.first:
        if names := byline.dateline(line.text):
            draft.rules["authors"] = "dateline"
            return _own(names, line)
    for line in zones.last:
        if names := byline.final(line.text):
            draft.rules["authors"] = "brackets at the end"
            return _own(names, line)
    for piece in below:
        names, rule = byline.labelled(piece.furniture), "author label at the end"
        if not names and (found := byline.standing(_unlabelled(piece))):
            names, rule = found.names, f"{found.rule} at the end"
        if not names:
            names, rule = byline.final(piece.line.text), "brackets at the end"
        if names:
            draft.claim(piece.index, "byline")
            draft.rules["authors"] = rule
            return _own(names, piece.line)
    return ()


def _section(
    blocks: Blocks, zones: Zones, top: Sequence[_Piece], declared: Declared, title: str | None, draft: _Draft
) -> str | None:
    for piece in top:
        if value := piece.furniture.first("section"):
            draft.rules["section"] = f"label {value.label}"
            return piece.line.own(value.text.split()[0])
    near = [*reversed(zones.above), *zones.top]
    found = section.trail(blocks.lines, [(line.index, line.text) for line in near], title)
    if found:
        draft.claim(found.line, "breadcrumb")
        if found.section:
            draft.rules["section"] = "breadcrumb"
            return next(line for line in near if line.index == found.line).own(found.section)
    for rule, value in declared.sections:
        if len(value) <= 12:
            draft.rules["section"] = rule
            return value
    return None
