"""Articles as Arrow columns (extra ``parquet``): the names of the record, types that any reader of Parquet knows.

Where the record has a mapping, the table has a list of pairs, as `datasets` knows no maps. Dates are moments; published
ones are shown in the time of China, so that their day is the day that the page declares.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cleaners.errors import UsageError
from cleaners.export.records import ScriptChoice, converter
from cleaners.items import Extractor
from cleaners.store import Portion, Withdrawal
from cleaners.store.rows import evidence_parts, unpacked

if TYPE_CHECKING:
    import pyarrow as pa

_SHOWN = ("title", "text", "markdown", "source", "section")
_NAMES = ("authors", "editors")
_LISTS = (*_NAMES, "disguises", "opt_out")
_AS_STORED = (
    "id", "url", "site", "origin", "title", "text", "section", "source", "language", "published", "script", "quality",
    "next_url", "fetched_at", "revision",
)  # fmt: skip
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


def batch(portion: Portion, script: ScriptChoice, schema: pa.Schema) -> pa.RecordBatch:
    """The articles of a portion as columns."""
    rows = portion.columns()
    columns: dict[str, Any] = {name: rows[name] for name in _AS_STORED} | _nested(rows, schema) | _family(rows)
    columns["extractor"] = _extractors(rows["extractor"], portion.extractors, schema.field("extractor").type)
    columns["markdown"] = [m and unpacked(m, text) for m, text in zip(rows["markdown"], rows["text"], strict=True)]
    matches = [portion.matches.get(doc, ()) for doc in rows["doc"]]
    columns["matches"] = _matches(matches, schema.field("matches").type)
    if script != "keep":
        _convert(columns, script)
    if portion.changes:
        columns |= {"change": portion.changes, "reason": None, "replaced_by": None}
    arrays = [_array(columns[field.name], field.type, len(portion.rows)) for field in schema]
    return arrow().record_batch(arrays, schema=schema)


def _array(values: Any, kind: pa.DataType, size: int) -> pa.Array:
    pa = arrow()
    if values is None:
        return pa.nulls(size, kind)
    if isinstance(values, pa.Array):
        return values
    if pa.types.is_timestamp(kind):  # ISO 8601 with an offset, read by Arrow
        return pa.array(values, pa.string()).cast(kind)
    if isinstance(next(filter(None, values), None), bytes):
        return _joined(values)
    return pa.array(values, kind)


def _joined(texts: Sequence[bytes | None]) -> pa.Array:
    """Texts that are UTF-8 already, as SQLite gave them: joined, not decoded and encoded again."""
    pa = arrow()
    ends = np.cumsum([0, *(len(text or b"") for text in texts)], dtype=np.int32)
    there = np.packbits([text is not None for text in texts], bitorder="little")
    data = b"".join(filter(None, texts))
    return pa.StringArray.from_buffers(len(texts), pa.py_buffer(ends), pa.py_buffer(data), pa.py_buffer(there))


def withdrawn(withdrawals: Sequence[Withdrawal], schema: pa.Schema) -> pa.RecordBatch:
    """What an increment takes back: nothing but the id, and why."""
    pa = arrow()
    rows = [{"id": r.id, "change": "removed", "reason": r.reason, "replaced_by": r.replaced_by} for r in withdrawals]
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def _nested(rows: Mapping[str, Sequence[Any]], schema: pa.Schema) -> dict[str, Any]:
    """What stands in the rows as JSON; structures as arrays of their parts, not as dicts."""
    columns: dict[str, Any] = {name: _parsed(rows[name]) for name in _LISTS}
    regions = _parsed(rows["regions"])
    columns["regions"] = _lists(regions, [part for parts in regions for part in parts], schema.field("regions").type)
    for name in ("repairs", "noise_removed"):
        counts = _parsed(rows[name])
        pairs = [pair for one in counts if one for pair in one.items()]
        columns[name] = _lists(counts, pairs, schema.field(name).type)
    return columns


def _lists(owners: Sequence[Any], parts: Sequence[tuple[Any, ...]], kind: pa.DataType) -> pa.Array:
    """Lists of structures; ``parts``: those of all owners in a row."""
    columns = list(zip(*parts, strict=True)) or [()] * kind.value_type.num_fields
    ends = np.cumsum([0, *map(len, owners)], dtype=np.int32)
    return arrow().ListArray.from_arrays(ends, _structs(columns, kind.value_type), type=kind)


def _structs(columns: Sequence[Any], kind: pa.DataType) -> pa.Array:
    pa = arrow()
    fields = list(kind)
    arrays = [
        values if isinstance(values, pa.Array) else pa.array(values, field.type)
        for values, field in zip(columns, fields, strict=True)
    ]
    return pa.StructArray.from_arrays(arrays, fields=fields)


def _parsed(column: Sequence[str | None]) -> list[Any]:
    """A column of JSON, read at once: a fifth of the time of reading row by row."""
    parsed: list[Any] = json.loads(f"[{','.join([value or '[]' for value in column])}]")
    return parsed


def _extractors(numbers: Sequence[int], known: Mapping[int, Extractor], kind: pa.DataType) -> pa.Array:
    places = {number: place for place, number in enumerate(known)}
    parts = [(one.name, one.version, one.recipe) for one in known.values()]
    all_of_them = _structs(list(zip(*parts, strict=True)), kind)
    return all_of_them.take(arrow().array([places[number] for number in numbers], "int32"))


def _matches(matches: Sequence[Sequence[Any]], kind: pa.DataType) -> pa.Array:
    rows = [match for of_one in matches for match in of_one]
    evidence = [evidence_parts(text, turned=bool(turned)) for *_, text, turned in rows]
    columns = list(zip(*rows, strict=True))[:4] or [()] * 4
    fields = kind.value_type
    parts = [*columns, _structs(list(zip(*evidence, strict=True)) or [()] * 6, fields.field("evidence").type)]
    ends = np.cumsum([0, *map(len, matches)], dtype=np.int32)
    return arrow().ListArray.from_arrays(ends, _structs(parts, fields), type=kind)


def _family(rows: Mapping[str, Sequence[Any]]) -> dict[str, Sequence[Any]]:
    """The cluster columns; a singleton is its own family."""
    alone = [cluster is None for cluster in rows["cluster_id"]]

    def either(of_family: Iterable[Any], own: Iterable[Any]) -> list[Any]:
        return [mine if single else theirs for single, theirs, mine in zip(alone, of_family, own, strict=True)]

    return {
        "cluster_id": either(rows["cluster_id"], rows["id"]),
        "cluster_size": [size or 1 for size in rows["cluster_size"]],
        "is_canonical": [best is None or bool(best) for best in rows["is_canonical"]],
        "earliest_url": either(rows["earliest_url"], rows["url"]),
        "earliest_published": either(rows["earliest_published"], rows["published"]),
    }


def _convert(columns: dict[str, Any], script: Literal["simplified", "traditional"]) -> None:
    """Everything a reader sees, in the script asked for (see ``records.in_script``)."""
    convert = converter(script)

    def every(name: str, change: Callable[[Any], Any]) -> None:
        columns[name] = [
            value if not value or had in (script, "other") else change(value)
            for value, had in zip(columns[name], columns["script"], strict=True)
        ]

    for name in ("text", "markdown"):
        columns[name] = [text and text.decode() for text in columns[name]]
    for name in _SHOWN:
        every(name, convert)
    for name in _NAMES:
        every(name, lambda names: list(map(convert, names)))
    every("script", lambda _: script)
