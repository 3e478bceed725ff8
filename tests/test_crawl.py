"""Real crawls of a small server on loopback: what is found, what is left alone, what is kept."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scrapy import Request
from scrapy.exceptions import StopDownload
from scrapy.http import Headers
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings

from cleaners import readers
from cleaners.config import SiteConfig, parse_job, require_contact
from cleaners.errors import SeedFileError, UnusableInput, UnwritableError
from cleaners.items import Article, Drop, Page
from cleaners.store import DiscoveredUrl, Selection, Store
from cleaners.store.runs import of
from cleaners.warc import WarcArchive, read_back
from crawler import discover, feeds
from crawler.agenda import _began
from crawler.ingest_queue import BatchSettings, IngestQueue
from crawler.middlewares.address_guard import AddressRefused, ContentGate, GuardedResolver, GuardMiddleware, is_public
from crawler.request_context import RequestContext, request_for
from crawler.scheduling.traps import TrapDetector, TrapSettings, shape, trap
from crawler.stats import CrawlStats
from tests.crawling import Crawled, one_site, run, start
from tests.small_server import Reply, article, feed, gzipped, listing, serving, sitemap
from tests.timing import LINEAR, growth


def daily_pages(base: str) -> dict[str, Reply]:
    """A paper with everything a paper has, and some of what the web has."""
    links = ["/a/5.html", "/a/5.html?utm_source=weibo", "/a/5.html#comments", "/private/secret.html", "/gone.html"]
    links += ["/boom.html", "/photo.jpg", "/picture.html", "/moved.html", "/away.html", "/zipped.html", "/bomb.html"]
    links += [
        "/loop.html",
        "/badport.html",
        "/badhost.html",
        "http://[bad/",
        "http://127.0.0.1:99999/x",
        "//",
        "http://",
    ]
    links += ["/huge.html", "/void.html", "/calendar/2096/01/", "/a/a/a/a/x.html", "http://user:pw@127.0.0.9/x.html"]
    return {
        "/robots.txt": Reply("User-agent: *\nDisallow: /private/\n", Content_Type="text/plain"),
        "/feed.xml": feed(f"{base}/a/1.html", f"{base}/a/2.html"),
        "/map.xml": Reply(sitemap(f"{base}/map1.xml.gz", index=True), Content_Type="application/xml"),
        "/map1.xml.gz": Reply(
            gzipped(sitemap(f"{base}/a/3.html", f"{base}/a/4.html")), Content_Type="application/gzip"
        ),
        "/list": Reply(listing(*links) + "<a href='/list?page=2'>下一页</a>"),
        "/list?page=2": Reply(listing("/a/6.html") + "<a href='/list?page=3'>下一页</a>"),
        "/list?page=3": Reply(listing("/a/7.html")),
        **{f"/a/{n}.html": Reply(article(n)) for n in range(1, 8)},
        "/a/2.html": Reply(article(2, "/a/8.html")),
        "/a/8.html": Reply(article(8, "/a/9.html")),
        "/a/9.html": Reply(article(9)),
        "/moved.html": Reply(status=302, Location="/a/10.html"),
        "/a/10.html": Reply(article(10)),
        "/zipped.html": Reply(gzipped(article(11)), Content_Encoding="gzip"),
        "/boom.html": Reply("broken", 500),
        "/picture.html": Reply(b"\x89PNG" + b"x" * 1000, Content_Type="image/png"),
        "/away.html": Reply(status=302, Location="http://127.0.0.9:9/landing.html"),
        "/loop.html": Reply(status=302, Location="/loop.html?again"),
        "/loop.html?again": Reply(status=302, Location="/loop.html"),
        "/badport.html": Reply(status=302, Location="http://127.0.0.1:99999/"),
        "/badhost.html": Reply(status=302, Location="http://[bad/"),
        "/bomb.html": Reply(gzipped(b" " * 20_000_000), Content_Encoding="gzip"),
        "/huge.html": Reply(b"x" * 17_000_000),
        "/void.html": Reply(b""),
    }


SEEDS = """
job: probe
contact: probe@paper.example
allow_private_hosts: [127.0.0.1, 127.0.0.2, 127.0.0.3]
defaults: {{delay: 0}}
sites:
  - id: daily
    name: 绿洲晨报
    home: {daily}/
    seeds:
      - feed: {daily}/feed.xml
      - sitemap: {daily}/map.xml
      - {{list: "{daily}/list", pages: 2}}
    follow: {{depth: 2}}
  - {{id: closed, name: 停业, home: "{closed}/"}}
  - {{id: evil, name: 坏站, home: "{evil}/", seeds: [{evils}]}}
