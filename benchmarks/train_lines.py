"""Fit the judge of HTML lines (cleaners/data/html-lines.json) on folders of real pages with gold bodies.

    python benchmarks/train_lines.py FOLDER... [-o cleaners/data/html-lines.json] [--folds 8] [--curve] [--worst 10]

A FOLDER holds ``gold.jsonl`` and ``html/`` (see gold_pages.py). Half of the weights is one fit on the real pages, half
the mean of three fits on the real pages and 200 made ones each (made_html_pages.py), a made page counting a fifth. The
figures are out of fold: no page of a site that is judged was fitted on. They are of the lines judged in the container,
joined by line ends; ``--curve`` tells how they grow with the number of real pages.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean

import chain_fit
import numpy as np
from chain_fit import Example
from gold_pages import GoldPage, folder_pages, gold_page, label
from made_html_pages import OddPage, made_pages
from numpy.typing import NDArray

from cleaners.extract.boilerplate import html_lines
from cleaners.extract.boilerplate.html_features import encode, feature_names
from cleaners.extract.boilerplate.rules import LineSignals

L2, MADE, MADE_WEIGHT = 10.0, 200, 0.2
MADE_SEEDS = (11, 12, 13)
GATE_SEED, GATE_PAGES = 2, 300
CURVE_FOLDS = 4
Weights = NDArray[np.float64]


def example(gold: GoldPage, weight: float = 1.0) -> Example:
    """The lines of a page's container with their features and the states they may have."""
    known = encode(gold.page, gold.meta, gold.first, gold.last)
    return Example(rows=known.rows.tolist(), allowed=label(gold), weight=weight)


def made(page: OddPage) -> GoldPage:
    """A made page, read as a real one."""
    return gold_page(page.html, id=page.title, site=page.title, body=page.body, optional=page.optional)


