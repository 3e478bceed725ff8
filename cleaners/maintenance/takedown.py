"""Taking articles down: out of the store, its search, its match index and its archive, and never back in.

The order makes it safe to kill at any moment. One transaction removes the articles, sets their tombstones and notes
what is still to be done: from then on nobody reads or stores them. Then the archive's records are blanked, the match
index is made anew, and the file is rewritten so that no byte of the texts stays in it. What was left undone is done by
the next takedown, or by ``jianbao doctor --repair``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

from cleaners import urls
from cleaners.dedup import clusters
from cleaners.errors import UnusableInput, UsageError
from cleaners.extract.boilerplate import site_lines
from cleaners.ingest.ingester import refresh_index
from cleaners.ingest.match_index import MANIFEST
from cleaners.ingest.matching import relink
from cleaners.ingest.takedown_filter import TakedownFilter, TakedownMatch, fingerprints
from cleaners.maintenance.remaining_copies import copies_of, incomparable
from cleaners.page import decode
from cleaners.progress import ProgressCallback, silent
from cleaners.store import LoggedExport, PendingTakedown, Store, Tombstone, locks
from cleaners.warc import folder_of, read_back
from cleaners.warc.blank import blank
from cleaners.warc.copy import forget_drafts
from cleaners.warc.scan import ArchiveDamage, RecordPlace, place_of, records
from cleaners.warc.write import ANNOUNCEMENT

_FEEDS = ("rss ", "json_feed ")  # channels that forget it with their next run
_MARKUP = re.compile(r"<!\[CDATA\[|\]\]>|<[^<>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownTarget:
    """One article that is to be taken down."""

    id: str
    url: str | None
    title: str | None
    site: str | None
    revisions: int
    """Texts the store has of it; 0 for an address of which only the archive or the queue knows."""
    copies: tuple[str, ...]
    """Ids of its copies in the store that are not to be taken down with it."""
    exports: tuple[str, ...]
    """The exports that contained it, newest first, of each target the last: where they are is not ours to change."""
    told: tuple[tuple[str, str], ...] = ()
    """(watch, channel) of whom its story was told: what was delivered, digests and mail, is not ours to change."""
    records: tuple[RecordPlace, ...]
    """Its records in the archive."""
    part_urls: tuple[str, ...] = ()
    """The addresses of its other pages, where it was joined from several."""
    elsewhere: tuple[str, ...]
    """Origins of its pages in files that the user gave: they are never touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownPlan:
    """What a takedown would do."""

    targets: tuple[TakedownTarget, ...]
    known: tuple[Tombstone, ...]
    """Those of the articles asked for that are taken down already."""
    blind: tuple[str, ...]
    """Ids of those whose copies are not known again: an older jianbao took them down, with another normal form."""
    unsearched: tuple[ArchiveDamage, ...]
    """Parts of the archive that could not be read: what they hold is not known."""


def take_down(
    path: Path, what: Sequence[str], reason: str, *, copies: bool = False, step: ProgressCallback = silent
) -> TakedownPlan:
    """Take articles down, by id or url; returns what was done.

    Waits for runs that add articles, and plans only then: they may have fetched one of these again. Raises as
    :func:`plan` and :func:`finish`.
    """
    with locks.wait_for_writer(path):
        planned = plan(path, what, copies=copies, step=step)
        carry_out(path, planned, reason, step=step)
        return planned


