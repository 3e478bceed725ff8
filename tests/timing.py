"""How the time of something grows with the size of its input, on any machine and beside any load.

A limit in seconds says more about the machine than about the code. What the tests guard against is time that grows
with the square of the input, or faster: the ratio of the times of two sizes shows that everywhere.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from time import process_time
from typing import TypeVar

LINEAR = 3.0
"""Twice the input takes less than this many times the CPU time, where time is linear; quadratic time takes 4."""

_LEAST_SECONDS = 0.02
"""A measurement takes at least so long: work that is quicker is repeated within it."""

T = TypeVar("T")


def growth(work: Callable[[T], object], single: T, double: T) -> float:
    """CPU time of ``work(double)`` divided by that of ``work(single)``, of each the minimum of three to seven runs.

    The two take turns, so that a busy moment of the machine meets both; more than three runs are made only while the
    ratio is not below `LINEAR`.
    """
    work(single)  # what is loaded or compiled once is not measured
    repeats = 1
    while _seconds(work, single, repeats) < _LEAST_SECONDS:
        repeats *= 2
    least = {"single": float("inf"), "double": float("inf")}
    for run in range(7):
        least["single"] = min(least["single"], _seconds(work, single, repeats))
        least["double"] = min(least["double"], _seconds(work, double, repeats))
        if run >= 2 and least["double"] < LINEAR * least["single"]:
            break
    return least["double"] / least["single"]


def _seconds(work: Callable[[T], object], size: T, repeats: int) -> float:
    gc.collect()
    gc.disable()
    try:
        began = process_time()
        for _ in range(repeats):
            work(size)
        return process_time() - began
    finally:
        gc.enable()