"""
# Ways to name this machine that a page could try. The port is the daily's: whoever gets through reaches it.
_LIMIT = 10**6  # bytes after decompression

DISGUISES = ["localhost", "127.0.0.4", "2130706433", "0x7f.1", "0.0.0.0", "[::1]", "[::ffff:127.0.0.1]"]
DISGUISES += ["0177.0.0.1", "017700000001", "127.1", "１２７.0.0.4", "127。0。0。4", "[::ffff:7f00:1]"]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with serving("127.0.0.1", {}) as daily, serving("127.0.0.2", {}) as closed, serving("127.0.0.3", {}) as evil:
        daily.pages |= daily_pages(daily.base)
        closed.pages |= {"/robots.txt": Reply("down", 503), "/": Reply(listing("/a.html"))}
        ways = {f"/{n}": f"http://{host}:{daily.server_port}/private/{n}" for n, host in enumerate(DISGUISES)}
        ways = {path: to.encode().decode("latin-1") for path, to in ways.items()}  # as the bytes of a header
        evil.pages |= {path: Reply(status=302, Location=to) for path, to in ways.items()}
        evil.pages["/robots.txt"] = Reply("User-agent: *\nDisallow: /\n", 404)  # rules of nobody
        evils = ", ".join(f'{{list: "{evil.base}{path}"}}' for path in ways)
        seeds = SEEDS.format(daily=daily.base, closed=closed.base, evil=evil.base, evils=evils)
        servers = {"daily": daily, "closed": closed, "evil": evil}
        yield run(tmp_path_factory.mktemp("crawl"), seeds, servers)


def test_feeds_sitemaps_and_lists_lead_to_the_articles(crawled: Crawled) -> None:
    found = set(crawled.articles())
    assert found == {f"a/{n}.html" for n in (1, 2, 3, 4, 5, 6, 8, 10)} | {"zipped.html"}
    assert crawled.report["articles"] == crawled.report["pages"] == 9


def test_what_does_not_become_an_article_is_a_drop_with_its_reason(crawled: Crawled) -> None:
    drops = crawled.drops()
    expected = {
        "private/secret.html": "robots.txt forbids",
        "gone.html": "http 404",
        "boom.html": "http 500",
        "picture.html": "not html",
        "bomb.html": "too large",
        "huge.html": "too large",
        "void.html": "empty",
        "landing.html": "redirect leaves the site",
        "": "robots.txt unavailable",
    }
    assert {path: drops.get(path) for path in expected} == expected
    assert crawled.report["failing"] >= 8, "each of them is asked for again"
    assert datetime.fromisoformat(crawled.report["failing_due"]) > datetime.now(UTC)
    assert crawled.report["traps"] == {"calendar": 1, "path repetition": 1}


def test_no_disguise_of_an_address_reaches_a_host_the_job_does_not_name(crawled: Crawled) -> None:
    drops = crawled.drops()
    assert {n: drops.get(f"private/{n}") for n in range(len(DISGUISES))} == dict.fromkeys(
        range(len(DISGUISES)), "guard: private address"
    )
    assert not [path for path in crawled.servers["daily"].paths if path.startswith("/private/")]


def test_robots_txt_is_asked_first_and_obeyed(crawled: Crawled) -> None:
    assert crawled.servers["daily"].paths[0] == "/robots.txt"
    assert set(crawled.servers["closed"].paths) == {"/robots.txt"}, "5xx: nothing may be fetched (RFC 9309)"
    assert len(crawled.servers["evil"].paths) == 1 + len(DISGUISES), "404: everything may be fetched (RFC 9309)"


def test_every_page_is_fetched_once_and_failures_three_times(crawled: Crawled) -> None:
    paths = crawled.servers["daily"].paths
    assert paths.count("/boom.html") == 3
    looping = [path for path in paths if path.startswith("/loop.html")]
    assert len(looping) == 1 + 5, "followed to the limit"
    others = [path for path in paths if path != "/boom.html" and path not in looping]
    assert sorted(others) == sorted(set(others))
    assert "/photo.jpg" not in paths
    assert "/list?page=3" not in paths, "pages: 2"
    assert "/a/9.html" not in paths, "depth: 2"
    assert not [path for path in paths if "/2096/" in path]


def test_a_host_gets_one_request_at_a_time_from_someone_with_a_name(crawled: Crawled) -> None:
    for server in crawled.servers.values():
        assert server.most_at_once == 1
        for _, _, who in server.seen:
            assert re.fullmatch(r"jianbao/[\d.]+ \(\+probe@paper\.example\)", who)


def test_every_response_lies_in_the_archive_and_comes_back_by_its_origin(crawled: Crawled) -> None:
    with Store.open(crawled.store, create=False) as store:
        origins = {
            clipping.article.url: clipping.article.origin
            for clipping in store.clippings.select(Selection(), with_duplicates=True)
        }
    for url, origin in origins.items():
        page = read_back(origin, crawled.store)
        assert page.url == url
        assert page.site == "daily"
        assert "号渠放水" in page.body.decode()
    with Store.open(crawled.store, create=False) as store:
        gone = next(drop for drop in store.runs.drops() if drop.reason == "http 404")
        assert of(store.runs.runs()[0].counts, "visits") == dict.fromkeys(("daily", "closed", "evil"), 1)
    assert read_back(gone.origin, crawled.store).status == 404


def test_the_log_says_nothing_when_all_is_well(crawled: Crawled) -> None:
    assert crawled.log == ""


def test_what_a_host_reserves_goes_with_its_pages(tmp_path: Path) -> None:
    reserved = '[{"location": "/", "tdm-reservation": 0}, {"location": "/a/", "tdm-reservation": 1}]'
    pages = {"/a/1": Reply(article(1)), "/b/2": Reply(article(2)), "/": Reply(listing("/a/1", "/b/2"))}
    pages["/.well-known/tdmrep.json"] = Reply(reserved, Content_Type="application/json")
    with serving("127.0.0.1", pages) as server:
        run(tmp_path, one_site(server.base), {"a": server})
    with Store.open(tmp_path / "job.db", create=False) as store:
        found = {
            one.article.url[-4:]: one.article for one in store.clippings.select(with_duplicates=True) if one.article.url
        }
    assert {path: one.opt_out for path, one in found.items()} == {"/a/1": ("tdmrep.json:tdm-reservation",), "/b/2": ()}
    assert server.paths.count("/.well-known/tdmrep.json") == 1
    archived = {
        page.url[-4:]: page.opt_out
        for page in readers.read([str(tmp_path / "job.warc")])
        if isinstance(page, Page) and page.url
    }
    assert archived["/a/1"] == found["/a/1"].opt_out, "cleaning the archive gives the same"
    assert read_back(found["/a/1"].origin, tmp_path / "job.db").opt_out == found["/a/1"].opt_out


def test_what_robots_txt_says_of_uses_goes_with_the_pages_and_stops_none(tmp_path: Path) -> None:
    licence = '<rsl><content url="/a/"><license><permits type="usage">search</permits></license></content></rsl>'
    robots = "License: {base}/licence.xml\nUser-agent: *\nContent-Usage: /b/ train-ai=n\nContent-Signal: search=yes\n"
    pages = {"/a/1": Reply(article(1)), "/b/2": Reply(article(2)), "/": Reply(listing("/a/1", "/b/2"))}
    pages["/licence.xml"] = Reply(licence, Content_Type="application/rsl+xml")
    with serving("127.0.0.1", pages) as server:
        server.pages["/robots.txt"] = Reply(robots.format(base=server.base), Content_Type="text/plain")
        run(tmp_path, one_site(server.base), {"a": server})
    with Store.open(tmp_path / "job.db", create=False) as store:
        found = {
            one.article.url[-4:]: one.article for one in store.clippings.select(with_duplicates=True) if one.article.url
        }
    assert {path: one.opt_out for path, one in found.items()} == {
        "/a/1": ("robots.txt:license",),
        "/b/2": ("robots.txt:content-usage:train-ai=n",),
    }
    assert server.paths.count("/licence.xml") == 1
    assert read_back(found["/b/2"].origin, tmp_path / "job.db").opt_out == found["/b/2"].opt_out


def test_archive_only_keeps_the_pages_and_notes_that_it_has_them(tmp_path: Path) -> None:
    pages = {f"/a/{n}.html": Reply(article(n)) for n in range(5)}
    with serving("127.0.0.1", pages | {"/": Reply(listing(*pages))}) as server:
        crawled = run(tmp_path, one_site(server.base), {"a": server}, archive_only=True)
    assert (crawled.report["pages"], crawled.report["articles"]) == (5, 0)
    with Store.open(crawled.store) as store:
        assert store.crawl_state.counts() == {"archived": 5, "links": 1}
        assert store.statistics().articles == 0
    assert list((tmp_path / "job.warc").iterdir())


def test_jobs_run_one_after_the_other_and_reach_only_their_own_private_hosts(tmp_path: Path) -> None:
    with (
        serving("127.0.0.1", {"/": Reply(listing("/a")), "/a": Reply(article(1))}) as one,
        serving("127.0.0.2", {"/": Reply(status=302, Location=f"{one.base}/a")}) as two,
    ):
        (tmp_path / "two.yaml").write_text(one_site(two.base, host="127.0.0.2").replace("job: probe", "job: two"))
        (tmp_path / "one.yaml").write_text(one_site(one.base))
        crawled = run(tmp_path, "", {}, names=("one.yaml", "two.yaml"), archive_only=True)
    assert (one.paths, two.paths) == (
        ["/robots.txt", "/", "/.well-known/tdmrep.json", "/a"],
        ["/robots.txt", "/"],
    )
    assert crawled.report["drops"] == {"fetch: guard: private address": 1}
    assert len(list((tmp_path / "job.warc").iterdir())) == 2


def test_what_is_no_store_is_told_before_anything_is_fetched(tmp_path: Path) -> None:
    (tmp_path / "job.db").write_text("not a store " * 100)
    with serving("127.0.0.1", {}) as server:
        out, log = start(tmp_path, one_site(server.base)).communicate(timeout=60)
    assert "NotAStoreError" in log
    assert (out, server.seen) == ("", [])


def test_limits_leave_the_rest_for_the_next_run(tmp_path: Path) -> None:
    pages = {f"/a/{n}.html": Reply(article(n)) for n in range(10)}
    with serving("127.0.0.1", pages | {"/": Reply(listing(*pages))}) as server:
        seeds = one_site(server.base, "limits: {pages: 5}")
        by_site = run(tmp_path, seeds, {"a": server}, archive_only=True).report
        by_run = run(tmp_path, one_site(server.base), {"a": server}, archive_only=True, limit=3).report
    assert (by_site["pages"], by_site["left"], by_site["drops"]) == (4, 6, {}), "the list is one of the five"
    assert (by_run["pages"], by_run["left"]) == (3, 7)


def test_crawl_delay_and_retry_after_are_kept(tmp_path: Path) -> None:
    pages = {"/robots.txt": Reply("User-agent: *\nCrawl-delay: 0.4\n"), "/": Reply(listing("/a", "/b", "/busy"))}
    pages |= {"/a": Reply(article(1)), "/b": Reply(article(2)), "/busy": Reply("later", 503, Retry_After="2")}
    with serving("127.0.0.1", pages) as server:
        run(tmp_path, one_site(server.base), {"a": server}, archive_only=True)
    times = [moment for moment, _, _ in server.seen]
    pauses = {path: after - before for before, after, path in zip(times, times[1:], server.paths, strict=False)}
    assert all(pause > 0.39 for path, pause in pauses.items() if path != "/robots.txt"), pauses
    busy = [moment for moment, path, _ in server.seen if path == "/busy"]
    assert all(after - before > 1.9 for before, after in pairwise(busy))


def test_who_asks_must_be_said_before_anything_but_loopback_is_fetched() -> None:
    public = "job: a\nsites: [{id: a, name: a, home: 'http://paper.example/'}]"
    with pytest.raises(SeedFileError, match="contact: is missing: add"):
        require_contact(parse_job(public))
    require_contact(parse_job("contact: a@b.example\n" + public))
    require_contact(parse_job(public.replace("paper.example", "127.0.0.1:80")))


# The parts.


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.216.34", True),
        ("2606:4700:4700::1111", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("255.255.255.255", False),
        ("224.0.0.251", False),
        ("198.18.0.1", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("ff02::1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:93.184.216.34", True),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", False),
    ],
)
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


class Names:
    """A name service that answers what it is told to."""

    def __init__(self, *addresses: str) -> None:
        self.addresses = addresses

    def resolveHostName(self, receiver: Any, name: str, *args: object) -> None:  # noqa: N802
        receiver.resolutionBegan(None)
        for address in self.addresses:
            receiver.addressResolved(SimpleNamespace(host=address))
        receiver.resolutionComplete()


def reachable(host: str, *addresses: str, allowed: tuple[str, ...] = ()) -> list[str]:
    """The addresses a connection to the host would be made to."""
    resolver = GuardedResolver(SimpleNamespace(nameResolver=Names(*addresses)), allowed)
    found: list[str] = []
    receiver = SimpleNamespace(
        resolutionBegan=lambda resolution: None,
        addressResolved=lambda address: found.append(address.host),
        resolutionComplete=lambda: found.append("end"),
    )
    resolver.resolveHostName(receiver, host, 80)
    assert found.pop() == "end"
    assert (host in resolver.refused) is (len(found) < len(addresses))
    return found


def test_a_name_leads_only_to_the_public_ones_of_its_addresses() -> None:
    assert reachable("a.example", "93.184.216.34", "10.0.0.1", "::1") == ["93.184.216.34"]
    assert reachable("rebound.example", "127.0.0.1") == []
    assert reachable("near.example", "10.0.0.1", allowed=("NEAR.example",)) == ["10.0.0.1"]
    assert reachable("far.example", "10.0.0.1", allowed=("near.example",)) == []


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://a.example/", None),
        ("http://mine/", None),
        ("http://theirs/", "guard: private address"),
        ("ftp://a.example/x", "guard: not a web address"),
        ("file:///etc/hostname", "guard: not a web address"),
        ("data:text/html,x", "guard: not a web address"),
        ("http://user:secret@a.example/", "guard: credentials in the address"),
    ],
)
def test_what_is_not_even_asked_for(url: str, reason: str | None) -> None:
    settings = Settings({"PRIVATE_HOSTS": ["mine"], "PRIVATE_HOSTS_OF_RUN": ["mine", "theirs"]})
    guard = GuardMiddleware(SimpleNamespace(settings=settings))  # type: ignore[arg-type]
    if reason is None:
        guard.process_request(Request(url))
        return
    with pytest.raises(AddressRefused) as told:
        guard.process_request(Request(url))
    assert told.value.reason == reason


@pytest.mark.parametrize(
    ("kind", "content", "read"),
    [
        ("page", "text/html; charset=gbk", True),
        ("page", "", True),
        ("page", "application/xhtml+xml", True),
        ("page", "image/png", False),
        ("page", "application/pdf", False),
        ("page", "text/css", False),
        ("page", "application/octet-stream", False),
        ("seed", "application/rss+xml", True),
        ("seed", "application/feed+json", True),
        ("seed", "application/octet-stream", True),
        ("seed", "video/mp4", False),
    ],
)
def test_what_is_worth_a_download(kind: str, content: str, read: bool) -> None:
    headers = Headers({"Content-Type": content} if content else {})
    found = DiscoveredUrl(url="http://a.example/", site="a", kind="page" if kind == "page" else "feed")
    site = SiteConfig(id="a", name="a", home="http://a.example/")
    request = request_for(found.url, RequestContext(site=site, found=found), callback=NO_CALLBACK)
    if read:
        ContentGate().judge(headers, 0, request, None)
        attached = Headers({"Content-Disposition": "attachment; filename=a.html", **headers})
        if kind == "page":
            with pytest.raises(StopDownload):
                ContentGate().judge(attached, 0, request, None)
    else:
        with pytest.raises(StopDownload):
            ContentGate().judge(headers, 0, request, None)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://a.example/2025/11/22/c_1.htm", None),
        ("http://a.example/calendar/2031/05/", "calendar"),
        ("http://a.example/events?month=2031-05", "calendar"),
        ("http://a.example/news/20990101.html", None),
        ("http://a.example/guihua/2035/05/zongguihua.html", None),
        ("http://a.example/show.asp?id=204511", None),
        ("http://a.example/rili/20990101.html", "calendar"),
        ("http://a.example/c/202511/23/content_2031051.htm", None),
        ("http://a.example/n2/2099/c1.html", None),
        ("http://a.example/a/b/a/b/a/b", "path repetition"),
        ("http://a.example/1/1/1/1", None),
        ("http://a.example/" + "/".join("abcdefghijklmn"), "path repetition"),
        ("http://a.example/list?a=1&b=2&c=3&d=4&e=5&f=6&g=7", "query combinations"),
    ],
)
def test_traps(url: str, why: str | None) -> None:
    assert trap(url, date(2025, 11, 22)) == why


def test_a_calendar_without_the_name_is_known_by_its_pages_to_come() -> None:
    today = date(2025, 11, 22)
    assert trap("http://a.example/d/2025/12/", today, "http://a.example/d/2025/11/") == "calendar"
    assert trap("http://a.example/d/2035/05/a1.html", today, "http://a.example/d/2035/05/a2.html") is None
    assert trap("http://a.example/news/203005.html", today, "http://a.example/news/203004.html") is None


def test_a_kind_of_address_that_gives_nothing_is_given_up() -> None:
    mazes = TrapDetector(TrapSettings(barren=3, same=3))
    for n in range(3):
        assert mazes.closed("http://a.example/day/9") is None
        mazes.fetched(f"http://a.example/day/{n}", b"%d" % n)
        mazes.came_of(f"http://a.example/day/{n}", False)
    assert mazes.closed("http://a.example/day/9") == "no articles"
    assert mazes.closed("http://a.example/news/9") is None
    mazes.came_of("http://a.example/news/1", True)
    for n in range(9):
        mazes.came_of(f"http://a.example/news/{n}", False)
    assert mazes.closed("http://a.example/news/99") is None, "one article and the kind is worth the visit"
    for n in range(3):
        assert mazes.closed("http://a.example/x?sid=99") is None
        mazes.fetched(f"http://a.example/x?sid={n}", b"always the same")
    assert mazes.closed("http://a.example/x?sid=99") == "duplicate content"
    for n in range(12):
        mazes.fetched(f"http://a.example/old/{n}", b"no longer here" if n % 3 == 2 else b"%d" % n)
    assert mazes.closed("http://a.example/old/99") is None, "many pages gone, but most are not"


def remembered(mazes: TrapDetector) -> int:
    """How many different pages it could still tell."""
    return sum(map(len, mazes._bodies.values()))


def test_pages_are_compared_only_as_long_as_they_may_be_a_maze() -> None:
    mazes = TrapDetector(TrapSettings(same=3, enough=20))
    for n in range(100):
        mazes.fetched(f"http://a.example/a/{n}", b"%d" % n)
        mazes.fetched(f"http://a.example/b/{n}", b"%d" % n)
        mazes.came_of(f"http://a.example/b/{n}", True)
    assert remembered(mazes) == 0
    for n in range(3):
        mazes.fetched(f"http://a.example/c/{n}", b"always the same")
    assert remembered(mazes) == 1


def test_shapes_of_addresses() -> None:
    assert shape("http://a.example/2025-11/22/c_77.html") == shape("http://a.example/2024-01/02/c_5.html")
    assert shape("http://a.example/a?p=1&q=2") == shape("http://a.example/a?q=7&p=1")
    assert len({shape(f"http://a.example/{path}") for path in ("a", "b", "a?p=1", "a?q=1", "a/1", "1")}) == 6


def test_feeds_of_all_kinds() -> None:
    base = "http://a.example/feed"
    rss = feed("/one.html", "http://b.example/two.html").body
    atom = b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='one.html'/></entry></feed>"
    made = json.dumps(
        {"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "/one.html", "title": "一"}, 7]}
    )
    assert [link.url for link in feeds.feed(rss, base, 9, _LIMIT)] == [
        "http://a.example/one.html",
        "http://b.example/two.html",
    ]
    assert [link.url for link in feeds.feed(atom, base, 9, _LIMIT)] == ["http://a.example/one.html"]
    [link] = feeds.feed(made.encode(), base, 9, _LIMIT)
    assert (link.url, link.text) == ("http://a.example/one.html", "一")
    assert len(feeds.feed(rss, base, 1, _LIMIT)) == 1
    for broken in (b"", b"[1]", b"<html>no feed", b"\x00\xff"):
        assert feeds.feed(broken, base, 9, _LIMIT) == ()
    with pytest.raises(UnusableInput, match="damaged feed"):
        feeds.feed(b"{", base, 9, _LIMIT)


def test_a_broken_tag_in_place_of_a_link_is_no_link() -> None:
    body = b"""<?xml version="1.0"?><r]]>ss version="2.0"><channel><title>a</title><item><title~b</title>
