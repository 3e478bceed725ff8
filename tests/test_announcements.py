"""What feeds and sitemaps say of pages: it serves where the page says nothing, and is there when it is cleaned again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners import pipeline, readers
from cleaners.errors import UnusableInput
from cleaners.items import Article, Drop, EntryFields, Page, PageAnnouncement
from cleaners.maintenance import reclean
from cleaners.store import Store
from cleaners.warc import read_back
from cleaners.warc.scan import WarcRecord, records
from crawler import feeds
from crawler.cli import app
from tests.crawling import Crawled, one_site
from tests.crawling import run as run_crawl
from tests.small_server import SENTENCES, Reply, article, serving

SHELL = "<html><head><title>加载中</title></head><body><div id=app></div><script src=/app.js></script></body></html>"
BODY = "".join(f"<p>{sentence.format(n=23)}</p>" for sentence in SENTENCES)
DATED = "Mon, 05 Oct 2026 08:00:00 +0800"


def undated(n: int) -> str:
    """An article whose page tells no date."""
    return article(n).replace(f"2025-10-0{n % 9 + 1} 08:30 ", "")


def rss(*items: str) -> Reply:
    spaces = "xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:dc='http://purl.org/dc/elements/1.1/'"
    inside = "".join(f"<item>{item}</item>" for item in items)
    return Reply(f"<rss version='2.0' {spaces}><channel>{inside}</channel></rss>", Content_Type="application/rss+xml")


def atom(text: str) -> Reply:
    return Reply(
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>晨报</title><entry><title>三号渠清淤</title><id>urn:x:3</id>"
        "<link href='/atom.html'/><published>2026-10-03T07:00:00+08:00</published><author><name>马春晓</name></author>"
        f"<content type='html'><![CDATA[{text}]]></content></entry></feed>",
        Content_Type="application/atom+xml",
    )


def json_feed(**item: object) -> Reply:
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "晨报", "items": [item]}
    return Reply(json.dumps(feed), Content_Type="application/feed+json")


NEWS = """<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
 xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"><url><loc>/map.html</loc><lastmod>2026-11-01</lastmod>
 <news:news><news:publication><news:name>晨报</news:name></news:publication>
 <news:publication_date>2026-10-02T06:00:00+08:00</news:publication_date><news:title>六号渠放水</news:title></news:news>
 </url></urlset>"""

PAGES = {
    "/rss.xml": rss(
        f"<title>一号渠</title><link>/dated.html</link><pubDate>{DATED}</pubDate>",
        f"<title>二号渠</title><link>/own.html</link><pubDate>{DATED}</pubDate>",
        "<title>五号渠的水到了</title><link>/shell.html</link><dc:creator>阿依古丽</dc:creator>"
        f"<pubDate>{DATED}</pubDate><content:encoded><![CDATA[{BODY}]]></content:encoded>",
        "<title>七号渠的水到了</title><link>/teaser.html</link>"
        f"<content:encoded><![CDATA[{BODY[:300]}</p><p>渠边的柳树也绿了…</p>]]></content:encoded>",
        f"<title>八号渠</title><link>/gone.html</link><content:encoded><![CDATA[{BODY}]]></content:encoded>",
    ),
    "/atom.xml": atom(BODY.replace("23", "29")),
    "/feed.json": json_feed(
        id="4", url="/json.html", title="四号渠清淤", content_html=BODY.replace("23", "31"),
        date_published="2026-10-04T07:00:00+08:00", authors=[{"name": "李新民"}],
    ),
    "/map.xml": Reply(NEWS, Content_Type="text/xml"),
    "/dated.html": Reply(undated(1)),
    "/own.html": Reply(article(2)),
    "/shell.html": Reply(SHELL),
    "/teaser.html": Reply(SHELL),
    "/gone.html": Reply("<html><title>404</title><body><p>页面不存在</p></body></html>"),
    "/atom.html": Reply(SHELL.replace("加载中", "")),
    "/json.html": Reply("<html><head><meta name=robots content=noai></head><body><script>go()</script></body></html>"),
    "/map.html": Reply(undated(6)),
}  # fmt: skip
SEEDS = (
    'seeds: [{{feed: "{0}/rss.xml"}}, {{feed: "{0}/atom.xml"}}, {{feed: "{0}/feed.json"}}, {{sitemap: "{0}/map.xml"}}]'
)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    """A crawl of these pages."""
    folder = tmp_path_factory.mktemp("announced")
    with serving("127.0.0.1", PAGES) as site:
        return run_crawl(folder, one_site(site.base, SEEDS.format(site.base)), {"a": site})


def test_a_date_of_the_feed_serves_where_the_page_has_none(crawled: Crawled) -> None:
    found = crawled.articles()
    assert str(found["dated.html"].published) == "2026-10-05 08:00:00+08:00"
    assert found["dated.html"].found_by["published"] == "feed published"
    assert str(found["own.html"].published)[:10] == "2025-10-03", "the page's own date is believed first"
    assert str(found["map.html"].published) == "2026-10-02 06:00:00+08:00"
    assert found["map.html"].found_by["published"] == "sitemap published"


def test_a_text_of_the_feed_serves_where_the_page_is_a_shell(crawled: Crawled) -> None:
    found = crawled.articles()
    shell = found["shell.html"]
    assert (shell.title, shell.authors) == ("五号渠的水到了", ("阿依古丽",))
    assert shell.text == "\n".join(sentence.format(n=23) for sentence in SENTENCES)
    assert shell.found_by["text"] == "feed text" and shell.found_by["published"] == "entry published"
    assert found["atom.html"].authors == ("马春晓",) and "29号渠" in found["atom.html"].text
    assert found["json.html"].authors == ("李新民",) and str(found["json.html"].published)[:10] == "2026-10-04"
    assert "meta:noai" in found["json.html"].opt_out, "what the shell reserves still counts"


def test_a_teaser_and_a_page_that_is_gone_stay_drops(crawled: Crawled) -> None:
    assert not {"teaser.html", "gone.html"} & set(crawled.articles())
    assert crawled.drops() == {"teaser.html": "not an article: script shell", "gone.html": "not an article: error page"}


def test_cleaning_again_gives_the_same_record(crawled: Crawled) -> None:
    before = crawled.articles()
    with Store.open(crawled.store, create=False) as store:
        outcomes = list(reclean.compare(store, reclean.origins(store, None, None), lambda some: map(_cleaned, some)))
    assert not [one for one in outcomes if one.change or one.missing]
    for article_ in before.values():
        again = pipeline.clean(read_back(article_.origin, crawled.store))
        assert isinstance(again, Article)
        assert (again.text, again.published, again.authors, again.found_by) == (
            article_.text, article_.published, article_.authors, article_.found_by,
        )  # fmt: skip
    # The same where the archive is read from its beginning to its end.
    files = [str(path) for path in sorted(crawled.store.with_suffix(".warc").iterdir())]
    found = {page.url: _cleaned(page) for page in readers.read(files) if isinstance(page, Page)}
    assert {url.rsplit("/", 1)[1] for url, one in found.items() if url and isinstance(one, Article)} == set(before)


def _cleaned(page: Page | Drop) -> Article | Drop:
    return page if isinstance(page, Drop) else pipeline.clean(page)


def test_explain_says_that_the_feed_told_it(crawled: Crawled) -> None:
    article_ = crawled.articles()["shell.html"]
    told = CliRunner().invoke(app, ["explain", article_.id, "--store", str(crawled.store)]).output
    assert "[entry published]" in told and "[feed text]" in told


def test_a_page_visited_again_keeps_what_its_feed_said(tmp_path: Path) -> None:
    pages = {"/rss.xml": PAGES["/rss.xml"], "/dated.html": Reply(undated(1))}
    with serving("127.0.0.1", pages) as site:
        seeds = one_site(site.base, f'seeds: [{{feed: "{site.base}/rss.xml"}}]')
        run_crawl(tmp_path, seeds, {"a": site})
        pages["/dated.html"].body += "<p>编后：渠里的水还会再放十天，请大家节约用水。</p>".encode()
        pages["/rss.xml"] = rss()
        again = run_crawl(tmp_path, seeds, {"a": site})
    assert str(again.articles()["dated.html"].published)[:10] == "2026-10-05"


def test_a_takedown_leaves_nothing_of_the_feeds_text(tmp_path: Path) -> None:
    with serving("127.0.0.1", PAGES) as site:
        done = run_crawl(tmp_path, one_site(site.base, f'seeds: [{{feed: "{site.base}/feed.json"}}]'), {"a": site})
        url = f"{site.base}/json.html"
    mine = [one for one in records(done.store) if isinstance(one, WarcRecord) and one.url == url]
    assert [one.kind for one in mine] == ["response", "request", "metadata"]
    taken = CliRunner().invoke(app, ["takedown", url, "--reason", "asked", "--store", str(done.store)])
    assert taken.exit_code == 0, taken.output
    assert not [one for one in records(done.store) if isinstance(one, WarcRecord) and one.url == url]
    with Store.open(done.store, create=False) as store:
        assert store.crawl_state.announcement(url) is None


def test_a_saved_feed_without_a_declaration_is_read_as_utf8(tmp_path: Path) -> None:
    (tmp_path / "feed.xml").write_bytes(PAGES["/atom.xml"].body)
    (page,) = readers.read([str(tmp_path / "feed.xml")])
    assert isinstance(page, Page) and page.columns.author == "马春晓"


@pytest.mark.parametrize(
    ("reason", "page"),
    [
        ("no text at all", "<html><body></body></html>"),
        ("a wall", "<html><body><p>请登录后阅读全文</p></body></html>"),
        ("words of the frame", "<html><body><nav>首页 新闻</nav><script>x()</script></body></html>"),
    ],
)
def test_pages_without_text(reason: str, page: str) -> None:
    said = PageAnnouncement(by="http://a.example/rss", fields=EntryFields(kind="feed", title="五号渠"), text=BODY)
    found = pipeline.clean(Page(body=page.encode(), origin="x", url="http://a.example/1.html", announcement=said))
    assert isinstance(found, Article) and found.found_by["text"] == "feed text", reason


def test_a_headline_that_the_feed_cuts_short_is_none() -> None:
    body = rss("<title>五号渠的水到…</title><link>http://a.example/1</link><pubDate>2026-10-01</pubDate>").body
    (link,) = feeds.feed(body, "http://a.example/rss.xml", 10, 10_000)
    assert link.announcement is not None and link.announcement.fields.title is None


ITEM = '{{"id": "{0}", "url": "/{0}.html", "title": "渠"}}'


@pytest.mark.parametrize(
    ("fault", "body", "found"),
    [
        ("cut in an item", '{"title": "晨报", "items": [' + ITEM.format(1) + ", " + ITEM.format(2)[:-9], ["1"]),
        (
            "a number that is none",
            '{"items": [' + ITEM.format(1) + ', {"id": NaNN}, ' + ITEM.format(3) + "]}",
            ["1", "3"],
        ),
        ("rubbish behind it", '{"items": [' + ITEM.format(1) + "]}\n<!-- 服务器 -->", ["1"]),
    ],
)
def test_a_damaged_json_feed_is_read_as_far_as_it_goes(fault: str, body: str, found: list[str]) -> None:
    links = feeds.feed(body.encode(), "http://a.example/f.json", 10, 10_000)
    assert [link.url for link in links] == [f"http://a.example/{number}.html" for number in found], fault


@pytest.mark.parametrize("body", ['{"title": "晨报", "ite', '{"items": [{"id": ', "{}}"])
def test_a_json_feed_of_which_nothing_is_left_is_told(body: str) -> None:
    with pytest.raises(UnusableInput, match="damaged feed"):
        feeds.feed(body.encode(), "http://a.example/f.json", 10, 10_000)
