"""The pieces of an article as Markdown (CommonMark with GitHub's tables), its images at their places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from cleaners.escaping import escaped, image_address
from cleaners.extract.images import PlacedImage
from cleaners.extract.layout import LayoutPiece


def as_markdown(found: Sequence[LayoutPiece], images: Sequence[PlacedImage]) -> str | None:
    """The article as Markdown; None where it has no structure to show."""
    if not images and all(piece.kind == "paragraph" for piece in found):
        return None
    waiting = list(images)
    out: list[str] = []
    for (kind, _), members in groupby(found, key=lambda p: (_family(p), p.group if p.kind in ("row", "code") else -1)):
        same = list(members)
        if kind in ("row", "item", "code"):  # an image would break them
            out += _shown(waiting, same[-1].first)
            lines = _table(same) if kind == "row" else _list(same) if kind == "item" else _code(same)
            out.append("\n".join(lines))
        else:
            for piece in same:
                out += _shown(waiting, piece.first)
                out.append(_block(piece))
    return "\n\n".join(out + [_image(one) for one in waiting])


def _family(piece: LayoutPiece) -> str:
    return piece.kind if piece.kind in ("row", "item", "code") else "block"


def _shown(waiting: list[PlacedImage], line: int) -> list[str]:
    """The images that stand before a line, taken from those that wait."""
    ready = [one for one in waiting if one.line <= line]
    waiting[:] = [one for one in waiting if one.line > line]
    return [_image(one) for one in ready]


def _image(placed: PlacedImage) -> str:
    return f"![{escaped(' '.join(placed.alt.split()))}]({image_address(placed.image.url)})"


def _block(piece: LayoutPiece) -> str:
    text = escaped(piece.texts[0])
    if piece.kind == "heading":
        return f"{'#' * piece.level} {text}"
    return f"> {text}" if piece.kind == "quote" else text


def _list(items: Sequence[LayoutPiece]) -> Iterator[str]:
    """Items of a list and of those in it; two lists that follow each other are set apart by a blank line."""
    before: LayoutPiece | None = None
    for item in items:
        mark = "-" if item.number is None else f"{item.number}."
        if before is not None and before.group != item.group and before.level == item.level == 0:
            yield ""
        yield f"{' ' * item.level}{' ' * len(mark) if item.goes_on else mark} {escaped(item.texts[0])}"
        before = item


def _code(blocks: Sequence[LayoutPiece]) -> Iterator[str]:
    for block in blocks:
        longest = max((len(run) for run in re.findall(r"`+", block.source)), default=0)
        fence = "`" * max(3, longest + 1)
        yield f"{fence}\n{block.source}\n{fence}"


def _table(rows: Sequence[LayoutPiece]) -> Iterator[str]:
    width = max(len(row.columns) for row in rows)
    for number, row in enumerate(rows):
        cells = [escaped(cell) for cell in row.columns] + [""] * (width - len(row.columns))
        yield f"| {' | '.join(cells)} |"
        if number == 0:
            yield f"|{' --- |' * width}"
