"""Confidence in the record, and what is done with it; credits behind the last sentence; pages that are no article."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.extract.boilerplate.inline_credits import split_credits
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop, Page
from cleaners.pipeline import clean
from cleaners.store import Store
from crawler.cli.application import app

TOLD = (
    "渡口镇的夜校每周开课四个晚上，来上课的有船工、菜农，也有在镇上开店的外地人。",
    "教室设在旧粮站里，灯是新换的，黑板还是老的，校长说旧黑板写字不打滑，舍不得扔。",
    "镇里打算秋天再添一个裁缝班，老师已经请好了，缝纫机还差六台，正在向各村借。",
)


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        ingester.add(
            [
                Article(id=f"{n:016x}", origin=f"{n}.html", title=f"夜校{n}", text=TOLD[n], confidence=sure)
                for n, sure in enumerate((0.5, 0.95, None))
            ]
        )
    return path


def test_what_is_doubtful_is_listed_and_counted(store: Path) -> None:
    with Store.open(store, create=False) as opened:
        assert [(one.id, one.confidence) for one in opened.doubtful(9)] == [(f"{0:016x}", 0.5)]
        assert opened.statistics().doubtful == 1
    listed = CliRunner().invoke(app, ["drops", "--doubtful", "--store", str(store), "--json"])
    assert json.loads(listed.stdout)["title"] == "夜校0"


def test_an_export_of_what_is_sure_leaves_out_the_rest(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "sure.jsonl"
    done = CliRunner().invoke(app, ["export", "-o", str(out), "--min-confidence", "0.9", "--store", str(store)])
    assert done.exit_code == 0, done.output
    assert [json.loads(line)["confidence"] for line in out.read_text(encoding="utf-8").splitlines()] == [0.95]


@pytest.mark.parametrize("markup", [False, True])
def test_a_record_says_how_sure_its_body_is(markup: bool) -> None:
    title, day = "渡口镇的夜校又亮灯了", "2023-06-08 19:30 来源：渡口晚报"
    told = "".join(f"<p>{one}</p>" for one in TOLD) if markup else "\n\n".join(TOLD)
    text = (
        f"<html><body><h1>{title}</h1><div>{day}</div>{told}</body></html>" if markup else f"{title}\n{day}\n\n{told}"
    )
    found = clean(Page(body=text.encode(), origin="a"))
    assert isinstance(found, Article) and found.confidence is not None
    assert 0.5 < found.confidence <= 1


def test_a_style_sheet_is_no_article() -> None:
    sheet = (
        "/* 正文样式，二〇二六年改版，段落首行缩进两个字。 */\n.content p{text-indent:2em}\n.nav a:hover{color:#c00}\n"
        * 4
    )
    assert isinstance(clean(Page(body=sheet.encode(), origin="a.css")), Drop)


@pytest.mark.parametrize(
    ("text", "left", "editors"),
    [
        ("缝纫机正在向各村借。（责编：陶满春）", "缝纫机正在向各村借。", ("陶满春",)),
        ("缝纫机正在向各村借。[编辑：卢一 校对：骆青]", "缝纫机正在向各村借。", ("卢一",)),
        ("灯是新换的。【编者按：旧灯留着】黑板还是老的。", "灯是新换的。【编者按：旧灯留着】黑板还是老的。", ()),
        ("（责任编辑：卢一）", "（责任编辑：卢一）", ()),
    ],
)
def test_credits_behind_the_last_sentence_go(text: str, left: str, editors: tuple[str, ...]) -> None:
    assert split_credits(text) == (left, editors)
