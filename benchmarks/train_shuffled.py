"""Fit the models of copies in disorder (cleaners/data/shuffled.json) on made copies of labelled reposts.

    python benchmarks/train_shuffled.py REPOSTS [-o cleaners/data/shuffled.json] [--folds 3]

REPOSTS as in train_verifier.py. Copies in disorder are made of its articles, of its hard negatives (texts of one form,
on one subject, in one site's furniture) and of its series (benchmarks/shufflers.py). What the models learn from are
pairs that jianbao's index proposes, in disorder and laid along one another by at least a fifth; what they are judged on
is what the verifier rejects of these, and of those in order that have no number in another one's place. Every figure
printed is out of fold: no article, and no series, of a judged pair was in what the model was fitted on. Needs
scikit-learn, which jianbao itself does not.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from rewriters import vocabulary
from shufflers import SHUFFLERS, SPUN, shuffled
from sklearn.ensemble import HistGradientBoostingClassifier
from train_verifier import Docs, candidates, export, rows, truth_of

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.corpus.engine import CommonShingles
from cleaners.dedup.verify import model as models
from cleaners.dedup.verify.features import AlignmentCount, pair_features
from cleaners.dedup.verify.fragments import FEATURES, count_fragments, fragment_features, in_disorder

SETTINGS = {
    "max_iter": 80,
    "learning_rate": 0.1,
    "max_leaf_nodes": 6,
    "min_samples_leaf": 20,
    "l2_regularization": 5.0,
    "random_state": 0,
}
WEIGHT = 8.0
"""What a hard negative weighs in fitting: there are few here, but forms and series are met all the time."""
ALIKE = 0.85
"""Pairs of a series with more in common are judged but not learned from: nothing in two such texts tells them apart."""
MERGED = 0.002
"""The thresholds are the lowest at which, out of fold, no hard negative is accepted, and of the series pairs, in order
or in disorder, no more than this share."""
SHUFFLED = ("fragments", "clauses rotated", "sentences")
"""How the copies of hard negatives and of series are made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredPairs:
    """What the second look sees of pairs; fields as in :class:`LabelledPairs`."""

    asked: NDArray[np.bool_]
    jumbled: NDArray[np.bool_]
    """In disorder."""
    seen: dict[str, NDArray[np.float64]]
    found: dict[str, NDArray[np.bool_]]
    share: NDArray[np.float64]
    """How much of the shorter is covered, 0..1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledPairs:
    """Pairs of texts; those in disorder are the ones that count."""

    kinds: list[str]
    """What is to be counted together."""
    same: NDArray[np.bool_]
    hard: NDArray[np.bool_]
    """Hard negatives."""
    series: NDArray[np.bool_]
    folds: NDArray[np.int64]
    """``(pairs, 2)``: the folds of both documents."""
    learned: NDArray[np.bool_]
    """Whether it is learned from: in disorder, where it is asked about at all."""
    asked: NDArray[np.bool_]
    """In disorder or without a number in another one's place, and sharing enough to be asked about."""
    seen: dict[str, NDArray[np.float64]]
    """Model -> features; zeros where it is not asked."""
    found: dict[str, NDArray[np.bool_]]
    """Model -> whether the verifier accepts it."""


def measured(texts: list[str], left: NDArray[np.int64], right: NDArray[np.int64]) -> MeasuredPairs:
    """Look at pairs of texts."""
    forms = fingerprint.normal_forms(texts)
    signatures, commons = fingerprint.signatures_of(forms), CommonShingles()
    commons.add(signatures)
    masks = {"pair": None, "corpus": commons.mark(forms, signatures)}
    seen, found = {}, {}
    asked, jumbled = np.zeros(len(left), np.bool_), np.zeros(len(left), np.bool_)
    for name, mask in masks.items():
        model, laid = getattr(models.load(), name), verify.align(forms, left, right, mask).counts
        found[name] = model.probability(pair_features(laid)) >= model.threshold
        share = laid[:, AlignmentCount.COVERED] / np.maximum(laid[:, AlignmentCount.SHORT], 1)
        near = np.flatnonzero(share >= verify.SHARED)
        counts = count_fragments(forms, left[near], right[near], mask)
        jumbled[near] = in_disorder(counts)
        asked[near] = jumbled[near] | (laid[near, AlignmentCount.DIFFER] == 0)
        seen[name] = np.zeros((len(left), len(FEATURES)))
        seen[name][near] = fragment_features(counts)
    return MeasuredPairs(asked=asked, jumbled=jumbled, seen=seen, found=found, share=share)


