"""What kept lines are to a reader: paragraphs, headings, list items, quotes, rows of a table. As text, as Markdown."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from cleaners.items import Line
from cleaners.page.lines import PageLines
from cleaners.page.lines.head import join

Kind = Literal["paragraph", "heading", "item", "quote", "row"]
# Where pages keep the address of an image that is loaded late; the plain src is then a placeholder.
_LATE = ("data-original", "data-src", "data-lazy-src", "data-echo", "data-url", "src")
_CELL = 300
_SMALL = frozenset(str(pixels) for pixels in range(41))


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPiece:
    """One paragraph, or what stands for one."""

    kind: Kind
    texts: tuple[str, ...]
    """One text; a row: its cells."""
    first: int
    """Index of the first line."""
    level: int = 0
    """Heading: 1..6. Item: how deep the list is nested, from 1."""
    ordered: bool = False
    """Item: of a numbered list."""
    group: int = -1
    """Item, row: the list or table it belongs to, as an index into ``PageLines.nodes``."""


def pieces(blocks: PageLines, lines: Sequence[Line], container: int) -> list[LayoutPiece]:
    """The kept lines in order; ``container`` is the block that holds the article: what encloses it is layout."""
    kept = [(i, line) for i, line in enumerate(lines) if line.verdict == "keep"]
    paths = {line.node: _path(blocks, line.node, container) for _, line in kept}
    tables = _data_tables(blocks, [line for _, line in kept], paths)
    lists = _lists(blocks, [line for _, line in kept], paths)
    found: list[LayoutPiece] = []
    for row, members in groupby(kept, key=lambda m: _enclosing(blocks, paths[m[1].node], "tr")):
        group = list(members)
        table = _enclosing(blocks, paths[group[0][1].node], "table")
        if row >= 0 and table in tables:
            cells = tuple(" ".join(x.text for _, x in c) for _, c in groupby(group, key=lambda m: m[1].node))
            found.append(LayoutPiece(kind="row", texts=cells, first=group[0][0], group=table))
        else:
            found += [_piece(blocks, i, line, paths[line.node], lists) for i, line in group]
    return found


def _path(blocks: PageLines, node: int, container: int) -> tuple[int, ...]:
    """The blocks around a line inside the container, innermost first, the line's own included."""
    path = []
    while node > container:
        path.append(node)
        node = blocks.parents[node]
    return tuple(path)


def _enclosing(blocks: PageLines, path: Sequence[int], *tags: str) -> int:
    return next((node for node in path if blocks.nodes[node].tag in tags), -1)


def _data_tables(blocks: PageLines, kept: Sequence[Line], paths: dict[int, tuple[int, ...]]) -> frozenset[int]:
    """Tables that hold data: two rows with two short cells each; the others only lay out the page."""
    rows: dict[int, dict[int, set[int]]] = {}
    layout = set()
    for line in kept:
        path = paths[line.node]
        table, row = _enclosing(blocks, path, "table"), _enclosing(blocks, path, "tr")
        if table >= 0 and row > table:
            cell = _enclosing(blocks, path, "td", "th")
            rows.setdefault(table, {}).setdefault(row, set()).add(cell)
            if len(line.text) > _CELL:
                layout.add(table)
    return frozenset(
        table
        for table, own in rows.items()
        if table not in layout and sum(len(cells) >= 2 for cells in own.values()) >= 2
    )


def _lists(blocks: PageLines, kept: Sequence[Line], paths: dict[int, tuple[int, ...]]) -> frozenset[int]:
    """Lists with at least two items that were kept."""
    items: dict[int, set[int]] = {}
    for line in kept:
        path = paths[line.node]
        item = _enclosing(blocks, path, "li")
        if item >= 0:
            items.setdefault(blocks.parents[item], set()).add(item)
    return frozenset(node for node, own in items.items() if len(own) >= 2)


def _piece(blocks: PageLines, index: int, line: Line, path: Sequence[int], lists: frozenset[int]) -> LayoutPiece:
    if line.heading:
        return LayoutPiece(kind="heading", texts=(line.text,), first=index, level=line.heading)
    item = _enclosing(blocks, path, "li")
    if item >= 0 and (owner := blocks.parents[item]) in lists:
        depth = sum(blocks.nodes[node].tag in ("ul", "ol") for node in path)
        ordered = blocks.nodes[owner].tag == "ol"
        return LayoutPiece(
            kind="item", texts=(line.text,), first=index, level=max(1, depth), ordered=ordered, group=owner
        )
    quoted = _enclosing(blocks, path, "blockquote") >= 0
    return LayoutPiece(kind="quote" if quoted else "paragraph", texts=(line.text,), first=index)


def as_text(found: Sequence[LayoutPiece]) -> str:
    """One paragraph a line; the cells of a row are set apart by ``|``."""
    return "\n".join(" | ".join(piece.texts) for piece in found)


def as_markdown(found: Sequence[LayoutPiece], blocks: PageLines, container: int) -> str | None:
    """The same as Markdown with images; None where the article has no structure to show."""
    images = _images(blocks, found, container)
    if not images and all(piece.kind == "paragraph" for piece in found):
        return None
    out: list[str] = []
    for (kind, _), members in groupby(found, key=lambda p: (p.kind, p.group)):
        if kind == "row":
            same = list(members)
            out += [images[p.first] for p in same if p.first in images]
            out.append("\n".join(_table(same)))
        elif kind == "item":
            same = list(members)
            out += [images[p.first] for p in same if p.first in images]
            out.append("\n".join(_item(p, n) for n, p in enumerate(same, 1)))
        else:
            for piece in members:
                out += [images[piece.first]] if piece.first in images else []
                out.append(_block(piece))
    return "\n\n".join(out)


def _block(piece: LayoutPiece) -> str:
    text = piece.texts[0]
    if piece.kind == "heading":
        return f"{'#' * piece.level} {text}"
    return f"> {text}" if piece.kind == "quote" else text


def _item(piece: LayoutPiece, number: int) -> str:
    return f"{'  ' * (piece.level - 1)}{f'{number}.' if piece.ordered else '-'} {piece.texts[0]}"


def _table(rows: Sequence[LayoutPiece]) -> Iterator[str]:
    width = max(len(row.texts) for row in rows)
    for number, row in enumerate(rows):
        cells = [cell.replace("|", "\\|") for cell in row.texts] + [""] * (width - len(row.texts))
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{' --- |' * width}"


def _images(blocks: PageLines, found: Sequence[LayoutPiece], container: int) -> dict[int, str]:
    """Line index -> the images of the container that stand before that line and after the one before, as Markdown."""
    starts = [piece.first for piece in found]
    holder = blocks.nodes[container]
    images: dict[int, str] = {}
    for line, element in blocks.images:
        if not starts or line > starts[-1] or all(above is not holder for above in element.iterancestors()):
            continue
        owner = starts[bisect_left(starts, line)]
        if _is_icon(element) or not (address := _address(element, blocks.base)):
            continue
        shown = f"![{' '.join((element.get('alt') or '').split())}]({address})"
        images[owner] = f"{images[owner]}\n\n{shown}" if owner in images else shown
    return images


def _is_icon(element: Any) -> bool:
    return any((element.get(side) or "").removesuffix("px") in _SMALL for side in ("width", "height"))


def _address(element: Any, base: str | None) -> str | None:
    for name in _LATE:
        value = (element.get(name) or "").strip()
        if value and not value.startswith("data:"):
            return join(base, value)
    return None
