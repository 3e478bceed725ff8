"""Articles as Arrow columns (extra ``parquet``): the names of the record, types that any reader of Parquet knows.

Where the record has a mapping, the table has a list of pairs, as `datasets` knows no maps. Dates are moments; published
ones are shown in the time of China, so that their day is the day that the page declares.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from cleaners.errors import InputError
from cleaners.export.additions import ExportAdditions
from cleaners.export.records import ScriptChoice, converter
from cleaners.fields import CONVERTED, FIELDS
from cleaners.fields.kinds import (
    FieldKind,
    Flag,
    Integer,
    Json,
    ListOf,
    MappingOf,
    Moment,
    Real,
    Structure,
    Text,
    parsed,
)
from cleaners.items import Extractor
from cleaners.parquet_library import pyarrow
from cleaners.store import ExportBatch, ExportRemoval
from cleaners.store.codec import evidence_table, unpacked
from cleaners.store.export_columns import ArticleTexts

if TYPE_CHECKING:
    import pyarrow as pa

_flat = chain.from_iterable
CHANGE = ("change", "reason", "replaced_by")
"""Columns that only increments have."""


def schema(*, increment: bool, additions: ExportAdditions = ExportAdditions()) -> pa.Schema:
    """The columns of an export; behind them those that are added, and of an increment :data:`CHANGE`."""
    pa = pyarrow()
    columns = [(field.name, _arrow_type(field.kind)) for field in FIELDS]
    columns += [(name, _arrow_type(kind)) for name, kind in additions.columns]
    return pa.schema(columns + [(name, pa.string()) for name in CHANGE if increment])


def _arrow_type(kind: FieldKind) -> pa.DataType:
    pa = pyarrow()
    match kind:
        case Moment():
            return pa.timestamp("us", tz=kind.shown_in)
        case ListOf():
            return pa.list_(_arrow_type(kind.of))
        case MappingOf():
            return pa.list_(pa.struct([(kind.key, pa.string()), (kind.value, _arrow_type(kind.of))]))
        case Structure():
            return pa.struct([(part.name, _arrow_type(part.kind)) for part in kind.parts])
    return {Text: pa.string(), Real: pa.float64(), Integer: pa.int32(), Flag: pa.bool_(), Json: pa.string()}[type(kind)]


def batch_of(lines: Sequence[Mapping[str, Any]], additions: ExportAdditions, schema: pa.Schema) -> pa.RecordBatch:
    """Records with what was added to them as columns."""
    kinds = {field.name: field.kind for field in FIELDS} | dict(additions.columns)
    arrays = [
        pyarrow().array(
            [_arrow_value(kinds[column.name], line.get(column.name)) for line in lines]
            if column.name in kinds
            else [line.get(column.name) for line in lines],
            column.type,
        )
        for column in schema
    ]
    return pyarrow().record_batch(arrays, schema=schema)


def _arrow_value(kind: FieldKind, value: Any) -> Any:
    """A value of a record as Arrow takes it: moments as such, mappings as pairs."""
    match kind:
        case Moment():
            return parsed(value)
        case ListOf():
            return [_arrow_value(kind.of, one) for one in value or ()]
        case MappingOf():
            return [{kind.key: name, kind.value: _arrow_value(kind.of, one)} for name, one in (value or {}).items()]
        case Structure():
            return value and {part.name: _arrow_value(part.kind, value.get(part.name)) for part in kind.parts}
        case Json():
            return kind.column(value)
    return value


def record_batch(portion: ExportBatch, script: ScriptChoice, schema: pa.Schema) -> pa.RecordBatch:
    """The articles of a portion as columns."""
    found = portion.columns()
    columns: dict[str, Any] = dict(found.texts) | dict(found.reals) | dict(found.plain)
    columns["text"] = ArticleTexts.of(found.bodies)
    pairs = zip(found.markdown, found.bodies, strict=True)
    columns["markdown"] = ArticleTexts.of([packed and unpacked(packed, text) for packed, text in pairs])
    columns["extractor"] = _extractors(found.extractors, portion.extractors, schema.field("extractor").type)
    columns["matches"] = _matches(found.matches, schema.field("matches").type)
    if script != "keep":
        _convert(columns, script)
    if portion.changes:
        columns |= {"change": portion.changes, "reason": None, "replaced_by": None}
    for one in FIELDS:
        if one.name in found.plain:
            columns[one.name] = _nested(one.kind, columns[one.name], schema.field(one.name).type)
    arrays = [_array(columns[field.name], field.type, portion.size) for field in schema]
    return pyarrow().record_batch(arrays, schema=schema)


def _array(values: Any, kind: pa.DataType, size: int) -> pa.Array:
    pa = pyarrow()
    if isinstance(values, pa.Array):
        return values
    if values is None:
        return pa.nulls(size, kind)
    if isinstance(values, ArticleTexts):
        return _moments(values, kind) if pa.types.is_timestamp(kind) else _joined(values)
    if isinstance(values, np.ndarray):
        return pa.array(values, kind, from_pandas=True)  # not a number: unknown
    return pa.array(values, kind)


def _moments(texts: ArticleTexts, kind: pa.DataType) -> pa.Array:
    """Dates in ISO 8601 with an offset, as Arrow reads them; Python does where an offset has seconds."""
    try:
        return _joined(texts).cast(kind)
    except pyarrow().ArrowInvalid:
        return pyarrow().array([parsed(value.decode()) if value else None for value in texts.values()], kind)


def _joined(texts: ArticleTexts) -> pa.Array:
    """Texts that are UTF-8 already: neither decoded nor encoded again."""
    pa = pyarrow()
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


def removal_batch(removals: Sequence[ExportRemoval], schema: pa.Schema) -> pa.RecordBatch:
    """What an increment takes back: nothing but the id, and why."""
    pa = pyarrow()
    rows = [{"id": r.id, "change": "removed", "reason": r.reason, "replaced_by": r.replaced_by} for r in removals]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _nested(kind: FieldKind, values: Sequence[Any], type_: pa.DataType) -> pa.Array:
    """Plain values of one kind; structures as arrays of their parts, not as dicts."""
    match kind:
        case ListOf(of=(Structure() | MappingOf() | ListOf()) as inner):
            return _listed(values, _nested(inner, list(_flat(values)), type_.value_type), type_)
        case MappingOf():
            keys, inside = list(_flat(values)), list(_flat(map(dict.values, values)))
            pairs = [keys, _nested(kind.of, inside, type_.value_type.field(1).type)]
            return _listed(values, _structs(pairs, type_.value_type), type_)
        case Structure():
            unknown = [value is None for value in values]
            blank = [None] * len(kind.parts)
            # Structures stored before a part was added end before it.
            rows = [blank if value is None else [*value, *blank[len(value) :]] for value in values]
            parts = list(zip(*rows, strict=True)) or [()] * len(kind.parts)
            columns = [_nested(part.kind, column, type_.field(n).type)
                       for n, (part, column) in enumerate(zip(kind.parts, parts, strict=True))]  # fmt: skip
            return _structs(columns, type_, unknown if any(unknown) else None)
        case Json():
            return pyarrow().array([kind.column(value) for value in values], type_)
        case Flag() | Moment():
            return pyarrow().array([kind.from_row(value) for value in values], type_)
    return pyarrow().array(values, type_)


def _listed(owners: Sequence[Any], parts: pa.Array, kind: pa.DataType) -> pa.Array:
    ends = _ends(np.fromiter(map(len, owners), np.int64, len(owners)))
    return pyarrow().ListArray.from_arrays(ends, parts, type=kind)


def _structs(columns: Sequence[Any], kind: pa.DataType, unknown: Sequence[bool] | None = None) -> pa.Array:
    pa = pyarrow()
    fields = list(kind)
    arrays = [
        values if isinstance(values, pa.Array) else pa.array(values, field.type)
        for values, field in zip(columns, fields, strict=True)
    ]
    mask = pa.array(unknown) if unknown else None
    return pa.StructArray.from_arrays(arrays, fields=fields, mask=mask)


def _extractors(numbers: NDArray[np.int64], known: Mapping[int, Extractor], kind: pa.DataType) -> pa.Array:
    parts = [(one.name, one.version, one.recipe) for one in known.values()]
    places = {number: place for place, number in enumerate(known)}
    indices = pyarrow().array([places[number] for number in numbers.tolist()], "int32")
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

    for field in CONVERTED:
        values = columns[field.name]
        if isinstance(values, ArticleTexts):
            texts = every(values.values(), lambda text: convert(text.decode()).encode())
            columns[field.name] = ArticleTexts.of(texts)
        else:
            columns[field.name] = every(values, partial(_converted, field.kind, convert))
    columns["script"] = ArticleTexts.of(every(columns["script"].values(), lambda _: script.encode()))


def _converted(kind: FieldKind, convert: Callable[[str], str], plain: Any) -> Any:
    return kind.plain(kind.converted(kind.restored(plain), convert))
