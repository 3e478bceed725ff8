"""A whole corpus: which of its documents tell the same article, and which copy is the best one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaners.atomic import told, whole_file
from cleaners.dedup.corpus.cluster_assignment import ClusterAssigner, ClusterLabels
from cleaners.dedup.corpus.contamination import Contamination, contaminated_items
from cleaners.dedup.corpus.engine import CorpusDeduplicator
from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.corpus.intake import (
    CorpusIntake,
    CorpusReader,
    DateField,
    KnownDocument,
    Progress,
    TextFile,
)
from cleaners.dedup.corpus.known import touched_matches
from cleaners.dedup.corpus.labelled import CLUSTER_FIELDS, COPY_COLUMNS, CountedRecords, LabelledCorpus
from cleaners.dedup.corpus.member_traits import look
from cleaners.dedup.corpus.pairs import PairFile, pair_line
from cleaners.dedup.corpus.reading import CorpusColumns, CorpusSource, Problem, listed_names, sourced
from cleaners.dedup.corpus.writing import OutputColumns, holds_lines, write_records
from cleaners.dedup.match import MatchFound, matching_recipe
from cleaners.dedup.passages import shared_passages
from cleaners.errors import InputError

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
    apart: int = 0
    """Those among them whose documents belong to two clusters: parts that are no copies."""
    clusters: int
    """Among the documents to match; a cluster with known ones counts."""
    written: int
    lost: int = 0
    """Lines that are no records, for which the output has no place; they count as skipped too."""
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
    copies: Path | str | None = None,
    fields: Sequence[str] | None = None,
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
    cluster). What is no record with an id and a text is told to ``problem`` and passed through as it stands; a line
    that is no record at all only where the output is a file of lines.

    ``pairs``: write every verified pair there, as JSONL ``{"a", "b", "kind", "similarity", "containment", "a_in_b",
    "b_in_a", "same_cluster"}``: the ids as they stand, the earlier record first, the share of each text found in the
    other (0..1), the larger of both, and whether both belong to one cluster. ``copies``: write there the id of each
    record that is not the best copy of its cluster, and of that one, as ``{"id", "cluster_id", "canonical"}``.
    ``fields``: write only these fields of the records, in this order. ``passages``: with the pairs also tell the
    passages that both share (:mod:`cleaners.dedup.passages`).
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
            pair_lines = stack.enter_context(whole_file(pairs)) if pairs is not None else None
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="jianbao-")))
            stack.enter_context(told(folder))
            corpus = stack.enter_context(
                CorpusDeduplicator(folder, window=dating.window if dating else None, growing=growing)
            )
            texts = stack.enter_context(TextFile(folder))
            titles = stack.enter_context(TextFile(folder, "titles"))
            reader = CorpusReader(corpus, texts, titles, progress)
            reader.add_known(known or ())
            for source in sources:
                reader.add_source(source, columns, dating, skip)
            taken = reader.taken
            _check(taken, sources, columns, dating)
            _check_fields(taken, sources, columns, fields or ())
            found = stack.enter_context(PairFile(folder))
            clusters = ClusterAssigner()
            for one in _matches(corpus, taken.known, progress):
                clusters.add(one)
                if pair_lines and one.doc >= taken.known:
                    found.add(one)
            contaminated = _report(report, texts, taken) if report is not None else Contamination()
            # Nobody asks about the others.
            looks = {doc: look(texts[doc], titles[doc]) for doc in sorted(clusters.docs())}
            labels = clusters.labels(looks, len(taken.ids))
            if pair_lines:
                pair_lines.writelines(_told_pairs(found, taken, labels, texts if passages else None))
        labelled = LabelledCorpus(
            sources=tuple(sources),
            columns=columns,
            taken=taken,
            labels=labels,
            names=CLUSTER_FIELDS if known is None else (*CLUSTER_FIELDS, "is_known"),
            fields=None if fields is None else tuple(fields),
        )
        if copies is not None:
            write_records(copies, labelled.copies(), COPY_COLUMNS)
        lines = holds_lines(output) and fields is None
        written = CountedRecords(labelled.records(canonical_only=canonical_only, lines=lines), progress)
        write_records(output, written, labelled.output_columns())
    done = _summary(taken, labels, skipped=skipped, pairs=len(clusters), written=written.count)
    return replace(
        done,
        lost=0 if lines else taken.lines,
        contaminated=len(contaminated.items),
        short=contaminated.short,
        recipe=corpus.recipe,
    )


def _told_pairs(found: PairFile, taken: CorpusIntake, labels: ClusterLabels, texts: TextFile | None) -> Iterator[bytes]:
    for one in found:
        shared = shared_passages(texts[one.other], texts[one.doc]) if texts else None
        together = bool(labels.cluster[one.other] == labels.cluster[one.doc])
        yield pair_line(one, taken.ids, same_cluster=together, passages=shared)


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


def _check_fields(
    taken: CorpusIntake, sources: Sequence[CorpusSource], columns: CorpusColumns, wanted: Sequence[str]
) -> None:
    """Raises InputError for a named field that no record has."""
    there = {*taken.fields, *CLUSTER_FIELDS, "is_known"}
    for option, names in (("--title-field", [columns.title] if columns.title else []), ("--columns", wanted)):
        if lacking := [name for name in names if name not in there]:
            raise InputError(
                "{source}: no record has {names}; its columns are {columns}: name yours with {options}",
                source=sources[0],
                names=listed_names(lacking),
                columns=", ".join(list(taken.fields)[:20]),
                options=option,
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


def _summary(taken: CorpusIntake, labels: ClusterLabels, *, skipped: int, pairs: int, written: int) -> DedupSummary:
    own = labels.cluster[taken.known :]
    return DedupSummary(
        documents=len(own),
        skipped=skipped,
        pairs=pairs,
        apart=labels.apart,
        written=written,
        clusters=len(set(own.tolist())),
        undated=taken.undated,
        known=taken.known,
        matched=int((own < taken.known).sum()),
    )
