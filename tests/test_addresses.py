"""No address vanishes: what a crawl hears of becomes an article, a Drop, or is left for the next run."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from crawler import discover, feeds, list_pages
from tests.crawling import Crawled, one_site, run
from tests.small_server import InTurn, Reply, article, listing, serving

_LIMIT = 10**6  # bytes after decompression
_FEED = "http://a.example/feed"


def rss(*items: str, encoding: str = "utf-8") -> bytes:
    """A feed of items as they are written, without a declared charset."""
    inner = "".join(f"<item>{item}</item>" for item in items)
    return f"<?xml version='1.0'?><rss version='2.0'><channel><title>小河</title>{inner}</channel></rss>".encode(
        encoding
    )


def urls(body: bytes, content_type: str = "") -> list[str]:
    return [link.url for link in feeds.feed(body, _FEED, 9, _LIMIT, content_type=content_type)]


def pages(body: bytes, content_type: str = "") -> list[str]:
    return [link.url for link in feeds.sitemap(body, _FEED, 9, _LIMIT, content_type=content_type).pages]


@pytest.fixture(scope="module")
def redirected(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """A site whose pages all answer with a redirect to another writing of their own address, and some broken links."""
    linked = ["/spm", "/order?b=2&a=1", "/cookie", "/307", "/part", "/%e6%b0%b4", "/utm?utm_source=x", "/endless"]
    linked += [
        "/script",
        "/scripts",
        "/scripted",
        "/wait?1",
        "/bad",
        "/refresh",
        "/d/2031/05/",
        "http://[x/",
        "http://a.example:port/",
    ]
    with serving("127.0.0.1", {}) as server:
        here = {
            "/spm": Reply(status=302, Location="/spm?spm=1.2"),
            "/spm?spm=1.2": Reply(article(1)),
            "/order?b=2&a=1": Reply(status=301, Location="/order?a=1&b=2"),
            "/order?a=1&b=2": Reply(article(2)),
            "/cookie": InTurn(Reply(status=302, Location="/cookie", Set_Cookie="s=1"), Reply(article(3))),
            "/307": InTurn(Reply(status=307, Location="/307"), Reply(article(4))),
            "/part": InTurn(Reply(status=302, Location="/part#text"), Reply(article(5))),
            "/%e6%b0%b4": Reply(status=301, Location="/%E6%B0%B4"),
            "/%E6%B0%B4": Reply(article(6)),
            "/utm?utm_source=x": Reply(status=308, Location="/utm"),
            "/utm": Reply(article(7)),
            "/endless": Reply(status=302, Location="/endless"),
            "/wait?1": InTurn(Reply(status=302, Location="/gate"), Reply(article(8))),
            "/gate": Reply(status=302, Location="/wait?1"),
            "/bad": Reply(status=302, Location="http://[x/"),
            "/refresh": Reply(
                article(10).replace("<head>", "<head><meta http-equiv=refresh content='1;url=/refresh'>")
            ),
            "/script": Reply("<html><script>location.href = '/script?spm=1.2'</script></html>"),
            "/script?spm=1.2": Reply(article(11)),
            "/scripts": Reply("<html><script>location.replace('/scripts')</script></html>"),
            "/scripted": Reply("<html><script>location = 'http://[x/'</script></html>"),
            "/": Reply(listing(*linked).replace("<html>", "<html><head><base href='http://[y/'></head>")),
        }
        server.pages.update(here)
        seeds = one_site(server.base, f'seeds: [{{list: "{server.base}/"}}]')
        return run(tmp_path_factory.mktemp("redirected"), seeds, {"a": server})


def test_a_redirect_to_another_writing_of_the_address_is_followed(redirected: Crawled) -> None:
    ways = {path.split("?")[0] for path in redirected.articles()}
    assert ways == {"spm", "order", "cookie", "307", "part", "%E6%B0%B4", "utm", "wait", "refresh", "script"}
    assert len(redirected.articles()) == 10


def test_what_a_redirect_loses_is_a_drop_that_names_the_page(redirected: Crawled) -> None:
    assert redirected.drops()["endless"] == "too many redirects"
    assert redirected.drops()["scripts"] == "too many redirects"
    assert redirected.drops()["bad"] == redirected.drops()["scripted"] == "malformed redirect"
    assert redirected.servers["a"].paths.count("/endless") == 1 + 5


def test_a_malformed_link_costs_that_link(redirected: Crawled) -> None:
    malformed = {path for path, reason in redirected.drops().items() if reason == "malformed address"}
    assert malformed == {""}, "http://[x/ and the port of letters have no path"


def test_a_malformed_base_is_left_out_as_browsers_do() -> None:
    for base in ("http://[x/", "http://a.example:port/", "javascript:void(0)"):
        html = f"<head><base href='{base}'></head><a href='1.html'>一</a><a href='2.html'>下一页</a>"
        page = HtmlResponse("http://a.example/l/", body=html.encode(), encoding="utf-8")
        assert [link.url[-6:] for link in discover.links(page)] == ["1.html", "2.html"]
        assert list_pages.next_page(discover.readable(page)) == "http://a.example/l/2.html"


def test_a_malformed_link_costs_no_feed_and_no_sitemap() -> None:
    broken = "<title>坏</title><link>http://[x/</link>"
    assert urls(rss(broken, "<link>/1</link>")) == ["", "http://a.example/1"]
    assert urls(json.dumps({"items": [{"url": "http://[x/"}, {"url": "/1"}]}).encode())[1:] == ["http://a.example/1"]
    named = b"<urlset><url><loc>http://[x/</loc></url><url><loc>/1</loc></url></urlset>"
    assert pages(named) == ["http://[x/", "http://a.example/1"]


def test_entries_of_a_json_feed_have_their_address_in_one_of_three_places() -> None:
    items = [
        {"id": "http://a.example/1"},
        {"id": "7", "external_url": "/2"},
        {"url": "/3", "external_url": "http://b/"},
    ]
    body = b"\xef\xbb\xbf" + json.dumps({"items": items}).encode()
    assert urls(body) == ["http://a.example/1", "http://a.example/2", "http://a.example/3"]


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [("gbk", "text/xml; charset=gb2312"), ("gb18030", ""), ("big5", "text/xml;charset=big5"), ("utf-16", ""), ("utf-8", "text/xml; charset=gbk")],
)  # fmt: skip
def test_the_charset_of_a_feed_may_stand_in_the_header_alone(encoding: str, content_type: str) -> None:
    body = rss("<title>渠水到</title><link>http://a.example/新聞/1</link>", encoding=encoding)
    (link,) = feeds.feed(body, _FEED, 9, _LIMIT, content_type=content_type)
    assert (link.url, link.text) == ("http://a.example/新聞/1", "渠水到")


def test_feeds_and_sitemaps_may_be_gzipped_without_saying_so() -> None:
    assert urls(gzip.compress(rss("<link>/1</link>"))) == ["http://a.example/1"]
    assert pages(gzip.compress(b"<urlset><url><loc>/1</loc></url></urlset>")) == ["http://a.example/1"]


def test_an_ampersand_that_begins_no_reference_is_one() -> None:
    named = "<urlset><url><loc>/s?a=1&b=2&amp;c=3</loc></url><url><loc><![CDATA[/t?a=1&b=2]]></loc></url></urlset>"
    assert pages(named.encode()) == ["http://a.example/s?a=1&b=2&c=3", "http://a.example/t?a=1&b=2"]
    assert urls(rss("<link>/s?a=1&b=2</link>")) == ["http://a.example/s?a=1&b=2"]


def test_a_sitemap_may_be_a_text_or_a_feed() -> None:
    text = "\ufeff# 晨报\r\nhttp://a.example/1\r\n\r\n  https://a.example/2  \n"
    assert pages(text.encode()) == ["http://a.example/1", "https://a.example/2"]
    assert pages(rss("<link>/1</link>")) == ["http://a.example/1"]
    atom = b"<!-- x --><feed xmlns='http://www.w3.org/2005/Atom'><entry><link href='/2'/></entry></feed>"
    assert pages(atom) == ["http://a.example/2"]


def test_a_feed_that_names_only_other_sites_says_so_and_what_it_names_is_no_trap(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as server:
        server.pages["/away.xml"] = Reply(rss("<link>http://b.example/1</link>"), Content_Type="application/rss")
        server.pages["/near.xml"] = Reply(rss("<link>/a/2031/05/</link>"), Content_Type="binary/octet-stream")
        server.pages["/a/2031/05/"] = Reply(article(1))
        named = ", ".join(f'{{feed: "{server.base}/{name}.xml"}}' for name in ("away", "near"))
        done = run(tmp_path, one_site(server.base, f"seeds: [{named}]"), {"a": server})
    assert done.drops() == {"away.xml": "all links leave the site"}
    assert set(done.articles()) == {"a/2031/05/"}
