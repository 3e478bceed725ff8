"""What one export takes out of the store: its articles in order, and how they differ from what its series has.

The choice is written to a temporary table, so that memory does not grow with the store. A series of increments adds up
to what a full export of the day would hold, record by record: what differs in anything is a change, what is no longer
chosen (another copy is the best one now, it was taken down, it opts out) is taken back.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cleaners.items import Clipping, Extractor
from cleaners.store.codec import (
    ARTICLE_COLUMNS,
    GIVEN,
    evidence_parts,
    hashed,
    listed,
    load,
    row_article,
    told_as_damage,
)
from cleaners.store.database import Database, Row
from cleaners.store.export_columns import ExportColumns, columns
from cleaners.store.notes import ArticleNotes, NoteTable
from cleaners.store.relations import CLUSTER_COLUMNS, CLUSTER_JOIN, cluster_of, match_of, match_rows
from cleaners.store.search import ArticleSearch
from cleaners.store.selection import OPTED_OUT, FilterChoice, chosen, narrowed

Change = Literal["added", "changed"]
Span = tuple[int, int]
"""The first and the last position of some articles in the order of an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportBatch:
    """A batch of exported articles, as clippings or as columns; readable only inside ``ExportLog.outgoing``."""

    database: Database = field(repr=False)
    """Where they are."""
    span: Span
    """Which of those chosen; an increment leaves some of them out."""
    size: int
    """How many they are."""
    extractors: Mapping[int, Extractor]
    """What produced the articles, by the numbers of the store."""
    changes: Sequence[Change] = ()
    """For each article what it is to the series; empty when the export is no increment."""

    def clippings(self) -> list[Clipping]:
        """The articles as clippings."""
        matches = _matches(self.database, self.span)
        return [
            _clipping(row, matches.get(row[0], ()), self.extractors) for row in self.database.rows(_ROWS, self.span)
        ]

    def columns(self) -> ExportColumns:
        """The articles as columns: no value becomes an object of its own."""
        return columns(self.database, self.span, _matches(self.database, self.span))

    def keep(self, ids: Iterable[str]) -> None:
        """Of these articles only those of these ids leave: the others are not noted as exported."""
        self.database.execute(
            f"DELETE FROM temp.chosen WHERE position BETWEEN ? AND ? AND id NOT IN {GIVEN}", (*self.span, listed(ids))
        )

    def notes(self) -> dict[str, ArticleNotes]:
        """Id -> the tags and notes of the article; ids with nothing are left out."""
        rows = self.database.rows(_IDS, self.span)
        return NoteTable(self.database).of(id_ for (id_,) in rows)


def _matches(database: Database, span: Span) -> dict[int, list[Row]]:
    return match_rows(database, "SELECT doc FROM temp.chosen WHERE position BETWEEN ? AND ?", span)


_ROWS = (
    f"SELECT doc, CAST(text AS BLOB), markdown, {', '.join(f'a.{name}' for name in ARTICLE_COLUMNS)}, a.revision, "
    f"a.extractor, {CLUSTER_COLUMNS} FROM temp.leaving t "
    f"JOIN articles a USING (doc) JOIN texts USING (doc) {CLUSTER_JOIN} "
    "WHERE t.position BETWEEN ? AND ? ORDER BY t.position"
)

_IDS = "SELECT a.id FROM temp.leaving t JOIN articles a USING (doc) WHERE t.position BETWEEN ? AND ?"


def _clipping(row: Row, matches: Sequence[Row], extractors: Mapping[int, Extractor]) -> Clipping:
    _, text, markdown, *rest = row
    fields, (revision, extractor, *cluster) = rest[: len(ARTICLE_COLUMNS)], rest[len(ARTICLE_COLUMNS) :]
    with told_as_damage():
        article = row_article(fields, text.decode(), markdown, extractors[extractor])
    return Clipping(
        article=article, revision=revision, cluster=cluster_of(cluster), matches=tuple(map(match_of, matches))
    )


_PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRemoval:
    """An article that an increment takes back."""

    id: str
    """The article."""
    reason: Literal["gone", "opt-out", "replaced", "filtered"]
    """gone: not in the store any more (taken down); opt-out: its publisher does not want mining any more; replaced:
    another copy stands for its cluster; filtered: what was asked for does not include it."""
    replaced_by: str | None = None
    """The copy that stands for its cluster now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOuts:
    """Articles left out because their publishers do not want mining."""

    articles: int = 0
    """Those whose own page says so."""
    copies: int = 0
    """Those that copy a story from such a page."""
    signals: Mapping[str, int]
    """Signal -> articles that give it."""


class ExportSnapshot:
    """An export as of one moment; readable only inside ``ExportLog.outgoing``."""

    def __init__(
        self, database: Database, choice: FilterChoice, *, name: str | None, increment: bool, form: str
    ) -> None:
        self._db = database
        self._choice = choice
        self._found = ArticleSearch(database).compiled(choice.query).statement() if choice.query is not None else None
        self.name = name
        """The series it belongs to."""
        self.increment = increment
        """Whether it holds only what differs from the series so far."""
        self._form = form
        row = database.one("SELECT series FROM export_series WHERE name = ?", (name,))
        self._series = int(row[0]) if row else 0
        self._last = self._latest()
        self.counts: dict[Change | Literal["removed"], int] = {"added": 0, "changed": 0, "removed": 0}
        """What has been read so far."""
        self._extractors = {
            number: Extractor(name=made, version=version, recipe=recipe)
            for number, made, version, recipe in database.rows("SELECT * FROM extractors")
        }
        self.size = self._choose()
        """Articles chosen (of an increment: those it may hold)."""

    def removals(self) -> Iterator[ExportRemoval]:
        """What an increment takes back, by id."""
        opted = "0" if self._choice.with_opt_outs else OPTED_OUT
        heir = "NULL" if self._choice.with_duplicates else (
            "(SELECT o.id FROM articles o JOIN temp.chosen USING (doc) WHERE o.cluster = a.cluster "
            "ORDER BY o.id LIMIT 1)"
        )  # fmt: skip
        for id_, here, opt_out, other in self._db.stream(
            f"SELECT g.id, a.doc IS NOT NULL, {opted}, {heir} FROM temp.gone g "
            "LEFT JOIN articles a ON a.id = g.id AND a.current LEFT JOIN clusters c USING (cluster) ORDER BY g.id"
        ):
            self.counts["removed"] += 1
            reason: Literal["gone", "opt-out", "replaced", "filtered"] = "filtered"
            if not here:
                reason = "gone"
            elif opt_out:
                reason = "opt-out"
            elif other:
                reason = "replaced"
            yield ExportRemoval(id=id_, reason=reason, replaced_by=other)

    def portions(self, most: int = _PORTION) -> Iterator[ExportBatch]:
        """The articles in order, ``most`` at a time; of an increment those that are new or changed."""
        for first in range(1, self.size + 1, most):
            span = (first, min(first + most - 1, self.size))
            size, changes = span[1] - first + 1, self._changes(span)
            if self.increment:
                size = len(changes)
            self.counts["changed"] += changes.count("changed")
            self.counts["added"] += size - changes.count("changed")
            if size:
                yield ExportBatch(database=self._db, span=span, size=size, extractors=self._extractors, changes=changes)

    def opt_outs(self) -> OptOuts:
        """How many articles of the selection are left out because of an opt-out."""
        if self._choice.with_opt_outs:
            return OptOuts(signals={})
        where, values = narrowed(self._choice, self._found)
        found = self._db.rows(
            f"SELECT a.opt_out, count(*) FROM (SELECT * FROM articles WHERE current{where}) a "
            f"LEFT JOIN clusters c USING (cluster) WHERE {OPTED_OUT} GROUP BY 1", values,
        )  # fmt: skip
        signals: Counter[str] = Counter()
        for given, count in found:
            signals.update(dict.fromkeys(load(given), count))
        return OptOuts(
            articles=sum(count for given, count in found if given),
            copies=sum(count for given, count in found if not given),
            signals=dict(sorted(signals.items(), key=lambda pair: (-pair[1], pair[0]))),
        )

    def copies(self) -> int:
        """How many articles of the selection are left out because another copy stands for their cluster."""
        if self._choice.with_duplicates:
            return 0
        where, values = narrowed(self._choice, self._found)
        row = self._db.one(
            f"SELECT count(*) FROM (SELECT * FROM articles WHERE current AND cluster IS NOT NULL{where}) a "
            f"JOIN clusters c USING (cluster) WHERE {'1' if self._choice.with_opt_outs else f'NOT {OPTED_OUT}'} "
            "AND a.doc NOT IN (SELECT doc FROM temp.chosen) "
            "AND a.cluster IN (SELECT cluster FROM temp.chosen JOIN articles USING (doc))", values,
        )  # fmt: skip
        return int(row[0]) if row else 0

    def docs(self) -> Iterator[int]:
        """The numbers of the texts that leave, ascending; also after the reading."""
        return (row[0] for row in self._db.stream("SELECT doc FROM temp.leaving ORDER BY doc"))

    def leaving(self) -> int:
        """How many texts these are."""
        row = self._db.one("SELECT count(*) FROM temp.leaving")
        return int(row[0]) if row else 0

    def outdated(self) -> bool:
        """Whether the store has lost an article that was chosen."""
        query = "SELECT 1 FROM temp.chosen WHERE doc NOT IN (SELECT doc FROM articles)"
        return self._db.one(query) is not None

    def overtaken(self) -> bool:
        """Whether another export of the series was completed since: an increment would bring the same as that."""
        return self.increment and self._latest() != self._last

    def remember(self, series: int) -> None:
        """Make this the state of its series, once it is in place; part of the transaction that is open."""
        if self.increment:
            self._db.execute("DELETE FROM exported WHERE series = ? AND id IN (SELECT id FROM temp.gone)", (series,))
        else:
            self._db.execute("DELETE FROM exported WHERE series = ?", (series,))
        self._db.execute(
            "INSERT OR REPLACE INTO exported SELECT ?, id, state FROM temp.chosen WHERE state IS NOT NULL", (series,)
        )

    def _changes(self, span: Span) -> list[Change]:
        """Note the states in which articles of a series leave; of an increment: which leave, and as what."""
        if self.name is None:
            return []
        found = states(self._db, span, self._series, self._extractors, self._form)
        if self.increment:
            found = [one for one in found if one.now != one.before]
        self._db.executemany("UPDATE temp.chosen SET state = ? WHERE doc = ?", ((one.now, one.doc) for one in found))
        return ["changed" if one.before else "added" for one in found] if self.increment else []

    def _latest(self) -> int | None:
        """The number of the last completed export of the series."""
        row = self._db.one(
            "SELECT max(export) FROM exports JOIN export_series USING (series) WHERE name = ? AND complete",
            (self.name,),
        )
        return row[0] if row else None

    def _choose(self) -> int:
        for table in ("chosen", "gone"):
            self._db.execute(f"DROP TABLE IF EXISTS temp.{table}")
        self._db.execute("CREATE TEMP TABLE chosen (position INTEGER PRIMARY KEY, doc INTEGER, id TEXT, state BLOB)")
        self._db.execute("CREATE TEMP TABLE gone (id TEXT PRIMARY KEY) WITHOUT ROWID")
        which = " WHERE state IS NOT NULL" if self.increment else ""
        self._db.execute("DROP VIEW IF EXISTS temp.leaving")
        self._db.execute(f"CREATE TEMP VIEW leaving AS SELECT * FROM temp.chosen{which}")
        query, values = chosen(self._choice, self._found)
        count = self._db.execute(f"INSERT INTO temp.chosen (doc, id) {query}", values).rowcount
        if self.name is not None:
            self._db.execute("CREATE UNIQUE INDEX temp.chosen_by_doc ON chosen (doc)")
        if self.increment:
            self._db.execute("CREATE INDEX temp.chosen_by_id ON chosen (id)")
            self._db.execute(
                "INSERT INTO temp.gone SELECT id FROM exported WHERE series = ? "
                "AND id NOT IN (SELECT id FROM temp.chosen)", (self._series,),
            )  # fmt: skip
        return count


# In which state articles leave: 8 bytes each, by which an increment knows what has changed since they left last.


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportedHash:
    """One article of a series."""

    doc: int
    """Its text."""
    now: bytes
    """8 bytes that change when anything in its record changes."""
    before: bytes | None
    """Those of its last export; None: it was never exported."""


def states(
    database: Database, span: Span, series: int, extractors: Mapping[int, Extractor], form: str
) -> list[ExportedHash]:
    """The articles of a span of ``temp.chosen``, in order; ``form``: what else shapes their records (their script).

    Nothing of the store's own numbering is in a state: the same record after a merge, or in a copy, is no change.
    """
    matches = _matches(database, span)
    found = []
    for doc, before, *row, fresh, revision, extractor, cluster, size, canonical, url, first in database.rows(
        _HASHED_ROWS, (series, *span)
    ):
        pairs = [
            (*match, evidence_parts(evidence, turned=bool(turned))) for *match, evidence, turned in matches.get(doc, ())
        ]
        own_cluster = (cluster, size, canonical, url, first)
        fields = (*hashed(row), fresh, revision)
        said = repr((form, fields, extractors[extractor], own_cluster, pairs))
        now = hashlib.blake2b(said.encode("utf-8", "backslashreplace"), digest_size=8).digest()
        found.append(ExportedHash(doc=doc, now=now, before=before))
    return found


# The digest of an article stands for its text.
_HASHED_ROWS = (
    f"SELECT a.doc, x.state, {', '.join(f'a.{name}' for name in ARTICLE_COLUMNS)}, a.digest, a.revision, a.extractor, "
    "c.id, c.size, a.doc = c.canonical, c.earliest_url, c.earliest_published FROM temp.chosen t "
    "JOIN articles a USING (doc) LEFT JOIN clusters c USING (cluster) "
    "LEFT JOIN exported x ON x.series = ? AND x.id = a.id WHERE t.position BETWEEN ? AND ? ORDER BY t.position"
)
