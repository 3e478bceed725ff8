"""Saved pages on Spark: each file is a task's, read as on one machine and cleaned in a process of its own."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import chain, groupby
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit, urlunsplit

from cleaners import readers
from cleaners.context import CleaningContext
from cleaners.errors import InputError
from cleaners.export import drop_record, record
from cleaners.export.arrow import schema
from cleaners.export.jsonl import json_line
from cleaners.fields import FIELDS
from cleaners.fields.kinds import Json, MappingOf, Moment
from cleaners.items import Article, Clipping, Drop
from cleaners.parallel import WorkerPool
from cleaners.parts import joined
from cleaners.readers import ColumnChoice
from cleaners.spark.part_files import format_of, write_lines
from cleaners.spark.storage import SparkStorage
from cleaners.spark.writing import as_json

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import DataFrame, SparkSession

_LARGE = 256 * 1024**2
"""Larger files are streamed; Spark hands the others over whole, from any file system it knows."""
_ROWS = 200
_DROP = ("origin", "url", "stage", "reason", "detail")


@dataclass(frozen=True, slots=True, kw_only=True)
class CleanedRow:
    """What was done."""

    written: int
    """Articles."""
    dropped: dict[str, int]
    """Pages that were not kept, by stage and reason."""


def clean(
    spark: SparkSession,
    paths: Sequence[str],
    output: str,
    *,
    step: Callable[[str], None] = lambda name: None,
    columns: ColumnChoice = ColumnChoice(),
) -> CleanedRow:
    """Clean the pages in files and folders into the folder ``output``, and what was dropped into a folder beside it:
    the records of one machine and ``output.drops.jsonl`` when its name ends as JSON Lines do (``.jsonl``,
    ``.jsonl.gz``, ``.jsonl.zst``), else Parquet, the columns of an export, and ``output.drops``.

    The pages of one article are joined where one file has them (a WARC, an archive, a table), not across files. A file
    is read by one task, so large archives should come in many files; files of more than 256 MB are streamed
    through pyarrow's file systems (local, HDFS, S3, GCS), others come through Spark's. A page that kills its process or
    takes too long costs that page only. Raises UsageError for paths that are not there, or there already, or
    ask for another format, and InputError when no page became an article.
    """
    form = format_of(output)
    storage = SparkStorage(spark)
    storage.check_input(paths)
    drops = f"{output.rstrip('/')}.drops{'.jsonl' if form.is_lines else ''}"
    for target in (output, drops):
        storage.check_output(target)
    with storage.workshop(output) as work:
        step("cleaning")
        _results(spark, paths, columns, _LINE if form.is_lines else _COLUMNS).write.parquet(f"{work}/results")
        results = spark.read.parquet(f"{work}/results")
        step("writing")
        kept, lost = results.where("kept is not null"), results.where("kept is null").select("dropped.*")
        if form.is_lines:
            write_lines(kept.selectExpr("kept as value"), f"{work}/kept", form)
            write_lines(lost.select(as_json(lost).alias("value")), f"{work}/drops", format_of(drops))
        else:
            kept.select("kept.*").write.parquet(f"{work}/kept")
            lost.write.parquet(f"{work}/drops")
        written = kept.count()
        counts = lost.groupBy("stage", "reason").count().orderBy("count", ascending=False).collect()
        dropped = {f"{row.stage}: {row.reason}": row["count"] for row in counts}
        storage.put(f"{work}/drops", drops, format_of(drops))
        storage.put(f"{work}/kept", output, form)
    if not written:
        if not dropped:
            raise InputError("no page became an article (there was no file to read)")
        raise InputError("no page became an article ({reasons})", reasons=", ".join(dropped))
    return CleanedRow(written=written, dropped=dropped)


@dataclass(frozen=True, slots=True, kw_only=True)
class _KeptForm:
    """How an article stands in a row."""

    kind: Callable[[], pa.DataType]
    value: Callable[[Clipping], Any]


def _results(spark: SparkSession, paths: Sequence[str], choice: ColumnChoice, form: _KeptForm) -> DataFrame:
    """``kept``, or else ``dropped``, of every page."""
    from pyspark.sql import functions as f
    from pyspark.sql.pandas.types import from_arrow_schema

    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(list(paths))
    columns = ("path", "modificationTime", "content")
    small = files.where(f.col("length") <= _LARGE).select(*columns)
    large = files.where(f.col("length") > _LARGE).select("path", "modificationTime", f.lit(None).alias("content"))
    kind, clean_batches = from_arrow_schema(_schema(form)), partial(_cleaned, choice=choice, form=form)
    return small.mapInArrow(clean_batches, kind).union(large.repartition("path").mapInArrow(clean_batches, kind))


def _schema(form: _KeptForm) -> pa.Schema:
    import pyarrow as pa

    return pa.schema([("kept", form.kind()), ("dropped", pa.struct([(name, pa.string()) for name in _DROP]))])


def _cleaned(batches: Iterator[pa.RecordBatch], choice: ColumnChoice, form: _KeptForm) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    columns = _schema(form)
    rows: list[dict[str, Any]] = []
    results = _fenced().map(page for batch in batches for page in _pages(batch, choice))
    # Which files one task reads depends on the cluster: only what stands in one file is joined.
    files = groupby(results, key=lambda result: result.origin.partition("#")[0])
    for result in chain.from_iterable(joined(own) for _, own in files):
        rows.append(_row(result, form))
        if len(rows) == _ROWS:
            yield pa.RecordBatch.from_pylist(rows, schema=columns)
            rows = []
    yield pa.RecordBatch.from_pylist(rows, schema=columns)


@cache
def _fenced() -> WorkerPool:
    """A cleaning process beside this one: Spark would try a task again and again that a page kills.

    It is kept from task to task, as Spark keeps this process, and ends with it: each new one imports Spark's modules.
    """
    return WorkerPool(1, CleaningContext())


def _pages(batch: pa.RecordBatch, choice: ColumnChoice) -> Iterator[Any]:
    for row in batch.to_pylist():
        path = row["path"]
        with io.BytesIO(row["content"]) if row["content"] is not None else _opened(path) as stream:
            yield from readers.pages(stream, path, row["modificationTime"], columns=choice)


def _opened(path: str) -> IO[bytes]:
    """A file that is too large to come whole."""
    from pyarrow import fs

    parts = urlsplit(path)
    if parts.scheme in {"", "file"}:
        return open(unquote(parts.path), "rb")
    # Hadoop's names of S3 are not those of others.
    uri = urlunsplit(parts._replace(scheme="s3")) if parts.scheme in {"s3a", "s3n"} else path
    system, place = fs.FileSystem.from_uri(uri)
    return io.BufferedReader(system.open_input_file(place))


def _row(result: Article | Drop, form: _KeptForm) -> dict[str, Any]:
    if isinstance(result, Drop):
        return {"kept": None, "dropped": _valid(drop_record(result))}
    return {"kept": form.value(Clipping(article=result)), "dropped": None}


def _line_kind() -> pa.DataType:
    import pyarrow as pa

    return pa.string()


def _line(clipping: Clipping) -> str:
    return json_line(record(clipping)).decode()


def _columns_kind() -> pa.DataType:
    import pyarrow as pa

    return pa.struct(list(schema(increment=False)))


def _columns(clipping: Clipping) -> dict[str, Any]:
    row = record(clipping)
    for field in FIELDS:  # mappings are lists of pairs in columns, dates are moments
        if isinstance(field.kind, MappingOf):
            inner = field.kind.of
            row[field.name] = [
                {field.kind.key: key, field.kind.value: inner.column(value) if isinstance(inner, Json) else value}
                for key, value in row[field.name].items()
            ]
        elif isinstance(field.kind, Moment):
            row[field.name] = field.value(clipping)
    valid: dict[str, Any] = _valid(row)
    return valid


def _valid(value: Any) -> Any:
    """The value without lone surrogates, which no column can hold."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _valid(one) for key, one in value.items()}
    return [_valid(one) for one in value] if isinstance(value, list) else value


_LINE = _KeptForm(kind=_line_kind, value=_line)
_COLUMNS = _KeptForm(kind=_columns_kind, value=_columns)
