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


def growth(work: Callable[[T], object], small: T, large: T) -> float:
    """CPU time of ``work(large)`` divided by that of ``work(small)``, of each the minimum of 3 to 25 runs.

    ``large`` is twice ``small``; or many times as large, where the time is to have a bound. The two take turns, so that
    a busy moment of the machine meets both; more than 3 runs are made only while the ratio is not below `LINEAR`.
    """
    work(small)  # what is loaded or compiled once is not measured
    gc.collect()
    repeats = 1
    while _seconds(work, small, repeats) < _LEAST_SECONDS:
        repeats *= 2
    least = {"small": float("inf"), "large": float("inf")}
    for run in range(25):
        least["small"] = min(least["small"], _seconds(work, small, repeats))
        least["large"] = min(least["large"], _seconds(work, large, repeats))
        if run >= 2 and least["large"] < LINEAR * least["small"]:
            break
    return least["large"] / least["small"]


def _seconds(work: Callable[[T], object], size: T, repeats: int) -> float:
    gc.disable()
    try:
        began = process_time()
        for _ in range(repeats):
            work(size)
        return process_time() - began
    finally:
        gc.enable()
