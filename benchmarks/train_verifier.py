"""Fit the verifier's models (cleaners/data/verifier.json) on labelled reposts.

    python benchmarks/train_verifier.py REPOSTS [-o cleaners/data/verifier.json] [--folds 3] [--leave-spinners-out]

REPOSTS holds docs.jsonl.gz (id, text, groups: the articles a document contains, cls: how it was made) and, as pairs of
different articles, series_docs.jsonl.gz and series_pairs.jsonl.gz. What the models learn from are the candidates that
jianbao's own index proposes. So that they do not learn one spinner's dictionary, they also see texts rewritten in
made-up ways (benchmarks/rewriters.py). Every figure printed is out of fold: no article, and no series,
of the pairs a model is judged on was in what it was fitted on; with --leave-spinners-out no text of a real spinner
either. Needs scikit-learn, which jianbao itself does not.
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
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rewriters import made_up_copies
from sklearn.ensemble import HistGradientBoostingClassifier

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.corpus.engine import CommonShingles
from cleaners.dedup.index.runs import MemoryIndex
from cleaners.dedup.verify.features import FEATURES, pair_features

SETTINGS = {
    "max_iter": 120,
    "learning_rate": 0.1,
    "max_leaf_nodes": 6,
    "min_samples_leaf": 20,
    "l2_regularization": 5.0,
    "random_state": 0,
}
PRECISION = {"pair": 0.996, "corpus": 0.997}
"""The thresholds are the lowest that reach this out of fold on the real reposts."""
MERGED = 0.04
"""And that merge no more of the series pairs, out of fold."""
SERIES = 12.0
"""What a series pair weighs in fitting: there are few here, but series are met all the time."""
ALIKE = 0.85
"""Series pairs with more in common are judged but not learned from: nothing in two such texts tells them apart."""
EASY, SHARE = 0.2, 0.1
"""Of other pairs with less in common than EASY only a share is learned from: there are too many, and all alike."""
SPINNERS = ("spun_", "combo_spin")
"""Classes that a real spinner made."""
Docs = list[dict[str, Any]]
COVERAGE = list(FEATURES).index("coverage")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Pairs of documents with their features, labels and folds."""

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    seen: dict[str, NDArray[np.float64]]
    """Model -> features."""
    same: NDArray[np.bool_]
    folds: NDArray[np.int64]
    """``(pairs, 2)``: the folds of both documents."""
    real: NDArray[np.bool_]
    """Neither was made up by benchmarks/rewriters.py."""
    spinner: NDArray[np.bool_]
    """A real spinner made one of both."""


def rows(path: Path) -> Docs:
    """The objects of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def candidates(keys: fingerprint.DocumentKeys) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Candidate pairs (earlier, later), as ``dedup`` finds them; later ones ascend."""
    index, left, right = MemoryIndex(), [], []
    for start in range(0, len(keys), 500):
        stretch = np.arange(start, min(start + 500, len(keys)))
        batch = keys.select(stretch)
        index.add(stretch.astype(np.uint32), batch)
        found = index.query(batch)
        later = found.rows.astype(np.int64) + start
        before = found.docs < later
        left.append(found.docs[before].astype(np.int64))
        right.append(later[before])
    return np.concatenate(left), np.concatenate(right)


def truth_of(docs: Docs) -> set[tuple[int, int]]:
    """Pairs of documents that share an article, by position; two compilations are no pair."""
    groups = defaultdict(list)
    for at, doc in enumerate(docs):
        for group in doc["groups"]:
            groups[group].append(at)
    both = [doc["cls"].startswith("compile") for doc in docs]
    return {
        (a, b)
        for members in groups.values()
        for i, a in enumerate(members)
        for b in members[i + 1 :]
        if not (both[a] and both[b])
    }


