"""The search index of a store: what goes in and out, gathered and written in one go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from cleaners.store.database import Database
from cleaners.store.tokens import MARK, letters, points, recipe, tables, tokens

_PORTION = 200  # articles at a time
_LONGEST = 24  # bytes of tokens that come of one character, at most
_SEEN = 1 << 18  # no ideograph is beyond

Entry = tuple[str, str, str]
"""Tokens of a headline, tokens of a text, the CJK characters of both."""


class Indexing:
    """Changes of the search index. Gather them, then :meth:`write` them in the transaction of the articles.

    FTS5 gathers a batch in memory and writes it as one segment, unless a number comes that is smaller than the one
    before: then it writes at once. So texts leave before others come, each in the order of their numbers.
    """

    def __init__(self, database: Database) -> None:
        self._db = database
        self._gone: list[int] = []
        self._new: dict[int, tuple[str, str]] = {}

    def add(self, doc: int, title: str | None, text: str) -> None:
        """A text that is to be found."""
        self._new[doc] = title or "", text

    def remove(self, doc: int) -> None:
        """A text that is found no more; its row must still be there when this is written."""
        if self._new.pop(doc, None) is None:
            self._gone.append(doc)

    def write(self) -> None:
        """Write what was gathered."""
        for doc in sorted(self._gone):
            self._forget(doc)
        docs = sorted(self._new)
        for doc, (title, text, characters) in zip(docs, entries([self._new[doc] for doc in docs]), strict=True):
            self._db.execute("INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)", (doc, title, text))
            self._db.execute("INSERT INTO characters (rowid, letters) VALUES (?, ?)", (doc, characters))
        self._gone, self._new = [], {}

    def check(self) -> None:
        """Make the index anew when it holds tokens of another recipe."""
        row = self._db.one("SELECT value FROM meta WHERE key = 'search'")
        if not row or row[0] != recipe():
            self.rebuild()

    def rebuild(self) -> None:
        """Make the index anew from the texts, in one transaction."""
        with self._db.transaction():
            for index in ("search", "characters"):
                self._db.execute(f"INSERT INTO {index} ({index}) VALUES ('delete-all')")
            docs = [row[0] for row in self._db.rows("SELECT doc FROM articles WHERE current ORDER BY doc")]
            for i in range(0, len(docs), _PORTION):
                for doc in docs[i : i + _PORTION]:
                    self.add(doc, *self._words(doc))
                self.write()
            self._db.execute("INSERT OR REPLACE INTO meta VALUES ('search', ?)", (recipe(),))

    def _words(self, doc: int) -> tuple[str, str]:
        row = self._db.one("SELECT title, text FROM articles JOIN texts USING (doc) WHERE doc = ?", (doc,))
        assert row
        return row[0] or "", row[1]

    def _forget(self, doc: int) -> None:
        # A contentless table forgets a text only when told the very tokens it was given (SQLite before 3.43).
        title, text = self._words(doc)
        self._db.execute(
            "INSERT INTO search (search, rowid, title, text) VALUES ('delete', ?, ?, ?)",
            (doc, tokens(title), tokens(text)),
        )
        self._db.execute(
            "INSERT INTO characters (characters, rowid, letters) VALUES ('delete', ?, ?)", (doc, letters(title + text))
        )


def entries(articles: Sequence[tuple[str, str]]) -> Iterator[Entry]:
    """What the index holds of (headline, text): that of ``tokens`` and ``letters``, ten times as fast."""
    for i in range(0, len(articles), _PORTION):
        part = articles[i : i + _PORTION]
        words = _compiled("tokens", [piece for article in part for piece in article])
        characters = _compiled("letters", [title + text for title, text in part])
        yield from zip(words[::2], words[1::2], characters, strict=True)


def _compiled(kind: str, texts: Sequence[str]) -> list[str]:
    from cleaners.store import kernels  # only to store: searching starts without numba

    known = tables()
    characters = points("".join(texts))
    offsets = np.concatenate(([0], np.cumsum([len(text) for text in texts], dtype=np.int64)))
    out = np.empty(_LONGEST * len(characters) + 1, np.uint8)
    if kind == "tokens":
        starts = kernels.tokens(characters, offsets, known.fold, known.kind, ord(MARK), out)
    else:
        starts = kernels.letters(characters, offsets, known.fold, known.kind, np.zeros(_SEEN, np.int32), out)
    written = out[: starts[-1]].tobytes()
    return [written[starts[n] : starts[n + 1]].decode() for n in range(len(texts))]
