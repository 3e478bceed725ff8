"""Folders of parts whose names say what they are: Parquet, or JSON Lines as they are or packed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cleaners.compression import compression_named, zstd_library
from cleaners.dedup.corpus.reading import is_table
from cleaners.errors import UsageError

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame

JSON_LINES = (".jsonl", ".json", ".ndjson")
"""How names of JSON Lines end, before what packs them."""
_PACKED = ("", ".gz", ".zst")
_FRAME_BETWEEN = "P*M\x18\0\0\0\0"
"""A skippable frame of zstd without content (RFC 8878, 3.1.2): what unpacks frames goes over it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartFormat:
    """What the files in a folder are."""

    suffix: str
    """How their names end: ``.parquet``, ``.jsonl``, ``.jsonl.gz``, ``.jsonl.zst``."""

    @property
    def is_lines(self) -> bool:
        """Whether it is JSON Lines; else it is Parquet."""
        return self.suffix != ".parquet"


def format_of(output: str) -> PartFormat:
    """What the name of a folder asks for: Parquet unless it ends as JSON Lines do.

    Raises UsageError for the name of something that Spark does not write here.
    """
    name = PurePosixPath(output.lower())
    if packing := _packing(name):
        return PartFormat(suffix=packing)
    if is_table(Path(name.name)) or compression_named(name.suffix):
        raise UsageError(
            "{output}: --engine spark writes Parquet, or JSON Lines to names in .jsonl, .jsonl.gz, "
            ".jsonl.zst: choose one of those",
            output=output,
        )
    return PartFormat(suffix=".parquet")


def format_of_pairs(output: str) -> PartFormat:
    """What the name of a folder of pairs asks for: JSON Lines, packed or not; raises UsageError for other formats."""
    name = PurePosixPath(output.lower())
    if name.suffix == ".parquet" or is_table(Path(name.name)):
        raise UsageError("{output}: pairs are written as JSONL: give it such a name", output=output)
    return PartFormat(suffix=_packing(name) or ".jsonl")


def _packing(name: PurePosixPath) -> str | None:
    """The end of the parts' names where the folder's name ends as JSON Lines do."""
    for packed in _PACKED:
        if name.name.endswith(tuple(f"{lines}{packed}" for lines in JSON_LINES)):
            return f".jsonl{packed}"
    return None


def write_lines(lines: DataFrame, folder: str, form: PartFormat) -> int:
    """Write the column ``value``, a line without its end in each row, to a folder; returns how many lines.

    The parts get the names of their format when the folder does (:meth:`cleaners.spark.storage.SparkStorage.put`).
    """
    from pyspark.sql import Observation
    from pyspark.sql import functions as f

    written = Observation()
    counted = lines.observe(written, f.count(f.lit(1)).alias("lines"))
    if form.suffix.endswith(".zst"):
        # Hadoop packs as zstd only where it was built with its native library: here a row is a packed batch of lines.
        frames = counted.select(f.col("value").cast("binary")).mapInArrow(_frames, "value binary")
        frames.select(f.col("value").cast("string")).write.text(folder, lineSep=_FRAME_BETWEEN)
    else:
        counted.write.text(folder, compression="gzip" if form.suffix.endswith(".gz") else "none")
    return int(written.get["lines"])


def _frames(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Each batch of lines as one frame of zstd; without any there is an empty one, as an empty file is no zstd."""
    import pyarrow as pa

    zstd, found = zstd_library(), False
    for batch in batches:
        packed = zstd.compress(b"".join(line + b"\n" for line in batch.column("value").to_pylist()))
        yield pa.record_batch({"value": pa.array([packed], pa.binary())})
        found = True
    if not found:
        yield pa.record_batch({"value": pa.array([zstd.compress(b"")], pa.binary())})
