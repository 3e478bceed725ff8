"""What kept lines are to a reader: paragraphs, headings, list items, quotes, code, rows of a table."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

from cleaners.characters import HAN_CHARACTER
from cleaners.extract.table_grid import rows_of
from cleaners.items import Line
from cleaners.page.lines import PageLines

Kind = Literal["paragraph", "heading", "item", "quote", "row", "code"]
_CELL = 300
_LISTS = ("ul", "ol", "menu", "dir")
_CODE_CLASS = re.compile(
    r"(?:^|[\s_-])(?:brush|code|hljs|highlight|lang(?:uage)?|prettyprint|shiki|syntax)", re.IGNORECASE
)
_FOREIGN = 0.2  # of the letters of a text: with fewer Han characters among Chinese paragraphs it is code


@dataclass(frozen=True, slots=True, kw_only=True)
class LayoutPiece:
    """One paragraph, or what stands for one."""

    kind: Kind
    texts: tuple[str, ...]
    """One text; a row: its cells that hold something; code: its lines."""
    first: int
    """Index of the first line."""
    level: int = 0
    """Heading: 1..6. Item: columns that the lists around it indent it."""
    number: int | None = None
    """Item: its number in a numbered list."""
    goes_on: bool = False
    """Item: a further paragraph of the item before it."""
    group: int = -1
    """Item, row, code: the list, table or block it belongs to, as an index into ``PageLines.nodes``."""
    columns: tuple[str, ...] = ()
    """Row: the text of every column, empty where there is none."""
    source: str = ""
    """Code: as it stands, with its blanks."""


def pieces(blocks: PageLines, lines: Sequence[Line], container: int) -> list[LayoutPiece]:
    """The kept lines in order; ``container`` is the block that holds the article: what encloses it is layout."""
    kept = [(i, line) for i, line in enumerate(lines) if line.verdict == "keep"]
    paths = {line.node: _path(blocks, line.node, container) for _, line in kept}
    tables = _data_tables(blocks, [line for _, line in kept], paths)
    lists = _lists(blocks, [line for _, line in kept], paths)
    code = _code_blocks(blocks, [line for _, line in kept], paths)
    found: list[LayoutPiece] = []
    last_item = -1
    for (block, node), members in groupby(kept, key=lambda m: _unit(blocks, paths[m[1].node], tables, code)):
        group = list(members)
        if block == "row":
            found.append(_row(blocks, group, paths, node, tables))
        elif block == "code":
            found.append(_code(blocks, lines, group, node))
        else:
            for i, line in group:
                piece = _piece(blocks, i, line, paths[line.node], lists, last_item)
                last_item = _enclosing(blocks, paths[line.node], "li") if piece.kind == "item" else -1
                found.append(piece)
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


def _unit(
    blocks: PageLines, path: Sequence[int], tables: dict[int, dict[Any, tuple[Any, ...]]], code: frozenset[int]
) -> tuple[str, int]:
    """What a line is set with: the row of a data table, a block of code; else it stands for itself."""
    if (pre := _enclosing(blocks, path, "pre")) in code:
        return "code", pre
    row = _enclosing(blocks, path, "tr")
    return ("row", row) if row >= 0 and _enclosing(blocks, path, "table") in tables else ("line", -1)


def _data_tables(
    blocks: PageLines, kept: Sequence[Line], paths: dict[int, tuple[int, ...]]
) -> dict[int, dict[Any, tuple[Any, ...]]]:
    """Tables that hold data, with their cells: two rows with two short cells each; the others only lay out the page."""
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
    return {
        table: rows_of(blocks.nodes[table])
        for table, own in rows.items()
        if table not in layout and sum(len(cells) >= 2 for cells in own.values()) >= 2
    }


def _row(
    blocks: PageLines,
    group: Sequence[tuple[int, Line]],
    paths: dict[int, tuple[int, ...]],
    row: int,
    tables: dict[int, dict[Any, tuple[Any, ...]]],
) -> LayoutPiece:
    table = _enclosing(blocks, paths[group[0][1].node], "table")
    cells: dict[int, list[str]] = {}
    for _, line in group:
        cells.setdefault(_enclosing(blocks, paths[line.node], "td", "th"), []).append(line.text)
    texts = {node: " ".join(own) for node, own in cells.items()}
    told = {blocks.nodes[node]: text for node, text in texts.items() if node >= 0}
    columns = tuple(
        "" if cell is None else told.get(cell) or _shown(cell) for cell in tables[table].get(blocks.nodes[row], ())
    )
    return LayoutPiece(
        kind="row",
        texts=tuple(texts.values()),
        first=group[0][0],
        group=table,
        columns=columns if all(text in columns for text in texts.values()) else tuple(texts.values()),
    )


def _shown(cell: Any) -> str:
    """The text of a cell that reaches down from a row above; empty for one whose lines were cut."""
    return " ".join("".join(cell.itertext()).split()) if (cell.get("rowspan") or "1") != "1" else ""


def _lists(blocks: PageLines, kept: Sequence[Line], paths: dict[int, tuple[int, ...]]) -> frozenset[int]:
    """Lists with at least two items that were kept."""
    items: dict[int, set[int]] = {}
    for line in kept:
        path = paths[line.node]
        item = _enclosing(blocks, path, "li")
        if item >= 0:
            items.setdefault(blocks.parents[item], set()).add(item)
    return frozenset(node for node, own in items.items() if len(own) >= 2)


def _piece(
    blocks: PageLines, index: int, line: Line, path: Sequence[int], lists: frozenset[int], last_item: int
) -> LayoutPiece:
    if line.heading:
        return LayoutPiece(kind="heading", texts=(line.text,), first=index, level=line.heading)
    item = _enclosing(blocks, path, "li")
    if item >= 0 and (owner := blocks.parents[item]) in lists:
        around = [blocks.nodes[node].tag for node in path[path.index(item) + 1 :] if blocks.nodes[node].tag in _LISTS]
        return LayoutPiece(
            kind="item",
            texts=(line.text,),
            first=index,
            level=sum(3 if tag == "ol" else 2 for tag in around[1:]),
            number=_number(blocks.nodes[owner], blocks.nodes[item]) if blocks.nodes[owner].tag == "ol" else None,
            goes_on=item == last_item,
            group=owner,
        )
    quoted = _enclosing(blocks, path, "blockquote") >= 0
    return LayoutPiece(kind="quote" if quoted else "paragraph", texts=(line.text,), first=index)


def _number(owner: Any, item: Any) -> int:
    """The number a reader sees before an item: ``start`` and ``value`` count, and items that were cut too."""
    items = list(owner.iterchildren("li"))
    down = owner.get("reversed") is not None
    number = _integer(owner.get("start"), len(items) if down else 1)
    for one in items:
        number = _integer(one.get("value"), number)
        if one is item:
            break
        number += -1 if down else 1
    return number


def _integer(value: str | None, otherwise: int) -> int:
    return int(value) if value and re.fullmatch(r"\s*-?[0-9]{1,9}\s*", value) else otherwise


def _code_blocks(blocks: PageLines, kept: Sequence[Line], paths: dict[int, tuple[int, ...]]) -> frozenset[int]:
    """Preformatted blocks that hold code: they say so, or they have next to no Han in a Chinese article."""
    sizes: dict[int, int] = {}
    for line in kept:
        if (pre := _enclosing(blocks, paths[line.node], "pre")) >= 0:
            sizes[pre] = sizes.get(pre, 0) + len(line.text)
    if not sizes:
        return frozenset()
    everything = sum(len(line.text) for line in kept)
    chinese = sum(len(HAN_CHARACTER.findall(line.text)) for line in kept) > _FOREIGN * everything
    return frozenset(
        pre for pre, size in sizes.items() if _is_code(blocks.nodes[pre], chinese and 2 * size < everything)
    )


def _is_code(pre: Any, among_chinese: bool) -> bool:
    if next(pre.iter("code", "samp", "kbd"), None) is not None or _CODE_CLASS.search(pre.get("class") or ""):
        return True
    text = "".join(pre.itertext())
    return among_chinese and len(HAN_CHARACTER.findall(text)) < _FOREIGN * sum(map(str.isalpha, text))


def _code(blocks: PageLines, lines: Sequence[Line], group: Sequence[tuple[int, Line]], pre: int) -> LayoutPiece:
    # A bracket alone in its line is no line of a text, but one of a program.
    cut = {line.text for line in lines if line.node == pre and line.verdict == "cut" and line.rule != "no letters"}
    source = "".join(_preformatted(blocks.nodes[pre])).expandtabs(4)
    stands = [line.rstrip() for line in source.split("\n") if " ".join(line.split()) not in cut]
    return LayoutPiece(
        kind="code",
        texts=tuple(line.text for _, line in group),
        first=group[0][0],
        group=pre,
        source="\n".join(stands).strip("\n"),
    )


def _preformatted(element: Any) -> Iterator[str]:
    if element.tag == "br":
        yield "\n"
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _preformatted(child)
        yield child.tail or ""


def as_text(found: Sequence[LayoutPiece]) -> str:
    """One paragraph a line; the cells of a row are set apart by ``|``."""
    return "\n".join(("\n" if piece.kind == "code" else " | ").join(piece.texts) for piece in found)