def plan(path: Path, what: Sequence[str], *, copies: bool = False, step: ProgressCallback = silent) -> TakedownPlan:
    """Find all there is of articles, by id or url; changes nothing.

    ``copies``: their clusters too, whole; of what is taken down already, the copies that are left. Raises
    ``UsageError`` for what neither store nor archive knows.
    """
    with Store.open(path, create=False) as store:
        gone = {one: stone for one in what if (stone := _gone(store, one))}
        wanted = [_target(store, one) for one in what if one not in gone]
        if copies:
            left = copies_of(store, gone.values()) if gone else []
            members = [*(i for target in wanted for i in target.copies), *left]
            wanted = [replace(target, copies=()) for target in (*wanted, *(_target(store, i) for i in members))]
        targets = {target.id: target for target in wanted}
        known = [(i, one) for i in targets if (texts := store.takedowns.texts(i)) for one in fingerprints(texts)]
        pages = {urls.clipping_id(url, b""): one.id for one in targets.values() for url in one.part_urls}
        pages |= {id_: id_ for id_ in targets}
        found, damaged = _in_archive(path, pages, TakedownFilter(known), step)
        for target in targets.values():
            places = {*found.get(target.id, ()), *filter(None, (place_of(path, o) for o in target.elsewhere))}
            away = tuple(o for o in target.elsewhere if not _ours(path, o))
            order = sorted(places, key=lambda place: (place.file, place.offset))
            targets[target.id] = replace(target, records=tuple(order), elsewhere=away)
            if not target.revisions and not places and not store.takedowns.met(target.url or ""):
                raise UsageError(
"{url}: no article of {path} has this id or url, nor does its archive; `jianbao search` "
"finds ids",
url=target.url or target.id, path=path)  # fmt: skip
        blind = sorted({stone.id for stone in gone.values()} & set(incomparable(store)))
        return TakedownPlan(targets=tuple(targets.values()), known=tuple(gone.values()), blind=tuple(blind),
                    unsearched=tuple(damaged))  # fmt: skip


def carry_out(path: Path, planned: TakedownPlan, reason: str, *, step: ProgressCallback = silent) -> None:
    """Take down what was planned, and finish takedowns that were killed. Raises as ``Store.open`` and ``finish``."""
    with locks.wait_for_writer(path), Store.open(path, create=False) as store:
        if planned.targets:
            with store.transaction():
                _remove(store, planned.targets, reason)
        finish(store, step=step)


def finish(store: Store, *, step: ProgressCallback = silent) -> int:
    """Do what takedowns have left to do; returns how many were finished. The turn must be held (``turn``).

    Raises ``StoreBusyError`` while others read the store, ``UnwritableError`` without room for a copy of it.
    """
    pending = store.tombstones.pending()
    if not pending:
        return 0
    places = [(stone, place) for stone, places in pending for place in places]
    for done, (stone, place) in enumerate(places):
        step("records blanked", done, len(places))
        blank(store.path, RecordPlace(file=place.file, offset=place.offset, length=place.length), stone.at)
    forget_drafts(folder_of(store.path))  # of a merge that was killed: they may hold the pages
    step("match index", 0, None)
    refresh_index(store, command="takedown")
    step("store rewritten", 0, None)
    store.takedowns.vacuum()
    store.tombstones.finish([stone.id for stone, _ in pending])
    return len(pending)


def _gone(store: Store, what: str) -> Tombstone | None:
    """The tombstone of an article that is not there any more."""
    return store.tombstones.get(what) if store.articles.doc(what) is None else None


def _target(store: Store, what: str) -> TakedownTarget:
    doc = store.articles.doc(what)
    if doc is None:
        if "://" not in what:
            raise UsageError(
                "{what}: no article of {path} has this id; `jianbao search` finds ids", what=what, path=store.path
            )
        return TakedownTarget(
            id=urls.clipping_id(what, b""), url=what, title=None, site=urls.site_of(what), revisions=0,
                      copies=(), exports=(), records=(), elsewhere=())  # fmt: skip
    [clipping] = store.clippings.read([doc])
    article, cluster = clipping.article, clipping.cluster
    members = store.clusters.members(cluster.id) if cluster else ()
    logged = store.export_log.containing([article.id]).get(article.id, ())
    last: dict[tuple[str, str], LoggedExport] = {}
    for one in logged:  # the newest first
        last.setdefault((one.target, one.format), one)
    return TakedownTarget(
        id=article.id,
        url=article.url,
        title=article.title,
        site=article.site,
        revisions=len(store.takedowns.texts(article.id)),
        copies=tuple(i for i in store.articles.ids(members).values() if i != article.id),
        exports=tuple(map(told, last.values())),
        told=tuple(one for one in store.watch_log.delivered_to(article.id) if not one[1].startswith(_FEEDS)),
        records=(),
        part_urls=tuple(store.takedowns.part_urls(article.id)),
        elsewhere=tuple(store.takedowns.origins(article.id)),
    )


