"""The same documents into a store, one by one, in batches, in another order, and all at once into `dedup`: the same pairs
and the same clusters, but for what a written rule leaves out."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from cleaners.dedup.corpus import deduplicate
from cleaners.ingest.ingester import Ingester
from cleaners.ingest.match_index import REPRESENTED
from cleaners.items import Article
from cleaners.store import Store
from tests.test_ingester import SPINS

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouped:
    """What came of a feeding."""

    kinds: dict[Pair, str]
    clusters: frozenset[frozenset[str]]
    canonical: frozenset[str]


def story(number: int) -> str:
    """A text of about 400 characters that shares no phrase with another one: what many documents share, a store does not
    know."""
    source = random.Random(number)

    def clause() -> str:
        return "".join(chr(source.randrange(0x4E00, 0x9000)) for _ in range(source.randrange(8, 18)))

    lines = [f"{clause()}，{clause()}{source.randrange(10, 99999)}吨，{clause()}，{clause()}。" for _ in range(6)]
    return "\n".join([f"{clause()}的产业{clause()}，{clause()}的技术、工作人员，{clause()}介绍。", *lines])


def in_disorder(text: str, source: random.Random) -> str:
    """All clauses in another order, as mills deal them."""
    clauses = [clause for clause in re.split("[，。\n]+", text) if clause]
    return "。\n".join("，".join(source.sample(clauses, len(clauses))[at : at + 5]) for at in range(0, len(clauses), 5))


def texts() -> dict[str, str]:
    """Stories and copies of every kind: whole, cut, wrapped, spun, in disorder, in digests."""
    source, made = random.Random(4), dict[str, str]()
    for number in range(24):
        plain = story(number)
        lines = plain.split("\n")
        made[f"{number} plain"] = plain
        spun = plain
        for proper, odd in SPINS.items():
            spun = spun.replace(proper, odd)
        clauses = [clause for clause in re.split("[，。\n]+", plain) if clause]
        made |= {
            0: {f"{number} headed": "本网综合各地消息，" + plain, f"{number} cut": "\n".join(lines[:4])},
            1: {f"{number} dealt": "，".join(source.sample(clauses, len(clauses))) + "。"},
            2: {f"{number} wrapped": plain + "\n以上内容由本站网友转来，供各地读者参考，原文如有更正，以原处为准。"},
            3: {f"{number} turned": "。\n".join("，".join(re.split("，", line.rstrip("。"))[::-1]) for line in lines)},
            4: {f"{number} same": plain, f"{number} short": "\n".join(lines[2:5])},
            5: {f"{number} digest": "\n".join((plain, story(number + 100), story(number + 200)))},
        }[number % 6]
    return made


def stored(path: Path, made: dict[str, str], size: int) -> Grouped:
    articles = [
        Article(id=f"{list(texts()).index(name):016x}", origin=name, text=text, title=None)
        for name, text in made.items()
    ]
    names = {article.id: article.origin for article in articles}
    with Ingester(path) as ingester:
        for at in range(0, len(articles), size):
            ingester.add(articles[at : at + size])
    with Store.open(path, create=False, readonly=True) as store:
        kinds, clusters, best = dict[Pair, str](), dict[str, set[str]](), set[str]()
        for one in store.clippings.select(with_duplicates=True):
            name = names[one.article.id]
            assert one.cluster
            clusters.setdefault(one.cluster.id, set()).add(name)
            best |= {name} if one.cluster.is_canonical else set()
            kinds |= {paired(name, names[match.other]): match.kind for match in one.matches}
    return Grouped(kinds=kinds, clusters=frozenset(map(frozenset, clusters.values())), canonical=frozenset(best))


def deduplicated(folder: Path, made: dict[str, str]) -> Grouped:
    given, out, pairs = folder / "in.jsonl", folder / "out.jsonl", folder / "pairs.jsonl"
    given.write_text("\n".join(json.dumps({"id": name, "text": text}) for name, text in made.items()), encoding="utf-8")
    deduplicate(given, out, pairs=pairs)
    clusters, best = dict[str, set[str]](), set[str]()
    for row in map(json.loads, out.read_text(encoding="utf-8").splitlines()):
        clusters.setdefault(row["cluster_id"], set()).add(row["id"])
        best |= {row["id"]} if row["is_canonical"] else set()
    kinds = {paired(row["a"], row["b"]): row["kind"] for row in map(json.loads, pairs.read_text().splitlines())}
    return Grouped(kinds=kinds, clusters=frozenset(map(frozenset, clusters.values())), canonical=frozenset(best))


def paired(one: str, other: str) -> Pair:
    return (one, other) if one < other else (other, one)


def orders(made: dict[str, str]) -> dict[str, dict[str, str]]:
    mixed = random.Random(7).sample(list(made), len(made))
    return {"as made": made, "reversed": dict(reversed(made.items())), "mixed": {name: made[name] for name in mixed}}


@pytest.mark.parametrize("order", ["as made", "reversed", "mixed"])
@pytest.mark.parametrize("size", [1, 7, 1000])
def test_a_store_finds_what_dedup_finds(order: str, size: int, tmp_path: Path) -> None:
    made = orders(texts())[order]
    here, there = stored(tmp_path / "s.db", made, size), deduplicated(tmp_path, made)
    assert here.kinds.items() <= there.kinds.items()
    # The rule: a text of which nearly all stands in an earlier one is found through that one (REPRESENTED).
    place = {name: at for at, name in enumerate(made)}
    left_out = there.kinds.keys() - here.kinds.keys()
    assert all(any(represented(name, made, here, place) for name in pair) for pair in left_out)
    assert here.clusters == there.clusters
    # A best copy is chosen by the matches there are.
    whole = [cluster for cluster in here.clusters if not any(set(pair) <= cluster for pair in left_out)]
    assert len(whole) > len(here.clusters) / 2
    assert all(here.canonical & cluster == there.canonical & cluster for cluster in whole)


def represented(name: str, made: dict[str, str], found: Grouped, place: dict[str, int]) -> bool:
    """Whether nearly all of a text stands in an earlier one that it matches, in order."""
    lines = set(re.split("[，。\n]+", made[name])) - {""}
    for pair, kind in found.kinds.items():
        if name in pair and kind not in ("spun", "shuffled"):
            other = pair[0] if pair[1] == name else pair[1]
            held = sum(len(line) for line in lines if line in made[other])
            if place[other] < place[name] and held >= (REPRESENTED - 0.05) * sum(map(len, lines)):
                return True
    return False


def test_every_kind_of_copy_is_among_them(tmp_path: Path) -> None:
    found = deduplicated(tmp_path, texts())
    assert {"exact", "near", "contains", "shuffled"} <= set(found.kinds.values())
    assert any({"1 plain", "1 dealt"} <= cluster for cluster in found.clusters)
    assert any({"3 plain", "3 turned"} <= cluster for cluster in found.clusters)
