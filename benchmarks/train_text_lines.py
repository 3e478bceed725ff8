"""Fit the segmenter of plain text (cleaners/data/plain-lines.json) on pages with gold bodies.

    python benchmarks/train_text_lines.py ZHTEXT [-o cleaners/data/plain-lines.json] [--made 150] [--l2 75] [--folds 4]

ZHTEXT holds gold.jsonl (id, site, title, body, optional) and text/ID.txt. To the real pages come pages put together
from their parts (made_text_pages.py). Adam maximises the likelihood of the gold states with an L2 penalty; where a line
may stay or go, both are summed over. The figures printed are out of fold: no page of a site that is judged was fitted
on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numba
import numpy as np
from made_text_pages import ABOVE, BELOW, BODY, Allowed, Gold, Parts, label, make, real_pages, tokens
from numpy.typing import NDArray

from cleaners import metadata
from cleaners.extract.boilerplate.text_lines import judge
from cleaners.extract.boilerplate.text_lines.crf import COLUMNS, CrfWeights
from cleaners.extract.boilerplate.text_lines.features import line_features
from cleaners.extract.boilerplate.text_lines.line_stats import measure
from cleaners.items import Head, Line
from cleaners.page.lines import PageLines
from cleaners.page.lines.plain import read

WINDOW = 90
"""Lines farther than this from the body teach nothing new."""
RARE = 3
"""Features of fewer lines than this are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A page as the segmenter sees it, and the states its lines may have."""

    names: list[frozenset[str]]
    allowed: list[Allowed]


def example(lines: tuple[Line, ...], allowed: list[Allowed]) -> Example:
    """The lines around the body, with features that were computed on the whole page."""
    found = metadata.find_metadata(PageLines(media="text", lines=lines, head=Head()))
    names = line_features(lines, [measure(line) for line in lines], found)
    body = [i for i, states in enumerate(allowed) if BODY in states]
    near = slice(max(0, body[0] - WINDOW), body[-1] + WINDOW)
    return Example(names=names[near], allowed=allowed[near])


@numba.njit(cache=True)
def _sum(values: NDArray[Any]) -> float:
    top = values.max()
    return top if top < -1e8 else top + np.log(np.exp(values - top).sum())


@numba.njit(cache=True)
def _step(score: NDArray[Any], before: int, state: int) -> float:
    if before == 0 and state == 1:
        return score[4]
    if before == 1 and state == 3:
        return score[5]
    if before == 1 and state == 2:
        return score[6]
    follows = before == state or (before == 2 and state == 1)
    return 0.0 if follows else -1e9


@numba.njit(cache=True)
def _expect(scores: NDArray[Any], allowed: NDArray[Any], counts: NDArray[Any]) -> float:
    """Forward-backward: the log partition function; ``counts`` gets the expected use of every column."""
    size = scores.shape[0]
    emit = np.where(allowed, scores[:, :4], -1e9)
    forward, backward, held = np.full((size, 4), -1e9), np.zeros((size, 4)), np.empty(4)
    forward[0, 0], forward[0, 1] = emit[0, 0], emit[0, 1] + scores[0, 4]
    for t in range(1, size):
        for state in range(4):
            for before in range(4):
                held[before] = forward[t - 1, before] + _step(scores[t], before, state)
            forward[t, state] = _sum(held) + emit[t, state]
    backward[size - 1, 2] = -1e9
    total = _sum(forward[size - 1] + backward[size - 1])
    for t in range(size - 1, 0, -1):
        for before in range(4):
            for state in range(4):
                held[state] = _step(scores[t], before, state) + emit[t, state] + backward[t, state]
                column = 4 if (before == 0 and state == 1) else 5 if (before == 1 and state == 3) else 6
                if before != state and not (before == 2 and state == 1):
                    counts[t, column] += np.exp(max(-30.0, forward[t - 1, before] + held[state] - total))
            backward[t - 1, before] = _sum(held)
    for t in range(size):
        for state in range(4):
            counts[t, state] = np.exp(max(-30.0, min(0.0, forward[t, state] + backward[t, state] - total)))
    counts[0, 4] = counts[0, 1]
    return total


@numba.njit(cache=True)
def _gradient(
    weights: NDArray[Any], index: NDArray[Any], start: NDArray[Any], pages: NDArray[Any], allowed: NDArray[Any]
) -> NDArray[Any]:
    out = np.zeros_like(weights)
    for page in range(len(pages) - 1):
        first, last = pages[page], pages[page + 1]
        scores = np.zeros((last - first, 7))
        for t in range(last - first):
            for j in range(start[first + t], start[first + t + 1]):
                scores[t] += weights[index[j]]
        gold, free = np.zeros((last - first, 7)), np.zeros((last - first, 7))
        _expect(scores, allowed[first:last], gold)
        _expect(scores, np.ones((last - first, 4), np.bool_), free)
        for t in range(last - first):
            for j in range(start[first + t], start[first + t + 1]):
                out[index[j]] += gold[t] - free[t]
    return out


def fit(examples: Sequence[Example], *, l2: float, steps: int = 80, rate: float = 0.1) -> CrfWeights:
    """Weights that make the gold states likely, the smaller the larger ``l2``."""
    counts = Counter(name for one in examples for names in one.names for name in names)
    columns = {name: n for n, name in enumerate(sorted(name for name, count in counts.items() if count >= RARE))}
    index, start = [], [0]
    for one in examples:
        for names in one.names:
            index += [columns[name] for name in sorted(names) if name in columns]
            start.append(len(index))
    allowed = np.array([[s in states for s in range(4)] for one in examples for states in one.allowed])
    pages = np.cumsum([0, *(len(one.names) for one in examples)])
    weights = np.zeros((len(columns), len(COLUMNS)))
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        slope = _gradient(weights, np.array(index), np.array(start), pages, allowed) - l2 * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.98 * square + 0.02 * slope * slope
        speed = rate * min(1.0, 3 * (1 - step / (steps + 1)))
        weights += speed * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.98**step)) + 1e-6)
    return CrfWeights(recipe="", features={name: tuple(weights[n]) for name, n in columns.items()})


def examples_of(pages: Sequence[Gold], made: int, seed: int) -> list[Example]:
    """The real pages, and ``made`` new ones."""
    rng = random.Random(seed)
    out, heads, tails = [], [], []
    for page in pages:
        lines = read(page.text).lines
        if allowed := label(page, lines):
            out.append(example(lines, allowed))
            pairs = list(zip(lines, allowed, strict=True))
            heads.append([line.text for line, states in pairs if states == (ABOVE,)][:-12])
            tails.append([line.text for line, states in pairs if states == (BELOW,)])
    parts = Parts(
        articles=list({page.body: page for page in pages}.values()),
        heads=[head for head in heads if head],
        tails=[tail for tail in tails if tail],
    )
    while made > 0:
        lines, allowed = make(parts, rng)
        if lines:
            out.append(example(lines, allowed))
            made -= 1
    return out


def measured(page: Gold, weights: CrfWeights) -> tuple[float, float]:
    """Precision and recall of the tokens kept, lines that may stay or go left out."""
    lines = read(page.text).lines
    allowed = label(page, lines)
    if not allowed:
        return 1.0, 1.0
    judged = judge(lines, metadata.find_metadata(read(page.text)), weights=weights)
    right = kept = gold = 0
    for line, states in zip(judged, allowed, strict=True):
        size = len(tokens(line.text)) if len(states) == 1 else 0
        right += size * (line.verdict == "keep" and states == (BODY,))
        kept += size * (line.verdict == "keep")
        gold += size * (states == (BODY,))
    return right / kept if kept else 0.0, right / gold if gold else 1.0


def out_of_fold(pages: Sequence[Gold], folds: int, made: int, l2: float) -> str:
    """Judge the pages of every fold's sites by weights fitted on the other sites."""
    sites = sorted({page.site for page in pages})
    random.Random(1).shuffle(sites)
    found = []
    for fold in range(folds):
        held = set(sites[fold::folds])
        weights = fit(examples_of([page for page in pages if page.site not in held], made, fold), l2=l2)
        found += [measured(page, weights) for page in pages if page.site in held]
    precision, recall = (float(np.mean(column)) for column in zip(*found, strict=True))
    return f"{len(found)} pages, out of fold: precision {precision:.3f}, recall {recall:.3f}"


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("cleaners/data/plain-lines.json"))
    parser.add_argument("--made", type=int, default=150)
    parser.add_argument("--l2", type=float, default=75.0)
    parser.add_argument("--folds", type=int, default=4, help="0: do not report")
    args = parser.parse_args()
    pages = real_pages(args.folder)
    report = out_of_fold(pages, args.folds, args.made, args.l2) if args.folds else "not measured"
    print(report)
    weights = fit(examples_of(pages, args.made, 77), l2=args.l2)
    recipe = f"crf, 80 Adam steps, l2 {args.l2:g}; {len(pages)} pages and {args.made} made of their parts; {report}"
    rows = [
        f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps([round(float(value), 2) for value in row])}"
        for name, row in sorted(weights.features.items())
    ]
    head = f' "recipe": {json.dumps(recipe)},\n "columns": {json.dumps(COLUMNS)},\n "features": {{\n'
    args.out.write_text("{\n" + head + ",\n".join(rows) + "\n }\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
