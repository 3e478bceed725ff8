"""Two full-text indexes for Chinese, side by side: bigrams and single characters beside them (as the store has it), or
single characters alone.

    python benchmarks/search_index.py 100000 --questions 300

Both hold the same generated articles (``generated.py``) in files of their own, are built in batches of 500, and answer
the same questions, words of the texts themselves: how many articles have it, and the first twenty of the latest 4,000
by BM25, with and without a filter. Of the index of single characters, a border between two runs of characters is a
token of its own, so that no word is found across a comma. Printed: bytes, CPU seconds of building, milliseconds of
CPU of counting and ranking (median, 95th percentile), and of how many questions the counts differ.
"""

from __future__ import annotations

import argparse
import random
import re
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from generated import Newsroom
from rich.console import Console
from rich.table import Table

from cleaners.store.tokens import entries, fold, is_letter, letters, phrase

_BATCH = 500
_RANKED, _SHOWN = 4000, 20
_SITES = 20
_BORDER = "·"  # not ASCII: the tokenizer takes every ASCII sign for a space
_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(f"(?s)([{_CJK}]+)|([^\\W_{_CJK}]+)|(.)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What is indexed of an article."""

    doc: int
    title: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question: words that all must stand in an article, and the site it must be of."""

    kind: str
    words: tuple[str, ...]
    site: int | None = None


class IndexOfBigrams:
    """What the store has: phrases of bigrams, and a small index of which single characters an article has."""

    tables = (
        "CREATE VIRTUAL TABLE phrases USING fts5(text, title, content='', tokenize='ascii')",
        "CREATE VIRTUAL TABLE characters USING fts5"
        "(letters, content='', tokenize='ascii', detail='none', columnsize=0)",
    )

    @staticmethod
    def add(database: sqlite3.Connection, part: Sequence[Written]) -> None:
        """Index some articles."""
        made = entries([(one.title, one.text) for one in part])
        for one, (title, text, single) in zip(part, made, strict=True):
            database.execute("INSERT INTO phrases (rowid, text, title) VALUES (?, ?, ?)", (one.doc, text, title))
            database.execute("INSERT INTO characters (rowid, letters) VALUES (?, ?)", (one.doc, single))

    @staticmethod
    def matches(word: str) -> tuple[str, str]:
        """Table and expression that find a word."""
        return ("characters", letters(word)) if is_letter(word) else ("phrases", phrase(word) or "")


class IndexOfCharacters:
    """One index in which every character is a token and a word is a phrase of them."""

    tables = ("CREATE VIRTUAL TABLE phrases USING fts5(text, title, content='', tokenize='ascii')",)

    @classmethod
    def add(cls, database: sqlite3.Connection, part: Sequence[Written]) -> None:
        """Index some articles."""
        for one in part:
            row = (one.doc, cls._tokens(one.text), cls._tokens(one.title))
            database.execute("INSERT INTO phrases (rowid, text, title) VALUES (?, ?, ?)", row)

    @classmethod
    def matches(cls, word: str) -> tuple[str, str]:
        """Table and expression that find a word."""
        return "phrases", f'"{cls._tokens(word)}"'

    @staticmethod
    def _tokens(text: str) -> str:
        found: list[str] = []
        for run in _RUN.finditer(fold(text)):
            characters, word, _ = run.groups()
            if characters:
                found += characters
            elif word:
                found.append(word)
            elif found and found[-1] != _BORDER:
                found.append(_BORDER)
        return " ".join(found)


Index = type[IndexOfBigrams] | type[IndexOfCharacters]


def build(index: Index, path: Path, count: int) -> float:
    """CPU seconds of indexing so many articles; writing and tokens of both are counted, making the articles is not."""
    database = sqlite3.connect(path)
    for sql in ("PRAGMA journal_mode = WAL", "CREATE TABLE articles (doc INTEGER PRIMARY KEY, site INTEGER)"):
        database.execute(sql)
    database.execute("CREATE INDEX by_site ON articles (site)")
    for sql in index.tables:
        database.execute(sql)
        name = re.split("[ (]", sql)[3]
        database.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('hashsize', 16777216)")
        database.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('automerge', 8)")
    taken = 0.0
    articles = _articles(count)
    while part := list(islice(articles, _BATCH)):
        before = time.process_time()
        with database:
            index.add(database, part)
            database.executemany("INSERT INTO articles VALUES (?, ?)", [(one.doc, one.doc % _SITES) for one in part])
        taken += time.process_time() - before
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return taken


def _articles(count: int) -> Iterator[Written]:
    for doc, made in enumerate(Newsroom(seed=1).articles(count), 1):
        yield Written(doc=doc, title=made.article.title or "", text=made.article.text)


def questions(count: int, articles: int) -> list[Asked]:
    """Questions made of the texts of the last articles, so that common words are asked for as often as they stand."""
    rng = random.Random(5)
    asked: list[Asked] = []
    for one in islice(_articles(articles), max(0, articles - count), None):
        runs = [run for run in re.findall("[\u4e00-\u9fff]+", one.text) if len(run) >= 8]
        if len(runs) < 2:
            continue
        first, second = (run[rng.randrange(len(run) - 7) :] for run in rng.sample(runs, 2))
        site = rng.randrange(_SITES)
        asked += (
            Asked(kind="one character", words=(first[0],)),
            Asked(kind="two characters", words=(second[:2],)),
            Asked(kind="four characters", words=(first[:4],)),
            Asked(kind="eight characters", words=(second[:8],)),
            Asked(kind="two words", words=(first[:2], second[:2])),
            Asked(kind="two characters, one site", words=(second[:2],), site=site),
            Asked(kind="four characters, one site", words=(first[:4],), site=site),
        )
    return asked[:count]


def found(index: Index, asked: Asked) -> tuple[str, list[str | int]]:
    """A SELECT of the docs that a question finds, to be ordered by doc, and its values."""
    parts, values = [], list[str | int]()
    for word in asked.words:
        table, expression = index.matches(word)
        parts.append(f"SELECT rowid AS doc FROM {table} WHERE {table} MATCH ?")
        values.append(expression)
    if asked.site is not None:
        parts.append("SELECT doc FROM articles WHERE site = ?")
        values.append(asked.site)
    return " INTERSECT ".join(parts), values


def counted(index: Index, database: sqlite3.Connection, asked: Asked) -> int:
    """How many articles a question finds."""
    sql, values = found(index, asked)
    return int(database.execute(f"SELECT count(*) FROM ({sql} ORDER BY doc)", values).fetchone()[0])


def ranked(index: Index, database: sqlite3.Connection, asked: Asked) -> int:
    """How many of the twenty best of the latest four thousand there are."""
    sql, values = found(index, asked)
    tables = [index.matches(word) for word in asked.words]
    best = next((expression for table, expression in tables if table == "phrases"), None)
    latest = f"WITH latest AS ({sql} ORDER BY doc DESC LIMIT {_RANKED})"
    if best is None:
        return len(database.execute(f"{latest} SELECT doc FROM latest LIMIT {_SHOWN}", values).fetchall())
    scored = "SELECT rowid, -bm25(phrases, 1.0, 4.0) AS score FROM phrases WHERE phrases MATCH ?"
    these = "rowid >= (SELECT min(doc) FROM latest) AND +rowid IN (SELECT doc FROM latest)"
    order = f"ORDER BY score DESC, rowid DESC LIMIT {_SHOWN}"
    return len(database.execute(f"{latest} {scored} AND {these} {order}", [*values, best]).fetchall())


def timed(
    ask: Callable[[Index, sqlite3.Connection, Asked], int], index: Index, path: Path, asked: Sequence[Asked]
) -> tuple[dict[str, list[float]], list[int]]:
    """Kind of question -> milliseconds of CPU of each, and the answers."""
    database = sqlite3.connect(path)
    times: dict[str, list[float]] = {}
    answers = []
    for one in asked:
        before = time.thread_time()
        answers.append(ask(index, database, one))
        times.setdefault(one.kind, []).append(1000 * (time.thread_time() - before))
    database.close()
    return times, answers


def _figures(times: Sequence[float]) -> str:
    ordered = sorted(times)
    return f"{ordered[len(ordered) // 2]:.1f} / {ordered[min(len(ordered) - 1, len(ordered) * 95 // 100)]:.1f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=int)
    parser.add_argument("--questions", type=int, default=300)
    given = parser.parse_args()
    asked = questions(given.questions, given.articles)
    table = Table("ms of CPU: median / p95", "bigrams: count", "rank", "characters: count", "rank", box=None)
    columns: list[dict[str, list[float]]] = []
    answers: list[list[int]] = []
    with tempfile.TemporaryDirectory() as folder:
        for index in (IndexOfBigrams, IndexOfCharacters):
            path = Path(folder, f"{index.__name__}.db")
            seconds = build(index, path, given.articles)
            print(f"{index.__name__}: {path.stat().st_size / 1e6:,.0f} MB, built in {seconds:.0f} s of CPU", flush=True)
            for ask in (counted, ranked):
                timed(ask, index, path, asked[:20])
                times, counts = timed(ask, index, path, asked)
                columns.append(times)
                answers.append(counts)
    for kind in columns[0]:
        table.add_row(kind, *(_figures(times[kind]) for times in columns))
    table.add_row("all", *(_figures([t for some in times.values() for t in some]) for times in columns))
    Console(width=120).print(table)
    differ = sum(a != b for a, b in zip(answers[0], answers[2], strict=True))
    print(f"{len(asked)} questions of {given.articles:,} articles, {differ} counts differ")


if __name__ == "__main__":
    main()