def copies_of(
    docs: Docs, bases: list[int], names: list[list[str]], words: list[str], seed: int
) -> tuple[Docs, list[int]]:
    """Copies in disorder of the documents ``bases``, of the classes ``names``, and which document each is made of."""
    source = random.Random(seed)
    made, origins = [], []
    for base, kinds in zip(bases, names, strict=True):
        for name in kinds:
            text = shuffled(name, docs[base]["text"], source, words)
            made.append({"text": text, "groups": docs[base].get("groups", [base]), "cls": name})
            origins.append(base)
    return made, origins


def repost_pairs(folder: Path, folds: int, seed: int = 11) -> LabelledPairs:
    """The candidates among reposts and copies in disorder, and the labelled hard negatives in any order."""
    docs = rows(folder / "docs.jsonl.gz")
    at = {doc["id"]: place for place, doc in enumerate(docs)}
    negatives = [(at[p["a"]], at[p["b"]]) for p in rows(folder / "pairs.jsonl.gz") if not p["label"]]
    plain = [place for place, doc in enumerate(docs) if doc["cls"] == "orig"]
    words = vocabulary([docs[place]["text"] for place in plain[::4]])
    names = [*SHUFFLERS, *SPUN]
    turns = [[names[n % len(names)], names[(7 * n + 3) % len(names)]] for n in range(len(plain))]
    own, _ = copies_of(docs, plain, turns, words, seed)
    hard = sorted({place for pair in negatives for place in pair})
    more, bases = copies_of(docs, hard, [[SHUFFLED[n % 3]] for n in range(len(hard))], words, seed + 1)
    every = docs + own + more
    copy = {base: len(docs) + len(own) + n for n, base in enumerate(bases)}
    forms = fingerprint.normal_forms([doc["text"] for doc in every])
    left, right = candidates(fingerprint.signatures_of(forms))
    compiled = np.array([doc["cls"].startswith("compile") for doc in every])
    judged = ~(compiled[left] & compiled[right])
    proposed = set(zip(left[judged].tolist(), right[judged].tolist(), strict=True))
    apart = {
        (min(a, b), max(a, b)): kind
        for one, other in negatives
        for a, b, kind in (
            (one, other, "hard"), (copy[one], other, "hard, one in disorder"),
            (one, copy[other], "hard, one in disorder"), (copy[one], copy[other], "hard, both in disorder"),
        )
    }  # fmt: skip
    pairs = sorted(proposed | apart.keys(), key=lambda pair: pair[1])
    left, right = (np.array(side, dtype=np.int64) for side in zip(*pairs, strict=True))
    truth = truth_of(every)
    looked = measured([doc["text"] for doc in every], left, right)
    fold = np.array([crc32(str(min(doc["groups"])).encode()) % folds for doc in every])

    def kind(a: int, b: int) -> str:
        if (a, b) in apart:
            return apart[a, b]
        return (
            f"{docs[a]['cls']} / {every[b]['cls']}"
            if a < len(docs) <= b
            else "both in disorder"
            if b >= len(docs)
            else "reposts"
        )

    return LabelledPairs(
        kinds=[kind(a, b) for a, b in pairs],
        same=np.array([pair in truth for pair in pairs]),
        hard=np.array([pair in apart for pair in pairs]),
        series=np.zeros(len(pairs), np.bool_),
        folds=np.column_stack((fold[left], fold[right])),
        learned=looked.jumbled,
        asked=looked.asked,
        seen=looked.seen,
        found=looked.found,
    )


def series_pairs(folder: Path, folds: int, seed: int = 13) -> LabelledPairs:
    """Different items of one series, in any order, and each item with its copy in disorder; a series is in one fold."""
    docs, pairs = rows(folder / "series_docs.jsonl.gz"), rows(folder / "series_pairs.jsonl.gz")
    at = {doc["id"]: place for place, doc in enumerate(docs)}
    bases = list(range(len(docs)))
    words = vocabulary([doc["text"] for doc in docs[::4]])
    made, _ = copies_of(docs, bases, [[SHUFFLED[n % 3]] for n in bases], words, seed)
    cluster, before = np.arange(len(docs)), np.zeros(0)
    one, other = (np.array([at[pair[side]] for pair in pairs]) for side in ("a", "b"))
    while not np.array_equal(before, cluster):
        before, least = cluster.copy(), np.minimum(cluster[one], cluster[other])
        np.minimum.at(cluster, one, least)
        np.minimum.at(cluster, other, least)
    count, own = len(docs), np.array(bases)
    parts = {
        "series": (one, other),
        "series, one in disorder": (np.concatenate((one, other)), np.concatenate((other, one)) + count),
        "series, both in disorder": (one + count, other + count),
        "series, own copy": (own, own + count),
    }
    left, right = (np.concatenate([sides[n] for sides in parts.values()]) for n in (0, 1))
    kinds = [name for name, sides in parts.items() for _ in sides[0]]
    looked = measured([doc["text"] for doc in docs + made], left, right)
    own_copy = np.array([kind == "series, own copy" for kind in kinds])
    alike = looked.share[: len(one)] >= ALIKE
    return LabelledPairs(
        kinds=kinds,
        same=own_copy,
        hard=np.zeros(len(left), np.bool_),
        series=~own_copy,
        folds=np.column_stack([np.concatenate((cluster, cluster))[side] % folds for side in (left, right)]),
        learned=looked.jumbled & ~np.concatenate((alike, alike, alike, alike, np.zeros(len(own), np.bool_))),
        asked=looked.asked,
        seen=looked.seen,
        found=looked.found,
    )


