"""What a corpus is worth for training: one dump cleaned by jianbao, by trafilatura, and not at all.

    python benchmarks/corpus.py ../shared

A small language model of characters (4-grams, interpolated as Witten and Bell, 1991) learns from undisguised articles;
half of the stories of `reposts` are held apart for it, and nothing of them is in the dump. The dump: the saved pages of
`zhnews` and `wildhtml`, and all documents of `reposts` of the other stories, which are copies with furniture, pinyin,
traditional characters, unseen characters and swapped words. For each way of cleaning it prints

- bits a character that the model needs for the dump: fewer is more like clean news;
- the share of characters in lines that stood before (furniture, whole copies);
- the share of characters in runs of 50 that stood before (copies of any kind: repeated training text).

What it cannot say: a model of 4-grams sees no further than a word or two, so it does not notice a paragraph that is
missing or out of place; it likes what is like its own training text (official news); and fewer characters are not
better in themselves, so their number stands beside it.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import html as parser

from cleaners import Article, Page, clean
from cleaners.dedup.texts import deduplicate
from cleaners.page.decode import decode

_ORDER = 4
_RUN = 50
_MODEL_STORIES = 1300  # of the 2,600 in `reposts`


@dataclass(frozen=True, slots=True, kw_only=True)
class Dump:
    """What is to be cleaned."""

    pages: tuple[bytes, ...]
    texts: tuple[str, ...]


class CharacterModel:
    """Characters by the three before them."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._counts: list[Counter[str]] = [Counter() for _ in range(_ORDER + 1)]
        for text in texts:
            for order in range(1, _ORDER + 1):
                self._counts[order].update(text[at : at + order] for at in range(len(text) - order + 1))
        self._total = sum(self._counts[1].values())
        self._after: list[dict[str, list[int]]] = [defaultdict(lambda: [0, 0]) for _ in range(_ORDER + 1)]
        for order in range(2, _ORDER + 1):
            for gram, count in self._counts[order].items():
                seen = self._after[order][gram[:-1]]
                seen[0] += count
                seen[1] += 1

    def bits(self, text: str) -> float:
        """Bits that the model needs for a text in all."""
        places = range(len(text))
        return -sum(math.log2(self._probability(text[max(0, at - _ORDER + 1) : at], text[at])) for at in places)

    def _probability(self, before: str, char: str) -> float:
        kinds = len(self._counts[1])
        value = (self._counts[1][char] + kinds / 50_000) / (self._total + kinds)
        for length in range(1, len(before) + 1):
            context = before[len(before) - length :]
            total, distinct = self._after[length + 1].get(context, (0, 0))
            if not total:
                break
            value = (self._counts[length + 1][context + char] + distinct * value) / (total + distinct)
        return value


def read(shared: Path) -> tuple[list[str], Dump]:
    """The articles that the model learns from, and the dump."""
    with gzip.open(shared / "reposts" / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        documents = [json.loads(line) for line in file]
    stories = [one["id"] for one in documents if one["cls"] == "orig"]
    held = set(stories[:_MODEL_STORIES])
    learnt = [one["text"] for one in documents if one["cls"] == "orig" and held.issuperset(one["groups"])]
    dumped = [one["text"] for one in documents if one["groups"] and held.isdisjoint(one["groups"])]
    files = [path for name in ("zhnews", "wildhtml") for path in sorted((shared / name / "html").iterdir())]
    return learnt, Dump(pages=tuple(gzip.decompress(path.read_bytes()) for path in files), texts=tuple(dumped))


def untouched(dump: Dump) -> Iterator[str]:
    """The text of every element that is no script."""
    for page in dump.pages:
        tree = parser.fromstring(re.sub(r"<\?xml[^>]*>", "", decode(page).text))
        for element in tree.xpath("//script | //style"):
            element.drop_tree()
        yield "\n".join(line.strip() for line in tree.text_content().split("\n") if line.strip())
    yield from dump.texts


def by_trafilatura(dump: Dump) -> Iterator[str]:
    """What trafilatura extracts; its own test for copies that are equal to the letter."""
    import trafilatura

    yield from filter(None, map(trafilatura.extract, dump.pages))
    yield from dict.fromkeys(dump.texts)


def by_jianbao(dump: Dump) -> Iterator[str]:
    """What `clean` keeps, and the best copy of each story."""
    bodies = [*dump.pages, *(text.encode() for text in dump.texts)]
    results = (
        clean(Page(body=body, origin=f"{n}.{'html' if n < len(dump.pages) else 'txt'}"))
        for n, body in enumerate(bodies)
    )
    kept = [result.text for result in results if isinstance(result, Article)]
    labels = deduplicate(kept)
    yield from (text for text, label in zip(kept, labels, strict=True) if label.is_canonical)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("shared", type=Path)
    learnt, dump = read(options.parse_args().shared)
    model = CharacterModel(learnt)
    print(f"learnt from {len(learnt):,} articles; the dump: {len(dump.pages)} pages, {len(dump.texts):,} texts")
    print("| cleaned by | texts | characters | bits a character | in lines seen before | in runs of 50 seen before |")
    print("|---|--:|--:|--:|--:|--:|")
    ways: dict[str, Callable[[Dump], Iterator[str]]] = {
        "nothing": untouched, "trafilatura": by_trafilatura, "jianbao": by_jianbao,
    }  # fmt: skip
    for name, way in ways.items():
        texts = list(way(dump))
        size = sum(map(len, texts))
        bits = sum(map(model.bits, texts)) / size
        lines, runs = repeated(texts)
        print(f"| {name} | {len(texts):,} | {size:,} | {bits:.2f} | {lines / size:.3f} | {runs / size:.3f} |")


def repeated(texts: list[str]) -> tuple[int, int]:
    """Characters in lines, and in runs of 50, that stood before."""
    lines, runs = set[str](), set[int]()
    in_lines = in_runs = 0
    for text in texts:
        for line in text.split("\n"):
            in_lines += len(line) if line in lines else 0
            lines.add(line)
        at = 0
        while at + _RUN <= len(text):
            run = hash(text[at : at + _RUN])
            if run in runs:
                in_runs += _RUN
                at += _RUN
            else:
                runs.add(run)
                at += 1
    return in_lines, in_runs


if __name__ == "__main__":
    main()
