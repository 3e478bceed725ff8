"""What the web does to crawlers, on purpose and by mistake: each danger has its test.

The dangers that :mod:`tests.test_crawl` meets on its own small server are tested there. ``tests/test_mutations.py``
lists all of them, each with its guard, and shows (``make soak``) that the test fails when the guard is taken away.
"""

from __future__ import annotations

import gzip
import re
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import brotli
import pytest
from scrapy import Request, Spider
from scrapy.http import HtmlResponse, Response
from scrapy.http.request import NO_CALLBACK
from scrapy.settings import Settings
from scrapy.utils.test import get_crawler
from twisted.internet.address import IPv4Address
from twisted.internet.testing import MemoryReactorClock
from twisted.web.client import Agent

from cleaners.compression import zstd_library
from cleaners.config import JobLimits, SiteConfig, parse_job, require_contact
from cleaners.errors import UnusableInput
from cleaners.items import Drop
from cleaners.store import DiscoveredUrl
from crawler import discover, feeds, settings
from crawler.middlewares.address_guard import AddressRefused, GuardedResolver, GuardMiddleware
from crawler.middlewares.politeness import CrawlBudget, RequestPace
from crawler.request_context import RequestContext, request_for
from crawler.scheduling.link_filter import LinkFilter
from crawler.stats import CrawlStats
from tests.crawling import Crawled, one_site, run
from tests.small_server import Raw, Reply, article, feed, gzipped, listing, serving, sitemap

BOMB = b" " * 20_000_000  # more than DOWNLOAD_MAXSIZE
BOMBS = {
    "gzip": gzip.compress(BOMB),
    "deflate": zlib.compress(BOMB),
    "br": brotli.compress(BOMB, quality=1),
    "zstd": zstd_library().compress(BOMB),
    "gzip, gzip": gzip.compress(gzip.compress(BOMB)),
}
OPT_OUTS: dict[str, tuple[str, dict[str, str], str]] = {
    # path -> what stands in the head of the page, in the header, the signal in the record
    "robots": ("<meta name=robots content='index, noai'>", {}, "meta:noai"),
    "noindex": ("<meta name=robots content=noindex>", {}, "meta:noindex"),
    "tag": ("", {"X_Robots_Tag": "noai"}, "header:noai"),
    "tagindex": ("", {"X_Robots_Tag": "noindex, nofollow"}, "header:noindex"),
    "tdm": ("<meta name='tdm-reservation' content='1'>", {}, "meta:tdm-reservation"),
    "tdmheader": ("", {"TDM_Reservation": "1"}, "header:tdm-reservation"),
}
SCHEMES = ("ftp://127.0.0.1/x", "file:///etc/hostname", "data:text/html,<p>x", "javascript:alert(1)", "gopher://a/")
DTD = "<!DOCTYPE rss SYSTEM '{base}/external.dtd' [<!ENTITY x SYSTEM '{base}/entity'><!ENTITY y '/inner'>]>"
SHELL = "<html><head><title>放水</title></head><body><div id=app></div><script>render()</script></body></html>"


