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

import chain_fit
import numpy as np
from gold_text_pages import ABOVE, BELOW, BODY, Allowed, Gold, label, real_pages, tokens
from made_text_pages import Parts, make

from cleaners import metadata
from cleaners.extract.boilerplate.chain import CrfWeights
from cleaners.extract.boilerplate.text_lines import judge, without_byline_block
from cleaners.extract.boilerplate.text_lines.crf import COLUMNS, SHAPE, STATES
from cleaners.extract.boilerplate.text_lines.features import line_features
from cleaners.extract.boilerplate.text_lines.line_stats import measure
from cleaners.items import Head, Line
from cleaners.page.lines import PageLines
from cleaners.page.lines.plain import read

WINDOW = 90
"""Lines farther than this from the body teach nothing new."""
MADE = 0.3
"""What a made page weighs against a real one: at full weight they teach to keep too much."""
RARE = 3
"""Features of fewer lines than this are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A page as the segmenter sees it, and the states its lines may have."""

    names: list[frozenset[str]]
    allowed: list[Allowed]
    weight: float = 1.0


def example(lines: tuple[Line, ...], allowed: list[Allowed], weight: float = 1.0) -> Example:
    """The lines around the body, with features that were computed on the whole page."""
    found = metadata.find_metadata(PageLines(media="text", lines=lines, head=Head()))
    part = without_byline_block(lines, found)
    judged = [lines[i] for i in part.places]
    names = line_features(judged, [measure(line) for line in judged], part.meta)
    allowed = [allowed[i] for i in part.places]
    body = [i for i, states in enumerate(allowed) if BODY in states]
    near = slice(max(0, body[0] - WINDOW), body[-1] + WINDOW)
    return Example(names=names[near], allowed=allowed[near], weight=weight)


def fit(examples: Sequence[Example], *, l2: float) -> CrfWeights:
    """Weights that make the gold states likely, the smaller the larger ``l2``."""
    counts = Counter(name for one in examples for names in one.names for name in names)
    rows = {name: n for n, name in enumerate(sorted(name for name, count in counts.items() if count >= RARE))}
    coded = [
        chain_fit.Example(
            rows=[[rows[name] for name in sorted(names) if name in rows] for names in one.names],
            allowed=np.array([[s in states for s in range(len(STATES))] for states in one.allowed]),
            weight=one.weight,
        )
        for one in examples
    ]
    weights = chain_fit.fit(coded, len(rows), SHAPE, l2=l2)
    return CrfWeights(recipe="", features={name: tuple(weights[n]) for name, n in rows.items()})


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
            out.append(example(lines, allowed, MADE))
            made -= 1
    return out


def measured(page: Gold, weights: CrfWeights) -> tuple[float, float]:
    """Precision and recall of the tokens kept, lines that may stay or go left out."""
    lines = read(page.text).lines
    allowed = label(page, lines)
    if not allowed:
        return 1.0, 1.0
    judged = judge(lines, metadata.find_metadata(read(page.text)), weights=weights).lines
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
