"""Quality floors on the pages written for this project: they hold where the shared reference data is missing.

`test_samples.py` and `test_seeds.py` say of each page what must be right; here stand the means, as for the shared pages.
"""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cleaners.chinese.script import ruby, to_simplified
from cleaners.items import Article, Page
from cleaners.pipeline import clean


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleGold:
    """What one page says."""

    body: str
    optional: tuple[str, ...]
    """Lines that may stand in the body or not."""
    title: str
    day: str | None
    source: str | None
    authors: tuple[str, ...] | None
    """None where the page says it in a way that is not scored."""


def html_gold(folder: Path) -> Iterator[tuple[Path, SampleGold]]:
    for name, gold in _rows(folder):
        if not gold.get("drop"):
            authors = tuple(gold["author"]) if gold["author"] is not None else None
            yield folder / name, SampleGold(
                body="\n".join(gold["body"]), optional=(), title=gold["title"], day=gold["date"],
                source=gold["source"], authors=authors,
            )  # fmt: skip


def text_gold(folder: Path) -> Iterator[tuple[Path, SampleGold]]:
    for name, gold in _rows(folder):
        lines = (folder / name).read_text(encoding="utf-8").split("\n")
        yield folder / name, SampleGold(
            body="\n".join(_of(lines, gold["keep"])), optional=tuple(_of(lines, gold["either"])),
            title=lines[gold["title_line"] - 1], day=(gold["published"] or "")[:10] or None, source=gold["source"],
            authors=tuple((gold["author"] or "").split("、")) if gold["author"] else (),
        )  # fmt: skip


def _rows(folder: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, gold in json.loads((folder / "gold.json").read_text(encoding="utf-8")).items():
        if not name.startswith("_"):
            yield name, gold


def _of(lines: list[str], spans: list[list[int]]) -> list[str]:
    return [lines[n - 1] for first, last in spans for n in range(first, last + 1)]


def letters(text: str | None) -> str:
    """What is compared: letters and digits without annotations of their reading, in simplified characters."""
    plain = unicodedata.normalize("NFKC", ruby.remove(text or ""))
    return to_simplified("".join(c for c in plain if c.isalnum()))


def scores(pages: list[tuple[Path, SampleGold]]) -> dict[str, float]:
    """Means over the pages; F1 of the body counts sequences of four characters."""
    told: dict[str, list[float]] = {}
    for path, gold in pages:
        found = clean(Page(body=path.read_bytes(), origin=path.name))
        article = found if isinstance(found, Article) else Article(id="", origin="", text="")
        text, body = letters(article.text), letters(gold.body)
        for line in gold.optional:
            if (one := letters(line)) not in body:
                text = text.replace(one, "", 1)
        a, b = (Counter(words[i : i + 4] for i in range(max(1, len(words) - 3))) for words in (text, body))
        told.setdefault("f1", []).append(2 * (a & b).total() / (a.total() + b.total()))
        told.setdefault("exact", []).append(text == body)
        told.setdefault("title", []).append(letters(article.title) == letters(gold.title))
        told.setdefault("date", []).append((f"{article.published:%Y-%m-%d}" if article.published else None) == gold.day)
        told.setdefault("source", []).append(letters(article.source) == letters(gold.source))
        if gold.authors is not None:
            same = [letters(one) for one in article.authors] == [letters(one) for one in gold.authors]
            told.setdefault("author", []).append(same)
    return {name: sum(values) / len(values) for name, values in told.items()}


@pytest.mark.parametrize(("kind", "gold"), [("html", html_gold), ("text", text_gold)])
def test_own_pages_stay_above_the_floors(kind: str, gold: Any, samples: Path, floors: dict[str, Any]) -> None:
    pages = list(gold(samples / kind))
    assert len(pages) >= 6
    reached = scores(pages)
    assert set(reached) == set(floors[f"samples {kind}"])
    short = {name: reached[name] for name, floor in floors[f"samples {kind}"].items() if reached[name] < floor}
    assert not short
