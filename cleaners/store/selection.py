"""Which articles: filters, as SQL over what is indexed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from cleaners.store.codec import seconds
from cleaners.store.database import Database

CompiledSelect = tuple[str, list[Any]]
"""A piece of SQL with its values."""

_LARGE = 8  # one text in so many


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which articles: every condition that is not None must hold."""

    site: str | None = None
    """Site id or registered domain."""
    region: str | None = None
    """A region by name or path (``阿克苏``, ``新疆/阿克苏``); regions inside it count."""
    source: str | None = None
    """The declared 来源, exactly."""
    disguise: str | None = None
    """A disguise that was found (``spun``, ``annotated`` ...), or ``any``."""
    copied: bool | None = None
    """Whether there are copies of it."""
    min_confidence: float | None = None
    """Confidence of at least this, 0..1; articles without one (other languages, older stores) are left out."""
    since: datetime | None = None
    """Published at this moment or later, with a timezone; articles without a date are left out."""
    until: datetime | None = None
    """Published before this moment; articles without a date are left out."""
    tag: str | None = None
    """A tag that a reader filed it under, exactly."""
    arrived_since: datetime | None = None
    """Stored at this moment or later, or stored then with another text than before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterChoice:
    """Which articles leave the store."""

    selection: Selection = Selection()
    """The filters."""
    query: str | None = None
    """Only what this query finds (see ``query.py`` for the language)."""
    with_duplicates: bool = False
    """Every copy; else one of each cluster, its best copy among those selected."""
    with_opt_outs: bool = False
    """Also those whose publisher does not want mining, and copies of what comes from such a page."""
    newest_first: bool = False
    """The latest date first (without a date: last in any case)."""
    limit: int | None = None
    """At most so many."""


OPTED_OUT = "(a.opt_out IS NOT NULL OR (SELECT opt_out FROM articles WHERE doc = c.earliest) IS NOT NULL)"
"""Whether article ``a`` with its cluster ``c`` opts out: its own page does, or the page that its story comes from."""


_ARRIVED = "SELECT id FROM events WHERE at >= ? AND kind != 'takedown'"
_TAGGED = "SELECT id FROM tags WHERE tag = ?"
_PLACES = "(SELECT place FROM places WHERE instr('/' || name || '/', '/' || ? || '/'))"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedDocs:
    """The texts that one filter is about."""

    sql: str
    """A SELECT of ``doc`` with a WHERE, so that more may be asked of it."""
    values: tuple[Any, ...]
    """Those of the statement."""
    denied: bool = False
    """Whether these are the texts that the filter leaves out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilterClause:
    """A selection as a search narrows what it finds by it. It knows current texts and others: search has no others."""

    lists: tuple[SelectedDocs, ...] = ()
    """Docs to be met with those found; an index has each list whole, so that no article is read for it."""
    each: str = ""
    """Conditions for one doc, named ``{doc}``, each as `` AND ...``: those that let much through, so that the first
    few thousand hits are soon together."""
    values: tuple[Any, ...] = ()
    """Those of ``each``."""


def conditions(selection: Selection) -> tuple[str, list[Any]]:
    """The selection as `` AND ...`` over ``articles``, with its values; empty when everything is selected."""
    parts: list[str] = []
    values: list[Any] = []
    for sql, value in _columns(selection):
        if value is not None:
            parts.append(sql)
            values.append(value)
    if selection.region is not None:
        parts.append(f"doc IN (SELECT doc FROM article_places WHERE place IN {_PLACES})")
        values.append(selection.region.strip("/"))
    if selection.disguise is not None:
        sql, more = _disguised(selection.disguise)
        parts.append(sql)
        values += more
    if selection.copied is not None:
        parts.append(f"cluster IS {'NOT NULL' if selection.copied else 'NULL'}")
    if selection.tag is not None:
        parts.append(f"id IN ({_TAGGED})")
        values.append(selection.tag)
    if selection.arrived_since is not None:
        parts.append(f"id IN ({_ARRIVED})")
        values.append(int(selection.arrived_since.timestamp()))
    return "".join(f" AND {part}" for part in parts), values


