"""A matched corpus written: its records with their clusters, in the format of the output's name; and its pairs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from cleaners.atomic import whole_file
from cleaners.dedup.corpus.reading import CorpusSource, Id, is_parquet, is_table


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputColumns:
    """What is known of the columns of an output before its records come."""

    names: tuple[str, ...]
    """Of all columns, in order: a CSV needs them."""
    added: tuple[str, ...]
    """Those among them that say to which cluster a record belongs."""
    sources: tuple[CorpusSource, ...]
    """Where the records come from: Parquet keeps its types."""
    ids: Mapping[str, Sequence[Id]]
    """All values of the columns that hold ids."""


def write_records(output: Path | str, records: Iterable[Mapping[str, Any] | bytes], columns: OutputColumns) -> None:
    """Write records by the output's name: JSONL, CSV or Parquet, compressed by suffix; ``-`` is JSONL.

    Bytes are a line that was no record: JSONL takes it as it stands, the others have no place for it.
    """
    path = Path(output)
    with whole_file(output) as out:
        if str(output) != "-" and is_parquet(path):
            from cleaners.dedup.corpus import parquet

            same = columns.sources and all(is_parquet(source.path) for source in columns.sources)
            known = parquet.types([source.path for source in columns.sources]) if same else {}
            # What a record had of the added ones from an earlier run says nothing of the type now.
            kept = {name: known[name] for name in columns.names if name in known and name not in columns.added}
            parquet.write(out, _fields(records), kept, columns.ids)
        elif str(output) != "-" and is_table(path):
            from cleaners.dedup.corpus import csv

            csv.write(out, _fields(records), columns.names, delimiter="\t" if ".tsv" in path.suffixes else ",")
        else:
            _write_lines(out, records)


def holds_lines(output: Path | str) -> bool:
    """Whether an output takes lines that are no records: a file of lines does; standard output has a reader that may
    not."""
    return str(output) != "-" and not is_parquet(Path(output)) and not is_table(Path(output))


def _fields(records: Iterable[Mapping[str, Any] | bytes]) -> Iterator[Mapping[str, Any]]:
    return (record for record in records if not isinstance(record, bytes))


def _write_lines(out: IO[bytes], records: Iterable[Mapping[str, Any] | bytes]) -> None:
    for record in records:
        out.write((record if isinstance(record, bytes) else json_line(record)) + b"\n")


def json_line(record: Mapping[str, Any]) -> bytes:
    """A record as JSON, without an end; lone surrogates are written as escapes."""
    return json.dumps(record, ensure_ascii=False, default=_plain).encode("utf-8", "backslashreplace")


def _plain(value: object) -> str:
    """What JSON has no word for, as a date of Parquet."""
    return value.hex() if isinstance(value, bytes) else str(value)
