"""How many copies are still proposed as a corpus grows: modelled from how often n-grams stand in the texts there are.

    python benchmarks/growth.py model REPOSTS [--more TEXTS.jsonl ...]
    python benchmarks/growth.py check CORPUS.jsonl.zst --most 100000

A copy is proposed when it shares a band with its original, or enough keys that are not crowded; what crowds with the
size of the corpus is the keys. ``model`` takes real originals and copies (``reposts``) and estimates, for every key of
a copy, in how many documents of a larger corpus it stands. Two schemes: anchors of the index, and growing anchors.

The model. Of M documents, a 4-gram stands in k; how often it comes in N documents depends on how rare what is met once
may be, which no sample tells. Two laws bracket it: the power law and the lognormal law (``growth_laws.py``).
A longer key takes of the documents of the shorter one a share q ~ Beta(a + hits, b + misses), a and b fitted on how
documents with the same shorter key go on, by how many those are.

Assumed is that documents are drawn one by one from one source: the same mix of outlets and subjects at every size, no
drift, no copies among the others. Bands are the least and the most of ``--samples`` halves of the documents.

``check`` holds it against counts: fitted on the first documents of a corpus made by ``million.py``, and counted in all.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import betaln

from benchmarks.growth_laws import Numbers, RateLaw, lognormal_law, power_law
from cleaners import deduplicate
from cleaners.dedup.corpus.growing import HASH_BITS, PATH_BITS, STEPS, GrowingAnchorSettings
from cleaners.dedup.corpus.reading import opened
from cleaners.dedup.fingerprint import kernels, normal_forms, signatures
from cleaners.dedup.index import IndexLimits

SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)
LEVELS = STEPS + 1
LAWS = ("power law", "lognormal")
CROWDS = (2, 4, 16)
"""Continuations are fitted for shorter keys of so many documents and more, up to the next number."""
CLASSES = ("trunc_30", "spun_35", "spun_max", "combo_spin_noise_trunc", "compile_3", "compile_6", "compile_10")
Keys = NDArray[np.uint64]
GROWING, INDEX = GrowingAnchorSettings(), IndexLimits()


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyPair:
    """A copy and what it was made of."""

    kind: str
    original: str
    copy: str


def keys_of(texts: Sequence[str], modulus: int) -> tuple[Numbers, Keys]:
    """The text of each place, and its keys, the shortest first: uint64 ``(places, LEVELS)``."""
    forms = normal_forms(texts)
    rows, hashes, paths = kernels.growing_anchors(forms.points, forms.offsets, GROWING.gram, modulus, PATH_BITS)
    keys = np.empty((len(rows), LEVELS), dtype=np.uint64)
    for level in range(LEVELS):
        part = paths >> np.uint64(PATH_BITS * (STEPS - level)) if level else np.zeros_like(paths)
        mixed = (part + np.uint64(level)) * np.uint64(0x9E3779B97F4A7C15) ^ hashes << np.uint64(64 - HASH_BITS)
        mixed = (mixed ^ mixed >> np.uint64(31)) * np.uint64(0xD6E8FEB86659FD93)
        keys[:, level] = mixed ^ mixed >> np.uint64(32)
    return rows.astype(np.int64), keys


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SharedPlaces:
    """The places of copies whose 4-gram stands in the original too."""

    pair: Numbers
    keys: Keys
    """``(places, LEVELS)``, as the copy has them."""
    shared: NDArray[np.bool_]
    """The same shape: whether the original has this key too."""


def places_of(pairs: Sequence[CopyPair], modulus: int) -> SharedPlaces:
    """One place for each 4-gram that a copy and its original have in common."""
    numbers, keys, shared = [], [], []
    for number, pair in enumerate(pairs):
        rows, both = keys_of([pair.original, pair.copy], modulus)
        first, copied = both[rows == 0], both[rows == 1]
        _, once = np.unique(copied[:, 0], return_index=True)
        copied = copied[once]
        there = np.stack([np.isin(copied[:, level], first[:, level]) for level in range(LEVELS)], axis=1)
        copied, there = copied[there[:, 0]], there[there[:, 0]]
        numbers.append(np.full(len(copied), number))
        keys.append(copied)
        shared.append(there)
    return SharedPlaces(pair=np.concatenate(numbers), keys=np.concatenate(keys), shared=np.concatenate(shared))


class DocumentCounts:
    """In how many documents each of some keys stands."""

    def __init__(self, wanted: Keys) -> None:
        """``wanted``: ``(any, LEVELS)``; others are not counted."""
        self.documents = 0
        self._names = [np.unique(wanted[:, level]) for level in range(LEVELS)]
        self._counts = [np.zeros(len(names), dtype=np.int64) for names in self._names]

    def add(self, rows: Numbers, keys: Keys, documents: int) -> None:
        """The places of so many more documents."""
        self.documents += documents
        for level, (names, counts) in enumerate(zip(self._names, self._counts, strict=True)):
            at = np.searchsorted(names, keys[:, level]).clip(max=len(names) - 1)
            hit = names[at] == keys[:, level]
            once = np.unique(at[hit] << 32 | rows[hit])  # a document counts once
            np.add.at(counts, once >> 32, 1)

    def of(self, keys: Keys) -> Numbers:
        """``(places, LEVELS)``: the counts of keys that were wanted."""
        found = [
            counts[np.searchsorted(names, keys[:, level])]
            for level, (names, counts) in enumerate(zip(self._names, self._counts, strict=True))
        ]
        return np.stack(found, axis=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthLaw:
    """How keys spread over documents, fitted on some."""

    documents: int
    rates: Mapping[str, RateLaw]
    """By name."""
    shares: tuple[tuple[tuple[float, float], ...], ...]
    """For each longer key, for each of :data:`CROWDS`: a and b of the share it takes of the shorter one's documents."""


