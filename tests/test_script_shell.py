"""Which pages are empty shells of scripts: what only a browser can read."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from cleaners import pipeline
from cleaners.items import Drop, Page
from cleaners.page import decode
from cleaners.page.lines.script_shell import NEEDS_BROWSER, is_empty_shell

PAGES = Path(__file__).resolve().parent / "pages"
SHELLS = ("script-shell", "shell-with-menu-and-footer")
UNTITLED = '<html lang="zh"><body><div id="root"></div><script type="module" src="/assets/index-5f2c.js"></script></body></html>'


@pytest.mark.parametrize("name", [*SHELLS, "without a title"])
def test_a_shell_is_one_and_its_drop_says_what_would_help(name: str) -> None:
    body = (PAGES / f"{name}.html").read_bytes() if name in SHELLS else UNTITLED.encode()
    assert is_empty_shell(body.decode())
    drop = pipeline.clean(Page(body=body, origin=name))
    assert isinstance(drop, Drop)
    assert drop.detail == NEEDS_BROWSER
    assert "`render: true`" in drop.detail
    assert "pip install 'jianbao[browser]'" in drop.detail
    told = pipeline.clean(Page(body=body, origin=name, unrendered="its tab crashed"))
    assert isinstance(told, Drop)
    assert (told.reason, told.detail) == (drop.reason, "its tab crashed")


@pytest.mark.parametrize("page", sorted(PAGES.glob("*.html")), ids=lambda path: path.stem)
def test_pages_that_show_something_are_none(page: Path) -> None:
    assert is_empty_shell(page.read_text(encoding="utf-8")) == (page.stem in SHELLS)


def test_a_page_without_scripts_is_none() -> None:
    assert not is_empty_shell("<html><head><title>青禾日报</title></head><body><div id=app></div></body></html>")
    data = '<script type="application/ld+json">{"@type": "NewsArticle"}</script>'
    assert not is_empty_shell(f"<html><head><title>青禾日报</title>{data}</head><body></body></html>")


def test_no_article_of_the_reference_sets_is_one(shared: Path) -> None:
    articles = [
        path for name in ("zhnews", "ennews", "wildhtml") for path in (shared / name / "html").glob("*.html.gz")
    ]
    assert len(articles) > 150
    texts = {path.name: decode.decode(gzip.decompress(path.read_bytes()), None, None).text for path in articles}
    assert [name for name, text in texts.items() if is_empty_shell(text)] == []