def narrowing(selection: Selection, database: Database) -> FilterClause:
    """The selection for a search."""
    found: list[SelectedDocs] = []
    each, asked = "", tuple[str, ...]()
    site, source, sure, *dates = _columns(selection)
    for columns in ((site, *dates), (source,), (sure,)):
        there = [(sql, value) for sql, value in columns if value is not None]
        if there:
            where = " AND ".join(sql for sql, _ in there)
            found.append(SelectedDocs(sql=f"SELECT doc FROM articles WHERE {where}", values=tuple(v for _, v in there)))
    if selection.region is not None:
        values = (selection.region.strip("/"),)
        if _is_large(f"SELECT doc FROM article_places WHERE place IN {_PLACES}", values, database):
            each = f" AND EXISTS (SELECT 1 FROM article_places WHERE doc = {{doc}} AND +place IN {_PLACES})"
            asked = values
        else:
            found.append(SelectedDocs(sql=f"SELECT doc FROM article_places WHERE place IN {_PLACES}", values=values))
    if selection.disguise is not None:
        sql, more = _disguised(selection.disguise)
        found.append(SelectedDocs(sql=f"SELECT doc FROM articles WHERE current AND {sql}", values=more))
    if selection.copied is not None:
        sql = "SELECT doc FROM articles WHERE cluster IS NOT NULL"
        found.append(SelectedDocs(sql=sql, values=(), denied=not selection.copied))
    if selection.tag is not None:
        found.append(SelectedDocs(sql=f"SELECT doc FROM articles WHERE id IN ({_TAGGED})", values=(selection.tag,)))
    if selection.arrived_since is not None:
        sql = f"SELECT doc FROM articles WHERE id IN ({_ARRIVED})"
        found.append(SelectedDocs(sql=sql, values=(int(selection.arrived_since.timestamp()),)))
    return FilterClause(lists=tuple(found), each=each, values=asked)


def selected_between(selection: Selection, first: int, last: int) -> tuple[str, list[Any]]:
    """A query for the current docs of a selection from ``first`` to ``last``, with its values.

    The range is read whole: for a few hundred docs that is faster than any index over the whole store.
    """
    rest, values = conditions(replace(selection, region=None))
    where = f"current AND doc BETWEEN {first:d} AND {last:d}{rest}"
    if selection.region is not None:
        where += f" AND EXISTS (SELECT 1 FROM article_places p WHERE p.doc = articles.doc AND +place IN {_PLACES})"
        values.append(selection.region.strip("/"))
    return f"SELECT doc FROM articles NOT INDEXED WHERE {where}", values


def _is_large(sql: str, values: tuple[Any, ...], database: Database) -> bool:
    last = database.one("SELECT max(doc) FROM articles")
    enough = ((last and last[0]) or 0) // _LARGE
    count = database.one(f"SELECT count(*) FROM ({sql} LIMIT {enough})", values)
    return count is not None and count[0] >= enough


def _columns(selection: Selection) -> list[tuple[str, Any]]:
    return [
        ("site = ?", selection.site),
        ("source = ?", selection.source),
        ("confidence >= ?", selection.min_confidence),
        ("published_at >= ?", seconds(selection.since)),
        ("published_at < ?", seconds(selection.until)),
    ]


def _disguised(disguise: str) -> tuple[str, tuple[str, ...]]:
    if disguise == "any":
        return "disguises IS NOT NULL", ()
    return "disguises IS NOT NULL AND EXISTS (SELECT 1 FROM json_each(disguises) WHERE value = ?)", (disguise,)


def narrowed(choice: FilterChoice, found: CompiledSelect | None) -> CompiledSelect:
    """The conditions of a choice, with its query as the search compiled it (``found``: a SELECT of ``doc``)."""
    where, values = conditions(choice.selection)
    if found is None:
        return where, values
    return f"{where} AND doc IN (SELECT doc FROM ({found[0]}))", [*values, *found[1]]


def chosen(choice: FilterChoice, found: CompiledSelect | None = None) -> CompiledSelect:
    """A query for (doc, id) of a choice by date, then by id, with its values; SQLite sorts on disk what is large.

    ``found``: what the query of the choice finds, as the search compiled it.
    """
    where, values = narrowed(choice, found)
    own = "" if choice.with_opt_outs else " AND opt_out IS NULL"
    theirs = "" if choice.with_opt_outs else f" WHERE NOT {OPTED_OUT}"
    best = "" if choice.with_duplicates else " WHERE place = 1"
    # Most articles have no copies: they need not be ranked.
    query = (
        "SELECT doc, id FROM ("
        f"SELECT doc, id, published_at FROM articles WHERE current AND cluster IS NULL{where}{own} UNION ALL "
        f"SELECT doc, id, published_at FROM ({_RANKED} FROM (SELECT * FROM articles WHERE current "
        f"AND cluster IS NOT NULL{where}) a JOIN clusters c USING (cluster){theirs}){best}) "
        f"ORDER BY published_at IS NULL, published_at{' DESC' if choice.newest_first else ''}, id"
    )
    values *= 2
    if choice.limit is not None:
        query += " LIMIT ?"
        values.append(choice.limit)
    return query, values


_RANKED = (
    "SELECT a.doc, a.id, a.published_at, row_number() OVER (PARTITION BY a.cluster "
    "ORDER BY a.doc = c.canonical DESC, a.quality DESC, a.id) AS place"
)
