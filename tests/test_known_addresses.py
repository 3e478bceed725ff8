"""What a run does with addresses that earlier runs have met: none of them vanishes, and what is not asked is told."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from cleaners.store import Store
from crawler import settings
from crawler.request_context import amend_context
from tests.crawling import Crawled, one_site, start
from tests.crawling import run as run_crawl
from tests.small_server import InTurn, Reply, SmallServer, article, feed, serving, sitemap


def listing(*links: str) -> str:
    """A list of headlines."""
    return f"<html><body><ul>{''.join(f'<li><a href={link}>放水的消息</a></li>' for link in links)}</ul></body></html>"


def crawl(folder: Path, site: SmallServer, *seeds: str, extra: str = "", **options: Any) -> Crawled:
    """A run over these seeds, as they stand in a seed file (BASE: the server)."""
    told = ", ".join(f"{{{seed}}}" for seed in seeds).replace("BASE", site.base)
    return run_crawl(folder, one_site(site.base, f"seeds: [{told}], {extra}"), {"a": site}, **options)


def put_off(store: Path) -> int:
    """Have nothing be due for an hour; returns when."""
    due = int(time.time()) + 3600
    with closing(sqlite3.connect(store)) as raw:
        raw.execute("UPDATE ledger SET next_visit = ?", (due,))
        raw.commit()
    return due


@pytest.mark.parametrize("kind", ["list", "feed", "page"])
def test_a_seed_that_failed_is_asked_in_the_next_run(tmp_path: Path, kind: str) -> None:
    well = {"list": Reply(listing("/1.html")), "feed": feed("/1.html"), "page": Reply(article(1))}[kind]
    pages = {"/seed": InTurn(*[Reply("down", 503)] * 3, well), "/1.html": Reply(article(1))}
    with serving("127.0.0.1", pages) as site:
        assert crawl(tmp_path, site, f"{kind}: BASE/seed").report["articles"] == 0
        again = crawl(tmp_path, site, f"{kind}: BASE/seed")
    assert again.report["articles"] == 1 and not again.drops()


def test_a_seed_that_moved_is_told_and_asked_in_every_run(tmp_path: Path) -> None:
    pages = {
        "/old": Reply("", 301, Location="/new"),
        "/new": Reply(listing("/1.html")),
        "/1.html": Reply(article(1)),
        "/2.html": Reply(article(2)),
    }
    with serving("127.0.0.1", pages) as site:
        first = crawl(tmp_path, site, "list: BASE/old")
        pages["/new"] = Reply(listing("/2.html"))
        second = crawl(tmp_path, site, "list: BASE/old")
        assert first.report["moved"] == second.report["moved"] == {f"{site.base}/old": f"{site.base}/new"}
        assert second.report["articles"] == 1
        put_off(second.store)
        third = crawl(tmp_path, site, "list: BASE/old")
        assert third.report["moved"], "told also where what it leads to is not due"
        assert list(third.report["waiting"]) == [f"{site.base}/old"]


def test_what_is_not_asked_is_named_with_its_time_and_asked_on_demand(tmp_path: Path) -> None:
    pages = {"/": Reply(listing("/1.html")), "/feed": feed("/2.html"), "/1.html": Reply(article(1))}
    pages |= {"/2.html": Reply(article(2)), "/3.html": Reply(article(3))}
    with serving("127.0.0.1", pages) as site:
        done = crawl(tmp_path, site, "list: BASE/", "feed: BASE/feed")
        due = put_off(done.store)
        pages["/"], pages["/feed"] = Reply(listing("/3.html")), feed("/3.html")
        quiet = crawl(tmp_path, site, "list: BASE/", "feed: BASE/feed")
        assert quiet.report["articles"] == 0
        at = datetime.fromtimestamp(due, UTC).isoformat(timespec="seconds")
        assert quiet.report["waiting"] == {f"{site.base}/": at, f"{site.base}/feed": at}
        again = crawl(tmp_path, site, "list: BASE/", "feed: BASE/feed", again=True)
    assert again.report["articles"] == 1 and again.report["waiting"] == {}


def test_the_command_says_when_a_seed_is_due(capsys: pytest.CaptureFixture[str]) -> None:
    from crawler.cli.crawl import _tell_waiting

    now = datetime.now().astimezone()
    _tell_waiting({
        "http://a/": now.replace(hour=23, minute=59, second=59).isoformat(),
        "http://b/": "2099-01-31T12:00:00+00:00",
        "http://c/": now.replace(year=2000).isoformat(),
    } | {f"http://d/{n}": None for n in range(12)})  # fmt: skip
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].strip() == "http://a/ (next at 23:59)"
    assert "next on 2099-01-31 at" in lines[1] and "read in this run" in lines[2]
    assert lines[-1].strip() == "and 5 more seeds (`--json` names all)"


def test_the_command_says_when_pages_that_failed_are_asked_again(capsys: pytest.CaptureFixture[str]) -> None:
    from crawler.cli.crawl import _tell
    from crawler.stats import CrawlReport

    report = CrawlReport(failing=2, failing_due="2099-01-31T12:00:00+00:00")
    _tell(report, Path("news.db"), archive_only=False)
    assert "     2  pages that could not be had are asked for again (next on 2099-01-31 at " in capsys.readouterr().err


def test_a_seed_of_another_kind_is_read_as_that(tmp_path: Path) -> None:
    same = {"ETag": '"1"'}
    pages = {
        "/": Reply(listing("/sub.html", "/map.xml")),
        "/sub.html": Reply(listing("/1.html"), **same),
        "/map.xml": Reply(sitemap("/2.html"), Content_Type="text/html", **same),
        "/1.html": Reply(article(1)),
        "/2.html": Reply(article(2)),
    }
    with serving("127.0.0.1", pages) as site:
        assert crawl(tmp_path, site, "list: BASE/").report["articles"] == 0
        put_off(tmp_path / "job.db")
        done = crawl(tmp_path, site, "list: BASE/", "list: BASE/sub.html", "sitemap: BASE/map.xml")
        assert set(done.articles()) == {"1.html", "2.html"}
        # A link to it elsewhere does not make a page of it again.
        again = crawl(tmp_path, site, "list: BASE/", "list: BASE/sub.html", "sitemap: BASE/map.xml", again=True)
        assert again.report["drops"] == {}


def test_more_pages_of_a_list_are_read_though_it_has_not_changed(tmp_path: Path) -> None:
    pages = {
        "/": Reply(listing("/1.html") + "<a href='/p2.html'>下一页</a>", ETag='"1"'),
        "/p2.html": Reply(listing("/2.html") + "<a href='/p3.html'>下一页</a>", ETag='"2"'),
        "/p3.html": Reply(listing("/3.html")),
        **{f"/{n}.html": Reply(article(n)) for n in (1, 2, 3)},
    }
    with serving("127.0.0.1", pages) as site:
        crawl(tmp_path, site, "list: BASE/")
        crawl(tmp_path, site, "list: BASE/, pages: 2")
        done = crawl(tmp_path, site, "list: BASE/, pages: 3")
    assert set(done.articles()) == {"1.html", "2.html", "3.html"}


def test_a_list_is_read_again_where_the_rules_for_links_have_changed(tmp_path: Path) -> None:
    pages = {"/": Reply(listing("/1.html", "/v/2.html"), ETag='"1"'), "/1.html": Reply(article(1))}
    pages["/v/2.html"] = Reply(article(2))
    with serving("127.0.0.1", pages) as site:
        first = crawl(tmp_path, site, "list: BASE/", extra="follow: {deny: [/v/]}")
        assert set(first.articles()) == {"1.html"}
        put_off(first.store)
        assert set(crawl(tmp_path, site, "list: BASE/").articles()) == {"1.html", "v/2.html"}


@pytest.mark.parametrize("archive", ["there", "gone"])
def test_a_deeper_job_follows_the_links_of_known_pages(tmp_path: Path, archive: str) -> None:
    pages = {
        "/": Reply(listing("/1.html", "/topic.html")),
        "/1.html": Reply(article(1, "/2.html")),
        "/topic.html": Reply(listing("/3.html")),
        "/2.html": Reply(article(2, "/4.html")),
        "/3.html": Reply(article(3)),
        "/4.html": Reply(article(4)),
    }
    with serving("127.0.0.1", pages) as site:
        first = crawl(tmp_path, site, "list: BASE/")
        assert set(first.articles()) == {"1.html"}
        put_off(first.store)
        if archive == "gone":
            for file in first.store.with_suffix(".warc").iterdir():
                file.unlink()
        site.seen.clear()
        deeper = crawl(tmp_path, site, "list: BASE/", extra="follow: {depth: 2}")
        assert set(deeper.articles()) == {"1.html", "2.html", "3.html"}
        assert ("/topic.html" in site.paths) is (archive == "gone")
        site.seen.clear()
        crawl(tmp_path, site, "list: BASE/", extra="follow: {depth: 2}")
        assert not {"/1.html", "/2.html", "/topic.html"} & set(site.paths[:1]), "once is enough"
        assert "4.html" in crawl(tmp_path, site, "list: BASE/", extra="follow: {depth: 3}").articles()


def test_killed_while_a_redirect_is_followed_its_page_is_read_later(tmp_path: Path) -> None:
    pages = {"/": Reply(listing("/1.html")), "/1.html": Reply("", 302, Location="/real.html")}
    pages["/real.html"] = Reply(article(1))
    with serving("127.0.0.1", pages) as site:
        site.wait = 1.0
        process = start(tmp_path, one_site(site.base))
        until = time.monotonic() + 60
        while "/real.html" not in site.paths and time.monotonic() < until:
            time.sleep(0.05)
        process.kill()
        process.wait()
        site.wait = 0
        assert set(run_crawl(tmp_path, one_site(site.base), {"a": site}).articles()) == {"real.html"}


class FaultyMiddleware:
    """Breaks on one page; takes from another what the spider counts on."""

    def process_request(self, request: Request) -> None:
        if request.url.endswith("/1.html"):
            raise RuntimeError("a fault of ours")

    def process_response(self, request: Request, response: Response) -> Response:
        if request.url.endswith("/2.html"):
            amend_context(request, archived=None)
        if request.url.endswith("/3.html"):
            raise KeyError("another one")
        return response


def test_faults_of_our_own_are_drops_that_tell_them(tmp_path: Path) -> None:
    faulty = {**settings.DOWNLOADER_MIDDLEWARES, "tests.test_known_addresses.FaultyMiddleware": 500}
    pages = {"/": Reply(listing(*[f"/{n}.html" for n in range(1, 5)]))}
    pages |= {f"/{n}.html": Reply(article(n)) for n in range(1, 5)}
    with serving("127.0.0.1", pages) as site:
        done = crawl(tmp_path, site, "list: BASE/", settings={"DOWNLOADER_MIDDLEWARES": faulty})
    assert done.drops() == {f"{n}.html": "failed" for n in (1, 2, 3)}
    assert set(done.articles()) == {"4.html"}
    with Store.open(done.store, create=False) as store:
        details = {drop.detail for drop in store.runs.drops()}
    assert {"RuntimeError: a fault of ours", "KeyError: 'another one'"} < details


def test_numbered_pages_without_articles_are_given_up(tmp_path: Path) -> None:
    pages = {f"/s?sid={n}": Reply(listing(f"/s?sid={2 * n}", f"/s?sid={2 * n + 1}")) for n in range(1, 600)}
    with serving("127.0.0.1", pages) as site:
        done = crawl(tmp_path, site, 'list: "BASE/s?sid=1"', extra="follow: {depth: 20}, limits: {pages: 500}")
    assert done.report["traps"].get("no articles"), "what came of each of them is heard, though it has a number"
