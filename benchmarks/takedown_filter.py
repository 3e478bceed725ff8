"""How well texts that were taken down are known again by their traces alone, on the labelled reposts and series.

    python benchmarks/takedown_filter.py [SHARED] [--leave-spinners-out] [--fit cleaners/data/returning.json]

Prints by class of labelled pair the share that is stopped: for copies that is recall, for others a false stop. First by
models that saw none of the articles, or series, of the pairs they are judged on (and with --leave-spinners-out no text
of a real spinner); then by the model that ships (or is fitted here). It also sees texts rewritten in made-up ways
(benchmarks/rewriters.py), so that it does not learn one spinner's words. Needs scikit-learn, which jianbao itself does
not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rewriters import made_up_copies
from sklearn.ensemble import HistGradientBoostingClassifier

from cleaners.dedup import fingerprint
from cleaners.ingest.takedown_filter import (
    FEATURES,
    BlockedText,
    PlacedAnchors,
    TakedownFilter,
    TakedownSettings,
    features,
    fingerprints,
    placed_anchors,
)

FOLDS = 3
SETTINGS = {"max_iter": 300, "max_leaf_nodes": 8, "min_samples_leaf": 30, "l2_regularization": 5.0, "random_state": 0}
SERIES, CHANCE = 6.0, 3.0
"""What a pair of a series, and one that shares set phrases by chance, weighs in fitting."""
MERGED, MET = 0.03, 0.002
"""So many of the series pairs, and of those by chance, may be stopped, out of fold: an innocent article refused is
worse than a copy that comes in."""
SPINNERS = ("spun_", "combo_spin")
MEETINGS = 25_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """The second text comes in, the first one was taken down."""

    known: BlockedText
    text: PlacedAnchors
    same: bool
    cls: str
    fold: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Texts by id, as one that is gone and as one that comes in."""

    known: dict[Any, BlockedText]
    placed_anchors: dict[Any, PlacedAnchors]

    def pair(self, a: Any, b: Any, same: bool, cls: str, fold: int) -> Pair:
        return Pair(known=self.known[a], text=self.placed[b], same=same, cls=cls, fold=fold % FOLDS)