def fitted(rows: Numbers, keys: Keys) -> GrowthLaw:
    """The law of these documents, by maximum likelihood."""
    counts = DocumentCounts(keys)
    counts.add(rows, keys, len(np.unique(rows)))
    _, once = np.unique(keys[:, 0] ^ rows.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15), return_index=True)
    held = counts.of(keys[once])
    _, types = np.unique(keys[:, 0], return_index=True)
    of_types = counts.of(keys[types])[:, 0]
    rates: dict[str, RateLaw] = {"power law": power_law(of_types), "lognormal": lognormal_law(of_types)}
    shares = []
    for level in range(1, LEVELS):
        n, hits = held[:, level - 1] - 1, held[:, level] - 1
        ends = [*CROWDS[1:], 1 << 60]
        shares.append(
            tuple(_beta(n[c], hits[c]) for c in ((n >= a - 1) & (n < b - 1) for a, b in zip(CROWDS, ends, strict=True)))
        )
    return GrowthLaw(documents=counts.documents, rates=rates, shares=tuple(shares))


def _beta(n: Numbers, hits: Numbers) -> tuple[float, float]:
    """a and b of the beta-binomial distribution."""
    (met, weights) = np.unique(np.stack((n, hits)), axis=1, return_counts=True)

    def loss(at: NDArray[np.float64]) -> float:
        a, b = np.exp(at)
        return -float((weights * (betaln(met[1] + a, met[0] - met[1] + b) - betaln(a, b))).sum()) / max(1, len(n))

    a, b = np.exp(minimize(loss, np.array([-0.7, 0.0]), method="Nelder-Mead").x) if len(n) else (0.5, 1.0)
    return float(a), float(b)


