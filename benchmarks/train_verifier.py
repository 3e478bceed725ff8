"""Fit the verifier's model (cleaners/data/verifier.json) on labelled reposts.

    python benchmarks/train_verifier.py REPOSTS [-o cleaners/data/verifier.json] [--folds 5]

REPOSTS holds docs.jsonl.gz (id, text, groups: the articles a document contains, cls: how it was made) and, as pairs of
different articles, series_docs.jsonl.gz and series_pairs.jsonl.gz. What the model learns from are the candidates that
jianbao's own index proposes. Every figure printed is out of fold: no article, and no series document, of the pairs a
model is judged on was in what it was fitted on. Needs scikit-learn, which jianbao itself does not.
"""

from __future__ import annotations

import argparse
import gzip
import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from cleaners import chain, fingerprint
from cleaners.dedup import keys_of
from cleaners.index.memory import MemoryIndex

SETTINGS = {"max_iter": 60, "learning_rate": 0.15, "max_leaf_nodes": 8, "min_samples_leaf": 40,
            "l2_regularization": 5.0, "random_state": 0}
PRECISION = 0.997
"""The threshold is the lowest that reaches this out of fold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Candidate pairs with their features, labels and folds."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    features: NDArray[np.float64]
    same: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    """Whether the pair is scored (two compilations are not)."""
    folds: NDArray[np.int64]
    """``(pairs, 2)``: the folds of both documents."""


def rows(path: Path) -> list[dict[str, Any]]:
    """The objects of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def candidates(texts: list[str]) -> tuple[fingerprint.Normal, NDArray[np.int64], NDArray[np.int64]]:
    """Normal forms and candidate pairs (earlier, later), as ``dedup`` finds them."""
    forms = fingerprint.normal_forms(texts)
    index, left, right = MemoryIndex(), [], []
    for start in range(0, len(texts), 500):
        batch = texts[start:start + 500]
        keys = keys_of(fingerprint.signatures(batch))
        index.add(np.arange(start, start + len(batch), dtype=np.uint32), keys)
        found = index.query(keys)
        later = found.rows.astype(np.int64) + start
        before = found.docs < later
        left.append(found.docs[before].astype(np.int64))
        right.append(later[before])
    return forms, np.concatenate(left), np.concatenate(right)


def truth_of(docs: list[dict[str, Any]]) -> set[tuple[int, int]]:
    """Pairs of documents that share an article, by position; two compilations are no pair."""
    groups = defaultdict(list)
    for at, doc in enumerate(docs):
        for group in doc["groups"]:
            groups[group].append(at)
    both = [doc["cls"].startswith("compile") for doc in docs]
    return {(a, b) for members in groups.values() for i, a in enumerate(members) for b in members[i + 1:]
            if not (both[a] and both[b])}


def repost_pairs(docs: list[dict[str, Any]], folds: int) -> Pairs:
    """The candidates among reposts."""
    forms, left, right = candidates([doc["text"] for doc in docs])
    truth = truth_of(docs)
    compiled = np.array([doc["cls"].startswith("compile") for doc in docs])
    fold = np.array([min(doc["groups"]) % folds for doc in docs])
    order = np.argsort(right, kind="stable")
    left, right = left[order], right[order]
    return Pairs(left=left, right=right, features=chain.features(chain.count(forms, left, right)),
                 same=np.array([pair in truth for pair in zip(left.tolist(), right.tolist(), strict=True)]),
                 judged=~(compiled[left] & compiled[right]), folds=np.column_stack((fold[left], fold[right])))


def series_pairs(folder: Path, folds: int) -> Pairs:
    """The pairs of different items of one series; a series (linked items) lies in one fold."""
    docs, pairs = rows(folder / "series_docs.jsonl.gz"), rows(folder / "series_pairs.jsonl.gz")
    at = {doc["id"]: place for place, doc in enumerate(docs)}
    left, right = (np.array([at[pair[side]] for pair in pairs]) for side in ("a", "b"))
    family = np.arange(len(docs))
    for _ in range(len(docs)):
        least = np.minimum(family[left], family[right])
        before = family.copy()
        np.minimum.at(family, left, least)
        np.minimum.at(family, right, least)
        if np.array_equal(before, family):
            break
    forms = fingerprint.normal_forms([doc["text"] for doc in docs])
    no = np.zeros(len(left), dtype=np.bool_)
    return Pairs(left=left, right=right, features=chain.features(chain.count(forms, left, right)), same=no, judged=~no,
                 folds=np.column_stack((family[left] % folds, family[right] % folds)))


