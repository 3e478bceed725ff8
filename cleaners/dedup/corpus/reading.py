"""Corpora that others made: JSONL (plain, .gz, .zst), CSV or Parquet, with an id and a text in each record."""

from __future__ import annotations

import json
import shutil
import sys
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from cleaners.atomic import told
from cleaners.compression import compression_named, is_broken
from cleaners.errors import FormatError, InputError, UsageError

Id = int | float | str | bytes
"""What tells a record from the others: any number or string that its column holds."""
Problem = Callable[[str], None]
"""Is told of each record that cannot be used: one line."""
TRIED = 100
"""Where so many records lack a column, the corpus has none of that name."""
# What standard input is told by.
_MAGIC = ((b"\x1f\x8b", ".jsonl.gz"), (b"\x28\xb5\x2f\xfd", ".jsonl.zst"), (b"PAR1", ".parquet"))
_TABLES = (".csv", ".tsv")
_SEPARATORS = (b",", b"\t", b";", b"|")
_HEAD = 1 << 12


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusColumns:
    """Which fields of a record are which."""

    id: str = "id"
    text: str = "text"
    title: str | None = None
    """Where it has its headline; None: in ``title``, where there is such a field."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSource:
    """A file of a corpus to read, as often as is needed."""

    path: Path
    name: str
    """What it is called in messages."""

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusRecord:
    """One record of a corpus."""

    id: Id
    text: str
    title: str | None
    """The headline, where it has a field of its own."""
    fields: dict[str, Any]
    """The record as it stands, all its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusableRecord:
    """What is no record with an id and a text: it is passed through as it stands."""

    fields: dict[str, Any] | None
    """Its fields; None for a line that is no JSON object."""
    line: bytes = b""
    """The line, without its end, where it has no fields."""


@contextmanager
def sourced(given: Path | str) -> Iterator[CorpusSource]:
    """A file as it is; ``-`` (standard input) or a pipe as a temporary copy, its format told by its first bytes.

    Raises UnwritableError when there is no room for the copy.
    """
    path = Path(given)
    if str(given) == "-":
        with TemporaryDirectory(prefix="jianbao-") as folder:
            yield CorpusSource(path=_copied(sys.stdin.buffer, Path(folder)), name="standard input")
    elif path.is_fifo():
        with TemporaryDirectory(prefix="jianbao-") as folder, path.open("rb") as stream:
            yield CorpusSource(path=_copied(stream, Path(folder)), name=str(given))
    else:
        yield CorpusSource(path=path, name=str(given))


def _copied(stream: IO[bytes], folder: Path) -> Path:
    head = stream.read(_HEAD)
    copy = folder / f"input{_told_suffix(head)}"
    with told(folder), copy.open("wb") as file:
        file.write(head)
        shutil.copyfileobj(stream, file, 1 << 20)
    return copy


def _told_suffix(head: bytes) -> str:
    """What a file whose first bytes these are would be called: text whose first line is no object, but has separators,
    is CSV."""
    if told_by := next((suffix for magic, suffix in _MAGIC if head.startswith(magic)), None):
        return told_by
    first, _, rest = head.removeprefix(BOM_UTF8).lstrip().partition(b"\n")
    is_json = first.startswith((b"{", b"[")) or rest.lstrip().startswith(b"{")
    return ".csv" if not is_json and any(mark in first for mark in _SEPARATORS) else ".jsonl"


@contextmanager
def opened(path: Path) -> Iterator[IO[bytes]]:
    """The bytes of a file, unpacked as its name says."""
    compression = compression_named(path.suffix)
    with path.open("rb") as file:
        if compression is None:
            yield file
        else:
            with compression.reader(file) as lines:
                yield lines


def _jsonl(source: CorpusSource, problem: Problem) -> Iterator[dict[str, Any] | bytes]:
    with opened(source.path) as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    fields = json.loads(line)
                except UnicodeDecodeError:
                    problem(f"{source}, line {number}: no UTF-8")
                    yield line.rstrip(b"\r\n")
                except (ValueError, RecursionError):  # the second: brackets in brackets without end
                    problem(f"{source}, line {number}: no JSON")
                    yield line.rstrip(b"\r\n")
                else:
                    if isinstance(fields, dict):
                        yield fields
                    else:
                        problem(f"{source}, line {number}: no JSON object")
                        yield line.rstrip(b"\r\n")
        except Exception as error:
            if not isinstance(error, ValueError) and not is_broken(error):
                raise
            raise _damaged(source, number, error) from error


