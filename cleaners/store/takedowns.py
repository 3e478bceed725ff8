"""Taking an article out of the store with every one of its texts, and the bytes of these out of the file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from cleaners import urls
from cleaners.errors import StoreBusyError
from cleaners.store.articles import ArticleTable
from cleaners.store.clusters import ClusterTable
from cleaners.store.codec import load, now
from cleaners.store.database import Database, Row
from cleaners.urls import canonical

# Tombstones: what is left of an article that was taken down, so that neither it nor a copy of it comes back.
#
# A tombstone holds no text: the address, why and when, and of each text its traces (digest, anchors and numbers as
# hashes; see :mod:`cleaners.ingest.takedown_filter`). While a takedown is under way it also holds what is still to be
# done, so that one that was killed can be finished.

_COLUMNS = "id, url, reason, at, exports, done"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tombstone:
    """One article that was taken down."""

    id: str
    """Its id."""
    url: str | None
    """Its address, None for a page that had none."""
    reason: str
    """Why, as it was given."""
    at: datetime
    """When, UTC."""
    exports: tuple[str, ...] = ()
    """The exports that contained it, a line each, newest first: they are not ours to change."""
    done: bool = False
    """Whether every trace of the text is gone; not: the takedown was killed, and is to be finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TombstoneHashes:
    """What one text is known by after it is gone; no text."""

    recipe: str
    """How they were made."""
    digest: bytes
    """16 bytes of the whole normal form."""
    anchors: bytes
    """``uint32`` little-endian, ascending: its anchors."""
    numbers: bytes
    """``uint32`` little-endian, ascending: its numbers, hashed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTakedown:
    """A record of the archive that is still to be blanked."""

    file: str
    offset: int
    length: int


class TombstoneTable:
    """The tombstones of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def put(self, stone: Tombstone, traces: Iterable[TombstoneHashes], records: Iterable[PendingTakedown]) -> None:
        """Set a tombstone with what its takedown still has to do; part of the transaction that removes the article."""
        with self._db.transaction():
            self._db.execute(
                f"INSERT INTO tombstones ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, 0) ON CONFLICT (id) DO UPDATE SET "
                "url = coalesce(url, excluded.url), exports = excluded.exports, done = 0",
                (stone.id, stone.url, stone.reason, now(), json.dumps(stone.exports, ensure_ascii=False)),
            )
            for one in traces:
                self._db.execute(
                    "INSERT OR REPLACE INTO tombstone_traces VALUES (?, ?, ?, ?, ?)",
                    (stone.id, one.digest, one.recipe, one.anchors, one.numbers),
                )
            for record in records:
                self._db.execute(
                    "INSERT OR REPLACE INTO tombstone_records VALUES (?, ?, ?, ?)",
                    (record.file, record.offset, record.length, stone.id),
                )

    def get(self, id_or_url: str) -> Tombstone | None:
        """The tombstone of an article by its id or any form of its url."""
        key = urls.clipping_id(id_or_url, b"") if "://" in id_or_url else id_or_url.strip().lower()
        row = self._db.one(f"SELECT {_COLUMNS} FROM tombstones WHERE id = ?", (key,))
        return _tombstone(row) if row else None

    def all(self) -> list[Tombstone]:
        """Every tombstone, newest first."""
        return [_tombstone(r) for r in self._db.rows(f"SELECT {_COLUMNS} FROM tombstones ORDER BY at DESC, id")]

    def __len__(self) -> int:
        row = self._db.one("SELECT count(*) FROM tombstones")
        return int(row[0]) if row else 0

    def traces(self) -> list[tuple[str, TombstoneHashes]]:
        """(id, traces of one of its texts), in a fixed order."""
        rows = self._db.rows("SELECT id, recipe, digest, anchors, numbers FROM tombstone_traces ORDER BY id, digest")
        return [(r[0], TombstoneHashes(recipe=r[1], digest=r[2], anchors=r[3], numbers=r[4])) for r in rows]

    def pending(self) -> list[tuple[Tombstone, tuple[PendingTakedown, ...]]]:
        """Takedowns that are not finished, with the records that are still to be blanked."""
        found = []
        for row in self._db.rows(f"SELECT {_COLUMNS} FROM tombstones WHERE NOT done ORDER BY at, id"):
            query = "SELECT file, start, length FROM tombstone_records WHERE id = ? ORDER BY file, start"
            records = self._db.rows(query, (row[0],))
            found.append((_tombstone(row), tuple(PendingTakedown(file=f, offset=o, length=n) for f, o, n in records)))
        return found

    def finish(self, ids: Sequence[str]) -> None:
        """Note that nothing of these is left anywhere."""
        with self._db.transaction():
            for id_ in ids:
                self._db.execute("DELETE FROM tombstone_records WHERE id = ?", (id_,))
                self._db.execute("UPDATE tombstones SET done = 1 WHERE id = ?", (id_,))


