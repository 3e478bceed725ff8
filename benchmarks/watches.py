"""How long it takes to judge a batch of arrivals for many watches, in a store of many articles.

    python benchmarks/watches.py --articles 100000 --watches 200 --batch 500 [--store made.db]

The store is made of generated articles (``generated.py`` beside this file), without matching: only what judging reads
is there. With ``--store`` it is kept and used again. Prints seconds of CPU for a batch of new texts, and for one of
texts that were there.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from zoneinfo import ZoneInfo

from generated import Newsroom

from cleaners.config import ChannelConfig, WatchConfig
from cleaners.items import Article
from cleaners.store import Store
from cleaners.store.tokens import fold
from cleaners.watches.judge import judge

_PORTION = 1000


def fill(path: Path, wanted: int) -> None:
    """Put generated articles into a store until it has so many texts, with their events."""
    with Store.open(path) as store:
        there = store.statistics().articles
        made = (one.article for one in Newsroom(seed=1).articles(wanted + 100_000))
        made = islice(made, there, None)
        while there < wanted:
            with store.transaction():
                docs = [doc for doc in store.articles.put_all(islice(made, _PORTION)) if doc]
                store.events.note_stored(docs, datetime(2026, 1, 1, tzinfo=UTC))
            there += len(docs)


def watches_of(articles: list[Article], count: int, chance: random.Random) -> list[WatchConfig]:
    """Watches whose words stand in articles: pairs, phrases, filters, as people mix them."""
    found = []
    for n in range(count):
        texts = [fold(chance.choice(articles).text) for _ in range(3)]
        words = [
            text[at : at + chance.choice((2, 2, 3, 4))] for text in texts for at in [chance.randrange(len(text) - 4)]
        ]
        words = ["".join(c for c in word if c.isalnum()) or "棉花" for word in words]
        query = [words[0], f"{words[0]} OR {words[1]}", f"{words[0]} AND ({words[1]} OR {words[2]})",
                 f"{words[0]} NOT {words[1]}"][n % 4]  # fmt: skip
        given = {"regions": (chance.choice(("新疆", "江西", "新疆/喀什")),)} if n % 3 == 0 else {}
        if n % 5 == 0:
            given |= {"sites": (f"paper{chance.randrange(40)}", f"paper{chance.randrange(40)}")}
        if n % 7 == 0:
            given |= {"max_age": 3000.0}
        channel = ChannelConfig(rss=Path(f"{n}.xml"))
        found.append(WatchConfig(id=f"w{n}", query=query, channels=(channel,), **given))
    return found


def measure(path: Path, count: int, batch: int) -> None:
    zone, chance = ZoneInfo("Asia/Shanghai"), random.Random(7)
    with Store.open(path) as store:
        last = store.events.last_before(datetime(2100, 1, 1, tzinfo=UTC))
        some = [article for article, _ in store.articles.get([*range(1, 400)]).values()]
        judge(store, watches_of(some, count, chance), now=datetime.now(UTC), timezone=zone)
        watches = watches_of(some, count, random.Random(7))
        base = [article for article, _ in store.articles.get([*range(1000, 1000 + batch)]).values()]
        new = [renamed(one, n, shuffled(one.text, chance)) for n, one in enumerate(base)]
        again = [renamed(one, n + batch, one.text) for n, one in enumerate(base)]
        for name, articles in (("in another order", new), ("once more", again)):
            with store.transaction():
                docs = [doc for doc in store.articles.put_all(articles) if doc]
                store.events.note_stored(docs, datetime.now(UTC))
            before, wall = time.process_time(), time.perf_counter()
            judge(store, watches, now=datetime.now(UTC), timezone=zone)
            cpu, wall = time.process_time() - before, time.perf_counter() - wall
            found = sum(len(store.watch_log.waiting(watch.id)) for watch in watches)
            print(f"{name}: {len(docs)} arrivals, {count} watches, {last:,} articles before: "
                  f"{cpu:.2f} s of CPU, {wall:.2f} s; {found:,} notices wait")  # fmt: skip


def renamed(article: Article, number: int, text: str) -> Article:
    return replace(article, id=f"{time.time_ns() + number:016x}", text=text)


def shuffled(text: str, chance: random.Random) -> str:
    lines = text.split("。")
    chance.shuffle(lines)
    return "。".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--watches", type=int, default=200)
    parser.add_argument("--batch", type=int, default=500)
    parser.add_argument("--store", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = given.store or Path(folder) / "watches.db"
        fill(path, given.articles)
        measure(path, given.watches, given.batch)


if __name__ == "__main__":
    main()
