"""Taking an article out of the store with every one of its texts, and the bytes of these out of the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from cleaners.errors import StoreBusyError
from cleaners.store.articles import Articles
from cleaners.store.clusters import Families
from cleaners.store.database import Database
from cleaners.urls import canonical

TAKEN_DOWN = "taken down"
"""The outcome of an address in the ledger that is never to be visited again."""


Left = Mapping[str, tuple[int, ...]]
"""Family id -> docs of its members that are still there, by arrival."""


class Removal:
    """Removes articles. Everything here but :meth:`erase` belongs to the transaction that is open."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._articles = Articles(database)
        self._families = Families(database)

    def origins(self, article_id: str) -> list[str]:
        """Where the pages of all revisions of an article are."""
        rows = self._db.rows("SELECT DISTINCT origin FROM articles WHERE id = ? ORDER BY revision", (article_id,))
        return [r[0] for r in rows]

    def remove(self, ids: Iterable[str]) -> Left:
        """Take articles out of everything the store knows: texts, search, places, matches, families, drops.

        Returns what is left of the families they were in: these are to be decided anew, then :meth:`forward`.
        """
        clusters: dict[int, str] = {}
        for article_id in ids:
            rows = self._db.rows("SELECT doc, current, cluster, url, origin FROM articles WHERE id = ?", (article_id,))
            for doc, current, cluster, url, origin in rows:
                if current:
                    self._articles.retire(doc)
                if family := self._db.one("SELECT id FROM clusters WHERE cluster = ?", (cluster,)):
                    clusters[cluster] = family[0]
                self._db.execute("DELETE FROM drops WHERE origin = ? OR url = ?", (origin, url))
                self._delete(doc)
        return {family: self._members(cluster) for cluster, family in clusters.items()}

    def forward(self, left: Left) -> None:
        """Have the ids of families that are no more lead to what became of their members, or to nothing."""
        for family, docs in left.items():
            led = "SELECT 1 FROM clusters WHERE id = :id UNION SELECT 1 FROM forwards WHERE id = :id"
            if self._db.one(led, {"id": family}):
                continue
            if docs and (heir := self._families.cluster_of(docs[0]).id) != family:
                self._db.execute("INSERT INTO forwards VALUES (?, ?)", (family, heir))
        self.drop_forwards()

    def drop_forwards(self) -> int:
        """Delete forwards that lead nowhere; returns how many."""
        dropped = 0
        while gone := self._db.execute(
            "DELETE FROM forwards WHERE target NOT IN (SELECT id FROM clusters) AND target NOT IN "
            "(SELECT id FROM articles WHERE current) AND target NOT IN (SELECT id FROM forwards)"
        ).rowcount:
            dropped += gone
        return dropped

    def bury(self, url: str, site: str, at: datetime) -> None:
        """Have the ledger say of an address that it was taken down: it is not visited any more."""
        key, moment = canonical(url), int(at.timestamp())
        self._db.execute(
            "INSERT INTO ledger (url, site, kind, hops, pages, priority, first_seen, last_seen, last_fetched, outcome) "
            "VALUES (?, ?, 'page', 0, 1, 0, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET outcome = excluded.outcome, "
            "last_fetched = excluded.last_fetched, detail = NULL, digest = NULL, etag = NULL, last_modified = NULL, "
            "next_visit = NULL",
            (key, site, moment, moment, moment, TAKEN_DOWN),
        )

    def met(self, url: str) -> bool:
        """Whether a crawl knows an address."""
        return self._db.one("SELECT 1 FROM ledger WHERE url = ?", (canonical(url),)) is not None

    def unlearn(self, site: str, lines: Collection[tuple[str, str]], others: dict[str, str]) -> int:
        """Forget the noise lines of a site that only the removed texts had; returns how many.

        ``lines``: (key, line) of the removed texts; ``others``: key -> a line of another text. Where others have the
        line too, one of theirs becomes the example.
        """
        forgotten = 0
        for key, line in lines:
            if key not in others:
                query, values = "DELETE FROM noise_lines WHERE site = ? AND key = ?", (site, key)
                forgotten += self._db.execute(query, values).rowcount
            else:
                self._db.execute(
                    "UPDATE noise_lines SET example = ? WHERE site = ? AND key = ? AND example = ?",
                    (others[key], site, key, line),
                )
        return forgotten

    def erase(self) -> None:
        """Leave no byte of what was deleted in the file: neither in pages set free, nor in search, nor in the log.

        Takes about as long as copying the store, and as much room. Raises ``StoreBusyError`` while others use the
        store, ``UnwritableError`` without that room.
        """
        for index in ("search", "characters"):
            # What a contentless table has forgotten stays in its older segments until they are merged.
            self._db.execute(f"INSERT INTO {index} ({index}) VALUES ('optimize')")
        self._db.execute("VACUUM")
        row = self._db.one("PRAGMA wal_checkpoint(TRUNCATE)")
        if row and row[0]:
            raise StoreBusyError(
                f"{self._db.path}: others are reading it, so its log may still hold what was removed: end them "
                "(`jianbao doctor` shows the state), then run the same again"
            )

    def texts(self, article_id: str) -> list[str]:
        """Every text of an article, the current one last."""
        query = "SELECT text FROM articles JOIN texts USING (doc) WHERE id = ? ORDER BY current, revision"
        return [r[0] for r in self._db.rows(query, (article_id,))]

    def others_of_site(self, site: str, without: Sequence[str], limit: int = 5000) -> list[str]:
        """The latest texts of a site that are not of these articles."""
        marks = ",".join("?" * len(without))
        rows = self._db.rows(
            f"SELECT text FROM articles JOIN texts USING (doc) WHERE site = ? AND id NOT IN ({marks}) "
            "ORDER BY doc DESC LIMIT ?", (site, *without, limit),
        )  # fmt: skip
        return [r[0] for r in rows]

    def _members(self, cluster: int) -> tuple[int, ...]:
        """The members a family has left; one that has none is deleted."""
        query = "SELECT doc FROM articles WHERE cluster = ? AND current ORDER BY coalesce(first_doc, doc)"
        docs = tuple(r[0] for r in self._db.rows(query, (cluster,)))
        if not docs:
            self._db.execute("DELETE FROM clusters WHERE cluster = ?", (cluster,))
        return docs

    def _delete(self, doc: int) -> None:
        self._db.execute("DELETE FROM matches WHERE doc_a = ? OR doc_b = ?", (doc, doc))
        for table in ("article_places", "texts", "articles"):
            self._db.execute(f"DELETE FROM {table} WHERE doc = ?", (doc,))
