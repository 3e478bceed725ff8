"""Articles as Arrow columns (extra ``parquet``): the names of the record, types that any reader of Parquet knows.

Where the record has a mapping, the table has a list of pairs, as `datasets` knows no maps. Dates are moments; published
ones are shown in the time of China, so that their day is the day that the page declares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from cleaners.errors import InputError, UsageError
from cleaners.export.records import ScriptChoice, converter
from cleaners.items import Extractor
from cleaners.store import ExportBatch, ExportRemoval
from cleaners.store.codec import evidence_table, parsed, unpacked
from cleaners.store.export_columns import ArticleTexts, ExportColumns

if TYPE_CHECKING:
    import pyarrow as pa

_flat = chain.from_iterable
_SHOWN = ("title", "text", "markdown", "source", "section")
_NAMES = ("authors", "editors")
_LISTS = (*_NAMES, "disguises", "opt_out")
CHANGE = ("change", "reason", "replaced_by")
"""Columns that only increments have."""


def arrow() -> Any:
    """pyarrow with its Parquet; raises UsageError with the cure where it is not installed."""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise UsageError("Parquet needs pyarrow: pip install 'jianbao[parquet]'") from None
    return pyarrow


def schema(*, increment: bool) -> pa.Schema:
    """The columns of an export; an increment has those of :data:`CHANGE` behind them."""
    pa = arrow()
    text, real, number = pa.string(), pa.float64(), pa.int32()
    texts, counts = pa.list_(text), pa.list_(pa.struct([("kind", text), ("count", number)]))
    here, utc = pa.timestamp("us", tz="Asia/Shanghai"), pa.timestamp("us", tz="UTC")
    evidence = pa.struct([
        ("shared", number), ("numbers_agree", number), ("numbers_differ", pa.list_(texts)), ("score", real),
        ("here", pa.list_(real)), ("there", pa.list_(real)),
    ])  # fmt: skip
    columns = [
        *((name, text) for name in (
            "id", "url", "site", "origin", "title", "text", "markdown", "section", "source", "language"
        )),
        ("published", here), ("authors", texts), ("editors", texts),
        ("regions", pa.list_(pa.struct([("name", text), ("code", text), ("count", number)]))),
        ("script", text), ("disguises", texts), ("repairs", counts), ("noise_removed", counts), ("quality", real),
        ("opt_out", texts), ("next_url", text), ("fetched_at", utc),
        ("extractor", pa.struct([("name", text), ("version", text), ("recipe", text)])), ("revision", number),
        ("cluster_id", text), ("cluster_size", number), ("is_canonical", pa.bool_()), ("earliest_url", text),
        ("earliest_published", here),
        ("matches", pa.list_(pa.struct([
            ("id", text), ("kind", text), ("similarity", real), ("containment", real), ("evidence", evidence),
        ]))),
    ]  # fmt: skip
    return pa.schema(columns + [(name, text) for name in CHANGE if increment])


def batch(portion: ExportBatch, script: ScriptChoice, schema: pa.Schema) -> pa.RecordBatch:
    """The articles of a portion as columns."""
    found = portion.columns()
    columns: dict[str, Any] = dict(found.texts) | dict(found.integers) | _nested(found, schema)
    columns["text"], columns["quality"] = ArticleTexts.of(found.bodies), found.quality
    pairs = zip(found.markdown, found.bodies, strict=True)
    columns["markdown"] = ArticleTexts.of([packed and unpacked(packed, text) for packed, text in pairs])
    columns["extractor"] = _extractors(found.integers["extractor"], portion.extractors, schema.field("extractor").type)
    columns["matches"] = _matches(found.matches, schema.field("matches").type)
    if script != "keep":
        _convert(columns, script)
    if portion.changes:
        columns |= {"change": portion.changes, "reason": None, "replaced_by": None}
    arrays = [_array(columns[field.name], field.type, portion.size) for field in schema]
    return arrow().record_batch(arrays, schema=schema)


def _array(values: Any, kind: pa.DataType, size: int) -> pa.Array:
    pa = arrow()
    if isinstance(values, pa.Array):
        return values
    if values is None:
        return pa.nulls(size, kind)
    if isinstance(values, ArticleTexts):
        return _moments(values, kind) if pa.types.is_timestamp(kind) else _joined(values)
    if isinstance(values, np.ndarray):
        return pa.array(values).cast(kind)
    return pa.array(values, kind)


def _moments(texts: ArticleTexts, kind: pa.DataType) -> pa.Array:
    """Dates in ISO 8601 with an offset, as Arrow reads them; Python does where an offset has seconds."""
    try:
        return _joined(texts).cast(kind)
    except arrow().ArrowInvalid:
        return arrow().array([parsed(value.decode()) if value else None for value in texts.values()], kind)


def _joined(texts: ArticleTexts) -> pa.Array:
    """Texts that are UTF-8 already: neither decoded nor encoded again."""
    pa = arrow()
    ends = _ends(np.maximum(texts.lengths, 0))
    there = pa.py_buffer(np.packbits(texts.lengths >= 0, bitorder="little"))
    return pa.StringArray.from_buffers(len(texts.lengths), pa.py_buffer(ends), pa.py_buffer(texts.data), there)


def _ends(lengths: NDArray[np.int64]) -> NDArray[np.int32]:
    """Where each of some parts ends in the row of all of them, behind a 0. Raises InputError for 2 GB of them."""
    ends = np.concatenate([[0], np.cumsum(lengths)])
    if ends[-1] >= 2**31:
        raise InputError("500 articles in a row have 2 GB of text, more than a column of Parquet holds here: leave the "
                         "largest out, or export JSON Lines")  # fmt: skip
    return ends.astype(np.int32)


def withdrawn(withdrawals: Sequence[ExportRemoval], schema: pa.Schema) -> pa.RecordBatch:
    """What an increment takes back: nothing but the id, and why."""
    pa = arrow()
    rows = [{"id": r.id, "change": "removed", "reason": r.reason, "replaced_by": r.replaced_by} for r in withdrawals]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _nested(found: ExportColumns, schema: pa.Schema) -> dict[str, Any]:
    """Lists and mappings; structures as arrays of their parts, not as dicts."""
    columns: dict[str, Any] = {name: found.lists[name] for name in _LISTS}
    regions = found.lists["regions"]
    flat = list(_flat(_flat(regions)))  # name, code, count, name, code, count ...
    kind = schema.field("regions").type
    columns["regions"] = _listed(regions, _structs([flat[part::3] for part in range(3)], kind.value_type), kind)
    for name in ("repairs", "noise_removed"):
        counts, kind = found.lists[name], schema.field(name).type
        parts = [list(_flat(counts)), list(_flat(map(dict.values, counts)))]
        columns[name] = _listed(counts, _structs(parts, kind.value_type), kind)
    return columns


def _listed(owners: Sequence[Any], parts: pa.Array, kind: pa.DataType) -> pa.Array:
    ends = _ends(np.fromiter(map(len, owners), np.int64, len(owners)))
    return arrow().ListArray.from_arrays(ends, parts, type=kind)


def _structs(columns: Sequence[Any], kind: pa.DataType) -> pa.Array:
    pa = arrow()
    fields = list(kind)
    arrays = [
        values if isinstance(values, pa.Array) else pa.array(values, field.type)
        for values, field in zip(columns, fields, strict=True)
    ]
    return pa.StructArray.from_arrays(arrays, fields=fields)


def _extractors(numbers: NDArray[np.int64], known: Mapping[int, Extractor], kind: pa.DataType) -> pa.Array:
    parts = [(one.name, one.version, one.recipe) for one in known.values()]
    places = {number: place for place, number in enumerate(known)}
    indices = arrow().array([places[number] for number in numbers.tolist()], "int32")
    return _structs(list(zip(*parts, strict=True)), kind).take(indices)


def _matches(matches: Sequence[Sequence[Any]], kind: pa.DataType) -> pa.Array:
    *columns, evidence, turned = list(zip(*_flat(matches), strict=True)) or [()] * 6
    parts = list(zip(*evidence_table(evidence, turned), strict=True)) or [()] * 6
    fields = kind.value_type
    columns.append(_structs(parts, fields.field("evidence").type))
    return _listed(matches, _structs(columns, fields), kind)


def _convert(columns: dict[str, Any], script: Literal["simplified", "traditional"]) -> None:
    """Everything a reader sees, in the script asked for (see ``records.in_script``)."""
    convert = converter(script)
    had = [(text or b"").decode() for text in columns["script"].values()]

    def every(values: Iterable[Any], change: Callable[[Any], Any]) -> list[Any]:
        return [
            value if not value or was in (script, "other") else change(value)
            for value, was in zip(values, had, strict=True)
        ]

    for name in _SHOWN:
        columns[name] = ArticleTexts.of(every(columns[name].values(), lambda text: convert(text.decode()).encode()))
    for name in _NAMES:
        columns[name] = every(columns[name], lambda names: list(map(convert, names)))
    columns["script"] = ArticleTexts.of(every(columns["script"].values(), lambda _: script.encode()))
