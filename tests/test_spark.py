"""The engine on Spark gives what the engine on one machine gives, also when a worker is killed in the middle.

Needs Java and ``pip install 'jianbao[spark]'``; skipped where they are missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cleaners import readers
from cleaners.compression import compression_named
from cleaners.dedup.corpus import CorpusColumns, DateField, deduplicate
from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.index.window import DateWindow
from cleaners.dedup.partitioned.layout import PartitionSettings
from cleaners.errors import InputError, UsageError
from cleaners.export import record
from cleaners.items import Article, Clipping, Drop
from cleaners.pipeline import clean
from cleaners.warc import HttpExchange, WarcArchive
from tests.spark_cluster import Cluster, frugal
from tests.spark_corpus import corpus, story, written

pytestmark = pytest.mark.soak  # all of it by `make spark`; in CI its small form, test_spark_cluster.py
pytest.importorskip("pyspark", reason="needs pyspark (pip install 'jianbao[spark]') and Java 17")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java 17 or newer", allow_module_level=True)

ROOT = Path(__file__).resolve().parent.parent

MANY = {
    # This little corpus as a large one: several splits of a file, many batches, so many blocks.
    "spark.sql.files.maxPartitionBytes": "60000",
    "spark.sql.files.openCostInBytes": "1000",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "20",
}
SMALL = PartitionSettings(documents=30, postings=4000)


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from cleaners.spark.session import session

    with session("local[2]", frugal() | MANY) as made:
        made.sparkContext.setLogLevel("ERROR")
        yield made


def lines(folder: Path) -> list[dict[str, Any]]:
    """The records of a folder (or file) of JSON Lines."""
    return [json.loads(row) for row in rows_of(folder)]


def rows_of(place: Path) -> list[bytes]:
    files = sorted(place.glob("part-*")) if place.is_dir() else [place]
    return [row.strip() for file in files for row in unpacked(file).split(b"\n") if row.strip()]


def unpacked(file: Path) -> bytes:
    """What a file holds; it is packed as its name says."""
    packing = compression_named(file.suffix)
    with file.open("rb") as stream:
        return (packing.reader(stream) if packing else stream).read()


def ends(folder: Path) -> set[str]:
    """How the names of a folder's parts end."""
    return {"".join(path.suffixes) for path in folder.glob("part-*")}


def labelled(place: Path) -> list[dict[str, Any]]:
    """The records of a file, or a folder, that got a cluster."""
    return [json.loads(row) for row in rows_of(place) if b'"cluster_id"' in row]


def passed_through(place: Path) -> list[bytes]:
    """The rows that got none, as they stand."""
    return sorted(row for row in rows_of(place) if b'"cluster_id"' not in row)


