"""Clusters: strict grouping, the best copy, the source. The decision does not depend on the order of arrival."""

from __future__ import annotations

import dataclasses
import itertools
import random
from datetime import UTC, datetime, timedelta

import pytest

from cleaners.dedup import clusters
from cleaners.dedup.clusters.model import ClusterDecision, ClusterMember, ClusterNeighbourhood, MatchEdge
from tests.timing import LINEAR, growth

DAY = datetime(2024, 3, 5, 9, 30, tzinfo=UTC)


def member(doc: int, **given: object) -> ClusterMember:
    plain = ClusterMember(
        doc=doc, id=f"{doc:016x}", arrival=doc, title=f"第{doc}篇各不相同的标题", url=f"http://s{doc}.example/a",
        site=f"s{doc}.example", source=None, published=None, length=800, quality=0.9, disguises=(), repairs=0, noise=0,
    )  # fmt: skip
    return dataclasses.replace(plain, **given)  # type: ignore[arg-type]


def edge(a: int, b: int, kind: str = "near", of_a: float = 1.0, of_b: float = 1.0) -> MatchEdge:
    return MatchEdge(a=a, b=b, kind=kind, similarity=min(of_a, of_b), containment_a=of_a, containment_b=of_b)


def decided(members: list[ClusterMember], edges: list[MatchEdge], **names: str) -> tuple[ClusterDecision, ...]:
    return clusters.assign(ClusterNeighbourhood(members=tuple(members), edges=tuple(edges)), publishers=names or None)


def docs(members: list[ClusterMember], edges: list[MatchEdge]) -> list[tuple[int, ...]]:
    return [f.members for f in decided(members, edges)]


def test_a_singleton_is_its_own_cluster() -> None:
    (cluster,) = decided([member(1)], [])
    assert (cluster.id, cluster.members, cluster.canonical, cluster.earliest) == (f"{1:016x}", (1,), 1, None)


@pytest.mark.parametrize("kind", ["exact", "near", "spun"])
def test_whole_copies_belong_together(kind: str) -> None:
    assert docs([member(1), member(2), member(3)], [edge(1, 2, kind), edge(2, 3, kind)]) == [(1, 2, 3)]


@pytest.mark.parametrize("share", [0.4, 0.5, 0.7])
def test_a_cut_copy_belongs_to_its_whole(share: float) -> None:
    assert docs([member(1), member(2)], [edge(1, 2, "contains", share, 1.0)]) == [(1, 2)]


def test_a_small_part_under_another_headline_is_no_copy() -> None:
    assert docs([member(1), member(2)], [edge(1, 2, "contains", 0.3, 1.0)]) == [(1,), (2,)]
    alike = [member(1, title="县城新修的大桥今天通车"), member(2, title="快讯：县城新修的大桥今天通车")]
    assert docs(alike, [edge(1, 2, "contains", 0.1, 1.0)]) == [(1, 2)]


@pytest.mark.parametrize("kind", ["near", "spun"])
def test_a_spun_or_edited_part_does_not_weld_either(kind: str) -> None:
    members = [member(1), member(2), member(3)]
    assert docs(members, [edge(1, 3, kind, 0.6, 0.07), edge(2, 3, "contains", 1.0, 0.4)]) == [(1,), (2,), (3,)]


def test_compilations_that_share_a_part_are_different() -> None:
    assert docs([member(1), member(2)], [edge(1, 2, "near", 0.3, 0.26)]) == [(1,), (2,)]


def test_a_quoted_half_is_no_copy_of_the_article() -> None:
    assert docs([member(1), member(2)], [edge(1, 2, "near", 0.48, 0.2)]) == [(1,), (2,)]


def test_a_copy_of_which_half_was_found_belongs_to_its_original() -> None:
    assert docs([member(1), member(2)], [edge(1, 2, "near", 0.52, 0.45)]) == [(1, 2)]


def test_a_heavily_spun_copy_belongs_to_its_original() -> None:
    assert docs([member(1), member(2)], [edge(1, 2, "spun", 0.34, 0.32)]) == [(1, 2)]


def test_a_compilation_does_not_weld_its_parts() -> None:
    members = [member(n) for n in range(1, 12)]
    parts = [edge(n, 11, "contains", 1.0, 0.1) for n in range(1, 11)]
    assert docs(members, parts) == [(n,) for n in range(1, 12)]


def test_a_compilation_of_two_halves_does_not_weld_them() -> None:
    members = [member(1), member(2), member(3)]
    assert docs(members, [edge(1, 3, "contains", 1.0, 0.55), edge(2, 3, "contains", 1.0, 0.45)]) == [(1,), (2,), (3,)]


def test_two_compilations_of_the_same_parts_weld_nothing() -> None:
    members = [member(n) for n in range(1, 6)]
    parts = [edge(n, k, "contains", 1.0, 0.33) for k in (4, 5) for n in (1, 2, 3)]
    assert docs(members, [*parts, edge(4, 5, "near")]) == [(1,), (2,), (3,), (4, 5)]


