"""Near-duplicates: quality by class and documents a second against named peers, in one run on the same texts.

    python benchmarks/dedup.py REPOSTS [--part N] [--signatures-only]

REPOSTS holds docs.jsonl.gz (id, text, groups: the articles a document contains, cls: how it was made). --part N takes
every Nth article with all its copies. The peers, where they are installed, get what their manuals recommend: character
5-grams (white space tells nothing in Chinese), 128 permutations, threshold .7, pairs confirmed by estimated Jaccard;
once on the texts as they are, datasketch also on jianbao's normal form. text-dedup is not run: it has no call for texts
in memory, and its MinHash is datasketch's method on words that white space divides.
"""

from __future__ import annotations

import argparse
import gzip
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from datasketch import MinHash, MinHashLSH

from cleaners.dedup.corpus import deduplicate
from cleaners.dedup.fingerprint import normalize, signatures

THRESHOLD, PERMUTATIONS, BANDS = 0.7, 128, 16
Pairs = set[tuple[int, int]]
Docs = list[dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one system did."""

    name: str
    pairs: Pairs
    """By position, the smaller first."""
    clusters: list[int]
    """Cluster of each document."""
    rate: float
    """Documents a second of CPU, from texts to pairs."""


def shingles(text: str) -> list[bytes]:
    """Character 5-grams, as bytes: slices of UTF-32, the cheapest way there is in Python."""
    raw = text.encode("utf-32-le", "surrogatepass")
    return [raw[at : at + 20] for at in range(0, max(1, len(raw) - 16), 4)]


def linked(pairs: Pairs, count: int) -> list[int]:
    """Single-link clusters, which is what the peers offer."""
    parent = list(range(count))

    def find(x: int) -> int:
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    for a, b in pairs:
        parent[find(b)] = find(a)
    return [find(x) for x in range(count)]


def jianbao(texts: list[str]) -> tuple[Pairs, list[int]]:
    """This project, from file to file as the command does it."""
    with TemporaryDirectory() as folder:
        source, out, pairs = (Path(folder, name) for name in ("in.jsonl", "out.jsonl", "pairs.jsonl"))
        source.write_text("\n".join(json.dumps({"id": at, "text": text}) for at, text in enumerate(texts)))
        deduplicate(source, out, pairs=pairs)
        found = {(p["a"], p["b"]) for p in map(json.loads, pairs.read_text().splitlines())}
        return found, [json.loads(line)["cluster_id"] for line in out.read_text().splitlines()]


def datasketch(texts: list[str]) -> Pairs:
    """MinHash and MinHashLSH of datasketch."""
    index, pairs = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS), set()
    made = MinHash.bulk([shingles(text) for text in texts], num_perm=PERMUTATIONS)
    for at, one in enumerate(made):
        pairs |= {(other, at) for other in index.query(one) if one.jaccard(made[other]) >= THRESHOLD}
        index.insert(at, one)
    return pairs


def datasketch_normal(texts: list[str]) -> Pairs:
    """The same on the normal form."""
    return datasketch([normalize(text) for text in texts])


def rensa(texts: list[str]) -> Pairs:
    """R-MinHash and its LSH."""
    from rensa import RMinHash, RMinHashLSH

    made = RMinHash.from_token_sets([shingles(text) for text in texts], PERMUTATIONS, 1)
    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=BANDS)
    index.insert_many(made)
    return {
        (other, at)
        for at, found in enumerate(index.query_all(made))
        for other in found
        if other < at and made[at].jaccard(made[other]) >= THRESHOLD
    }


def gaoya(texts: list[str]) -> Pairs:
    """gaoya's index of strings."""
    from gaoya.minhash import MinHashStringIndex

    index = MinHashStringIndex(32, THRESHOLD, BANDS, PERMUTATIONS // BANDS, PERMUTATIONS, "char", False, (5, 5))
    for at, text in enumerate(texts):
        index.insert_document(at, text)
    return {(other, at) for at, text in enumerate(texts) for other in index.query(text) if other < at}


PEERS: dict[str, tuple[str, Callable[[list[str]], Pairs]]] = {
    "datasketch": ("datasketch", datasketch),
    "datasketch, normal form": ("datasketch", datasketch_normal),
    "rensa": ("rensa", rensa),
    "gaoya": ("gaoya", gaoya),
}


def results(texts: list[str]) -> list[Result]:
    """All systems that are installed."""
    jianbao(texts[:50])  # compiled code is loaded
    began = time.process_time()
    pairs, clusters = jianbao(texts)
    done = [Result(name="jianbao", pairs=pairs, clusters=clusters, rate=len(texts) / (time.process_time() - began))]
    for name, (package, run) in PEERS.items():
        if find_spec(package) is None:
            print(f"({name} is not installed)")
            continue
        began = time.process_time()
        pairs = run(texts)
        rate = len(texts) / (time.process_time() - began)
        clusters = linked(pairs, len(texts))
        done.append(Result(name=f"{name} ({version(package)})", pairs=pairs, clusters=clusters, rate=rate))
    return done


def truth_of(docs: Docs) -> Pairs:
    """Pairs that share an article; two compilations are no pair."""
    groups = defaultdict(list)
    for at, doc in enumerate(docs):
        for group in doc["groups"]:
            groups[group].append(at)
    whole = [doc["cls"].startswith("compile") for doc in docs]
    return {(a, b) for ids in groups.values() for a, b in combinations(ids, 2) if not (whole[a] and whole[b])}


def b_cubed(docs: Docs, clusters: list[int]) -> float:
    """B-cubed F1 (Bagga, Baldwin, 1998) without the compilations."""
    ours: dict[int, set[int]] = defaultdict(set)
    theirs: dict[int, set[int]] = defaultdict(set)
    judged = [at for at, doc in enumerate(docs) if not doc["cls"].startswith("compile")]
    for at in judged:
        ours[clusters[at]].add(at)
        theirs[docs[at]["groups"][0]].add(at)
    shared = [(len(ours[clusters[at]] & theirs[docs[at]["groups"][0]]), at) for at in judged]
    precision = sum(n / len(ours[clusters[at]]) for n, at in shared) / len(judged)
    recall = sum(n / len(theirs[docs[at]["groups"][0]]) for n, at in shared) / len(judged)
    return 2 * precision * recall / (precision + recall)


def quality(docs: Docs, done: list[Result]) -> None:
    """Print the tables: all systems, then recall of the originals' copies by class."""
    truth, whole = truth_of(docs), {at for at, doc in enumerate(docs) if doc["cls"].startswith("compile")}
    print("| system | precision | recall | F1 | clusters (B-cubed) | documents/s of CPU |\n|---|---|---|---|---|---|")
    for one in done:
        found = {pair for pair in one.pairs if not set(pair) <= whole}
        hits = len(found & truth)
        precision, recall = hits / max(1, len(found)), hits / len(truth)
        print(
            f"| {one.name} | {precision:.4f} | {recall:.4f} | {2 * hits / (len(found) + len(truth)):.4f} "
            f"| {b_cubed(docs, one.clusters):.4f} | {one.rate:,.0f} |"
        )
    cls = [doc["cls"] for doc in docs]
    print("\n| class | " + " | ".join(one.name for one in done) + " |\n|---|" + "---|" * len(done))
    for name in sorted(set(cls) - {"orig"}):
        pairs = {(a, b) for a, b in truth if "orig" in (cls[a], cls[b]) and name in (cls[a], cls[b])}
        if pairs:
            print(f"| {name} | " + " | ".join(f"{len(pairs & one.pairs) / len(pairs):.3f}" for one in done) + " |")


def speeds(texts: list[str]) -> None:
    """Print how fast texts become signatures, by time of CPU: best of three."""

    def rensa_digests(texts: list[str]) -> object:
        from rensa import RMinHash

        return RMinHash.digest_matrix_from_token_byte_sets([shingles(text) for text in texts], PERMUTATIONS, 1)

    runs: dict[str, Callable[[list[str]], object]] = {
        "jianbao (with the normal form, bands and anchors)": lambda texts: [
            signatures(texts[at : at + 500]) for at in range(0, len(texts), 500)
        ],
        "datasketch MinHash.bulk": lambda texts: MinHash.bulk([shingles(text) for text in texts], num_perm=128),
    }
    if find_spec("rensa"):
        runs["rensa"] = rensa_digests
    runs["jianbao (with the normal form, bands and anchors)"](texts[:10])
    rates = {}
    for name, run in runs.items():
        times = []
        for _ in range(3):
            began = time.process_time()
            run(texts)
            times.append(time.process_time() - began)
        rates[name] = len(texts) / min(times)
    ours = next(iter(rates.values()))
    print("\n| texts to signatures | documents/s of CPU | jianbao is faster by |\n|---|---|---|")
    for name, rate in rates.items():
        print(f"| {name} | {rate:,.0f} | {ours / rate:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("reposts", type=Path)
    parser.add_argument("--part", type=int, default=1)
    parser.add_argument("--signatures-only", action="store_true")
    args = parser.parse_args()
    with gzip.open(args.reposts / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [doc for doc in map(json.loads, lines) if any(group // 6 % args.part == 0 for group in doc["groups"])]
    texts = [doc["text"] for doc in docs]
    print(f"{len(docs)} documents, {sum(map(len, texts)) / len(texts):.0f} characters on average\n")
    if not args.signatures_only:
        quality(docs, results(texts))
    speeds(texts[:3000])


if __name__ == "__main__":
    main()
