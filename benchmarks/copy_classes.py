"""Copies by class, from what a page says to pairs and clusters: `clean`, then `dedup` and a store.

    python benchmarks/copy_classes.py [FOLDER...]

The stories of data/paraphrase.jsonl were written for this and no model has seen them: each with a light and a heavy
paraphrase and a second report by another reporter; pairs of notices of one series. Copies in disorder, padded, read in
a wrong charset, or with numbers spelt by halves are made of the stories and, where FOLDER... are named (gold.jsonl with
a body each), of those bodies. Every class is matched by itself with all originals, so that a story has
two copies. "As it stands": the texts without `clean`. "Dropped": copies that `clean` keeps no article of. "Wrong":
found pairs of two stories: as it stands, `dedup`, store.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from damage import misread, pieces
from shufflers import SHUFFLERS

from cleaners import pipeline
from cleaners.dedup.corpus import deduplicate
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop, Page
from cleaners.store import Store

DATA = Path(__file__).parent / "data" / "paraphrase.jsonl"
_NUMERALS = "〇一二三四五六七八九"
_LONGEST_TITLE = 30
_JAMMERS = " !\"#$%&'()*+,-./0123456789:;"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryText:
    """A text and the story it tells."""

    story: str
    kind: str
    title: str
    text: str

    @property
    def whole(self) -> str:
        """As a saved text has it: the title on the first line."""
        return f"{self.title}\n{self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassScore:
    """What was found of a class."""

    pairs: int
    """Pairs of two texts of one story."""
    found: int
    together: int
    """Found pairs, and pairs in one cluster."""
    wrong: int
    """Found pairs of two stories."""


def padded(title: str, text: str, source: random.Random) -> str:
    """A text with what mills set in: pieces of the title, jammer strings, or keywords of other sites."""
    kind = source.randrange(3)
    if kind == 0:
        return pieces(text, title)
    if kind == 1:
        return re.sub("\n", lambda _: f"\n{_jammer(source)}\n", text) + f"\n{_jammer(source)}"
    keyword = source.choice(("k8棋牌官网", "奔驰在线娱乐下载", "足球竞猜app平台", "九州体育登录"))
    return re.sub("(?<=。)$", keyword, text, flags=re.M)


def _jammer(source: random.Random) -> str:
    """As Discuz! makes them."""
    return "".join(
        f"{source.choice(_JAMMERS)} {chr(source.randrange(63, 127))}" for _ in range(source.randrange(5, 12))
    )


def half_spelt(title: str, text: str, source: random.Random) -> str:
    """A text in whose numbers some digits are numerals: 1七 for 17."""
    return re.sub("[0-9]", lambda digit: _NUMERALS[int(digit[0])] if source.random() < 0.5 else digit[0], text)


def wrong_charset(title: str, text: str, source: random.Random) -> str:
    """A text that was read in a wrong charset of single bytes, or in GB18030."""
    return misread(text, "utf-8", source.choice(("latin-1", "cp1252", "gb18030", "cp437")))


def _shuffler(name: str) -> Callable[[str, str, random.Random], str]:
    return lambda title, text, source: SHUFFLERS[name](text, source)


MAKERS: dict[str, Callable[[str, str, random.Random], str]] = {
    "fragments": _shuffler("fragments"),
    "paragraphs": _shuffler("paragraphs"),
    "clauses rotated": _shuffler("clauses rotated"),
    "padded": padded,
    "mojibake": wrong_charset,
    "numbers spelt by halves": half_spelt,
}


def written() -> list[StoryText]:
    """The labelled set."""
    with DATA.open(encoding="utf-8") as lines:
        return [StoryText(**one | {"story": f"story {one['story']}"}) for one in map(json.loads, lines)]


def bodies(folder: Path) -> list[StoryText]:
    """The bodies of a folder with gold, as stories of their own."""
    lines = (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()
    return [
        StoryText(story=f"{folder.name} {at}", kind="original", title=_title(gold), text=gold["body"])
        for at, gold in enumerate(map(json.loads, lines))
    ]


def _title(gold: dict[str, str]) -> str:
    return gold.get("title") or gold["body"].strip().partition("\n")[0][:_LONGEST_TITLE]


def cleaned(texts: Sequence[StoryText]) -> list[Article | Drop]:
    """Each as `clean` reads it from a saved text."""
    return [
        pipeline.clean(Page(body=one.whole.encode("utf-8", "replace"), origin=f"{at}.txt"))
        for at, one in enumerate(texts)
    ]


def in_dedup(given: dict[int, str]) -> tuple[set[tuple[int, int]], dict[int, str]]:
    """The pairs that `dedup` finds, and the cluster of each text."""
    with TemporaryDirectory() as folder:
        source, out, pairs = (Path(folder, name) for name in ("in.jsonl", "out.jsonl", "pairs.jsonl"))
        source.write_text("\n".join(json.dumps({"id": at, "text": text}) for at, text in given.items()))
        deduplicate(source, out, pairs=pairs)
        # Not splitlines: texts read in a wrong charset have ends of lines that JSON does not.
        rows = [[json.loads(line) for line in path.read_text().split("\n") if line] for path in (pairs, out)]
    found = {(row["a"], row["b"]) for row in rows[0]}
    clusters = {row["id"]: str(row["cluster_id"]) for row in rows[1]}
    return found, clusters


def in_store(given: dict[int, Article]) -> tuple[set[tuple[int, int]], dict[int, str]]:
    """The pairs that a store finds when they arrive one by one, and the cluster of each."""
    articles = {at: replace(article, id=f"{at:016x}") for at, article in given.items()}
    found, clusters = set[tuple[int, int]](), dict[int, str]()
    with TemporaryDirectory() as folder:
        with Ingester(Path(folder, "s.db")) as ingester:
            for article in articles.values():
                ingester.add([article])
        with Store.open(Path(folder, "s.db"), create=False, readonly=True) as store:
            for one in store.clippings.select(with_duplicates=True):
                at = int(one.article.id, 16)
                clusters[at] = one.cluster.id if one.cluster else one.article.id
                others = [int(match.other, 16) for match in one.matches]
                found |= {(min(at, other), max(at, other)) for other in others}
    return found, clusters


def scored(texts: Sequence[StoryText], found: set[tuple[int, int]], clusters: dict[int, str]) -> ClassScore:
    """Found pairs against stories."""
    groups: dict[str, list[int]] = {}
    for at, one in enumerate(texts):
        groups.setdefault(one.story, []).append(at)
    same = [(group[0], group[1]) for group in groups.values() if len(group) > 1]
    return ClassScore(
        pairs=len(same),
        found=sum(pair in found for pair in same),
        together=sum(clusters.get(a, a) == clusters.get(b, b) for a, b in same),
        wrong=sum(texts[a].story != texts[b].story for a, b in found),
    )


def measure(name: str, texts: Sequence[StoryText]) -> str:
    """A row of the table."""
    articles = cleaned(texts)
    kept = {at: one for at, one in enumerate(articles) if isinstance(one, Article)}
    raw = scored(texts, *in_dedup({at: one.whole for at, one in enumerate(texts)}))
    through = {at: f"{one.title or ''}\n{one.text}" for at, one in kept.items()}
    dedup, store = scored(texts, *in_dedup(through)), scored(texts, *in_store(kept))
    cells = [f"{done.found / done.pairs:.2f}" for done in (raw, dedup)]
    cells += [f"{share / raw.pairs:.2f}" for share in (dedup.together, store.found, store.together)]
    wrong = ", ".join(str(done.wrong) for done in (raw, dedup, store))
    return f"| {name} | {raw.pairs} | {' | '.join(cells)} | {len(texts) - len(kept)} | {wrong} |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", metavar="FOLDER")
    args = parser.parse_args()
    every, source = written(), random.Random(3)
    originals = [one for one in every if one.kind == "original"]
    more = originals + [one for folder in args.folders for one in bodies(folder)]
    print("| class | pairs | dedup as it stands | dedup | in one cluster | store | in one cluster | dropped | wrong |")
    print("|---|---|---|---|---|---|---|---|---|")
    for kind in ("light", "heavy", "second"):
        print(measure(kind, [*originals, *(one for one in every if one.kind == kind)]), flush=True)
    print(measure("notices", [one for one in every if one.kind == "notice"]), flush=True)
    for name, maker in MAKERS.items():
        made = [replace(one, kind=name, text=maker(one.title, one.text, source)) for one in more]
        print(measure(name, [*more, *made]), flush=True)


if __name__ == "__main__":
    main()
