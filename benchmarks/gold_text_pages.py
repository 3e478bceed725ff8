"""Real pages of plain text with gold bodies, and which of their lines are the body."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cleaners.characters import HAN
from cleaners.items import Line
from cleaners.page.decode import decode
from cleaners.page.lines.html import read as read_html

ABOVE, BODY, HOLE, BELOW = range(4)
Allowed = tuple[int, ...]
_APART = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6"))
_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")


def tokens(text: str) -> list[str]:
    """CJK characters and other words."""
    return _TOKEN.findall(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """A real page: what its body is."""

    id: str
    site: str
    title: str
    body: str
    optional: tuple[str, ...]
    text: str = field(repr=False)


def real_pages(folder: Path) -> list[Gold]:
    """The pages of a folder with gold.jsonl (id, site, title, body, optional) and text/ID.txt or html/ID.html.gz.

    HTML is rendered: every line a reader sees, a bullet before the items of lists, a blank line before paragraphs.
    """
    rows = map(json.loads, (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines())
    return [
        Gold(
            id=row["id"], site=row["site"] or row["id"].partition(".")[0], title=row["title"] or "", body=row["body"],
            optional=tuple(row["optional"]), text=_text_of(folder, row["id"]),
        )
        for row in rows
    ]  # fmt: skip


def _text_of(folder: Path, name: str) -> str:
    path = folder / "text" / f"{name}.txt"
    if path.exists():
        return path.read_text(encoding="utf-8")
    html = decode(gzip.decompress((folder / "html" / f"{name}.html.gz").read_bytes())).text
    return "\n".join(
        ("\n" if line.tag in _APART else "  • " if line.tag == "li" else "") + line.text
        for line in read_html(html).lines
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Span:
    """Where in the gold body a line may stand."""

    line: int
    first: int
    """Index of its first token in the body's tokens."""
    end: int
    weight: float
    """How many of the body's tokens it stands for."""


def _spans(number: int, words: Sequence[str], gold: Sequence[str], starts: dict[str, list[int]]) -> Iterator[_Span]:
    """Everywhere in the body where a line stands word for word; else where most of its 4-grams stand, once."""
    size = len(words)
    exact = [at for at in starts.get(words[0], ()) if gold[at : at + size] == words]
    if exact or size < 8:
        yield from (_Span(line=number, first=at, end=at + size, weight=size) for at in exact)
        return
    shifts = Counter(
        at - i for i, word in enumerate(words) for at in starts.get(word, ()) if gold[at : at + 4] == words[i : i + 4]
    )
    if not shifts:
        return
    shift = min(shifts, key=lambda found: (-shifts[found], found))
    near = sum(count for found, count in shifts.items() if abs(found - shift) <= size // 4)
    if near > 0.5 * (size - 3):
        first = max(0, shift)
        yield _Span(line=number, first=first, end=min(shift + size, len(gold)), weight=0.9 * min(near + 3, size))


def _aligned(words: Sequence[Sequence[str]], gold: Sequence[str]) -> set[int]:
    """The lines that stand for the body, in order and each part of it once: the heaviest chain of spans.

    A headline whose words the lead repeats, a menu's word inside a sentence and a second copy of a paragraph are then
    no body. Neighbouring lines are preferred.
    """
    starts: dict[str, list[int]] = defaultdict(list)
    for at, word in enumerate(gold):
        starts[word].append(at)
    spans = [span for i, own in enumerate(words) if own for span in _spans(i, own, gold, starts)]
    best: list[float] = []
    back: list[int] = []
    for n, span in enumerate(spans):
        top, before = 0.0, -1
        for m in range(n):
            other = spans[m]
            if other.line < span.line and other.end <= span.first + 2:
                value = best[m] + (0.5 if other.line == span.line - 1 else 0.0)
                if value > top:
                    top, before = value, m
        best.append(top + span.weight)
        back.append(before)
    at = max(range(len(best)), key=best.__getitem__, default=-1)
    found = set()
    while at >= 0:
        found.add(spans[at].line)
        at = back[at]
    return found


def label(page: Gold, lines: Sequence[Line]) -> list[Allowed]:
    """For each line of a real page the states it may have; several for credits that may stay or go. Empty: no body."""
    words = [tokens(line.text) for line in lines]
    optional = {"".join(tokens(line)) for line in page.optional}
    paragraphs = {"".join(tokens(line)) for line in page.body.split("\n")}
    open_ = {i for i, own in enumerate(words) if not own or "".join(own) in optional}
    # A menu's word of one or two characters stands in nearly every body.
    likely = [i not in open_ and (len(own) > 3 or "".join(own) in paragraphs) for i, own in enumerate(words)]
    body = _aligned([own if is_so else () for own, is_so in zip(words, likely, strict=True)], tokens(page.body))
    if not body:
        return []
    first, last = min(body), max(body)
    out: list[Allowed] = []
    for i in range(len(lines)):
        other = ABOVE if i < first else BELOW if i > last else HOLE
        out.append((BODY,) if i in body else tuple(sorted((BODY, other))) if i in open_ else (other,))
    return out
