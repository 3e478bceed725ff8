"""Text to tokens, so that full-text search is exact for Chinese words of any length.

A run of CJK characters becomes its overlapping bigrams: 人民大会堂 -> 人民 民大 大会 会堂; a word of two and more
characters is a phrase of bigrams. (Bigram indexing of CJK text is what Lucene's CJKAnalyzer does.) Words of one
character are found in a second, small index of the characters of a text. Other words and numbers are tokens as they
stand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import add

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import fold as characters
from cleaners.store.database import Database

_CJK = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30fa\u30fc-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
_RUN = re.compile(f"([{_CJK}]+)|[^\\W_{_CJK}]+")
MARK = "·"
"""Behind the first character after a word or number, as a token of its own."""


def recipe() -> str:
    """Changes whenever :func:`tokens` would give other tokens: the search index must then be made anew."""
    return f"bigrams, characters 2; {characters.load().recipe}"


def fold(text: str) -> str:
    """The text as search compares it: full width, case, script and presentation forms told apart no longer.

    Character by character, so that positions in the result are positions in the text.
    """
    return tables().fold[points(text)].tobytes().decode("utf-32-le", "surrogatepass")


def tokens(text: str) -> str:
    """The tokens of a text for the index of phrases, joined by spaces.

    Where something follows a run of CJK characters, its last character stands alone between: so 中国，国家 is not found
    by 中国家, but 公布第3批 by 第3批. Behind a word or number its first one stands marked: so 25年底 is found by 25年.

    >>> tokens("人民大会堂，二十五億 25億元")
    '人民 民大 大会 会堂 堂 二十 十五 五亿 亿 25 亿· 亿元'
    """
    found: list[str] = []
    runs = [(run.group(), run.group(1) is not None) for run in _RUN.finditer(fold(text))]
    for n, (run, cjk) in enumerate(runs):
        if not cjk:
            found.append(run)
            continue
        behind_a_word = n > 0 and not runs[n - 1][1]
        found += [run[0] + MARK] if behind_a_word else []
        found += map(add, run, run[1:])
        if n + 1 < len(runs) or (len(run) == 1 and not behind_a_word):
            found.append(run[-1])
    return " ".join(found)


def letters(text: str) -> str:
    """The CJK characters of a text, each once, for the index of characters, joined by spaces."""
    return " ".join(dict.fromkeys("".join(run.group(1) or "" for run in _RUN.finditer(fold(text)))))


def is_letter(text: str) -> bool:
    """Whether a word is one CJK character, to be looked for in the index of characters."""
    runs = [run.group(1) for run in _RUN.finditer(fold(text))]
    return len(runs) == 1 and runs[0] is not None and len(runs[0]) == 1


def phrase(text: str) -> str | None:
    """A word or quoted phrase as an FTS5 phrase; None when it has nothing to look for."""
    found = tokens(text)
    if not found:
        return None
    *before, last = (run.group(1) for run in _RUN.finditer(fold(text)))
    # A single character behind others may be the first half of a bigram of the text ("底 水" in 年底，水面).
    half = last and len(last) == 1 and before and before[-1]
    return f'"{found}" *' if half else f'"{found}"'


def finder(text: str) -> re.Pattern[str] | None:
    """A pattern that finds in folded text what :func:`phrase` finds in the index; None when there is nothing."""
    pattern, before = "", ""
    for run in _RUN.finditer(fold(text)):
        word = re.escape(run.group())
        kind = "cjk" if run.group(1) else "word"
        if kind == "word":
            word = f"(?<![^\\W_{_CJK}]){word}(?![^\\W_{_CJK}])"
        if before:
            pattern += "[\\W_]+" if before == kind == "cjk" else "[\\W_]*"
        pattern, before = pattern + word, kind
    return re.compile(pattern) if pattern else None


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTables:
    """What is known of each code point."""

    fold: NDArray[np.uint32]
    """Code point -> the one it is compared as."""
    kind: NDArray[np.uint8]
    """Folded code point -> 0 (it stands between words), 1 (letter or digit), 2 (CJK)."""


@cache
def tables() -> TokenTables:
    """The tables, made once."""
    table = characters.load().table & ~characters.STARTS
    everything = np.arange(len(table), dtype=np.int32)
    fold = np.where(characters.load().table > 0, table, everything).astype(np.uint32)
    kind = np.zeros(len(table), np.uint8)
    kind[[c for c in range(0x20000) if chr(c).isalnum()]] = 1
    for first, last in re.findall("(.)-(.)", _CJK):
        kind[ord(first) : ord(last) + 1] = 2
    return TokenTables(fold=fold, kind=kind)


def points(text: str) -> NDArray[np.uint32]:
    """The code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


# The search index of a store: what goes in and out, gathered and written in one go.

_PORTION = 200  # articles at a time
_LONGEST = 24  # bytes of tokens that come of one character, at most
_SEEN = 1 << 18  # no ideograph is beyond

Entry = tuple[str, str, str]
"""Tokens of a headline, tokens of a text, the CJK characters of both."""


class SearchIndexing:
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
        for doc, (title, text, single) in zip(docs, entries([self._new[doc] for doc in docs]), strict=True):
            self._db.execute("INSERT INTO search (rowid, title, text) VALUES (?, ?, ?)", (doc, title, text))
            self._db.execute("INSERT INTO characters (rowid, letters) VALUES (?, ?)", (doc, single))
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
