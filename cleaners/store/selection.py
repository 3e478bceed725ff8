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
    since: datetime | None = None
    """Published at this moment or later, with a timezone; articles without a date are left out."""
    until: datetime | None = None
    """Published before this moment; articles without a date are left out."""


def conditions(selection: Selection) -> tuple[str, list[Any]]:
    """The selection as `` AND ...`` over ``articles``, with its values; empty when everything is selected."""
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
            "doc IN (SELECT doc FROM article_places JOIN places USING (place) "
            "WHERE instr('/' || name || '/', '/' || ? || '/'))"
        )
        values.append(selection.region.strip("/"))
    return "".join(f" AND {part}" for part in parts), values