def hostile_pages(base: str) -> dict[str, Reply]:
    """A site where every page is a trap, and one that is not."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
    body = b"\r\n" + article(90).encode()
    pages: dict[str, Reply] = {
        "/good": Reply(article(1)),
        "/heads": Raw(head, b"X-More: 1234567890123456\r\n", times=8000, then=body),
        "/headline": Raw(head + b"X-Long: " + b"x" * 100_000 + b"\r\n", then=body),
        "/continue": Raw(b"HTTP/1.1 100 Continue\r\n\r\n", times=8000, then=head + body),
        "/clip": Raw(b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n", b"x" * 65536, times=400),
        "/attached": Raw(head + b"Content-Disposition: attachment; filename=a.html\r\n\r\n", b"x" * 65536, times=400),
        "/endless": Raw(head + b"\r\n", b"<p>" + b"x" * 65536, times=400),
        "/shell": Reply(SHELL),
        "/refresh": Reply(
            f"<meta http-equiv=refresh content='0; url=http://localhost:{base[-5:].lstrip(':')}/inside'>"
        ),
        "/hop0": Reply(status=302, Location="/hop1"),
        **{f"/hop{n}": Reply(status=302, Location=f"/hop{n + 1}") for n in range(1, 9)},
        "/hop9": Reply(article(9)),
        "/deep1": Reply(article(21, "/deep2")),
        "/deep2": Reply(article(22, "/deep3")),
        "/deep3": Reply(article(23)),
        "/month": Reply(listing("/month/2098/01/", "/list?a=1&b=2&c=3&d=4&e=5&f=6&g=7", "grow/grow/grow/")),
        "/feed": feed(*(f"{base}/fed/{n}" for n in range(9))),
        "/index.xml": Reply(sitemap(*(f"{base}/map{n}.xml" for n in range(6)), index=True), Content_Type="text/xml"),
        "/bomb.xml": Reply(gzipped(sitemap(f"{base}/bombed") + BOMB), Content_Type="application/gzip"),
        "/entities.xml": Reply(
            DTD.format(base=base) + "<rss><channel><item><link>/leak&x;&y;</link></item></channel></rss>",
            Content_Type="application/rss+xml",
        ),
        "/entitymap.xml": Reply(
            DTD.format(base=base).replace("rss", "urlset")
            + f"<urlset><url><loc>{base}/leak&x;&y;</loc></url></urlset>",
            Content_Type="application/xml",
        ),
        "/external.dtd": Reply("<!ENTITY z 'z'>"),
        "/entity": Reply("stolen"),
        "/inside": Reply(article(99)),
    }
    pages |= {f"/map{n}.xml": Reply(sitemap(*(f"{base}/m{n}/{k}" for k in range(9)))) for n in range(6)}
    pages |= {f"/fed/{n}": Reply(article(n + 30)) for n in range(9)}
    pages |= {f"/m{n}/{k}": Reply(article(100 + n * 9 + k)) for n in range(6) for k in range(9)}
    for n, (coding, packed) in enumerate(BOMBS.items()):
        pages[f"/bomb{n}"] = Reply(packed, Content_Encoding=coding)
    for n, (name, (inside, headers, _)) in enumerate(OPT_OUTS.items()):
        pages[f"/o/{name}"] = Reply(article(50 + n).replace("<title>", f"{inside}<title>"), 200, **headers)
    for n, to in enumerate(SCHEMES):
        pages[f"/scheme{n}"] = Reply(status=302, Location=to)
    named = [
        path
        for path in pages
        if "/" not in path[1:] and "." not in path and not re.match(r"/(deep[23]|hop|feed|entity)", path)
    ]
    pages["/"] = Reply(listing(*named, "/hop0", *(f"/o/{name}" for name in OPT_OUTS), *SCHEMES))
    return pages


SEEDS = """
job: hostile
allow_private_hosts: [127.0.0.1, 127.0.0.2, 127.0.0.3, 127.0.0.5]
defaults: {{delay: 0}}
sites:
  - id: hostile
    name: 坏站
    home: {hostile}/
    seeds:
      - list: {hostile}/
      - feed: {hostile}/feed
      - feed: {hostile}/entities.xml
      - sitemap: {hostile}/index.xml
      - sitemap: {hostile}/bomb.xml
      - sitemap: {hostile}/entitymap.xml
    follow: {{depth: 2}}
  - {{id: heavy, name: 重站, home: "{heavy}/", limits: {{megabytes: 0.25}}}}
  - {{id: mute, name: 哑站, home: "http://127.0.0.5:9/mute"}}
  - {{id: busy, name: 忙站, home: "{busy}/busy"}}