def by_id(records: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    assert len({r["id"] for r in records}) == len(records)
    return {r["id"]: r for r in records}


def pairs(place: Path) -> list[tuple[Any, ...]]:
    return sorted(
        (str(p["a"]), str(p["b"]), p["kind"], p["similarity"], p["containment"], p["a_in_b"], p["b_in_a"])
        for p in lines(place)
    )


def test_a_corpus_of_lines_gets_the_clusters_of_one_machine(spark: Any, tmp_path: Path) -> None:
    from cleaners.spark.corpus import deduplicate as on_spark

    source = written(tmp_path)
    here = deduplicate(source, tmp_path / "here.jsonl", pairs=tmp_path / "here-pairs.jsonl")
    there = on_spark(
        spark,
        [str(source)],
        str(tmp_path / "there.jsonl"),
        pairs=str(tmp_path / "there-pairs.jsonl"),
        partitions=SMALL,
    )
    assert there == here
    assert here.pairs > 100 and here.skipped == 3
    assert by_id(labelled(tmp_path / "there.jsonl")) == by_id(labelled(tmp_path / "here.jsonl"))
    unusable = passed_through(tmp_path / "there.jsonl")
    assert unusable == passed_through(tmp_path / "here.jsonl") and len(unusable) == 3
    assert pairs(tmp_path / "there-pairs.jsonl") == pairs(tmp_path / "here-pairs.jsonl")
    assert ends(tmp_path / "there.jsonl") == ends(tmp_path / "there-pairs.jsonl") == {".jsonl"}
    assert {p.name for p in tmp_path.iterdir()} == {
        "in.jsonl",
        "here.jsonl",
        "here-pairs.jsonl",
        "there.jsonl",
        "there-pairs.jsonl",
    }


def test_parquet_in_several_files_to_parquet_with_growing_anchors(spark: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from cleaners.spark.corpus import deduplicate as on_spark

    rows: list[dict[str, Any]] = [
        {"编号": f"{n:04}", "body": row["text"], "extra": n} for n, row in enumerate(corpus())
    ]
    rows[7]["body"], rows[100]["编号"] = None, None
    columns = CorpusColumns(id="编号", text="body")
    (tmp_path / "in").mkdir()
    for part in range(3):
        pq.write_table(
            pa.Table.from_pylist(rows[part * 70 : part * 70 + 70 if part < 2 else None]),
            tmp_path / f"in/{part}.parquet",
            row_group_size=20,
        )
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    rule: dict[str, Any] = {
        "columns": columns, "canonical_only": True, "growing": GrowingAnchorSettings(documents_from=0),
    }  # fmt: skip
    mine = deduplicate(tmp_path / "in.parquet", tmp_path / "here.parquet", **rule)
    theirs = on_spark(spark, [str(tmp_path / "in")], str(tmp_path / "there"), partitions=SMALL, **rule)
    assert theirs.recipe == mine.recipe and "growing" in mine.recipe and theirs.pairs == mine.pairs
    here, there = (pq.read_table(tmp_path / name).to_pylist() for name in ("here.parquet", "there"))
    assert len(here) < len(rows)
    assert {row["extra"]: row for row in there} == {row["extra"]: row for row in here}
    assert [row["extra"] for row in here if row["cluster_id"] is None] == [7, 100], "what has no id or text stays"


def test_packed_lines_from_lines_and_from_parquet(spark: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from cleaners.spark.corpus import deduplicate as on_spark

    rows = [{"id": n, "text": story(n // 2), "a.b": None if n % 2 else "乙"} for n in range(8)]
    good = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    (tmp_path / "in.jsonl").write_bytes(good.encode() + b"\xff{broken\n")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.jsonl", tmp_path / "here.jsonl")
    here = by_id(labelled(tmp_path / "here.jsonl"))
    for source, packed, more in (("in.jsonl", ".zst", 1), ("in.parquet", ".gz", 0)):
        there, found = tmp_path / f"there.jsonl{packed}", tmp_path / f"pairs.jsonl{packed}"
        done = on_spark(spark, [str(tmp_path / source)], str(there), pairs=str(found))
        assert (done.written, done.skipped, len(lines(found))) == (8 + more, more, done.pairs)
        assert by_id(labelled(there)) == here
        assert len(passed_through(there)) == more
        assert ends(there) == ends(found) == {f".jsonl{packed}"}


def test_fields_of_other_names_in_lines_that_become_parquet(spark: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from cleaners.spark.corpus import deduplicate as on_spark

    rows = [{"url": f"u{n}", "正文": story(n // 2), "n": n} for n in range(8)]
    rows[3].pop("正文")
    text = "\n".join([*(json.dumps(row) for row in rows), "{broken"])
    (tmp_path / "in.jsonl").write_text(text, encoding="utf-8")
    columns = CorpusColumns(id="url", text="正文")
    done = on_spark(spark, [str(tmp_path / "in.jsonl")], str(tmp_path / "there"), columns=columns)
    assert (done.documents, done.skipped, done.written) == (7, 2, 8)
    there = {row["n"]: row for row in pq.read_table(tmp_path / "there").to_pylist()}
    assert len(there) == 8 and there[3]["cluster_id"] is None and there[1]["cluster_id"] == "u0"


DAY = DateField(window=DateWindow(days=40), field="day")


def test_pages_saved_twice_dates_and_brackets_without_end(spark: Any, tmp_path: Path) -> None:
    from cleaners.spark.corpus import deduplicate as on_spark

    source = tmp_path / "in.jsonl"
    rows = [
        {"id": f"{n}/{m}", "text": story(n) + "。" * m, "day": f"2024-{m + 1:02}-0{n}T01:00:00+08:00"}
        for n in range(1, 9)
        for m in range(4)
    ]
    rows += [rows[5], {"id": "undated", "text": story(3)}, rows[5]]
    good = [json.dumps(row, ensure_ascii=False) for row in rows]
    source.write_text("\r\n".join([*good[:9], "[" * 100_000, " \t", *good[9:], ""]), encoding="utf-8")
    here = deduplicate(source, tmp_path / "here.jsonl", pairs=tmp_path / "here-pairs.jsonl", dating=DAY)
    there = on_spark(
        spark, [str(source)], str(tmp_path / "there.jsonl"), pairs=str(tmp_path / "there-pairs.jsonl"), dating=DAY
    )
    assert there == here
    assert (here.documents, here.skipped, here.undated) == (35, 1, 1)
    found = pairs(tmp_path / "here-pairs.jsonl")
    assert pairs(tmp_path / "there-pairs.jsonl") == found
    assert {("1/0", "1/1"), ("2/1", "2/1")} < {(a, b) for a, b, *_ in found}, "near, and the same"
    assert ("1/0", "1/3") not in {(a, b) for a, b, *_ in found}, "three months apart"
    assert sorted(map(json.dumps, labelled(tmp_path / "there.jsonl"))) == sorted(
        map(json.dumps, labelled(tmp_path / "here.jsonl"))
    )
    assert passed_through(tmp_path / "there.jsonl") == passed_through(tmp_path / "here.jsonl") == [b"[" * 100_000]


def test_mistakes_are_told(spark: Any, tmp_path: Path) -> None:
    from cleaners.spark.corpus import deduplicate as on_spark

    source, undated, packed = (tmp_path / name for name in ("in.jsonl", "undated.jsonl", "in.jsonl.zst"))
    source.write_text(
        '{"id": 1, "text": "一样"}\n{"id": 2, "text": "一样"}\n{"id": 1, "text": "另一样"}\n', encoding="utf-8"
    )
    undated.write_text('{"id": 1, "text": "一样", "day": "昨天"}\n', encoding="utf-8")
    packed.touch()
    with pytest.raises(UsageError, match="no such file"):
        on_spark(spark, [str(tmp_path / "none.jsonl")], str(tmp_path / "out"))
    with pytest.raises(UsageError, match="there already"):
        on_spark(spark, [str(source)], str(tmp_path))
    with pytest.raises(UsageError, match=r"no \.zst"):
        on_spark(spark, [str(packed)], str(tmp_path / "out"))
    for path, says, dating in (
        (source, "the id 1 occurs twice, with other texts", None),
        (undated, "ISO date in 'day'", DAY),
    ):
        with pytest.raises(InputError, match=says) as here:
            deduplicate(path, tmp_path / "out", dating=dating)
        with pytest.raises(InputError) as there:
            on_spark(spark, [str(path)], str(tmp_path / "out"), dating=dating)
        assert str(there.value) == str(here.value)
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", "undated.jsonl", "in.jsonl.zst"}, (
        "nothing is left behind"
    )


def saved_pages(folder: Path) -> Path:
    folder.mkdir()
    page = "<html><body><h1>{title}</h1><div>2024-05-06 10:20 来源：示例晚报</div><div>{body}</div></body></html>"
    made = [
        page.format(title=f"乡村见闻之{n}", body="".join(f"<p>{p}</p>" for p in story(n).split("\n"))) for n in range(8)
    ]
    for n, html in enumerate(made[:4]):
        (folder / f"{n}.html").write_text(html, encoding="utf-8")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for n, html in enumerate(made[4:6]):
            archive.writestr(f"{n}.html", html)
    (folder / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    crawl = WarcArchive(folder, name="crawl", software="test")
    for n, html in enumerate(made[6:]):
        crawl.write(HttpExchange(
            url=f"https://news.example/{n}.html", status=200, headers=(("Content-Type", "text/html; charset=utf-8"),),
            body=html.encode(), fetched_at=datetime(2024, 5, 7, tzinfo=UTC), site="example-daily",
        ))  # fmt: skip
    crawl.close()
    for path in folder.iterdir():  # Hadoop's file systems know milliseconds
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def as_columns(record: dict[str, Any]) -> dict[str, Any]:
    """A record as the columns have it, which know moments and no mappings."""
    moments = {name: record[name] and datetime.fromisoformat(record[name]) for name in ("published", "fetched_at")}
    counts = {
        name: [{"kind": kind, "count": count} for kind, count in record[name].items()]
        for name in ("repairs", "noise_removed")
    }
    extra = [{"name": name, "value": value} for name, value in record["extra"].items()]
    found = [{"field": name, "rule": rule} for name, rule in record["found_by"].items()]
    return record | moments | counts | {"extra": extra, "found_by": found}


def assert_same(folder: Path, here: list[dict[str, Any]]) -> None:
    """The Parquet of a folder has these records; their origins are addresses."""
    import pyarrow.parquet as pq

    there = by_id(pq.read_table(folder).to_pylist())
    assert set(there) == {mine["id"] for mine in here}
    for mine in map(as_columns, here):
        theirs = there[mine["id"]]
        assert theirs.pop("origin").endswith(mine.pop("origin"))
        assert theirs == mine


def test_pages_become_the_records_of_one_machine(spark: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from cleaners.spark.corpus import deduplicate as matched
    from cleaners.spark.pages import clean as on_spark

    folder = saved_pages(tmp_path / "pages")
    results = [clean(page) for page in readers.read([folder]) if not isinstance(page, Drop)]
    articles = [one for one in results if isinstance(one, Article)]
    done = on_spark(spark, [str(folder)], str(tmp_path / "out"))
    assert done.written == len(articles) == 8
    assert done.dropped == {"decode: binary": 1}
    assert_same(tmp_path / "out", [record(Clipping(article=one)) for one in articles])
    (dropped,) = pq.read_table(tmp_path / "out.drops").to_pylist()
    assert dropped["reason"] == "binary" and dropped["origin"].endswith("picture.html")
    lost = Path(f"{tmp_path / 'lines.jsonl'}.drops.jsonl")
    assert on_spark(spark, [str(folder)], str(tmp_path / "lines.jsonl")) == done
    by_lines = by_id(lines(tmp_path / "lines.jsonl"))
    for mine in (record(Clipping(article=one)) for one in articles):
        theirs = by_lines.pop(mine["id"])
        assert theirs.pop("origin").endswith(mine.pop("origin"))
        assert theirs == mine
    assert not by_lines and lines(lost) == [dropped]
    assert ends(tmp_path / "lines.jsonl") == ends(lost) == {".jsonl"}
    # What was cleaned there is matched there: its cluster columns, still empty, are filled.
    done_again = matched(
        spark, [str(tmp_path / "out")], str(tmp_path / "matched"), dating=DateField(window=DateWindow(days=9))
    )
    assert (done_again.documents, done_again.undated) == (8, 0)
    assert {row["cluster_id"] for row in pq.read_table(tmp_path / "matched").to_pylist()} == {
        one.id for one in articles
    }


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "crawler", *arguments]


def dedup_on(master: str) -> list[str]:
    return command("dedup", "in.jsonl", "-o", "there.jsonl", "--engine", "spark", "--master", master)


def environment(folder: Path) -> dict[str, str]:
    settings = folder / "conf"
    settings.mkdir(exist_ok=True)
    (settings / "spark-defaults.conf").write_text("".join(f"{k} {v}\n" for k, v in frugal().items()))
    return {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_CONF_DIR": str(settings), "SPARK_LOCAL_IP": "127.0.0.1"}


def test_several_executors_on_one_machine(tmp_path: Path) -> None:
    source = written(tmp_path)
    here = deduplicate(source, tmp_path / "here.jsonl")
    done = subprocess.run(
        dedup_on("local-cluster[2,1,1024]"),
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{here.pairs:,} pairs" in done.stderr
    assert by_id(labelled(tmp_path / "there.jsonl")) == by_id(labelled(tmp_path / "here.jsonl"))


def test_a_master_with_two_workers_of_which_one_is_killed(tmp_path: Path) -> None:
    """On loopback: pages are cleaned, then one worker is killed with -9 while candidates are made. That changes nothing."""
    source = written(tmp_path)
    saved_pages(tmp_path / "pages")
    deduplicate(source, tmp_path / "here.jsonl")
    settings: dict[str, Any] = {"cwd": tmp_path, "env": environment(tmp_path), "stderr": subprocess.PIPE, "text": True}
    subprocess.run(command("clean", "pages", "-o", "here-clean.jsonl"), check=True, timeout=300, **settings)
    with Cluster(tmp_path / "cluster") as cluster:
        cleaning = command("clean", "pages", "-o", "clean", "--engine", "spark", "--master", cluster.master)
        done = subprocess.run(cleaning, timeout=900, **settings)
        assert done.returncode == 0, done.stderr[-3000:]
        assert "8 records; 1 dropped (1 decode: binary)" in done.stderr
        assert_same(tmp_path / "clean", lines(tmp_path / "here-clean.jsonl"))
        process = subprocess.Popen(dedup_on(cluster.master), **settings)
        assert process.stderr
        said = []
        for line in process.stderr:
            said.append(line)
            if line.strip().endswith("candidates"):
                cluster.kill_one()
        assert process.wait(timeout=900) == 0, "".join(said)[-3000:]
    assert cluster.killed
    assert by_id(labelled(tmp_path / "there.jsonl")) == by_id(labelled(tmp_path / "here.jsonl"))
