"""Corpora that others made: JSONL (plain, .gz, .zst) or Parquet, with an id and a text in each record."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from cleaners.atomic import told
from cleaners.compression import compression_named, is_broken
from cleaners.errors import FormatError, UsageError

Id = int | str
Problem = Callable[[str], None]
"""Is told of each record that cannot be used: one line."""
# What standard input is told by.
_MAGIC = ((b"\x1f\x8b", ".jsonl.gz"), (b"\x28\xb5\x2f\xfd", ".jsonl.zst"), (b"PAR1", ".parquet"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CorpusSource:
    """A corpus to read, as often as is needed."""

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
    fields: dict[str, Any]
    """The record as it stands, all its fields."""


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
    head = stream.read(4)
    copy = folder / f"input{next((suffix for magic, suffix in _MAGIC if head.startswith(magic)), '.jsonl')}"
    with told(folder), copy.open("wb") as file:
        file.write(head)
        shutil.copyfileobj(stream, file, 1 << 20)
    return copy


@contextmanager
def _lines(path: Path) -> Iterator[IO[bytes]]:
    compression = compression_named(path.suffix)
    with path.open("rb") as file:
        if compression is None:
            yield file
        else:
            with compression.reader(file) as lines:
                yield lines


def _jsonl(source: CorpusSource, problem: Problem) -> Iterator[dict[str, Any]]:
    with _lines(source.path) as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    fields = json.loads(line)
                except (ValueError, RecursionError):  # the second: brackets in brackets without end
                    problem(f"{source}, line {number}: no JSON")
                    continue
                if isinstance(fields, dict):
                    yield fields
                else:
                    problem(f"{source}, line {number}: no JSON object")
        except Exception as error:
            if not isinstance(error, ValueError) and not is_broken(error):
                raise
            raise _damaged(source, number, error) from error


def _damaged(source: CorpusSource, line: int, error: Exception) -> FormatError:
    return FormatError(f"{source} is damaged after line {line} ({error}): fetch or compress it again")


def _parquet(source: CorpusSource) -> Iterator[dict[str, Any]]:
    from cleaners.dedup.corpus.parquet import rows

    yield from rows(source.path, str(source))


def is_parquet(path: Path) -> bool:
    """Whether a path is read and written as Parquet."""
    return path.suffix == ".parquet"


def records(source: CorpusSource, problem: Problem = lambda line: None) -> Iterator[CorpusRecord]:
    """The usable records of a corpus, in order; ``problem`` is told of the others.

    Raises UsageError for a path that is not there, FormatError for a file that is damaged or no corpus.
    """
    if not source.path.is_file():
        raise UsageError(f"{source} is not there: name a JSONL or Parquet file with id and text in each record")
    for number, fields in enumerate(_parquet(source) if is_parquet(source.path) else _jsonl(source, problem), 1):
        if found := usable(fields):
            yield CorpusRecord(id=found[0], text=found[1], fields=fields)
        else:
            problem(f"{source}, record {number}: needs an id (a number or a string) and a text (a string)")


def usable(fields: Mapping[str, Any]) -> tuple[Id, str] | None:
    """Id and text of a record, None when it lacks one."""
    name, text = fields.get("id"), fields.get("text")
    if not isinstance(name, int | str) or isinstance(name, bool) or not isinstance(text, str):
        return None
    return name, text
