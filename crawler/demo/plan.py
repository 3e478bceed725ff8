"""Who publishes what on the small web: ``web.yaml`` and ``filler.yaml`` as types."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Template
from typing import Literal

import yaml

from crawler.demo.stories import HERE, DemoStory, load, moment


@dataclass(frozen=True, slots=True, kw_only=True)
class SitePlan:
    """One site."""

    id: str
    host: int
    """Which of the loopback addresses is its own, from 1."""
    name: str
    encoding: str
    template: str
    path: str
    """Where its articles lie: ``$day``, ``$name`` and ``$code`` are filled in."""
    about: str
    """What kind of site it is, for the report."""
    left: Literal["all", "wget", "browser"] = "all"
    """What is left of it: all, which is served; a WARC of GNU Wget; pages saved by a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPosting:
    """One article page: a story where it first stood, or a copy of it."""

    site: str
    story: str
    published: datetime | None
    """The date the page shows; None where it shows none."""
    disguises: tuple[str, ...] = ()
    paragraphs: tuple[int, ...] = ()
    """The paragraphs left (from 0); empty: all of the story."""
    is_copy: bool = False

    @property
    def code(self) -> str:
        """A number that looks like an article's id, always the same."""
        return str(10000 + int(hashlib.sha256(f"{self.site}/{self.story}".encode()).hexdigest()[:6], 16))

    def path(self, site: SitePlan) -> str:
        """The path of the page on its site."""
        day = f"{self.published:%Y-%m-%d}" if self.published else ""
        words = {"day": day, "month": day[:7], "date": day[8:], "name": self.story, "code": self.code}
        return Template(site.path).substitute(words)

    def page_paths(self, site: SitePlan, story: DemoStory) -> tuple[str, ...]:
        """The paths of all its pages, in order: a copier shows a story on one."""
        first = self.path(site)
        stem, mark, ending = first.rpartition(".")
        further = range(2, 1 if self.is_copy else story.pages + 1)
        return (first, *(f"{stem}_{number}{mark}{ending}" for number in further))


@dataclass(frozen=True, slots=True, kw_only=True)
class FillerPage:
    """What stands around the articles."""

    headlines: tuple[str, ...]
    teasers: tuple[str, ...]
    ads: tuple[str, ...]
    menu: tuple[str, ...]
    fixed: Mapping[str, Mapping[str, tuple[str, ...]]]
    """Site id -> noise class -> phrases the site's template prints."""

    def some_headlines(self, count: int, start: int) -> tuple[str, ...]:
        """So many headlines from an offset on, from the beginning again after the last."""
        return tuple(self.headlines[(start + n) % len(self.headlines)] for n in range(count))

    def some_teasers(self, count: int, start: int) -> tuple[str, ...]:
        """So many teasers, as :meth:`some_headlines`."""
        return tuple(self.teasers[(start + n) % len(self.teasers)] for n in range(count))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPlan:
    """The whole small web before it is drawn."""

    sites: Mapping[str, SitePlan]
    stories: Mapping[str, DemoStory]
    postings: tuple[PlannedPosting, ...]
    filler: FillerPage

    def of(self, site: str) -> tuple[PlannedPosting, ...]:
        """The article pages of a site, newest first (undated ones as they stand)."""
        mine = [posting for posting in self.postings if posting.site == site]
        return tuple(sorted(mine, key=lambda one: one.published.isoformat() if one.published else "", reverse=True))


def read() -> DemoPlan:
    """The plan as the data files give it."""
    web = yaml.safe_load((HERE / "web.yaml").read_text(encoding="utf-8"))
    filler = yaml.safe_load((HERE / "filler.yaml").read_text(encoding="utf-8"))
    stories = load()
    first = [PlannedPosting(site=story.home, story=name, published=story.published) for name, story in stories.items()]
    return DemoPlan(
        sites={site["id"]: SitePlan(**site) for site in web["sites"]},
        stories=stories,
        postings=(*first, *(_copy(entry) for entry in web["copies"])),
        filler=FillerPage(
            headlines=tuple(filler["headlines"]),
            teasers=tuple(filler["teasers"]),
            ads=tuple(filler["ads"]),
            menu=tuple(filler["menu"]),
            fixed={site: {k: tuple(v) for k, v in rows.items()} for site, rows in filler["fixed"].items()},
        ),
    )


def _copy(entry: Mapping[str, object]) -> PlannedPosting:
    def listed(key: str) -> tuple[object, ...]:
        found = entry.get(key, ())
        assert isinstance(found, list | tuple)
        return tuple(found)

    return PlannedPosting(
        site=str(entry["site"]),
        story=str(entry["story"]),
        published=moment(str(entry["published"]) if entry["published"] else None),
        disguises=tuple(str(one) for one in listed("disguises")),
        paragraphs=tuple(int(str(one)) for one in listed("paragraphs")),
        is_copy=True,
    )
