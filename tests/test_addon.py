"""The Scrapy add-on in a project made by ``scrapy startproject``, with a spider that knows nothing of jianbao."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import feedparser
import pytest
from scrapy import Field, Item
from scrapy.settings import Settings

from cleaners.store import Selection, Store
from crawler.addon import Jianbao, page_of
from tests.small_server import Reply, SmallServer, article, listing, serving

ROOT = Path(__file__).resolve().parent.parent
THREE_PAGES = ROOT / "tests" / "pages" / "three-pages"
SPIDER = """
import scrapy

class Mine(scrapy.Spider):
    name = "mine"
    start_urls = ["{base}/list", "{near}/secret.html"]

    def parse(self, response):
        for href in response.css("a::attr(href)").getall():
            yield response.follow(href, self.story)

    def story(self, response):
        yield {{"url": response.url, "html": response.text, "mine": 1}}
        yield {{"note": "no page in here"}}
"""
SETTINGS = """
ADDONS = {"crawler.addon.Jianbao": 500}
JIANBAO_STORE = "news.db"
JIANBAO_PRIVATE_HOSTS = ["127.0.0.1"]
JIANBAO_PROCESSES = 1
JIANBAO_WATCHES = "watches.yaml"
DOWNLOAD_DELAY = 0
"""
WATCHES = """
watches:
  - id: water
    query: 放水 OR 停水
    channels: [{rss: told/water.xml}, {webhook: {url_env: NOT_SET_HERE}}]
"""


def test_the_guard_comes_with_bounded_heads_unless_the_project_has_handlers_of_its_own() -> None:
    settings = Settings({"JIANBAO_PRIVATE_HOSTS": ["near"]})
    Jianbao().update_settings(settings)
    assert settings.getdict("DOWNLOAD_HANDLERS")["https"] == "crawler.middlewares.http_handler.BoundedHandler"
    own = Settings({"DOWNLOAD_HANDLERS": {"https": "mine.Handler"}})
    Jianbao().update_settings(own)
    assert own.getdict("DOWNLOAD_HANDLERS")["https"] == "mine.Handler"


def scrapy(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    return done


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    store: Path
    items: list[dict[str, object]]
    log: str
    near: SmallServer


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder = tmp_path_factory.mktemp("addon")
    scrapy(folder, "startproject", "paper")
    project = folder / "paper"
    with (project / "paper" / "settings.py").open("a") as settings:
        settings.write(SETTINGS)
    pages = {f"/a/{n}.html": Reply(article(n)) for n in (1, 2, 3)}
    copy = Reply(article(1).replace("绿洲晨报", "河畔快报"))
    three = {f"/{one.name}": Reply(one.read_text(encoding="utf-8")) for one in sorted(THREE_PAGES.iterdir())}
    links = [*pages, "/copy.html", "/shell.html", "/away.html", "/canal.html", "/canal_3.html"]
    with serving("127.0.0.1", {}) as server, serving("127.0.0.2", {}) as near:
        near.pages |= {"/secret.html": Reply(article(9))}
        server.pages |= (
            pages
            | three
            | {
                "/list": Reply(listing(*links)),
                "/copy.html": copy,
                "/shell.html": Reply("<html><body><div id=app></div><script src=/app.js></script></body></html>"),
                "/away.html": Reply(status=302, Location=f"{near.base}/secret.html"),
            }
        )
        (project / "paper" / "spiders" / "mine.py").write_text(SPIDER.format(base=server.base, near=near.base))
        (project / "watches.yaml").write_text(WATCHES, encoding="utf-8")
        done = scrapy(project, "crawl", "mine", "-O", "items.jsonl:jsonl")
    lines = (project / "items.jsonl").read_text(encoding="utf-8").splitlines()
    return Crawled(store=project / "news.db", items=[json.loads(line) for line in lines], log=done.stderr, near=near)


def test_its_pages_are_cleaned_matched_and_kept(crawled: Crawled) -> None:
    with Store.open(crawled.store, create=False) as store:
        clippings = list(store.clippings.select(Selection(), with_duplicates=True))
        runs = store.runs.runs()
    assert sorted(one.article.title or "" for one in clippings) == [
        "1号渠放水", "1号渠放水", "2号渠放水", "3号渠放水", "老渠停水挖出石碑",
    ]  # fmt: skip
    pair = [one for one in clippings if one.article.title == "1号渠放水"]
    assert [match.kind for one in pair for match in one.matches] == ["exact", "exact"]
    assert [(run.command, run.status) for run in runs] == [("scrapy mine", "done")]


def test_watches_tell_when_the_spider_is_closed(crawled: Crawled) -> None:
    feed = feedparser.parse((crawled.store.parent / "told" / "water.xml").read_bytes())
    assert sorted(one.title for one in feed.entries) == ["1号渠放水", "2号渠放水", "3号渠放水", "老渠停水挖出石碑"]
    assert "water: 4 told by rss" in crawled.log
    assert "NOT_SET_HERE is not set" in crawled.log, "what cannot be told is said"


def test_its_items_go_on_with_the_record(crawled: Crawled) -> None:
    articles = [item["article"] for item in crawled.items if "article" in item]
    assert len({str(one["url"]) for one in articles}) == 5  # type: ignore[index]
    assert all(isinstance(one, dict) and "来源：绿洲晨报" not in str(one["text"]) for one in articles)
    assert all(item["mine"] == 1 for item in crawled.items if "article" in item)
    assert {"note": "no page in here"} in crawled.items


def test_an_article_of_three_pages_is_fetched_whole_and_kept_once(crawled: Crawled) -> None:
    with Store.open(crawled.store, create=False) as store:
        [whole] = [one.article for one in store.clippings.select(Selection()) if one.article.parts]
    assert whole.text.count("\n") == 8 and whole.missing_parts == ()
    assert [url.rsplit("/", 1)[1] for url in whole.parts] == ["canal.html", "canal_2.html", "canal_3.html"]


def test_what_is_no_article_is_dropped_and_kept_as_a_drop(crawled: Crawled) -> None:
    with Store.open(crawled.store, create=False) as store:
        drops = store.runs.drops()
    told = {str(drop.url).rsplit("/", 1)[1]: f"{drop.stage}: {drop.reason}" for drop in drops}
    assert set(told) - {"canal_3.html"} == {"shell.html"}
    assert told["shell.html"] in crawled.log
    assert not [item for item in crawled.items if str(item.get("url", "")).endswith("shell.html")]


def test_the_guard_holds_for_its_requests_and_redirects(crawled: Crawled) -> None:
    assert crawled.near.paths == []
    refused = re.search(r"jianbao/refused': (\d+)", crawled.log)
    assert refused
    assert int(refused[1]) >= 2, "the start address and the redirect"


class Declared(Item):
    url = Field()
    html = Field()


@dataclass
class Plain:
    url: str = "http://a.example/"
    body: bytes = b"<p>hi"


def test_items_of_every_kind_that_carry_a_page() -> None:
    page = page_of(Declared(url="http://a.example/", html="<meta charset=gbk><p>水渠"))
    assert page is not None
    assert page.body.decode("utf-8").endswith("水渠")
    assert page.headers == (("Content-Type", "text/html; charset=utf-8"),)
    assert page_of(Plain()) is not None
    assert page_of({"url": "http://a.example/", "body": b""}) is None
    assert page_of({"url": "http://a.example/"}) is None
    assert page_of("no item") is None
