"""EPUB 3 by its rules (OCF and package documents): what reading systems refuse is not written."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import pytest
from lxml import etree

from cleaners.export.epub import EpubBook, EpubChapter, epub_bytes
from cleaners.items import Article
from tests.test_ingester import article, story
from tests.test_watches import keep, run, watches

OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
XHTML = "{http://www.w3.org/1999/xhtml}"


def check(data: bytes) -> list[str]:
    """The rules; returns the titles in the table of contents."""
    archive = zipfile.ZipFile(io.BytesIO(data))
    first = archive.infolist()[0]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", zipfile.ZIP_STORED, b"")
    assert archive.read("mimetype") == b"application/epub+zip"
    assert data[30:58] == b"mimetypeapplication/epub+zip"
    names = archive.namelist()
    assert len(names) == len(set(names))
    container = etree.fromstring(archive.read("META-INF/container.xml"))
    [root] = container.iter("{*}rootfile")
    place = PurePosixPath(root.get("full-path"))
    package = etree.fromstring(archive.read(str(place)))
    assert package.get("version") == "3.0"
    [identifier] = package.iter(f"{DC}identifier")
    assert identifier.get("id") == package.get("unique-identifier")
    for name in ("identifier", "title", "language"):
        assert all((one.text or "").strip() for one in package.iter(f"{DC}{name}"))
    [modified] = [one.text for one in package.iter(f"{OPF}meta") if one.get("property") == "dcterms:modified"]
    datetime.strptime(modified, "%Y-%m-%dT%H:%M:%SZ")
    items = {one.get("id"): one for one in package.iter(f"{OPF}item")}
    hrefs = [str(place.parent / one.get("href")) for one in items.values()]
    assert len(hrefs) == len(set(hrefs))
    assert set(hrefs) | {"mimetype", "META-INF/container.xml", str(place)} == set(names), (
        "all files are in the manifest"
    )
    for one in items.values():
        assert one.get("media-type") == TYPES[PurePosixPath(one.get("href")).suffix]
    assert all(one.get("idref") in items for one in package.iter(f"{OPF}itemref"))
    [nav] = [one for one in items.values() if one.get("properties") == "nav"]
    for name in names:
        if name.endswith(".xhtml"):
            page = etree.fromstring(archive.read(name))
            assert page.tag == f"{XHTML}html"
            assert page.findtext(f"{XHTML}head/{XHTML}title")
            _check_content(page, {str(PurePosixPath(one).relative_to(place.parent)) for one in hrefs})
            for link in page.iter(f"{XHTML}a"):
                target = link.get("href")
                assert target.startswith(("http://", "https://")) or str(place.parent / target) in names
    contents = etree.fromstring(archive.read(str(place.parent / nav.get("href"))))
    [toc] = [one for one in contents.iter(f"{XHTML}nav") if one.get("{http://www.idpf.org/2007/ops}type") == "toc"]
    return [link.text for link in toc.iter(f"{XHTML}a")]


TYPES = {".xhtml": "application/xhtml+xml", ".css": "text/css", ".png": "image/png", ".jpg": "image/jpeg",
         ".gif": "image/gif", ".webp": "image/webp"}  # fmt: skip
BLOCKS = {
    "p",
    "div",
    "ul",
    "ol",
    "table",
    "article",
    "aside",
    "section",
    "nav",
    "pre",
    "blockquote",
    *(f"h{n}" for n in range(1, 7)),
}


def _check_content(page: etree._Element, held: set[str]) -> None:
    """What EPUBCheck asks of a page: ids that are unique, blocks where blocks may be, nothing that runs or is fetched."""
    ids = [one.get("id") for one in page.iter() if one.get("id") is not None]
    assert len(ids) == len(set(ids))
    for node in page.iter(etree.Element):
        name, parents = etree.QName(node).localname, [etree.QName(one).localname for one in node.iterancestors()]
        assert name not in {"script", "style", "iframe", "object", "form", "base", "center", "font"}
        assert not [key for key in node.attrib if key.startswith("on") or key == "style"]
        assert name not in BLOCKS or not {"p", "span", "a"} & set(parents), (name, parents)
        assert name != "a" or "a" not in parents
        assert name != "li" or parents[0] in {"ul", "ol"}
        assert name not in {"ul", "ol"} or (len(node) and {etree.QName(one).localname for one in node} == {"li"})
        assert name != "img" or (node.get("src") in held and node.get("alt") is not None)


def test_an_issue_is_a_book(tmp_path: Path) -> None:
    bad = Article(
        id="f" * 16,
        origin="x",
        text="<img src=x>&nbsp;\x0c" + story(2),
        title="</h3>\x0b & <script>",
        url="http://a.example/?a=1&b=2",
    )
    keep(tmp_path / "news.db", article("a1", story(1)), article("a2", story(1)), bad)
    file = watches(tmp_path, "watches:\n  - {id: all, channels: [{document: 'n{issue}.epub'}]}\n")
    run(file, tmp_path / "news.db")
    assert check((tmp_path / "n1.epub").read_bytes()) == ["题目a1", "</h3>\ufffd & <script>"]


def test_the_same_book_is_the_same_bytes_and_a_broken_one_is_refused() -> None:
    chapter = EpubChapter(title="一", heading="新疆", body="<p>棉花</p>")
    book = EpubBook(
        identifier="urn:x:1",
        title="棉花",
        language="zh-CN",
        modified=datetime(2026, 12, 1, tzinfo=UTC),
        chapters=(chapter,),
    )
    assert epub_bytes(book) == epub_bytes(book)
    assert check(epub_bytes(book)) == ["一"]
    for chapters in ((), (EpubChapter(title="一", heading="新疆", body="<p>棉花"),)):
        with pytest.raises(ValueError, match="chapter"):
            epub_bytes(
                EpubBook(identifier="urn:x:1", title="棉", language="zh", modified=book.modified, chapters=chapters)
            )
