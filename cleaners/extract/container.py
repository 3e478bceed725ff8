"""Which block of a page holds the article: the weight of its sentence marks, anchored at the headline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cleaners.extract.boilerplate.html_lines import weigh
from cleaners.extract.boilerplate.rules import LineSignals
from cleaners.items import Line, Metadata
from cleaners.page.lines import PageLines


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSettings:
    """How the container is chosen."""

    descend: float = 0.75
    """Go into a block as long as it holds this share of its parent's weight."""
    link_line: float = 0.7
    """What a line of links or another line of furniture, met after prose, leaves of the weight of all that follows."""
    stop: float = 0.15
    """What a line that ends bodies (credits, a related list's heading) leaves of the weight of all that follows."""
    floor: float = 0.002
    """The least that is left: a page whose headline was mistaken still has a container."""
    prose: float = 2.0
    """With fewer sentence marks (faded) a page that has an anchor is weighed by its characters ..."""
    prosaic: float = 0.3
    """... and where less than this share of the characters from the anchor on, outside of links, stands in prose."""
    above: float = 0.3
    """The share of the page's weight that must stand below the headline for it to be the anchor."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyContainer:
    """The block that holds the article."""

    node: int
    """Index into ``PageLines.nodes``."""
    first: int
    """Index of its first line."""
    last: int
    """Index of its last line."""
    share: float
    """Share of the faded weight below the headline that stands in it, 0..1."""


# A paragraph is no container: its neighbours may be the rest of a short article.
_PARAGRAPHS = frozenset(("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "dd", "dt", "blockquote", "figcaption", "pre"))


def choose(
    blocks: PageLines, meta: Metadata, signals: LineSignals, settings: ContainerSettings = ContainerSettings()
) -> BodyContainer | None:
    """The smallest block that holds nearly all prose near the headline; None for a page without prose.

    Weight fades with every sign that the body has ended, so that the first run of prose below the headline wins
    against longer comments, teasers and appended articles. No name of a class or id has a say.
    """
    anchor = _anchor(blocks, meta)
    weights = _fade(blocks.lines, _anchored(blocks, meta, anchor, weigh, settings), signals, settings)
    if anchor is not None and (sum(weights) < settings.prose or not _is_prosaic(blocks, meta, weights, settings)):
        weights = _fade(blocks.lines, _anchored(blocks, meta, anchor, _weigh_verse, settings), signals, settings)
    total = sum(weights)
    if not total:
        return None
    held, children = _accumulate(blocks, weights)
    node = 0
    while children[node]:
        best = max(children[node], key=held.__getitem__)
        leaf = blocks.nodes[best].tag in _PARAGRAPHS and not children[best]
        if leaf or held[best] < settings.descend * held[node]:
            break
        node = best
    first, last = span(blocks, node)
    return BodyContainer(node=node, first=first, last=last, share=held[node] / total)


def _anchor(blocks: PageLines, meta: Metadata) -> int | None:
    """The line below which the body is looked for: the headline, else what metadata found, else the only h1."""
    if meta.title_line is not None:
        return meta.title_line
    if meta.claims:
        return min(meta.claims)
    first = [i for i, line in enumerate(blocks.lines) if line.heading == 1]
    return first[0] if len(first) == 1 else None


def _is_prosaic(blocks: PageLines, meta: Metadata, weights: Sequence[float], settings: ContainerSettings) -> bool:
    """Whether the text below the anchor is prose and no verse, list of names or table."""
    anchor = _anchor(blocks, meta) or 0
    shown = [i for i, line in enumerate(blocks.lines) if i >= anchor and line.link_share < 0.3 and i not in meta.claims]
    told = sum(len(blocks.lines[i].text) for i in shown if weights[i] > 0)
    return told >= settings.prosaic * sum(len(blocks.lines[i].text) for i in shown)


def _anchored(
    blocks: PageLines, meta: Metadata, anchor: int | None, weight: Callable[[Line], float], settings: ContainerSettings
) -> list[float]:
    """The weight of every line that metadata does not claim, nothing above the anchor."""
    weights = [0.0 if i in meta.claims else weight(line) for i, line in enumerate(blocks.lines)]
    if anchor is not None and sum(weights[anchor:]) > settings.above * sum(weights):
        weights[:anchor] = [0.0] * anchor
    return weights


def _weigh_verse(line: Line) -> float:
    """How a line weighs in a text without sentences: verse, a list of names, a table."""
    return len(line.text) / 4 if line.link_share < 0.3 else 0.0


def _fade(
    lines: Sequence[Line], weights: Sequence[float], signals: LineSignals, settings: ContainerSettings
) -> list[float]:
    """The weights, less with every sign that the body has ended; lines that meet a rule weigh nothing."""
    factor, seen, faded = 1.0, False, []
    for i, weight in enumerate(weights):
        if not seen and not weight:
            faded.append(0.0)
            continue
        signal = signals[i] if factor > settings.floor else None
        if seen and signal is not None and signal.reach == "below":
            factor *= settings.stop
        elif seen and (signal is not None or lines[i].link_share > 0.6):
            factor *= settings.link_line
        factor = max(factor, settings.floor)
        faded.append(0.0 if signal else weight * factor)
        seen = seen or (signal is None and weight > 1)
    return faded


def _accumulate(blocks: PageLines, weights: Sequence[float]) -> tuple[list[float], list[list[int]]]:
    """The weight of every block with all it encloses, and the blocks directly in it."""
    held = [0.0] * len(blocks.nodes)
    for line, weight in zip(blocks.lines, weights, strict=True):
        held[line.node] += weight
    children: list[list[int]] = [[] for _ in blocks.nodes]
    for node in range(len(blocks.nodes) - 1, 0, -1):
        parent = blocks.parents[node]
        if parent >= 0:
            held[parent] += held[node]
            children[parent].append(node)
    return held, children


def span(blocks: PageLines, node: int) -> tuple[int, int]:
    """First and last line of a block (last < first: it has none).

    Blocks are numbered in document order, so what one encloses is a range.
    """
    end = node + 1
    while end < len(blocks.nodes) and blocks.parents[end] >= node:
        end += 1
    inside = [i for i, line in enumerate(blocks.lines) if node <= line.node < end]
    return (inside[0], inside[-1]) if inside else (0, -1)
