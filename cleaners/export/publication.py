"""Articles as something to read: one clipping, or an issue of many, in sections by region and source.

What :mod:`cleaners.export.html` and :mod:`cleaners.export.epub_format` write; nothing here depends on the format.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from cleaners.items import Article, Clipping

_UNKNOWN_REGION, _UNKNOWN_SOURCE = "其他", "来源不详"
Item = TypeVar("Item")
_NEVER = datetime(1980, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedPicture:
    """A picture that goes into a publication."""

    url: str
    """The address by which the article's Markdown names it."""
    name: str
    """A file name: the digest of its bytes and the suffix of its type."""
    media_type: str
    """``image/jpeg`` and the like, by its bytes."""
    data: bytes
    """The file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedStory:
    """An article as it is shown to a reader."""

    clipping: Clipping
    """The copy that is read."""
    copies: tuple[Clipping, ...] = ()
    """Its other copies, shown as notes: who had it, when, where."""
    pictures: tuple[EmbeddedPicture, ...] = ()
    """Pictures of its body that are at hand; any other is a link."""
    note: str = ""
    """What somebody wrote of it."""
    tags: tuple[str, ...] = ()
    """The words that somebody filed it under."""

    @property
    def title(self) -> str:
        """Its headline, never empty."""
        return " ".join((self.clipping.article.title or "").split()) or "无题"


@dataclass(frozen=True, slots=True, kw_only=True)
class StorySection:
    """Stories that belong together; ``sections`` are read after its own ``stories``."""

    name: str
    """The heading; empty for none."""
    stories: tuple[PublishedStory, ...] = ()
    """In the order in which they are read."""
    sections: tuple[StorySection, ...] = ()
    """Sections inside of it."""

    def every(self) -> tuple[PublishedStory, ...]:
        """All stories of it, in the order in which they are read."""
        return (*self.stories, *(story for section in self.sections for story in section.every()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """One article, or an issue of many."""

    title: str
    """What stands on its cover."""
    content: StorySection
    """What is in it."""
    language: str = "zh"
    """BCP 47."""
    name: str = ""
    """What tells it from others with the same stories; may be empty."""

    def stories(self) -> tuple[PublishedStory, ...]:
        """All of them, in the order in which they are read."""
        return self.content.every()

    @property
    def identifier(self) -> str:
        """A URN (RFC 9562, version 5) that only depends on the name, the title and the articles."""
        ids = " ".join(story.clipping.article.id for story in self.stories())
        said = f"jianbao {self.name}\n{self.title}\n{ids}".encode("utf-8", "replace").decode()  # no lone surrogates
        return uuid.uuid5(uuid.NAMESPACE_URL, said).urn

    @property
    def modified(self) -> datetime:
        """When the newest of its articles was fetched or published, UTC: the same stories give the same bytes."""
        moments = [moment for story in self.stories() if (moment := _moment(story.clipping.article))]
        return max(moments, default=_NEVER).astimezone(UTC)


def single(story: PublishedStory) -> Publication:
    """A publication of one article."""
    return Publication(title=story.title, content=StorySection(name="", stories=(story,)),
                       language=story.clipping.article.language or "zh")  # fmt: skip


def issue(title: str, stories: Iterable[PublishedStory], *, name: str = "") -> Publication:
    """A publication of many articles: a section for each region that most speaks of, in it one for each source.

    The order is that of :func:`by_region_and_source`.
    """

    def place(story: PublishedStory) -> tuple[str | None, str | None]:
        article = story.clipping.article
        return article.regions[0].name if article.regions else None, article.source or article.site

    sections = tuple(
        StorySection(
            name=region, sections=tuple(StorySection(name=name, stories=tuple(some)) for name, some in sources)
        )
        for region, sources in by_region_and_source(stories, place)
    )
    return Publication(title=title, content=StorySection(name="", sections=sections), name=name)


def by_region_and_source(
    items: Iterable[Item], place: Callable[[Item], tuple[str | None, str | None]]
) -> list[tuple[str, list[tuple[str, list[Item]]]]]:
    """Items under their regions, in these under their sources.

    Regions and sources come in the order of their first item, those that are unknown last. ``place``: the region and
    the source of an item.
    """
    regions: dict[str, dict[str, list[Item]]] = {}
    for item in items:
        region, source = place(item)
        regions.setdefault(region or _UNKNOWN_REGION, {}).setdefault(source or _UNKNOWN_SOURCE, []).append(item)
    return [
        (region, [(source, regions[region][source]) for source in _last(regions[region], _UNKNOWN_SOURCE)])
        for region in _last(regions, _UNKNOWN_REGION)
    ]


def _last(names: Iterable[str], unknown: str) -> list[str]:
    return sorted(names, key=lambda name: name == unknown)


def _moment(article: Article) -> datetime | None:
    return article.fetched_at or article.published
