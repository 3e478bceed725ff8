"""What the doctor looks at in a store, one check after the other, and how what was made from the texts is made anew."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from cleaners import warc
from cleaners.dedup import clusters, fingerprint
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest
from cleaners.errors import FormatError, UnusableInput
from cleaners.ingest.ingester import refresh_index
from cleaners.ingest.match_index import MANIFEST, REPRESENTED, beyond_reach, index_folder, recipe
from cleaners.maintenance import takedown
from cleaners.maintenance.remaining_copies import incomparable
from cleaners.sentences import Sentence, first_few, listed, sentence
from cleaners.store import Store
from cleaners.urls import canonical
from cleaners.warc.blank import cut_tail
from cleaners.warc.scan import ArchiveDamage, records

TEXTS = "texts"
"""Name of the check whether the texts are what was stored."""
VALUES = "values"
"""Name of the check whether what is stored beside the texts can be read."""
_PORTION = 200
_FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreCheck:
    """One thing that is looked at."""

    name: str
    find: Callable[[Store, int | None], Sequence[Sentence]]
    """The problems; the number is how many articles are looked at, evenly spread (None: all)."""
    repair: Callable[[Store], None] | None = None
    advise: Callable[[Store], Sentence | None] = lambda store: None
    """What is worth knowing although nothing is wrong."""
    cure: Sentence = Sentence("jianbao doctor --repair")


def _texts(store: Store, sample: int | None) -> list[Sentence]:
    """Whether the texts are what was stored: a disk may give other bytes back, and SQLite does not see it."""
    wrong = [name for _, name in store.integrity.altered(store.integrity.spread(sample))]
    if not wrong:
        return []
    return [sentence("{count} texts are not what was stored: {names}", count=len(wrong), names=first_few(wrong, _FEW))]


def _values(store: Store, sample: int | None) -> list[Sentence]:
    """Whether what else is known of articles, and of their matches and clusters, can be read."""
    return store.integrity.unreadable()


def _search(store: Store, sample: int | None) -> list[Sentence]:
    return [*store.integrity.search_documents(), *store.integrity.unindexed(store.integrity.spread(sample))]


def _match_index(store: Store, sample: int | None) -> list[Sentence]:
    """Whether the index has files that are whole, and proposes every text, or one that represents it, for itself."""
    folder, saved = index_folder(store.path), store.manifests.get(MANIFEST)
    if saved is None:
        return []  # nothing is on disk yet: the next run makes it from the texts
    try:
        manifest = SegmentManifest.from_json(saved.decode())
    except (ValueError, KeyError, TypeError) as why:
        return [sentence("the manifest cannot be read: {why!r}", why=why)]
    if manifest.recipe != recipe():
        return []  # of an older version: made anew by the next run
    try:
        index = SegmentIndex(folder, manifest)
    except FormatError as why:
        return [why.sentence]
    try:
        try:
            index.check()
        except FormatError as why:
            return [why.sentence]
        docs = [doc for doc in store.integrity.spread(sample) if doc <= manifest.last]
        lost = [doc for at in range(0, len(docs), _PORTION) for doc in _lost(store, index, docs[at : at + _PORTION])]
    finally:
        index.close()
    if not lost:
        return []
    few = first_few(lost, _FEW)
    return [sentence("{count} texts are not found by their own keys: {few}", count=len(lost), few=few)]


def _lost(store: Store, index: SegmentIndex, docs: Sequence[int]) -> list[int]:
    """Those of the texts that the index proposes neither themselves nor through another one that holds them."""
    texts = store.articles.texts(docs)
    here = [doc for doc in docs if doc in texts]
    keys = fingerprint.signatures([texts[doc] for doc in here])
    found = index.query(keys)
    heirs = store.representatives.successors(np.unique(found.docs).tolist(), within=REPRESENTED)
    lost = []
    for row, doc in enumerate(here):
        proposed = found.docs[found.rows == row].tolist()
        reached = {d for one in proposed for d in heirs.get(one, (one,))}
        if doc in reached or not keys.bands[row].any() or len(proposed) >= IndexLimits().crowded * IndexLimits().shared:
            continue
        if not reached & store.representatives.holders(doc, within=REPRESENTED):
            lost.append(doc)
    return lost


def _rebuild_match_index(store: Store) -> None:
    with store.transaction():
        store.manifests.remove(MANIFEST)
    refresh_index(store, command="doctor")


def _clusters(store: Store, sample: int | None) -> list[Sentence]:
    return [*store.integrity.clusters(), *store.integrity.forwards()]


def _decide_clusters(store: Store) -> None:
    docs = store.integrity.restore_clusters()
    with store.transaction():
        for at in range(0, len(docs), _PORTION):
            around = store.clusters.around(docs[at : at + _PORTION])
            store.clusters.save(clusters.assign(around, publishers=store.settings.publishers()))
    store.integrity.restore_forwards()


def _origins(store: Store, sample: int | None) -> list[Sentence]:
    """Whether the pages of our own archive are where the articles say, and are theirs."""
    ours = f"{warc.folder_of(store.path).name}/"
    wrong = []
    for id_, origin, url in store.integrity.archived(store.integrity.spread(sample)):
        if not origin.startswith(ours):
            continue
        try:
            page = warc.read_back(origin, store.path)
        except UnusableInput as why:
            wrong.append(listed([id_, origin, why.reason], ": "))
            continue
        if url and canonical(page.url or "") != canonical(url):
            wrong.append(sentence("{id}: {origin} is the page of {url}", id=id_, origin=origin, url=page.url))
    return wrong


def _tails(store: Store, sample: int | None) -> list[Sentence]:
    """Whether the archive's files can be read to their ends; only when everything is looked at."""
    if sample is not None:
        return []
    return [
        sentence("{file} breaks off at byte {offset}", file=one.file, offset=one.offset)
        for one in records(store.path)
        if isinstance(one, ArchiveDamage)
    ]