def _tombstone(row: Row) -> Tombstone:
    id_, url, reason, at, exports, done = row
    return Tombstone(
        id=id_, url=url, reason=reason, at=datetime.fromisoformat(at), exports=tuple(json.loads(exports or "[]")),
        done=bool(done),
    )  # fmt: skip


TAKEN_DOWN = "taken down"
"""The outcome of an address in the ledger that is never to be visited again."""


Left = Mapping[str, tuple[int, ...]]
"""Cluster id -> docs of its members that are still there, by arrival."""


class TakedownTable:
    """Removes articles. Everything here but :meth:`erase` belongs to the transaction that is open."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._articles = ArticleTable(database)
        self._clusters = ClusterTable(database)

    def origins(self, article_id: str) -> list[str]:
        """Where the pages of all revisions of an article are."""
        rows = self._db.rows("SELECT origin, part_origins FROM articles WHERE id = ? ORDER BY revision", (article_id,))
        return list(dict.fromkeys(place for origin, further in rows for place in (origin, *load(further))))

    def part_urls(self, article_id: str) -> list[str]:
        """The addresses of the pages that any revision of an article was joined from, its own left out."""
        rows = self._db.rows("SELECT url, parts FROM articles WHERE id = ? ORDER BY revision", (article_id,))
        return list(dict.fromkeys(part for url, parts in rows for part in load(parts) if "://" in part and part != url))

    def remove(self, ids: Iterable[str]) -> Left:
        """Take articles out of everything the store knows: texts, search, places, matches, clusters, drops, notes.

        Returns what is left of the clusters they were in: these are to be decided anew, then :meth:`forward`.
        """
        clusters: dict[int, str] = {}
        for article_id in ids:
            rows = self._db.rows("SELECT doc, current, cluster, url, origin FROM articles WHERE id = ?", (article_id,))
            for doc, current, cluster, url, origin in rows:
                if current:
                    self._articles.retire(doc)
                if own_cluster := self._db.one("SELECT id FROM clusters WHERE cluster = ?", (cluster,)):
                    clusters[cluster] = own_cluster[0]
                self._db.execute("DELETE FROM drops WHERE origin = ? OR url = ?", (origin, url))
                self._delete(doc)
            for table in ("tags", "notes"):
                self._db.execute(f"DELETE FROM {table} WHERE id = ?", (article_id,))
        return {own_cluster: self._members(cluster) for cluster, own_cluster in clusters.items()}

    def forward(self, left: Left) -> None:
        """Have the ids of clusters that are no more lead to what became of their members, or to nothing."""
        for cluster, docs in left.items():
            led = "SELECT 1 FROM clusters WHERE id = :id UNION SELECT 1 FROM forwards WHERE id = :id"
            if self._db.one(led, {"id": cluster}):
                continue
            if docs and (heir := self._clusters.cluster_of(docs[0]).id) != cluster:
                self._db.execute("INSERT INTO forwards VALUES (?, ?)", (cluster, heir))
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

    def block_url(self, url: str, site: str, at: datetime) -> None:
        """Have the ledger say of an address that it was taken down: it is not visited any more."""
        key, moment = canonical(url), int(at.timestamp())
        self._db.execute(
            "INSERT INTO ledger (url, site, kind, hops, pages, priority, first_seen, last_seen, last_fetched, outcome) "
            "VALUES (?, ?, 'page', 0, 1, 0, ?, ?, ?, ?) ON CONFLICT (url) DO UPDATE SET outcome = excluded.outcome, "
            "last_fetched = excluded.last_fetched, detail = NULL, digest = NULL, etag = NULL, last_modified = NULL, "
            "next_visit = NULL",
            (key, site, moment, moment, moment, TAKEN_DOWN),
        )
        self._db.execute("DELETE FROM announcements WHERE url = ?", (key,))

    def met(self, url: str) -> bool:
        """Whether a crawl knows an address."""
        return self._db.one("SELECT 1 FROM ledger WHERE url = ?", (canonical(url),)) is not None

    def forget_site_lines(self, site: str, lines: Collection[tuple[str, str]], others: dict[str, str]) -> int:
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

    def vacuum(self) -> None:
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
                "{path}: others are reading it, so its log may still hold what was removed: end them "
                "(`jianbao doctor` shows the state), then run the same again",
                path=self._db.path,
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
        """The members a cluster has left; one that has none is deleted."""
        query = "SELECT doc FROM articles WHERE cluster = ? AND current ORDER BY coalesce(first_doc, doc)"
        docs = tuple(r[0] for r in self._db.rows(query, (cluster,)))
        if not docs:
            self._db.execute("DELETE FROM clusters WHERE cluster = ?", (cluster,))
        return docs

    def _delete(self, doc: int) -> None:
        self._db.execute("DELETE FROM matches WHERE doc_a = ? OR doc_b = ?", (doc, doc))
        for table in ("article_places", "texts", "articles"):
            self._db.execute(f"DELETE FROM {table} WHERE doc = ?", (doc,))