<links version="2.0"><channel><title>a</t\xf34|em><title>b</title>
<link>http://a.example/1.html</link><pubDate>Fri, 02 Jan 2026 08:00:00 +0800</pubDate></item></channel></rss>"""
    assert len(feeds.feed(body, "http://a.example/feed", 9, _LIMIT)) < 2


def test_sitemaps_newest_first_without_entities_and_within_limits() -> None:
    base = "http://a.example/map.xml"
    dated = b"<urlset>" + b"".join(
        b"<url><loc>/%d</loc><lastmod>2025-0%d-01</lastmod></url>" % (n, n) for n in (1, 3, 2)
    )
    found = feeds.sitemap(dated + b"</urlset>", base, 9, 10**6)
    assert [link.url[-1] for link in found.pages] == ["3", "2", "1"]
    assert len(feeds.sitemap(dated + b"</urlset>", base, 2, 10**6).pages) == 2
    robots = feeds.sitemap(b"User-agent: *\nSitemap: /map.xml\n", "http://a.example/robots.txt", 9, 10**6)
    assert robots.sitemaps == (base,)
    evil = b"<!DOCTYPE u [<!ENTITY x SYSTEM 'file:///etc/hostname'>]><urlset><url><loc>/&x;</loc></url></urlset>"
    assert [link.url for link in feeds.sitemap(evil, base, 9, 10**6).pages] in ([], ["http://a.example/"])
    for broken in (b"", b"<", b"{}", b"no xml"):
        assert feeds.sitemap(broken, base, 9, 10**6) == feeds.SitemapContent()


