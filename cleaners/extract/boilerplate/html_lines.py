"""Judging the lines of an HTML page: which of those in the article's container are the article.

A linear chain of two states (kept, cut) over the features of :mod:`cleaners.extract.boilerplate.html_features` gives
every line a probability. Its weights were fitted on real and made pages by ``benchmarks/train_lines.py``. After it
come the few rules that say what a line is whatever stands around it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from cleaners.extract.boilerplate import chain
from cleaners.extract.boilerplate import site_lines as repeated
from cleaners.extract.boilerplate.chain import FREE, ChainShape, CrfWeights
from cleaners.extract.boilerplate.html_features import EncodedLines, encode, feature_names
from cleaners.extract.boilerplate.html_rulings import CLAIMED, Ruling, rulings
from cleaners.extract.boilerplate.rule import NoiseRule, overruled
from cleaners.extract.boilerplate.rules import LineSignals, is_entry
from cleaners.items import Line, Metadata
from cleaners.page.lines import PageLines
from cleaners.page.lines.draft import LineDraft, frozen

if TYPE_CHECKING:
    from cleaners.config import LineRule

CUT, KEEP = 0, 1
SHAPE = ChainShape(
    states=("cut", "keep"),
    columns=("keep", "begin", "end"),
    emit=(FREE, 0),
    start=(FREE, 1),
    step=((FREE, 1), (2, FREE)),
    last=(True, True),
)
"""What a feature weighs on: its line being kept, the kept lines beginning with it, having ended before it."""

# A button that folds the text, at the end of the last line it folds.
_FOLD = re.compile(
    r"(?:\s|(?<=[。！？”」…]))(?:[\[(（【<«]?(?:展[开開]|收起)(?:全文|全部)?[\])）】>»]?)\s?[▲△∧︿﹀▼▽∨↑↓]?$"
)
# Only to name what is cut anyway: no class name decides.
_COMMENTS = re.compile(r"comment|cmt|reply|pinglun|liuyan|gentie")


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSettings:
    """How lines are judged."""

    keep: float = 0.5
    """Probability from which on a line is kept."""
    mates: int = 3
    """Of so many prose lines with one tag path all are kept ..."""
    mates_kept: float = 0.5
    """... when at least this share of them is."""
    data: int = 3
    """So many short entries of a table or list in the block of the prose are kept as one."""
    guard: float = 0.5
    """When less than this share of the container's prose is kept, all of it is but claims and links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEvidence:
    """Why the judge kept or cut each line of a container."""

    first: int
    """Index of the container's first line on the page."""
    keep: NDArray[np.float64]
    """For each line of the container the probability that it belongs to the article."""
    rows: NDArray[np.int64]
    """Lines x groups: the features of each line."""
    weights: NDArray[np.float64]
    """Features x columns of :data:`SHAPE`."""

    def probability(self, line: int) -> float | None:
        """That a line of the page belongs to the article; None outside of the container."""
        return float(self.keep[line - self.first]) if 0 <= line - self.first < len(self.keep) else None

    def reasons(self, line: int, most: int = 3) -> tuple[str, ...]:
        """The features that spoke loudest, with what each added to the log odds that a line of the page is kept."""
        i = line - self.first
        if not 0 <= i < len(self.keep):
            return ()
        own = self.weights[self.rows[i]]
        after_kept = i > 0 and self.keep[i - 1] >= 0.5
        adds = own[:, 0] - own[:, 2] if after_kept else own[:, 0] + own[:, 1]
        names = feature_names()
        loudest = np.argsort(-np.abs(adds), kind="stable")[:most]
        return tuple(f"{names[self.rows[i, group]]} ({adds[group]:+.1f})" for group in loudest.tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedLines:
    """The lines of a page with what was decided."""

    lines: tuple[Line, ...]
    evidence: LineEvidence | None = None
    """None where there was nothing to judge."""
    confidence: float = 0.0
    """The F1 by characters that the kept lines can expect, 0..1."""


@cache
def shipped() -> NDArray[np.float64]:
    """The weights that come with jianbao, features x columns of :data:`SHAPE`."""
    return matrix(chain.shipped("html-lines"))


def matrix(weights: CrfWeights) -> NDArray[np.float64]:
    """Weights by name as rows in the order of :func:`feature_names`; zeros for names that have none."""
    nothing = (0.0,) * len(SHAPE.columns)
    return np.array([weights.features.get(name, nothing) for name in feature_names()], np.float64)


def weigh(line: Line) -> float:
    """How much a line looks like prose: its sentence marks outside of links."""
    if line.heading or line.link_share > 0.6 or len(line.text) < 12:
        return 0.0
    return line.punctuation * (1 - line.link_share)


def judge(
    page: PageLines,
    meta: Metadata,
    signals: LineSignals,
    *,
    first: int,
    last: int,
    learned: frozenset[str] = frozenset(),
    dropped: frozenset[int] = frozenset(),
    rules: Sequence[LineRule] = (),
    weights: NDArray[np.float64] | None = None,
    settings: HtmlSettings = HtmlSettings(),
) -> JudgedLines:
    """The same lines, each kept or cut: those from ``first`` to ``last`` stand in the article's container.

    ``learned``: keys of lines the site repeats (:mod:`cleaners.extract.boilerplate.site_lines`); ``dropped``: indexes
    ruled out before; ``rules``: those of the job; ``weights``: the shipped ones where None.
    """
    lines = page.lines
    above = [
        _outside(line, "above the article", meta.claims.get(i), signals.known(i))
        for i, line in enumerate(lines[:first])
    ]
    below = [
        _outside(line, "below the article", meta.claims.get(i), signals.known(i))
        for i, line in enumerate(lines[last + 1 :], last + 1)
    ]
    inside = lines[first : last + 1]
    if not inside:
        return JudgedLines(lines=(*above, *below))
    met = [signals[first + i] for i in range(len(inside))]
    known = encode(page, meta, first, last)
    table = shipped() if weights is None else weights
    likely = chain.marginals(table[known.rows].sum(axis=1), SHAPE)[:, KEEP]
    kept = _corrected(likely >= settings.keep, known, settings)
    kept |= _data(inside, met, known, kept, settings)
    claims = [meta.claims.get(first + i) for i in range(len(inside))]
    ruled = rulings(inside, met, claims, meta.title, known, kept)
    for i in repeated.met(inside, [weigh(line) for line in inside], learned):
        ruled[i] = Ruling(rule="repeated on this site", noise="other")
    for i in dropped:
        if first <= i <= last:
            ruled[i - first] = Ruling(rule="left out", noise="other")
    for i, line in enumerate(inside if rules else ()):
        if (own := overruled(line.text, rules)) is not None:
            kept[i] = own.verdict == "keep"
            ruled.pop(i, None)
            if not kept[i]:
                ruled[i] = Ruling(rule=own.reason, noise="other")
    judged = [_judged(line, ruled.get(i), bool(kept[i]), met[i]) for i, line in enumerate(inside)]
    return JudgedLines(
        lines=(*above, *judged, *below),
        evidence=LineEvidence(first=first, keep=likely, rows=known.rows, weights=table),
        confidence=_expected_f1(judged, likely),
    )


def _expected_f1(judged: Sequence[Line], likely: NDArray[np.float64]) -> float:
    """The F1 by characters that the kept lines can expect; what a rule cut counts for nothing."""
    sizes = np.array([0.0 if line.rule and line.verdict == "cut" else len(line.text) for line in judged])
    kept = np.array([line.verdict == "keep" for line in judged])
    whole = float(sizes[kept].sum() + (likely * sizes).sum())
    return 2 * float((likely * sizes)[kept].sum()) / whole if whole else 0.0


def _corrected(kept: NDArray[np.bool_], known: EncodedLines, settings: HtmlSettings) -> NDArray[np.bool_]:
    """What the chain kept, and what must go with it: the mates of kept paragraphs, or nearly all."""
    held = float(known.weights[kept].sum())
    if held < settings.guard * known.weights.sum():
        return ~known.claimed & ~known.link
    out = kept.copy()
    for path in sorted(set(known.paths[known.prose & ~kept].tolist())):
        mates = known.prose & (known.paths == path)
        if mates.sum() >= settings.mates and kept[mates].mean() >= settings.mates_kept:
            out |= mates
    return out


def _data(
    lines: Sequence[Line],
    met: Sequence[NoiseRule | None],
    known: EncodedLines,
    kept: NDArray[np.bool_],
    settings: HtmlSettings,
) -> NDArray[np.bool_]:
    """The rows of tables and lists that stand beside kept prose in its own block, without links or noise.

    Line by line their short entries look like what surrounds an article; they are kept or cut as one.
    """
    out = np.zeros(len(lines), np.bool_)
    prose = np.flatnonzero(known.prose & kept)
    if not len(prose):
        return out
    home = lines[int(prose[np.argmax(known.weights[prose])])].ancestors[:-1]
    entries = [
        is_entry(line) and line.ancestors[: len(home)] == home and not known.claimed[i] for i, line in enumerate(lines)
    ]
    first = 0
    for is_data, run in groupby(entries):
        end = first + len(list(run))
        noisy = sum(rule is not None for rule in met[first:end])
        if is_data and prose[0] < first and end - first >= settings.data and not noisy:
            out[first:end] = True
        first = end
    return out


def _judged(line: Line, ruled: Ruling | None, kept: bool, met: NoiseRule | None) -> Line:
    if ruled is not None and ruled.verdict == "cut":
        return _cut(line, ruled.rule, ruled.noise)
    if ruled is None and not kept:
        return _cut(line, "", met.noise if met else "related" if line.link_share > 0.6 else "other")
    text = _FOLD.sub("", line.text)
    return line if text == line.text else replace(line, text=text)


def _outside(line: Line, where: str, role: str | None, met: NoiseRule | None) -> Line:
    """Cut a line outside the container, classed by metadata, by a rule or by its place."""
    if role in CLAIMED:
        return _cut(line, str(role), CLAIMED[str(role)])
    if met is not None:
        return _cut(line, where, met.noise)
    if _in_comments(line.ancestors):
        return _cut(line, where, "comments")
    return _cut(line, where, "related" if where.startswith("below") and len(line.text) >= 8 else "navigation")


@lru_cache(maxsize=4096)
def _in_comments(ancestors: tuple[str, ...]) -> bool:
    return _COMMENTS.search(" ".join(ancestors[2:])) is not None


def _cut(line: Line, rule: str, noise: str) -> Line:
    # Spelt out: dataclasses.replace takes many times as long, and most lines of a page are cut.
    draft = LineDraft(
        text=line.text,
        tag=line.tag,
        ancestors=line.ancestors,
        node=line.node,
        link_share=line.link_share,
        links=line.links,
        images=line.images,
        punctuation=line.punctuation,
        heading=line.heading,
        verdict="cut",
        rule=rule,
        noise=noise,
    )
    return frozen(draft)