def test_copies_inside_a_compilation_stay_with_their_original() -> None:
    members = [member(n) for n in range(1, 6)]
    edges = [edge(1, 2), edge(3, 4)] + [edge(n, 5, "contains", 1.0, 0.4) for n in (1, 2, 3, 4)]
    assert docs(members, edges) == [(1, 2), (3, 4), (5,)]


def test_a_part_outside_of_the_neighbourhood_shows_a_compilation() -> None:
    members = [member(2), member(3)]
    assert docs(members, [edge(1, 3, "contains", 1.0, 0.4), edge(2, 3, "contains", 1.0, 0.4)]) == [(2,), (3,)]


def test_an_article_with_others_appended_is_still_a_copy() -> None:
    members = [member(1), member(2), member(3)]
    assert docs(members, [edge(1, 3, "contains", 1.0, 0.8), edge(2, 3, "contains", 1.0, 0.15)]) == [(1, 3), (2,)]


def test_two_cut_copies_under_the_same_headline_belong_to_their_whole() -> None:
    members = [member(n, title="县城新修的大桥今天通车") for n in (1, 2, 3)]
    assert docs(members, [edge(1, 3, "contains", 1.0, 0.4), edge(2, 3, "contains", 1.0, 0.4)]) == [(1, 2, 3)]


def test_overlapping_cut_copies_belong_together() -> None:
    members = [member(1), member(2), member(3)]
    cuts = [edge(1, 3, "contains", 1.0, 0.3), edge(2, 3, "contains", 1.0, 0.45), edge(1, 2, "contains", 1.0, 0.6)]
    assert docs(members, cuts) == [(1, 2, 3)]


def test_the_order_of_edges_and_arrival_changes_nothing_but_ids() -> None:
    edges = [
        edge(1, 2), edge(3, 4, "spun", 0.9, 0.9), edge(1, 5, "contains", 1.0, 0.33), edge(3, 5, "contains", 1.0, 0.3),
        edge(6, 1, "contains", 1.0, 0.6), edge(7, 2, "contains", 1.0, 0.6), edge(8, 3, "contains", 1.0, 0.9),
    ]  # fmt: skip
    expected = {frozenset({1, 2, 6, 7}), frozenset({3, 4, 8}), frozenset({5})}
    for seed in range(20):
        chance = random.Random(seed)
        chance.shuffle(edges)
        order = chance.sample(range(1, 9), 8)
        members = [member(doc, arrival=n) for n, doc in enumerate(order)]
        turned = [
            MatchEdge(a=e.b, b=e.a, kind=e.kind, similarity=e.similarity, containment_a=e.containment_b, containment_b=e.containment_a)
            if chance.random() < 0.5 else e for e in edges
        ]  # fmt: skip
        found = decided(members, turned)
        assert {frozenset(f.members) for f in found} == expected
        assert [f.id for f in found] == [f"{f.members[0]:016x}" for f in found]


@pytest.mark.parametrize("disguise", ["spun", "annotated", "byte-slip", "forced-traditional"])
def test_a_disguised_copy_is_never_the_best(disguise: str) -> None:
    members = [member(1, disguises=(disguise,), quality=1.0, length=2000), member(2, quality=0.3, noise=90, repairs=0)]
    assert [f.canonical for f in decided(members, [edge(1, 2)])] == [2]


def test_of_equal_copies_the_one_with_an_address_is_best() -> None:
    members = [member(1, url=None), member(2)]
    (found,) = decided(members, [edge(1, 2, "exact")])
    assert found.canonical == 2


def test_a_source_without_an_address_is_shown_by_that_of_a_copy() -> None:
    members = [member(1, url=None, published=DAY), member(2, published=DAY + timedelta(days=2))]
    (found,) = decided(members, [edge(1, 2, "exact")])
    assert found.earliest is not None
    assert (found.earliest.doc, found.earliest.url) == (1, "http://s2.example/a")


def test_of_a_spun_pair_the_side_with_the_words_of_a_spinner_is_not_the_best() -> None:
    members = [member(1, spun=6.0, length=900), member(2, spun=0.5)]
    assert decided(members, [edge(1, 2, "spun", 0.7, 0.7)])[0].canonical == 2


def test_a_mild_word_of_the_original_does_not_make_it_the_spun_one() -> None:
    members = [member(1, spun=1.5, rarity=-6.0), member(2, rarity=-5.0)]
    assert decided(members, [edge(1, 2, "spun", 0.7, 0.7)])[0].canonical == 1
    uneven = [member(1, spun=1.5, rarity=-5.0), member(2, rarity=-6.0), member(3, rarity=-6.0, spun=9.0)]
    edges = [edge(1, 2), edge(1, 3, "spun", 0.8, 0.4), edge(2, 3, "spun", 0.8, 0.4)]
    assert decided(uneven, edges)[0].canonical == 2, "what one holds besides may have rare words"


