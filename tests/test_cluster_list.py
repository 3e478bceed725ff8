"""The list of clusters: each once, in order, whatever is filtered and wherever a page begins."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest

from cleaners.dedup.clusters.model import ClusterDecision
from cleaners.items import Article
from cleaners.store import ListOrder, ListPlace, Selection, Store

DAY = datetime(2025, 10, 1, tzinfo=UTC)
ORDERS = get_args(ListOrder)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """90 articles: some without a date, many of one day; 12 clusters of 2 to 6."""
    chance = random.Random(7)
    with Store.open(tmp_path_factory.mktemp("list") / "news.db") as opened:
        with opened.transaction():
            for n in range(90):
                opened.articles.put(
                    Article(
                        id=f"{n:016x}", origin=f"{n}.html", text=f"第{n}号渠{'放水' if n % 3 else '关闸'}。",
                        title=f"{n}号", site=f"s{n % 4}.example", quality=chance.random(),
                        published=None if n % 7 == 0 else DAY + timedelta(days=chance.randrange(9)),
                    )
                )  # fmt: skip
            docs = list(range(1, 91))
            chance.shuffle(docs)
            for _ in range(12):
                members = sorted(docs.pop() for _ in range(chance.randint(2, 6)))
                opened.clusters.save([
                    ClusterDecision(id=f"{members[0] - 1:016x}", members=tuple(members), canonical=chance.choice(members), earliest=None)
                ])  # fmt: skip
        yield opened


def listed(store: Store, order: ListOrder, selection: Selection, query: str | None, limit: int) -> list[str]:
    found: list[str] = []
    after: ListPlace | None = None
    while True:
        page = store.cluster_list.page(order, selection=selection, query=query, after=after, limit=limit)
        assert len(page.clusters) <= limit
        found += [one.id for one in page.clusters]
        if page.following is None:
            return found
        after = page.following


def expected(store: Store, order: ListOrder, selection: Selection, query: str | None) -> list[str]:
    """The same from every clipping there is."""
    known = set(store.search.docs(query)) if query else None
    newest: dict[str, tuple[bool, float, int]] = {}
    for clipping in store.clippings.select(selection, with_duplicates=True):
        doc = store.articles.doc(clipping.article.id)
        assert doc
        assert clipping.cluster
        if known is not None and doc not in known:
            continue
        date = clipping.article.published
        dated = date is not None and order == "date"
        key = (dated, date.timestamp() if date and dated else 0.0, doc)
        newest[clipping.cluster.id] = max(key, newest.get(clipping.cluster.id, key))
    return sorted(newest, key=lambda id_: newest[id_], reverse=True)


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 4, 200])
@pytest.mark.parametrize(("selection", "query"), [
    (Selection(), None), (Selection(site="s1.example"), None), (Selection(copied=True), None), (Selection(copied=False), None),
    (Selection(since=DAY + timedelta(days=2), until=DAY + timedelta(days=5)), None), (Selection(), "放水"),
    (Selection(site="s2.example"), "关闸"), (Selection(site="nowhere"), None),
])  # fmt: skip
def test_pages_put_together_are_the_whole_list(
    store: Store, order: ListOrder, limit: int, selection: Selection, query: str | None
) -> None:
    assert listed(store, order, selection, query, limit) == expected(store, order, selection, query)


def test_the_copy_that_is_shown_is_selected(store: Store) -> None:
    for one in store.cluster_list.page(selection=Selection(site="s3.example"), limit=200).clusters:
        assert one.site == "s3.example"


def test_without_a_filter_the_best_copy_is_shown(store: Store) -> None:
    for one in store.cluster_list.page(limit=200).clusters:
        decision = store.clusters.cluster(one.id)
        assert decision is None or store.articles.doc(one.article_id) == decision.canonical


def test_only_what_is_newer(store: Store) -> None:
    found = store.cluster_list.page(newer_than=80, limit=200).clusters
    assert found
    assert all(one.place.doc > 80 for one in found)
    assert store.cluster_list.newest() == 90


def test_hits_that_were_shown_are_skipped(store: Store) -> None:
    every = [hit.id for hit in store.search.find("放水", limit=200)]
    assert [hit.id for hit in store.search.find("放水", skip=5, limit=7)] == every[5:12]
