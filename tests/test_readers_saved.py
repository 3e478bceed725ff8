"""What saved pages say of where they were saved, what lies beside them, and feeds that were saved."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleaners.items import Drop, Page
from cleaners.readers import read
from cleaners.readers.saved_from import saved_from
from tests.test_readers import drops, pages, zipped
from tests.timing import LINEAR, growth

BODY = "<body><h1>渡口开航</h1><p>船工说，今天的水很稳，两岸的人都来看。</p></body></html>"
HEAD = "<head><meta charset=utf-8><title>渡口开航</title></head>"
AT = datetime(2026, 4, 12, 12, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("page", "url", "at"),
    [
        ("<!-- saved from url=(0026)https://a.example/1?x=1&y=2 -->\r\n<html>" + HEAD, "https://a.example/1?x=1&y=2", None),
        ("<!DOCTYPE html>\n<!-- saved from url=(0019)http://a.example/1 -->\n<html>" + HEAD, "http://a.example/1", None),
        ("<html>\n<!--\n Page saved with SingleFile \n url: https://a.example/%E6%B8%A1 \n saved date: Sun Apr 12 2026 20:11:12 "
         "GMT+0800 (中国标准时间)\n-->" + HEAD, "https://a.example/%E6%B8%A1", AT),
        ("<html><head><title>渡</title>\n<!-- Mirrored from a.example/b/1.html by HTTrack Website Copier/3.x [XR&CO'2014], "
         "Sun, 12 Apr 2026 12:11:12 GMT --></head>", "http://a.example/b/1.html", AT),
        ("<!-- Saved from https://a.example/1 at 2026-04-12T12:11:12Z using monolith v2.8.1 --><html>" + HEAD,
         "https://a.example/1", AT),
        ('<html><head><meta name="savepage-url" content="https://a.example/1?a=1&amp;b=2"><meta name="savepage-date" '
         'content="Sun Apr 12 2026 20:11:12 GMT+0800"></head>', "https://a.example/1?a=1&b=2", AT),
        ('<html data-scrapbook-source="https://a.example/1" data-scrapbook-create="20260412121112345">' + HEAD,
         "https://a.example/1", AT),
    ],
    ids=["browser", "browser behind the doctype", "SingleFile", "HTTrack", "monolith", "Save Page WE", "WebScrapBook"],
)  # fmt: skip
def test_a_saved_page_knows_where_it_comes_from(tmp_path: Path, page: str, url: str, at: datetime | None) -> None:
    (tmp_path / "a.html").write_text(page + BODY, encoding="utf-8")
    (one,) = pages(tmp_path)
    assert (one.url, one.fetched_at) == (url, at)


@pytest.mark.parametrize(
    "page",
    [
        "<html>" + HEAD + "<body><!-- saved from url=(0019)http://a.example/1 --><p>渡口开航。</p>",
        "<html>" + HEAD + "<body><p>&lt;!-- saved from url=(0019)http://a.example/1 --&gt;</p>",
        "<html><head><script>var s = '<!-- saved from url=(0019)http://a.example/1 -->'</script></head>",
        "<html><head><title><!-- saved from url=(0019)http://a.example/1 --></title></head>",
        "<!-- saved from url=(0014)about:internet --><html>" + HEAD,
        "<!-- saved from url=(0026)file:///C:/pages/1.html --><html>" + HEAD,
        "<html><!-- Mirrored from nowhere by HTTrack -->" + HEAD,
        "渡口开航。saved from url=(0019)http://a.example/1",
    ],
)
def test_what_only_looks_like_the_mark_of_saving_names_no_address(page: str) -> None:
    assert saved_from(page.encode()) is None


@pytest.mark.parametrize("piece", ["<!--", "<script>", "<meta name=", "<html ", "<title", "savepage-url <meta "])
def test_looking_for_the_mark_takes_linear_time(piece: str) -> None:
    def look(length: int) -> object:
        return saved_from(b"<!-- -->" + piece.encode() * (length // len(piece)))

    assert growth(look, 60_000, 120_000) < LINEAR


def test_the_page_of_an_mhtml_is_the_one_that_it_is_of(tmp_path: Path) -> None:
    parts = (
        ("https://ads.example/frame.html", "<p>广告</p>"),
        ("https://a.example/a/long/way/1.html", "<p>渡口开航</p>"),
    )
    text = (
        "From: <Saved by Blink>\r\nSnapshot-Content-Location: https://a.example/a/long/\r\n way/1.html\r\n"
        "Date: Sun, 12 Apr 2026 12:11:12 -0000\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/related; type="text/html"; boundary="b"\r\n\r\n'
    )
    for url, body in parts:
        text += f"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: {url}\r\n\r\n{body}\r\n"
    (tmp_path / "a.mht").write_bytes((text + "--b--\r\n").encode())
    (one,) = pages(tmp_path)
    assert (one.url, one.fetched_at) == ("https://a.example/a/long/way/1.html", AT)
    assert "渡口" in one.body.decode()


def browser_folder(place: Path, name: str, folder: str) -> None:
    (place / name).write_text(f"<html>{HEAD}<img src='./{folder}/1.jpg'>{BODY}", encoding="utf-8")
    (place / folder).mkdir()
    (place / folder / "saved_resource.html").write_text(f"<html>{HEAD}{BODY}", encoding="utf-8")
    (place / folder / "main.css").write_text("p { color: red }", encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "folder"),
    [("渡口.html", "渡口_files"), ("a.htm", "a.files"), ("a.html", "a-Dateien"), ("a.html", "a_文件")],
)
def test_what_browsers_save_beside_a_page_is_no_page(tmp_path: Path, name: str, folder: str) -> None:
    browser_folder(tmp_path, name, folder)
    found = list(read([tmp_path]))
    assert [Path(one.origin).name for one in found if isinstance(one, Page)] == [name]
    assert [(Path(one.origin).name, one.reason) for one in found if isinstance(one, Drop)] == [
        (folder, "parts of a page")
    ]


@pytest.mark.parametrize("part", ["saved_resource.html", "saved_resource(1).html", "1.jpg", "x.js.下载"])
def test_a_folder_with_parts_is_one_also_where_its_page_does_not_name_it(tmp_path: Path, part: str) -> None:
    (tmp_path / "news.html").write_text(f"<html>{HEAD}{BODY}", encoding="utf-8")
    (tmp_path / "news_files").mkdir()
    (tmp_path / "news_files" / part).write_text(f"<html>{HEAD}{BODY}", encoding="utf-8")
    assert [type(one) for one in read([tmp_path])] == [Page, Drop]


def test_a_folder_that_no_page_names_is_read(tmp_path: Path) -> None:
    (tmp_path / "news.html").write_text(f"<html>{HEAD}{BODY}", encoding="utf-8")
    (tmp_path / "news_files").mkdir()
    (tmp_path / "news_files" / "1.html").write_text(f"<html>{HEAD}{BODY}", encoding="utf-8")
    assert len(pages(tmp_path)) == 2


def test_parts_of_pages_in_an_archive_are_none(tmp_path: Path) -> None:
    page = f"<html>{HEAD}{BODY}".encode()
    members = (
        ("s/a.html", page),
        ("s/a_files/frame.html", page),
        ("s/b_files/1.html", page),
        ("s/a_files/x.css", b"p{}"),
    )
    (tmp_path / "a.zip").write_bytes(zipped(*members))
    found = list(read([tmp_path / "a.zip"]))
    assert [one.origin.partition("#")[2] for one in found if isinstance(one, Page)] == ["s/a.html", "s/b_files/1.html"]
    assert [one.reason for one in found if isinstance(one, Drop)] == ["parts of a page"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.css", "p { color: red }"),
        ("jquery.min.js", "!function(e){return e}(window);"),
        ("share.js.下载", "var a = 1;"),
        ("app.js.download", "var a = 1;"),
        ("logo.svg", "<svg xmlns='http://www.w3.org/2000/svg'><text>标</text></svg>"),
        ("logo.xml", "<?xml version='1.0'?><!-- 标 --><svg xmlns='http://www.w3.org/2000/svg'></svg>"),
        ("main.js.map", '{"version": 3, "sources": [], "mappings": ""}'),
    ],
)
def test_style_sheets_scripts_and_drawings_are_no_pages(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert [one.reason for one in drops(tmp_path)] in (["not a page"], ["no page in the row"])


# Feeds

TEXT = "".join(f"<p>渡口第{n}班船开航，船工说今天的水很稳，两岸的人都来看。</p>" for n in range(3))


def feed(tmp_path: Path, text: str) -> list[Page | Drop]:
    (tmp_path / "feed").write_text(text, encoding="utf-8")
    return list(read([tmp_path / "feed"]))


def test_entries_of_rss_that_have_their_text_are_pages(tmp_path: Path) -> None:
    whole, teaser = feed(
        tmp_path,
        '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>河谷日报</title>'
        "<item><title>渡口开航</title><link>https://a.example/1</link><pubDate>Sun, 12 Apr 2026 09:30:00 +0800</pubDate>"
        f"<dc:creator>石小禾</dc:creator><category>乡村</category><content:encoded><![CDATA[{TEXT}]]></content:encoded></item>"
        "<item><title>盐井出卤</title><link>https://a.example/2</link><description>盐井四月里重新出卤……</description></item>"
        "</channel></rss>",
    )
    assert isinstance(whole, Page) and isinstance(teaser, Drop)
    assert (whole.url, whole.columns.title, whole.columns.author) == ("https://a.example/1", "渡口开航", "石小禾")
    assert (whole.columns.source, whole.columns.section) == ("河谷日报", "乡村")
    assert "第2班船" in whole.body.decode() and whole.origin.endswith("feed#1")
    assert (teaser.url, teaser.reason) == ("https://a.example/2", "no text in the entry")


def test_entries_of_atom_and_json_feed_too(tmp_path: Path) -> None:
    (atom,) = feed(
        tmp_path,
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>河谷日报</title><entry><title>渡口开航</title>'
        '<link href="https://a.example/1"/><updated>2026-04-12T09:30:00+08:00</updated>'
        f'<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">{TEXT}</div></content></entry></feed>',
    )
    item = {
        "id": "1",
        "url": "https://a.example/1",
        "title": "渡口开航",
        "content_html": TEXT,
        "authors": [{"name": "石小禾"}],
    }
    version = "https://jsonfeed.org/version/1.1"
    (one,) = feed(
        tmp_path, json.dumps({"version": version, "title": "河谷日报", "items": [item]}, ensure_ascii=False, indent=1)
    )
    for found in (atom, one):
        assert isinstance(found, Page)
        assert (found.url, found.columns.title, found.columns.source) == ("https://a.example/1", "渡口开航", "河谷日报")
        assert "第2班船" in found.body.decode()
    assert isinstance(one, Page) and one.columns.author == "石小禾"


@pytest.mark.parametrize(
    "text", ["<rss><channel></channel></rss>", '{"version": "https://jsonfeed.org/version/1", "items": 3}']
)
def test_a_feed_without_entries_is_told(tmp_path: Path, text: str) -> None:
    (one,) = feed(tmp_path, text)
    assert isinstance(one, Drop) and one.detail == "a feed without entries"
