"""What is what on the small web: the truth that a crawl of it is checked against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from crawler.demo import disguise
from crawler.demo.pages import RenderedPage
from crawler.demo.plan import DemoPlan, PlannedPosting
from crawler.demo.stories import DemoStory

Kind = Literal[
    "article", "part", "index", "feed", "sitemap", "robots", "redirect", "missing", "failing", "calendar", "shell", "login",
    "forbidden",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleTruth:
    """What cleaning and matching should make of an article page."""

    story: str
    is_copy: bool
    disguises: tuple[str, ...]
    """What the copier did: ``annotated``, ``byte-slip``, ``spun``, ``converted`` (honest traditional text)."""
    is_cut: bool
    """Whether only some of the story's paragraphs are left."""
    title: str
    """As it should be stored: restored, in the page's script."""
    keep: tuple[str, ...]
    """Paragraphs that must stand in the stored text, restored."""
    noise: Mapping[str, tuple[str, ...]]
    """Noise class -> lines of the page that must not stand in the stored text."""
    published: datetime | None
    """The date the page shows; None where it shows none."""
    source: str | None
    """The source the page names, restored; None where it names none."""
    parts: tuple[str, ...] = ()
    """Names of the stories a compilation takes its parts from."""
    edition: tuple[str, str] | None = None
    """Number and name of the page of a newspaper's issue that it stands on."""
    page_urls: tuple[str, ...] = ()
    """The addresses of its pages, where it has several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTruth:
    """One address of the small web."""

    url: str
    site: str
    kind: Kind
    article: ArticleTruth | None = None
    """None for pages that must not be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoManifest:
    """All addresses but the calendar's further months, which have no end."""

    pages: tuple[PageTruth, ...]
    names: Mapping[str, str] = field(default_factory=dict)
    """Site id -> the site's own name."""
    series: tuple[frozenset[str], ...] = ()
    """Groups of stories that look alike and are not one: they must not be merged."""

    @property
    def articles(self) -> dict[str, ArticleTruth]:
        """The article pages by address."""
        return {page.url: page.article for page in self.pages if page.article}

    def clusters(self) -> dict[str, frozenset[str]]:
        """Story -> the addresses of all its postings; a compilation is a story of its own."""
        found: dict[str, set[str]] = {}
        for url, article in self.articles.items():
            found.setdefault(article.story, set()).add(url)
        return {story: frozenset(urls) for story, urls in found.items()}


SERIES = (frozenset({"kashgar-prices-2025-09", "kashgar-prices-2025-10"}),)

# Templates that name no source, or no date, on the page.
_NO_SOURCE = {"spun"}
_NO_DATE = {"spun", "mirror"}


def article_truth(plan: DemoPlan, posting: PlannedPosting, drawn: RenderedPage) -> ArticleTruth:
    """The truth of one article page, from the same data the page was drawn from."""
    template = plan.sites[posting.site].template
    whole = plan.stories[posting.story]
    clean = disguise.restored(whole.cut_to(posting.paragraphs), posting.disguises)
    names_source = template not in _NO_SOURCE and not (template == "forum" and not posting.is_copy)
    return ArticleTruth(
        story=posting.story,
        is_copy=posting.is_copy,
        disguises=posting.disguises,
        is_cut=bool(posting.paragraphs),
        title=clean.title,
        keep=_kept(clean),
        noise=drawn.noise,
        published=None if template in _NO_DATE else posting.published,
        source=clean.source if names_source else None,
        parts=whole.parts,
        edition=whole.edition if template == "paper" else None,
    )


def _kept(clean: DemoStory) -> tuple[str, ...]:
    """Running text and list items; headings, captions and tables may be kept or dropped."""
    return tuple(block.text for block in clean.blocks if block.kind in {"paragraph", "item"})