def _damaged(source: CorpusSource, line: int, error: Exception) -> FormatError:
    return FormatError(
        "{source} is damaged after line {line} ({error}): fetch or compress it again",
        source=source,
        line=line,
        error=error,
    )


def _rows(source: CorpusSource, problem: Problem) -> Iterator[dict[str, Any] | bytes]:
    """The records of a file by its name; what is no record is a line of bytes, and ``problem`` is told."""
    if is_parquet(source.path):
        from cleaners.dedup.corpus.parquet import rows

        yield from rows(source.path, str(source))
    elif is_table(source.path):
        from cleaners.dedup.corpus.csv import rows as csv_rows

        yield from csv_rows(source.path, str(source))
    else:
        yield from _jsonl(source, problem)


def is_parquet(path: Path) -> bool:
    """Whether a path is read and written as Parquet."""
    return path.suffix == ".parquet"


def is_table(path: Path) -> bool:
    """Whether a path is read and written as CSV (``.csv``, ``.tsv``; compressed too)."""
    return (path.with_suffix("") if compression_named(path.suffix) else path).suffix in _TABLES


def records(
    source: CorpusSource, columns: CorpusColumns = CorpusColumns(), problem: Problem = lambda line: None
) -> Iterator[CorpusRecord | UnusableRecord]:
    """The records of a corpus, in order; ``problem`` is told of those that are unusable.

    Raises UsageError for a path that is not there, FormatError for a file that is damaged or no corpus, InputError
    where no record has the columns.
    """
    if not source.path.is_file():
        raise UsageError(
            "{source} is not there: name a JSONL, CSV or Parquet file with an id and a text in each record",
            source=source,
        )
    there, fit = dict[str, None](), False
    number = 0
    for number, row in enumerate(_rows(source, problem), 1):
        if isinstance(row, bytes):
            yield UnusableRecord(fields=None, line=row)
            continue
        if found := usable(row, columns):
            fit = True
            yield found
            continue
        problem(
            f"{source}, record {number}: needs an id (a number or a string) in {columns.id!r} "
            f"and a text (a string) in {columns.text!r}"
        )
        if not fit:
            there |= dict.fromkeys(row)
            if number == TRIED:
                _need_columns(source, columns, there)
        yield UnusableRecord(fields=row)
    if number and not fit:
        _need_columns(source, columns, there)


def fits(source: CorpusSource, columns: CorpusColumns) -> bool:
    """Whether one of the first records of a corpus has these columns. Raises UsageError, FormatError."""
    try:
        found = islice(records(source, columns), TRIED)
        return any(isinstance(record, CorpusRecord) for record in found)
    except InputError:
        return False


def _need_columns(source: CorpusSource, columns: CorpusColumns, there: Mapping[str, None]) -> None:
    """Raises InputError where one of the columns is not there."""
    if lacking := [(name, option) for name, option in ((columns.id, "--id-field"), (columns.text, "--text-field"))
                   if name not in there]:  # fmt: skip
        raise InputError(
            "{source}: no record has {names}; its columns are {columns}: name yours with {options}",
            source=source,
            names=listed_names([name for name, _ in lacking]),
            columns=", ".join(list(there)[:20]) or "-",
            options=", ".join(option for _, option in lacking),
        )


def listed_names(names: Sequence[str]) -> str:
    """Names of columns, as messages have them in any language."""
    return ", ".join(repr(name) for name in names)


def usable(fields: dict[str, Any], columns: CorpusColumns = CorpusColumns()) -> CorpusRecord | None:
    """A record with its id and text, None when it lacks one."""
    name, text = fields.get(columns.id), fields.get(columns.text)
    if not isinstance(name, Id) or isinstance(name, bool) or name == "" or not isinstance(text, str):
        return None
    title = fields.get(columns.title or "title")
    return CorpusRecord(id=name, text=text, title=title if isinstance(title, str) else None, fields=fields)
