"""The measure of growth itself: it calls linear time linear, and quadratic time not."""

from __future__ import annotations

from tests.timing import LINEAR, growth


def test_linear_time_is_linear() -> None:
    assert growth(lambda n: sum(range(n)), 200_000, 400_000) < LINEAR


def test_quadratic_time_is_not() -> None:
    assert growth(lambda n: sum(1 for _ in range(n) for _ in range(n)), 200, 400) >= LINEAR


def test_work_too_quick_to_measure_is_repeated() -> None:
    assert growth(lambda n: sum(range(n)), 100, 1_000) > LINEAR