"""
LIMITS = {"FEED_MAX_ENTRIES": 5, "SITEMAP_MAX_ENTRIES": 4, "SITEMAP_MAX_FILES": 3}


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    with serving("127.0.0.1", {}) as hostile, serving("127.0.0.2", {}) as heavy, serving("127.0.0.3", {}) as busy:
        hostile.pages |= hostile_pages(hostile.base)
        wide = {f"/{n}": Reply(article(n) + " " * 100_000) for n in range(8)}
        heavy.pages |= {"/": Reply(listing(*wide)), **wide}
        busy.pages |= {"/robots.txt": Reply("wait", 429), "/busy": Reply(article(1))}
        servers = {"hostile": hostile, "heavy": heavy, "busy": busy}
        seeds = SEEDS.format(**{name: server.base for name, server in servers.items()})
        yield run(tmp_path_factory.mktemp("hostile"), seeds, servers, settings=LIMITS)


def test_a_good_page_among_them_is_kept(crawled: Crawled) -> None:
    assert "good" in crawled.articles()
    assert crawled.log == ""


def test_heads_are_bounded_as_a_whole_and_not_asked_for_again(crawled: Crawled) -> None:
    asked = crawled.servers["hostile"].paths
    for path in ("heads", "continue"):
        assert crawled.drops()[path] == "too large"
        assert asked.count(f"/{path}") == 1


def test_a_line_of_a_head_is_bounded(crawled: Crawled) -> None:
    assert "headline" in crawled.drops()
    assert "headline" not in crawled.articles()


@pytest.mark.parametrize("number", range(len(BOMBS)), ids=list(BOMBS))
def test_bombs_are_not_unpacked(crawled: Crawled, number: int) -> None:
    assert crawled.drops()[f"bomb{number}"] == "too large"


def test_a_body_without_an_end_is_cut_off(crawled: Crawled) -> None:
    assert crawled.drops()["endless"] == "too large"
    assert crawled.servers["hostile"].sent["/endless"] < 24_000_000


@pytest.mark.parametrize("path", ["clip", "attached"])
def test_what_is_no_page_is_left_at_its_head(crawled: Crawled, path: str) -> None:
    assert crawled.drops()[path] == "not html"
    assert crawled.servers["hostile"].sent[f"/{path}"] < 8_000_000, "what two sockets hold, not the whole of 26 MB"


def test_a_page_that_needs_javascript_says_so(crawled: Crawled) -> None:
    assert crawled.drops()["shell"] == "not an article: script shell"


def test_redirects_end(crawled: Crawled) -> None:
    assert crawled.drops()["hop5"] == "too many redirects"
    assert "/hop7" not in crawled.servers["hostile"].paths


def test_a_refresh_in_the_page_is_a_redirect_to_the_guard_too(crawled: Crawled) -> None:
    assert crawled.drops()["inside"] == "redirect leaves the site"
    assert "/inside" in crawled.servers["hostile"].paths, "the list names it too, on the site's own address"


def test_nothing_but_http_is_followed(crawled: Crawled) -> None:
    for n in range(len(SCHEMES)):
        assert crawled.drops()[f"scheme{n}"] in {"http 302", "malformed redirect"}, "answers are kept, not followed"


def test_links_are_followed_no_deeper_than_the_job_says(crawled: Crawled) -> None:
    assert "/deep2" in crawled.servers["hostile"].paths
    assert "/deep3" not in crawled.servers["hostile"].paths


def test_endless_webs_are_told_by_their_addresses(crawled: Crawled) -> None:
    asked = crawled.servers["hostile"].paths
    assert "/month" in asked
    assert not [path for path in asked if path.startswith(("/month/2098", "/list?", "/grow"))]
    assert crawled.report["traps"] == {"calendar": 1, "query combinations": 1, "path repetition": 1}


def test_feeds_and_sitemaps_are_bounded(crawled: Crawled) -> None:
    asked = crawled.servers["hostile"].paths
    assert [path for path in asked if path.startswith("/fed/")] == [f"/fed/{n}" for n in range(5)]
    assert sorted(path for path in asked if path.startswith("/map")) == ["/map0.xml", "/map1.xml", "/map2.xml"]
    for n in range(3):
        assert len([path for path in asked if path.startswith(f"/m{n}/")]) == 4
    assert crawled.drops()["bomb.xml"] == "too large"
    assert "/bombed" not in asked


def test_xml_fetches_nothing_and_unfolds_nothing(crawled: Crawled) -> None:
    asked = crawled.servers["hostile"].paths
    assert len([path for path in asked if path.startswith("/leak")]) == 2, "both files were read"
    assert not [path for path in asked if "stolen" in path or "inner" in path]
    assert not {"/external.dtd", "/entity"} & set(asked)
    document = feeds.feed(
        b"<!DOCTYPE rss [<!ENTITY y SYSTEM 'file:///etc/hostname'>]>"
        b"<rss><channel><item><title>&y;</title><link>/a</link></item></channel></rss>", "http://a.example/", 9, 10**6
    )  # fmt: skip
    assert all(not link.text.strip("&y;") for link in document)


@pytest.mark.parametrize("name", OPT_OUTS)
def test_what_a_page_reserves_is_recorded_with_it(crawled: Crawled, name: str) -> None:
    assert OPT_OUTS[name][2] in crawled.articles()[f"o/{name}"].opt_out


def test_a_site_may_take_only_so_many_bytes(crawled: Crawled) -> None:
    pages = [path for path in crawled.servers["heavy"].paths if path[1:].isdigit()]
    assert 2 <= len(pages) <= 4
    assert crawled.report["left"] >= 8 - len(pages)


def test_a_robots_txt_that_cannot_be_had_forbids_everything(crawled: Crawled) -> None:
    reasons = crawled.drops()
    assert reasons["mute"] == "site unreachable", "nobody listens there"
    assert reasons["busy"] == "robots.txt unavailable", "429"
    assert set(crawled.servers["busy"].paths) == {"/robots.txt"}


def test_robots_txt_is_asked_once(crawled: Crawled) -> None:
    assert crawled.servers["hostile"].paths.count("/robots.txt") == 1


# The parts that no server on loopback can show.


def test_of_a_page_of_links_without_end_the_first_are_read_and_the_rest_is_told() -> None:
    body = "".join(f"<a href='/{n}.html'>第{n}条</a>" for n in range(3 * discover.MOST_LINKS))
    page = HtmlResponse("http://a.example/", body=body, encoding="utf-8")
    site = SiteConfig(id="a", name="a", home="http://a.example/")
    found = list(LinkFilter(CrawlStats(), None).on_page(page, site, 1))
    drops = [one for one in found if isinstance(one, Drop)]
    assert [drop.reason for drop in drops] == ["too many links"]
    assert len(found) - len(drops) == discover.MOST_LINKS


@pytest.mark.parametrize("document", [
    b"<rss><channel><item><link>" + b"<b>" * 200_000, b"<rss>" * 100_000, b"<?xml version='1.0'?>" + b"<!--" * 100_000 + b"<rss>",
    b"<!DOCTYPE rss [<!ENTITY a 'ha'>" + b"".join(b"<!ENTITY %c '%s'>" % (c, b"&%c;" % (c - 1) * 20) for c in range(98, 123)) + b"]><rss><channel><item><title>&z;</title><link>/a</link></item></channel></rss>",
    gzip.compress(b"<rss><channel>" + b" " * 200_000_000, 1), b'{"items": ' + b"[" * 100_000, b'{"version": "https://jsonfeed.org/version/1.1", "items": [' + b"{}," * 200_000 + b"{}]}",
    b"<rss><channel><item><link>http://[x/</link></item><item><link>&#xD800;</link></item></channel></rss>",
    b"<urlset>" + b"<url><loc>http://a.example/</loc></url>" * 200_000, b"\xff\xfe" + b"<rss>" * 50_000,
], ids=range(10))  # fmt: skip
def test_feeds_and_sitemaps_of_any_bytes_are_read_or_refused_in_bounded_work(document: bytes) -> None:
    began = time.process_time()
    for read in (feeds.feed, feeds.sitemap):
        with suppress(UnusableInput):
            read(document, "http://a.example/", 100, 16_000_000)
    assert time.process_time() - began < 20, "of CPU time: entities and tags multiply nothing"


@pytest.mark.parametrize("reference", ["&#xD800;", "&#55296;", "&#0;", "&#x110000;", "&#999999999;", "&#xfffffffff;"])
def test_a_reference_to_no_character_costs_no_feed(reference: str) -> None:
    items = "".join(f"<item><title>第{n}条{reference}</title><link>/{n}</link></item>" for n in range(3))
    for head in ("<?xml version='1.0'?>", ""):
        body = f"{head}<rss><channel>{items}</channel></rss>".encode()
        assert [link.url for link in feeds.feed(body, "http://a.example/", 9, 10**6)] == [
            f"http://a.example/{n}" for n in range(3)
        ]


def connections(*answers: list[str]) -> list[str]:
    """The addresses that are connected to when a name is resolved to these, time after time."""
    rest = list(answers)

    class Names:
        def resolveHostName(self, receiver: Any, name: str, *more: object) -> None:  # noqa: N802
            receiver.resolutionBegan(SimpleNamespace(cancel=lambda: None))
            for address in rest.pop(0) if rest else ["127.0.0.1"]:
                receiver.addressResolved(IPv4Address("TCP", address, 80))
            receiver.resolutionComplete()

    reactor: Any = MemoryReactorClock()  # type: ignore[no-untyped-call]
    reactor.nameResolver = Names()
    guarded = GuardedResolver(reactor, ())
    reactor.nameResolver = guarded
    agent: Any = Agent(reactor)  # type: ignore[no-untyped-call]
    agent.request(b"GET", b"http://rebinding.example/").addErrback(lambda failure: None)
    reactor.advance(5)
    return [host for host, *_ in reactor.tcpClients]


def test_a_connection_goes_to_the_address_that_was_judged() -> None:
    assert connections(["93.184.216.34"], ["127.0.0.1"]) == ["93.184.216.34"], (
        "not to what the name says a moment later"
    )
    assert connections(["127.0.0.1"], ["93.184.216.34"]) == []
    assert connections(["10.0.0.1", "93.184.216.34"]) == ["93.184.216.34"]


@pytest.mark.parametrize(
    "url", ["http://user:secret@a.example/", "http://a.example@127.0.0.1/", "https://:x@a.example/"]
)
def test_credentials_are_not_sent(url: str) -> None:
    guard = GuardMiddleware(SimpleNamespace(settings=Settings()))  # type: ignore[arg-type]
    with pytest.raises(AddressRefused, match="credentials"):
        guard.process_request(Request(url))


def pace() -> RequestPace:
    """As a crawl has it, of a public host."""
    values: dict[str, object] = {name: getattr(settings, name) for name in dir(settings) if name.isupper()}
    crawler = get_crawler(Spider, {**values, "SCHEDULER": "scrapy.core.scheduler.Scheduler"})
    made = RequestPace.from_crawler(crawler)
    made.mindelay, made.maxdelay = settings.DOWNLOAD_DELAY, settings.AUTOTHROTTLE_MAX_DELAY
    return made


def asking(site: SiteConfig) -> Request:
    found = DiscoveredUrl(url=site.home, site=site.id)
    return request_for(site.home, RequestContext(site=site, found=found), callback=NO_CALLBACK)


def of_site(delay: float | None, took: float = 0.1) -> Request:
    site = SiteConfig(id="a", name="a", home="http://a.example/", delay=delay)
    request = asking(site)
    request.meta["download_latency"] = took
    return request


def paced(delay: float | None, responses: list[tuple[float, int]], **headers: str) -> list[float]:
    """The pause before the next request after each response (seconds it took, status)."""
    judge: Any = pace()
    slot = SimpleNamespace(delay=1.0, lastseen=0.0, transferring=[1], concurrency=1)
    judge._get_slot = lambda request, spider: ("a.example", slot)
    found = []
    for took, status in responses:
        request = of_site(delay, took)
        judge._request_reached(request, None)
        judge._response_downloaded(Response(request.url, status=status, headers=headers), request, None)
        found.append(max(slot.delay, slot.lastseen - time.monotonic() + slot.delay if slot.lastseen else 0))
    return found


def test_a_slow_server_is_left_more_time() -> None:
    slow = paced(None, [(8.0, 200), (8.0, 200), (0.1, 200), (0.1, 200)])
    assert slow[0] >= 8
    assert slow[1] >= slow[0] - 0.1
    assert slow[1] > slow[2] > slow[3] > 1, "and trusted again little by little"


def test_no_pause_is_shorter_than_the_settings_or_the_job_say() -> None:
    assert paced(None, [(0.01, 200)] * 9)[-1] == settings.DOWNLOAD_DELAY
    assert paced(5, [(0.01, 200)] * 9)[-1] == 5
    floors = [pace().floor(of_site(delay)) for delay in (None, 0.2, 5)]
    assert floors == [settings.DOWNLOAD_DELAY, settings.DOWNLOAD_DELAY, 5], "a job may be slower, never ruder"


def test_a_server_that_asks_for_time_gets_it_within_bounds() -> None:
    assert paced(None, [(0.1, 503)], **{"Retry-After": "120"})[0] == pytest.approx(120, abs=1)
    assert paced(None, [(0.1, 429)], **{"Retry-After": "99999"})[0] == pytest.approx(settings.RETRY_AFTER_MAX, abs=1)
    assert paced(None, [(0.1, 200)], **{"Retry-After": "120"})[0] < 2


def budgeted(limits: JobLimits) -> tuple[CrawlBudget, Callable[[], Request]]:
    budget = CrawlBudget(get_crawler(Spider, {"PAGES_OF_RUN": 0}))
    site = SiteConfig(id="a", name="a", home="http://a.example/", limits=limits)
    return budget, lambda: asking(site)


def test_a_site_may_take_only_so_many_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    budget, request = budgeted(JobLimits(minutes=2))
    budget.process_request(request())
    began = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: began + 121)
    with pytest.raises(AddressRefused) as told:
        budget.process_request(request())
    assert (told.value.reason, told.value.detail) == ("limit", "minutes")


def test_a_site_may_take_only_so_many_pages() -> None:
    budget, request = budgeted(JobLimits(pages=2))
    for _ in range(2):
        budget.process_request(request())
    with pytest.raises(AddressRefused) as told:
        budget.process_request(request())
    assert told.value.detail == "pages"


def test_pages_that_are_all_the_same_or_never_articles_lead_nowhere() -> None:
    site = SiteConfig(id="a", name="a", home="http://a.example/")
    tally = CrawlStats()
    links = LinkFilter(tally, None)
    html = HtmlResponse("http://a.example/", body=b"<a href='/s?sid=99'>x</a><a href='/day/99'>y</a>", encoding="utf-8")
    assert len(list(links.on_page(html, site, 1))) == 2
    for n in range(10):
        links.fetched(f"http://a.example/s?sid={n}", b"always the same")
    for n in range(50):
        links.fetched(f"http://a.example/day/{n}", b"%d" % n)
        links.came_of(f"http://a.example/day/{n}", False)
    refused = [one.reason for one in links.on_page(html, site, 1) if isinstance(one, Drop)]
    assert refused == ["trap: duplicate content", "trap: no articles"]
    assert list(links.on_page(html, site, 1)) == [], "told once"
    assert tally.traps == {"duplicate content": 2, "no articles": 2}


def test_a_proxy_is_asked_for_the_world_and_never_for_what_is_near() -> None:
    guard = GuardMiddleware(SimpleNamespace(settings=Settings({"PRIVATE_HOSTS": ["near"]})))  # type: ignore[arg-type]
    far, near = (
        Request("http://a.example/", meta={"proxy": "http://p:1"}),
        Request("http://near/", meta={"proxy": "http://p:1"}),
    )
    guard.process_request(far)
    guard.process_request(near)
    assert (far.meta["proxy"], near.meta["proxy"]) == ("http://p:1", None)


def test_there_is_no_switch_for_robots_txt() -> None:
    assert settings.ROBOTSTXT_OBEY is True
    with pytest.raises(Exception, match="robots"):
        parse_job("job: a\nrobots: no\nsites: [{id: a, name: a, home: 'http://127.0.0.1/'}]")
    require_contact(parse_job(one_site("http://127.0.0.1")))


def test_a_certificate_is_asked_for_only_where_the_job_says_so(tmp_path: Path) -> None:
    """TLS on loopback with a certificate of nobody."""
    from tests.certificates import self_signed

    with serving(
        "127.0.0.1", {"/": Reply(listing("/1")), "/1": Reply(article(1))}, tls=self_signed(tmp_path)
    ) as server:
        seeds = one_site(server.base)
        (tmp_path / "any").mkdir()
        (tmp_path / "valid").mkdir()
        lenient = run(tmp_path / "any", seeds, {}, archive_only=True)
        strict = run(tmp_path / "valid", f"{seeds}verify_tls: true\n", {}, archive_only=True)
    assert lenient.report["pages"] == 1
    assert strict.report["pages"] == 0
    assert set(strict.drops().values()) == {"certificate not valid"}


def test_a_proxy_is_not_asked_for_a_private_address_that_is_written_as_a_number(tmp_path: Path) -> None:
    near = ("169.254.169.254", "127.0.0.1", "2130706433", "127.1", "0x7f.1", "[::1]", "[::ffff:10.0.0.1]", "localhost")
    base = "http://paper.example"
    with serving("127.0.0.1", {}) as proxy:
        proxy.pages |= {f"{base}/{n}": Reply(status=302, Location=f"http://{host}/meta") for n, host in enumerate(near)}
        proxy.pages |= {f"{base}/list": Reply(listing(f"{base}/a/1")), f"{base}/a/1": Reply(article(1))}
        feeds = ", ".join(f'{{feed: "{base}/{n}"}}' for n in range(len(near)))
        seeds = (
            "job: probe\ncontact: probe@paper.example\nsites:\n"
            f'  - {{id: a, name: a, home: "{base}/", seeds: [{{list: "{base}/list"}}, {feeds}]}}\n'
        )
        crawled = run(
            tmp_path, seeds, {"proxy": proxy}, variables={"http_proxy": proxy.base}, settings={"DOWNLOAD_DELAY": 0.01}
        )
        asked = {path for path in proxy.paths if not path.startswith(f"{base}/")}
    assert asked == set()
    assert set(crawled.articles()) == {"a/1"}
    assert crawled.report["drops"] == {"fetch: guard: private address": len(near)}


def test_a_private_host_of_the_job_is_not_reached_by_another_site_of_it(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as other, serving("127.0.0.2", {}) as near:
        near.pages |= {"/map.xml": Reply(sitemap(f"{near.base}/a/1")), "/a/1": Reply(article(1))}
        other.pages |= {
            "/map.xml": Reply(sitemap(f"{near.base}/secret.xml", index=True)),
            "/feed": Reply(status=302, Location=f"{near.base}/secret"),
        }
        seeds = f"""
job: probe
allow_private_hosts: [127.0.0.1, 127.0.0.2]
defaults: {{delay: 0}}
sites:
  - {{id: near, name: near, home: "{near.base}/", seeds: [{{sitemap: "{near.base}/map.xml"}}]}}
  - {{id: other, name: other, home: "{other.base}/", seeds: [{{sitemap: "{other.base}/map.xml"}}, {{feed: "{other.base}/feed"}}]}}
"""
        crawled = run(tmp_path, seeds, {"near": near})
        assert not [path for path in near.paths if "secret" in path]
    assert set(crawled.articles()) == {"a/1"}
    assert crawled.report["drops"] == {"fetch: guard: private address": 2}
