"""The longest run of prose on a page: what it is about, how its paragraphs are laid out; and what is said twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from cleaners.extract.boilerplate.text_lines.line_stats import LineStats

_ECHO = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class ProseSettings:
    """What a line is worth when the run of most prose is looked for (Bentley's maximum subarray)."""

    most: int = 200
    """A paragraph counts its tokens, up to this many."""
    short: int = 40
    """What a line that is no prose costs."""
    ended: int = 100
    """What it costs when it also says that the body ended above it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MainProse:
    """The run of lines with the most prose."""

    first: int
    """Index of its first line."""
    last: int
    """Index of its last line; below ``first`` where there is no prose."""
    vocabulary: Mapping[str, int]
    """Its pairs of characters, with the number of its paragraphs that have them."""
    layout: tuple[bool, int, bool]
    """How most of its characters are laid out (see :class:`LineStats`)."""


def bigrams(key: str) -> set[str]:
    """The pairs of neighbouring characters of a text."""
    return {key[i : i + 2] for i in range(len(key) - 1)}


def find(shapes: Sequence[LineStats], settings: ProseSettings = ProseSettings()) -> MainProse:
    """Find the core of a page."""
    best, first, last = 0, 0, -1
    score, start = 0, 0
    for i, this in enumerate(shapes):
        if score <= 0:
            score, start = 0, i
        if this.prose:
            score += min(this.size, settings.most)
        else:
            score -= settings.ended if this.below else settings.short
        if score > best:
            best, first, last = score, start, i
    inside = [shape for shape in shapes[first : last + 1] if shape.prose]
    sizes: Counter[tuple[bool, int, bool]] = Counter()
    for shape in inside:
        sizes[shape.layout] += shape.size
    layout = sizes.most_common(1)[0][0] if sizes else (False, 0, False)
    vocabulary = Counter(pair for shape in inside for pair in bigrams(shape.key))
    return MainProse(first=first, last=last, vocabulary=vocabulary, layout=layout)


def on_topic(shapes: Sequence[LineStats], core: MainProse) -> list[tuple[int, int]]:
    """For each line, how many of its pairs of characters the core's other paragraphs have too, and how many it has."""
    out = []
    for i, shape in enumerate(shapes):
        own = 1 if core.first <= i <= core.last and shape.prose else 0
        pairs = bigrams(shape.key)
        out.append((sum(core.vocabulary.get(pair, 0) > own for pair in pairs), len(pairs)))
    return out


def _spans(shapes: Sequence[LineStats]) -> dict[str, tuple[int, int]]:
    """The beginning of every line that is long enough -> the first and the last long line that holds it."""
    wanted = {shape.key[:_ECHO] for shape in shapes if shape.size >= _ECHO}
    spans: dict[str, tuple[int, int]] = {}
    for i, shape in enumerate(shapes):
        if shape.size < 2 * _ECHO:
            continue
        key = shape.key
        for gram in wanted.intersection(key[at : at + _ECHO] for at in range(len(key) - _ECHO + 1)):
            spans[gram] = (spans[gram][0] if gram in spans else i, i)
    return spans


def echoes(shapes: Sequence[LineStats]) -> list[tuple[str, ...]]:
    """For each line, whether it is said again on the page: whole, or as the beginning of a part of a longer line."""
    places: dict[str, list[int]] = {}
    for i, this in enumerate(shapes):
        if this.size >= _ECHO // 2:
            places.setdefault(this.key, []).append(i)
    spans = _spans(shapes)
    out: list[tuple[str, ...]] = []
    for i, this in enumerate(shapes):
        same = places.get(this.key, [i])
        first, last = spans.get(this.key[:_ECHO], (i, i)) if this.size >= _ECHO and len(same) == 1 else (i, i)
        names = (
            ("said again below", same[-1] > i),
            ("said above", same[0] < i),
            ("part of a later paragraph", last > i),
            ("part of an earlier paragraph", first < i),
        )
        out.append(tuple(name for name, is_so in names if is_so))
    return out
