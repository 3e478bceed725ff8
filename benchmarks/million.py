"""A large corpus end to end on one machine: made, matched as `dedup` does it, and how many planted copies were found.

    python benchmarks/million.py make REPOSTS/docs.jsonl.gz CORPUS.jsonl.zst --documents 1000000
    python benchmarks/million.py match CORPUS.jsonl.zst [--growing-from 0]

The documents are walked by the second-order Markov chain of `index.py` through real news, so that 4-grams crowd as they
do in news, or faster. After every tenth comes a copy of an earlier one, by turns: cut to 30 %; words of two characters
swapped at 29 % and at 41 % of their places (what is left of the 4-grams is then as in `spun_35` and `spun_max` of
`reposts`); swapped at 15 %, wrapped and cut; compiled of three. ``id`` is the number of a document, ``of`` the
documents that it is made of, ``cls`` how. Memory is the most that the process held: in all, with mapped files, which
the system takes back when it needs the room, and its own (Linux, sampled as it goes).
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from benchmarks.index import model, walk
from cleaners.dedup.corpus import deduplicate
from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.corpus.reading import opened
from cleaners.dedup.corpus.writing import OutputColumns, write_records

BATCH, LONGEST = 500, 1200
MIDDLE, SPREAD, SHORTEST = 380, 0.45, 150  # characters of a document: log-normal
EVERY = 10
KINDS = ("cut to 30 %", "spun 35 %", "spun throughout", "spun, wrapped, cut", "compiled")
HAN = 0x3400
Text = NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """One document of the corpus."""

    text: Text
    kind: str = "new"
    of: tuple[int, ...] = ()
    """The documents that it is made of."""


def made(source: Path, documents: int) -> Iterator[Planted]:
    """The documents of a corpus, in order."""
    points, order, likes = model(source)
    rng = np.random.default_rng(11)
    kept: list[tuple[int, Text]] = []
    for first in range(0, documents, BATCH):
        out = np.empty((BATCH, LONGEST), np.int32)
        choices = rng.integers(0, 1 << 31, (BATCH, LONGEST), dtype=np.uint32)
        walk(points, order, likes, rng.integers(0, len(likes), BATCH), choices, out)
        lengths = np.exp(rng.normal(np.log(MIDDLE), SPREAD, BATCH)).clip(SHORTEST, LONGEST).astype(int)
        for row in range(min(BATCH, documents - first)):
            number = first + row
            if number % EVERY == EVERY - 1 and len(kept) >= 3:
                kind = KINDS[number // EVERY % len(KINDS)]
                chosen = [kept[at] for at in rng.choice(len(kept), 3 if kind == "compiled" else 1, replace=False)]
                text = copied(rng, kind, [text for _, text in chosen], out[row])
                yield Planted(text=text, kind=kind, of=tuple(at for at, _ in chosen))
                continue
            text = out[row, : lengths[row]].copy()
            yield Planted(text=text)
            if number % 20 == 0:
                kept.append((number, text))


def copied(rng: np.random.Generator, kind: str, texts: list[Text], other: Text) -> Text:
    """A copy of this kind; ``other``: text of its own."""
    text = texts[0]
    match KINDS.index(kind):
        case 0:
            return cut(rng, text, 0.3)
        case 1:
            return spun(rng, text, 0.29, other)
        case 2:
            return spun(rng, text, 0.41, other)
        case 3:
            return np.concatenate((other[:30], cut(rng, spun(rng, text, 0.15, other), 0.7), other[30:60]))
    return np.concatenate(texts)


def cut(rng: np.random.Generator, text: Text, share: float) -> Text:
    """A part of a text."""
    size = int(share * len(text))
    start = int(rng.integers(0, len(text) - size))
    return text[start : start + size]


def spun(rng: np.random.Generator, text: Text, share: float, other: Text) -> Text:
    """A text in which so many of its words of two characters are others."""
    swapped = np.repeat(rng.random((len(text) + 1) // 2) < share, 2)[: len(text)]
    words = other[-len(text) :]
    return np.where(swapped & (text >= HAN) & (words >= HAN), words, text)  # who spins a text leaves its numbers


def make(source: Path, target: Path, documents: int) -> None:
    """Write a corpus."""
    records = (
        {"id": number, "text": one.text.tobytes().decode("utf-32-le"), "cls": one.kind, "of": one.of}
        for number, one in enumerate(made(source, documents))
    )
    write_records(target, records, OutputColumns(names=("id", "text", "cls", "of"), added=(), sources=(), ids={}))


class OwnMemory:
    """The most memory of its own that the process held, in bytes, as often as it was asked; 0 where nobody tells."""

    def __init__(self) -> None:
        self.most = 0

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """A step has gone on (:data:`cleaners.dedup.corpus.intake.Progress`)."""
        status = Path("/proc/self/status")
        if status.exists():
            lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
            self.most = max(self.most, 1024 * int(lines["RssAnon"].split()[0]))


def match(corpus: Path, growing: GrowingAnchorSettings) -> None:
    """Match it, and tell what was found."""
    with TemporaryDirectory() as folder:
        out, pairs = Path(folder, "out.jsonl.zst"), Path(folder, "pairs.jsonl.zst")
        clock, cpu = time.perf_counter(), time.process_time()
        own = OwnMemory()
        done = deduplicate(corpus, out, pairs=pairs, growing=growing, progress=own)
        clock, cpu = time.perf_counter() - clock, time.process_time() - cpu
        with opened(pairs) as lines:
            found = {(p["a"], p["b"]) for p in map(json.loads, lines)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    wanted, met = Counter[str](), Counter[str]()
    true = 0
    with opened(corpus) as lines:
        for record in map(json.loads, lines):
            for original in record["of"]:
                wanted[record["cls"]] += 1
                met[record["cls"]] += (original, record["id"]) in found
                true += (original, record["id"]) in found
    rate, of_cpu = done.documents / clock, done.documents / cpu
    print(f"{done.documents:,} documents, {done.pairs:,} pairs ({true:,} planted), {done.clusters:,} clusters")
    print(f"{clock:,.0f} s, {cpu:,.0f} s of CPU: {rate:,.0f} and {of_cpu:,.0f} documents/s")
    print(f"at most {peak:.2f} GB, of its own {own.most / 1e9:.2f} GB")
    print("; ".join(f"{kind} {met[kind] / wanted[kind]:.4f} of {wanted[kind]:,}" for kind in KINDS))
    print(done.recipe)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    steps = options.add_subparsers(dest="step", required=True)
    making = steps.add_parser("make")
    making.add_argument("source", type=Path)
    making.add_argument("target", type=Path)
    making.add_argument("--documents", type=int, default=1_000_000)
    matching = steps.add_parser("match")
    matching.add_argument("corpus", type=Path)
    matching.add_argument("--growing-from", type=int, default=200_000)
    given = options.parse_args()
    if given.step == "make":
        make(given.source, given.target, given.documents)
    else:
        match(given.corpus, GrowingAnchorSettings(documents_from=given.growing_from))


if __name__ == "__main__":
    main()
