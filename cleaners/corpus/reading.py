"""Corpora that others made: JSONL (plain, .gz, .zst) or Parquet, with an id and a text in each record."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from cleaners.errors import FormatError, UsageError

Id = int | str
Problem = Callable[[str], None]
"""Is told of each record that cannot be used: one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One record of a corpus."""

    id: Id
    text: str
    fields: dict[str, Any]
    """The record as it stands, all its fields."""


@contextmanager
def _lines(path: Path) -> Iterator[IO[bytes]]:
    if path.suffix == ".gz":
        with gzip.open(path) as lines:
            yield cast(IO[bytes], lines)
    elif path.suffix == ".zst":
        import io

        import zstandard

        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file, read_across_frames=True) as raw:
            yield cast(IO[bytes], io.BufferedReader(raw))
    else:
        with path.open("rb") as lines:
            yield lines


def _jsonl(path: Path, problem: Problem) -> Iterator[dict[str, Any]]:
    with _lines(path) as lines:
        number = 0
        try:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    fields = json.loads(line)
                except (ValueError, RecursionError):  # the second: brackets in brackets without end
                    problem(f"{path}, line {number}: no JSON")
                    continue
                if isinstance(fields, dict):
                    yield fields
                else:
                    problem(f"{path}, line {number}: no JSON object")
        except (EOFError, OSError, ValueError) as error:
            raise FormatError(f"{path} is damaged after line {number} ({error}): fetch or compress it again") from error
        except Exception as error:
            if type(error).__module__.split(".")[0] != "zstandard":
                raise
            raise FormatError(f"{path} is damaged after line {number} ({error}): fetch or compress it again") from error


def _parquet(path: Path) -> Iterator[dict[str, Any]]:
    from cleaners.corpus.columns import rows

    yield from rows(path)


def is_parquet(path: Path) -> bool:
    """Whether a path is read and written as Parquet."""
    return path.suffix == ".parquet"


def records(path: Path, problem: Problem = lambda line: None) -> Iterator[Record]:
    """The usable records of a corpus, in order; ``problem`` is told of the others.

    Raises UsageError for a path that is not there, FormatError for a file that is damaged or no corpus.
    """
    if not path.is_file():
        raise UsageError(f"{path} is not there: name a JSONL or Parquet file with id and text in each record")
    for number, fields in enumerate(_parquet(path) if is_parquet(path) else _jsonl(path, problem), 1):
        if found := usable(fields):
            yield Record(id=found[0], text=found[1], fields=fields)
        else:
            problem(f"{path}, record {number}: needs an id (a number or a string) and a text (a string)")


def usable(fields: Mapping[str, Any]) -> tuple[Id, str] | None:
    """Id and text of a record, None when it lacks one."""
    name, text = fields.get("id"), fields.get("text")
    if not isinstance(name, int | str) or isinstance(name, bool) or not isinstance(text, str):
        return None
    return name, text
