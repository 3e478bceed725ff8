"""Parquet in and out (extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, Any

from cleaners.errors import FormatError, InputError
from cleaners.parquet_library import pyarrow

ROWS = 5000
_MOST = (1 << 63) - 1  # of 64 bits with a sign


def rows(path: Path, name: str) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, called ``name``, as dicts; raises FormatError when it is none."""
    arrow = pyarrow()
    try:
        with arrow.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(ROWS):
                yield from _held(batch, name)
    except arrow.ArrowException as error:
        raise FormatError(
            "{name} is no Parquet file that can be read ({error}): check where it came from", name=name, error=error
        ) from error


def _held(batch: Any, name: str) -> list[dict[str, Any]]:
    try:
        return list(batch.to_pylist())
    except (ValueError, OverflowError, KeyError) as error:  # such as nanoseconds, no UTF-8
        raise FormatError(
"{name} has a value that cannot be read ({error}): convert that column, to microseconds "
"or to a string",
name=name, error=str(error).partition('. ')[0]) from error  # fmt: skip


def types(paths: Sequence[Path]) -> dict[str, Any]:
    """The columns of Parquet files together and their types; raises InputError where these disagree."""
    arrow = pyarrow()
    try:
        whole = arrow.unify_schemas([arrow.parquet.read_schema(path) for path in paths], promote_options="permissive")
        return {field.name: field.type for field in whole}
    except arrow.ArrowException as error:
        raise InputError(
            "the columns of the inputs have other types ({error}): convert one of them", error=error
        ) from error


def write(
    out: IO[bytes], records: Iterable[Mapping[str, Any]], known: Mapping[str, Any], ids: Mapping[str, Sequence[Any]]
) -> None:
    """Write records as Parquet; the columns, and their types, are those of ``known`` (name -> ``pyarrow.DataType``) and
    the first 5000 records. ``ids``: all values of the columns that hold ids, which may grow beyond the first ones.

    Raises InputError for a record that has a value of another type.
    """
    arrow = pyarrow()
    source = iter(records)
    group = list(islice(source, ROWS))
    types = dict(known)
    for name in dict.fromkeys(name for record in group for name in record):
        if name not in types:
            types[name] = _type(ids[name] if name in ids else [record.get(name) for record in group])
    whole = arrow.schema(list(types.items()))
    with arrow.parquet.ParquetWriter(out, whole, compression="zstd") as writer:
        while group:
            writer.write_table(_table(group, whole))
            group = list(islice(source, ROWS))


def _type(values: Sequence[Any]) -> Any:
    arrow = pyarrow()
    try:
        found = arrow.infer_type(values)
        unsigned = found == arrow.int64() and any(isinstance(one, int) and one > _MOST for one in values)
        return arrow.uint64() if unsigned else found
    except (arrow.ArrowException, ValueError, TypeError) as error:
        raise _unfit(error) from error


def _table(group: list[Mapping[str, Any]], schema: Any) -> Any:
    arrow = pyarrow()
    try:
        return arrow.Table.from_pylist(group, schema=schema)
    except (arrow.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise _unfit(error) from error


def _unfit(error: Exception) -> InputError:
    return InputError(
        "the records do not fit into columns, which have one type each ({error}): name an output that ends in .jsonl",
        error=error,
    )
