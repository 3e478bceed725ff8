"""The engine on Spark gives what the engine on one machine gives, also when a worker is killed in the middle.

Needs Java and ``pip install 'jianbao[spark]'``; skipped where they are missing.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaners import dumps
from cleaners.corpus import deduplicate
from cleaners.errors import InputError, UsageError
from cleaners.export import record
from cleaners.items import Article, Clipping, Drop
from cleaners.pipeline import clean
from tests.spark_cluster import Cluster, frugal

pytest.importorskip("pyspark", reason="pip install 'jianbao[spark]'")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("Spark needs Java 17 or newer", allow_module_level=True)

ROOT = Path(__file__).resolve().parent.parent

_WHO = ["农技站", "合作社", "纺织厂", "开发区", "气象局", "文化馆", "供电所", "水利处", "果品公司", "运输队", "冷链中心", "育苗基地"]
_WHERE = ["阿克苏", "喀什", "库尔勒", "萍乡", "吐鲁番", "伊宁", "哈密", "和田", "塔城", "赣州", "宜春", "上饶"]
_WHAT = ["新引进的滴灌设备", "今年第二批棉种", "改造后的仓库", "刚修好的乡村公路", "扩建的冷库", "夜校培训班", "光伏大棚", "苗木订单", "包装流水线"]
_DID = ["已经投入使用", "比去年提前十天完成", "让周边农户省下不少力气", "带动了附近的加工和运输", "正在接受最后的检查", "得到了村民的认可"]


def story(seed: int) -> str:
    """A little article of eight sentences, no two alike."""
    chance = random.Random(seed)
    return "\n".join(
        f"{chance.choice(_WHERE)}{chance.choice(_WHO)}负责人{chance.choice('赵钱孙李周吴郑王')}某说，{chance.choice(_WHAT)}"
        f"{chance.choice(_DID)}，共有{chance.randint(3, 900)}户参与，投入{chance.randint(10, 9000)}万元，"
        f"{chance.choice(_WHAT)}也{chance.choice(_DID)}。"
        for _ in range(8)
    )


def corpus() -> list[dict[str, Any]]:
    """Stories, copies of several kinds, a digest, one story copied sixty times, and one line that all of a site share."""
    stories = [story(n) for n in range(60)]
    texts = list(stories)
    texts += [text[: len(text) * 2 // 3] for text in stories[:12]]
    texts += [f"本网讯 {text}\n（完）" for text in stories[8:24]]
    texts += [text.replace("，", "，　").replace("合作社", "合(hé)作(zuò)社(shè)") for text in stories[20:30]]
    texts += ["\n".join(stories[30:34]), "", "短"]
    texts += [stories[40] + f"\n第{n}版" for n in range(60)]
    furniture = "\n" + story(999)[:150]
    texts += [story(1000 + n) + furniture for n in range(45)]
    order = random.Random(5)
    order.shuffle(texts)
    return [{"id": n if n % 3 else f"新闻/{n}", "text": text, "extra": {"n": n}} for n, text in enumerate(texts)]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    from cleaners.spark.session import session

    with session("local[2]", frugal()) as made:
        made.sparkContext.setLogLevel("ERROR")
        yield made


def lines(folder: Path) -> list[dict[str, Any]]:
    """The records of a folder (or file) of JSON Lines."""
    files = sorted(folder.glob("part-*")) if folder.is_dir() else [folder]
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


def by_id(records: list[dict[str, Any]]) -> dict[Any, dict[str, Any]]:
    assert len({r["id"] for r in records}) == len(records)
    return {r["id"]: r for r in records}


def pairs(place: Path) -> list[tuple[Any, ...]]:
    return sorted((str(p["a"]), str(p["b"]), p["kind"], p["similarity"], p["containment"]) for p in lines(place))


def written(folder: Path) -> Path:
    """The corpus as JSON Lines, with lines that cannot be used."""
    path = folder / "in.jsonl"
    good = [json.dumps(row, ensure_ascii=False) for row in corpus()]
    path.write_bytes("\n".join([*good[:50], "{broken", "", '{"id": true, "text": "x"}', *good[50:], ""]).encode() + b'\xff{"id": 1}\n')
    return path


def test_a_corpus_of_lines_gets_the_clusters_of_one_machine(spark: Any, tmp_path: Path) -> None:
    from cleaners.spark.corpus import deduplicate as on_spark

    source = written(tmp_path)
    here = deduplicate(source, tmp_path / "here.jsonl", pairs=tmp_path / "here-pairs.jsonl")
    there = on_spark(spark, [str(source)], str(tmp_path / "there.jsonl"), pairs=str(tmp_path / "there-pairs.jsonl"))
    assert there == here
    assert here.pairs > 100 and here.skipped == 3
    assert by_id(lines(tmp_path / "there.jsonl")) == by_id(lines(tmp_path / "here.jsonl"))
    assert pairs(tmp_path / "there-pairs.jsonl") == pairs(tmp_path / "here-pairs.jsonl")
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl", "here.jsonl", "here-pairs.jsonl", "there.jsonl", "there-pairs.jsonl"}


def test_parquet_in_several_files_to_parquet(spark: Any, tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from cleaners.spark.corpus import deduplicate as on_spark

    rows = [{"id": f"{n:04}", "text": row["text"], "extra": n} for n, row in enumerate(corpus())]
    (tmp_path / "in").mkdir()
    for part in range(3):
        pq.write_table(pa.Table.from_pylist(rows[part * 70 : part * 70 + 70 if part < 2 else None]), tmp_path / f"in/{part}.parquet", row_group_size=20)
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.parquet", tmp_path / "here.parquet", canonical_only=True)
    on_spark(spark, [str(tmp_path / "in")], str(tmp_path / "there"), canonical_only=True)
    here, there = (pq.read_table(tmp_path / name).to_pylist() for name in ("here.parquet", "there"))
    assert len(here) < len(rows)
    assert by_id(there) == by_id(here)


def test_mistakes_are_told(spark: Any, tmp_path: Path) -> None:
    from cleaners.spark.corpus import deduplicate as on_spark

    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1, "text": "一样"}\n{"id": 1, "text": "另一样"}\n', encoding="utf-8")
    with pytest.raises(UsageError, match="no such file"):
        on_spark(spark, [str(tmp_path / "none.jsonl")], str(tmp_path / "out"))
    with pytest.raises(UsageError, match="there already"):
        on_spark(spark, [str(source)], str(tmp_path))
    with pytest.raises(InputError, match="occurs twice"):
        on_spark(spark, [str(source)], str(tmp_path / "out"))
    assert {p.name for p in tmp_path.iterdir()} == {"in.jsonl"}, "nothing is left behind"


def saved_pages(folder: Path) -> Path:
    folder.mkdir()
    page = "<html><body><h1>{title}</h1><div>2024-05-06 10:20 来源：示例晚报</div><div>{body}</div></body></html>"
    made = [page.format(title=f"乡村见闻之{n}", body="".join(f"<p>{p}</p>" for p in story(n).split("\n"))) for n in range(6)]
    for n, html in enumerate(made[:4]):
        (folder / f"{n}.html").write_text(html, encoding="utf-8")
    with zipfile.ZipFile(folder / "more.zip", "w") as archive:
        for n, html in enumerate(made[4:]):
            archive.writestr(f"{n}.html", html)
    (folder / "picture.html").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    return folder


def test_pages_become_the_records_of_one_machine(spark: Any, tmp_path: Path) -> None:
    import pyarrow.parquet as pq

    from cleaners.spark.pages import clean as on_spark

    folder = saved_pages(tmp_path / "pages")
    here = [clean(page) for page in dumps.read([folder]) if not isinstance(page, Drop)]
    done = on_spark(spark, [str(folder)], str(tmp_path / "out"))
    there = by_id(pq.read_table(tmp_path / "out").to_pylist())
    assert done.written == len(there) == 6
    assert done.dropped == {"decode: binary": 1}
    for article in here:
        if isinstance(article, Drop):
            continue
        mine, theirs = record(Clipping(article=article)), there[article.id]
        assert theirs["origin"].endswith(str(mine["origin"]))
        for name in ("title", "text", "source", "authors", "script", "quality", "language", "cluster_id", "matches"):
            assert theirs[name] == mine[name], name
        assert theirs["published"] == article.published
    assert sum(isinstance(one, Article) for one in here) == 6
    (dropped,) = pq.read_table(tmp_path / "out.drops").to_pylist()
    assert dropped["reason"] == "binary" and dropped["origin"].endswith("picture.html")


def command(*arguments: str, folder: Path) -> list[str]:
    return [sys.executable, "-m", "crawler", "dedup", "in.jsonl", "-o", "there.jsonl", "--engine", "spark", *arguments]


def environment(folder: Path) -> dict[str, str]:
    settings = folder / "conf"
    settings.mkdir(exist_ok=True)
    (settings / "spark-defaults.conf").write_text("".join(f"{k} {v}\n" for k, v in frugal().items()))
    return {**os.environ, "PYTHONPATH": str(ROOT), "SPARK_CONF_DIR": str(settings), "SPARK_LOCAL_IP": "127.0.0.1"}


def test_several_executors_on_one_machine(tmp_path: Path) -> None:
    source = written(tmp_path)
    here = deduplicate(source, tmp_path / "here.jsonl")
    arguments = command("--master", "local-cluster[2,1,1024]", folder=tmp_path)
    done = subprocess.run(arguments, cwd=tmp_path, env=environment(tmp_path), capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr[-3000:]
    assert f"{here.pairs:,} pairs" in done.stderr
    assert by_id(lines(tmp_path / "there.jsonl")) == by_id(lines(tmp_path / "here.jsonl"))


def test_a_worker_killed_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    """A real master and two workers on loopback; one is killed with -9 while the candidates are made."""
    source = written(tmp_path)
    deduplicate(source, tmp_path / "here.jsonl")
    with Cluster(tmp_path / "cluster") as cluster:
        process = subprocess.Popen(
            command("--master", cluster.master, folder=tmp_path), cwd=tmp_path, env=environment(tmp_path),
            stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert process.stderr
        said = []
        for line in process.stderr:
            said.append(line)
            if line.strip().endswith("candidates"):
                cluster.kill_one()
        assert process.wait(timeout=900) == 0, "".join(said)[-3000:]
    assert cluster.killed
    assert by_id(lines(tmp_path / "there.jsonl")) == by_id(lines(tmp_path / "here.jsonl"))
