"""Which articles: filters, as SQL over what is indexed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleaners.store.rows import seconds


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
    since: datetime | None = None
    """Published at this moment or later, with a timezone; articles without a date are left out."""
    until: datetime | None = None
    """Published before this moment; articles without a date are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which articles leave the store."""

    selection: Selection = Selection()
    """The filters."""
    with_duplicates: bool = False
    """Every copy; else one of each family, its best copy among those selected."""
    with_opt_outs: bool = False
    """Also those whose publisher does not want mining, and copies of what comes from such a page."""
    newest_first: bool = False
    """The latest date first (without a date: last in any case)."""
    limit: int | None = None
    """At most so many."""


OPTED_OUT = "(a.opt_out IS NOT NULL OR (SELECT opt_out FROM articles WHERE doc = c.earliest) IS NOT NULL)"
"""Whether article ``a`` with its family ``c`` opts out: its own page does, or the page that its story comes from."""


_PLACES = "(SELECT place FROM places WHERE instr('/' || name || '/', '/' || ? || '/'))"


def conditions(selection: Selection, *, each: bool = False) -> tuple[str, list[Any]]:
    """The selection as `` AND ...`` over ``articles``, with its values; empty when everything is selected.

    ``each``: to be asked of articles one by one; else of all of them at once.
    """
    parts: list[str] = []
    values: list[Any] = []
    simple = (
        ("site = ?", selection.site),
        ("source = ?", selection.source),
        ("published_at >= ?", seconds(selection.since)),
        ("published_at < ?", seconds(selection.until)),
    )
    for sql, value in simple:
        if value is not None:
            parts.append(sql)
            values.append(value)
    if selection.region is not None:
        parts.append(
            f"EXISTS (SELECT 1 FROM article_places p WHERE p.doc = articles.doc AND +p.place IN {_PLACES})" if each
            else f"doc IN (SELECT doc FROM article_places WHERE place IN {_PLACES})"
        )  # fmt: skip
        values.append(selection.region.strip("/"))
    if selection.disguise is not None:
        parts.append("disguises IS NOT NULL")
        if selection.disguise != "any":
            parts.append("EXISTS (SELECT 1 FROM json_each(disguises) WHERE value = ?)")
            values.append(selection.disguise)
    if selection.copied is not None:
        parts.append(f"cluster IS {'NOT NULL' if selection.copied else 'NULL'}")
    return "".join(f" AND {part}" for part in parts), values


def sizes(selection: Selection, most: int) -> list[tuple[str, list[Any]]]:
    """Queries, with their values, that count what each filter lets through, up to ``most``: an index answers each."""
    single = (
        Selection(site=selection.site), Selection(source=selection.source), Selection(disguise=selection.disguise),
        Selection(since=selection.since, until=selection.until),
    )  # fmt: skip
    queries = []
    for one in single:
        where, values = conditions(one)
        if where:
            queries.append((f"SELECT count(*) FROM (SELECT 1 FROM articles WHERE current{where} LIMIT {most})", values))
    if selection.region is not None:
        query = f"SELECT count(*) FROM (SELECT 1 FROM article_places WHERE place IN {_PLACES} LIMIT {most})"
        queries.append((query, [selection.region.strip("/")]))
    return queries


def chosen(choice: Choice) -> tuple[str, list[Any]]:
    """A query for (doc, id) of a choice by date, then by id, with its values; SQLite sorts on disk what is large."""
    where, values = conditions(choice.selection)
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
