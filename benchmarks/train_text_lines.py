"""Fit the segmenter of plain text (cleaners/data/plain-lines.json) on pages with gold bodies.

    python benchmarks/train_text_lines.py FOLDER... [-o FILE] [--made 250] [--l2 8] [--folds 4]

A FOLDER holds gold.jsonl (id, site, title, body, optional) and text/ID.txt or html/ID.html.gz; the weights that ship
are those of ``../shared/zhtext ../shared/wildhtml``, to the bit. To the real pages come pages put together from their
parts (made_text_pages.py). Adam maximises the likelihood of the gold states with an L2 penalty; where a line may stay
or go, both are summed over. The figures printed are out of fold: no page of a site that is judged was fitted on.
"""

from __future__ import annotations

import argparse
import json
import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import chain_fit
import numpy as np
from gold_text_pages import ABOVE, BELOW, BODY, Allowed, Gold, label, real_pages, tokens
from made_text_pages import Parts, make

from cleaners import metadata
from cleaners.extract.boilerplate.chain import CrfWeights
from cleaners.extract.boilerplate.inline_credits import trimmed
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
MADE_PAGES = 250
L2 = 8.0
SEED = 77
SHORTEST = 4
"""Characters of a credit that may stay or go at least: shorter ones stand in sentences too."""
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """How well a page was judged, by 4-grams of tokens as in ``zhnews/score.py``."""

    id: str
    folder: str
    precision: float
    recall: float
    exact: bool

    @property
    def f1(self) -> float:
        """Of this page."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def measured(page: Gold, folder: str, weights: CrfWeights) -> Score:
    """Judge a page and compare what is kept with its body; credits that may stay or go are taken out."""
    read_page = read(page.text)
    judged = trimmed(judge(read_page.lines, metadata.find_metadata(read_page), weights=weights).lines)
    kept = "\n".join(line.text for line in judged.lines if line.verdict == "keep")
    for line in sorted((one for one in page.optional if len(one) >= SHORTEST), key=len, reverse=True):
        kept = kept.replace(line, "", 1)
    wanted, found = tokens(page.body), tokens(kept)
    gold, own = _grams(wanted), _grams(found)
    right = (gold & own).total()
    return Score(
        id=page.id, folder=folder, precision=right / max(1, own.total()), recall=right / max(1, gold.total()),
        exact=wanted == found,
    )  # fmt: skip


def _grams(words: Sequence[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(words[at : at + 4]) for at in range(max(1, len(words) - 3)))


def out_of_fold(pages: Mapping[str, Sequence[Gold]], folds: int, made: int, l2: float) -> list[Score]:
    """Judge the pages of every fold's sites by weights fitted on the other sites."""
    sites = sorted({page.site for own in pages.values() for page in own})
    random.Random(1).shuffle(sites)
    found = []
    for fold in range(folds):
        held = set(sites[fold::folds])
        fitted = [page for own in pages.values() for page in own if page.site not in held]
        weights = fit(examples_of(fitted, made, fold), l2=l2)
        found += [measured(page, name, weights) for name, own in pages.items() for page in own if page.site in held]
    return found


def summary(name: str, scores: Sequence[Score]) -> str:
    """Mean figures of a folder."""
    precision, recall, exact = (
        float(np.mean([getattr(score, field) for score in scores])) for field in ("precision", "recall", "exact")
    )
    f1 = 2 * precision * recall / max(1e-9, precision + recall)
    return f"{name} {len(scores)} pages out of fold F1 {f1:.4f} exact {exact:.3f}"


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("-o", "--out", type=Path, default=Path("cleaners/data/plain-lines.json"))
    parser.add_argument("--made", type=int, default=MADE_PAGES)
    parser.add_argument("--l2", type=float, default=L2)
    parser.add_argument("--folds", type=int, default=4, help="0: do not measure")
    parser.add_argument("--worst", type=int, default=10, help="how many pages to name")
    args = parser.parse_args()
    folders = {folder.name: real_pages(folder) for folder in args.folders}
    if args.folds:
        scores = out_of_fold(folders, args.folds, args.made, args.l2)
        for name in folders:
            print(summary(name, [score for score in scores if score.folder == name]))
        for score in sorted(scores, key=lambda score: score.f1)[: args.worst]:
            print(f"  {score.f1:.3f}  precision {score.precision:.3f}  recall {score.recall:.3f}  {score.id}")
    pages = [page for own in folders.values() for page in own]
    weights = fit(examples_of(pages, args.made, SEED), l2=args.l2)
    recipe = (
        f"crf, {chain_fit.STEPS} Adam steps, l2 {args.l2:g}; {len(pages)} pages of {', '.join(folders)} "
        f"and {args.made} made of their parts, which weigh {MADE:g}"
    )
    rows = [
        f"  {json.dumps(name, ensure_ascii=False)}: {json.dumps([round(float(value), 2) for value in row])}"
        for name, row in sorted(weights.features.items())
    ]
    head = f' "recipe": {json.dumps(recipe)},\n "columns": {json.dumps(COLUMNS)},\n "features": {{\n'
    args.out.write_text("{\n" + head + ",\n".join(rows) + "\n }\n}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
