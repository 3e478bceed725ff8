"""Who took a story from whom, as far as the articles of one export say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cleaners.items import Clipping, Match


@dataclass(frozen=True, slots=True, kw_only=True)
class RepostEdge:
    """From a copy to an article that it matches and that stands before it in the export, which goes by date."""

    earlier: str
    """Id of the article that stood before."""
    earlier_url: str | None
    match: Match
    """Of the copy with it."""
    is_dated: bool
    """Whether the other one was published earlier by the dates of both; False: one has no date, or both the same."""


class RepostEdges:
    """Remembers the articles of an export that have copies: their ids, addresses and dates."""

    def __init__(self) -> None:
        self._met: dict[str, tuple[str | None, datetime | None]] = {}

    def of(self, clipping: Clipping) -> Iterator[RepostEdge]:
        """The edges to articles that were asked about before this one."""
        article = clipping.article
        if not clipping.matches:
            return
        self._met[article.id] = (article.url, article.published)
        for match in clipping.matches:
            if match.other in self._met and match.other != article.id:
                url, published = self._met[match.other]
                is_dated = published is not None and article.published is not None and published < article.published
                yield RepostEdge(earlier=match.other, earlier_url=url, match=match, is_dated=is_dated)