def _cut_tails(store: Store) -> None:
    for one in records(store.path):
        if isinstance(one, ArchiveDamage) and not store.integrity.speaks_beyond(one.file, one.offset):
            cut_tail(store.path, one)


def _takedowns(store: Store, sample: int | None) -> list[Sentence]:
    """Whether every takedown came to its end, and nothing that was taken down is there."""
    back = store.articles.has(stone.id for stone in store.tombstones.all())
    unfinished = {stone.id for stone, _ in store.tombstones.pending()}
    return [
        *(sentence("{id}: its takedown was not finished", id=id_) for id_ in sorted(unfinished - back)),
        *(sentence("{id}: is there again though it was taken down", id=id_) for id_ in sorted(back)),
    ]


def _finish_takedowns(store: Store) -> None:
    for stone in store.tombstones.all():
        if store.articles.has([stone.id]):
            takedown.take_down(store.path, [stone.id], stone.reason)
    takedown.finish(store)


def _blind(store: Store, sample: int | None) -> list[Sentence]:
    """Whether what was taken down is still known again when a copy of it comes."""
    ids = incomparable(store)
    if not ids:
        return []
    return [sentence("copies of {count} articles are not stopped: {ids}", count=len(ids), ids=first_few(ids, _FEW))]


CHECKS: tuple[StoreCheck, ...] = (
    StoreCheck(
        name="file",
        find=lambda store, sample: store.integrity.file(),
        repair=lambda store: store.integrity.reindex(),
        cure=sentence(
            "`jianbao doctor --repair` makes anew what is not lost, and says what is (a file that was copied without "
            "the -wal beside it only looks damaged: copy both, or use `jianbao backup`)"
        ),
    ),
    StoreCheck(
        name=TEXTS,
        find=_texts,
        cure=sentence(
            "restore a backup, or make them anew from their pages: `jianbao reclean --apply`; or let "
            "`jianbao doctor --salvage` go on without them"
        ),
    ),
    StoreCheck(
        name=VALUES,
        find=_values,
        cure=sentence(
            "restore a backup, or let `jianbao doctor --salvage` go on without them, then clean their pages again"
        ),
    ),
    StoreCheck(
        name="schema",
        find=lambda store, sample: store.integrity.schema(),
        repair=lambda store: store.integrity.restore_schema(),
        cure=sentence("`jianbao doctor --repair` makes indexes anew; where a table is missing, restore a backup"),
    ),
    StoreCheck(name="takedowns", find=_takedowns, repair=_finish_takedowns),
    StoreCheck(
        name="tombstones",
        find=_blind,
        cure=sentence(
            "their addresses stay closed, but their hashes are of an older version's normal form, and no text is left "
            "to make new ones of: take down copies by their own ids (`jianbao search` finds them)"
        ),
    ),
    StoreCheck(name="search", find=_search, repair=lambda store: store.integrity.rebuild_search()),
    StoreCheck(name="clusters", find=_clusters, repair=_decide_clusters),
    StoreCheck(
        name="match index",
        find=_match_index,
        repair=_rebuild_match_index,
        advise=lambda store: beyond_reach(store.statistics().articles),
    ),
    StoreCheck(
        name="pages",
        find=_origins,
        cure=sentence("copy the archive's files back from a backup; without them these pages cannot be cleaned again"),
    ),
    StoreCheck(
        name="archive",
        find=_tails,
        repair=_cut_tails,
        cure=sentence(
            "`jianbao doctor --all --repair` cuts off what a crash left half-written, a minute after; else: a backup"
        ),
    ),
)
"""What is looked at, in an order in which a repair does not undo an earlier one."""