def told(export: LoggedExport) -> str:
    """An export in the words in which a tombstone keeps it."""
    return f"{export.target} ({export.format}, {export.at:%Y-%m-%d %H:%M} UTC)"


def _ours(path: Path, origin: str) -> bool:
    return origin.startswith(f"{path.with_suffix('.warc').name}/")


def _in_archive(
    path: Path, pages: Mapping[str, str], watch: TakedownFilter, step: ProgressCallback
) -> tuple[dict[str, list[RecordPlace]], list[ArchiveDamage]]:
    """Article id -> its records: every one of its addresses, requests included, and the feeds and lists that quote it.

    ``pages``: id of each page -> id of the article that it belongs to.
    """
    found: dict[str, list[RecordPlace]] = {}
    damaged: list[ArchiveDamage] = []
    for number, record in enumerate(records(path)):
        step("records searched", number, None)
        if isinstance(record, ArchiveDamage):
            damaged.append(record)
        elif record.url and (id_ := urls.clipping_id(record.url, b"")) in pages:
            found.setdefault(pages[id_], []).append(record.place)
        elif record.kind == "response" and record.role == ANNOUNCEMENT and (met := _quoted(path, record.place, watch)):
            found.setdefault(met.id, []).append(record.place)
    return found, damaged


def _quoted(path: Path, place: RecordPlace, watch: TakedownFilter) -> TakedownMatch | None:
    """What a feed or list quotes, in full or for a good part."""
    try:
        page = read_back(f"{place.file}#{place.offset}", path)
    except UnusableInput:
        return None
    text = unescape(_MARKUP.sub(" ", unescape(decode.decode(page.body, None, None).text)))
    return watch.check([text])[0]


def _remove(store: Store, targets: Sequence[TakedownTarget], reason: str) -> None:
    now = datetime.now(UTC)
    ids = [target.id for target in targets]
    for target in targets:
        known = fingerprints(texts) if (texts := store.takedowns.texts(target.id)) else []
        stone = Tombstone(id=target.id, url=target.url, reason=reason, at=now, exports=target.exports)
        store.tombstones.put(stone, known, [_pending(place) for place in target.records])
        if target.url:
            for url in (target.url, *target.part_urls):
                store.takedowns.block_url(url, target.site or "", now)
        if target.site:
            _unlearn(store, target.site, texts, ids)
    store.events.note_takedowns([id_ for id_ in ids if store.articles.doc(id_) is not None], now)
    left = store.takedowns.remove(ids)
    for cluster in left.values():
        relink(store, cluster)
    docs = [doc for cluster in left.values() for doc in cluster]
    store.clusters.save(clusters.assign(store.clusters.around(docs), publishers=store.settings.publishers()))
    store.takedowns.forward(left)
    store.manifests.remove(MANIFEST)


def _pending(place: RecordPlace) -> PendingTakedown:
    return PendingTakedown(file=place.file, offset=place.offset, length=place.length)


def _unlearn(store: Store, site: str, texts: Iterable[str], ids: Sequence[str]) -> None:
    lines = {(site_lines.key(line), line) for text in texts for line in text.split("\n")}
    known = {noise.key for noise in store.learned.lines(site)}
    lines = {(key, line) for key, line in lines if key in known}
    if not lines:
        return
    keys = {key for key, _ in lines}
    others: dict[str, str] = {}
    for text in store.takedowns.others_of_site(site, ids):
        others.update({key: line for line in text.split("\n") if (key := site_lines.key(line)) in keys})
    store.takedowns.forget_site_lines(site, lines, others)
