"""What leaves the house does nothing where it is shown: no script runs, and no link leads where no text led."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import Any

import feedparser
import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from cleaners import Article, Page, clean
from cleaners.export.markdown import markdown_page
from cleaners.ingest.ingester import Ingester
from cleaners.items import Clipping
from cleaners.readers import files
from crawler.cli import app
from tests.small_server import SENTENCES

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<iframe src=//evil.example></iframe>",
    "[点这里](javascript:alert(1))",
    "[点这里](https://evil.example/ \"x\")",
    "![x](https://evil.example/pixel.gif)",
    "](https://evil.example/) [x",
    "![a][b] [b]: https://evil.example/x",
    "[b]: javascript:alert(1)",
    "<https://evil.example/auto>",
    "<javascript:alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;img src=x onerror=alert(1)&#62;",
    "`code` <b onmouseover=alert(1)>x</b>",
    "```\n<script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "\\<script>alert(1)</script>",
    "\\[x](javascript:alert(1))",
    "# h\n<script>alert(1)</script>",
    "| a |\n|---|\n| <script>alert(1)</script> |",
    "~~~ <script>alert(1)</script>",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "<a href=javascript:alert(1)>x</a>",
    "*[x](vbscript:a)*",
    "=cmd|' /C calc'!A0",
)  # fmt: skip
ADDRESSES = (
    "javascript:alert(1)//a.jpg",
    "&#x6A;avascript:alert(1)//b.jpg",
    "data:text/html,<script>alert(1)</script>.jpg",
    "/up/1.jpg) [x](javascript:alert(1)",
    "/up/2.jpg> <script>alert(1)</script>",
    "/up/3.jpg\"onerror=alert(1)",
    "/up/4.jpg?a=1&copy;&colon;&#58;",
)  # fmt: skip


def said(number: int, attack: str) -> str:
    """A page that says it wherever a page can say something, each with prose around it."""
    text = escape(attack, quote=True)
    prose = [f"<p>{sentence.format(n=number * 7 + 11)}</p>" for sentence in SENTENCES]
    image = f"<img src='/up/{number}.jpg' alt='{escape(attack, quote=True)}'>"
    return (
        f"<html><head><meta charset=utf-8><title>{number}号渠{text}放水</title></head><body><h1>{number}号渠{text}放水</h1>"
        f"<p>2025-10-01 08:30 来源：绿洲晨报</p><div class=content>{prose[0]}<p>守闸的老李说{text}，水位到了。</p><h2>小标题{text}</h2>"
        f"{prose[1]}<p>{image}</p>{prose[2]}<ul><li>第一项是疏通沟渠{text}</li><li>第二项是补栽秧苗</li></ul>{prose[3]}"
        f"<table><tr><th>村名{text}</th><th>亩数</th></tr><tr><td>松塘{text}</td><td>31</td></tr></table>"
        f"<blockquote><p>{prose[4]}{text}</p></blockquote><pre><code>if open:\n    {text}\n</code></pre>{prose[5]}</div></body></html>"
    )


def pictured(number: int, address: str) -> str:
    image = f"<p><img src='{escape(address, quote=True)}' alt='水渠'></p>"
    return said(number, "").replace("<h2>", f"{image}<h2>", 1)


@pytest.fixture(scope="module")
def attacked() -> dict[str, Article]:
    """Attack -> the article that says it; a page that says the oddest of them may be none."""
    pages = {attack: said(n, attack) for n, attack in enumerate(ATTACKS)}
    pages |= {address: pictured(len(ATTACKS) + n, address) for n, address in enumerate(ADDRESSES)}
    found = {}
    for n, (attack, markup) in enumerate(pages.items()):
        became = clean(Page(origin=f"{n}.html", body=markup.encode(), url=f"https://news.example/{n}.html"))
        if isinstance(became, Article):
            found[attack] = became
    assert len(found) >= len(pages) - 1
    return found


@pytest.fixture(scope="module")
def articles(attacked: dict[str, Article]) -> list[Article]:
    return list(attacked.values())


def rendered(article: Article) -> tuple[str, list[Any]]:
    """A page of the Markdown export as HTML, as a renderer that lets all HTML through makes it; and its tokens."""
    body = markdown_page(Clipping(article=article)).split("---\n", 2)[2]
    renderer = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    tokens = [inner for token in renderer.parse(body) for inner in (token, *(token.children or ()))]
    return str(renderer.render(body)), tokens


def test_markdown_has_no_markup_that_the_page_did_not_have(articles: list[Article]) -> None:
    for article in articles:
        _, tokens = rendered(article)
        kinds = {token.type for token in tokens}
        assert not kinds & {"html_block", "html_inline", "link_open", "code_inline", "s_open"}, article.title
        shown = [token.attrs["src"] for token in tokens if token.type == "image"]
        assert all(address.startswith("https://news.example/") for address in shown), shown
        assert len(shown) <= len(article.images)


def test_markdown_says_what_the_page_says(attacked: dict[str, Article]) -> None:
    for attack in attacked.keys() & set(ATTACKS):
        article = attacked[attack]
        _, tokens = rendered(article)
        text = "".join(
            "".join(token.content for token in tokens if token.type in {"text", "text_special", "fence"}).split()
        )
        # An entity that the page escaped twice is the sign it stands for: cleaning undoes that, as for any text.
        said_as = {"".join(form.split())[:12] for form in (attack, unescape(attack))}
        assert any(form in text for form in said_as), article.title


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine")
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with playwright.sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield started
        started.close()


def happenings(browser: Any, markup: str) -> list[str]:
    """What a page does that it should not, in a browser that reaches nobody."""
    told: list[str] = []
    page = browser.new_page()
    page.on("dialog", lambda dialog: (told.append(f"dialog {dialog.message}"), dialog.dismiss()))

    def asked(route: Any) -> None:
        if not route.request.url.startswith("https://news.example/"):
            told.append(f"asks for {route.request.url}")
        route.abort()

    page.route("**/*", asked)
    page.set_content(markup, wait_until="load")
    page.wait_for_timeout(50)
    told += page.evaluate(
        "[...document.querySelectorAll('script, iframe, svg, a[href]')].map(one => one.outerHTML)"
        ".concat([...document.querySelectorAll('*')].filter(one => [...one.attributes].some(a => a.name.startsWith('on')))"
        ".map(one => one.outerHTML))"
    )
    page.close()
    return told


def test_no_page_of_the_markdown_export_does_anything_in_a_browser(browser: Any, articles: list[Article]) -> None:
    assert happenings(browser, "<script>alert(1)</script>"), "the browser tells what happens"
    assert not happenings(browser, "<hr>".join(rendered(article)[0] for article in articles))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, articles: list[Article]) -> Path:
    path = tmp_path_factory.mktemp("inert") / "news.db"
    with Ingester(path) as ingester:
        ingester.add(articles)
    return path


def exported(store: Path, name: str) -> Path:
    out = store.parent / name
    done = CliRunner().invoke(app, ["export", "--store", str(store), "-o", str(out), "--with-duplicates"])
    assert done.exit_code == 0, done.output
    return out


def test_no_item_of_the_feed_does_anything_in_a_reader_that_shows_it_as_html(browser: Any, store: Path) -> None:
    feed = feedparser.parse(exported(store, "news.rss").read_bytes(), sanitize_html=False)
    assert len(feed.entries) >= len(ATTACKS) + len(ADDRESSES) - 1
    shown = [
        "".join((entry.title, entry.get("author", ""), entry.summary, *(part.value for part in entry.content)))
        for entry in feed.entries
    ]
    assert not happenings(browser, "<hr>".join(shown))


def test_a_csv_that_is_read_back_has_the_texts_it_was_made_from(tmp_path: Path) -> None:
    titles = ["=1+1", "+86号", "-3度", "@某人", "'=引号", "寻常标题"]
    text = "\n".join(sentence.format(n=7) for sentence in SENTENCES)
    path = tmp_path / "news.db"
    with Ingester(path) as ingester:
        ingester.add([Article(id=f"{n:016}", origin=f"{n}", title=t, text=f"={n}{text}") for n, t in enumerate(titles)])
    out = exported(path, "news.csv")
    cells = [row["text"] for row in csv.DictReader(out.open(encoding="utf-8-sig", newline=""))]
    assert all(cell.startswith("'=") for cell in cells)
    read = [one for one in files.read([out]) if isinstance(one, Page)]
    assert sorted(one.columns.title or "" for one in read) == sorted(titles)
    assert all(one.body.decode("utf-8-sig").startswith("=") for one in read)
