"""What a run counts for the journal: by host and by reason, under names that say which.

``pages HOST``: pages read; ``articles HOST``: those that were articles; ``new HOST``: articles the store did not have;
``dropped STAGE: REASON``. HOST is the registered domain, or a host without one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from cleaners.items import Article, Drop
from cleaners.urls import site_of

_MOST = 200  # names a run notes: a dump of the whole web has more hosts than a journal should hold


class Counts:
    """Counts results as they are kept."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, articles: Iterable[Article], drops: Iterable[Drop], fresh: Iterable[Article]) -> None:
        """Count a batch; ``fresh``: those of its articles that are new to the store."""
        for article in articles:
            self._host("pages", article.url)
            self._host("articles", article.url)
        for article in fresh:
            self._host("new", article.url)
        for drop in drops:
            self._counts[f"dropped {drop.stage}: {drop.reason}"] += 1
            if drop.stage != "fetch":
                self._host("pages", drop.url)
            if drop.reason == "off topic":
                self._host("articles", drop.url)  # an article, though not one that was wanted

    def most(self) -> dict[str, int]:
        """The counts, the largest first, at most 200."""
        return dict(self._counts.most_common(_MOST))

    def _host(self, what: str, url: str | None) -> None:
        if host := site_of(url):
            self._counts[f"{what} {host}"] += 1


def of(counts: Mapping[str, int], what: str) -> dict[str, int]:
    """One kind of count, by host or by reason: ``of(run.counts, "dropped")``."""
    return {name.removeprefix(f"{what} "): n for name, n in counts.items() if name.startswith(f"{what} ")}


def totals(counts: Mapping[str, int]) -> dict[str, int]:
    """The counts that stand for the whole run."""
    return {name: n for name, n in counts.items() if " " not in name}