def fit(pairs: list[Pairs], keep: list[NDArray[np.bool_]]) -> HistGradientBoostingClassifier:
    """A model of the kept pairs."""
    model = HistGradientBoostingClassifier(monotonic_cst=list(chain.FEATURES.values()), **SETTINGS)
    return model.fit(np.concatenate([p.features[k] for p, k in zip(pairs, keep, strict=True)]),
                     np.concatenate([p.same[k] for p, k in zip(pairs, keep, strict=True)]))


def out_of_fold(pairs: list[Pairs], folds: int) -> list[NDArray[np.float64]]:
    """Scores of all pairs by models that saw neither of their articles."""
    scores = [np.zeros(len(p.left)) for p in pairs]
    for one in range(folds):
        for other in range(one, folds):
            keep = [p.judged & ~np.isin(p.folds, (one, other)).any(axis=1) for p in pairs]
            test = [np.sort(p.folds, axis=1) == (one, other) for p in pairs]
            model = fit(pairs, keep)
            for score, p, t in zip(scores, pairs, test, strict=True):
                if t.all(axis=1).any():
                    score[t.all(axis=1)] = model.predict_proba(p.features[t.all(axis=1)])[:, 1]
    return scores


def threshold_of(pairs: Pairs, scores: NDArray[np.float64]) -> float:
    """The lowest threshold of the wanted precision."""
    order = np.argsort(-scores[pairs.judged], kind="stable")
    right = np.cumsum(pairs.same[pairs.judged][order])
    enough = np.flatnonzero(right / np.arange(1, len(order) + 1) >= PRECISION)
    return round(float(scores[pairs.judged][order][enough[-1]]), 4)


def report(docs: list[dict[str, Any]], pairs: Pairs, scores: NDArray[np.float64], threshold: float) -> Iterator[str]:
    """Precision, recall and the worst classes."""
    yes = pairs.judged & (scores >= threshold)
    hits, wanted = int((yes & pairs.same).sum()), len(truth_of(docs))
    yield (f"threshold {threshold}: precision {hits / yes.sum():.4f} recall {hits / wanted:.4f} "
           f"F1 {2 * hits / (yes.sum() + wanted):.4f}")
    cls = [doc["cls"] for doc in docs]
    for name, which in (("false", yes & ~pairs.same), ("missed", pairs.judged & ~yes & pairs.same)):
        kinds = Counter("/".join(sorted((cls[a], cls[b])))
                        for a, b in zip(pairs.left[which].tolist(), pairs.right[which].tolist(), strict=True))
        yield f"{name}: {kinds.most_common(12)}"


def export(model: HistGradientBoostingClassifier, threshold: float, recipe: str) -> str:
    """The model as the text of a data file."""
    trees = []
    for (predictor,) in model._predictors:
        trees.append([[-1, round(float(node["value"]), 5), 0, 0] if node["is_leaf"] else
                      [int(node["feature_idx"]), round(float(node["num_threshold"]), 6), int(node["left"]),
                       int(node["right"])] for node in predictor.nodes])
    body = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    head = {"recipe": recipe, "features": list(chain.FEATURES), "threshold": threshold,
            "bias": float(model._baseline_prediction.item())}
    return json.dumps(head, ensure_ascii=False)[:-1] + ', "trees": [\n' + body + "\n]}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reposts", type=Path)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    args = parser.parse_args()
    docs = rows(args.reposts / "docs.jsonl.gz")
    pairs = [repost_pairs(docs, args.folds), series_pairs(args.reposts, args.folds)]
    scores = out_of_fold(pairs, args.folds)
    threshold = threshold_of(pairs[0], scores[0])
    print(*report(docs, pairs[0], scores[0], threshold), sep="\n")
    print(f"series merged: {np.mean(scores[1] >= threshold):.3f}")
    if args.out:
        model = fit(pairs, [p.judged for p in pairs])
        recipe = f"{len(docs)} reposts, {len(pairs[1].left)} series pairs, {args.folds} folds; {json.dumps(SETTINGS)}"
        args.out.write_text(export(model, threshold, recipe), encoding="utf-8")


if __name__ == "__main__":
    main()
