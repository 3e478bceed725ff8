"""The five seed pages, and the text samples written in their manner, through the whole cleaning."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cleaners import pipeline
from cleaners.chinese.script import ruby, to_simplified
from cleaners.export.records import record
from cleaners.items import Article, Clipping, Page

HERE = Path(__file__).resolve().parent.parent / "seeds" / "samples" / "text"
GOLD: dict[str, dict[str, Any]] = {
    name: gold
    for name, gold in json.loads((HERE / "gold.json").read_text(encoding="utf-8")).items()
    if name.endswith(".txt")
}
WINDOW = 12


def cleaned(path: Path) -> Article:
    result = pipeline.clean(Page(body=path.read_bytes(), origin=str(path)))
    assert isinstance(result, Article), result
    return result


def folded(text: str | None) -> str:
    plain = unicodedata.normalize("NFKC", ruby.remove(text or ""))
    return to_simplified(re.sub(r"[\W_]+", "", plain))


def numbers(spans: list[list[int]]) -> set[int]:
    return {n for first, last in spans for n in range(first, last + 1)}


def lines_of(name: str, which: str) -> Iterator[tuple[int, str]]:
    gold = GOLD[name]
    keep, either = numbers(gold["keep"]), numbers(gold["either"])
    for n, line in enumerate((HERE / name).read_text(encoding="utf-8").split("\n"), 1):
        kind = "keep" if n in keep else "either" if n in either else "noise"
        if kind == which and len(folded(line)) >= 2:
            yield n, folded(line)


def test_seeds_are_as_in_gold(shared: Path, tmp_path: Path) -> None:
    paths = sorted((shared / "seeds").glob("*.txt"))
    assert len(paths) == 5
    out = tmp_path / "records.jsonl"
    rows = [json.dumps(record(Clipping(article=cleaned(path))), ensure_ascii=False) for path in paths]
    out.write_text("\n".join(rows), encoding="utf-8")
    scored = subprocess.run(
        [sys.executable, str(shared / "seeds" / "score.py"), str(out)], capture_output=True, text=True, check=False
    )
    assert scored.returncode == 0, scored.stdout + scored.stderr


@pytest.mark.parametrize("name", GOLD)
def test_every_line_of_the_body_stays(name: str) -> None:
    text = folded(cleaned(HERE / name).text)
    damaged = GOLD[name].get("damaged", [])  # the test below looks at the sentence that lost a byte
    lost = [n for n, line in lines_of(name, "keep") if line not in text and n not in damaged]
    assert lost == []


@pytest.mark.parametrize("name", GOLD)
def test_every_line_of_noise_goes(name: str) -> None:
    text = folded(cleaned(HERE / name).text)
    allowed = "\n".join(line for which in ("keep", "either") for _, line in lines_of(name, which))
    left = [
        n
        for n, line in lines_of(name, "noise")
        for at in range(max(1, len(line) - WINDOW + 1))
        if line[at : at + WINDOW] in text and line[at : at + WINDOW] not in allowed
    ]
    assert left == []


@pytest.mark.parametrize("name", GOLD)
def test_metadata_is_what_the_page_says(name: str) -> None:
    article, gold = cleaned(HERE / name), GOLD[name]
    title = (HERE / name).read_text(encoding="utf-8").split("\n")[gold["title_line"] - 1]
    assert folded(article.title) == folded(title)
    assert folded(article.source) == folded(gold["source"])
    assert folded("、".join(article.authors)) == folded(gold["author"])
    assert (article.published.isoformat() if article.published else None) == gold["published"]


def test_the_byte_that_was_lost_is_put_back() -> None:
    article = cleaned(HERE / "forum.txt")
    assert "满山飘香。总投资6亿元的上栗花炮文化园" in to_simplified(article.text)
    assert {"annotated", "byte-slip"} <= set(article.disguises)
    assert "(xiāng)" not in article.text


def test_a_wrapped_page_is_paragraphs_again() -> None:
    article = cleaned(HERE / "wrapped.txt")
    assert len(article.text.split("\n")) == 5
    assert "双江镇的侗家织娘" in article.text
