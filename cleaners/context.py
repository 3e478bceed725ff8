"""What cleaning knows besides the page: settings of the job and what was learned, as plain data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cleaners import urls
from cleaners.chinese import spinning as lexicon
from cleaners.chinese.spinning import SpunLexicon
from cleaners.items import Page

if TYPE_CHECKING:  # saved pages need neither, and both take long to import
    from cleaners.config import SiteConfig

_HONEST = 300
"""Texts that show which words people use anyway: no spun word is learned from among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningContext:
    """Goes to every worker once; nothing in it changes while pages are cleaned."""

    timezone: str = "Asia/Shanghai"
    """Timezone of dates that name none (IANA name)."""
    sites: Mapping[str, SiteConfig] = field(default_factory=dict)
    """Site id -> what the seed file says of it."""
    learned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Site id -> keys of the lines learned as that site's noise."""
    lexicon: SpunLexicon = field(default_factory=SpunLexicon.load)
    """The vocabulary of spun text, as shipped or grown."""

    def site_of(self, page: Page) -> str | None:
        """The site of a page: the one it was crawled for, else the one that owns its address, else its domain."""
        return page.site or urls.site_name(page.url, self.sites.values())


def context_of(store: Path, sites: Iterable[SiteConfig] = ()) -> CleaningContext:
    """The context of a run that writes to ``store``: its sites, and what the store, where it exists, has learned."""
    from cleaners.store import Store

    by_id = {site.id: site for site in sites}
    if not store.exists():
        return CleaningContext(sites=by_id)
    with Store.open(store, create=False) as opened:
        seen = {(pair.spun, pair.plain): pair.count for pair in opened.learned.pairs()}
        grown = SpunLexicon.load(lexicon.grow(seen, opened.articles.undisguised(_HONEST)) if seen else ())
        return CleaningContext(sites=by_id, learned=opened.learned.noise(), lexicon=grown)
