"""What a site's own selectors name on a page: believed before everything else, and read as any other text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from cleaners.items import EntryFields, Line
from cleaners.metadata import dates
from cleaners.metadata.info_lines import InfoAnswer
from cleaners.metadata.published import PublishedDate
from cleaners.metadata.source_places import cell_authors, cell_source

RULE = "selector"
"""What the rule is called that found such a value."""

_LABEL = re.compile(
    r"^\s*(?:来源|稿源|出处|来自|作者|记者|撰文|编辑|文|发布时间|发布日期|发表时间|时间|日期)\s*[:：/]\s*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"[、,，;；/|]+|\s{2,}")
_PERSON = re.compile(r"^(?:[本报刊社]{0,2}(?:记者|通讯员|特约记者|实习生|文))?[\s:：]*(\S.*)$")
_LONGEST = 60  # characters of a name


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectedTexts:
    """The texts that selectors for single fields have found, each as it stands on the page."""

    title: str | None = None
    published: str | None = None
    source: str | None = None
    authors: tuple[str, ...] = ()


def selected_date(text: str | None, zone: ZoneInfo, fetched_at: datetime | None) -> PublishedDate | None:
    """The moment that a text names; None where it names none."""
    if not text:
        return None
    stamp = dates.declared(_LABEL.sub("", text))
    if stamp is None and fetched_at is not None:
        stamp = dates.relative(text, fetched_at.astimezone(zone))
    if stamp is None:
        return None
    moment = stamp.moment.replace(tzinfo=stamp.moment.tzinfo or zone)
    return PublishedDate(moment=moment if moment.utcoffset() else moment.astimezone(zone), rule=RULE)


def selected_source(text: str | None, publisher: str | None) -> InfoAnswer | None:
    """The name that a text gives as the source."""
    bare = _LABEL.sub("", text or "").strip()
    if not bare:
        return None
    found = cell_source(EntryFields(source=bare), publisher)
    return InfoAnswer(values=found.values if found else (bare,), rule=RULE)


def selected_authors(texts: Sequence[str]) -> InfoAnswer | None:
    """The people that texts name."""
    names: list[str] = []
    for text in texts:
        bare = _LABEL.sub("", text).strip()
        found = cell_authors(EntryFields(author=bare))
        names += found.values if found else [_bare(part) for part in _BETWEEN.split(bare) if part.strip()]
    told = tuple(dict.fromkeys(name for name in names if 0 < len(name) <= _LONGEST))
    return InfoAnswer(values=told, rule=RULE) if told else None


def line_of(text: str, lines: Sequence[Line]) -> tuple[int, ...]:
    """The first line that says just this text; empty where none does."""
    plain = "".join(text.split())
    return next(((i,) for i, line in enumerate(lines) if "".join(line.text.split()) == plain), ())


def _bare(name: str) -> str:
    found = _PERSON.match(name.strip())
    return found[1] if found else name.strip()
