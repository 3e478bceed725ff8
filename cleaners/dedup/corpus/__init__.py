"""A whole corpus: which of its documents tell the same article, and which copy is the best one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from cleaners.atomic import told, whole_file
from cleaners.dedup.corpus.cluster_assignment import ClusterAssigner, ClusterLabels
from cleaners.dedup.corpus.engine import CorpusDeduplicator
from cleaners.dedup.corpus.member_traits import MemberTraits, look
from cleaners.dedup.corpus.reading import CorpusSource, Id, Problem, is_parquet, records, sourced
from cleaners.dedup.index.window import UNDATED, DateWindow, day_of
from cleaners.dedup.match import MatchFound
from cleaners.errors import FormatError, InputError

Progress = Callable[[str, int, int | None], None]
"""Is told how far a step is: its name, documents done, documents in all (None while unknown)."""
BATCH, CHARACTERS = 1000, 4_000_000
"""Texts are read in batches of so many documents, or characters if that is less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DedupSummary:
    """What was done."""

    documents: int
    skipped: int
    """Records that could not be used."""
    pairs: int
    """Verified pairs."""
    clusters: int
    written: int
    undated: int = 0
    """Records without a date that can be read, where a window asks for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateField:
    """Only documents near in time are compared."""

    window: DateWindow
    field: str = "published"
    """Where a record has its date: an ISO date or time, or Parquet's own."""


@dataclass(slots=True, kw_only=True)
class _CorpusIntake:
    ids: list[Id] = field(default_factory=list)
    undated: int = 0
    looks: list[MemberTraits] = field(default_factory=list)


def deduplicate(
    given: Path | str,
    output: Path | str,
    *,
    pairs: Path | str | None = None,
    canonical_only: bool = False,
    dating: DateField | None = None,
    progress: Progress = lambda step, done, total: None,
    problem: Problem = lambda line: None,
) -> DedupSummary:
    """Match every document of ``given``, group them, and write its records to ``output`` with ``cluster_id`` (the id
    of the cluster's first document), ``cluster_size`` and ``is_canonical`` (exactly one in each cluster).

    ``pairs``: write every verified pair there, as JSONL ``{"a", "b", "kind", "similarity", "containment"}`` with
    the ids as they stand, ``containment`` being the share of the shorter text found in the longer. ``canonical_only``:
    write only the best copy of each cluster. ``dating``: do not compare documents that are further apart; those without
    a date are compared with all, and a third document may still put two distant ones into one cluster. Formats go by
    the file names (.jsonl, .jsonl.gz, .jsonl.zst, .parquet); ``-`` is standard input or output. Neither file takes its
    name before it is whole.

    Raises UsageError, FormatError, UnwritableError, and InputError when no record is usable or two texts have
    one id.
    """
    skipped = 0

    def skip(line: str) -> None:
        nonlocal skipped
        skipped += 1
        problem(line)

    clusters = ClusterAssigner()
    with sourced(given) as source:
        with ExitStack() as stack:
            pair_file = stack.enter_context(whole_file(pairs)) if pairs is not None else None
            folder = Path(stack.enter_context(TemporaryDirectory(prefix="jianbao-")))
            stack.enter_context(told(folder))
            corpus = stack.enter_context(CorpusDeduplicator(folder, window=dating.window if dating else None))
            taken = _take(corpus, source, dating, skip, progress)
            for done, found in corpus.matches():
                for one in found:
                    clusters.add(one)
                    if pair_file:
                        pair_file.write(_pair(one, taken.ids))
                progress("matching", done, len(corpus))
        labels = clusters.labels(taken.looks)
        written = _write(source, output, taken.ids, labels, canonical_only, progress)
    return DedupSummary(
        documents=len(taken.ids),
        skipped=skipped,
        pairs=len(clusters),
        written=written,
        clusters=int(labels.canonical.sum()),
        undated=taken.undated,
    )


def _take(
    corpus: CorpusDeduplicator, source: CorpusSource, dating: DateField | None, skip: Problem, progress: Progress
) -> _CorpusIntake:
    taken, seen = _CorpusIntake(), dict[Id, int]()
    texts: list[str] = []
    days: list[int] = []
    size = 0
    for record in records(source, skip):
        digest = hash(record.text)
        if seen.setdefault(record.id, digest) != digest:  # saved twice, a page has one id: that is a copy
            raise InputError(
                f"{source}: the id {record.id!r} occurs twice, with other texts: give each record an id of its own"
            )
        taken.ids.append(record.id)
        taken.looks.append(look(record.text))
        texts.append(record.text)
        days.append(day_of(record.fields.get(dating.field)) if dating else UNDATED)
        taken.undated += dating is not None and days[-1] == UNDATED
        size += len(record.text)
        if len(texts) == BATCH or size >= CHARACTERS:
            corpus.add(texts, days)
            texts, days, size = [], [], 0
            progress("reading", len(taken.ids), None)
    corpus.add(texts, days)
    progress("reading", len(taken.ids), None)
    if not taken.ids:
        raise InputError(f"{source} holds no record with an id and a text: name a JSONL or Parquet file that does")
    if dating and taken.undated == len(taken.ids):
        raise InputError(f"{source}: no record has an ISO date in {dating.field!r}: name the field that has one")
    return taken


def _pair(found: MatchFound, ids: list[Id]) -> bytes:
    line = {
        "a": ids[found.other],
        "b": ids[found.doc],
        "kind": found.kind,
        "similarity": round(found.similarity, 4),
        "containment": round(max(found.containment, found.covered), 4),
    }
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n"


def _labelled(
    source: CorpusSource, ids: list[Id], labels: ClusterLabels, canonical_only: bool
) -> Iterator[dict[str, Any]]:
    """The records again, labelled; raises FormatError when the file is not what it was."""
    doc = -1
    for doc, record in enumerate(records(source)):
        if doc >= len(ids) or record.id != ids[doc]:
            break
        if labels.canonical[doc] or not canonical_only:
            yield record.fields | {
                "cluster_id": ids[labels.cluster[doc]],
                "cluster_size": int(labels.size[doc]),
                "is_canonical": bool(labels.canonical[doc]),
            }
    else:
        if doc + 1 == len(ids):
            return
    raise FormatError(f"{source} changed while it was read: give a file that nobody writes to")


def _write(
    source: CorpusSource,
    output: Path | str,
    ids: list[Id],
    labels: ClusterLabels,
    canonical_only: bool,
    progress: Progress,
) -> int:
    written = 0

    def counted() -> Iterator[dict[str, Any]]:
        nonlocal written
        for record in _labelled(source, ids, labels, canonical_only):
            written += 1
            if written % BATCH == 0:
                progress("writing", written, None)
            yield record

    with whole_file(output) as out:
        if str(output) != "-" and is_parquet(Path(output)):
            from cleaners.dedup.corpus.parquet import write

            write(out, counted())
        else:
            _write_lines(out, counted())
    return written


def _write_lines(out: IO[bytes], lines: Iterator[dict[str, Any]]) -> None:
    for record in lines:
        out.write(json.dumps(record, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace") + b"\n")