def foretold(law: GrowthLaw, name: str, seen: Numbers, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """``(places, LEVELS)``: in how many documents of a corpus each key may stand by the law of this name, drawn once.
    ``seen``: in how many of those that it was fitted on, the original among them."""
    mean = size / law.documents * law.rates[name].draw(seen[:, 0], rng)
    out = np.empty(seen.shape)
    out[:, 0] = 2 + rng.poisson(np.minimum(mean, size))
    for level in range(1, LEVELS):
        n, hits = seen[:, level - 1] - 1, seen[:, level] - 1
        crowd = np.searchsorted(CROWDS, n + 1, side="right").clip(1) - 1
        a, b = np.array(law.shares[level - 1])[crowd].T
        mean = mean * rng.beta(a + hits, b + n - hits)
        out[:, level] = np.minimum(2 + rng.poisson(np.minimum(mean, size)), out[:, level - 1])
    return out


def by_growing(places: SharedPlaces, counts: NDArray[Any], pairs: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which pairs growing anchors propose where keys stand in so many documents."""
    free = counts <= GROWING.documents
    level = np.where(free.any(axis=1), free.argmax(axis=1), LEVELS - 1)
    at = np.arange(len(level))
    named = free[at, level] | (rng.random(len(level)) * counts[:, -1] < GROWING.crowded)
    return np.bincount(places.pair, places.shared[at, level] & named, pairs) >= GROWING.shared


def by_index(places: SharedPlaces, counts: NDArray[Any], pairs: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which pairs the anchors of the index propose."""
    named = (counts[:, 0] <= INDEX.documents) | (rng.random(len(counts)) * counts[:, 0] < INDEX.crowded)
    return np.bincount(places.pair, named, pairs) >= INDEX.shared


SCHEMES = (("index", by_index, 4), ("growing", by_growing, GROWING.modulus))


def by_bands(pairs: Sequence[CopyPair]) -> NDArray[np.bool_]:
    """Which pairs share a band, whatever the size."""
    one, other = (signatures([getattr(pair, side) for pair in pairs]).bands for side in ("original", "copy"))
    return np.asarray((one == other).any(axis=1))


def tell(kinds: Sequence[str], pairs: Sequence[CopyPair], found: NDArray[np.float64], label: str) -> None:
    """A line of the table; ``found``: ``(samples, pairs)``, how often each was proposed."""
    cells = []
    for kind in kinds:
        shares = found[:, [at for at, pair in enumerate(pairs) if pair.kind == kind]].mean(axis=1)
        band = f" ({shares.min():.3f}-{shares.max():.3f})" if len(shares) > 1 else ""
        cells.append(f"{shares.mean():.3f}{band}")
    print(f"| {label} | " + " | ".join(cells) + " |", flush=True)


def model(
    texts: Sequence[str],
    pairs: Sequence[CopyPair],
    sizes: Sequence[int],
    samples: int,
    draws: int,
    counted: Iterable[str] = (),
) -> None:
    """Print what is foretold, and beside it what was counted in the documents ``counted``, as far as they go."""
    kinds = sorted({pair.kind for pair in pairs})
    print(f"{len(texts):,} documents, {len(pairs):,} pairs\n| anchors, documents | " + " | ".join(kinds) + " |")
    print("|---|" + "--:|" * len(kinds))
    whole = by_bands(pairs)
    rng = np.random.default_rng(3)
    chosen = [places_of(pairs, modulus) for _, _, modulus in SCHEMES]
    true = list(_counted(chosen, counted, sizes))
    for (name, proposes, modulus), places, held in zip(
        SCHEMES, chosen, zip(*true, strict=True) if true else ((),) * 2, strict=True
    ):
        rows, keys = keys_of(texts, modulus)
        found = {(law, size): np.zeros((samples, len(pairs))) for law in LAWS for size in sizes}
        for sample in range(samples):
            half = rng.permutation(len(texts))[: len(texts) // 2]
            inside = np.isin(rows, half)
            law = fitted(rows[inside], keys[inside])
            if not sample:
                print(f"<!-- {name}: {law} -->")
            counts = DocumentCounts(places.keys)
            counts.add(rows[inside], keys[inside], len(half))
            seen = np.maximum(counts.of(places.keys), 1)
            for (by, size), sums in found.items():
                for _ in range(draws):
                    said = proposes(places, foretold(law, by, seen, size, rng), len(pairs), rng)
                    sums[sample] += (said | whole) / draws
        for at, size in enumerate(sizes):
            for by in LAWS:
                tell(kinds, pairs, found[by, size], f"{name}, {size:,}, {by}")
            if at < len(held):
                said = proposes(places, np.maximum(held[at], 2), len(pairs), rng) | whole
                tell(kinds, pairs, said[None].astype(float), f"{name}, {size:,}, counted")


def _counted(chosen: Sequence[SharedPlaces], texts: Iterable[str], sizes: Sequence[int]) -> Iterator[list[Numbers]]:
    """The counts of each scheme's keys at each size that the texts reach."""
    counts = [DocumentCounts(places.keys) for places in chosen]
    stream = iter(texts)
    for size in sizes:
        while batch := list(islice(stream, min(500, size - counts[0].documents))):
            for count, (_, _, modulus) in zip(counts, SCHEMES, strict=True):
                count.add(*keys_of(batch, modulus), len(batch))
        if counts[0].documents < size:
            return
        yield [count.of(places.keys) for count, places in zip(counts, chosen, strict=True)]


def lines_of(path: Path) -> Iterator[Any]:
    """The records of a file of JSON Lines."""
    with opened(path) as lines:
        yield from map(json.loads, lines)


def from_reposts(folder: Path, more: Sequence[Path], most: int) -> tuple[list[str], list[CopyPair]]:
    """Texts of which none is a copy of another, and pairs of each class."""
    records = list(lines_of(folder / "docs.jsonl.gz"))
    texts = [record["text"] for record in records if record["cls"] == "orig"]
    for path in more:
        texts += [record.get("text") or record["body"] for record in lines_of(path)]
    texts = [
        text for at, (text, label) in enumerate(zip(texts, deduplicate(texts), strict=True)) if label.cluster == at
    ]
    pairs, taken = [], dict.fromkeys(CLASSES, 0)
    for one in lines_of(folder / "pairs.jsonl.gz"):
        if one["label"] and taken.get(one["cls"], most) < most and records[one["a"]]["cls"] == "orig":
            taken[one["cls"]] += 1
            pairs.append(CopyPair(kind=one["cls"], original=records[one["a"]]["text"], copy=records[one["b"]]["text"]))
    return texts, pairs


def from_made(corpus: Path, background: int, most: int) -> tuple[list[str], list[CopyPair]]:
    """New documents among the first, and pairs of each kind."""
    records = list(islice(lines_of(corpus), background))
    pairs, taken = [], dict[str, int]()
    for record in records:
        for original in record["of"]:
            taken[record["cls"]] = taken.get(record["cls"], 0) + 1
            if taken[record["cls"]] <= most:
                pairs.append(CopyPair(kind=record["cls"], original=records[original]["text"], copy=record["text"]))
    return [record["text"] for record in records if record["cls"] == "new"], pairs


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = options.add_subparsers(dest="step", required=True)
    modelling = steps.add_parser("model")
    modelling.add_argument("reposts", type=Path)
    modelling.add_argument("--more", type=Path, nargs="*", default=[], help="JSON Lines with text or body")
    checking = steps.add_parser("check")
    checking.add_argument("corpus", type=Path)
    checking.add_argument("--background", type=int, default=5000)
    checking.add_argument("--most", type=int, default=100_000)
    for step in (modelling, checking):
        step.add_argument("--pairs", type=int, default=150, help="of each class")
        step.add_argument("--samples", type=int, default=8)
        step.add_argument("--draws", type=int, default=5)
    given = options.parse_args()
    if given.step == "model":
        texts, pairs = from_reposts(given.reposts, given.more, given.pairs)
        model(texts, pairs, SIZES, given.samples, given.draws)
        return
    texts, pairs = from_made(given.corpus, given.background, given.pairs)
    counted = (record["text"] for record in lines_of(given.corpus))
    model(texts, pairs, [size for size in SIZES if size <= given.most], given.samples, given.draws, counted)


if __name__ == "__main__":
    main()
