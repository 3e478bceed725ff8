"""Articles of an export as columns: SQLite joins the values of each column (group_concat), 500 articles at a time.

So most values never become Python objects: an article has forty.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from cleaners.fields import FIELDS, STORED
from cleaners.store.codec import told_as_damage
from cleaners.store.database import Database, Row
from cleaners.store.relations import ARTICLE_CLUSTER, CLUSTER_JOIN

# What is not a column of ``articles`` under its own name.
_ELSEWHERE = {**ARTICLE_CLUSTER, "revision": "a.revision"}
_SQL = {field.name: f"a.{field.name}" for field in STORED} | _ELSEWHERE
_READ = tuple(field for field in FIELDS if field.name in _SQL)
_TEXTS = {field.name: _SQL[field.name] for field in _READ if field.kind.stored == "text"}
_REALS = {field.name: _SQL[field.name] for field in _READ if field.kind.stored == "real"}
_JSON = {field.name: f"coalesce({_SQL[field.name]}, '{field.kind.nothing}')" for field in _READ
         if field.kind.stored == "json"}  # fmt: skip
_NUMBERS = {"doc": "t.doc", "extractor": "a.extractor"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleTexts:
    """A column of texts."""

    data: bytes
    """UTF-8, one behind the other."""
    lengths: NDArray[np.int64]
    """Bytes of each; -1: there is none."""

    @classmethod
    def of(cls, values: Sequence[bytes | None]) -> Self:
        """A column of texts that are at hand."""
        lengths = np.fromiter([-1 if value is None else len(value) for value in values], np.int64, len(values))
        return cls(data=b"".join([value for value in values if value]), lengths=lengths)

    def values(self) -> list[bytes | None]:
        """Each text as UTF-8, or None."""
        ends = np.cumsum(np.maximum(self.lengths, 0)).tolist()
        spans = zip([0, *ends], ends, self.lengths.tolist(), strict=False)
        return [None if length < 0 else self.data[start:end] for start, end, length in spans]


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportColumns:
    """Some articles, a column for each of their fields."""

    texts: Mapping[str, ArticleTexts]
    """What is short text, or a date in ISO 8601."""
    bodies: Sequence[bytes]
    """``text`` of each, as UTF-8."""
    markdown: Sequence[bytes | None]
    """Of each, packed (``codec.unpacked``)."""
    extractors: NDArray[np.int64]
    """The number of what made each."""
    reals: Mapping[str, NDArray[np.float64]]
    """What is a number with a point; not a number: there is none."""
    plain: Mapping[str, Sequence[Any]]
    """All else, as plain JSON (``FieldKind.plain``)."""
    matches: Sequence[Sequence[Row]]
    """(other id, kind, similarity, containment, evidence, turned) of the matches of each."""


def columns(database: Database, span: tuple[int, int], matches: Mapping[int, list[Row]]) -> ExportColumns:
    """The articles of a span of ``temp.leaving``, of which there is at least one."""
    strung = iter(database.one(_STRUNG, span) or ())
    texts = {name: _texts(database, span, name, next(strung), next(strung)) for name in _TEXTS}
    numbers = {name: np.fromstring(next(strung), np.int64, sep=",") for name in _NUMBERS}
    reals = {name: np.fromstring(next(strung), np.float64, sep=",") for name in _REALS}
    with told_as_damage():
        plain = {name: json.loads(next(strung)) for name in _JSON}
    docs, bodies, markdown = zip(*database.rows(_BODIES, span), strict=True)
    with told_as_damage():
        for body in bodies:  # they leave as they are
            body.decode()
    assert docs == tuple(numbers["doc"].tolist()), "SQLite joins values in the order of the positions"
    return ExportColumns(
        texts=texts, bodies=bodies, markdown=markdown, extractors=numbers["extractor"], reals=reals, plain=plain,
        matches=[matches.get(doc, ()) for doc in docs],
    )  # fmt: skip


def _texts(database: Database, span: tuple[int, int], name: str, data: bytes | None, lengths: str) -> ArticleTexts:
    found = ArticleTexts(data=data or b"", lengths=np.fromstring(lengths, np.int64, sep=","))
    if np.maximum(found.lengths, 0).sum() == len(found.data):
        return found
    # Before 3.39, SQLite ended what it had strung together at the first NUL.
    return ArticleTexts.of([row[0] for row in database.rows(f"SELECT CAST({_TEXTS[name]} AS BLOB) {_FROM}", span)])


# CROSS JOIN: the outer loop is that over the positions.
_FROM = f"FROM temp.leaving t CROSS JOIN articles a USING (doc) {CLUSTER_JOIN} WHERE t.position BETWEEN ? AND ?"
_STRUNG = "SELECT {} {}".format(
    ", ".join((
        *(f"CAST(group_concat({sql}, '') AS BLOB), group_concat(coalesce(length(CAST({sql} AS BLOB)), -1))"
          for sql in _TEXTS.values()),
        *(f"group_concat({sql})" for sql in _NUMBERS.values()),
        # As many digits as tell any two doubles apart.
        *(f"group_concat(CASE WHEN {sql} IS NULL THEN 'nan' ELSE printf('%!.17g', {sql}) END)"
          for sql in _REALS.values()),
        *(f"'[' || group_concat({sql}) || ']'" for sql in _JSON.values()),
    )),
    _FROM,
)  # fmt: skip
# Row by row, as texts may be large: a string of SQLite ends at a billion bytes.
_BODIES = (
    "SELECT doc, CAST(text AS BLOB), markdown FROM temp.leaving t JOIN texts USING (doc) "
    "WHERE t.position BETWEEN ? AND ? ORDER BY t.position"
)
