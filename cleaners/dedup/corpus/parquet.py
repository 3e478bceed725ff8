"""Parquet in and out (extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from cleaners.errors import FormatError, InputError
from cleaners.parquet_library import pyarrow

ROWS = 5000


def rows(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, called ``name``, as dicts; raises FormatError when it is none."""
    arrow = pyarrow()
    try:
        with arrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS):
                yield from _held(batch, name)
    except arrow.ArrowException as error:
        raise FormatError(f"{name} is no Parquet file that can be read ({error}): check where it came from") from error


def _held(batch: Any, name: str) -> list[dict[str, Any]]:
    try:
        return list(batch.to_pylist())
    except (ValueError, OverflowError, KeyError) as error:  # such as nanoseconds, no UTF-8
        raise FormatError(f"{name} has a value that cannot be read ({str(error).partition('. ')[0]}): convert that "
                          "column, to microseconds or to a string") from error  # fmt: skip


def write(out: IO[bytes], records: Iterable[Mapping[str, Any]]) -> None:
    """Write records as Parquet; the columns, and their types, are those of the first 5000 records.

    Raises InputError for a record that has a value of another type.
    """
    arrow = pyarrow()
    source = iter(records)
    group = list(islice(source, ROWS))
    schema = _table(group).schema
    with arrow.parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        while group:
            writer.write_table(_table(group, schema))
            group = list(islice(source, ROWS))


def _table(group: list[Mapping[str, Any]], schema: Any = None) -> Any:
    arrow = pyarrow()
    try:
        return arrow.Table.from_pylist(group, schema=schema)
    except (arrow.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise InputError(f"the records do not fit into columns, which have one type each ({error}): name an output "
                         "that ends in .jsonl") from error  # fmt: skip
