"""Sites by hand: selectors for single fields, tried on one page by ``explain``."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cleaners import pipeline
from cleaners.config import parse_job
from cleaners.context import CleaningContext
from cleaners.errors import SeedFileError
from cleaners.items import Article, Page
from cleaners.store import Store
from crawler.cli import app
from tests.crawling import ROOT
from tests.small_server import SENTENCES, Reply, serving

BODY = "".join(f"<p>{sentence.format(n=17)}</p>" for sentence in SENTENCES)
PAGE = f"""<html><head><meta charset=utf-8><meta name=author content="网络编辑部"><meta name=when content="2026-10-05 08:00">
<title>频道首页</title></head><body><div class=kicker>今日关注</div><h1>本网头条</h1><div class=real>十七号渠放水了</div>
<div class=info><span class=t>发布时间：2026年10月6日 09:30</span> <span class=s>来源：绿洲晨报</span>
<span class=a>记者 王小明 李 雷</span><span class=a>阿依古丽</span></div><div id=c>{BODY}</div></body></html>"""


def job(extract: str, base: str = "http://a.example", more: str = "") -> str:
    return f"""
job: probe
contact: me@a.example
{more}
sites:
  - id: a
    name: 绿洲网
    home: {base}/
    extract:
      - {extract}
"""


def cleaned(extract: str, page: str = PAGE) -> Article:
    site = parse_job(job(extract)).sites[0]
    result = pipeline.clean(
        Page(body=page.encode(), origin="x", url="http://a.example/1.html", site="a"),
        CleaningContext(sites={"a": site}),
    )
    assert isinstance(result, Article), result
    return result


@pytest.mark.parametrize(
    ("selector", "field", "wanted"),
    [
        ("title: div.real", "title", "十七号渠放水了"),
        ("title: \"xpath://div[@class='real']/text()\"", "title", "十七号渠放水了"),
        ("published: .t", "published", "2026-10-06 09:30:00+08:00"),
        ("published: \"xpath://meta[@name='when']/@content\"", "published", "2026-10-05 08:00:00+08:00"),
        ("published: 'meta[name=when]'", "published", "2026-10-05 08:00:00+08:00"),
        ("source: .s", "source", "绿洲晨报"),
        ("authors: .a", "authors", ("王小明", "李雷", "阿依古丽")),
        ("authors: \"xpath://span[@class='a'][2]\"", "authors", ("阿依古丽",)),
    ],
)
def test_what_a_selector_names_is_believed_first(selector: str, field: str, wanted: Any) -> None:
    found = cleaned(f"{{{selector}}}")
    value = getattr(found, field)
    assert (str(value) if field == "published" else value) == wanted
    assert found.found_by[field] == "selector"


def test_a_selector_without_a_match_leaves_the_field_to_the_page() -> None:
    plain, tried = cleaned("{body: '#c'}"), cleaned("{body: '#c', title: .none, published: '#none', authors: .none}")
    assert (tried.title, tried.published, tried.authors) == (plain.title, plain.published, plain.authors)


def test_body_and_drop_take_xpath_too() -> None:
    found = cleaned("{body: \"xpath://*[@id='c']\", drop: [\"xpath://div[@id='c']/p[1]\"]}")
    assert "放到了第三支渠" not in found.text and "守闸的老李" in found.text


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (job('{title: "xpath://["}'), 10, "XPath"),
        (job("{title: 'div..x'}"), 10, "CSS selector"),
        (job("{tilte: h1}"), 10, "did you mean `title`?"),
        (job("{title: h1}", more="focus: {regions: [新疆/阿克索]}"), 4, "阿克苏"),
        (job("{title: h1}\n    region: 喀拾"), 11, "no region of China is called 喀拾"),
    ],
)
def test_errors_name_line_key_and_cure(text: str, line: int, said: str) -> None:
    with pytest.raises(SeedFileError) as error:
        parse_job(text, name="my.yaml")
    assert str(error.value).startswith(f"my.yaml:{line}: ") and said in str(error.value)


def test_regions_may_have_any_of_their_names() -> None:
    read = parse_job(job("{title: h1}\n    region: 阿克蘇地區"))
    assert read.sites[0].region == "新疆/阿克苏"


def test_explain_shows_which_selector_matched_what(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "my.yaml").write_text(job("{title: div.real, authors: .a, source: .none, drop: [.kicker]}"))
    said = CliRunner().invoke(app, ["explain", str(tmp_path / "page.html"), "--seeds", str(tmp_path / "my.yaml")])
    lines = [" ".join(line.split()) for line in said.output.splitlines()]
    assert lines[:5] == [
        "selectors of a",
        "title div.real 十七号渠放水了",
        "source .none matches nothing",
        "authors .a 记者 王小明 李 雷 (and 1 more)",
        "drop .kicker 今日关注",
    ]
    assert any(line.startswith("title 十七号渠放水了 [selector]") for line in lines)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (["--url", "http://b.example/1.html"], "owns http://b.example/1.html: its sites are a"),
        (["--url", "http://a.example/1.html"], ""),
        ([], ""),
    ],
)
def test_the_site_of_a_saved_page(tmp_path: Path, given: list[str], said: str) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "my.yaml").write_text(job("{title: div.real}"))
    told = CliRunner().invoke(
        app, ["explain", str(tmp_path / "page.html"), "--seeds", str(tmp_path / "my.yaml"), *given]
    )
    assert said in str(told.exception) if said else told.exit_code == 0


def test_a_page_on_the_web_is_fetched_as_a_crawl_would(tmp_path: Path) -> None:
    pages = {
        "/1.html": Reply(PAGE),
        "/no/2.html": Reply(PAGE),
        "/robots.txt": Reply("User-agent: *\nDisallow: /no/", Content_Type="text/plain"),
    }
    with serving("127.0.0.1", pages) as site:
        (tmp_path / "my.yaml").write_text(
            job("{title: div.real}", site.base, 'allow_private_hosts: ["127.0.0.1"]'), encoding="utf-8"
        )
        explain = [sys.executable, "-m", "crawler", "explain", "--store", str(tmp_path / "none.db")]
        env = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
        told = subprocess.run(
            [*explain, f"{site.base}/1.html", "--seeds", str(tmp_path / "my.yaml")],
            capture_output=True, text=True, env=env, timeout=200, check=False,
        )  # fmt: skip
        refused = subprocess.run(
            [*explain, f"{site.base}/no/2.html"], capture_output=True, text=True, env=env, timeout=200, check=False
        )
        assert "十七号渠放水了" in told.stdout and "[selector]" in told.stdout, told.stderr
        assert refused.returncode == 1 and "robots.txt forbids" in refused.stderr
        assert "/no/2.html" not in site.paths and all("jianbao/" in agent for _, _, agent in site.seen)
    assert not (tmp_path / "none.db").exists()


def test_explain_and_reclean_know_all_columns(tmp_path: Path) -> None:
    text = "".join(sentence.format(n=9) for sentence in SENTENCES)
    (tmp_path / "t.csv").write_text(f"甲,乙,丙\n九号渠,{text},http://a.example/9\n")
    columns = ["--text-column", "乙", "--title-column", "甲", "--url-column", "丙"]
    told = CliRunner().invoke(app, ["explain", str(tmp_path / "t.csv"), *columns])
    assert "九号渠" in told.output and "[column title]" in told.output
    store = ["--store", str(tmp_path / "s.db")]
    runner = CliRunner()
    assert runner.invoke(app, ["clean", str(tmp_path / "t.csv"), *store, *columns]).exit_code == 0
    again = runner.invoke(app, ["reclean", *store, "-j", "1", *columns])
    assert again.exit_code == 0 and "dropped:" not in again.output and "text:" not in again.output, again.output


def saved(folder: Path, address: str | None) -> Path:
    """A file of two saved pages that keep a line of their site."""
    promotion = "<p>绿洲网好物推荐：渠水浇出来的蜜瓜，今天下单明天到家，每户限购两箱。</p>"
    pages = [
        PAGE.replace("</div></body>", f"{promotion}</div></body>").replace("十七号渠", f"十{n}号渠") for n in "七八"
    ]
    path = folder / "pages.jsonl"
    given = [{"html": page} | ({"url": f"{address}/{n}.html"} if address else {}) for n, page in enumerate(pages)]
    path.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in given))
    return path


def texts(store: Path) -> str:
    with Store.open(store, create=False, readonly=True) as opened:
        return "\n".join(one.article.text for one in opened.clippings.select(with_duplicates=True))


PROMOTION = "绿洲网好物推荐：渠水浇出来的蜜瓜，今天下单明天到家，每户限购两箱。"


def test_a_line_called_noise_is_cut_from_saved_pages_too(tmp_path: Path) -> None:
    store, pages = tmp_path / "s.db", str(saved(tmp_path, "https://dump.example"))
    runner, to = CliRunner(), ["--store", str(store)]
    assert runner.invoke(app, ["clean", pages, *to]).exit_code == 0
    assert texts(store).count("好物推荐") == 2
    assert runner.invoke(app, ["sites", "noise", "dump.example", "--add", PROMOTION, *to]).exit_code == 0
    again = runner.invoke(app, ["reclean", *to, "-j", "1", "--apply"])
    assert again.exit_code == 0 and "好物推荐" not in texts(store), again.output


@pytest.mark.parametrize("address", ["https://a.example", None])
def test_a_seed_file_corrects_saved_pages(tmp_path: Path, address: str | None) -> None:
    store, pages, seeds = tmp_path / "s.db", str(saved(tmp_path, address)), tmp_path / "my.yaml"
    rule = "    rules: [{pattern: ^绿洲网好物推荐, verdict: cut, reason: an advert}]\n"
    seeds.write_text(job("drop: [.kicker]").replace("    extract", f"{rule}    extract"))
    runner, to = CliRunner(), ["--store", str(store)]
    out = tmp_path / "out.jsonl"
    assert runner.invoke(app, ["clean", pages, "--seeds", str(seeds), "-o", str(out)]).exit_code == 0
    assert "好物推荐" not in out.read_text() and out.read_text().count('"site": "a"') == 2
    # What was cleaned with it keeps its site, so that a later change of the file reaches it.
    plain = tmp_path / "plain.yaml"
    plain.write_text(job("drop: [.kicker]"))
    assert runner.invoke(app, ["clean", pages, "--seeds", str(plain), *to]).exit_code == 0
    assert "好物推荐" in texts(store)
    again = runner.invoke(app, ["reclean", *to, "-j", "1", "--seeds", str(seeds), "--apply"])
    assert again.exit_code == 0 and "好物推荐" not in texts(store), again.output
