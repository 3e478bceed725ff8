"""Export: the record as documented, files whole or not at all, Markdown that shows the text as it stands."""

from __future__ import annotations

import gzip
import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from cleaners.atomic import whole_folder
from cleaners.compression import zstd_library
from cleaners.errors import UnwritableError, UsageError
from cleaners.export import (
    JsonLinesFile,
    RecordOutput,
    drop_record,
    in_script,
    markdown_page,
    record,
    write_markdown_folder,
)
from cleaners.items import Article, Clipping, Cluster, Drop, Evidence, Match
from tests.test_store import FULL, article

NAMES = [
    "id", "url", "declared_url", "site", "origin", "title", "text", "markdown", "images", "section", "source", "language", "published", "authors",
    "editors", "edition", "regions", "script", "disguises", "repairs", "noise_removed", "confidence", "quality", "opt_out", "next_url", "parts", "part_origins",
    "missing_parts", "found_by", "extra",
    "fetched_at", "extractor", "revision", "cluster_id", "cluster_size", "is_canonical", "earliest_url", "earliest_published", "matches",
]  # fmt: skip
MATCHED = Clipping(
    article=FULL, revision=2,
    cluster=Cluster(id="0" * 16, size=3, is_canonical=True, earliest_url="http://a.example/", earliest_published=datetime(2023, 5, 6, tzinfo=UTC)),
    matches=(Match(kind="contains", other="0" * 16, similarity=0.5, containment=1.0, evidence=Evidence(shared=300, numbers_differ=(("3", "4"),), score=0.9, there=(0.25, 0.75))),),
)  # fmt: skip


def test_a_record_has_the_documented_names_in_their_order() -> None:
    assert list(record(MATCHED)) == NAMES
    assert list(record(Clipping(article=Article(id="1", origin="a", text="t")))) == NAMES


def test_what_is_known_is_written_so_that_others_can_read_it() -> None:
    line = record(MATCHED)
    assert line["published"] == "2023-05-06T07:08:00+08:00"
    assert line["fetched_at"] == "2024-01-01T00:00:00+00:00"
    assert line["extractor"] == {"name": "jianbao", "version": "0.1", "recipe": "r"}
    assert line["regions"][0] == {"name": "江西/萍乡", "code": "360300", "count": 3}
    assert line["matches"] == [{
        "id": "0" * 16, "kind": "contains", "similarity": 0.5, "containment": 1.0,
        "evidence": {"shared": 300, "numbers_agree": 0, "numbers_differ": [["3", "4"]], "score": 0.9, "here": [0.0, 1.0], "there": [0.25, 0.75]},
    }]  # fmt: skip
    assert (line["cluster_size"], line["is_canonical"], line["earliest_published"]) == (
        3,
        True,
        "2023-05-06T00:00:00+00:00",
    )
    assert json.loads(json.dumps(line)) == line


def test_what_is_unknown_is_null_or_empty() -> None:
    line = record(Clipping(article=Article(id="1", origin="a", text="t")))
    null = {"url", "declared_url", "site", "title", "markdown", "section", "source", "language", "published", "next_url", "fetched_at", "cluster_id",
            "cluster_size", "is_canonical", "earliest_url", "earliest_published", "confidence", "edition"}  # fmt: skip
    assert {name for name, value in line.items() if value is None} == null
    assert [line[name] for name in ("images", "authors", "editors", "regions", "disguises", "opt_out", "matches")] == [
        []
    ] * 7
    assert line["repairs"] == line["noise_removed"] == line["extra"] == {}


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_lines_read_back_and_the_same_content_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    paths = [tmp_path / f"{name}.jsonl{suffix}" for name in ("a", "b")]
    for path in paths:
        with JsonLinesFile(path) as lines:
            for _ in range(2):
                lines.write(record(MATCHED))
        assert lines.written == 2
    data = paths[0].read_bytes()
    assert data == paths[1].read_bytes()
    plain = {
        "": bytes,
        ".gz": gzip.decompress,
        ".zst": zstd_library().decompress,
    }[suffix](data)
    assert [json.loads(line) for line in plain.decode().splitlines()] == [record(MATCHED)] * 2
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(p.name for p in paths)