def fit(name: str, pairs: list[LabelledPairs], keep: list[NDArray[np.bool_]]) -> HistGradientBoostingClassifier:
    """A model of the kept pairs."""
    model = HistGradientBoostingClassifier(monotonic_cst=list(FEATURES.values()), **SETTINGS)
    return model.fit(
        np.concatenate([p.seen[name][k] for p, k in zip(pairs, keep, strict=True)]),
        np.concatenate([p.same[k] for p, k in zip(pairs, keep, strict=True)]),
        sample_weight=np.concatenate(
            [np.where(p.hard | p.series, WEIGHT, 1.0)[k] for p, k in zip(pairs, keep, strict=True)]
        ),
    )


def out_of_fold(name: str, pairs: list[LabelledPairs], folds: int) -> list[NDArray[np.float64]]:
    """Scores by models that saw no pair with a document of one of both folds (across two folds the higher one); 0 for
    pairs that are not asked about."""
    scores = [np.zeros(len(p.same)) for p in pairs]
    for fold in range(folds):
        model = fit(name, pairs, [p.asked & p.learned & ~(p.folds == fold).any(axis=1) for p in pairs])
        for score, p in zip(scores, pairs, strict=True):
            test = np.flatnonzero(p.asked & (p.folds == fold).any(axis=1))
            score[test] = np.maximum(score[test], model.predict_proba(p.seen[name][test])[:, 1])
    return scores


def threshold_of(name: str, pairs: list[LabelledPairs], scores: list[NDArray[np.float64]]) -> float:
    """The lowest threshold at which no hard negative and few of a series are accepted that the verifier rejects."""
    wrong, series = (
        np.concatenate([s[getattr(p, of) & ~p.same & ~p.found[name]] for p, s in zip(pairs, scores, strict=True)])
        for of in ("hard", "series")
    )
    least = float(np.quantile(series, 1 - MERGED))
    return round(max(least, float(wrong.max(initial=0.0)), 0.5) + 1e-4, 4)


def report(name: str, pairs: list[LabelledPairs], scores: list[NDArray[np.float64]], threshold: float) -> Iterator[str]:
    """By kind of pair: how many, by the verifier alone, and with the second stage."""
    yield f"== {name}, threshold {threshold}"
    for p, score in zip(pairs, scores, strict=True):
        kinds = np.array(p.kinds)
        both = p.found[name] | (score >= threshold)
        for same in (True, False):
            for kind in sorted(set(p.kinds)):
                here = (kinds == kind) & (p.same == same)
                if here.any() and ("/" not in kind or kind.startswith("orig ") or (not same and both[here].any())):
                    yield (
                        f"{'copies' if same else 'others'}: {kind:45} {here.sum():7} asked {p.asked[here].mean():.3f} "
                        f"verifier {p.found[name][here].mean():.4f} both {both[here].mean():.4f} "
                        f"new {int((both & ~p.found[name])[here].sum())}"
                    )
        new = both & ~p.found[name]
        yield f"new wrong: {int((new & ~p.same).sum())}, new right: {int((new & p.same).sum())}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reposts", type=Path)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--folds", type=int, default=3)
    args = parser.parse_args()
    pairs = [repost_pairs(args.reposts, args.folds), series_pairs(args.reposts, args.folds)]
    parts = []
    for name in ("pair", "corpus"):
        scores = out_of_fold(name, pairs, args.folds)
        threshold = threshold_of(name, pairs, scores)
        print(*report(name, pairs, scores, threshold), sep="\n", flush=True)
        if args.out:
            parts.append(f'"{name}": ' + export(fit(name, pairs, [p.asked & p.learned for p in pairs]), threshold))
    if args.out:
        learned = sum(int((p.asked & p.learned).sum()) for p in pairs)
        recipe = f"benchmarks/train_shuffled.py: {learned} pairs in disorder, {args.folds} folds; {SETTINGS}"
        head = {"recipe": recipe, "features": list(FEATURES)}
        args.out.write_text(f"{json.dumps(head)[:-1]},\n{parts[0]},\n{parts[1]}}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
