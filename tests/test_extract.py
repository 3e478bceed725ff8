"""Extraction: the body of every page of our own, the kinds that are no article, and the floors on the shared pages."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

from cleaners import extract, metadata
from cleaners.config import SiteExtractRule
from cleaners.errors import UnusableInput
from cleaners.extract import ExtractedBody, ensemble
from cleaners.extract import recipe as recipes
from cleaners.extract.boilerplate.rules import shipped_rules
from cleaners.items import Line, Metadata
from cleaners.page import decode
from cleaners.page import lines as blocks

PAGES = Path(__file__).parent / "pages"
URL = "https://news.example/2024/t20240704_12.html"
BODY = (
    "7月3日，青禾县第二届稻田音乐节在南岸村开幕，来自周边六个乡镇的三千多名村民到场观看，现场气氛热烈。",
    "县文化馆馆长陈立新介绍，今年的节目有一半由村民自己编排，排练从四月就开始了，白天插秧，晚上练歌。",
    "“以前农闲时大家只打牌，现在村里有了合唱队。”六十二岁的村民周桂兰说，她在台上领唱了两首老歌。",
    "据统计，音乐节期间南岸村的二十三家农家乐接待游客一万一千人次，比去年同期增长百分之三十五。",
    "下一步，青禾县将把音乐节与稻米品牌推广结合起来，在秋收时再办一场，并邀请邻县的乐队参加。",
)


def body_of(name: str, **arguments: object) -> ExtractedBody:
    found = blocks.read((PAGES / f"{name}.html").read_text(encoding="utf-8"), URL)
    return extract.extract(found, metadata.find_metadata(found), **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("name", "paragraphs"),
    [
        ("advert-above-the-headline-said-again", 5),
        ("appended-article", 5),
        ("appended-article-flat", 5),
        ("article-in-script-state", 5),
        ("body-hidden-until-a-script-runs", 5),
        ("body-in-two-blocks", 5),
        ("class-names-that-lie", 5),
        ("forum-with-replies", 5),
        ("comments-longer-than-article", 2),
        ("furniture-in-the-body", 5),
        ("hidden-and-form-text", 5),
        ("layout-tables", 5),
        ("next-page", 3),
        ("one-sentence-beside-a-feed", 1),
        ("related-in-the-middle", 5),
    ],
)
def test_the_body_and_nothing_else(name: str, paragraphs: int) -> None:
    assert body_of(name).text.split("\n") == list(BODY[:paragraphs])


@pytest.mark.parametrize(
    ("name", "first", "last", "lines"),
    [
        ("list-of-names", "一等奖", "东溪村 赵建国 《茶山情》", 9),
        ("verse", "稻子绿了，", "一个夜晚。", 13),
        ("verse-under-a-short-line", "老井", "叫不出一棵树的名字", 14),
        ("official-notice", "青政发〔2024〕8号", "附件：1.音乐节方案.doc", 11),
    ],
)
def test_texts_that_are_not_all_prose(name: str, first: str, last: str, lines: int) -> None:
    kept = body_of(name).text.split("\n")
    assert (kept[0], kept[-1], len(kept)) == (first, last, lines)


def test_sentences_that_mention_furniture_stay() -> None:
    kept = body_of("sentences-that-mention-furniture").text.split("\n")
    assert len(kept) == 5
    assert kept[-1].endswith("演出时间。")


def test_a_lead_that_is_one_of_the_paragraphs_stays() -> None:
    kept = body_of("lead-among-the-paragraphs").text.split("\n")
    assert len(kept) == 4
    assert kept[0].startswith("核心提示：从2003年")


@pytest.mark.parametrize(
    ("above", "kept"),
    [
        ("南岸村的水泥路上，孩子们跟着压路机跑。（青禾日报记者周禾摄）", True),
        ("南岸村的水泥路上，孩子們跟著壓路機跑。（記者周禾／攝影）", True),
        ("南岸村的水泥路上，孩子们跟着压路机跑，笑声传得很远。", False),
        ("摄影：周禾", False),
    ],
)
def test_a_caption_between_headline_and_text_belongs_to_the_article(above: str, kept: bool) -> None:
    text = "".join(f"<p>{paragraph}</p>" for paragraph in BODY)
    page = (
        "<html><head><title>稻田音乐节开幕</title></head><body><div><h1>稻田音乐节开幕</h1><div>2024-07-04 08:00</div>"
    )
    found = blocks.read(f"{page}<div><img src=a.jpg><p>{above}</p></div><div class=t>{text}</div></div></body></html>")
    lines = extract.extract(found, metadata.find_metadata(found)).text.split("\n")
    assert lines == ([above] if kept else []) + list(BODY)


def test_headlines_listed_between_paragraphs_go_and_the_paragraphs_stay() -> None:
    kept = body_of("aside-between-paragraphs").text.split("\n")
    assert len(kept) == 5
    assert kept[3].startswith("“唱完歌，大家还在看稻子。”")
    assert kept[-1].endswith("一切照常。")


def test_traditional_furniture_is_known_too() -> None:
    kept = body_of("traditional").text.split("\n")
    assert len(kept) == 2
    assert kept[0].startswith("7月3日，青禾縣")


def test_every_cut_line_says_by_which_rule_and_of_which_class() -> None:
    lines = body_of("furniture-in-the-body").lines
    assert all(line.rule and line.noise for line in lines if line.verdict == "cut")
    assert not any(line.noise for line in lines if line.verdict == "keep")
    classes = {line.text[:6]: line.noise for line in lines if line.verdict == "cut"}
    assert classes["青禾县第二届"] == "repeated title"
    assert classes["2024-0"] == "source line"
    assert classes["（责任编辑："] == "credits"
    assert classes["声明：本文仅"] == "disclaimer"
    assert classes["相关阅读"] == "related"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index-of-links", "index page"),
        ("index-of-teasers", "index page"),
        ("gallery", "gallery"),
        ("error-page", "error page"),
        ("login-wall", "login wall"),
        ("script-shell", "script shell"),
        ("calendar", "no prose"),
    ],
)
def test_pages_that_are_no_article(name: str, kind: str) -> None:
    with pytest.raises(UnusableInput) as refused:
        body_of(name)
    assert (refused.value.stage, refused.value.reason) == ("extract", f"not an article: {kind}")


_HTML = "".join(f"<p>{paragraph}</p>" for paragraph in BODY)
_FIELDS = {"title": "青禾县第二届稻田音乐节开幕", "publishTime": 1720052100000, "source": "青禾日报"}


@pytest.mark.parametrize(
    "script",
    [
        "window.__NUXT__=(function(a){return {data:[{title:a,content:" + json.dumps(_HTML) + "}],n:a}}(1));",
        "var d = JSON.parse(" + json.dumps(json.dumps({**_FIELDS, "body": _HTML})) + ");",
        'self.x = JSON.parse(decodeURIComponent("' + quote(json.dumps({**_FIELDS, "body": _HTML})) + '"));',
        json.dumps({"props": {**_FIELDS, "text": "\n".join(BODY)}}, ensure_ascii=False),
        json.dumps({**_FIELDS, "content": [{"type": "text", "text": each} for each in BODY]}),
        json.dumps({**_FIELDS, "html": _HTML.replace("<", "&lt;").replace(">", "&gt;")}, ensure_ascii=False),
        "window.S=" + json.dumps({"a": json.dumps({**_FIELDS, "content": _HTML})}),
    ],
)
def test_an_article_is_found_in_what_a_script_holds(script: str) -> None:
    found = blocks.read(f"<!DOCTYPE html><title>青禾日报</title><div id=app></div><script>{script}</script>", URL)
    assert extract.extract(found, metadata.find_metadata(found)).text.split("\n") == list(BODY)


def test_the_data_of_a_script_tell_title_date_and_source_too() -> None:
    script = "window.S=" + json.dumps({**_FIELDS, "content": _HTML})
    found = blocks.read(f"<!DOCTYPE html><title>青禾日报</title><div id=app></div><script>{script}</script>", URL)
    meta = metadata.find_metadata(found)
    assert (meta.title, meta.source) == ("青禾县第二届稻田音乐节开幕", "青禾日报")
    assert meta.published is not None
    assert meta.published == datetime(2024, 7, 4, 0, 15, tzinfo=UTC)
    assert extract.extract(found, meta).extractor == "state"


def test_a_page_that_shows_an_article_is_not_looked_for_in_scripts() -> None:
    other = "window.S=" + json.dumps({**_FIELDS, "content": _HTML})
    shown = "<h1>南岸村修通水泥路</h1><p>南岸村的水泥路昨天修通了，全长三公里，村民说，下雨天再也不怕了。</p>" * 2
    found = blocks.read(f"<!DOCTYPE html><title>题</title>{shown}<script>{other}</script>", URL)
    assert not found.recovered
    assert "音乐节" not in "".join(line.text for line in found.lines)


@pytest.mark.parametrize(
    "script",
    [
        "window.S={" + "[" * 50_000,
        "window.S=" + '{"a":' * 5000 + "1" + "}" * 5000,
        'x={content:"' + "\\u12" * 5000,
        "=" * 9000,
    ],
)
def test_broken_data_in_a_script_is_passed_over(script: str) -> None:
    assert not blocks.read(f"<!DOCTYPE html><title>题</title><p>首页</p><script>{script}</script>", URL).recovered


def test_structure_becomes_markdown() -> None:
    body = body_of("structure")
    assert body.markdown is not None
    parts = body.markdown.split("\n\n")
    assert parts[1] == "![音乐节现场](https://news.example/img/a.jpg)"
    assert parts[2] == "## 节目单"
    assert parts[3].split("\n")[1] == "2. 舞龙，表演者是北坡村青年队。"
    assert parts[4] == f"> {BODY[2]}"
    assert parts[5].split("\n") == ["| 乡镇 | 人数 |", "| --- | --- |", "| 南岸 | 1200 |", "| 北坡 | 860 |"]
    assert "南岸 | 1200" in body.text.split("\n")


def test_plain_paragraphs_need_no_markdown() -> None:
    assert body_of("next-page").markdown is None


def test_other_languages_are_taken_whole() -> None:
    body = body_of("english-article")
    assert "trafilatura" in body.extractor
    assert len(body.text.split("\n")) == 3
    assert "Related" not in body.text
    assert "Rice music festival opens in Qinghe" not in body.text.split("\n")
    assert [line.text for line in body.lines if line.verdict == "keep"] == body.text.split("\n")


def test_a_list_between_paragraphs_of_an_english_page_stays() -> None:
    lines = body_of("english-notice-with-a-list").text.split("\n")
    assert lines[0].startswith("Students who wish")
    assert [line.lstrip("- ")[:2] for line in lines[2:5]] == ["1.", "2.", "3."]
    assert lines[-1].startswith("The office is open")


def test_a_site_rule_overrules() -> None:
    rule = SiteExtractRule(body=".text", drop=("blockquote", "table"))
    kept = body_of("structure", rules=rule)
    assert kept.extractor == "override"
    assert BODY[2] not in kept.text
    assert "1200" not in kept.text
    assert BODY[0] in kept.text


def test_a_site_rule_that_finds_nothing_is_passed_over() -> None:
    assert body_of("next-page", rules=SiteExtractRule(body="#no-such-block")).text.split("\n") == list(BODY[:3])


def test_the_headline_may_be_unknown() -> None:
    found = blocks.read((PAGES / "layout-tables.html").read_text(encoding="utf-8"), URL)
    assert BODY[4] in extract.extract(found, Metadata()).text


def test_confidence_falls_when_the_prose_is_scattered() -> None:
    assert body_of("one-sentence-beside-a-feed").confidence < body_of("layout-tables").confidence


def test_lines_of_a_tool_are_found_in_order_and_short_ones_only_in_place() -> None:
    lines = [
        Line(text=text)
        for text in (
            "首页",
            "第一段，说明事情的经过，写得长一些才好认。",
            "小标题",
            "第二段，同样写得长一些，说的是结果。",
            "首页",
        )
    ]
    assert ensemble.found_in(lines, "\n".join(line.text for line in lines[1:4])) == {1, 2, 3}


def test_a_recipe_names_what_the_article_was_made_with(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {name: recipes.recipe(name) for name in ("walk", "text", "trafilatura", "readability")}
    assert len(set(made.values())) == 4
    assert made["trafilatura"].startswith(f"trafilatura {version('trafilatura')}; ")
    recipes.recipe.cache_clear()
    assert recipes.recipe("walk") == made["walk"], "the same in every process"
    monkeypatch.setattr("cleaners.extract.recipe.shipped_rules", lambda: shipped_rules()[1:])
    recipes.recipe.cache_clear()
    assert recipes.recipe("walk") != made["walk"]
    recipes.recipe.cache_clear()


@pytest.mark.parametrize("installed", [True, False])
def test_readability_votes_with_and_without_its_own_library(
    monkeypatch: pytest.MonkeyPatch, *, installed: bool
) -> None:
    def found(name: str) -> str:
        if name == "readability-lxml" and not installed:
            raise PackageNotFoundError(name)
        return version(name)

    monkeypatch.setattr("cleaners.extract.ensemble.version", found)
    ensemble.readability_version.cache_clear()
    try:
        library = "readability-lxml " if installed else "readability of trafilatura "
        assert ensemble.readability_version().startswith(library)
        body = (
            "<p>The bridge over the river was opened on Monday, two years after the old one fell, said the mayor.</p>"
            * 5
        )
        menu = "".join(f"<li><a href='/{n}'>Section {n}</a></li>" for n in range(9))
        page = f"<html><body><ul class=menu>{menu}</ul><div class=article>{body}</div></body></html>"
        tree = ensemble.readability_tree(etree.HTML(page))
        text = "".join(tree.itertext())
        assert text.count("The bridge") == 5 and "Section" not in text
        alone = ensemble.readability_tree(etree.HTML("<html><body><!-- nothing --></body></html>"))
        assert alone is None or not "".join(alone.itertext()).strip()
    finally:
        ensemble.readability_version.cache_clear()


def test_the_medoid_is_the_one_in_the_middle() -> None:
    lines = [Line(text="一二三四五六七八九十")] * 4
    choices = {"all": frozenset({0, 1, 2, 3}), "half": frozenset({1, 2}), "most": frozenset({1, 2, 3})}
    assert ensemble.medoid(choices, ensemble.line_agreement(lines)) == "most"


CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
TOKEN = re.compile(f"[{CJK}]|[^\\W{CJK}]+")


def _scores(folder: Path, step: int) -> dict[str, float]:
    precisions, recalls, exact, low = [], [], [], 0
    for row in map(json.loads, (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()[::step]):
        page = decode.decode(gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())).text
        try:
            found = blocks.read(page, row.get("url"))
            text = extract.extract(found, metadata.find_metadata(found)).text
        except UnusableInput:
            text = ""
        for credit in sorted(row.get("optional", []), key=len, reverse=True):
            text = text.replace(credit, "", 1) if len(credit) >= 4 else text
        wanted, got = TOKEN.findall(row["body"]), TOKEN.findall(text)
        a, b = _shingles(wanted), _shingles(got)
        both = sum((a & b).values())
        precisions.append(both / max(1, b.total()))
        recalls.append(both / max(1, a.total()))
        exact.append(wanted == got)
        low += 2 * both < 0.8 * (a.total() + b.total())
    precision, recall = sum(precisions) / len(precisions), sum(recalls) / len(recalls)
    return {
        "f1": 2 * precision * recall / (precision + recall),
        "precision": precision,
        "recall": recall,
        "exact": sum(exact) / len(exact),
        "at_least_0.8": 1 - low / len(exact),
    }


def _shingles(tokens: list[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[i : i + 4]) for i in range(max(1, len(tokens) - 3)) if tokens)


@pytest.mark.parametrize(
    ("name", "step"), [("zhnews", 1), ("wildhtml", 1), ("ennews", 3)]
)  # every third: trafilatura takes its time
def test_quality_floors(name: str, step: int, shared: Path, floors: dict[str, dict[str, float]]) -> None:
    scores = _scores(shared / name, step)
    short = {key: scores[key] for key, floor in floors[f"extract {name}"].items() if scores[key] < floor}
    assert not short