def rows(path: Path) -> list[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def read(texts: dict[Any, str]) -> Texts:
    forms = fingerprint.normal_forms(list(texts.values()))
    made = {id_: placed_anchors(forms[row]) for row, id_ in enumerate(texts)}
    return Texts(known={id_: one.own for id_, one in made.items()}, placed=made)


def pairs_of(folder: Path) -> Iterator[Pair]:
    docs = rows(folder / "docs.jsonl.gz")
    made = [{**one, "id": f"made up {n}"} for n, one in enumerate(made_up_copies(docs))]
    reposts = read({doc["id"]: doc["text"] for doc in (*docs, *made)})
    groups = {doc["id"]: set(doc["groups"]) for doc in (*docs, *made)}
    fold = {id_: min(those, default=0) for id_, those in groups.items()}
    labelled = [(p["a"], p["b"], bool(p["label"]), p["cls"]) for p in rows(folder / "pairs.jsonl.gz")]
    originals = {min(doc["groups"]): doc["id"] for doc in docs if doc["cls"] == "orig"}
    labelled += [(originals[min(one["groups"])], one["id"], True, "made up") for one in made]
    for a, b, same, cls in labelled:
        yield reposts.pair(a, b, same, cls, fold[a])
        yield reposts.pair(b, a, same, f"{cls}, reversed", fold[a])
    for a, b in meetings(reposts, groups, {frozenset(one[:2]) for one in labelled}):
        yield reposts.pair(a, b, False, "by chance", fold[b])
    series = read({doc["id"]: doc["text"] for doc in rows(folder / "series_docs.jsonl.gz")})
    for p in rows(folder / "series_pairs.jsonl.gz"):
        yield series.pair(p["a"], p["b"], False, "series", min(p["a"], p["b"]))
        yield series.pair(p["b"], p["a"], False, "series, reversed", min(p["a"], p["b"]))


def meetings(texts: Texts, groups: dict[Any, set[int]], labelled: set[frozenset[Any]]) -> list[tuple[Any, Any]]:
    """Pairs of documents that share anchors though they have nothing to do with each other."""
    source = np.random.default_rng(1)
    ids = list(texts.known)
    every = np.concatenate([texts.known[id_].anchors for id_ in ids])
    sizes = np.array([len(texts.known[id_].anchors) for id_ in ids])
    owners = np.repeat(np.arange(len(ids)), sizes)
    order = np.argsort(every, kind="stable")
    every, owners = every[order], owners[order]
    found: list[tuple[Any, Any]] = []
    for row in source.permutation(len(ids)).tolist():
        mine = texts.known[ids[row]].anchors
        first, last = np.searchsorted(every, mine), np.searchsorted(every, mine, "right")
        met = np.concatenate([owners[a:b] for a, b in zip(first, last, strict=True)])
        counts = np.bincount(met, minlength=len(ids))
        close = np.flatnonzero((counts >= 8) & (counts >= TakedownSettings().share * np.minimum(len(mine), sizes)))
        found += [(ids[k], ids[row]) for k in close.tolist() if not groups[ids[k]] & groups[ids[row]]
                  and frozenset((ids[k], ids[row])) not in labelled]  # fmt: skip
        if len(found) >= MEETINGS:
            break
    return found


def fit(seen: NDArray[np.float64], same: NDArray[np.bool_], weights: NDArray[np.float64]) -> Any:
    model = HistGradientBoostingClassifier(monotonic_cst=list(FEATURES.values()), **SETTINGS)
    return model.fit(seen, same, sample_weight=weights)


def told(name: str, pairs: list[Pair], stopped: NDArray[np.bool_]) -> None:
    print(f"== {name}")
    by_class: dict[tuple[bool, str], list[bool]] = defaultdict(list)
    for pair, hit in zip(pairs, stopped.tolist(), strict=True):
        by_class[pair.same, pair.cls].append(hit)
    for same in (True, False):
        for turned in (False, True):
            every = [
                hit
                for (kind, cls), hits in by_class.items()
                for hit in hits
                if kind == same and cls.endswith("reversed") == turned and cls.split(",")[0] not in _APART
            ]
            what = f"{'copies' if same else 'others'}{' (reversed)' if turned else ''}"
            print(f"{what}: {np.mean(every):.4f} of {len(every)}")
    for (same, cls), hits in sorted(by_class.items()):
        if cls.startswith("series") or (not cls.endswith("reversed") and np.mean(hits) != float(same)):
            print(f"  {'copy ' if same else 'other'} {cls:24} {np.mean(hits):.3f} of {len(hits)}")


_APART = {"series", "by chance", "made up"}


def exported(model: Any, threshold: float, recipe: str) -> str:
    trees = []
    for (predictor,) in model._predictors:
        trees.append([[-1, round(float(node["value"]), 5), 0, 0] if node["is_leaf"] else
                      [int(node["feature_idx"]), round(float(node["num_threshold"]), 5), int(node["left"]),
                       int(node["right"])] for node in predictor.nodes])  # fmt: skip
    body = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    head = json.dumps({"recipe": recipe, "features": list(FEATURES), "threshold": threshold,
                       "bias": round(float(model._baseline_prediction.item()), 5)})  # fmt: skip
    return f'{head[:-1]}, "trees": [\n{body}\n]}}\n'


def false_stops(folder: Path, taken_down: int = 500) -> tuple[int, int, int]:
    """(documents stopped though they share nothing, documents asked, tombstones) with many tombstones at once."""
    docs = {row["id"]: row for row in rows(folder / "docs.jsonl.gz")}
    chosen = [id_ for id_, row in docs.items() if row["cls"] == "orig"][:taken_down]
    watch = TakedownFilter(
        list(zip(map(str, chosen), fingerprints([docs[id_]["text"] for id_ in chosen]), strict=True))
    )
    groups = {group for id_ in chosen for group in docs[id_]["groups"]}
    others = [id_ for id_, row in docs.items() if not groups.intersection(row["groups"])]
    met = watch.check([docs[id_]["text"] for id_ in others])
    return sum(one is not None for one in met), len(others), len(chosen)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", nargs="?", type=Path, default=Path(os.environ.get("JIANBAO_SHARED") or "../shared"))
    parser.add_argument("--leave-spinners-out", action="store_true")
    parser.add_argument("--fit", type=Path, metavar="OUT")
    given = parser.parse_args()
    pairs = list(pairs_of(given.shared / "reposts"))
    seen = np.stack([features(pair.known, pair.text) for pair in pairs])
    same, folds = np.array([pair.same for pair in pairs]), np.array([pair.fold for pair in pairs])
    cls = np.array([pair.cls for pair in pairs])
    weights = np.where(np.char.startswith(cls, "series"), SERIES, np.where(cls == "by chance", CHANCE, 1.0))
    spun = np.array([pair.same and pair.cls.startswith(SPINNERS) for pair in pairs])
    threshold = 0.5
    ways = [("out of fold", np.zeros_like(spun)), ("out of fold, the real spinners left out too", spun)]
    for name, left in ways if given.leave_spinners_out else ways[:1]:
        scores = np.zeros(len(pairs))
        for fold in range(FOLDS):
            inside = (folds != fold) & ~left
            model = fit(seen[inside], same[inside], weights[inside])
            scores[folds == fold] = model.predict_proba(seen[folds == fold])[:, 1]
        if not left.any():
            series, chance = scores[np.char.startswith(cls, "series")], scores[cls == "by chance"]
            threshold = round(float(max(np.quantile(series, 1 - MERGED), np.quantile(chance, 1 - MET))), 4)
        told(f"{name}, threshold {threshold}", pairs, scores >= threshold)
    if given.fit:
        recipe = (f"benchmarks/takedown_filter.py: {len(pairs)} pairs, {FOLDS} folds, stopped at most {MERGED} of the "
                  f"series, {MET} by chance; {SETTINGS}")  # fmt: skip
        given.fit.write_text(exported(fit(seen, same, weights), threshold, recipe), encoding="utf-8")
    wrong, asked, stones = false_stops(given.shared / "reposts")
    print(f"shipped: {stones} taken down: {wrong} of {asked} documents that share none of them are stopped")


if __name__ == "__main__":
    main()
