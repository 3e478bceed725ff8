"""Corpora of other people: their columns, formats and ids; new against old; why two texts are linked."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from cleaners import Deduplicator
from cleaners.dedup.corpus import CorpusColumns, deduplicate
from cleaners.dedup.corpus.known import known_documents
from cleaners.dedup.passages import shared_passages
from cleaners.errors import FormatError, InputError
from cleaners.store import Store
from tests.test_architecture import ROOT
from tests.test_dedup import OTHER, STORY, TEXTS, THIRD, read, write
from tests.test_verify import spun


def lines(path: Path, records: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def clusters(path: Path, name: str = "id") -> dict[Any, Any]:
    return {record[name]: record["cluster_id"] for record in read(path)}


def test_columns_of_other_names(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", [{"编号": f"k{n}", "正文": text, "x": n} for n, text in enumerate(TEXTS)])
    deduplicate(source, tmp_path / "out.jsonl", columns=CorpusColumns(id="编号", text="正文"))
    deduplicate(write(tmp_path / "plain.jsonl", TEXTS), tmp_path / "same.jsonl")
    assert clusters(tmp_path / "out.jsonl", "编号") == {
        f"k{name}": f"k{cluster}" for name, cluster in clusters(tmp_path / "same.jsonl").items()
    }
    assert [record["x"] for record in read(tmp_path / "out.jsonl")] == list(range(len(TEXTS)))


def test_what_lacks_the_columns_is_refused_with_those_that_it_has(tmp_path: Path) -> None:
    source = lines(tmp_path / "in.jsonl", [{"doc_id": n, "content": STORY} for n in range(150)])
    with pytest.raises(InputError, match=r"its columns are doc_id, content.*--id-field, --text-field"):
        deduplicate(source, tmp_path / "out.jsonl")
    with pytest.raises(InputError, match=r"no record has 'text'.*with --text-field$"):
        deduplicate(source, tmp_path / "out.jsonl", columns=CorpusColumns(id="doc_id"))
    assert not (tmp_path / "out.jsonl").exists()


def test_what_is_no_record_is_counted_and_passed_through_as_it_stands(tmp_path: Path) -> None:
    odd = [
        b'{"id": 1, "text": null, "kept": "yes"}',
        b"no json at all",
        b'{"id": 2, "text": "\xff\xfe broken"}',
        b"[1, 2]",
        b'{"text": "without an id"}',
    ]
    good = json.dumps({"id": 9, "text": STORY}, ensure_ascii=False).encode()
    (tmp_path / "in.jsonl").write_bytes(b"\n".join((odd[0], good, *odd[1:])) + b"\n")
    told: list[str] = []
    done = deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", problem=told.append)
    out = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert [line for line in out if b"cluster_id" not in line] == odd
    assert (done.documents, done.skipped, done.written, len(out)) == (1, 5, 6, 6)
    assert "no UTF-8" in "".join(told)


def test_several_inputs_are_one_corpus(tmp_path: Path) -> None:
    parts = [write(tmp_path / "a.jsonl.gz", TEXTS[:5]), write(tmp_path / "b.jsonl", TEXTS[5:], [*range(5, len(TEXTS))])]
    deduplicate(parts, tmp_path / "parts.jsonl")
    deduplicate(write(tmp_path / "in.jsonl", TEXTS), tmp_path / "whole.jsonl")
    assert read(tmp_path / "parts.jsonl") == read(tmp_path / "whole.jsonl")
    with pytest.raises(InputError, match=r"the id 0 stands in .*b\.jsonl and in .*a\.jsonl\.gz, .*before its ids"):
        deduplicate([parts[0], write(tmp_path / "b.jsonl", TEXTS[5:])], tmp_path / "out.jsonl")


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8-sig", ","), ("gb18030", ","), ("utf-8", ";"), ("utf-8", "\t")]
)
def test_a_table_of_a_spreadsheet(tmp_path: Path, encoding: str, delimiter: str) -> None:
    source, target = tmp_path / "in.csv", tmp_path / "out.csv"
    with source.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["编号", "正文", "备注"])
        writer.writerows(
            [n, text + "\n第二段", f"第{n}批，{delimiter}"] for n, text in enumerate([STORY, OTHER, STORY])
        )
    deduplicate(source, target, columns=CorpusColumns(id="编号", text="正文"))
    with target.open(encoding="utf-8", newline="") as file:
        out = list(csv.DictReader(file))
    assert [(one["编号"], one["cluster_id"], one["cluster_size"]) for one in out] == [
        ("0", "0", "2"), ("1", "1", "1"), ("2", "0", "2"),
    ]  # fmt: skip
    assert [one["备注"] for one in out] == [f"第{n}批，{delimiter}" for n in range(3)]
    assert out[0]["正文"].endswith("\n第二段")


def test_a_row_with_too_many_cells_is_refused_with_the_cure(tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("id,text\n1,一,二\n", encoding="utf-8")
    with pytest.raises(FormatError, match=r"row 1: 3 cells under 2 names: put quotes around"):
        deduplicate(tmp_path / "in.csv", tmp_path / "out.jsonl")


def test_parquet_keeps_its_types_and_ids_of_64_bits_without_a_sign(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    pq = pytest.importorskip("pyarrow.parquet")
    ids = arrow.array([2**64 - 1, 5, 2**63], arrow.uint64())
    others = {
        "when": arrow.array([1, 2, 3], arrow.timestamp("ms")),
        "label": arrow.array(["甲", "乙", "甲"]).dictionary_encode(),
        "score": arrow.array([0.5, None, 1.0], arrow.float32()),
    }
    table = arrow.table({"id": ids, "text": [STORY, OTHER, STORY], **others})
    pq.write_table(table, tmp_path / "in.parquet")
    deduplicate(tmp_path / "in.parquet", tmp_path / "out.parquet")
    out = pq.read_table(tmp_path / "out.parquet")
    assert out.select(table.column_names) == table
    assert out["cluster_id"].to_pylist() == [2**64 - 1, 5, 2**64 - 1]
    deduplicate(
        lines(tmp_path / "in.jsonl", [{"id": 5, "text": OTHER}, {"id": 2**64 - 1, "text": STORY}]),
        tmp_path / "out.parquet",
    )
    assert pq.read_table(tmp_path / "out.parquet")["id"].to_pylist() == [5, 2**64 - 1]


@pytest.mark.parametrize("known_share", [0.1, 0.5, 0.9])
def test_new_against_old_gives_what_both_at_once_give(tmp_path: Path, known_share: float) -> None:
    texts = [*TEXTS, STORY[40:], OTHER[:120] + THIRD[:100], spun(OTHER), "转载 " + THIRD, THIRD[:140], STORY + "完"]
    order = random.Random(3).sample(range(len(texts)), len(texts))
    cut = int(known_share * len(texts))
    check_against([(name, texts[name]) for name in order], cut, tmp_path)


@pytest.mark.parametrize("known_share", [0.2, 0.8])
def test_new_against_old_on_real_reposts(shared: Path, tmp_path: Path, known_share: float) -> None:
    with gzip.open(shared / "reposts" / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        every = [json.loads(line) for line in file]
    chosen = random.Random(5).sample(every, 1500)
    check_against([(one["id"], one["text"]) for one in chosen], int(known_share * len(chosen)), tmp_path)


def check_against(documents: list[tuple[Any, str]], cut: int, folder: Path) -> None:
    """The documents from ``cut`` on against those before it: same clusters, sizes and best copies as all at once."""
    records = [{"id": name, "text": text} for name, text in documents]
    deduplicate(lines(folder / "all.jsonl", records), folder / "whole.jsonl", pairs=folder / "whole-pairs.jsonl")
    old, new = lines(folder / "old.jsonl", records[:cut]), lines(folder / "new.jsonl", records[cut:])
    done = deduplicate(
        new, folder / "out.jsonl", pairs=folder / "pairs.jsonl", known=known_documents(old, CorpusColumns(), None)
    )
    out, whole = read(folder / "out.jsonl"), read(folder / "whole.jsonl")[cut:]
    names = {name for name, _ in documents[:cut]}
    assert [{**record, "is_known": record["cluster_id"] in names} for record in whole] == out
    assert (done.known, done.documents) == (cut, len(out))
    fresh = {record["id"] for record in out}
    every = [pair for pair in read(folder / "whole-pairs.jsonl") if pair["b"] in fresh]
    assert read(folder / "pairs.jsonl") == every


def test_clusters_keep_the_names_of_the_older_corpus(tmp_path: Path) -> None:
    old = lines(
        tmp_path / "old.jsonl",
        [{"id": "o", "text": STORY, "cluster_id": "since last year"}, {"id": "p", "text": THIRD}],
    )
    new = lines(
        tmp_path / "new.jsonl",
        [{"id": "n", "text": STORY + "完"}, {"id": "m", "text": OTHER}, {"id": "l", "text": OTHER + "完"}],
    )
    before = old.read_bytes()
    done = deduplicate(new, tmp_path / "out.jsonl", known=known_documents(old, CorpusColumns(), None))
    assert clusters(tmp_path / "out.jsonl") == {"n": "since last year", "m": "m", "l": "m"}
    assert [record["is_known"] for record in read(tmp_path / "out.jsonl")] == [True, False, False]
    assert (done.known, done.matched, old.read_bytes()) == (2, 1, before)
    done = deduplicate(
        new, tmp_path / "fresh.jsonl", canonical_only=True, known=known_documents(old, CorpusColumns(), None)
    )
    (kept,) = read(tmp_path / "fresh.jsonl")
    assert kept["cluster_id"] == "m"
    assert done.written == 1


def test_pairs_say_which_text_holds_which_and_why(tmp_path: Path) -> None:
    texts = [STORY, STORY[:150], STORY[:150] + OTHER]
    deduplicate(write(tmp_path / "in.jsonl", texts), tmp_path / "out.jsonl", pairs=tmp_path / "p.jsonl", passages=True)
    found = {(pair["a"], pair["b"]): pair for pair in read(tmp_path / "p.jsonl")}
    part = found[0, 1]
    assert part["b_in_a"] > 0.99 > 0.8 > part["a_in_b"]
    assert part["containment"] == part["b_in_a"]
    for (a, b), pair in found.items():
        assert pair["passages"]
        for passage in pair["passages"]:
            assert texts[b][slice(*passage["b"])] == passage["text"] == texts[a][slice(*passage["a"])]


def test_passages_are_found_through_disguises_and_in_any_order() -> None:
    first, second = "镇里的新桥昨天上午通车了，双向六车道。", "县医院搬到了城东，门诊楼有十二层高。"
    disguised = "县(xiàn)醫院搬到了城東，門診樓有(yǒu)十二層高！\n" + "\u200b".join(first)
    found = shared_passages(first + second, disguised, least=10)
    assert len(found) == 2
    assert [(first + second)[one.begin_a : one.end_a] for one in found] == [second[:-1], first[:-1]]
    assert disguised[found[0].begin_b : found[0].end_b] == "县(xiàn)醫院搬到了城東，門診樓有(yǒu)十二層高"
    assert shared_passages("", "") == shared_passages(STORY, "别的") == ()


def test_items_of_a_benchmark_that_stand_in_the_corpus_are_reported(tmp_path: Path) -> None:
    items = [STORY[20:60], OTHER[5:50], "这一道题在语料里从来没有出现过，谁也没有见过它的答案。", "太短"]
    benchmark = lines(tmp_path / "b.jsonl", [{"id": f"q{n}", "text": text} for n, text in enumerate(items)])
    texts = [STORY, THIRD, f"摘录：{OTHER[5:27]}。" + THIRD[::-1], "\u200b".join(STORY)]
    corpus = lines(tmp_path / "in.jsonl", [{"id": n, "text": text} for n, text in enumerate(texts)])
    done = deduplicate(
        corpus,
        tmp_path / "out.jsonl",
        known=known_documents(benchmark, CorpusColumns(), None),
        report=tmp_path / "r.jsonl",
    )
    assert (done.contaminated, done.short) == (1, 1)
    (met,) = read(tmp_path / "r.jsonl")
    assert met["id"] == "q0"
    assert [(one["id"], one["share"]) for one in met["documents"]] == [(0, 1), (3, 1)]


def run(folder: Path, *command: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "crawler", *command], cwd=folder, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stderr


def test_against_a_store(tmp_path: Path) -> None:
    lines(
        tmp_path / "old.jsonl",
        [{"url": f"https://k.example/{n}", "text": text} for n, text in enumerate([STORY, OTHER])],
    )
    run(tmp_path, "clean", "old.jsonl", "--store", "news.db", "-j", "1")
    with Store.open(tmp_path / "news.db", readonly=True) as store:
        names = {clipping.article.url: clipping.article.id for clipping in store.clippings.select()}
    lines(tmp_path / "new.jsonl", [{"id": "n", "text": STORY + "完"}, {"id": "m", "text": THIRD}])
    told = run(tmp_path, "dedup", "new.jsonl", "--against", "news.db", "-o", "out.jsonl")
    assert "1 document of clusters in news.db" in told
    assert clusters(tmp_path / "out.jsonl") == {"n": names["https://k.example/0"], "m": "m"}


def test_a_headline_in_a_column_of_its_own_shows_a_cut_copy(tmp_path: Path) -> None:
    teaser = STORY[: len(STORY) // 4]
    for name, options in (("title", CorpusColumns()), ("标题", CorpusColumns(title="标题"))):
        records = [
            {"id": "whole", name: "昆玉大桥合龙", "text": STORY},
            {"id": "cut", name: "昆玉大桥合龙", "text": teaser},
        ]
        done = deduplicate(
            lines(tmp_path / "in.jsonl", records),
            tmp_path / "out.jsonl",
            columns=options,
            pairs=tmp_path / "pairs.jsonl",
        )
        assert (done.clusters, done.pairs, done.apart) == (1, 1, 0)
        assert read(tmp_path / "pairs.jsonl")[0]["same_cluster"] is True
        records[1][name] = "别的标题"
        done = deduplicate(
            lines(tmp_path / "in.jsonl", records),
            tmp_path / "out.jsonl",
            columns=options,
            pairs=tmp_path / "pairs.jsonl",
        )
        assert (done.clusters, done.pairs, done.apart) == (2, 1, 1), "a part under another headline is no copy"
        assert read(tmp_path / "pairs.jsonl")[0]["same_cluster"] is False
    with pytest.raises(InputError, match=r"no record has 'titel'; its columns are id, 标题, text.*--title-field"):
        deduplicate(tmp_path / "in.jsonl", tmp_path / "out.jsonl", columns=CorpusColumns(title="titel"))


def test_copies_that_are_left_out_are_named_with_the_one_that_stands_for_them(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [STORY[:-60], STORY, OTHER, STORY], ["cut", "best", "other", "same"])
    deduplicate(
        source,
        tmp_path / "out.csv",
        canonical_only=True,
        copies=tmp_path / "copies.jsonl",
        fields=["id", "cluster_size"],
    )
    assert (tmp_path / "out.csv").read_text(encoding="utf-8").split() == ["id,cluster_size", "best,3", "other,1"]
    assert read(tmp_path / "copies.jsonl") == [
        {"id": "cut", "cluster_id": "cut", "canonical": "best"}, {"id": "same", "cluster_id": "cut", "canonical": "best"},
    ]  # fmt: skip
    old = known_documents(write(tmp_path / "old.jsonl", [STORY + "完"], ["old"]), CorpusColumns(), None)
    deduplicate(source, tmp_path / "new.jsonl", canonical_only=True, known=old, copies=tmp_path / "copies.jsonl")
    assert {(one["id"], one["canonical"]) for one in read(tmp_path / "copies.jsonl")} == {
        ("cut", "old"), ("best", "old"), ("same", "old"),
    }  # fmt: skip
    with pytest.raises(InputError, match=r"no record has 'url'.*--columns"):
        deduplicate(source, tmp_path / "out.csv", fields=["id", "url"])


def test_lines_that_are_no_records_do_not_go_where_a_reader_wants_records(
    tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    source = tmp_path / "in.jsonl"
    source.write_text(json.dumps({"id": 1, "text": STORY}) + '\n{"id": 2, "te\n{"id": 3}\n', encoding="utf-8")
    done = deduplicate(source, "-")
    assert [json.loads(line)["id"] for line in capsysbinary.readouterr().out.splitlines()] == [1, 3]
    assert (done.written, done.skipped, done.lost) == (2, 2, 1)
    done = deduplicate(source, tmp_path / "out.jsonl")
    assert (done.written, done.skipped, done.lost) == (3, 2, 0)


def test_a_table_from_standard_input_is_told_by_its_content(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for table in (
        "id,text\n1,{}\n2,{}\n",
        "\ufeffid\ttext\n1\t{}\n2\t{}\n",
        '{{"id": 1, "text": "{}"}}\n{{"id": 2, "text": "{}"}}\n',
    ):
        given = table.format(STORY, OTHER).encode()
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
        assert deduplicate("-", tmp_path / "out.jsonl").documents == 2


def test_an_older_corpus_may_have_the_usual_columns_where_the_new_one_has_its_own(tmp_path: Path) -> None:
    seen = Deduplicator()
    seen.add("old", STORY)
    seen.save(tmp_path / "seen.jsonl.gz")
    columns = CorpusColumns(id="docid", text="content")
    new = lines(tmp_path / "new.jsonl", [{"docid": 7, "content": STORY + "完"}, {"docid": 8, "content": OTHER}])
    done = deduplicate(
        new, tmp_path / "out.jsonl", columns=columns, known=known_documents(tmp_path / "seen.jsonl.gz", columns, None)
    )
    assert (done.matched, clusters(tmp_path / "out.jsonl", "docid")) == (1, {7: "old", 8: 8})
