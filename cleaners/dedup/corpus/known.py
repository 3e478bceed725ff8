"""New documents against known ones: the clusters they fall into are those that all documents at once would give.

A cluster depends on the matches among all its members, also on those of known documents with each other. Only the
clusters that a new document touches are needed; so the known documents that were matched are asked for their own
matches, then those that these bring in, until nothing new is met.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from cleaners.dedup.corpus.engine import CorpusDeduplicator
from cleaners.dedup.corpus.intake import DateField, KnownDocument
from cleaners.dedup.corpus.reading import CorpusColumns, CorpusRecord, CorpusSource, fits, records
from cleaners.dedup.index.window import UNDATED, day_of
from cleaners.dedup.match import MatchFound


def known_documents(path: Path, columns: CorpusColumns, dating: DateField | None) -> Iterator[KnownDocument]:
    """The documents of an older corpus, with the names of their clusters where an earlier run wrote them.

    An older corpus without ``columns`` may have ``id`` and ``text``, as what `Deduplicator.save` writes. Raises what
    :func:`~cleaners.dedup.corpus.reading.records` does.
    """
    source = CorpusSource(path=path, name=str(path))
    usual = CorpusColumns()
    if not fits(source, columns) and fits(source, usual):
        columns = usual
    for record in records(source, columns):
        if isinstance(record, CorpusRecord):
            yield KnownDocument(
                id=record.id,
                text=record.text,
                title=record.title,
                cluster=record.fields.get("cluster_id"),
                day=day_of(record.fields.get(dating.field)) if dating else UNDATED,
            )


def touched_matches(corpus: CorpusDeduplicator, found: Iterable[MatchFound], known: int) -> Iterator[MatchFound]:
    """The matches among known documents (those before ``known``) on which the clusters of ``found`` depend; each once.

    ``found``: all matches of the new documents. What more documents share than ``IndexLimits.documents`` proposes the
    earliest of them only, so a known document that meets the cluster through such text alone may stay unmet.
    """
    asked = {doc for one in found for doc in (one.doc, one.other) if doc < known}
    told = set[tuple[int, int]]()
    frontier = sorted(asked)
    while frontier:
        met = set[int]()
        for matches in corpus.known_matches(frontier, known):
            for one in matches:
                if (one.other, one.doc) in told:
                    continue
                told.add((one.other, one.doc))
                met |= {one.doc, one.other}
                yield one
        frontier = sorted(met - asked)
        asked |= met
