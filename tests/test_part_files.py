"""Folders that Spark writes hold what their name says; this part needs no Java."""

from __future__ import annotations

import io

import pyarrow as pa
import pytest

from cleaners.compression import compression_named
from cleaners.errors import UsageError
from cleaners.spark import part_files
from cleaners.spark.part_files import format_of, format_of_pairs


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("out.jsonl", ".jsonl"),
        ("hdfs:///a.csv/out.JSONL.gz", ".jsonl.gz"),
        ("out.ndjson.zst/", ".jsonl.zst"),
        ("s3a://bucket/out", ".parquet"),
        ("news.2024-11", ".parquet"),
        ("out.parquet", ".parquet"),
    ],
)
def test_the_name_of_a_folder_says_what_its_parts_are(name: str, suffix: str) -> None:
    form = format_of(name)
    assert form.suffix == suffix
    assert form.is_lines == (suffix != ".parquet")


@pytest.mark.parametrize("name", ["out.csv", "out.tsv.gz", "out.parquet.gz", "out.gz", "out.jsonl.bz2", "out.jsonl.xz"])
def test_other_formats_are_refused_with_the_cure(name: str) -> None:
    with pytest.raises(UsageError, match=r"names in \.jsonl"):
        format_of(name)


def test_pairs_are_lines_whatever_else_the_name_is() -> None:
    assert [format_of_pairs(name).suffix for name in ("pairs", "pairs.txt", "pairs.jsonl.zst")] == [
        ".jsonl",
        ".jsonl",
        ".jsonl.zst",
    ]
    for name in ("pairs.parquet", "pairs.csv.gz"):
        with pytest.raises(UsageError, match="written as JSONL"):
            format_of_pairs(name)


def test_a_part_of_frames_with_separators_is_a_file_of_zstd() -> None:
    zstd = compression_named(".zst")
    assert zstd
    lines = [b'{"id": 1}', b"\xff no UTF-8", "新闻".encode()]
    for given in ([lines[:2], lines[2:]], []):
        batches = [pa.record_batch({"value": pa.array(some, pa.binary())}) for some in given]
        frames = [frame for batch in part_files._frames(iter(batches)) for frame in batch.column("value").to_pylist()]
        part = b"".join(frame + part_files._FRAME_BETWEEN.encode() for frame in frames)
        assert zstd.reader(io.BytesIO(part)).read() == b"".join(line + b"\n" for some in given for line in some)
