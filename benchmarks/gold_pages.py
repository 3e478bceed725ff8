"""Folders of real pages with gold bodies, and which line of a page is the body.

A folder holds ``gold.jsonl`` (``id``, ``body``, optionally ``site``, ``title`` and ``optional``: credit lines that may
stay or go) and ``html/ID.html.gz`` or ``html/ID.html``.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
from extraction import TOKEN, compare, without
from numpy.typing import NDArray

from cleaners import metadata
from cleaners.errors import UnusableInput
from cleaners.extract import caption
from cleaners.extract.boilerplate.rules import LineSignals
from cleaners.extract.container import choose
from cleaners.items import Line, Metadata
from cleaners.page import decode
from cleaners.page import lines as blocks
from cleaners.page.lines import PageLines

CUT, KEEP = 0, 1
_STRAY = 4
"""Tokens in a row that a longer line must share with the gold to be found in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldPage:
    """A page and what its body is."""

    id: str
    site: str
    """Pages of one site are never fitted on and judged in one turn."""
    body: str
    optional: tuple[str, ...]
    page: PageLines = field(repr=False)
    meta: Metadata = field(repr=False)
    first: int
    """First line of the container; above ``last`` where none was found."""
    last: int

    def score(self, text: str) -> tuple[float, float, bool]:
        """Precision and recall of a text, and whether it is the gold's to the token."""
        tokens = TOKEN.findall(without(text, list(self.optional)))
        wanted = TOKEN.findall(self.body)
        return (*compare(wanted, tokens), tokens == wanted)


def gold_page(text: str, *, id: str, site: str, body: str, optional: Sequence[str]) -> GoldPage:
    """Read a decoded page, find its metadata and its container."""
    page = blocks.read(text)
    meta = metadata.find_metadata(page)
    found = choose(page, meta, LineSignals(page.lines)) if page.media == "html" else None
    first, last = (caption.first_line(page, meta, found), found.last) if found else (0, -1)
    return GoldPage(
        id=id, site=site, body=body, optional=tuple(optional), page=page, meta=meta, first=first, last=last
    )  # fmt: skip


def folder_pages(folder: Path) -> Iterator[GoldPage]:
    """The HTML pages of a folder that can be read."""
    for row in map(json.loads, (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()):
        path = folder / "html" / f"{row['id']}.html"
        body = path.read_bytes() if path.exists() else gzip.decompress(Path(f"{path}.gz").read_bytes())
        try:
            yield gold_page(
                decode.decode(body).text, id=row["id"], site=row.get("site") or row["id"], body=row["body"],
                optional=row.get("optional") or (),
            )  # fmt: skip
        except UnusableInput as error:
            print(f"{row['id']}: left out, {error}")


def label(gold: GoldPage) -> NDArray[np.bool_]:
    """For each line of the container whether it may be (cut, kept), lines x 2: both where the gold does not say.

    The container's tokens are aligned with the gold's; a line is kept when most of its tokens stand in the gold there.
    Left open are credits that may stay or go, and what the gold has of links without a sentence mark: they stand in
    some gold bodies by oversight.
    """
    lines = gold.page.lines[gold.first : gold.last + 1]
    tokens = [TOKEN.findall(line.text) for line in lines]
    flat = [token for own in tokens for token in own]
    owner = [i for i, own in enumerate(tokens) for _ in own]
    hits = [0] * len(lines)
    matcher = SequenceMatcher(None, flat, TOKEN.findall(gold.body), autojunk=False)
    for at, _, size in matcher.get_matching_blocks():
        for i in owner[at : at + size]:
            hits[i] += size >= _STRAY or len(tokens[i]) <= _STRAY
    optional = {"".join(TOKEN.findall(line)) for line in gold.optional}
    out = np.ones((len(lines), 2), np.bool_)
    for i, (line, own) in enumerate(zip(lines, tokens, strict=True)):
        share = hits[i] / len(own) if own else 0.5
        if "".join(own) in optional or 0.4 <= share <= 0.6 or (share > 0.6 and _is_bare_link(line)):
            continue
        out[i] = (share < 0.5, share > 0.5)
    return out


def _is_bare_link(line: Line) -> bool:
    return line.link_share > 0.6 and not line.punctuation
