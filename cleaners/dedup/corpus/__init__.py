"""A whole corpus: which of its documents tell the same article, and which copy is the best one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cleaners.atomic import told, whole_file
from cleaners.dedup.corpus.cluster_assignment import ClusterAssigner, ClusterLabels
from cleaners.dedup.corpus.contamination import Contamination, contaminated_items
from cleaners.dedup.corpus.engine import CorpusDeduplicator
from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.corpus.intake import (
    BATCH,
    CorpusIntake,
    CorpusReader,
    DateField,
    KnownDocument,
    Progress,
    TextFile,
)
from cleaners.dedup.corpus.known import touched_matches
from cleaners.dedup.corpus.member_traits import look
from cleaners.dedup.corpus.reading import CorpusColumns, CorpusRecord, CorpusSource, Id, Problem, records, sourced
from cleaners.dedup.corpus.writing import OutputColumns, pair_line, write_records
from cleaners.dedup.match import MatchFound, matching_recipe
from cleaners.dedup.passages import shared_passages
from cleaners.errors import FormatError, InputError

__all__ = ["CorpusColumns", "DateField", "DedupSummary", "KnownDocument", "deduplicate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupSummary:
    """What was done."""

    documents: int
    """Those to match; known ones are not among them."""
    skipped: int
    """Records that could not be used: passed through as they stand."""
    pairs: int
    """Verified pairs."""
    clusters: int
    """Among the documents to match; a cluster with known ones counts."""
    written: int
    undated: int = 0
    """Records without a date that can be read, where a window asks for one."""
    known: int = 0
    """Known documents."""
    matched: int = 0
    """Documents to match whose cluster has a known one."""
    contaminated: int = 0
    """Known documents of which much stands in one to match; 0 where nobody asked."""
    short: int = 0
    """Known documents too short to be looked for so."""
    recipe: str = field(default_factory=matching_recipe)
    """How they were matched and grouped."""


def deduplicate(
    given: Sequence[Path | str] | Path | str,
    output: Path | str,
    *,
    columns: CorpusColumns = CorpusColumns(),
    pairs: Path | str | None = None,
    passages: bool = False,
    canonical_only: bool = False,
    dating: DateField | None = None,
    known: Iterable[KnownDocument] | None = None,
    report: Path | str | None = None,
    growing: GrowingAnchorSettings = GrowingAnchorSettings(),
    progress: Progress = lambda step, done, total: None,
    problem: Problem = lambda line: None,
) -> DedupSummary:
    """Match every document of ``given`` (a file or several), group them, and write its records to ``output`` with
    ``cluster_id`` (the id of the cluster's first document), ``cluster_size`` and ``is_canonical`` (exactly one in each
    cluster). What is no record with an id and a text is told to ``problem`` and passed through as it stands.

    ``pairs``: write every verified pair there, as JSONL ``{"a", "b", "kind", "similarity", "containment", "a_in_b",
    "b_in_a"}``: the ids as they stand, the earlier record first, the share of each text found in the other (0..1) and
    the larger of both. ``passages``: there also tell the passages that both share (:mod:`cleaners.dedup.passages`).
    ``canonical_only``: write only the best copy of each cluster. ``dating``: do not compare documents that are further
    apart; those without a date are compared with all, and a third document may still put two distant ones into one
    cluster. ``known``: documents of an older corpus: the new ones are matched with them too, get the clusters that all
    of them at once would give, and ``is_known``, whether their cluster has a known document; of such a cluster
    ``canonical_only`` writes nothing. ``report``: for a benchmark as ``known``, write there which of its items stand in
    which documents (:mod:`cleaners.dedup.corpus.contamination`), as JSONL ``{"id", "documents": [{"id",
    "share"}]}``. ``growing``: from which size on a corpus is matched by growing anchors, and by which. Formats go by
    the file names (.jsonl, .csv, .parquet; .gz, .zst); ``-`` is standard input or output.
    No file takes its name before it is whole.

    Raises UsageError, FormatError, UnwritableError, and InputError when no record is usable or two texts have
    one id.
    """
    skipped = 0

    def skip(line: str) -> None:
        nonlocal skipped
        skipped += 1
        problem(line)

    named = [given] if isinstance(given, Path | str) else given
    with ExitStack() as inputs:
        sources = [inputs.enter_context(sourced(one)) for one in named]
        with ExitStack() as stack:
            pair_file = stack.enter_context(whole_file(pairs)) if pairs is not None else None
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="jianbao-")))
            stack.enter_context(told(folder))
            corpus = stack.enter_context(
                CorpusDeduplicator(folder, window=dating.window if dating else None, growing=growing)
            )
            texts = stack.enter_context(TextFile(folder))
            reader = CorpusReader(corpus, texts, progress)
            reader.add_known(known or ())
            for source in sources:
                reader.add_source(source, columns, dating, skip)
            taken = reader.taken
            _check(taken, sources, columns, dating)
            clusters = ClusterAssigner()
            for one in _matches(corpus, taken.known, progress):
                clusters.add(one)
                if pair_file and one.doc >= taken.known:
                    shared = shared_passages(texts[one.other], texts[one.doc]) if passages else None
                    pair_file.write(pair_line(one, taken.ids, shared))
            contaminated = _report(report, texts, taken) if report is not None else Contamination()
            looks = {doc: look(texts[doc]) for doc in sorted(clusters.docs())}  # nobody asks about the others
            labels = clusters.labels(looks, len(taken.ids))
        added = _ADDED if known is None else (*_ADDED, "is_known")
        labelled = _labelled(sources, columns, taken, labels, added, canonical_only)
        written = _CountedRecords(labelled, progress)
        write_records(output, written, _columns(sources, columns, taken, labels, added))
    done = _summary(taken, labels, skipped=skipped, pairs=len(clusters), written=written.count)
    return replace(done, contaminated=len(contaminated.items), short=contaminated.short, recipe=corpus.recipe)


_ADDED = ("cluster_id", "cluster_size", "is_canonical")


def _check(
    taken: CorpusIntake, sources: Sequence[CorpusSource], columns: CorpusColumns, dating: DateField | None
) -> None:
    documents = len(taken.ids) - taken.known
    if not documents:
        raise InputError(
            "{source} holds no record with an id in {id!r} and a text in {text!r}: name a JSONL, CSV "
            "or Parquet file that does",
            source=sources[0],
            id=columns.id,
            text=columns.text,
        )
    if dating and taken.undated == documents:
        raise InputError(
            "{source}: no record has an ISO date in {field!r}: name the field that has one",
            source=sources[0],
            field=dating.field,
        )


def _report(target: Path | str, texts: TextFile, taken: CorpusIntake) -> Contamination:
    found = contaminated_items(texts, taken.known, len(taken.ids))
    lines = (
        {
            "id": taken.ids[one.item],
            "documents": [{"id": taken.ids[number], "share": share} for number, share in one.documents],
        }
        for one in found.items
    )
    write_records(target, lines, OutputColumns(names=("id", "documents"), added=(), sources=(), ids={}))
    return found


def _matches(corpus: CorpusDeduplicator, known: int, progress: Progress) -> Iterator[MatchFound]:
    """All matches of the documents to match, then those of known ones on which their clusters depend."""
    touching: list[MatchFound] = []
    for done, found in corpus.matches(first=known):
        touching += [one for one in found if one.other < known]
        yield from found
        progress("matching", done - known, len(corpus) - known)
    yield from touched_matches(corpus, touching, known)


def _labelled(
    sources: Sequence[CorpusSource],
    columns: CorpusColumns,
    taken: CorpusIntake,
    labels: ClusterLabels,
    added: Sequence[str],
    canonical_only: bool,
) -> Iterator[Mapping[str, Any] | bytes]:
    """The records again, labelled; raises FormatError when a file is not what it was."""
    doc = taken.known
    for source in sources:
        for record in records(source, columns):
            if not isinstance(record, CorpusRecord):
                yield record.line if record.fields is None else record.fields
                continue
            if doc >= len(taken.ids) or record.id != taken.ids[doc]:
                raise _changed(source)
            cluster = int(labels.cluster[doc])
            is_known = cluster < taken.known
            if not canonical_only or (labels.canonical[doc] and not is_known):
                values = (_name(cluster, taken), int(labels.size[doc]), bool(labels.canonical[doc]), is_known)
                yield record.fields | dict(zip(added, values, strict=False))
            doc += 1
    if doc < len(taken.ids):
        raise _changed(sources[-1])


def _changed(source: CorpusSource) -> FormatError:
    return FormatError("{source} changed while it was read: give a file that nobody writes to", source=source)


def _name(cluster: int, taken: CorpusIntake) -> Id:
    """What a cluster is called, given its first document."""
    return taken.clusters.get(cluster, taken.ids[cluster])


class _CountedRecords:
    """Records on their way out, counted."""

    def __init__(self, records: Iterator[Mapping[str, Any] | bytes], progress: Progress) -> None:
        self._records, self._progress = records, progress
        self.count = 0

    def __iter__(self) -> Iterator[Mapping[str, Any] | bytes]:
        for record in self._records:
            self.count += 1
            if self.count % BATCH == 0:
                self._progress("writing", self.count, None)
            yield record


def _columns(
    sources: Sequence[CorpusSource],
    columns: CorpusColumns,
    taken: CorpusIntake,
    labels: ClusterLabels,
    added: Sequence[str],
) -> OutputColumns:
    clusters = [_name(int(one), taken) for one in labels.cluster[taken.known :]]
    return OutputColumns(
        names=tuple(dict.fromkeys((*taken.fields, *added))),
        added=tuple(added),
        sources=tuple(sources),
        ids={columns.id: taken.ids[taken.known :], "cluster_id": clusters},
    )


def _summary(taken: CorpusIntake, labels: ClusterLabels, *, skipped: int, pairs: int, written: int) -> DedupSummary:
    own = labels.cluster[taken.known :]
    return DedupSummary(
        documents=len(own),
        skipped=skipped,
        pairs=pairs,
        written=written,
        clusters=len(set(own.tolist())),
        undated=taken.undated,
        known=taken.known,
        matched=int((own < taken.known).sum()),
    )
