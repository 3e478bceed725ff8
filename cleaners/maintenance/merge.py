"""Several stores as one: the same clusters as a store that saw everything.

The articles go through the same keeping as those that come from pages, revisions and all, in the order in which they
were fetched; every text is matched anew. What is there already is passed over, so a merge that was killed is begun
again and ends the same, and a store that has grown is merged once more.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from cleaners.errors import UsageError
from cleaners.ingest.ingester import Ingester, ingest_batches
from cleaners.items import Article
from cleaners.maintenance import takedown
from cleaners.maintenance.carried_watches import carry_watches, note_beginning
from cleaners.progress import ProgressCallback, silent
from cleaners.store import PendingTakedown, Store, Tombstone, locks
from cleaners.urls import clipping_id
from cleaners.warc.blank import blank
from cleaners.warc.copy import gather
from cleaners.warc.scan import ArchiveDamage, RecordPlace, records
from cleaners.warc.write import folder_of

_BATCH = 500
_NEVER = datetime.min.replace(tzinfo=UTC)
Rename = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeResult:
    """What a merge has brought."""

    stored: int
    """Articles and revisions that are new to the store."""
    known: int
    """Those it had already."""
    matched: int
    """Of the new ones, those that match another one."""
    refused: int
    """Those that were taken down in one of the stores, and near copies of these."""
    files: int
    """WARC files of the other archives, copied or there already."""


def merge(stores: Sequence[Path], out: Path, *, step: ProgressCallback = silent) -> MergeResult:
    """Bring everything of some stores into ``out``, which is made when it is not there; they stay as they are.

    Raises ``UsageError`` for a store that is not there or is named twice, and as ``Store.open`` and ``Ingester``.
    """
    paths = _checked(stores, out)
    with ExitStack() as stack:
        Store.open(out).close()
        stack.enter_context(locks.wait_for_writer(out))
        others = [stack.enter_context(Store.open(path, create=False, readonly=True)) for path in paths]
        renames = [_archive(other.path, out, step) for other in others]
        with Store.open(out, create=False) as store:
            note_beginning(store)
            for other, rename in zip(others, renames, strict=True):
                with store.merger.other(other.path):
                    store.merger.copy_state(rename)
            _publishers(store, others)
            _tombstones(store, others, step)
        merged = _articles(out, others, renames, step)
        with Store.open(out, create=False) as store:
            for other in others:
                with store.merger.other(other.path):
                    store.merger.copy_links()
            carry_watches(store, others)
        return replace(merged, files=sum(len(list(folder_of(path).glob("*.warc*"))) for path in paths))


def _checked(stores: Sequence[Path], out: Path) -> list[Path]:
    seen: set[Path] = set()
    for path in stores:
        if path.resolve() == out.resolve():
            raise UsageError("{path} is to be merged into itself: name it only with --store", path=path)
        if path.resolve() in seen:
            raise UsageError("{path} is named twice: name each store once", path=path)
        seen.add(path.resolve())
    return list(stores)


def _archive(other: Path, out: Path, step: ProgressCallback) -> Rename:
    """Bring the archive; returns what turns an origin of the other store into one of this."""
    there, here = folder_of(other), folder_of(out)
    names = gather(there, here, lambda done, of: step(f"archive of {other.name}", done, of))

    def rename(origin: str) -> str:
        name, mark, place = origin.removeprefix(f"{there.name}/").partition("#")
        ours = origin.startswith(f"{there.name}/") and name in names
        return f"{here.name}/{names[name]}{mark}{place}" if ours else origin

    return rename


def _publishers(store: Store, others: Sequence[Store]) -> None:
    known: dict[str, str] = {}
    for one in (*others, store):
        known |= one.settings.publishers()
    store.settings.put_publishers(known)


def _tombstones(store: Store, others: Sequence[Store], step: ProgressCallback) -> None:
    """What was taken down in one of the stores is so in all of them: in the archive that came along, too."""
    stones = _stones((*others, store))
    if not stones:
        return
    traces = [(id_, one) for other in others for id_, one in other.tombstones.traces()]
    places: dict[str, list[RecordPlace]] = {}
    for number, record in enumerate(records(store.path)):
        step("records searched", number, None)
        if not isinstance(record, ArchiveDamage) and record.url and (id_ := clipping_id(record.url, b"")) in stones:
            places.setdefault(id_, []).append(record.place)
    held = store.articles.has(stones)
    if held:
        planned = takedown.plan(store.path, sorted(held), step=step)
        for target in planned.targets:
            takedown.carry_out(store.path, replace(planned, targets=(target,)), stones[target.id].reason, step=step)
    with store.transaction():
        for id_, stone in sorted(stones.items()):
            known = store.tombstones.get(id_)
            new = [one for owner, one in traces if owner == id_]
            found = [PendingTakedown(file=p.file, offset=p.offset, length=p.length) for p in places.get(id_, ())]
            if known is None or new or found or stone.exports != known.exports:
                store.tombstones.put(stone, new, found)
    for id_ in sorted(places):
        for place in places[id_]:
            blank(store.path, place, stones[id_].at)
    store.tombstones.finish(sorted(stones))


def _stones(stores: Sequence[Store]) -> dict[str, Tombstone]:
    """Every tombstone, with all the exports that contained the article: also those of stores that still have it."""
    stones = {stone.id: stone for one in stores for stone in one.tombstones.all()}
    exports: dict[str, list[str]] = {id_: [] for id_ in stones}
    for one in reversed(stores):
        for stone in one.tombstones.all():
            exports[stone.id] += stone.exports
        for id_, made in one.export_log.containing(stones).items():
            exports[id_] += map(takedown.told, made)
    return {id_: replace(stone, exports=tuple(dict.fromkeys(exports[id_]))) for id_, stone in stones.items()}


def _articles(out: Path, others: Sequence[Store], renames: Sequence[Rename], step: ProgressCallback) -> MergeResult:
    total = sum(other.statistics().articles for other in others)
    stones = [frozenset(stone.id for stone in other.tombstones.all()) for other in others]

    def left(article: Article, gone: str) -> bool:
        """Whether a store from which another copy was taken down has kept this one."""
        return any(gone in theirs and other.articles.has([article.id])
                   for other, theirs in zip(others, stones, strict=True))  # fmt: skip

    with Ingester(out, command="merge") as ingester:
        count = 0
        for batch, _ in ingest_batches(ingester, ([one] for one in _in_order(others, renames)), size=_BATCH, left=left):
            count += len(batch)
            step("articles", count, max(total, count))
        kept = ingester.kept
    return MergeResult(stored=kept.stored, known=kept.known, matched=kept.matched, refused=kept.dropped, files=0)


def _in_order(others: Sequence[Store], renames: Sequence[Rename]) -> Iterator[Article]:
    """Every text of every store by the time it was fetched; within a store never before what arrived earlier."""
    pairs = enumerate(zip(others, renames, strict=True))
    streams = [_texts(number, other, rename) for number, (other, rename) in pairs]
    for *_, article in heapq.merge(*streams, key=lambda entry: entry[:3]):
        yield article


def _texts(number: int, other: Store, rename: Rename) -> Iterator[tuple[datetime, int, int, Article]]:
    latest = _NEVER
    for doc, article in other.articles.every():
        latest = max(latest, article.fetched_at or _NEVER)
        origins = tuple(map(rename, article.part_origins))
        yield latest, number, doc, replace(article, origin=rename(article.origin), part_origins=origins)
