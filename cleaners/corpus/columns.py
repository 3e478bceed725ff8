"""Parquet in and out (extra ``parquet``): the only room of corpora that imports pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import IO, Any

from cleaners.errors import FormatError, UsageError

ROWS = 5000


def _pyarrow() -> Any:
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("Parquet needs the extra: pip install 'jianbao[parquet]'") from None
    return pyarrow


def rows(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, called ``name``, as dicts; raises FormatError when it is none."""
    arrow = _pyarrow()
    try:
        with arrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS):
                yield from batch.to_pylist()
    except arrow.ArrowException as error:
        raise FormatError(f"{name} is no Parquet file that can be read ({error}): check where it came from") from error


def write(out: IO[bytes], records: Iterable[Mapping[str, Any]]) -> None:
    """Write records as Parquet; the columns are those of the first 5000 records."""
    arrow = _pyarrow()
    source = iter(records)
    group = list(islice(source, ROWS))
    table = arrow.Table.from_pylist(group)
    with arrow.parquet.ParquetWriter(out, table.schema, compression="zstd") as writer:
        while group:
            writer.write_table(arrow.Table.from_pylist(group, schema=table.schema))
            group = list(islice(source, ROWS))
