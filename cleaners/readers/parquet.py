"""Parquet with a column of pages (extra ``parquet``)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cleaners.errors import UnusableInput, UsageError, is_fault_of_machine
from cleaners.items import Drop, Page
from cleaners.parquet_library import pyarrow
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import seekable
from cleaners.readers.table_columns import named_cells, page_of

_ROWS = 64  # at once in memory
_BATCH_BYTES = 32 * 1024 * 1024
_VALUE_BYTES, _ROW_BYTES = 64, 1024  # what a value of a list, or a row, counts at least


def _is_parquet(file: InputFile) -> bool:
    return file.head.startswith(b"PAR1")


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page a row; ``#`` and the row's number (from 1) are added to the origin.

    A page of more bytes than the limit is a Drop. A file's description stands at its end: a stream that cannot seek is
    copied to a temporary file first. Damage costs the rest of its row group. Raises ``UnusableInput("read", ...)``
    where the description is damaged, and where the file unpacks to too much; what came before is good.
    """
    limit = file.limits.page_bytes
    arrow = _pyarrow()
    try:
        with seekable(file.whole()) as stream, arrow.parquet.ParquetFile(stream, memory_map=False) as table:
            before = 0  # rows of the groups before
            for group in range(table.metadata.num_row_groups):
                number = before
                try:
                    for number, row in enumerate(_rows_of(table, group, file), before + 1):
                        page = page_of(row, f"{file.origin}#{number}", file.table)
                        file.unpack(_ROW_BYTES + (0 if isinstance(page, Drop) else len(page.body)))
                        yield page if isinstance(page, Drop) or len(page.body) <= limit else _too_large(page, limit)
                except (arrow.ArrowException, OSError) as why:
                    if is_fault_of_machine(why):
                        raise
                    before += table.metadata.row_group(group).num_rows
                    yield _lost(file, number + 1, before, str(why).splitlines()[0])
                else:
                    before = number
    except arrow.ArrowException as why:
        raise UnusableInput("read", "damaged or cut short", str(why).splitlines()[0]) from why


def _lost(file: InputFile, first: int, last: int, why: str) -> Drop:
    detail = f"rows {first} to {last}: {why}"
    return Drop(origin=file.origin, stage="read", reason="damaged or cut short", detail=detail)


def _rows_of(table: Any, number: int, file: InputFile) -> Iterator[dict[object, object]]:
    """The rows of a row group. What it unpacks to is counted before it is read.

    A value of a dictionary stands once in the file and may be that of every row, which no size in the file tells: so
    many rows are read at once that they stay in bounds if each has the whole of the dictionary.
    """
    group = table.metadata.row_group(number)
    chunks = [group.column(n) for n in range(group.num_columns)]
    file.unpack(sum(max(0, chunk.total_uncompressed_size) for chunk in chunks))
    file.unpack(sum(_VALUE_BYTES * max(0, chunk.num_values - group.num_rows) for chunk in chunks))
    largest = max((chunk.total_uncompressed_size for chunk in chunks if chunk.has_dictionary_page), default=0)
    count = max(1, min(_ROWS, _BATCH_BYTES // max(1, largest)))
    for batch in table.iter_batches(count, row_groups=[number], use_threads=False):
        yield from _rows(batch)


def _rows(batch: Any) -> Iterator[dict[object, object]]:
    if not batch.num_columns:
        yield from ({} for _ in range(batch.num_rows))
    for cells in zip(*map(_cells, batch.columns), strict=True):
        yield named_cells(batch.schema.names, cells)


def _cells(column: Any) -> list[object]:
    arrow = pyarrow()
    if arrow.types.is_timestamp(column.type) and column.type.unit == "ns":  # as pandas writes; Python has no such
        column = column.cast(arrow.timestamp("us", column.type.tz), safe=False)
    try:
        return list(column.to_pylist())
    except (ValueError, OverflowError, KeyError):
        return [_cell(one) for one in column]


def _cell(one: Any) -> object:
    """A value; bytes for a text that is no UTF-8, None for what Python cannot hold, as a moment of the year 100,000."""
    try:
        return one.as_py()
    except UnicodeDecodeError:
        return one.as_buffer().to_pybytes() if hasattr(one, "as_buffer") else None
    except (ValueError, OverflowError, KeyError):
        return None


def _too_large(page: Page, limit: int) -> Drop:
    return Drop(
        origin=page.origin, url=page.url, stage="read", reason="page too large", detail=f"more than {limit} bytes"
    )


def _pyarrow() -> Any:
    try:
        return pyarrow()
    except UsageError:
        raise UnusableInput("read", "not a page", "Parquet: it is read with pip install 'jianbao[parquet]'") from None


READER = FileReader(name="parquet", suffixes=(".parquet",), accepts=_is_parquet, read=_read)
