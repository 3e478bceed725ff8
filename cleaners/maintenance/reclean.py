"""Cleaning again: what today's cleaner makes of the pages that the store was made from, and what that would change.

Pages come from the store's own archive and from the files the user gave, where these are still there and unchanged. A
file that was given by a relative path is looked for from the folder at hand, then from others (``roots``).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from itertools import groupby, islice
from pathlib import Path
from typing import Literal

from cleaners import parts, quality, readers
from cleaners.disguises import FOUND_BY_MATCHING
from cleaners.errors import UnusableInput
from cleaners.fields import COMPARED
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop, MissingPart, Page
from cleaners.metadata.edition import merged_edition
from cleaners.readers import ColumnChoice
from cleaners.store import Store
from cleaners.warc import folder_of, read_back

Kind = Literal["text", "metadata", "dropped", "found"]
"""Headline or body differ; only what else the page says; no article any more; a Drop that is an article today."""
Cleaner = Callable[[Iterable[Page | Drop]], Iterator[Article | Drop]]
"""Cleans in input order, in this process or in many (``cleaners.parallel.cleaning(...).map``)."""

_BATCH = 200
_TEXT = ("title", "text")
_SAID = tuple(field.name for field in COMPARED if field.name not in _TEXT)
_BODY = ("text", "markdown")  # shown line by line, below the others


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """What cleaning again changes of one page."""

    id: str
    url: str | None
    origin: str
    kind: Kind
    fields: tuple[str, ...]
    """The names of those that differ."""
    difference: str
    """Unified: what is stored, what today's cleaner gives."""
    article: Article | None
    """What today's cleaner gives; None for what it drops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecleanResult:
    """What came of one page: a change, or why there is none."""

    change: FieldChange | None = None
    missing: str = ""
    """Why it could not be cleaned again; empty when it could."""


LOST = "their files were not found"
"""Why a page could not be cleaned again whose file is in none of the folders that were looked in."""

_GONE = "no page there any more"
WITHOUT_COLUMNS = (_GONE, "no page in the table", "no page in the row")
"""Why pages could not be cleaned again that are rows of a table, where its columns are not named as they were."""


def origins(store: Store, site: str | None, sample: int | None) -> dict[str, int | None]:
    """Origin -> doc of its article, None for a Drop; at most ``sample`` of them, evenly spread (None: all)."""
    found: dict[str, int | None] = {**dict.fromkeys(store.page_origins.drops()), **store.page_origins.articles(site)}
    step = max(1, -(-len(found) // sample)) if sample else 1
    return dict(list(found.items())[::step])


def compare(
    store: Store,
    wanted: Mapping[str, int | None],
    clean: Cleaner,
    *,
    site: str | None = None,
    roots: Sequence[Path] = (),
    columns: ColumnChoice = ColumnChoice(),
) -> Iterator[RecleanResult]:
    """Clean the pages at these origins again; one outcome for each, in no fixed order.

    ``roots``, ``columns``: see :func:`pages`.
    """
    left = dict(wanted)
    joined = _JoinedPages(store, wanted)
    read = pages(store.path, dict.fromkeys((*wanted, *joined.further)), roots, columns)
    for page in clean(_of_given_sites(read, store.page_origins.given_sites())):
        for result in joined.take(page):
            if result.origin not in left:
                continue
            doc = left.pop(result.origin)
            if isinstance(result, Drop) and result.stage == "read":
                yield RecleanResult(missing=result.reason)
            else:
                yield _outcome(store, doc, result, site)
    for _ in left:
        yield RecleanResult(missing=_GONE)


class _JoinedPages:
    """The pages of articles that were joined from several: gathered until each article has all of its pages again."""

    def __init__(self, store: Store, wanted: Mapping[str, int | None]) -> None:
        self._store = store
        first = {doc: origin for origin, doc in wanted.items() if doc is not None}
        further = store.page_origins.further(first)
        self._wanted = wanted
        self._places = {doc: (first[doc], *places) for doc, places in further.items()}
        self._owners: dict[str, list[int]] = {}
        for doc, places in self._places.items():
            for place in places:
                self._owners.setdefault(place, []).append(doc)
        self._cleaned: dict[int, dict[str, Article | Drop]] = {doc: {} for doc in self._places}
        self.further = [place for places in further.values() for place in places]
        """Origins of the pages after the first, of all of them."""

    def take(self, page: Article | Drop) -> Iterator[Article | Drop]:
        """What is whole with this page: the page, where it stands for itself, and articles that waited for it."""
        owners = self._owners.get(page.origin, [])
        if (self._wanted.get(page.origin, -1) not in owners and page.origin in self._wanted) or not owners:
            yield page
        for doc in owners:
            self._cleaned[doc][page.origin] = page
            if len(self._cleaned[doc]) == len(self._places[doc]):
                yield self._joined(doc)

    def _joined(self, doc: int) -> Article | Drop:
        first, *rest = (self._cleaned[doc][place] for place in self._places[doc])
        before = self._store.articles.get([doc]).get(doc)
        if isinstance(first, Drop) or before is None:
            return first
        found: list[Article] = []
        missing = list(before[0].missing_parts)
        for page in rest:
            if isinstance(page, Drop) and page.stage == "read":  # without it the text would lose what it has
                return replace(page, origin=first.origin)
            if (piece := parts.page_of(page)) is not None:
                found.append(piece)
            elif isinstance(page, Drop):
                missing.append(MissingPart(url=page.url or page.origin, reason=page.reason))
        return parts.joined_again(first, found, missing)


def pages(
    path: Path, wanted: Iterable[str], roots: Sequence[Path] = (), columns: ColumnChoice = ColumnChoice()
) -> Iterator[Page | Drop]:
    """The pages at these origins, each file read once; a ``read`` Drop for one that is not there.

    ``roots``: folders in which a file given by a relative path is looked for, after the one at hand. ``columns``:
    those of tables that were named when these were cleaned.
    """
    ours = f"{folder_of(path).name}/"
    for origin in sorted((o for o in wanted if o.startswith(ours)), key=_place):
        try:
            yield read_back(origin, path)
        except UnusableInput as why:
            yield Drop(origin=origin, stage="read", reason=why.reason, detail=why.detail)
    given = [origin for origin in wanted if not origin.startswith(ours)]
    files = sorted((file, origin) for origin in given if (file := _file_of(origin, roots)))
    for file, group in groupby(files, key=lambda pair: pair[0]):
        # What the file is called here -> what the store calls it.
        inside = {f"{file.path}{origin[len(file.name) :]}": origin for _, origin in group}
        for page in readers.read([file.path], columns=columns):
            if page.origin in inside:
                yield replace(page, origin=inside.pop(page.origin))
            if not inside:
                break
    there = {origin for _, origin in files}
    yield from (Drop(origin=origin, stage="read", reason=LOST) for origin in given if origin not in there)


def _of_given_sites(pages: Iterable[Page | Drop], sites: Mapping[str, str]) -> Iterator[Page | Drop]:
    """Pages without an address, as of the sites that they were cleaned for."""
    for page in pages:
        yield replace(page, site=sites[page.origin]) if isinstance(page, Page) and page.origin in sites else page


def apply(path: Path, outcomes: Iterable[RecleanResult], publishers: Mapping[str, str]) -> Iterator[RecleanResult]:
    """Write what changed: a new text as a new revision, other changes in place; passes the outcomes on.

    What today's cleaner drops stays as it is. Raises as :class:`~cleaners.ingest.ingester.Ingester`.
    """
    with Ingester(path, command="reclean", publishers=publishers) as ingester:
        waiting = iter(outcomes)
        while batch := list(islice(waiting, _BATCH)):
            ingester.add(one.change.article for one in batch if one.change and one.change.article)
            yield from batch


def summary(outcomes: Iterable[RecleanResult]) -> Counter[str]:
    """How many of each kind, and of what could not be cleaned again by reason."""
    return Counter(one.change.kind if one.change else f"missing: {one.missing}" if one.missing else "same"
                   for one in outcomes)  # fmt: skip


def _outcome(store: Store, doc: int | None, result: Article | Drop, site: str | None) -> RecleanResult:
    if doc is None:
        if isinstance(result, Drop) or (site is not None and result.site != site):
            return RecleanResult()
        return RecleanResult(change=_change(None, result))
    held = store.articles.get([doc]).get(doc)
    if held is None:  # taken down since its page was looked up
        return RecleanResult(missing="not in the store any more")
    stored, _ = held
    if isinstance(result, Drop):
        return RecleanResult(change=_dropped(stored, result))
    if result.id != stored.id:
        return RecleanResult(missing="another page stands there now")
    for disguise in FOUND_BY_MATCHING:  # which a page alone does not show
        if disguise in stored.disguises and disguise not in result.disguises:
            worth = quality.flagged(result.quality, disguise)
            result = replace(result, disguises=(*result.disguises, disguise), quality=worth)
    # The page is as old as it was: a saved file's date says when it was saved. What a crawl
    # knew of its newspaper is not in the archive.
    edition = merged_edition(result.edition, stored.edition)
    section = result.section or (edition.name if edition else None)
    result = replace(result, fetched_at=stored.fetched_at, edition=edition, section=section)
    change = _change(stored, result)
    return RecleanResult(change=change if change.fields else None)


def _change(stored: Article | None, today: Article) -> FieldChange:
    fields = tuple(name for name in (*_TEXT, *_SAID) if stored is None or _value(stored, name) != _value(today, name))
    kind: Kind = "found" if stored is None else "text" if set(fields) & set(_TEXT) else "metadata"
    before = [] if stored is None else _lines(stored)
    return FieldChange(
        id=today.id, url=today.url, origin=today.origin, kind=kind, fields=fields, article=today,
        difference=_difference(today.id, before, _lines(today)),
    )  # fmt: skip


def _dropped(stored: Article, drop: Drop) -> FieldChange:
    reason = f"dropped: {drop.stage}: {drop.reason} {drop.detail}".rstrip()
    return FieldChange(
        id=stored.id, url=stored.url, origin=stored.origin, kind="dropped", fields=(), article=None,
        difference=_difference(stored.id, _lines(stored), [reason]),
    )  # fmt: skip


def _value(article: Article, name: str) -> object:
    value = getattr(article, name)
    if isinstance(value, Mapping):
        return dict(value)
    return sorted(value) if name == "disguises" else value


def _lines(article: Article) -> list[str]:
    """An article as lines to compare: a field a line where it says anything, then the body."""
    said = ((name, _value(article, name)) for name in ("title", *_SAID) if name not in _BODY)
    return [f"{name}: {value}" for name, value in said if value] + ["", *article.text.split("\n")]


def _difference(id_: str, before: list[str], after: list[str]) -> str:
    return "\n".join(unified_diff(before, after, f"{id_} stored", f"{id_} today", lineterm="", n=1))


def _place(origin: str) -> tuple[str, int]:
    file, _, offset = origin.rpartition("#")
    return file, int(offset) if offset.isdigit() else 0


@dataclass(frozen=True, slots=True, order=True)
class _SourceFile:
    path: str  # where it is
    name: str  # what the store calls it


def _file_of(origin: str, roots: Sequence[Path]) -> _SourceFile | None:
    """The file on disk that an origin leads into: the shortest beginning, up to a ``#``, that is one."""
    parts = origin.split("#")
    names = ["#".join(parts[:n]) for n in range(1, len(parts) + 1)]
    places = (_SourceFile(os.path.join(root, name), name) for root in ("", *map(str, roots)) for name in names)
    return next((file for file in places if os.path.isfile(file.path)), None)
