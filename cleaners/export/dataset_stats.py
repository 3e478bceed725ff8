"""What an export holds, counted as it is written: the figures of a dataset card."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from cleaners.parquet_library import pyarrow

if TYPE_CHECKING:
    import pyarrow as pa

_COUNTED = ("site", "source", "language", "script")
_GATHERED = ("disguises", "opt_out")


@dataclass(slots=True)
class DatasetStats:
    """Counts of the articles in an export (of what an increment takes back only how many)."""

    articles: int = 0
    withdrawn: int = 0
    characters: int = 0
    """Of the texts."""
    counts: dict[str, Counter[str]] = field(
        default_factory=lambda: {name: Counter() for name in (*_COUNTED, *_GATHERED, "cleaner")}
    )
    """Column -> value -> articles; ``cleaner``: name, version and recipe of what made them."""
    undated: int = 0
    first: datetime | None = None
    """The earliest date of publication."""
    last: datetime | None = None
    """The latest."""
    fetched: datetime | None = None
    """When the latest page was fetched."""

    def add(self, batch: pa.RecordBatch) -> None:
        """Count some articles."""
        compute = _compute()
        self.articles += batch.num_rows
        self.characters += compute.sum(compute.utf8_length(batch["text"])).as_py() or 0
        for name in _COUNTED:
            self._count(name, batch[name])
        for name in _GATHERED:
            self._count(name, compute.list_flatten(batch[name]))
        self._count("cleaner", compute.binary_join_element_wise(*batch["extractor"].flatten(), " "))
        self.undated += batch["published"].null_count
        span = compute.min_max(batch["published"]).as_py()
        self.first = min(filter(None, (self.first, span["min"])), default=None)
        self.last = max(filter(None, (self.last, span["max"])), default=None)
        self.fetched = max(filter(None, (self.fetched, compute.max(batch["fetched_at"]).as_py())), default=None)

    @property
    def as_of(self) -> date | None:
        """The day that the export shows: no date of its own making, so that the same store gives the same export."""
        return (self.fetched or self.last or _NEVER).date() if self.fetched or self.last else None

    def _count(self, name: str, values: pa.Array) -> None:
        for pair in _compute().value_counts(values.drop_null()).to_pylist():
            self.counts[name][pair["values"].strip()] += pair["counts"]


_NEVER = datetime.min


def _compute() -> Any:
    pyarrow()  # or the cure
    from pyarrow import compute

    return compute