def test_news_sitemaps() -> None:
    body = (
        b"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        b"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'><url><loc>http://a.example/1</loc><news:news>"
        b"<news:publication_date>2025-11-22</news:publication_date><news:title>x</news:title></news:news></url></urlset>"
    )
    found = feeds.sitemap(body, "http://a.example/news.xml", 9, 10**6)
    assert [link.url for link in found.pages] == ["http://a.example/1"]


def laughs(width: int) -> bytes:
    """A feed whose title unfolds to ``width ** 9`` words."""
    names = [b"lol%d" % n for n in range(10)]
    entities = b"".join(b"<!ENTITY %s '%s'>" % (name, b"&%s;" % below * width) for below, name in pairwise(names))
    return (
        b"<!DOCTYPE a [<!ENTITY lol0 'lol'>"
        + entities
        + b"]><rss><channel><item><title>&lol9;</title></item></channel></rss>"
    )


@pytest.mark.parametrize(
    ("single", "double"),
    [
        (laughs(10), laughs(20)),
        (b'{"items":' + b"[" * 50_000, b'{"items":' + b"[" * 100_000),
    ],
    ids=["entities", "brackets"],
)
def test_the_time_that_a_hostile_feed_takes_grows_with_its_size(single: bytes, double: bytes) -> None:
    def read(body: bytes) -> None:
        with suppress(UnusableInput):  # of brackets without end nothing is left, which is told
            assert feeds.feed(body, "http://a.example/f", 9, _LIMIT) == ()
        assert feeds.sitemap(body, "http://a.example/f", 9, 10**6) == feeds.SitemapContent()

    assert growth(read, single, double) < LINEAR