def test_parts_that_are_more_than_their_whole_overlap_and_make_it_no_compilation() -> None:
    members = [member(1), member(2, length=480), member(3, length=480)]
    parts = [edge(1, 2, "contains", 0.6, 1.0), edge(1, 3, "contains", 0.6, 1.0)]
    assert [(f.members, f.canonical) for f in decided(members, parts)] == [((1, 2, 3), 1)]


def test_among_simplified_copies_a_converted_one_is_not_the_best() -> None:
    members = [member(1, script="traditional"), member(2), member(3)]
    edges = [edge(1, 2), edge(1, 3), edge(2, 3, of_a=0.9, of_b=0.9)]
    assert decided(members, edges)[0].canonical == 2
    traditional = [member(1), member(2, script="traditional"), member(3, script="traditional")]
    assert decided(traditional, edges)[0].canonical == 1


def test_furniture_is_nothing_that_a_copy_lacks() -> None:
    members = [member(1, length=1000, furniture=0.25), member(2, length=750)]
    assert decided(members, [edge(1, 2, "near", 0.75, 1.0)])[0].canonical == 2
    assert decided([member(1, length=1000), member(2, length=750)], [edge(1, 2, "near", 0.75, 1.0)])[0].canonical == 1


def test_the_whole_is_better_than_what_was_cut_from_it() -> None:
    members = [member(1, length=400), member(2, length=800)]
    assert decided(members, [edge(1, 2, "contains", 1.0, 0.5)])[0].canonical == 2


def test_a_copy_with_something_appended_is_not_the_best_of_three() -> None:
    members = [member(1, length=1000), member(2, length=800), member(3, length=800)]
    edges = [edge(2, 3), edge(1, 2, "near", 0.8, 1.0), edge(1, 3, "near", 0.8, 1.0)]
    assert decided(members, edges)[0].canonical == 2


def test_among_equals_the_less_repaired_then_the_earlier_copy_is_the_best() -> None:
    assert decided([member(1, repairs=4), member(2)], [edge(1, 2)])[0].canonical == 2
    assert (
        decided([member(1, published=DAY + timedelta(days=1)), member(2, published=DAY)], [edge(1, 2)])[0].canonical
        == 2
    )


def test_the_declared_source_is_the_source() -> None:
    members = [member(1, source="示例日报", published=DAY), member(2, site="daily.example", published=DAY)]
    (cluster,) = decided(members, [edge(1, 2)], **{"daily.example": "示例日报"})
    assert cluster.earliest is not None
    assert cluster.earliest.doc == 2
    assert cluster.earliest.evidence["sources"] == ["示例日报"]


def test_the_earlier_date_wins_and_midnight_only_means_the_day() -> None:
    later, early, midnight = DAY + timedelta(hours=3), DAY, DAY.replace(hour=0, minute=0)
    (cluster,) = decided([member(1, published=later), member(2, published=early)], [edge(1, 2)])
    assert cluster.earliest is not None
    assert (cluster.earliest.doc, cluster.earliest.published) == (2, early)
    (unsure,) = decided([member(1, published=early), member(2, published=midnight)], [edge(1, 2)])
    assert unsure.earliest is not None
    assert unsure.earliest.confidence < cluster.earliest.confidence


def test_no_evidence_means_no_source() -> None:
    assert decided([member(1), member(2)], [edge(1, 2)])[0].earliest is None


def test_a_disguised_copy_is_not_the_source_although_its_date_is_the_earliest() -> None:
    members = [member(1, published=DAY - timedelta(days=9), disguises=("spun",)), member(2, published=DAY),
               member(3, published=DAY + timedelta(days=1))]  # fmt: skip
    (cluster,) = decided(members, [edge(1, 2, "spun", 0.8, 0.8), edge(2, 3)])
    assert cluster.earliest is not None
    assert cluster.earliest.doc == 2


def test_every_member_is_in_exactly_one_cluster() -> None:
    chance = random.Random(4)
    for _ in range(50):
        members = [member(n) for n in range(1, 13)]
        pairs = chance.sample(list(itertools.combinations(range(1, 13), 2)), 12)
        edges = [edge(a, b, chance.choice(["near", "contains"]), chance.random(), 1.0) for a, b in pairs]
        found = [doc for f in decided(members, edges) for doc in f.members]
        assert sorted(found) == list(range(1, 13))


def reprinted(copies: int) -> tuple[list[ClusterMember], list[MatchEdge]]:
    """A story with so many copies, each of them linked with the twenty before it."""
    members = [member(n, published=DAY + timedelta(minutes=n), source="示例日报") for n in range(1, copies + 1)]
    return members, [edge(n, k) for n in range(2, copies + 1) for k in range(max(1, n - 20), n)]


def test_deciding_a_story_takes_time_that_grows_with_its_copies() -> None:
    assert growth(lambda story: decided(*story), reprinted(500), reprinted(1000)) < LINEAR
    (cluster,) = decided(*reprinted(1000))
    assert len(cluster.members) == 1000
    assert cluster.earliest is not None
    assert cluster.earliest.doc == 1
