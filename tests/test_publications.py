"""EPUB and HTML: a book by the rules of EPUB 3.3, a page that does nothing, whatever the articles say."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from io import BytesIO
from pathlib import Path
from urllib.parse import unquote
from zipfile import ZIP_STORED, ZipFile

import pytest
from lxml import etree, html

from cleaners.errors import UsageError
from cleaners.export.epub_format import epub
from cleaners.export.html import html_page
from cleaners.export.publication import EmbeddedPicture, Publication, PublishedStory, issue, single
from cleaners.export.run import ExportRequest, export
from cleaners.items import Article, Clipping, Region
from cleaners.store import FilterChoice, Store
from tests.test_epub import check

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
DOT = EmbeddedPicture(url="http://a.example/dot.png", name="aa.png", media_type="image/png", data=PIXEL)
HOSTILE = "<script>alert(1)</script>\x0b\ud800 & \"'>]]> <!-- \u202e"
AT = datetime(2026, 10, 5, 9, 50, tzinfo=timezone(timedelta(hours=8)))


def story(number: int, title: str = "渠水到了", **more: object) -> PublishedStory:
    fields = {
        "url": f"http://a.example/{number}",
        "source": "绿洲晨报",
        "published": AT,
        "text": "水到田头。\n大家都来看。",
    }
    copies = more.pop("copies", ())
    pictures = more.pop("pictures", ())
    article = Article(id=f"{number:016}", origin="x", title=title, **{**fields, **more})  # type: ignore[arg-type]
    return PublishedStory(clipping=Clipping(article=article), copies=copies, pictures=pictures)  # type: ignore[arg-type]


MARKUP = (
    "## 小标题\n\n第一段 [链接](http://b.example/1) 和 [假的](javascript:alert(1))\n\n- 一\n- 二\n\n"
    "| 甲 | 乙 |\n| --- | --- |\n| 1 | 2 |\n\n![点](http://a.example/dot.png)\n\n![远](http://a.example/far.png)\n\n"
    "```\na < b && c\n```\n\n<img src=x onerror=alert(1)>"
)
HERE = (Region(name="新疆/阿克苏", code="652900", count=2),)


@pytest.fixture(scope="module")
def book() -> Publication:
    copy = story(9, source="昆玉日报").clipping
    return issue(
        f"一日要闻 {HOSTILE}",
        [
            story(1, regions=HERE, markdown=MARKUP, pictures=(DOT,), copies=(copy,)),
            story(2, HOSTILE, text=HOSTILE, source=HOSTILE, authors=(HOSTILE,), url="javascript:alert(1)"),
            story(3, regions=HERE, source="号渠日报"),
            replace(story(4, regions=HERE, title=""), note=HOSTILE, tags=("水利",)),
        ],
    )  # fmt: skip


def opened(data: bytes) -> ZipFile:
    return ZipFile(BytesIO(data))


def tree(book: ZipFile, name: str) -> etree._Element:
    return etree.fromstring(book.read(name), etree.XMLParser(resolve_entities=False))


def test_a_book_begins_with_its_type_and_says_where_its_package_is(book: Publication) -> None:
    file = opened(epub(book))
    first = file.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
    assert file.read("mimetype") == b"application/epub+zip"
    (root,) = tree(file, "META-INF/container.xml").iter("{*}rootfile")
    assert root.get("full-path") in file.namelist()


def test_the_package_names_what_the_book_is_and_all_that_is_in_it(book: Publication) -> None:
    file = opened(epub(book))
    package = tree(file, "EPUB/book.opf")
    for name in ("identifier", "title", "language"):
        (found,) = package.iter(f"{DC}{name}")
        assert found.text
    (modified,) = [one for one in package.iter(f"{OPF}meta") if one.get("property") == "dcterms:modified"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", modified.text or "")
    items = {one.get("id"): one for one in package.iter(f"{OPF}item")}
    listed = {f"EPUB/{unquote(one.get('href') or '')}" for one in items.values()}
    assert listed == set(file.namelist()) - {"mimetype", "META-INF/container.xml", "EPUB/book.opf"}
    assert [one.get("properties") for one in items.values()].count("nav") == 1
    spine = [items[one.get("idref")].get("href") for one in package.iter(f"{OPF}itemref")][1:]
    assert spine == [f"chapter-{number:04}.xhtml" for number in range(1, 5)]


def test_every_page_is_well_formed_and_leads_only_to_the_web_or_into_the_book(book: Publication) -> None:
    file = opened(epub(book))
    for name in (one for one in file.namelist() if one.endswith(".xhtml")):
        page = tree(file, name)
        assert page.tag == f"{XHTML}html" and page.find(f"{XHTML}head/{XHTML}title").text  # type: ignore[union-attr]
        assert not list(page.iter(f"{XHTML}script"))
        for node in page.iter(f"{XHTML}a", f"{XHTML}img"):
            address = node.get("href") or node.get("src") or ""
            assert address.startswith(("http://", "https://")) or f"EPUB/{address}" in file.namelist()
    assert file.read("EPUB/pictures/aa.png") == PIXEL


def test_contents_are_by_region_and_source_with_the_unknown_last(book: Publication) -> None:
    nav = tree(opened(epub(book)), "EPUB/nav.xhtml")
    names = [node.text for node in nav.iter(f"{XHTML}span")]
    assert names[:2] == ["新疆/阿克苏 · 绿洲晨报", "新疆/阿克苏 · 号渠日报"] and names[2].startswith("其他 · ")
    assert len(list(nav.iter(f"{XHTML}a"))) == 4


def test_copies_stand_below_as_notes_with_source_time_and_address(book: Publication) -> None:
    page = opened(epub(book)).read("EPUB/chapter-0001.xhtml").decode()
    notes = page[page.index("<aside>") :]
    assert "昆玉日报" in notes and "2026-10-05 09:50" in notes and "http://a.example/9" in notes


def test_the_same_issue_gives_the_same_bytes_and_another_one_another_identifier(book: Publication) -> None:
    assert epub(book) == epub(book)
    check(epub(book))
    assert html_page(book) == html_page(book)
    assert single(story(1)).identifier != single(story(2)).identifier
    assert book.modified == AT.astimezone(UTC)


def test_a_page_shows_the_text_and_runs_and_loads_nothing(book: Publication) -> None:
    data = html_page(book)
    page = html.fromstring(data)
    assert not page.xpath("//script|//iframe|//object|//link|//@onerror|//@style")
    assert {address.partition(":")[0] for address in page.xpath("//@src")} == {"data"}
    assert all(address.startswith(("http://", "https://", "#")) for address in page.xpath("//@href"))
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]
    assert page.xpath("string(//table)").split() == ["甲", "乙", "1", "2"]
    assert page.xpath("string(//pre)").strip() == "a < b && c"
    assert "<script>alert(1)</script>" in page.xpath("string(//article[3])") + page.xpath("string(//article[4])")
    targets = set(page.xpath("//nav//@href"))
    assert targets == {f"#{name}" for name in page.xpath("//article/@id")}


def test_one_article_has_no_contents_and_its_headline_first() -> None:
    page = html.fromstring(html_page(single(story(1))))
    assert [node.text for node in page.xpath("//h1")] == ["渠水到了"]
    assert not page.xpath("//nav")


def test_export_writes_both_and_says_when_no_article_is_left(tmp_path: Path) -> None:
    with Store.open(tmp_path / "news.db") as store:
        with pytest.raises(UsageError, match="no article"):
            export(store, ExportRequest(target=str(tmp_path / "x.epub"), form="epub"))
        assert not (tmp_path / "x.epub").exists()
        store.articles.put(story(1).clipping.article)
        for form in ("epub", "html"):
            target = tmp_path / f"x.{form}"
            done = export(store, ExportRequest(target=str(target), form=form, choice=FilterChoice(newest_first=True)))
            assert done.added == 1
        assert "水到田头。" in opened((tmp_path / "x.epub").read_bytes()).read("EPUB/chapter-0001.xhtml").decode()
        assert "水到田头。" in (tmp_path / "x.html").read_text("utf-8")
