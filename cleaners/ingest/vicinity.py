"""A window in days for a store: what came too long after the last article of a family is not compared with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.index.window import UNDATED, Days, Window
from cleaners.store import Store

WINDOW = "window"
"""Under what name a store notes how many days apart articles may be to be compared; unless it does, all are."""
Spans = Callable[[Sequence[int]], Mapping[int, tuple[int, int]]]
"""Gives the first and the last day of the families of documents; undated ones are left out."""


class Vicinity:
    """Which documents are near enough in time to be compared.

    The match index knows a family by one of its texts, so it is the family that is near or far: a text is near when it
    is within the window of the time between the family's first and last article.
    """

    def __init__(self, window: Window, spans: Spans) -> None:
        self._window = window
        self._spans = spans

    @classmethod
    def of(cls, store: Store, spans: Spans) -> Self | None:
        """That of a store, None where it has no window."""
        window = store.notes.get(WINDOW)
        return cls(Window.parse(window), spans) if window else None

    def __call__(self, docs: NDArray[np.int64], others: NDArray[np.int64]) -> NDArray[np.bool_]:
        """For each pair of a new document and another one whether they may be compared."""
        spans = self._spans(np.union1d(docs, others).tolist())

        def days(of: NDArray[np.int64], end: int) -> Days:
            return np.array([spans.get(doc, (UNDATED, UNDATED))[end] for doc in of.tolist()], dtype=np.int32)

        return self._window.reaches(days(docs, 0), days(others, 0), days(others, 1))
