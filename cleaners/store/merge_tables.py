"""What another store knows besides its articles, taken over into this one. Doing it twice is doing it once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from cleaners.errors import JianbaoError
from cleaners.store.clusters import ClusterTable
from cleaners.store.database import Database
from cleaners.store.export_log import packed, unpacked

Rename = Callable[[str], str]
"""Where the bytes of a page are now, of what the other store says."""

_VISITED = (
    "last_fetched", "etag", "last_modified", "status", "outcome", "detail", "digest", "kind", "pause", "next_visit",
    "followed", "rules", "gone",
)  # fmt: skip
"""Columns of the ledger that the later visit decides on."""
_SAME_RUN = "m.command = o.command AND m.started = o.started AND m.counts = o.counts AND m.ended IS o.ended"
_SAME_EXPORT = "m.target = o.target AND m.format = o.format AND m.at = o.at AND m.added = o.added"


class StoreMerger:
    """Takes over from one other store at a time, between :meth:`other` and its end."""

    def __init__(self, database: Database) -> None:
        self._db = database
        self._clusters = ClusterTable(database)

    @contextmanager
    def other(self, path: Path) -> Iterator[None]:
        """Have the other store at hand, for reading."""
        address = f"file:{quote(os.fsencode(path.absolute()))}?mode=ro"
        self._db.execute("ATTACH ? AS other", (address,))
        try:
            try:
                self._db.one("SELECT 1 FROM other.meta")
            except JianbaoError:  # in a folder that cannot be written; nobody writes there either
                self._db.execute("DETACH other")
                self._db.execute("ATTACH ? AS other", (f"{address}&immutable=1",))
            yield
        finally:
            self._db.execute("DETACH other")

    def copy_state(self, rename: Rename) -> None:
        """Ledger, runs, drops and what was learned: to be taken over before the articles, so that one that is stored
        there meanwhile is at worst fetched again."""
        with self._db.transaction():
            self._ledger()
            self._runs()
            self._drops(rename)
            self._learned()

    def copy_links(self) -> None:
        """What hangs on articles, after these: old ids of clusters, exports, tags and notes; drops that are none any
        more leave."""
        with self._db.transaction():
            self._forwards()
            self._exports()
            self._notes()
            self._db.execute("DELETE FROM drops WHERE origin IN (SELECT origin FROM articles)")
            # A page that was read in the end, by whichever store visited it last, is no drop.
            self._db.execute(
                "DELETE FROM drops WHERE url IN (SELECT url FROM ledger WHERE outcome != 'drop' "
                "UNION SELECT address FROM ledger WHERE outcome != 'drop' AND address IS NOT NULL)"
            )

    def _ledger(self) -> None:
        columns = [row[1] for row in self._db.rows("PRAGMA main.table_info(ledger)")]
        kept = ", ".join(name for name in columns if name not in {"visit", "parent"})
        self._db.execute(f"INSERT OR IGNORE INTO main.ledger ({kept}) SELECT {kept} FROM other.ledger ORDER BY visit")
        visited = ", ".join(_VISITED)
        self._db.execute(
            f"UPDATE main.ledger SET ({visited}) = (SELECT {', '.join(f'o.{name}' for name in _VISITED)} "
            "FROM other.ledger o WHERE o.url = ledger.url) WHERE EXISTS (SELECT 1 FROM other.ledger o "
            "WHERE o.url = ledger.url AND (o.last_fetched > coalesce(ledger.last_fetched, -1) "
            "OR (o.outcome = 'taken down' AND ledger.outcome IS NOT 'taken down')))"
        )
        self._db.execute(
            "UPDATE main.ledger SET first_seen = min(ledger.first_seen, o.first_seen), "
            "last_seen = max(ledger.last_seen, o.last_seen), hops = min(ledger.hops, o.hops), "
            "pages = max(ledger.pages, o.pages), priority = max(ledger.priority, o.priority) "
            "FROM other.ledger o WHERE o.url = ledger.url"
        )
        # A parent is a number here, another one there.
        self._db.execute(
            "UPDATE main.ledger SET parent = up.visit FROM other.ledger o JOIN other.ledger p ON p.visit = o.parent "
            "JOIN main.ledger up ON up.url = p.url WHERE o.url = ledger.url AND ledger.parent IS NULL"
        )
        self._db.execute(
            "INSERT INTO main.announcements SELECT url, letters, data FROM other.announcements WHERE true "
            "ON CONFLICT (url) DO UPDATE SET letters = excluded.letters, data = excluded.data "
            "WHERE excluded.letters > letters"
        )
        self._db.execute("DELETE FROM announcements WHERE url IN (SELECT url FROM ledger WHERE outcome = 'taken down')")

    def _runs(self) -> None:
        # A run that had not ended when it was taken over is replaced by what became of it.
        self._db.execute(
            "DELETE FROM main.runs AS m WHERE m.status = 'running' AND EXISTS (SELECT 1 FROM other.runs o "
            "WHERE o.command = m.command AND o.started = m.started AND o.status != 'running')"
        )
        self._db.execute(
            "INSERT INTO main.runs (command, started, ended, status, counts) SELECT command, started, ended, status, "
            f"counts FROM other.runs o WHERE NOT EXISTS (SELECT 1 FROM main.runs m WHERE {_SAME_RUN}) ORDER BY run"
        )

    def _drops(self, rename: Rename) -> None:
        for origin, stage, reason, url, detail, run, at in self._db.rows(
            "SELECT origin, stage, reason, url, detail, (SELECT min(m.run) FROM main.runs m JOIN other.runs o "
            f"ON {_SAME_RUN} WHERE o.run = d.run), at FROM other.drops d"
        ):
            self._db.execute(
                "INSERT OR IGNORE INTO main.drops (origin, stage, reason, url, detail, run, at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?)", (rename(origin), stage, reason, url, detail, run, at),
            )  # fmt: skip

    def _learned(self) -> None:
        self._db.execute(
            "INSERT INTO main.noise_lines (site, key, example, clusters, at, undone) "
            "SELECT site, key, example, clusters, at, undone FROM other.noise_lines WHERE true ON CONFLICT DO UPDATE "
            "SET clusters = max(clusters, excluded.clusters), undone = max(undone, excluded.undone)"
        )
        # Pairs are counted where the texts are matched: here, once more. What a person said of them counts.
        self._db.execute(
            "INSERT INTO main.lexicon (spun, plain, count, undone) SELECT spun, plain, 0, 1 FROM other.lexicon "
            "WHERE undone ON CONFLICT DO UPDATE SET undone = 1"
        )

    def _forwards(self) -> None:
        old = self._db.rows(
            "SELECT id, id FROM other.clusters WHERE id NOT IN (SELECT id FROM main.clusters) UNION "
            "SELECT id, target FROM other.forwards WHERE id NOT IN (SELECT id FROM main.clusters)"
        )
        for id_, member in old:
            target = self._db.one(
                "SELECT c.id FROM main.articles a JOIN main.clusters c USING (cluster) "
                "WHERE a.current AND a.id IN (?, ?) ORDER BY a.id = ? DESC LIMIT 1", (id_, member, member),
            )  # fmt: skip
            if target and target[0] != id_:
                self._db.execute("INSERT OR REPLACE INTO main.forwards VALUES (?, ?)", (id_, target[0]))

    def _notes(self) -> None:
        held = "id IN (SELECT id FROM main.articles)"
        self._db.execute(
            f"INSERT OR IGNORE INTO main.tags (id, tag, at) SELECT id, tag, at FROM other.tags WHERE {held}"
        )
        self._db.execute(
            "INSERT OR IGNORE INTO main.notes (id, text, at) "
            f"SELECT id, text, at FROM other.notes WHERE {held} ORDER BY at, note"
        )

    def _exports(self) -> None:
        names = self._db.rows("SELECT series, name FROM other.export_series")
        numbers = {series: self._series(series, name) for series, name in names}
        self._db.execute(
            "UPDATE main.exports AS m SET complete = 1 WHERE NOT m.complete "
            f"AND EXISTS (SELECT 1 FROM other.exports o WHERE o.complete AND {_SAME_EXPORT})"
        )
        for series, target, form, at, added, changed, removed, complete, docs in self._db.rows(
            "SELECT series, target, format, at, added, changed, removed, complete, docs FROM other.exports o "
            f"WHERE NOT EXISTS (SELECT 1 FROM main.exports m WHERE {_SAME_EXPORT}) ORDER BY export"
        ):
            self._db.execute(
                "INSERT INTO main.exports (series, target, format, at, added, changed, removed, complete, docs) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (numbers.get(series), target, form, at, added, changed, removed, complete,
                 packed(self._docs(unpacked(docs)))),
            )  # fmt: skip

    def _series(self, theirs: int, name: str) -> int | None:
        """The series of this name, in the state in which the other store has it; None where this store has one of its
        own, or has gone on with it by itself."""
        row = self._db.one("SELECT series FROM main.export_series WHERE name = ?", (name,))
        number = int(row[0]) if row else self._db.execute(
            "INSERT INTO main.export_series (name) VALUES (?)", (name,)
        ).lastrowid  # fmt: skip
        if self._db.one(
            "SELECT 1 FROM main.exports m WHERE m.series = ? "
            f"AND NOT EXISTS (SELECT 1 FROM other.exports o WHERE {_SAME_EXPORT})", (number,),
        ):  # fmt: skip
            return None
        self._db.execute("DELETE FROM main.exported WHERE series = ?", (number,))
        self._db.execute(
            "INSERT INTO main.exported (series, id, state) SELECT ?, id, state FROM other.exported WHERE series = ?",
            (number, theirs),
        )
        return number

    def _docs(self, docs: Iterable[int]) -> list[int]:
        """The numbers that the same texts have here, ascending."""
        found: set[int] = set()
        for doc in docs:
            found.update(row[0] for row in self._db.rows(
                "SELECT m.doc FROM other.articles o JOIN main.articles m ON m.id = o.id "
                "AND substr(m.digest, 1, 8) = substr(o.digest, 1, 8) WHERE o.doc = ?", (doc,),
            ))  # fmt: skip
        return sorted(found)