def seen_of(
    forms: fingerprint.NormalForms, left: NDArray[np.int64], right: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """The features of pairs, by what is known: of both texts alone, and of what their corpus shares."""
    signatures, commons = fingerprint.signatures_of(forms), CommonShingles()
    commons.add(signatures)
    masks = {"pair": None, "corpus": commons.mark(forms, signatures)}
    return {name: pair_features(verify.align(forms, left, right, mask).counts) for name, mask in masks.items()}


def repost_pairs(docs: Docs, made_up: Docs, folds: int) -> Pairs:
    """The candidates among reposts and made-up spun texts; pairs of compilations, which nobody judges, left out."""
    every = docs + made_up
    forms = fingerprint.normal_forms([doc["text"] for doc in every])
    left, right = candidates(fingerprint.signatures_of(forms))
    compiled = np.array([doc["cls"].startswith("compile") for doc in every])
    judged = ~(compiled[left] & compiled[right])
    left, right = left[judged], right[judged]
    truth = truth_of(every)
    fold = np.array([crc32(str(min(doc["groups"])).encode()) % folds for doc in every])  # classes go by the number
    spun = np.array([doc["cls"].startswith(SPINNERS) for doc in every])
    return Pairs(
        left=left,
        right=right,
        seen=seen_of(forms, left, right),
        same=np.array([pair in truth for pair in zip(left.tolist(), right.tolist(), strict=True)]),
        folds=np.column_stack((fold[left], fold[right])),
        real=(left < len(docs)) & (right < len(docs)),
        spinner=spun[left] | spun[right],
    )


def series_pairs(folder: Path, folds: int) -> Pairs:
    """The pairs of different items of one series; a series (linked items) lies in one fold."""
    docs, pairs = rows(folder / "series_docs.jsonl.gz"), rows(folder / "series_pairs.jsonl.gz")
    at = {doc["id"]: place for place, doc in enumerate(docs)}
    left, right = (np.array([at[pair[side]] for pair in pairs]) for side in ("a", "b"))
    cluster, before = np.arange(len(docs)), np.zeros(0)
    while not np.array_equal(before, cluster):
        before, least = cluster.copy(), np.minimum(cluster[left], cluster[right])
        np.minimum.at(cluster, left, least)
        np.minimum.at(cluster, right, least)
    forms = fingerprint.normal_forms([doc["text"] for doc in docs])
    no = np.zeros(len(left), dtype=np.bool_)
    return Pairs(
        left=left,
        right=right,
        seen=seen_of(forms, left, right),
        same=no,
        real=~no,
        spinner=no,
        folds=np.column_stack((cluster[left] % folds, cluster[right] % folds)),
    )


def worth(pairs: Pairs) -> NDArray[np.bool_]:
    """Which pairs to learn from: all true ones, of the easy others a share, always the same one."""
    easy = ~pairs.same & (pairs.seen["pair"][:, COVERAGE] < EASY)
    return ~easy | (np.random.default_rng(1).random(len(easy)) < SHARE)


def fit(name: str, pairs: list[Pairs], keep: list[NDArray[np.bool_]]) -> HistGradientBoostingClassifier:
    """A model of the kept pairs (reposts, series)."""
    model = HistGradientBoostingClassifier(monotonic_cst=list(FEATURES.values()), **SETTINGS)
    weights = (1.0, SERIES)
    return model.fit(
        np.concatenate([p.seen[name][k] for p, k in zip(pairs, keep, strict=True)]),
        np.concatenate([p.same[k] for p, k in zip(pairs, keep, strict=True)]),
        sample_weight=np.repeat(weights, [k.sum() for k in keep]),
    )


def out_of_fold(name: str, pairs: list[Pairs], folds: int, keep: list[NDArray[np.bool_]]) -> list[NDArray[np.float64]]:
    """Scores of all pairs by models that saw no pair with any document of one of their folds; across two folds, which
    only different articles are, the higher score counts."""
    scores = [np.zeros(len(p.left)) for p in pairs]
    for fold in range(folds):
        model = fit(name, pairs, [k & ~(p.folds == fold).any(axis=1) for p, k in zip(pairs, keep, strict=True)])
        for score, p in zip(scores, pairs, strict=True):
            test = (p.folds == fold).any(axis=1)
            score[test] = np.maximum(score[test], model.predict_proba(p.seen[name][test])[:, 1])
    return scores


def threshold_of(pairs: Pairs, scores: NDArray[np.float64], precision: float) -> float:
    """The lowest threshold of the wanted precision on the real reposts."""
    order = np.argsort(-scores[pairs.real], kind="stable")
    right = np.cumsum(pairs.same[pairs.real][order])
    enough = np.flatnonzero(right / np.arange(1, len(order) + 1) >= precision)
    return round(float(scores[pairs.real][order][enough[-1]]), 4)


def quality(docs: Docs, pairs: Pairs, yes: NDArray[np.bool_]) -> str:
    """Precision, recall and F1, and the lowest recalls against the originals by class, of these answers."""
    hits, wanted = int((yes & pairs.same).sum()), len(truth_of(docs))
    cls = np.array([doc["cls"] for doc in docs])
    left, right = pairs.left[pairs.real], pairs.right[pairs.real]
    found = yes[pairs.real] & pairs.same[pairs.real] & (cls[left] == "orig")
    recalls = {
        str(c): float((found & (cls[right] == c)).sum() / (cls == c).sum())
        for c in sorted(set(cls))
        if not c.startswith(("orig", "compile", "tmpl"))
    }
    lowest = ", ".join(f"{c} {r:.3f}" for c, r in sorted(recalls.items(), key=lambda x: x[1])[:4])
    return (
        f"precision {hits / yes.sum():.4f} recall {hits / wanted:.4f} F1 {2 * hits / (yes.sum() + wanted):.4f}; "
        f"lowest {lowest}"
    )


def report(docs: Docs, pairs: list[Pairs], scores: list[NDArray[np.float64]], threshold: float) -> Iterator[str]:
    """The quality there and at other thresholds, and what goes wrong most."""
    reposts = pairs[0]
    for share in (0.05, 0.04, 0.02, 0.01):
        other = float(np.quantile(scores[1], 1 - share))
        there = quality(docs, reposts, reposts.real & (scores[0] >= other))
        yield f"series merged {share}: threshold {other:.4f}, {there}"
    yes = reposts.real & (scores[0] >= threshold)
    yield f"series merged {np.mean(scores[1] >= threshold):.3f}: threshold {threshold}, {quality(docs, reposts, yes)}"
    cls = np.array([doc["cls"] for doc in docs])
    for name, which in (("false", yes & ~reposts.same), ("missed", reposts.real & ~yes & reposts.same)):
        kinds = Counter(
            "/".join(sorted((cls[a], cls[b])))
            for a, b in zip(reposts.left[which].tolist(), reposts.right[which].tolist(), strict=True)
        )
        yield f"{name}: {kinds.most_common(10)}"


def export(model: HistGradientBoostingClassifier, threshold: float) -> str:
    """The model as JSON."""
    trees = []
    for (predictor,) in model._predictors:
        trees.append(
            [
                [-1, round(float(node["value"]), 5), 0, 0]
                if node["is_leaf"]
                else [
                    int(node["feature_idx"]),
                    round(float(node["num_threshold"]), 6),
                    int(node["left"]),
                    int(node["right"]),
                ]
                for node in predictor.nodes
            ]
        )
    body = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees)
    return f'{{"threshold": {threshold}, "bias": {float(model._baseline_prediction.item())}, "trees": [\n{body}\n]}}'


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reposts", type=Path)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    parser.add_argument("--leave-spinners-out", action="store_true")
    args = parser.parse_args()
    docs = rows(args.reposts / "docs.jsonl.gz")
    pairs = [repost_pairs(docs, made_up_copies(docs), args.folds), series_pairs(args.reposts, args.folds)]
    keep = [worth(p) for p in pairs]
    if args.leave_spinners_out:
        keep[0] &= ~(pairs[0].spinner & pairs[0].same)
    keep[1] &= pairs[1].seen["pair"][:, COVERAGE] < ALIKE
    parts = []
    for name in ("pair", "corpus"):
        scores = out_of_fold(name, pairs, args.folds, keep)
        least = round(float(np.quantile(scores[1], 1 - MERGED)), 4)
        threshold = max(least, threshold_of(pairs[0], scores[0], PRECISION[name]))
        print(f"== {name}", *report(docs, pairs, scores, threshold), sep="\n", flush=True)
        if args.out:
            parts.append(f'"{name}": ' + export(fit(name, pairs, keep), threshold))
    if args.out:
        recipe = (
            f"benchmarks/train_verifier.py: {len(docs)} reposts, {len(pairs[1].left)} series pairs times "
            f"{SERIES:g}, {args.folds} folds, series merged {MERGED}; {SETTINGS}"
        )
        head = {"recipe": recipe, "features": list(FEATURES)}
        args.out.write_text(f"{json.dumps(head)[:-1]},\n{parts[0]},\n{parts[1]}}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
