"""Search beyond what test_store.py asks of it: the compiled tokens, filters, what the command line says."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.chinese.regions.lookup import named
from cleaners.dedup import clusters
from cleaners.errors import FormatError, UsageError
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Evidence, Match, Region
from cleaners.store import Selection, Store
from cleaners.store.tokens import entries, letters, tokens
from crawler.cli import app


def test_compiled_tokens_are_those_that_queries_are_made_of() -> None:
    rng = random.Random(1)
    texts = ["".join(rng.choices("人民大会堂，。25ab é亿x\n𠀀Ａ台臺", k=rng.randrange(12))) for _ in range(2000)]
    texts += [f"{chr(point)}a中{chr(point)}{chr(point)}" for point in range(0, 0x32000, 37)]
    pairs = list(zip(texts[::2], texts[1::2], strict=False))
    for (title, text), entry in zip(pairs, entries(pairs), strict=True):
        assert entry == (tokens(title), tokens(text), letters(title + text)), (title, text)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("search") / "s.db"
    body = "巴扎上的馕坑从清晨烧到夜里，卖馕的人说今年的面粉便宜了两成，来买的人反而更多。"
    day = datetime(2024, 6, 1, tzinfo=UTC)
    with Ingester(path) as ingester:
        ingester.add([
            Article(id=f"{1:016x}", origin="1", text=body, title="馕坑", url="https://a.example/1", site="a", published=day),
            Article(id=f"{2:016x}", origin="2", text=body, title="馕坑", site="b", disguises=("annotated",)),
            Article(id=f"{3:016x}", origin="3", text="馕坑旁边修了一条新路。" * 3, disguises=("punctuation", "invisible")),
        ])  # fmt: skip
    return path


def test_disguise_and_copies_are_filters(store: Path) -> None:
    cases = {
        Selection(disguise="any"): 2, Selection(disguise="annotated"): 1, Selection(disguise="invisible"): 1,
        Selection(disguise="spun"): 0, Selection(copied=True): 2, Selection(copied=False): 1,
        Selection(copied=True, disguise="any"): 1, Selection(): 3,
    }  # fmt: skip
    with Store.open(store, readonly=True) as opened:
        for selection, count in cases.items():
            assert opened.search.count("馕坑", selection=selection) == count, selection


@pytest.mark.parametrize(
    ("query", "told"),
    [("馕坑 AND (", "not closed"), ("馕坑 AND (新路", "not closed"), ("馕坑 AND", "behind AND"), ("馕坑 OR", "behind OR"),
     ("馕坑 NOT", "behind NOT"), ("馕坑 OR AND 新路", "behind OR"), ("馕坑 AND NOT", "behind NOT")],
)  # fmt: skip
def test_half_a_query_is_told(store: Path, query: str, told: str) -> None:
    with Store.open(store, readonly=True) as opened, pytest.raises(UsageError, match=told):
        opened.search.find(query)


Ask = tuple[str, Callable[[Article], bool]]
"""A query, and whether it finds an article, by looking at it."""

_ALPHABET = "山水田林湖草，。"
_SELECTIONS: list[tuple[Selection, Callable[[Article, bool], bool]]] = [
    (Selection(), lambda a, copied: True),
    (Selection(site="a"), lambda a, copied: a.site == "a"),
    (Selection(source="甲报"), lambda a, copied: a.source == "甲报"),
    (Selection(region="新疆"), lambda a, copied: any(r.name.startswith("新疆") for r in a.regions)),
    (Selection(region="喀什"), lambda a, copied: any(r.name == "新疆/喀什" for r in a.regions)),
    (Selection(region="江西"), lambda a, copied: False),
    (Selection(since=datetime(2024, 6, 9, tzinfo=UTC)), lambda a, copied: bool(a.published and a.published.day >= 9)),
    (Selection(site="b", until=datetime(2024, 6, 9, tzinfo=UTC)),
     lambda a, copied: a.site == "b" and bool(a.published and a.published.day < 9)),
    (Selection(disguise="any"), lambda a, copied: bool(a.disguises)),
    (Selection(disguise="spun"), lambda a, copied: "spun" in a.disguises),
    (Selection(copied=True), lambda a, copied: copied),
    (Selection(copied=False, region="新疆", source="甲报"),
     lambda a, copied: not copied and bool(a.regions) and a.source == "甲报"),
]  # fmt: skip


def made(rng: random.Random, n: int, day: datetime) -> Article:
    kashgar, aksu = Region(name="新疆/喀什", code="653100", count=1), Region(name="新疆/阿克苏", code="652900", count=2)
    return Article(
        id=f"{n:016x}", origin=str(n), text="".join(rng.choices(_ALPHABET, k=rng.randrange(5, 60))),
        title="".join(rng.choices(_ALPHABET, k=6)) if n % 3 else None, site=rng.choice(["a", "a", "b", None]),
        source=rng.choice(["甲报", "乙报", None]), published=rng.choice([None, day.replace(day=1 + n % 28)]),
        regions=tuple(rng.sample([kashgar, aksu], rng.randrange(3))), disguises=rng.choice([(), (), ("spun",), ("invisible", "spun")]),
    )  # fmt: skip


def asked(rng: random.Random, depth: int = 2) -> Ask:
    """A query at random: words of one to four characters, a phrase over punctuation, AND, OR, NOT, brackets."""
    kind = rng.choice(["word", "word", "phrase"] if not depth else ["word", "AND", "OR", "NOT"])
    if kind == "word":
        word = "".join(rng.choices("山水田林湖草", k=rng.choice([1, 1, 2, 2, 3, 4])))
        return word, lambda a: any(word in part for part in (a.title or "", a.text))
    if kind == "phrase":
        first, second = ("".join(rng.choices("山水田林湖草", k=2)) for _ in range(2))
        pattern = re.compile(f"{first}[，。]+{second}")
        return f'"{first}，{second}"', lambda a: any(pattern.search(part) for part in (a.title or "", a.text))
    (left, on_left), (right, on_right) = asked(rng, depth - 1), asked(rng, depth - 1)
    query = f"({left}) {kind} ({right})"
    if kind == "AND":
        return query, lambda a: on_left(a) and on_right(a)
    return query, (lambda a: on_left(a) or on_right(a)) if kind == "OR" else (lambda a: on_left(a) and not on_right(a))


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """A store of random articles, and what it holds: each current text, the cluster of those with copies, the best copies."""

    store: Store
    articles: dict[int, Article]
    clusters: dict[int, int]
    best: set[int]


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[News]:
    rng, evidence = random.Random(6), Evidence(shared=9, numbers_agree=0, numbers_differ=(), score=1.0, here=(0.0, 1.0))
    with Store.open(tmp_path_factory.mktemp("search") / "s.db") as opened, opened.transaction():
        articles: dict[int, Article] = {}
        for n in (*range(1, 121), *range(5, 25)):  # some come again with another text
            article = made(rng, n, datetime(2024, 6, 1, tzinfo=UTC))
            doc = opened.articles.put(article)
            assert doc
            articles = {d: a for d, a in articles.items() if a.id != article.id} | {doc: article}
        docs = rng.sample(sorted(articles), 50)
        for one, other in zip(docs[::2], docs[1::2], strict=True):
            match = Match(kind="exact", other=articles[other].id, similarity=1.0, containment=1.0, evidence=evidence)
            opened.clusters.link(one, other, match, back=1.0)
            opened.clusters.save(clusters.assign(opened.clusters.around([one, other])))
        yield News(
            store=opened, articles=articles, clusters={doc: n // 2 for n, doc in enumerate(docs)},
            best={doc for doc in docs if opened.clusters.cluster_of(doc).is_canonical},
        )  # fmt: skip


# A region is read whole always, where it is small, never; all that is found is ranked, or the latest few.
@pytest.mark.parametrize(("large", "ranked"), [(1, 7), (8, 7), (1_000_000, 7), (8, 4000)])
def test_search_finds_what_looking_at_every_article_finds(
    news: News, monkeypatch: pytest.MonkeyPatch, large: int, ranked: int
) -> None:
    monkeypatch.setattr("cleaners.store.selection._LARGE", large)
    monkeypatch.setattr("cleaners.store.search._RANKED", ranked)
    rng = random.Random(large + ranked)
    search, several = news.store.search, 0
    for _ in range(50):
        (query, finds), (selection, lets) = asked(rng), rng.choice(_SELECTIONS)
        held = {d for d, a in news.articles.items() if finds(a) and lets(a, d in news.clusters)}
        several += len(held) > 20
        hits = search.find(query, selection=selection, limit=200, with_duplicates=True)
        docs = [hit.doc for hit in hits]
        assert sorted(docs) == sorted(held), (query, selection)
        assert search.count(query, selection=selection) == len(held), (query, selection)
        behind = docs[ranked:]
        assert behind == sorted(behind, reverse=True) and max(behind, default=0) < min(docs[:ranked], default=1)
        once = {hit.doc for hit in search.find(query, selection=selection, limit=200)}
        assert sorted(news.clusters.get(d, -d) for d in once) == sorted({news.clusters.get(d, -d) for d in held})
        assert once >= held & news.best
    assert several > 5


@pytest.mark.parametrize("around", ["水 NOT ({})", "(田 山水) OR ({})", "(水 OR 山田) ({})"])
def test_brackets_inside_each_other_are_answered_or_too_many(
    news: News, monkeypatch: pytest.MonkeyPatch, around: str
) -> None:
    monkeypatch.setattr("cleaners.store.selection._LARGE", 1_000_000)  # the longest statement
    query = "湖 OR 草林"
    for _ in range(6):
        query = around.format(query)
    selection = Selection(region="新疆", site="a", copied=False)
    hits = news.store.search.find(query, selection=selection, limit=200)
    assert 0 < len(hits) == news.store.search.count(query, selection=selection)
    with pytest.raises(UsageError, match="too many brackets"):
        news.store.search.find(around.format(around.format(query)))


def test_words_are_ranked_by_bm25_with_the_headline_weighing_four_times(news: News) -> None:
    sizes = {doc: len(f"{tokens(a.title or '')} {tokens(a.text)}".split()) for doc, a in news.articles.items()}
    mean = sum(sizes.values()) / len(sizes)
    for word in ("山水", "林湖草", "田"):
        found: dict[int, float] = {}
        for doc, article in news.articles.items():
            often = sum(
                4 * (article.title or "").startswith(word, n) + article.text.startswith(word, n) for n in range(60)
            )
            if often:  # Robertson & Zaragoza 2009 with k1 = 1.2, b = 0.75, as FTS5 has them
                found[doc] = 2.2 * often / (often + 1.2 * (0.25 + 0.75 * sizes[doc] / mean)) if len(word) > 1 else 1.0
        hits = news.store.search.find(word, limit=200, with_duplicates=True)
        assert [hit.doc for hit in hits] == sorted(found, key=lambda doc: (-round(found[doc], 9), -doc))
        assert [hit.score for hit in hits] == pytest.approx([found[hit.doc] / max(found.values()) for hit in hits])


def test_a_reader_says_when_the_index_is_still_to_be_made(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        store.settings.put("search", "an older recipe")
        with (
            Store.open(tmp_path / "s.db", readonly=True) as reader,
            pytest.raises(FormatError, match="doctor --repair"),
        ):
            reader.search.find("馕坑")


def test_reading_leaves_no_files_beside_the_store(store: Path) -> None:
    before = set(store.parent.iterdir())
    with Store.open(store, readonly=True) as one:
        with Store.open(store, readonly=True) as other:
            assert one.search.count("馕坑") == other.search.count("馕坑") == 3
        assert set(store.parent.iterdir()) > before and one.search.count("馕坑") == 3
    assert set(store.parent.iterdir()) == before


def test_json_has_stable_names(store: Path) -> None:
    done = CliRunner().invoke(app, ["search", "饢坑 麵粉", "--store", str(store), "--copied", "--json"])
    (hit,) = [json.loads(line) for line in done.stdout.splitlines()]
    assert list(hit) == [
        "id", "title", "url", "site", "source", "published", "confidence", "cluster_id", "cluster_size",
        "score", "passages",
    ]  # fmt: skip
    assert (hit["id"], hit["cluster_id"], hit["cluster_size"]) == (f"{1:016x}", f"{1:016x}", 2)
    assert hit["published"] == "2024-06-01T00:00:00+00:00" and hit["score"] == 1
    (start, end), *_ = hit["passages"][0]["marks"]
    assert hit["passages"][0]["text"][start:end] == "馕坑"


def test_a_score_compares_with_the_best_hit_also_for_a_word_that_every_article_has(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store:
        for n in range(1, 5):
            title = "产业园" if n == 2 else "消息"
            store.articles.put(
                Article(id=f"{n:016x}", origin=str(n), title=title, text=f"产业园第{n}期。" + "开工。" * n)
            )
        scores = [hit.score for hit in store.search.find("产业园")]
        assert scores[0] == 1 and all(0.05 < score < 1 for score in scores[1:])
        assert {hit.score for hit in store.search.find("工")} == {1.0}


def test_a_region_goes_by_all_its_names() -> None:
    names = {
        "阿克蘇地區": "新疆/阿克苏",
        "新疆维吾尔自治区/喀什地区": "新疆/喀什",
        "吉林": "吉林",
        "新疆/": "新疆",
        "萍乡": "江西/萍乡",
    }
    assert {name: named(name) for name in names} == names
    for wrong, cure in {
        "阿克素": "阿克苏",
        "鼓楼区": "江苏/南京/鼓楼",
        "ＱＱ": "jianbao stats",
        "": "jianbao stats",
    }.items():
        with pytest.raises(UsageError, match=cure):
            named(wrong)


def test_an_unknown_region_is_said_to_be_unknown(store: Path) -> None:
    done = CliRunner().invoke(app, ["search", "馕坑", "--store", str(store), "--region", "阿克素"])
    assert "no region of China is called 阿克素: did you mean" in str(done.exception)
