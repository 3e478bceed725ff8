"""Croissant 1.0 (http://mlcommons.org/croissant/1.0): a dataset as JSON-LD, with columns and checksums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cleaners.export.dataset_card import RIGHTS, DatasetFacts
from cleaners.export.dataset_stats import DatasetStats
from cleaners.parquet_library import pyarrow

if TYPE_CHECKING:
    import pyarrow as pa

_SET = "articles"
# Appendix 1 of the specification.
_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "dct": "http://purl.org/dc/terms/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetShard:
    """One Parquet file of a folder."""

    path: str
    """Inside the folder."""
    size: int
    """Bytes."""
    sha256: str
    """Its checksum, hexadecimal."""


def croissant(
    facts: DatasetFacts, tally: DatasetStats, shards: Sequence[DatasetShard], columns: pa.Schema
) -> dict[str, Any]:
    """The description of a folder; dates are those of its articles."""
    day = tally.as_of
    files = [
        {"@type": "cr:FileObject", "@id": shard.path, "name": shard.path, "contentUrl": shard.path,
         "contentSize": f"{shard.size} B", "encodingFormat": "application/x-parquet", "sha256": shard.sha256}
        for shard in shards
    ]  # fmt: skip
    shard_set = {"@type": "cr:FileSet", "@id": "shards", "name": "shards", "encodingFormat": "application/x-parquet",
                 "includes": "data/*.parquet"}  # fmt: skip
    described: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": facts.title,
        "description": f"{tally.articles} Chinese news articles, cleaned and matched, with provenance.",
        "license": RIGHTS,
        "citeAs": f"{facts.title}, {tally.articles} articles{f' as of {day}' if day else ''}, made with jianbao",
        "creator": {"@type": "sc:Organization", "name": "made with jianbao"},
        "inLanguage": sorted(tally.counts["language"]),
        "keywords": ["news", "chinese"],
        "isLiveDataset": facts.name is not None,
    }
    if day:
        described |= {"datePublished": day.isoformat(), "version": f"{day:%Y.%-m.%-d}"}
    if tally.first and tally.last:
        described["temporalCoverage"] = f"{tally.first.date().isoformat()}/{tally.last.date().isoformat()}"
    fields = [_field(_SET, field) for field in columns]
    return described | {
        "distribution": [*files, shard_set],
        "recordSet": [{"@type": "cr:RecordSet", "@id": _SET, "name": _SET, "key": {"@id": f"{_SET}/id"},
                       "field": fields}],
    }  # fmt: skip


def _field(parent: str, field: pa.Field) -> dict[str, Any]:
    name = f"{parent}/{field.name}"
    return {
        "@type": "cr:Field", "@id": name, "name": name,
        "source": {"fileSet": {"@id": "shards"}, "extract": {"column": field.name}},
        **_kind(name, field.type, field.name),
    }  # fmt: skip


def _kind(name: str, kind: pa.DataType, column: str) -> dict[str, Any]:
    types = pyarrow().types
    if types.is_list(kind):
        return _kind(name, kind.value_type, column) | {"repeated": True}
    if types.is_struct(kind):
        return {"subField": [_part(name, column, part) for part in kind]}
    for fits, data_type in (
        (types.is_string, "sc:Text"), (types.is_timestamp, "sc:DateTime"), (types.is_boolean, "sc:Boolean"),
        (types.is_integer, "sc:Integer"), (types.is_floating, "sc:Float"),
    ):  # fmt: skip
        if fits(kind):
            return {"dataType": data_type}
    raise AssertionError(f"{name}: {kind} has no word in Croissant")


def _part(parent: str, column: str, part: pa.Field) -> dict[str, Any]:
    """A part of a structure: its column, and where in it."""
    name = f"{parent}/{part.name}"
    return {
        "@type": "cr:Field", "@id": name, "name": name,
        "source": {"fileSet": {"@id": "shards"}, "extract": {"column": column}, "transform": {"jsonPath": part.name}},
        **_kind(name, part.type, column),
    }  # fmt: skip
