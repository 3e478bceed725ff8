"""Fit the score of pages that are no article (cleaners/data/page-type.json) on real and made pages.

    python benchmarks/train_page_type.py FOLDER... [--others FOLDER] [--made 176] [-o FILE]

Each FOLDER holds articles (``gold.jsonl``, ``html/ID.html.gz``); --others pages that are none (``ID.html.gz``). To both
come made ones (``made_html_pages.py``, ``made_other_pages.py``), which weigh less. A logistic regression with an L2
penalty over :data:`cleaners.extract.page_features.FEATURES`, fitted by Newton's method. Printed are figures out of
fold: no page of the same site, for made pages of the same kind, was fitted on; with and without the kinds that
:mod:`cleaners.extract.page_type` knows by what they say.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from made_html_pages import made_pages
from made_other_pages import live_report, made_others
from numpy.typing import NDArray

from cleaners import metadata
from cleaners.errors import UnusableInput
from cleaners.extract import caption, page_type
from cleaners.extract.boilerplate import html_lines
from cleaners.extract.boilerplate.rules import LineSignals
from cleaners.extract.container import choose
from cleaners.extract.page_features import FEATURES, judged_page, measure
from cleaners.page import decode
from cleaners.page import lines as blocks

MADE = 0.3
"""What a made page weighs against a real one."""
HIDDEN = 0.5
"""What an article weighs again whose metadata is taken away: an article is one also where none is found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A page, its features and what it is."""

    name: str
    group: str
    """Pages of one group are judged by what was fitted on the others."""
    is_article: bool
    weight: float
    by_kind: bool
    """Whether its kind is known by what the page says."""
    features: tuple[float, ...]


def sample(text: str, *, name: str, group: str, is_article: bool, weight: float) -> Sample | None:
    """The features of a decoded page; None where nothing of it can be read or kept: it is dropped anyway."""
    try:
        page = blocks.read(text)
    except UnusableInput:
        return None
    meta = metadata.find_metadata(page)
    signals = LineSignals(page.lines)
    found = choose(page, meta, signals) if page.media == "html" else None
    if found is None:
        return None
    first = caption.first_line(page, meta, found)
    judged = html_lines.judge(page, meta, signals, first=first, last=found.last)
    return Sample(
        name=name, group=group, is_article=is_article, weight=weight,
        by_kind=page_type.known_kind(page, judged.lines, meta) is not None,
        features=measure(judged_page(judged.lines, meta, judged.confidence)),
    )  # fmt: skip


def samples(folders: Sequence[Path], others: Path | None, made: int) -> Iterator[Sample | None]:
    """Real articles, real pages that are none, and ``made`` pages of either sort."""
    for folder in folders:
        for row in map(json.loads, (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()):
            text = decode.decode(gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())).text
            group = row.get("site") or row["id"]
            yield sample(text, name=row["id"], group=group, is_article=True, weight=1.0)
    for path in sorted(others.glob("*.html.gz")) if others else ():
        text = decode.decode(gzip.decompress(path.read_bytes())).text
        yield sample(text, name=path.name, group=path.name, is_article=False, weight=2.0)
    for n, page in enumerate(made_pages(made, 5)):
        yield sample(page.html, name=f"made {n}", group=f"made {page.kind}", is_article=True, weight=MADE)
    rng = random.Random(5)
    for n in range(made // 4):
        group = f"live report {n % 4}"
        yield sample(live_report(rng), name=f"live {n}", group=group, is_article=True, weight=MADE)
    for n, other in enumerate(made_others(made, 5)):
        yield sample(other.html, name=f"other {n}", group=f"other {other.kind}", is_article=False, weight=MADE)


def without_metadata(one: Sample) -> Sample:
    """The same article where nobody found its headline, its date and who wrote it."""
    known = ("source or author", "date", "headline on the page", "headline of its own")
    values = tuple(0.0 if name in known else value for name, value in zip(FEATURES, one.features, strict=True))
    return replace(one, name=f"{one.name} without metadata", weight=HIDDEN * one.weight, features=values)


def fit(found: Sequence[Sample], l2: float, steps: int = 30) -> NDArray[np.float64]:
    """Weights of the features as they are, the last one of a feature that is always 1, float64."""
    raw = np.array([one.features for one in found])
    mean, scale = raw.mean(axis=0), raw.std(axis=0) + 1e-9
    rows = np.hstack([(raw - mean) / scale, np.ones((len(raw), 1))])
    wanted = np.array([not one.is_article for one in found], float)
    weight = np.array([one.weight for one in found])
    penalty = np.diag([l2] * len(mean) + [1e-6])
    weights = np.zeros(rows.shape[1])
    for _ in range(steps):
        likely = 1 / (1 + np.exp(-rows @ weights))
        slope = rows.T @ (weight * (likely - wanted)) + penalty @ weights
        curve = (rows * (weight * likely * (1 - likely))[:, None]).T @ rows + penalty
        weights -= np.linalg.solve(curve, slope)
    plain = weights[:-1] / scale
    return np.append(plain, weights[-1] - plain @ mean)


def out_of_fold(found: Sequence[Sample], l2: float) -> NDArray[np.float64]:
    """For each page the probability that it is no article, by what was fitted without its group."""
    groups = sorted({one.group for one in found})
    fold = {group: n % 12 for n, group in enumerate(groups)}
    out = np.zeros(len(found))
    for held in range(12):
        weights = fit([one for one in found if fold[one.group] != held], l2)
        for i, one in enumerate(found):
            if fold[one.group] == held:
                out[i] = 1 / (1 + np.exp(-(np.array(one.features) @ weights[:-1] + weights[-1])))
    return out


def report(found: Sequence[Sample], likely: NDArray[np.float64], limit: float) -> str:
    """How many of each sort are dropped: by kind, by score, by either."""
    told = []
    for name, is_article, real in (
        ("articles", True, True),
        ("others", False, True),
        ("made articles", True, False),
        ("made others", False, False),
    ):
        own = [i for i, one in enumerate(found) if one.is_article == is_article and (one.weight >= 1) == real]
        kind, score = [found[i].by_kind for i in own], [likely[i] > limit for i in own]
        both = sum(a or b for a, b in zip(kind, score, strict=True))
        told.append(f"{name} {len(own)}: by kind {sum(kind)}, by score {sum(score)}, either {both}")
    return "; ".join(told)


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--others", type=Path)
    parser.add_argument("--made", type=int, default=176)
    parser.add_argument("--l2", type=float, default=1.0)
    parser.add_argument("--limit", type=float, default=0.7)
    parser.add_argument("-o", "--out", type=Path, default=Path("cleaners/data/page-type.json"))
    args = parser.parse_args()
    found = [one for one in samples(args.folders, args.others, args.made) if one is not None]
    found += [without_metadata(one) for one in found if one.is_article]
    likely = out_of_fold(found, args.l2)
    for limit in (0.5, 0.6, 0.7, 0.8, 0.9):
        print(f"{limit}: {report(found, likely, limit)}")
    wrong = sorted(
        (i for i, one in enumerate(found) if (likely[i] > args.limit) == one.is_article), key=lambda i: likely[i]
    )
    for i in wrong:
        if found[i].weight >= 1 or found[i].is_article:
            print(
                f"  {'article' if found[i].is_article else 'other':8s}{found[i].name:40s}{likely[i]:.3f}"
                f" {found[i].group}"
            )
    weights = fit(found, args.l2)
    told = report(found, likely, args.limit)
    recipe = f"logistic, l2 {args.l2:g}; {len(found)} pages; out of fold at {args.limit:g}: {told}"
    rows = [f'  "{name}": {value:.4f}' for name, value in zip(FEATURES, weights[:-1], strict=True)]
    args.out.write_text(
        f'{{\n "recipe": {json.dumps(recipe)},\n "limit": {args.limit},\n "always": {weights[-1]:.4f},\n'
        ' "features": {\n' + ",\n".join(rows) + "\n }\n}\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
