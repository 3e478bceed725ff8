"""The HTML pages written for this project, cleaned from bytes to record, against their gold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from cleaners.items import Article, Drop, Page
from cleaners.pipeline import clean

SAMPLES = Path(__file__).resolve().parent.parent / "seeds" / "samples" / "html"
GOLD: dict[str, dict[str, Any]] = {
    name: gold
    for name, gold in json.loads((SAMPLES / "gold.json").read_text(encoding="utf-8")).items()
    if not name.startswith("_")
}
# What is not right yet; a case that becomes right must leave this list.
GAPS: dict[tuple[str, str], str] = {}
ARTICLES = [name for name, gold in GOLD.items() if not gold.get("drop")]


def cases(field: str, names: list[str]) -> list[Any]:
    """The names as parameters, those with a gap expected to fail."""
    gaps = {name: reason for (name, of), reason in GAPS.items() if of == field}
    return [
        pytest.param(name, marks=pytest.mark.xfail(reason=gaps[name], strict=True)) if name in gaps else name
        for name in names
    ]


def cleaned(name: str) -> Article | Drop:
    return clean(Page(body=(SAMPLES / name).read_bytes(), origin=name))


def article(name: str) -> Article:
    found = cleaned(name)
    assert isinstance(found, Article), found
    return found


def test_every_sample_has_gold_and_every_gold_a_sample() -> None:
    assert set(GOLD) == {path.name for path in SAMPLES.glob("*.html")}


@pytest.mark.parametrize("name", [name for name, gold in GOLD.items() if gold.get("drop")])
def test_pages_that_are_no_article_are_dropped_with_the_reason(name: str) -> None:
    found = cleaned(name)
    assert isinstance(found, Drop)
    assert found.reason.startswith("not an article")


@pytest.mark.parametrize("name", ARTICLES)
def test_the_body_is_whole_and_nothing_else(name: str) -> None:
    lines = ["".join(line.split()) for line in article(name).text.splitlines()]
    assert lines == ["".join(paragraph.split()) for paragraph in GOLD[name]["body"]]


@pytest.mark.parametrize("name", cases("source", ARTICLES))
def test_title_date_and_source_are_as_the_page_says(name: str) -> None:
    found, gold = article(name), GOLD[name]
    day = f"{found.published:%Y-%m-%d}" if found.published else None
    assert (found.title, day, found.source) == (gold["title"], gold["date"], gold["source"])


@pytest.mark.parametrize("name", cases("author", [name for name in ARTICLES if GOLD[name]["author"] is not None]))
def test_authors_are_as_the_page_says(name: str) -> None:
    assert list(article(name).authors) == GOLD[name]["author"]


@pytest.mark.parametrize("name", ["pinyin-lesson.html", "honest-traditional-big5.html"])
def test_what_only_looks_disguised_is_left_alone(name: str) -> None:
    found = article(name)
    assert found.disguises == ()
    assert found.repairs == {}


def test_the_next_page_of_an_article_is_known() -> None:
    url = "https://huyang.example/w/2025/118.html"
    page = Page(body=(SAMPLES / "first-of-two-pages.html").read_bytes(), origin="x", url=url)
    found = clean(page)
    assert isinstance(found, Article)
    assert found.next_url == "https://huyang.example" + GOLD["first-of-two-pages.html"]["next"]
