"""The drawings of the reading room: every number has its place, inside of the drawing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from cleaners.dedup.clusters.model import ClusterMember, MatchEdge
from cleaners.dedup.clusters.tree import lineage
from cleaners.publication_time import latest
from crawler.web import timeline
from crawler.web.charts import WIDTH, bars, columns, matrix
from crawler.web.front import Visit
from crawler.web.list_choice import ListChoice

DAY = datetime(2025, 10, 1, tzinfo=UTC)


def member(doc: int, published: datetime | None) -> ClusterMember:
    return ClusterMember(
        doc=doc, id=f"{doc:016x}", arrival=doc, title=f"{doc}", url=None, site=f"s{doc}", source=None, published=published,
        length=500, quality=1.0, disguises=(), repairs=0, noise=0,
    )  # fmt: skip


def drawn(members: list[ClusterMember]) -> timeline.Timeline:
    edges = [
        MatchEdge(a=a.doc, b=b.doc, kind="near", similarity=0.9, containment_a=0.9, containment_b=0.9)
        for a, b in pairwise(members)
    ]
    return timeline.timeline(lineage(members, edges, members[0].doc), {one.doc: one for one in members})


@pytest.mark.parametrize("dates", [
    [DAY, DAY + timedelta(days=2), DAY + timedelta(days=9)], [DAY, DAY, DAY], [None, None], [DAY, None, DAY + timedelta(hours=1)],
    [None, DAY], [DAY + timedelta(days=n) for n in range(120)],
])  # fmt: skip
def test_every_copy_stands_inside_of_the_timeline(dates: list[datetime | None]) -> None:
    found = drawn([member(n + 1, date) for n, date in enumerate(dates)])
    assert len(found.rows) + found.hidden == len(dates)
    assert all(0 < row.x < found.width and 0 < row.y < found.height for row in found.rows)
    assert len({row.y for row in found.rows}) == len(found.rows)
    dated = [(latest(row.member.published), row.x) for row in found.rows if row.member.published]
    assert [x for _, x in sorted(dated)] == sorted(x for _, x in dated)  # a day alone is never drawn as its first hour
    assert (found.undated_x is not None) == any(date is None for date in dates[: len(found.rows)])
    places = {(row.x, row.y) for row in found.rows}
    assert all(row.above in places for row in found.rows[1:])


def test_bars_are_as_long_as_their_numbers() -> None:
    found = bars({"a": 40, "b": 10, "c": 0}, most=2)
    assert found.left_out == 1
    assert found.bars[0].width == 4 * found.bars[1].width
    assert all(bar.x + bar.width < WIDTH for bar in found.bars)
    assert bars({}).bars == ()


@pytest.mark.parametrize("count", [1, 2, 60, 400])
def test_columns_stand_side_by_side(count: int) -> None:
    found = columns([(str(n), n) for n in range(count)])
    assert len(found.bars) == count
    assert all(bar.x >= 0 and bar.x + bar.width <= WIDTH + 1 and 0 <= bar.y <= found.height for bar in found.bars)


def test_a_matrix_has_a_cell_where_a_row_meets_a_column() -> None:
    found = matrix({("a", "x"): 5, ("a", "y"): 1, ("b", "y"): 2}, most=2)
    assert (found.rows, found.columns) == (("a", "b"), ("x", "y"))
    assert {(found.rows[one.row], found.columns[one.column], one.value) for one in found.cells} == {
        ("a", "x", 5), ("a", "y", 1), ("b", "y", 2),
    }  # fmt: skip
    assert max(one.depth for one in found.cells) == 5


def test_a_matrix_over_time_keeps_the_order_of_its_columns() -> None:
    found = matrix({("a", "2"): 5, ("b", "3"): 1}, columns=["1", "2", "3"], details={("a", "2"): "1 / 20"})
    assert found.columns == ("1", "2", "3")
    assert [(one.row, one.column, one.value, one.detail) for one in found.cells] == [(0, 1, 5, "1 / 20"), (1, 2, 1, "")]


def test_a_visit_goes_on_until_half_an_hour_without_a_page() -> None:
    first = Visit.next("", newest=10, now=1000)
    assert first.before == 0
    during = Visit.next(first.cookie, newest=12, now=1600)
    assert during.before == 0
    later = Visit.next(during.cookie, newest=20, now=9000)
    assert later.before == 12
    assert Visit.next(later.cookie, newest=25, now=9100).before == 12


@pytest.mark.parametrize("cookie", ["x", "1.2", "1.2.3.4", "-1.2.3", "٣.2.1", "9" * 99 + ".1.1", "1.2.3\n"])
def test_a_cookie_that_is_none_is_a_first_visit(cookie: str) -> None:
    assert Visit.next(cookie, newest=7, now=5).before == 0


def test_the_address_of_a_choice_is_read_as_that_choice() -> None:
    choice = ListChoice.read({"q": "渠 & 闸", "site": "a.example", "order": "date", "copied": "yes", "unknown": "x"})
    from urllib.parse import parse_qsl, urlsplit

    again = ListChoice.read(dict(parse_qsl(urlsplit(choice.address()).query)))
    assert again == choice
    assert ListChoice.read({"order": "match"}).order == "arrival"
    assert ListChoice.read({"q": "x", "visit": "new"}).order == "arrival"
