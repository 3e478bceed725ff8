"""Articles in the store: each text once, a changed page as a new revision, texts by doc."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from cleaners import quality, urls
from cleaners.disguises import FOUND_BY_MATCHING, Disguise
from cleaners.fields.kinds import dump
from cleaners.items import Article, Extractor
from cleaners.store.codec import ARTICLE_COLUMNS, GIVEN, article_row, digest, listed, load, pack, parsed, row_article
from cleaners.store.database import Database, Row
from cleaners.store.relations import ARTICLE_CLUSTER, CLUSTER_JOIN
from cleaners.store.tokens import SearchIndexing

_COLUMNS = ", ".join(ARTICLE_COLUMNS)
_VALUES = ", ".join("?" * len(ARTICLE_COLUMNS))
_REFRESH = ", ".join(f"{name} = ?" for name in ARTICLE_COLUMNS)
_CHUNK = 500  # articles in memory at a time
_ARTICLES = (
    f"SELECT {_COLUMNS}, doc, revision, text, markdown, e.name, e.version, e.recipe "
    f"FROM articles JOIN texts USING (doc) JOIN extractors e USING (extractor) WHERE doc IN {GIVEN} ORDER BY doc"
)

_NOTHING_READ = ("no page in the table", "not a page")
"""Reasons of the stage ``read`` for which nothing of a file was read."""


class ArticleTable:
    """The articles of a store. ``doc`` is the number of one text (1, 2, ... below 2**32) and never means another."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._index: SearchIndexing | None = None

    def put(self, article: Article) -> int | None:
        """Keep an article.

        Returns the doc of a text that is new: a new article, or a new revision of one whose title or text changed
        (the old one is kept). Returns None when the store has that text already; what else the page now says of
        itself replaces what it said. A text fetched before the current one is kept as an old revision (None). So the
        same pages in any order, and again, give the same articles. Inside ``Store.transaction()`` it belongs to that.
        """
        return self.put_all([article])[0]

    def put_all(self, articles: Iterable[Article]) -> list[int | None]:
        """Keep articles in this order, as :meth:`put` does; the search index is written once for all of them."""
        with self._db.transaction(), self.indexing() as index:
            return [self._put(article, index) for article in articles]

    @contextmanager
    def indexing(self) -> Iterator[SearchIndexing]:
        """What is put and retired inside goes into the search index at the end, all at once."""
        if self._index is not None:
            yield self._index
            return
        self._index = SearchIndexing(self._db)
        try:
            yield self._index
            self._index.write()
        finally:
            self._index = None

    def changed_by(self, article: Article) -> bool:
        """Whether the store has the article with another text or headline."""
        row = self._db.one("SELECT digest FROM articles WHERE id = ? AND current", (article.id,))
        return row is not None and row[0][:8] != digest(article, article_row(article))[:8]

    def flag(self, doc: int, disguise: Disguise) -> None:
        """Note a disguise that only showed by comparing with other texts, and what it takes from the quality."""
        row = self._db.one("SELECT disguises, quality FROM articles WHERE doc = ?", (doc,))
        if row and disguise not in (found := load(row[0])):
            values = (dump([*found, disguise]), quality.flagged(row[1], disguise), doc)
            self._db.execute("UPDATE articles SET disguises = ?, quality = ? WHERE doc = ?", values)

    def _flag_again(self, doc: int, before: str | None) -> None:
        for disguise in FOUND_BY_MATCHING:
            if disguise in load(before):
                self.flag(doc, disguise)

    def doc(self, id_or_url: str) -> int | None:
        """The current text of an article by id, or by any form of its url or of that of one of its pages.

        None when there is none.
        """
        is_url = "://" in id_or_url
        key = urls.clipping_id(id_or_url, b"") if is_url else id_or_url.strip().lower()
        row = self._db.one("SELECT doc FROM articles WHERE id = ? AND current", (key,))
        if row is None and is_url:
            return self._with_part(urls.canonical(id_or_url))
        return int(row[0]) if row else None

    def _with_part(self, form: str) -> int | None:
        """The article that a page with this canonical address was joined into."""
        for doc, parts in self._db.rows("SELECT doc, parts FROM articles WHERE part_origins IS NOT NULL AND current"):
            if any("://" in url and urls.canonical(url) == form for url in load(parts)):
                return int(doc)
        return None

    def beginning(self, prefix: str, limit: int = 10) -> list[str]:
        """Ids of articles that begin with some hex digits, in order; none for anything else."""
        start = prefix.strip().lower()
        if not start or start.strip("0123456789abcdef"):
            return []
        query = "SELECT id FROM articles WHERE current AND id >= ? AND id < ? ORDER BY id LIMIT ?"
        return [row[0] for row in self._db.rows(query, (start, start + "g", limit))]

    def revised(self, docs: Iterable[int]) -> set[int]:
        """Those of the docs that are not the first text of their article."""
        query = f"SELECT doc FROM articles WHERE first_doc IS NOT NULL AND doc IN {GIVEN}"
        return {row[0] for row in self._db.rows(query, (listed(docs),))}

    def has(self, ids: Iterable[str]) -> frozenset[str]:
        """Those of the ids that the store has an article for."""
        query = f"SELECT id FROM articles WHERE current AND id IN {GIVEN}"
        return frozenset(row[0] for row in self._db.rows(query, (listed(ids),)))

    def origins(self, ids: Iterable[str]) -> dict[str, str]:
        """Id -> where the page of its current text is, of those that the store has."""
        query = f"SELECT id, origin FROM articles WHERE current AND id IN {GIVEN}"
        return dict(self._db.rows(query, (listed(ids),)))

    def texts(self, docs: Iterable[int]) -> dict[int, str]:
        """The texts to verify candidates with; docs that are superseded or gone are left out."""
        query = f"SELECT doc, text FROM texts JOIN articles USING (doc) WHERE current AND doc IN {GIVEN}"
        return dict(self._db.rows(query, (listed(docs),)))

    def texts_after(self, doc: int, *, within: float) -> Iterator[tuple[int, str]]:
        """(doc, text) of current texts that came after ``doc``, in order: to bring the match index up to date.

        Left out are texts that an earlier one represents: at least the share ``within`` of them stands in it (spun
        copies have words of their own and are not represented).
        """
        while rows := self._db.rows(
            "SELECT doc, text FROM texts JOIN articles a USING (doc) WHERE a.current AND doc > ? AND NOT EXISTS ("
            "SELECT 1 FROM matches JOIN articles r ON r.doc = doc_a WHERE doc_b = a.doc AND r.current "
            "AND kind NOT IN ('spun', 'shuffled') AND containment_b >= ?) ORDER BY doc LIMIT 1000",
            (doc, within),
        ):
            yield from rows
            doc = rows[-1][0]

    def undisguised(self, limit: int) -> list[str]:
        """The latest texts that wear no disguise: what honest writing looks like here."""
        rows = self._db.rows(
            "SELECT text FROM articles JOIN texts USING (doc) WHERE current AND disguises IS NULL "
            "ORDER BY doc DESC LIMIT ?", (limit,),
        )  # fmt: skip
        return [r[0] for r in rows]

    def of_site(self, site: str, *, limit: int = 2000) -> Iterator[tuple[str, str]]:
        """(cluster id, text) of a site's latest articles: to learn the lines that it repeats."""
        docs = self._db.rows(
            f"SELECT doc, {ARTICLE_CLUSTER['cluster_id']} FROM articles a {CLUSTER_JOIN} "
            "WHERE current AND site = ? ORDER BY doc DESC LIMIT ?", (site, limit),
        )  # fmt: skip
        for doc, cluster in docs:
            row = self._db.one("SELECT text FROM texts WHERE doc = ?", (doc,))
            if row:
                yield cluster, row[0]

    def ids(self, docs: Iterable[int]) -> dict[int, str]:
        """doc -> id of its article, for current docs."""
        query = f"SELECT doc, id FROM articles WHERE current AND doc IN {GIVEN}"
        return dict(self._db.rows(query, (listed(docs),)))

    def get(self, docs: Sequence[int]) -> dict[int, tuple[Article, int]]:
        """doc -> article and revision, superseded texts included."""
        found: dict[int, tuple[Article, int]] = {}
        for row in self._db.rows(_ARTICLES, (listed(docs),)):
            doc, revision, text, markdown, name, version, recipe = row[len(ARTICLE_COLUMNS) :]
            extractor = Extractor(name=name, version=version, recipe=recipe)
            found[doc] = row_article(row, text, markdown, extractor), revision
        return found

    def every(self) -> Iterator[tuple[int, Article]]:
        """(doc, article) of every text, superseded ones too, by doc: the order in which they arrived."""
        docs = [row[0] for row in self._db.rows("SELECT doc FROM articles ORDER BY doc")]
        for start in range(0, len(docs), _CHUNK):
            part = docs[start : start + _CHUNK]
            found = self.get(part)
            yield from ((doc, found[doc][0]) for doc in part if doc in found)

    def new_revisions(self, docs: Iterable[int]) -> set[int]:
        """Which of these texts came to an address that had another one before."""
        query = f"SELECT doc FROM articles WHERE doc IN {GIVEN} AND revision > 1"
        return {int(doc) for (doc,) in self._db.rows(query, (listed(docs),))}

    def revisions(self, article_id: str) -> list[Article]:
        """Every text that stood at one address, oldest first (by the time it was fetched, where that is known)."""
        rows = self._db.rows("SELECT doc FROM articles WHERE id = ? ORDER BY current, revision", (article_id,))
        found = [article for article, _ in self.get([row[0] for row in rows]).values()]
        return sorted(found, key=lambda a: a.fetched_at.timestamp() if a.fetched_at else 0.0)

    def retire(self, doc: int) -> None:
        """Take a text out of search, matching and its cluster; its row stays as an old revision."""
        with self._db.transaction(), self.indexing() as index:
            self._retire(doc, index)

    def _settle_drops(self, origin: str) -> None:
        """Take out what was dropped there, and of the file around it what says that nothing in it could be read.

        What says that a part of the file was lost stays, as ``damaged or cut short``.
        """
        self._db.execute("DELETE FROM drops WHERE origin = ?", (origin,))
        file = origin.rpartition("#")[0]
        if file:
            marks = ", ".join("?" * len(_NOTHING_READ))
            self._db.execute(
                f"DELETE FROM drops WHERE origin = ? AND (stage != 'read' OR reason IN ({marks}))",
                (file, *_NOTHING_READ),
            )

    def _put(self, article: Article, index: SearchIndexing) -> int | None:
        row = article_row(article)
        fresh = digest(article, row)
        self._settle_drops(article.origin)
        known = self._db.rows(
            "SELECT doc, revision, first_doc, digest, disguises, fetched_at, current FROM articles WHERE id = ? "
            "ORDER BY current DESC, revision DESC", (article.id,),
        )  # fmt: skip
        if not known:
            return self._insert(article, row, fresh, index, revision=1, first_doc=None)
        doc, _, first_doc, current, disguises, fetched, _ = known[0]
        age = _compared(article.fetched_at, parsed(fetched))
        if current[:8] == fresh[:8]:
            if current != fresh and age >= 0:
                self._refresh(doc, article, row, fresh)
                self._flag_again(doc, disguises)
            return None
        if age <= 0 and any(old[3][:8] == fresh[:8] for old in known):
            return None  # an old revision, met again
        revision = max(old[1] for old in known) + 1
        if age < 0:
            self._insert(article, row, fresh, None, revision=revision, first_doc=first_doc or doc)
            return None
        self._retire(doc, index)
        return self._insert(article, row, fresh, index, revision=revision, first_doc=first_doc or doc)

    def _retire(self, doc: int, index: SearchIndexing) -> None:
        index.remove(doc)
        self._db.execute("DELETE FROM article_places WHERE doc = ?", (doc,))
        self._db.execute("UPDATE articles SET current = 0 WHERE doc = ?", (doc,))

    def _insert(
        self,
        article: Article,
        row: Row,
        fresh: bytes,
        index: SearchIndexing | None,
        *,
        revision: int,
        first_doc: int | None,
    ) -> int:
        """A new row; it is the current text of its article when there is an index to put it into."""
        doc = self._db.execute(
            f"INSERT INTO articles (revision, current, first_doc, digest, extractor, {_COLUMNS}) "
            f"VALUES (?, ?, ?, ?, ?, {_VALUES})",
            (revision, index is not None, first_doc, fresh, self._extractor(article.extractor), *row),
        ).lastrowid
        assert doc
        self._db.execute(
            "INSERT INTO texts VALUES (?, ?, ?)", (doc, article.text, pack(article.markdown, article.text))
        )
        if index is not None:
            index.add(doc, article.title, article.text)
            self._place(doc, article)
        return doc

    def _refresh(self, doc: int, article: Article, row: Row, fresh: bytes) -> None:
        self._db.execute(
            f"UPDATE articles SET digest = ?, extractor = ?, {_REFRESH} WHERE doc = ?",
            (fresh, self._extractor(article.extractor), *row, doc),
        )
        self._db.execute("UPDATE texts SET markdown = ? WHERE doc = ?", (pack(article.markdown, article.text), doc))
        self._db.execute("DELETE FROM article_places WHERE doc = ?", (doc,))
        self._place(doc, article)

    def _place(self, doc: int, article: Article) -> None:
        # One plain row at a time: a statement that SQLite must be able to take back by itself (INSERT ... SELECT) makes
        # FTS5 write out what it has gathered, once for every article instead of once for a batch.
        for name in sorted({region.name for region in article.regions}):
            row = self._db.one("SELECT place FROM places WHERE name = ?", (name,))
            place = row[0] if row else self._db.execute("INSERT INTO places (name) VALUES (?)", (name,)).lastrowid
            self._db.execute("INSERT INTO article_places VALUES (?, ?)", (place, doc))

    def _extractor(self, extractor: Extractor) -> int:
        values = (extractor.name, extractor.version, extractor.recipe)
        query = "SELECT extractor FROM extractors WHERE name = ? AND version = ? AND recipe = ?"
        row = self._db.one(query, values)
        if row is None:
            self._db.execute("INSERT INTO extractors (name, version, recipe) VALUES (?, ?, ?)", values)
            row = self._db.one(query, values)
        assert row
        return int(row[0])


def _compared(a: datetime | None, b: datetime | None) -> int:
    """-1, 0, 1: whether a is earlier than, not to be told from, later than b."""
    return (a > b) - (a < b) if a and b else 0
