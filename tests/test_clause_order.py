"""Clauses and paragraphs in another order: flagged where the text alone shows it, matched with the original, best copy."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from cleaners import pipeline
from cleaners.chinese.disguise import clause_order, diagnose
from cleaners.dedup import fingerprint, verify
from cleaners.dedup.corpus import deduplicate
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Page

PAGES = Path(__file__).parent / "pages"
PLAIN = (PAGES / "clauses-in-order.txt").read_text(encoding="utf-8")


def cleaned(name: str) -> Article:
    made = pipeline.clean(Page(body=(PAGES / name).read_bytes(), origin=name))
    assert isinstance(made, Article)
    return made


def dealt(text: str, seed: int, marks: str = "，，。、") -> str:
    """All clauses of a text in another order, with marks by chance."""
    source = random.Random(seed)
    clauses = [clause for clause in text.replace("。", "，").replace("\n", "，").split("，") if clause]
    mixed = source.sample(clauses, len(clauses))
    return (
        "".join(clause + source.choice(marks) + ("\n" if at % 7 == 6 else "") for at, clause in enumerate(mixed))
        + "完。"
    )


@pytest.mark.parametrize("name", ["clauses-shuffled.txt", "clauses-shuffled-figures.txt", "paragraphs-shuffled.txt"])
def test_a_text_in_another_order_says_so(name: str) -> None:
    article = cleaned(name)
    assert "shuffled" in article.disguises
    assert article.quality < 0.9


@pytest.mark.parametrize(
    "name",
    [
        "clauses-in-order.txt",
        "verse-in-short-lines.txt",
        "enumerations-of-long-items.txt",
        "enumerations-of-items-that-begin-alike.txt",
    ],
)
def test_a_text_as_it_was_written_does_not(name: str) -> None:
    article = cleaned(name)
    assert "shuffled" not in article.disguises


def test_most_texts_dealt_anew_are_flagged() -> None:
    flagged = ["shuffled" in diagnose(dealt(PLAIN, seed)).disguises for seed in range(20)]
    assert sum(flagged) >= 14


@pytest.mark.parametrize("seed", range(4))
def test_it_is_matched_with_its_original_and_that_is_the_better_copy(seed: int, tmp_path: Path) -> None:
    copy = dealt(PLAIN, seed, "，，，。")
    for first, second in ((PLAIN, copy), (copy, PLAIN)):
        given, out, pairs = tmp_path / "in.jsonl", tmp_path / "out.jsonl", tmp_path / "pairs.jsonl"
        rows = [{"id": "plain" if text == PLAIN else "copy", "text": text} for text in (first, second)]
        given.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        deduplicate(given, out, pairs=pairs)
        assert [json.loads(line)["kind"] for line in pairs.read_text().splitlines()] == ["shuffled"]
        best = [row["id"] for row in map(json.loads, out.read_text().splitlines()) if row["is_canonical"]]
        assert best == ["plain"]


def test_other_figures_in_the_same_clauses_are_another_text() -> None:
    form = "今日市场供应平稳，大白菜每斤{}元，土豆每斤{}元，猪肉每斤{}元，鸡蛋每斤{}元，较昨日{}，日均交易量{}吨，进场车辆{}辆。"
    one, other = (form.format(*figures) for figures in (
        ("1.2", "1.8", "13.5", "4.6", "持平", 412, 96), ("0.9", "2.3", "12.7", "5.1", "略降", 387, 88)))  # fmt: skip
    mixed = dealt(other * 2, 3)
    forms = fingerprint.normal_forms([one * 2, mixed, other * 2])
    kinds = {v.pair: v.kind for v in verify.verify(forms, np.array([0, 2]), np.array([1, 1]))}
    assert 0 not in kinds
    assert kinds[1] == "shuffled"


def test_the_store_flags_the_side_that_was_shuffled_whichever_came_first(tmp_path: Path) -> None:
    copy = dealt(PLAIN, 1, "，，，。")
    for order in (("plain", "copy"), ("copy", "plain")):
        with Ingester(tmp_path / f"{order[0]}.db") as ingester:
            for name in order:
                text = PLAIN if name == "plain" else copy
                ingester.add([Article(id=f"{len(name):016x}", origin=name, text=text, quality=1.0)])
            found = {one.article.origin: one.article for one in ingester.store.clippings.select(with_duplicates=True)}
        assert found["plain"].disguises == ()
        assert found["plain"].quality == 1.0
        assert found["copy"].disguises == ("shuffled",)
        assert found["copy"].quality == pytest.approx(0.6)


def test_marks_follow_from_clauses_as_they_were_written() -> None:
    assert clause_order.guess(clause_order.clause_marks(PLAIN)) > 0
    assert clause_order.guess(clause_order.clause_marks(dealt(PLAIN, 2))) < 0
