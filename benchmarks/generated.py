"""Articles that nobody wrote, as many as are asked for: what the benchmarks of the store are fed with.

    from generated import Newsroom  # beside this file
    for article, original in Newsroom(seed=1).articles(10_000): ...

or, as JSON Lines with `id, text, title, original` (made of which earlier one, or null):

    python benchmarks/generated.py 10000 > articles.jsonl

The vocabulary is made from the character model in `cleaners/data/characters.txt` (frequencies of characters and pairs
of characters inside Chinese words): all its pairs are words, and some are joined to longer ones. Words follow each
other by a Markov chain in which every word has a few usual followers, and every article has a topic whose words come
again and again. So bigrams, which the search index holds, and 4-grams, which the match index holds, are about as
frequent as in news (`--figures` prints them, to be held against a real corpus). About one article in seven is made
of an earlier one, as reposts are: verbatim, edited, cut, framed, with words swapped; one in a hundred is a later
state of a page.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from cleaners.items import Article, Extractor, Region
from cleaners.urls import clipping_id

Words = NDArray[np.int32]
_FOLLOWERS = 12
_TOPICS, _TOPIC_WORDS = 400, 120
_BATCH = 500
_RECENT = 3000  # originals that may still be reprinted
_LENGTH, _SPREAD, _LEAST, _MOST = 290, 0.65, 60, 4000  # words of an article: the middle, log-normal
_REPRINTED, _REVISED = 0.14, 0.01
_PLACES = (
    ("新疆/阿克苏", "652900"), ("新疆/喀什", "653100"), ("新疆/和田", "653200"), ("新疆/伊犁", "654000"),
    ("新疆/吐鲁番", "650400"), ("新疆/哈密", "650500"), ("江西/萍乡", "360300"), ("江西/赣州", "360700"),
    ("浙江/宁波", "330200"), ("广东/佛山", "440600"), ("四川/绵阳", "510700"), ("湖南/株洲", "430200"),
)  # fmt: skip
_SITES = tuple((f"paper{n}", f"{place.rpartition('/')[2]}{kind}") for n, (place, kind) in enumerate(
    (place, kind) for kind in ("日报", "晚报", "新闻网", "融媒") for place, _ in _PLACES
))  # fmt: skip
_EXTRACTOR = Extractor(name="generated", version="1", recipe="benchmarks/generated.py")
_START = datetime(2022, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """An article, and which earlier one it was made of."""

    article: Article
    original: str | None
    """Id of the article it reprints; None for what is new, and for later states of a page."""


@dataclass(frozen=True, slots=True)
class _Source:
    article: Article
    words: Words


class Newsroom:
    """Writes articles; the same seed gives the same ones."""

    def __init__(self, seed: int = 1) -> None:
        self._rng = np.random.default_rng(seed)
        self._words, weights = _vocabulary(self._rng)
        self._plain = len(weights)
        self._chance = np.cumsum(weights / weights.sum())
        size = len(self._chance)
        self._follow = self._draw(size * _FOLLOWERS).reshape(size, _FOLLOWERS)
        self._topics = self._draw(_TOPICS * _TOPIC_WORDS).reshape(_TOPICS, _TOPIC_WORDS)
        self._recent: list[_Source] = []
        self._count = 0

    def articles(self, count: int) -> Iterator[Made]:
        """So many articles, the earlier ones first."""
        while count > 0:
            part = min(count, _BATCH)
            lengths = np.exp(self._rng.normal(math.log(_LENGTH), _SPREAD, part)).clip(_LEAST, _MOST).astype(int)
            texts = self._texts(lengths)
            for words in texts:
                yield self._made(words)
            count -= part

    def _draw(self, count: int) -> Words:
        """Words by their frequency."""
        return np.searchsorted(self._chance, self._rng.random(count)).astype(np.int32).clip(0, self._plain - 1)

    def _texts(self, lengths: NDArray[np.int64]) -> list[Words]:
        """Word numbers of many texts at once: the chain is walked by all of them step by step."""
        rng, n, most = self._rng, len(lengths), int(lengths.max())
        topic = self._topics[rng.integers(0, _TOPICS, n)]
        out = np.empty((most, n), np.int32)
        at = self._draw(n)
        for step in range(most):
            kind = rng.random(n)
            usual = self._follow[at, (rng.random(n) ** 2 * _FOLLOWERS).astype(int)]
            own = topic[np.arange(n), (rng.random(n) ** 3 * _TOPIC_WORDS).astype(int)]
            at = np.where(kind < 0.68, usual, np.where(kind < 0.86, own, self._draw(n)))
            out[step] = at
        # Some words are figures instead; each is another one.
        figures = rng.random(out.shape) < 0.025
        out[figures] = self._plain + rng.integers(0, len(self._words) - self._plain, int(figures.sum()))
        return [out[:length, i].copy() for i, length in enumerate(lengths)]

    def _made(self, words: Words) -> Made:
        self._count += 1
        chance = self._rng.random()
        if self._recent and chance < _REPRINTED + _REVISED:
            source = self._recent[-1 - int(self._rng.random() ** 3 * len(self._recent))]
            if chance < _REPRINTED:
                return self._reprint(source, words)
            changed = self._article(self._edited(source.words, words), title=source.article.title)
            later = replace(changed, id=source.article.id, url=source.article.url, site=source.article.site)
            return Made(article=later, original=None)
        article = self._article(words)
        self._recent.append(_Source(article, words))
        if len(self._recent) > 2 * _RECENT:
            del self._recent[:-_RECENT]
        return Made(article=article, original=None)

    def _reprint(self, source: _Source, fresh: Words) -> Made:
        rng, words = self._rng, source.words
        title = source.article.title
        match int(rng.choice(5, p=(0.45, 0.2, 0.15, 0.1, 0.1))):
            case 1:
                words = self._edited(words, fresh)
            case 2:
                words = words[: max(_LEAST, len(words) * 6 // 10)]
            case 3:
                words = np.concatenate((fresh[:20], words, fresh[20:45]))
            case 4:
                words = words.copy()
                swapped = rng.random(len(words)) < rng.uniform(0.08, 0.2)
                words[swapped] = self._draw(int(swapped.sum()))
                title = self._text(fresh[:8]).replace("\n", "")
        article = self._article(words, title=title, source=source.article.source, after=source.article.published)
        return Made(article=article, original=source.article.id)

    def _edited(self, words: Words, fresh: Words) -> Words:
        """A sentence more here, one less there."""
        at, gone = sorted(self._rng.integers(0, len(words), 2))
        return np.concatenate((words[:at], fresh[:15], words[at : max(at, gone - 10)], words[gone:]))

    def _article(
        self, words: Words, *, title: str | None = None, source: str | None = None, after: datetime | None = None
    ) -> Article:
        rng = self._rng
        site, name = _SITES[int(rng.random() ** 2 * len(_SITES))]
        number = self._count
        published = (after or _START + timedelta(minutes=10 * number)) + timedelta(minutes=int(rng.integers(0, 2000)))
        url = f"https://{site}.example/{published:%Y/%m/%d}/t{number}.html"
        text = self._text(words)
        place, code = _PLACES[int(rng.random() ** 2 * len(_PLACES))]
        headline = title or self._text(words[rng.integers(0, len(words), 9)]).translate(_NO_MARKS)
        return Article(
            id=clipping_id(url, b""), origin=f"crawl-{number // 5000:05d}.warc.gz#{number * 9000}", url=url, site=site,
            title=headline, text=text,
            markdown=f"## {headline}\n\n" + text.replace("\n", "\n\n") if number % 3 == 0 else None,
            published=published, authors=(_name(rng),), editors=(_name(rng),) if number % 2 else (),
            source=source or name, section="要闻" if number % 4 else "产业", language="zh", script="simplified",
            regions=(Region(name=place, code=code, count=1 + number % 5),) if number % 5 else (),
            noise_removed={"navigation": 300 + number % 100, "related": 120}, quality=0.8 + number % 20 / 100,
            fetched_at=published + timedelta(hours=1), extractor=_EXTRACTOR,
        )  # fmt: skip

    def _text(self, words: Words) -> str:
        """Words as sentences and paragraphs; where they end hangs on the words, so that a copy ends there too."""
        out, clause = [], 0
        for number in words.tolist():
            out.append(self._words[number])
            clause += 1
            if (clause > 4 and number % 7 == 3) or clause > 12:
                out.append("，" if number % 3 else "。" if number % 5 else "。\n")
                clause = 0
        return "".join(out).rstrip("，。\n") + "。"


_NO_MARKS = str.maketrans("", "", "，。\n")
_FAMILY, _GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英"


def _name(rng: np.random.Generator) -> str:
    return _FAMILY[rng.integers(10)] + _GIVEN[rng.integers(len(_GIVEN))] + _GIVEN[rng.integers(len(_GIVEN))]


def _vocabulary(rng: np.random.Generator) -> tuple[list[str], NDArray[np.float64]]:
    """Words, and the frequencies of the first of them; those without one are figures."""
    data = resources.files("cleaners.data").joinpath("characters.txt").read_text(encoding="utf-8")
    head, _, tail = data.partition("[pairs] ")
    words: list[str] = []
    weights: list[float] = []
    for line in head.splitlines():
        if line[0] not in "#[":
            words += line[1:]
            weights += [0.15 * 2.0 ** (ord(line[0]) - ord("A"))] * len(line[1:])
    pairs: list[str] = []
    for line in tail.splitlines()[1:]:
        for second, letter in zip(line[1::2], line[2::2], strict=True):
            pairs.append(line[0] + second)
            weights.append(2.0 ** (ord(letter) - ord("A")))
    words += pairs
    chance = np.array(weights[-len(pairs) :])
    longer = rng.choice(len(pairs), (30_000, 2), p=chance / chance.sum())
    words += [pairs[a] + pairs[b][: 1 + n % 2] for n, (a, b) in enumerate(longer.tolist())]
    weights += (0.3 * sum(weights) / (20 + np.arange(30_000)) / math.log(1500)).tolist()
    amounts = rng.integers(1, 99_999, 2_000).tolist()
    figures = [f"{n / 10:g}{unit}" for n in amounts for unit in ("%", "万吨", "亿元", "户")]
    days = [f"{month}月{day}日" for month in range(1, 13) for day in range(1, 29)]
    return [*words, *figures, *days], np.array(weights)


def figures(texts: list[str]) -> str:
    """How often pieces of texts come again, by rank."""
    lines = [f"{len(texts):,} texts, {sum(map(len, texts)) / len(texts):,.0f} characters on average"]
    for size in (1, 2, 4):
        found: Counter[str] = Counter()
        for text in texts:
            found.update({text[i : i + size] for i in range(len(text) - size + 1)})
        ranks = [f"{rank}: {count / len(texts):.3f}" for rank in (1, 10, 100, 1000, 10000)
                 if (count := found.most_common(rank)[-1][1]) and rank <= len(found)]  # fmt: skip
        once = sum(n == 1 for n in found.values()) / len(found)
        lines.append(f"{size} characters: {len(found):,} different ones, {once:.2f} of them in one text only; "
                     f"share of texts by rank {', '.join(ranks)}")  # fmt: skip
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--figures", action="store_true", help="only print how often pieces of texts come again")
    given = parser.parse_args()
    made = Newsroom(given.seed).articles(given.count)
    if given.figures:
        print(figures([one.article.text for one in made]))
        return
    for one in made:
        article = one.article
        record = {"id": article.id, "text": article.text, "title": article.title, "original": one.original}
        sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
