"""``jianbao clip``: pages of the small web and hostile ones as files that other programs read."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
from email.message import EmailMessage
from pathlib import Path
from zipfile import ZipFile

import pytest
import yaml
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from cleaners.errors import InputError, UsageError
from cleaners.export import markdown_page
from cleaners.items import Clipping, Drop, Page
from cleaners.store import Store
from cleaners.store.passage_search import find_passage
from cleaners.warc import read_back
from crawler.cli import app
from crawler.clipping import ArticleClipper, ClippedArticle
from crawler.demo import plan
from crawler.demo.web import SmallWeb, build
from tests.small_server import SENTENCES, Reply, article, serving, two_pages
from tests.test_publications import DOT

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def web() -> SmallWeb:
    found = plan.read()
    return build(found, {site: f"http://{site}.example" for site in found.sites})


def front_and_body(page: str) -> tuple[dict[str, object], str]:
    assert page.startswith("---\n")
    front, body = page[4:].split("\n---\n", 1)
    return yaml.safe_load(front), body


def clip(*args: object, cwd: Path, monkeypatch: pytest.MonkeyPatch, stdin: str | None = None) -> str:
    monkeypatch.chdir(cwd)
    done = CliRunner().invoke(app, ["clip", *map(str, args)], input=stdin)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0
    return done.stdout


def test_ten_pages_of_the_small_web_are_markdown_with_yaml_in_front(web: SmallWeb) -> None:
    pages = [one for one in web.manifest.pages if one.kind == "article"][:10]
    assert len(pages) == 10
    for truth in pages:
        clipped = ArticleClipper().page(Page(body=web.answers[truth.url].body, origin=truth.url, url=truth.url))
        assert isinstance(clipped, ClippedArticle)
        clipping = Clipping(article=clipped.article)
        front, body = front_and_body(markdown_page(clipping, tags=("水利", "a: b"), note="存: #档\n---\n- x"))
        assert front["url"] == truth.url and front["title"] == clipped.article.title
        assert (front["tags"], front["note"]) == (["水利", "a: b"], "存: #档\n---\n- x")
        tokens = MarkdownIt("commonmark").enable("table").parse(body)
        assert tokens[0].tag == "h1" and tokens[1].content and any(token.tag == "p" for token in tokens[3:])
        assert not any(token.type in {"html_block", "html_inline"} for token in tokens)


@pytest.mark.parametrize(
    "title", ["---", "'\"\\: #[]{}", "- 一: 二", "null", "&amp;lt;b&amp;gt;", "CON", "a\u202eb/..\\c?*|"]
)
def test_whatever_the_headline_front_matter_and_name_of_the_file_are_good(
    title: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text(article(1).replace("18号渠放水", title).replace("1号渠放水", title), "utf-8")
    name = clip("page.html", cwd=tmp_path, monkeypatch=monkeypatch).strip()
    assert name.startswith("2025-10-02-") and not set(name) & set('\\/:*?"<>|\u202e') and len(name.encode()) < 200
    front, _ = front_and_body((tmp_path / name).read_text("utf-8"))
    assert front["source"] == "绿洲晨报"


def test_formats_go_by_the_name_and_a_file_is_not_replaced_unless_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "page.html").write_text(article(1), "utf-8")
    for name, head in (("x.md", b"---\n"), ("x.html", b"<!DOCTYPE html>"), ("x.epub", b"PK"), ("x.json", b"{")):
        assert clip("page.html", "-o", name, cwd=tmp_path, monkeypatch=monkeypatch).strip() == name
        assert (tmp_path / name).read_bytes().startswith(head)
    said = clip("-", "-o", "-", "--format", "json", "--tag", "水利", "--note", "记", stdin=article(1), cwd=tmp_path,
                monkeypatch=monkeypatch)  # fmt: skip
    assert (json.loads(said)["tags"], json.loads(said)["note"]) == (["水利"], "记")
    clip("page.html", cwd=tmp_path, monkeypatch=monkeypatch)
    with pytest.raises(UsageError, match="is there already"):
        clip("page.html", cwd=tmp_path, monkeypatch=monkeypatch)
    with pytest.raises(UsageError, match="--format"):
        clip("page.html", "-o", "x.doc", cwd=tmp_path, monkeypatch=monkeypatch)


def test_with_a_store_all_is_kept_or_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.html").write_text(article(1), "utf-8")
    keep = ("page.html", "--store", "news.db")
    with pytest.raises(UsageError, match="no folder"):
        clip(*keep, "-o", "missing/x.md", cwd=tmp_path, monkeypatch=monkeypatch)
    assert not (tmp_path / "news.db").exists()
    written = clip(*keep, "--tag", "水利", "-o", "new/folder/", cwd=tmp_path, monkeypatch=monkeypatch).strip()
    (tmp_path / written).write_text("# mine", "utf-8")
    assert clip(*keep, "--tag", "二期", "-o", "new/folder/", cwd=tmp_path, monkeypatch=monkeypatch) == ""
    assert (tmp_path / written).read_text("utf-8") == "# mine"
    with Store.open(tmp_path / "news.db", create=False, readonly=True) as store:
        ((_, kept),) = store.notes.of([Path(written).stem.rpartition("-")[2]]).items()
    assert set(kept.tags) == {"二期", "水利"}


def test_a_page_that_cannot_be_had_is_not_to_be_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "empty.html").write_bytes(b"")
    with pytest.raises(InputError) as raised:
        clip("empty.html", cwd=tmp_path, monkeypatch=monkeypatch)
    assert "decode: empty" in str(raised.value) and "explain" not in str(raised.value)


@pytest.mark.parametrize("saved", ["folder", "folder, address declared", "mhtml", "one file"])
def test_pictures_saved_with_a_page_are_kept_beside_it_by_digest(
    saved: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = article(1).replace(
        "</p><p>", "</p><p><img src='p_files/a b.png' alt='渠'></p><p><img src='p_files/x.png'></p><p>", 1
    )
    shown = DOT.data
    if saved == "one file":
        shown = DOT.data + bytes(9000)
        source = f"data:image/png;base64,{base64.b64encode(shown).decode()}"
        (tmp_path / "p.html").write_text(page.replace("p_files/a b.png", source), "utf-8")
    elif saved.startswith("folder"):
        (tmp_path / "p_files").mkdir()
        (tmp_path / "p_files" / "a b.png").write_bytes(DOT.data)
        (tmp_path / "p_files" / "x.png").write_bytes(b"<svg onload=alert(1)>")
        by_browser = f"<!-- saved from url=(0020)http://a.example/p/1 -->{page}"
        declared = page.replace("<head>", "<head><link rel=canonical href='http://a.example/p/1'>")
        (tmp_path / "p.html").write_text(declared if "declared" in saved else by_browser, "utf-8")
    else:
        message = EmailMessage()
        message.set_content(page, subtype="html", cte="base64")
        message["Snapshot-Content-Location"] = "http://a.example/p/1"
        message.make_related()
        message.add_related(
            DOT.data, "image", "png", headers=["Content-Location: http://a.example/p/p_files/a%20b.png"]
        )
        (tmp_path / "p.mhtml").write_bytes(message.as_bytes())
    source = "p.mhtml" if saved == "mhtml" else "p.html"
    clip(source, "--images", "-o", "out.md", cwd=tmp_path, monkeypatch=monkeypatch)
    (kept,) = (tmp_path / "out.assets").iterdir()
    assert kept.read_bytes() == shown and hashlib.sha256(shown).hexdigest().startswith(kept.stem)
    assert f"](out.assets/{kept.name})" in (tmp_path / "out.md").read_text("utf-8")
    clip(source, "--images", "-o", "out.epub", cwd=tmp_path, monkeypatch=monkeypatch)
    with ZipFile(tmp_path / "out.epub") as book:
        assert book.read(f"EPUB/pictures/{kept.name}") == shown
    front, _ = front_and_body((tmp_path / "out.md").read_text("utf-8"))
    assert front.get("declared_url") == ("http://a.example/p/1" if "declared" in saved else None)


def test_a_teaser_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "page.html").write_text(article(1), "utf-8")
    monkeypatch.chdir(tmp_path)
    assert "doubtful" not in CliRunner().invoke(app, ["clip", "page.html", "-o", "whole.md"]).stderr
    begun = article(1).split("</p><p>")[:3]
    teaser = "</p><p>".join(begun) + "……</p><p>剩余82%内容，开通会员后阅读全文</p></div><ul></ul></body></html>"
    (tmp_path / "page.html").write_text(teaser, "utf-8")
    assert "doubtful (0." in CliRunner().invoke(app, ["clip", "page.html", "-o", "teaser.md"]).stderr
    front, _ = front_and_body((tmp_path / "teaser.md").read_text("utf-8"))
    assert float(str(front["confidence"])) < 0.9


def test_a_page_that_is_no_article_says_why_and_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.html").write_text("<html><body><ul><li><a href=/1>一</a></ul></body></html>", "utf-8")
    with pytest.raises(InputError, match="not clipped: extract: not an article"):
        clip("list.html", cwd=tmp_path, monkeypatch=monkeypatch)
    assert [path.name for path in tmp_path.iterdir()] == ["list.html"]


def test_copies_in_the_store_are_told_by_the_verifier(tmp_path: Path) -> None:
    store = tmp_path / "news.db"
    first, copy, other = (
        Page(body=body.encode(), origin=f"http://{name}.example/1", url=f"http://{name}.example/1")
        for name, body in (("a", article(1)), ("b", article(1).replace("绿洲晨报", "号渠日报")), ("c", article(5)))
    )
    clipper = ArticleClipper(store=store)

    def clipped(page: Page) -> ClippedArticle:
        made = clipper.page(page)
        assert isinstance(made, ClippedArticle)
        return made

    assert clipped(first).copies == ()
    assert isinstance(clipper.keep(clipped(first)), Clipping)
    seen = ArticleClipper(known=store).page(copy)
    assert isinstance(seen, ClippedArticle) and [one.article.url for one in seen.copies] == [first.url]
    assert not seen.is_known
    assert clipped(other).copies == ()
    kept = clipper.keep(clipped(copy), tags=["水利"], note="存档")
    assert isinstance(kept, Clipping) and kept.cluster and kept.cluster.size == 2
    assert len(clipped(copy).copies) == 2 and clipped(copy).is_known
    clipper.close()
    with Store.open(store, create=False, readonly=True) as opened:
        assert opened.notes.of([kept.article.id])[kept.article.id].tags == ("水利",)
        assert read_back(kept.article.origin, store).body == copy.body


def test_a_date_without_an_hour_is_not_the_first_of_its_day(tmp_path: Path) -> None:
    store = tmp_path / "news.db"
    hour, day = article(1), article(1).replace("2025-10-02 08:30", "2025-10-02")
    pages = [
        Page(body=body.encode(), origin=f"http://{name}.example/1", url=f"http://{name}.example/1")
        for name, body in (("a", day), ("b", hour))
    ]
    clipper = ArticleClipper(store=store)
    for page in pages:
        made = clipper.page(page)
        assert isinstance(made, ClippedArticle)
        clipper.keep(made)
    assert [one.article.url for one in made.copies] == ["http://a.example/1"]
    again = clipper.page(pages[0])
    assert isinstance(again, ClippedArticle)
    assert [one.article.url for one in again.copies] == ["http://b.example/1", "http://a.example/1"]
    clipper.close()
    with Store.open(store, create=False, readonly=True) as opened:
        found = find_passage(SENTENCES[1].format(n=18), opened.search, opened.clippings)
    assert [hit.clipping.article.url for hit in found] == ["http://b.example/1", "http://a.example/1"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7")
    found = ArticleClipper().file(str(tmp_path / "x.pdf"))
    assert isinstance(found, Drop) and found.reason == "binary"


def test_a_page_on_the_web_comes_with_its_other_pages_and_pictures_under_the_rules_of_a_crawl(tmp_path: Path) -> None:
    names = ("a.png", "drawn.svg", "feigned.jpg", "gone.jpg", "secret/b.png")
    shown = "".join(f"<p><img src='/p/{name}' alt='渠'></p>" for name in names)
    first, second = two_pages("/1.html", "/1_2.html", shown)
    replies = {
        "/robots.txt": Reply("User-agent: *\nDisallow: /p/secret/", Content_Type="text/plain"),
        "/1.html": Reply(first), "/1_2.html": Reply(second),
        "/p/a.png": Reply(DOT.data, Content_Type="application/octet-stream"),
        "/p/drawn.svg": Reply("<svg/>", Content_Type="image/svg+xml"),
        "/p/feigned.jpg": Reply("<svg onload=alert(1)>", Content_Type="image/jpeg"),
    }  # fmt: skip
    with serving("127.0.0.1", replies) as server:
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "clip", f"{server.base}/1.html", "--images", "-o", "page.md"],
            cwd=tmp_path, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
            capture_output=True, text=True, check=False, timeout=280,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        fetched = ["/robots.txt", "/.well-known/tdmrep.json", "/1.html", "/1_2.html"]
        assert server.paths == [*fetched, *(f"/p/{name}" for name in names[:-1])]
    assert "4 pictures not at hand" in done.stderr
    front, body = front_and_body((tmp_path / "page.md").read_text("utf-8"))
    assert front["url"] == f"{server.base}/1.html"
    assert all(SENTENCES[1].format(n=n * 7 + 11) in body for n in (1, 2))
    (kept,) = (tmp_path / "page.assets").iterdir()
    assert kept.read_bytes() == DOT.data and f"](page.assets/{kept.name})" in body
    assert f"]({server.base}/p/gone.jpg)" in body
    assert sorted(path.name for path in tmp_path.iterdir()) == ["page.assets", "page.md"]


def test_an_address_without_its_beginning_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UsageError, match=r"https://127\.0\.0\.1:8461/story\.html"):
        clip("127.0.0.1:8461/story.html", cwd=tmp_path, monkeypatch=monkeypatch)
    with pytest.raises(UsageError, match="check the spelling"):
        clip("stroy.html", cwd=tmp_path, monkeypatch=monkeypatch)
