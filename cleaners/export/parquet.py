"""Parquet (extra ``parquet``): the same articles give the same bytes; written while the next articles are
read."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, Self

from cleaners.atomic import whole_file
from cleaners.errors import UsageError
from cleaners.export.arrow import batch_of, record_batch, removal_batch, schema
from cleaners.export.formats import ExportFormat, ExportWriter
from cleaners.parquet_library import pyarrow

if TYPE_CHECKING:
    import pyarrow as pa

    from cleaners.store import ExportBatch, ExportRemoval

_ROWS, _BYTES = 2500, 64 << 20  # of a row group, which is held in memory: whichever is reached first
_GATHERED = 4 << 20  # bytes
_AHEAD = 2  # row groups that wait for being written
_SETTINGS = {
    "version": "2.6", "data_page_version": "1.0", "compression": "zstd", "compression_level": 2,
    # Only where values come again: trying it on texts costs a fifth of the time for nothing.
    "use_dictionary": ["site", "section", "source", "language", "script"],
    "write_statistics": ["id", "site", "published", "quality", "cluster_id"],
    "store_schema": True,
}  # fmt: skip


class ParquetFile:
    """A Parquet file that is written to a stream; use it in a ``with`` block."""

    def __init__(self, out: IO[bytes], columns: pa.Schema) -> None:
        # Gathered, as each write to a stream of Python has to wait for the thread that reads.
        self._end = _ForwardOnlyFile(out)
        self._out = pyarrow().BufferedOutputStream(pyarrow().PythonFile(self._end, "w"), _GATHERED)
        self._writer = pyarrow().parquet.ParquetWriter(self._out, columns, **_SETTINGS)
        self._waiting: list[pa.RecordBatch] = []
        self._thread = ThreadPoolExecutor(1)
        self._writing: deque[Future[None]] = deque()

    def put(self, batch: pa.RecordBatch) -> None:
        """Add some rows."""
        self._waiting.append(batch)
        rows = sum(one.num_rows for one in self._waiting)
        if rows >= _ROWS or sum(one.nbytes for one in self._waiting) >= _BYTES:
            self._flush()

    def _flush(self) -> None:
        if self._waiting:
            table = pyarrow().Table.from_batches(self._waiting)
            self._waiting = []
            self._writing.append(self._thread.submit(self._writer.write_table, table, table.num_rows))
        while len(self._writing) > _AHEAD:
            self._writing.popleft().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        done = False
        try:
            if error is None:
                self._flush()
                for writing in self._writing:
                    writing.result()
                self._writer.close()
                self._out.flush()
                done = True
        finally:
            self._thread.shutdown(cancel_futures=True)
            if not done:
                self._writer.is_open = False  # what failed gets no footer
                self._end.deaf = True


def rows_of(writer: ExportWriter, batch: ExportBatch, columns: pa.Schema) -> pa.RecordBatch:
    """Some articles as rows: straight from the store's columns where nothing is added to them."""
    task = writer.task
    if not task.additions:
        return record_batch(batch, task.script, columns)
    return batch_of(writer.records(batch), task.additions, columns)


class ParquetWriter(ExportWriter):
    """Articles to one Parquet file; ``-`` is standard output."""

    def open(self, stack: ExitStack) -> None:
        """Begin the file. Raises UsageError for a name that asks for compression outside."""
        target = Path(self.task.target)
        if target.suffix in {".gz", ".zst"}:
            raise UsageError(
                "{target}: Parquet is compressed inside; name it {plain}",
                target=target,
                plain=target.with_suffix(""),
            )
        self._schema = schema(increment=self.task.increment, additions=self.task.additions)
        out = stack.enter_context(whole_file(self.task.target, ready=self.task.ready))
        self._file = stack.enter_context(ParquetFile(out, self._schema))

    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""
        self._file.put(rows_of(self, batch, self._schema))

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back."""
        self._file.put(removal_batch(removals, self._schema))


class _ForwardOnlyFile:
    """A stream that only goes forward (a pipe) and still tells where it is, as Parquet must know."""

    def __init__(self, out: IO[bytes]) -> None:
        self._out = out
        self._place = 0
        self.closed = False
        self.deaf = False
        """Whether it has failed: what Arrow still has to write when it is taken down goes nowhere."""

    def write(self, data: Any) -> int:
        if not self.deaf:
            self._out.write(data)
        self._place += len(data)
        return len(data)

    def tell(self) -> int:
        return self._place

    def flush(self) -> None:
        self._out.flush()

    def close(self) -> None:
        """The stream belongs to others."""


FORMAT = ExportFormat(
    name="parquet",
    meaning=(
        "the same names as columns, zstd inside (`pip install 'jianbao[parquet]'`); `repairs` and "
        "`noise_removed` are lists of `kind`, `count`"
    ),
    has_columns=True,
    writer=ParquetWriter,
    suffixes=(".parquet",),
)
"""The format, for :mod:`cleaners.export.formats`."""
