"""A corpus on its way out: its records read again, with their clusters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from cleaners.dedup.corpus.cluster_assignment import ClusterLabels
from cleaners.dedup.corpus.intake import BATCH, CorpusIntake, Progress
from cleaners.dedup.corpus.reading import CorpusColumns, CorpusRecord, CorpusSource, Id, records
from cleaners.dedup.corpus.writing import OutputColumns
from cleaners.errors import FormatError

CLUSTER_FIELDS = ("cluster_id", "cluster_size", "is_canonical")
"""What every record gets."""
COPY_COLUMNS = OutputColumns(names=("id", "cluster_id", "canonical"), added=(), sources=(), ids={})


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledCorpus:
    """The records of some files and what was decided about them."""

    sources: tuple[CorpusSource, ...]
    columns: CorpusColumns
    taken: CorpusIntake
    labels: ClusterLabels
    names: tuple[str, ...]
    """Of the fields that are added: :data:`CLUSTER_FIELDS`, against an older corpus ``is_known`` too."""
    fields: tuple[str, ...] | None
    """Those to write, in this order; None: all."""

    def records(self, *, canonical_only: bool, lines: bool) -> Iterator[Mapping[str, Any] | bytes]:
        """The records again, labelled; ``lines``: with the lines that are none, as they stand.

        Raises FormatError when a file is not what it was.
        """
        taken, labels = self.taken, self.labels
        doc = taken.known
        for source in self.sources:
            for record in records(source, self.columns):
                if not isinstance(record, CorpusRecord):
                    if record.fields is not None:
                        yield self._chosen(record.fields)
                    elif lines:
                        yield record.line
                    continue
                if doc >= len(taken.ids) or record.id != taken.ids[doc]:
                    raise _changed(source)
                cluster = int(labels.cluster[doc])
                is_known = cluster < taken.known
                if not canonical_only or (labels.canonical[doc] and not is_known):
                    values = (self._name(cluster), int(labels.size[doc]), bool(labels.canonical[doc]), is_known)
                    yield self._chosen(record.fields | dict(zip(self.names, values, strict=False)))
                doc += 1
        if doc < len(taken.ids):
            raise _changed(self.sources[-1])

    def copies(self) -> Iterator[Mapping[str, Id]]:
        """Each document that is not the best copy of its cluster, or that an older corpus has, with the one that
        stands for it."""
        taken, labels = self.taken, self.labels
        best = np.zeros(len(taken.ids), dtype=np.int64)
        best[labels.cluster[labels.canonical]] = np.flatnonzero(labels.canonical)
        for doc in range(taken.known, len(taken.ids)):
            cluster = int(labels.cluster[doc])
            is_known = cluster < taken.known
            if is_known or not labels.canonical[doc]:
                kept = cluster if is_known else int(best[cluster])
                yield {"id": taken.ids[doc], "cluster_id": self._name(cluster), "canonical": taken.ids[kept]}

    def output_columns(self) -> OutputColumns:
        """What is known of the output before its records come."""
        known = self.taken.known
        clusters = [self._name(int(one)) for one in self.labels.cluster[known:]]
        return OutputColumns(
            names=self.fields or tuple(dict.fromkeys((*self.taken.fields, *self.names))),
            added=self.names,
            sources=self.sources,
            ids={self.columns.id: self.taken.ids[known:], "cluster_id": clusters},
        )

    def _chosen(self, fields: dict[str, Any]) -> dict[str, Any]:
        return fields if self.fields is None else {name: fields.get(name) for name in self.fields}

    def _name(self, cluster: int) -> Id:
        """What a cluster is called, given its first document."""
        return self.taken.clusters.get(cluster, self.taken.ids[cluster])


def _changed(source: CorpusSource) -> FormatError:
    return FormatError("{source} changed while it was read: give a file that nobody writes to", source=source)


class CountedRecords:
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