def test_only_the_first_tags_of_a_feed_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_MOST_TAGS", 2_000)
    assert growth(lambda n: feeds.feed(b"<a>" * n, "http://a.example/f", 9, _LIMIT), 2_000, 40_000) < LINEAR


@pytest.mark.parametrize(
    "url", ["http://[bad/", "http://a.example:99999/", "http://a:x/", "http://", "//", "http://a/\ud800"]
)
def test_what_cannot_be_fetched_is_no_address(url: str) -> None:
    assert not discover.is_address(url)
    assert discover.is_address("https://a.example:8443/中文?a=b")


class FakeCleaner:
    """Cleans at once; remembers how many pages were given."""

    def __init__(self) -> None:
        self.closed = False

    def submit(self, page: Page) -> Future[Article | Drop]:
        future: Future[Article | Drop] = Future()
        threading.Timer(0.01, future.set_result, [Article(id=page.origin, origin=page.origin, text="水")]).start()
        return future

    def close(self) -> None:
        self.closed = True


class FakeShelf:
    """Keeps in memory; may refuse."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.batches: list[int] = []
        self.threads: set[str] = set()
        self.status = ""

    def add(self, results: Any, visits: Any = ()) -> None:
        self.threads.add(threading.current_thread().name)
        if self.error:
            raise self.error
        self.batches.append(len(list(results)))

    def close(self, status: str = "done") -> None:
        self.status = status


def hand_in(shelf: FakeShelf, pages: int, tmp_path: Path) -> IngestQueue:
    async def work() -> IngestQueue:
        cleaner = FakeCleaner()
        desk = IngestQueue(
            archive=WarcArchive(tmp_path / "a.warc", name="a", software="a"),
            tally=CrawlStats(),
            cleaner=cleaner,
            shelf=lambda: shelf,
            batching=BatchSettings(most=10, seconds=0.2, in_flight=4),
        )
        await desk.open()
        await asyncio.gather(*(desk.submit(Page(body=b"", origin=str(n))) for n in range(pages)))
        await desk.submit(Drop(origin="x", stage="fetch", reason="http 404"))
        await desk.close()
        assert cleaner.closed
        return desk

    return asyncio.run(work())


def test_results_are_kept_in_batches_by_one_thread(tmp_path: Path) -> None:
    shelf = FakeShelf()
    report = hand_in(shelf, 35, tmp_path).tally.report()
    assert sum(shelf.batches) == 36
    assert max(shelf.batches) == 10
    assert len(shelf.threads) == 1
    assert shelf.status == "done"
    assert (report.pages, report.articles, report.drops) == (35, 35, {"fetch: http 404": 1})


def test_neither_cleaning_nor_keeping_holds_up_the_event_loop(tmp_path: Path) -> None:
    class SlowShelf(FakeShelf):
        def add(self, results: Any, visits: Any = ()) -> None:
            time.sleep(0.4)
            super().add(results, visits)

    gaps: list[float] = []

    async def tick() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            gaps.append(time.monotonic() - last)
            last = time.monotonic()

    async def work() -> None:
        desk = IngestQueue(
            archive=WarcArchive(tmp_path / "a.warc", name="a", software="a"),
            tally=CrawlStats(),
            cleaner=FakeCleaner(),
            shelf=SlowShelf,
            batching=BatchSettings(most=5, seconds=0.05, in_flight=4),
        )
        ticking = asyncio.ensure_future(tick())
        await desk.open()
        await asyncio.gather(*(desk.submit(Page(body=b"", origin=str(n))) for n in range(12)))
        await desk.close()
        ticking.cancel()

    asyncio.run(work())
    assert sum(gaps) > 0.8, "it kept in several batches"
    assert sorted(gaps)[-2] < 0.3, "downloads would have stood still while a batch was kept"


def test_a_store_that_cannot_be_written_ends_the_run_without_hanging(tmp_path: Path) -> None:
    shelf = FakeShelf(UnwritableError("full"))
    desk = hand_in(shelf, 100, tmp_path)
    assert isinstance(desk.failure, UnwritableError)
    assert shelf.status == "failed"


def test_a_run_that_reached_nobody_has_failed(tmp_path: Path) -> None:
    """The journal called it done, so that health said nothing of a network that was down."""
    with serving("127.0.0.1", {}) as gone:
        base = gone.base
    crawled = run(tmp_path, one_site(base), {})
    with Store.open(crawled.store, create=False, readonly=True) as store:
        runs = store.runs.runs()
        assert runs[0].status == "failed"
        assert {one.reason for one in store.runs.drops()} == {"site unreachable"}
    later = replace(runs[0], run=99, started=runs[0].started + timedelta(minutes=1), ended=None, status="running")
    # It came to an end: the next run does not go on with it, which would ask no seed that it has tried.
    assert _began([later, *runs], later.command, later.started) == later.started
    killed = [replace(runs[0], status="running", counts={}), *runs[1:]]
    assert _began([later, *killed], later.command, later.started) == runs[0].started
