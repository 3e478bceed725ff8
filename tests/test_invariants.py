"""What must hold for any input (hypothesis): JIANBAO_EXAMPLES=5000 for a long search, with examples of its own."""

from __future__ import annotations

import json
import os
import random
import re
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cleaners import Article, Drop, Page, clean, deduplicate, record
from cleaners.chinese import script
from cleaners.chinese.disguise import diagnose, repair
from cleaners.config.load import load_job
from cleaners.dedup.fingerprint import normalize
from cleaners.dedup.index.window import DateWindow
from cleaners.errors import JianbaoError
from cleaners.export.additions import RecordFilter
from cleaners.export.run import ExportRequest, export
from cleaners.scrubbing import scrub
from cleaners.signals import signals
from cleaners.store import FilterChoice, Store
from cleaners.store.query import parse
from crawler import feeds
from tests.test_dedup import OTHER, STORY, THIRD
from tests.test_disguise import READINGS, TEXT

LONG = int(os.environ.get("JIANBAO_EXAMPLES", "0"))
settings.register_profile(
    "jianbao", deadline=None, max_examples=LONG or 40, derandomize=not LONG, database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
settings.load_profile("jianbao")

CLAUSES = [
    clause for text in (STORY, OTHER, THIRD, TEXT) for clause in re.split(r"[，。：；、“”\n]", text) if len(clause) > 5
]
TAGS = ["<p>", "</p>", "<div class=nav>", "</div>", "<a href=/x>", "</a>", "<br>", "<li>", "<table><tr><td>", "</table>",
        "<!--", "-->", "<script>", "</script>", "</html>", "<h1>", "</h1>", "&#26032;", "&amp;", "\ufffd", "\u200b"]  # fmt: skip


def told(clauses: list[str], sizes: list[int]) -> str:
    """Clauses as sentences, so many in each, two sentences in a paragraph."""
    rest, made = list(clauses), []
    for size in sizes:
        sentence, rest = rest[:size], rest[size:]
        made += ["，".join(sentence) + "。"] if sentence else []
    return "\n".join("".join(made[at : at + 2]) for at in range(0, len(made) - len(made) % 2, 2))


sentences = st.lists(st.sampled_from(CLAUSES), min_size=2, max_size=5, unique=True).map(
    lambda clauses: "，".join(clauses) + "。"
)
texts = st.builds(
    told,
    st.lists(st.sampled_from(CLAUSES), min_size=20, max_size=28, unique=True),
    st.lists(st.integers(3, 4), min_size=6, max_size=8),
)
markup = st.lists(st.one_of(sentences, st.sampled_from(TAGS), st.text(max_size=20)), max_size=40).map("".join)


@given(st.one_of(st.binary(max_size=3000), markup.map(lambda text: text.encode("utf-8", "surrogatepass"))))
def test_any_bytes_become_an_article_or_a_drop(body: bytes) -> None:
    done = clean(Page(body=body, origin="x.html"))
    assert isinstance(done, Article | Drop)
    if isinstance(done, Article):
        assert done.text.strip()
        assert 0 <= done.quality <= 1
        json.dumps(record(done), ensure_ascii=False)


@given(texts, st.integers())
def test_cleaning_a_cleaned_text_changes_nothing(text: str, seed: int) -> None:
    title = " ".join(random.Random(seed).sample(CLAUSES, 2))
    body = "".join(f"<p>{line}</p>" for line in text.split("\n"))
    page = f"<html><head><title>{title}</title></head><body><div><h1>{title}</h1>{body}</div></body></html>"
    once = clean(Page(body=page.encode(), origin="x.html"))
    assert isinstance(once, Article)
    again = clean(Page(body=f"{once.title}\n\n{once.text}".encode(), origin="x.txt"))
    assert isinstance(again, Article)
    assert again.text == once.text


@given(texts)
def test_text_without_a_disguise_is_not_touched(text: str) -> None:
    diagnosis = diagnose(text)
    assert diagnosis.disguises == ()
    assert repair(text, diagnosis).text == text


def annotated(text: str) -> str:
    return "".join(f"{char}({READINGS[char]})" if char in READINGS else char for char in text)


DISGUISES = {
    "traditional": script.to_traditional,
    "annotated": annotated,
    "invisible": "\u200b".join,
    "blanks": " ".join,
    "half-width": lambda text: text.replace("，", ",").replace("。", "."),
    "lines": lambda text: text.replace("，", "，\n"),
}


@pytest.mark.parametrize("disguise", DISGUISES)
@given(text=texts)
def test_the_normal_form_is_blind_to_every_disguise(disguise: str, text: str) -> None:
    assert normalize(DISGUISES[disguise](text)) == normalize(text)


@given(st.lists(texts, min_size=2, max_size=8), st.randoms(use_true_random=False))
def test_clusters_do_not_depend_on_the_order(pool: list[str], source: random.Random) -> None:
    every = [*pool, *(text[: len(text) * 2 // 3] for text in pool), *(annotated(text) for text in pool[:2])]
    order = source.sample(range(len(every)), len(every))

    def partition(numbers: list[int]) -> set[frozenset[int]]:
        groups: dict[int, set[int]] = {}
        for number, label in zip(numbers, deduplicate([every[one] for one in numbers]), strict=True):
            groups.setdefault(label.cluster, set()).add(number)
        return set(map(frozenset, groups.values()))

    assert partition(list(range(len(every)))) == partition(order)


words = st.text(max_size=30)
articles = st.builds(
    Article, id=st.integers(0, 2**64 - 1).map("{:016x}".format), origin=st.just("x"), text=st.text(min_size=1, max_size=300),
    title=st.none() | words, source=st.none() | words, authors=st.lists(words, max_size=3).map(tuple),
    markdown=st.none() | words, quality=st.floats(0, 1), extra=st.dictionaries(words, words | st.integers(-9, 9), max_size=3),
)  # fmt: skip


@given(st.lists(articles, max_size=6, unique_by=lambda one: one.id))
def test_an_export_read_back_is_what_the_store_holds(given_articles: list[Article]) -> None:
    with TemporaryDirectory() as folder, Store.open(Path(folder) / "news.db") as store:
        for one in given_articles:
            store.articles.put(one)
        target = Path(folder) / "out.jsonl"
        export(store, ExportRequest(target=str(target), form="jsonl", choice=FilterChoice(with_duplicates=True)))
        lines = [json.loads(line) for line in target.read_bytes().splitlines()]
        kept = [json.loads(json.dumps(record(one))) for one in store.clippings.select(with_duplicates=True)]
    assert lines == kept
    assert {one["id"] for one in lines} == {one.id for one in given_articles}


@given(st.one_of(st.text(), markup))
def test_signals_and_marks_take_any_text(text: str) -> None:
    found = signals(text)
    assert 0 <= found.duplicate_lines <= 1 and found.top_2gram >= 0
    assert scrub(scrub(text).text).text == scrub(text).text


def refused_with_words(work: Callable[[], object]) -> None:
    """Anything but an error of ours is a fault, and so is one that says nothing."""
    try:
        work()
    except JianbaoError as why:
        if not str(why):
            pytest.fail("an error without words")


KEYS = [
    "job: x",
    "sites:",
    "- id: a",
    "  start: [",
    "  follow: {depth: 2}",
    "regions: [新疆]",
    "paper: '{yyyy}'",
    "]",
    "\t",
    "&a",
    "*a",
]


@given(st.lists(st.one_of(st.sampled_from(KEYS), st.text(max_size=30)), max_size=12).map("\n".join))
def test_any_seed_file_is_read_or_refused_with_a_message(text: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "seeds.yaml"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        refused_with_words(lambda: load_job(path))


@given(st.one_of(st.text(), st.text(alphabet='()（）"“”AND OR NOT-|&桥a ', max_size=60)))
def test_any_query_is_understood_or_refused_with_a_message(text: str) -> None:
    for understand in (parse, RecordFilter.parse, DateWindow.parse):
        refused_with_words(partial(understand, text))


ENTRIES = ["<rss>", "<channel>", "<item>", "<link>http://a.example/1</link>", "<link>http://[x/</link>", "</item>", "</rss>",
           "<urlset>", "<url><loc>http://a.example/2</loc></url>", '{"items": [{"url": "http://a.example/3"}]}', "&", "]]>"]  # fmt: skip


@given(st.lists(st.one_of(st.sampled_from(ENTRIES), st.text(max_size=20)), max_size=20).map("".join))
def test_any_feed_is_read(text: str) -> None:
    body = text.encode("utf-8", "surrogatepass")
    feeds.feed(body, "http://a.example/feed", 9, 10**6)
    feeds.sitemap(body, "http://a.example/map.xml", 9, 10**6)