@dataclass(frozen=True, slots=True)
class Trainer:
    """Fits weights on real pages, with the same made pages each time."""

    made: tuple[tuple[Example, ...], ...]

    @classmethod
    def prepared(cls) -> Trainer:
        """With made pages of every seed."""
        return cls(
            made=tuple(
                tuple(
                    example(gold, MADE_WEIGHT) for gold in map(made, made_pages(MADE, seed)) if gold.first <= gold.last
                )
                for seed in MADE_SEEDS
            )
        )

    def fit(self, real: Sequence[Example]) -> Weights:
        """Half one fit on real pages, half the mean of the fits with made ones."""
        rows = len(feature_names())
        alone = chain_fit.fit(real, rows, html_lines.SHAPE, l2=L2)
        mixed = [chain_fit.fit([*real, *part], rows, html_lines.SHAPE, l2=L2) for part in self.made]
        return 0.5 * alone + 0.5 * np.mean(mixed, axis=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """One page judged."""

    id: str
    precision: float
    recall: float
    exact: bool
    confidence: float

    @property
    def f1(self) -> float:
        """Of four-token shingles."""
        return 2 * self.precision * self.recall / max(1e-9, self.precision + self.recall)


def judged(gold: GoldPage, weights: Weights) -> Score:
    """Judge the lines of a page's container."""
    found = html_lines.judge(
        gold.page, gold.meta, LineSignals(gold.page.lines), first=gold.first, last=gold.last, weights=weights
    )
    precision, recall, exact = gold.score("\n".join(line.text for line in found.lines if line.verdict == "keep"))
    return Score(id=gold.id, precision=precision, recall=recall, exact=exact, confidence=found.confidence)


def summary(scores: Sequence[Score]) -> str:
    """Mean figures of several pages."""
    precision, recall = mean(score.precision for score in scores), mean(score.recall for score in scores)
    sure = [score.f1 for score in scores if score.confidence >= 0.97]
    return (
        f"{len(scores):3d} pages  F1 {2 * precision * recall / (precision + recall):.4f}  exact "
        f"{mean(score.exact for score in scores):.3f}  below .95 {sum(score.f1 < 0.95 for score in scores)}; "
        f"confidence under .97 {len(scores) - len(sure)}, the others F1 {mean(sure or [0.0]):.4f}"
    )


def folds(sites: Sequence[str], count: int) -> Iterator[set[str]]:
    """The sites, in turn held back."""
    names = sorted(set(sites))
    random.Random(1).shuffle(names)
    yield from (set(names[fold::count]) for fold in range(count))


def out_of_fold(
    pages: Sequence[GoldPage], fit: Callable[[Sequence[Example]], Weights], count: int, share: float = 1.0
) -> dict[str, Score]:
    """Every page judged by weights fitted on pages of other sites, or on a ``share`` of those."""
    examples = {page.id: example(page) for page in pages}
    out = {}
    for held in folds([page.site for page in pages], count):
        fitted = [examples[page.id] for page in pages if page.site not in held]
        random.Random(2).shuffle(fitted)
        weights = fit(fitted[: max(1, round(share * len(fitted)))])
        out.update({page.id: judged(page, weights) for page in pages if page.site in held})
    return out


def gate(weights: Weights) -> str:
    """Made pages of another seed than those fitted on, by kind."""
    kinds: dict[str, list[float]] = {}
    for odd in made_pages(GATE_PAGES, GATE_SEED):
        kinds.setdefault(odd.kind, []).append(judged(made(odd), weights).f1)
    every = [score for scores in kinds.values() for score in scores]
    told = ", ".join(f"{kind} {mean(scores):.3f}" for kind, scores in kinds.items())
    return f"{len(every)} made pages  mean F1 {mean(every):.4f}: {told}"


def write(weights: Weights, recipe: str, path: Path) -> None:
    """The weights as a data file, the same to the bit for the same pages."""
    rows = [
        f"  {json.dumps(name)}: {json.dumps([round(float(value), 3) + 0.0 for value in row])}"
        for name, row in zip(feature_names(), weights, strict=True)
        if np.abs(row).max() >= 0.0005
    ]
    head = f' "recipe": {json.dumps(recipe)},\n "columns": {json.dumps(html_lines.SHAPE.columns)},\n "features": {{\n'
    path.write_text("{\n" + head + ",\n".join(rows) + "\n }\n}\n", encoding="utf-8")


def main() -> None:
    """Measure, fit, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path("cleaners/data/html-lines.json"))
    parser.add_argument("--folds", type=int, default=8, help="0: do not measure")
    parser.add_argument("--curve", action="store_true", help="measure with fewer pages too")
    parser.add_argument("--worst", type=int, default=10, help="how many pages to name")
    parser.add_argument("--dry", action="store_true", help="measure only")
    arguments = parser.parse_args()
    folders = {
        folder.name: [page for page in folder_pages(folder) if page.first <= page.last and label(page)[:, 1].any()]
        for folder in arguments.folders
    }
    pages = [page for found in folders.values() for page in found]
    trainer = Trainer.prepared()
    if arguments.folds:
        scores = out_of_fold(pages, trainer.fit, arguments.folds)
        for name, found in folders.items():
            print(f"{name:10s} out of fold  {summary([scores[page.id] for page in found])}")
        for score in sorted(scores.values(), key=lambda score: score.f1)[: arguments.worst]:
            print(f"  {score.f1:.3f}  confidence {score.confidence:.3f}  {score.id}")
    if arguments.curve:
        for share in (0.1, 0.3, 0.6):
            found_scores = out_of_fold(pages, trainer.fit, CURVE_FOLDS, share)
            print(f"{share:.0%} of the pages  {summary(list(found_scores.values()))}", flush=True)
    weights = trainer.fit([example(page) for page in pages])
    print(f"fitted on all: {summary([judged(page, weights) for page in pages])}")
    print(gate(weights))
    if not arguments.dry:
        recipe = (
            f"crf, 80 Adam steps, l2 {L2:g}; half {len(pages)} real pages of {', '.join(folders)}, half the mean of "
            f"{len(MADE_SEEDS)} fits with {MADE} made pages each at weight {MADE_WEIGHT:g}"
        )
        write(weights, recipe, arguments.out)


if __name__ == "__main__":
    main()
