"""The documents of a corpus taken in: known ones first, then those to match, each with its id and day."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cleaners.dedup.corpus.engine import CorpusDeduplicator
from cleaners.dedup.corpus.reading import CorpusColumns, CorpusRecord, CorpusSource, Id, Problem, records
from cleaners.dedup.index.window import UNDATED, DateWindow, day_of
from cleaners.errors import InputError
from cleaners.sentences import Sentence, sentence

Progress = Callable[[str, int, int | None], None]
"""Is told how far a step is: its name, documents done, documents in all (None while unknown)."""
BATCH, CHARACTERS = 1000, 4_000_000
"""Texts are read in batches of so many documents, or characters if that is less."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DateField:
    """Only documents near in time are compared."""

    window: DateWindow
    field: str = "published"
    """Where a record has its date: an ISO date or time, or Parquet's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDocument:
    """A document of an older corpus, or of a store, against which new ones are matched."""

    id: Id
    text: str
    title: str | None = None
    """The headline, where it is not the first line of the text."""
    cluster: Id | None = None
    """What its cluster is called since an earlier run; None: as the first document of the cluster."""
    day: int = UNDATED
    """See :mod:`cleaners.dedup.index.window`."""


class TextFile:
    """The texts of documents by number, in a file of ``folder``: those that match something are looked at again."""

    def __init__(self, folder: Path, name: str = "texts") -> None:
        self._file = (folder / name).open("w+b")
        self._ends = array("q", [0])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def add(self, texts: Sequence[str]) -> None:
        """The texts of the next documents; not after the first was read."""
        for text in texts:
            self._ends.append(self._ends[-1] + self._file.write(text.encode("utf-8", "surrogatepass")))

    def __getitem__(self, doc: int) -> str:
        self._file.seek(self._ends[doc])
        return self._file.read(self._ends[doc + 1] - self._ends[doc]).decode("utf-8", "surrogatepass")


@dataclass(slots=True, kw_only=True)
class CorpusIntake:
    """What is remembered of the documents taken in, by number."""

    ids: list[Id] = field(default_factory=list)
    known: int = 0
    """The first so many documents are known ones."""
    clusters: dict[int, Id] = field(default_factory=dict)
    """What the cluster of a known document is called, where that is not its id."""
    undated: int = 0
    lines: int = 0
    """Lines that are no records."""
    fields: dict[str, None] = field(default_factory=dict)
    """The names of all fields, in the order they were met."""


class CorpusReader:
    """Takes documents in, in batches of bounded size."""

    def __init__(self, corpus: CorpusDeduplicator, texts: TextFile, titles: TextFile, progress: Progress) -> None:
        self.taken = CorpusIntake()
        self._corpus, self._keep, self._keep_titles, self._progress = corpus, texts, titles, progress
        self._seen: dict[Id, int] = {}
        self._digests = array("q")
        self._sources: list[tuple[int, Sentence | str]] = []
        self._texts: list[str] = []
        self._titles: list[str] = []
        self._days: list[int] = []
        self._size = 0

    def add_known(self, documents: Iterable[KnownDocument]) -> None:
        """The documents of an older corpus; before all others. Raises InputError for two texts of one id."""
        self._begin(None)
        for one in documents:
            if one.cluster is not None and one.cluster != one.id:
                self.taken.clusters[len(self.taken.ids)] = one.cluster
            self._add(one.id, one.text, one.title, one.day)
        self._flush()
        self.taken.known = len(self.taken.ids)

    def add_source(self, source: CorpusSource, columns: CorpusColumns, dating: DateField | None, skip: Problem) -> None:
        """The records of a file. Raises InputError for two texts of one id."""
        self._begin(source)
        for record in records(source, columns, skip):
            if record.fields is not None:
                self.taken.fields |= dict.fromkeys(record.fields)
            if not isinstance(record, CorpusRecord):
                self.taken.lines += record.fields is None
                continue
            day = day_of(record.fields.get(dating.field)) if dating else UNDATED
            self.taken.undated += dating is not None and day == UNDATED
            self._add(record.id, record.text, record.title, day)
        self._flush()

    def _begin(self, source: CorpusSource | None) -> None:
        self._sources.append((len(self.taken.ids), sentence("the older corpus") if source is None else str(source)))

    def _add(self, name: Id, text: str, title: str | None, day: int) -> None:
        digest = hash(text)
        first = self._seen.setdefault(name, len(self.taken.ids))
        self._digests.append(digest)
        if self._digests[first] != digest:  # saved twice, a page has one id: that is a copy
            raise self._clash(name, first)
        self.taken.ids.append(name)
        self._texts.append(text)
        self._titles.append(title or "")
        self._days.append(day)
        self._size += len(text)
        if len(self._texts) == BATCH or self._size >= CHARACTERS:
            self._flush()

    def _clash(self, name: Id, first: int) -> InputError:
        source = self._sources[-1][1]
        other = next(called for start, called in reversed(self._sources) if start <= first)
        if other == source:
            return InputError(
                "{source}: the id {name!r} occurs twice, with other texts: give each record an id of its "
                "own, or name the field that has one with --id-field",
                source=source,
                name=name,
            )
        return InputError(
            "the id {name!r} stands in {source} and in {other}, with other texts: put the name of each file before its "
            "ids, or name a field with --id-field that tells records of both apart",
            name=name,
            source=source,
            other=other,
        )

    def _flush(self) -> None:
        self._corpus.add(self._texts, self._days)
        self._keep.add(self._texts)
        self._keep_titles.add(self._titles)
        self._texts, self._titles, self._days, self._size = [], [], [], 0
        self._progress("reading", len(self.taken.ids), None)