def test_an_interrupted_export_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    path.write_text("old")

    def interrupted() -> None:
        with RecordOutput(path) as out:
            out.keep(MATCHED)
            out.drop(Drop(origin="a", stage="read", reason="empty"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]


DEAD = 2**22 + 1  # no process has such a number (Linux ends at 2**22)


def test_what_a_dead_process_left_is_removed_and_what_it_moved_aside_comes_back(tmp_path: Path) -> None:
    for left in (f".out.jsonl.{DEAD}.part", f".out.jsonl.{os.getppid()}.part", ".out.jsonl.mine.part", ".other.1.part"):
        (tmp_path / left).touch()
    with JsonLinesFile(tmp_path / "out.jsonl") as lines:
        lines.write({"a": 1})
    left_over = {".out.jsonl.mine.part", f".out.jsonl.{os.getppid()}.part", ".other.1.part"}
    assert {path.name for path in tmp_path.iterdir()} == {"out.jsonl"} | left_over
    (tmp_path / f".md.{DEAD}.old").mkdir()
    (tmp_path / f".md.{DEAD}.old" / "mine.txt").touch()
    with pytest.raises(UsageError, match="earlier export"), whole_folder(tmp_path / "md", replaces=lambda _: False):
        pass
    assert (tmp_path / "md" / "mine.txt").exists()


def test_what_a_process_of_the_same_number_left_is_removed(tmp_path: Path) -> None:
    """In a container every run is process 1."""
    (tmp_path / f".md.{os.getpid()}.part").mkdir()
    (tmp_path / f".md.{os.getpid()}.old").mkdir()
    (tmp_path / f".x.jsonl.{os.getpid()}.part").write_text("half")
    with whole_folder(tmp_path / "md", replaces=lambda _: True) as folder:
        (folder / "a").touch()
    with JsonLinesFile(tmp_path / "x.jsonl"):
        pass
    assert {path.name for path in tmp_path.rglob("*")} == {"md", "a", "x.jsonl"}


def test_drops_stand_beside_the_output(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    drop = Drop(origin="a", stage="read", reason="empty", detail="0 bytes")
    with RecordOutput(path) as out:
        out.keep(Clipping(article=FULL))
        out.drop(drop)
    assert (out.written, out.dropped) == (1, 1)
    beside = tmp_path / "out.jsonl.drops.jsonl"
    assert json.loads(beside.read_text()) == drop_record(drop) == {
        "origin": "a", "url": None, "stage": "read", "reason": "empty", "detail": "0 bytes",
    }  # fmt: skip
    with RecordOutput(path) as out:
        out.keep(Clipping(article=FULL))
    assert not beside.exists()


def test_a_dash_is_standard_output(capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    with RecordOutput("-") as out:
        out.keep(Clipping(article=FULL))
        out.drop(Drop(origin="a", stage="read", reason="empty"))
    captured = capfdbinary.readouterr()
    assert json.loads(captured.out)["id"] == FULL.id
    assert captured.out.count(b"\n") == 1


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
def test_a_full_disk_is_told() -> None:
    with pytest.raises(UnwritableError, match="/dev/full"), JsonLinesFile("/dev/full") as lines:
        lines.write({"a": 1})


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a folder where even root can make no file")
def test_a_place_that_cannot_be_written_is_told() -> None:
    with pytest.raises(UnwritableError), JsonLinesFile("/proc/out.jsonl") as lines:
        lines.write({"a": 1})


def test_a_folder_or_a_missing_folder_is_told(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nowhere" / "out.jsonl"):
        with pytest.raises(UsageError), JsonLinesFile(path):
            pass


def test_broken_unicode_does_not_break_the_file(tmp_path: Path) -> None:
    with JsonLinesFile(tmp_path / "a.jsonl") as lines:
        lines.write({"text": "一半\udce4"})
    assert json.loads((tmp_path / "a.jsonl").read_text(encoding="utf-8")) == {"text": "一半\udce4"}


# Scripts


def test_export_converts_what_a_reader_sees() -> None:
    clipping = Clipping(
        article=article(
            1, "頭髮乾了，後面還濕。", title="頭髮", source="臺灣日報", authors=("葉記者",), script="traditional"
        )
    )
    plain = in_script(clipping, "simplified").article
    assert (plain.text, plain.title, plain.script) == ("头发干了，后面还湿。", "头发", "simplified")
    assert (plain.source, plain.authors) == ("台湾日报", ("叶记者",))
    assert in_script(clipping, "keep") is clipping
    back = in_script(Clipping(article=article(1, "头发白了，后面还黑。", script="simplified")), "traditional").article
    assert (back.text, back.script) == ("頭髮白了，後面還黑。", "traditional")


def test_what_is_not_chinese_is_not_converted() -> None:
    clipping = Clipping(article=article(1, "Nothing 後 to convert.", script="other"))
    assert in_script(clipping, "simplified") is clipping


# Markdown


def front(page: str) -> tuple[dict[str, object], str]:
    head, body = re.fullmatch(r"---\n(.*?\n)---\n\n(.*)", page, re.DOTALL).groups()  # type: ignore[union-attr]
    return yaml.safe_load(head), body


def test_a_markdown_page_says_what_is_known() -> None:
    known, body = front(markdown_page(MATCHED))
    line = record(MATCHED)
    told = (
        "title", "url", "site", "source", "section", "authors", "editors", "published", "fetched_at", "script", "disguises",
        "opt_out", "id", "cluster_id", "cluster_size", "earliest_url",
    )  # fmt: skip
    assert known == {name: line[name] for name in told} | {"regions": ["江西/萍乡", "江西"]}
    assert body == f"# {FULL.title}\n\n{FULL.markdown}\n"


@pytest.mark.parametrize(
    "title", ["a: b # c", "--- ", "'\"", "是", "yes", "2023-01-01", "[x]", "a\x07b", "一半\udce4", "第一行"]
)
def test_front_matter_holds_any_headline(title: str) -> None:
    known, _ = front(markdown_page(Clipping(article=article(1, title=title))))
    assert known["title"] == title


def test_text_without_markup_is_shown_as_it_stands() -> None:
    text = "# 不是标题\n- 不是列表\n1. 也不是\n*不斜* <b>不粗</b> [不是](链接) `码` a_b_c\n> 不引用\n=== \n---"
    _, body = front(markdown_page(Clipping(article=article(1, text, title=None))))
    paragraphs = body.rstrip("\n").split("\n\n")
    assert [re.sub(r"\\(.)", r"\1", p) for p in paragraphs] == text.split("\n")
    assert not re.search(r"(?m)^(#|-|\d+\.|>|=)", body)
    assert not re.search(r"(?<!\\)[*_<`\[]", body)


@pytest.mark.parametrize(
    "title",
    [
        "../../etc/passwd",
        'a/b\\c:d*e?f"g<h>i|j',
        "。。。",
        "x" * 300,
        "字" * 300,
        ".hidden",
        "con",
        "a\u202eb\x00c",
        None,
    ],
)
def test_names_are_safe_everywhere(tmp_path: Path, title: str | None) -> None:
    assert write_markdown_folder([Clipping(article=article(1, title=title))], tmp_path / "out") == 1
    (path,) = (tmp_path / "out").iterdir()
    assert re.fullmatch(r"undated-([^\W_]+-)*0{15}1\.md", path.name), path.name
    assert len(os.fsencode(path.name)) <= 200


def test_the_same_export_twice_gives_the_same_files(tmp_path: Path) -> None:
    clippings = [MATCHED, Clipping(article=replace(FULL, id="b" * 16))]

    def files() -> Iterator[tuple[str, bytes]]:
        assert write_markdown_folder(clippings, tmp_path / "out") == 2
        return ((p.name, p.read_bytes()) for p in sorted((tmp_path / "out").iterdir()))

    assert list(files()) == list(files())
    assert next(files())[0] == "2023-05-06-河边的老磨坊重新转动-" + FULL.id + ".md"


def test_markdown_needs_a_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "file", tmp_path / "nowhere" / "out"):
        with pytest.raises(UsageError):
            write_markdown_folder([MATCHED], path)
