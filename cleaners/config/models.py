"""The schema of a seed file. A key that is not here is an error, never ignored."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from cleaners.config import dated_address
from cleaners.config.validators import Address, Charset, Contact, Cron, Pattern, RegionName, Selector, Timezone
from cleaners.sentences import sentence
from cleaners.urls import site_of

_LOOPBACK = re.compile(r"^(localhost|127\.\d+\.\d+\.\d+|::1)$")


def is_loopback(host: str) -> bool:
    """Whether a host of an address is this machine."""
    return _LOOPBACK.match(host) is not None


class _StrictModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class JobLimits(_StrictModel):
    """How much one run may take from a site."""

    pages: int = Field(default=500, gt=0)
    """Responses fetched from the site in one run."""
    minutes: float = Field(default=20, gt=0)
    """Minutes of one run after which no new page of the site is fetched."""
    megabytes: float = Field(default=200, gt=0)
    """Millions of bytes read from the site in one run."""
    parts: int = Field(default=50, gt=0, le=500)
    """Pages of one article; the first alone with 1."""


class JobDefaults(_StrictModel):
    """What may stand once for all sites of a job and again at a site."""

    timezone: Timezone = "Asia/Shanghai"
    """The timezone of dates that name none."""
    delay: float | None = Field(default=None, ge=0)
    """Seconds between two requests to one host; None: as the crawler's settings say."""
    limits: JobLimits = JobLimits()


class RenderLimits(_StrictModel):
    """How much a browser may take for one page that is an empty shell of scripts."""

    seconds: float = Field(default=20, gt=0, le=600)
    """Seconds for the page's scripts; the pauses between requests to one host are not counted."""
    requests: int = Field(default=60, gt=0, le=1000)
    """Requests its scripts may have made."""
    megabytes: float = Field(default=10, gt=0, le=100)
    """Millions of bytes they may be answered with, and of the page that comes of it."""


class SeedEntry(_StrictModel):
    """One place where the addresses of articles are found."""

    feed: Address | None = None
    """RSS, Atom or JSON feed."""
    sitemap: Address | None = None
    """Sitemap or sitemap index, gzipped or not; ``robots.txt`` names sitemaps too."""
    list_page: Address | None = Field(default=None, alias="list")
    """A page with links to articles."""
    page: Address | None = None
    """One page that may be an article."""
    paper: Address | None = None
    """The first page of an issue of a newspaper: all of its editions (版) are read."""
    pages: int = Field(default=1, ge=1, le=1000)
    """With ``list``: how many pages of the list to read, by its link to the next one."""
    days: int = Field(default=3, ge=1, le=366)
    """Of an address with a date (``{yyyy}``): for how many days up to today it is asked in each run."""

    @model_validator(mode="before")
    @classmethod
    def _page_is_an_address(cls, given: object) -> object:
        if isinstance(given, dict) and str(given.get("page", "")).isdigit():
            raise ValueError(
                sentence("`page:` is the address of one page: how many pages of a list are read, `pages:` says")
            )
        return given

    @model_validator(mode="after")
    def _one_kind(self) -> SeedEntry:
        if sum(one is not None for one in (self.feed, self.sitemap, self.list_page, self.page, self.paper)) != 1:
            raise ValueError(sentence("a seed is one of `feed:`, `sitemap:`, `list:`, `page:` or `paper:`"))
        if self.pages > 1 and self.list_page is None:
            raise ValueError(sentence("`pages` goes with `list:` only"))
        if "days" in self.model_fields_set and not self.is_dated:
            raise ValueError(sentence("`days` goes with a date in the address only, as {yyyy}-{mm}/{dd}"))
        return self

    @property
    def url(self) -> str:
        """The address, whatever its kind, as it is written: with ``{yyyy}`` and the like."""
        return self.feed or self.sitemap or self.list_page or self.page or self.paper or ""

    @property
    def kind(self) -> Literal["feed", "sitemap", "list", "page", "paper"]:
        """What stands at the address."""
        if self.feed or self.sitemap:
            return "feed" if self.feed else "sitemap"
        return "list" if self.list_page else "page" if self.page else "paper"

    @property
    def is_dated(self) -> bool:
        """Whether the address is that of a day."""
        return dated_address.is_dated(self.url)

    def on(self, days: Iterable[date]) -> Iterator[tuple[date | None, str]]:
        """The addresses of some days, each once; without a date in it the address alone, and None."""
        return dated_address.addresses(self.url, iter(days)) if self.is_dated else iter(((None, self.url),))


class FollowRule(_StrictModel):
    """Which links are followed, by regular expressions searched in the whole address."""

    allow: tuple[Pattern, ...] = ()
    """At least one must match; empty: all of the site."""
    deny: tuple[Pattern, ...] = ()
    """None may match."""
    depth: int = Field(default=1, ge=1, le=20)
    """How many links away from a seed pages are fetched; 1: only what the seeds themselves name."""

    def admits(self, url: str) -> bool:
        """Whether an address passes both lists."""
        if self.denies(url):
            return False
        return not self.allow or any(re.search(pattern, url) for pattern in self.allow)

    @property
    def digest(self) -> str:
        """A short name for these patterns, another one where they differ."""
        return hashlib.blake2b(repr((self.allow, self.deny)).encode(), digest_size=6).hexdigest()

    def denies(self, url: str) -> bool:
        """Whether an address is ruled out."""
        return any(re.search(pattern, url) for pattern in self.deny)


class SiteExtractRule(_StrictModel):
    """A hand-written override for a site whose layout defeats the general method."""

    body: Selector | None = None
    """The element that holds the body."""
    title: Selector | None = None
    """What holds the headline: an element, or by XPath a text or an attribute."""
    published: Selector | None = None
    """What tells when it was published, in any form that is read elsewhere too."""
    source: Selector | None = None
    """What names the 来源."""
    authors: Selector | None = None
    """What names the authors: one element or several."""
    drop: tuple[Selector, ...] = ()
    """Elements cut before anything else looks at the page."""
    until: date | None = None
    """The last day of this layout; None: it still stands."""


class LineRule(_StrictModel):
    """What happens to lines that the general method judges wrongly."""

    pattern: Pattern
    """Searched in the line as it stands on the page."""
    verdict: Literal["cut", "keep"]
    """cut: such a line is never part of an article; keep: it is, where it stands in the article's block."""
    reason: str = Field(min_length=1)
    """Why; ``explain`` shows it."""


class SiteConfig(JobDefaults):
    """One publisher."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    """Short name in lower case; stands in the records as ``site``."""
    name: str
    """The publisher's own name: a 来源 equal to it counts as the source."""
    home: Address
    """The home page; it is the list seed where no seeds are given."""
    region: RegionName | None = None
    """The region it reports on, as ``新疆/喀什``."""
    seeds: tuple[SeedEntry, ...] = ()
    follow: FollowRule = FollowRule()
    extract: tuple[SiteExtractRule, ...] = ()
    """The first rule whose ``until`` has not passed applies."""
    rules: tuple[LineRule, ...] = ()
    """For the lines of this site's pages, asked before those of the job."""
    charset: Charset | None = None
    """The encoding, for a site that declares a wrong one."""
    render: RenderLimits | None = None
    """With it a browser runs the scripts of pages that are empty without; None: they become Drops."""
    verified: bool = False
    """Whether someone has seen the seeds work."""
    as_of: date | None = None
    """When ``verified`` was last looked at."""

    @field_validator("render", mode="before")
    @classmethod
    def _yes_or_no(cls, render: Any) -> Any:
        return (RenderLimits() if render else None) if isinstance(render, bool) else render

    @property
    def entries(self) -> tuple[SeedEntry, ...]:
        """The seeds, or the home page as a list where there are none."""
        return self.seeds or (SeedEntry(list=self.home),)

    @model_validator(mode="after")
    def _own_pages(self) -> SiteConfig:
        for seed in self.seeds:
            if seed.page is not None and not self.owns(seed.page):
                raise ValueError(
                    sentence(
                        "`page: {page}` does not belong to the site of `home`: give it a site of its own",
                        page=seed.page,
                    )
                )
        return self

    def today(self, now: datetime) -> date:
        """Which day it is where the site is; ``now`` with a timezone."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def owns(self, url: str) -> bool:
        """Whether an address belongs to the site: same registered domain, or same host and port for a bare IP."""
        home, other = urlsplit(self.home), urlsplit(url)
        if re.fullmatch(r"[\d.]+|.*:.*|localhost", home.hostname or ""):
            return home.netloc == other.netloc
        return site_of(url) == site_of(self.home)

    def rule_on(self, day: date) -> SiteExtractRule | None:
        """The extraction override for a page of that day, if any."""
        return next((rule for rule in self.extract if rule.until is None or day <= rule.until), None)


class JobFocus(_StrictModel):
    """What the job is about: links and articles are scored by it."""

    regions: tuple[RegionName, ...] = ()
    keywords: tuple[str, ...] = ()
    like: tuple[str, ...] = ()
    """Sample documents, as paths or globs relative to the seed file."""
    min_score: float = Field(default=0.2, ge=0, le=1)
    """Articles under it become Drops that name the score."""

    @field_validator("like")
    @classmethod
    def _beside_the_file(cls, like: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        folder: Path = (info.context or {}).get("folder", Path())
        return tuple(str(folder / pattern) for pattern in like)


class JobConfig(_StrictModel):
    """One crawl job: a seed file."""

    job: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    """Short name in lower case: names the runs and the WARC files."""
    contact: Contact | None = None
    """Mail or web address that goes into the user agent; required before anything but loopback is fetched."""
    allow_private_hosts: tuple[str, ...] = ()
    """Hosts that may be reached on private or loopback addresses, as they stand in the address."""
    verify_tls: bool = False
    """Whether a site's certificate must be valid; else what it serves is kept as it is served."""
    focus: JobFocus | None = None
    schedule: Cron | None = None
    """When ``jianbao schedule`` runs the job: a cron expression."""
    defaults: JobDefaults = JobDefaults()
    rules: tuple[LineRule, ...] = ()
    """For the lines of all sites' pages."""
    sites: tuple[SiteConfig, ...] = Field(min_length=1)

    @field_validator("sites")
    @classmethod
    def _filled(cls, sites: tuple[SiteConfig, ...], info: ValidationInfo) -> tuple[SiteConfig, ...]:
        ids = [site.id for site in sites]
        if twice := next((one for one in ids if ids.count(one) > 1), None):
            raise ValueError(sentence("two sites have the id {twice!r}: an id stands for one site", twice=twice))
        defaults = info.data.get("defaults", JobDefaults())
        rules: tuple[LineRule, ...] = info.data.get("rules", ())
        return tuple(_inherit(site, defaults, rules) for site in sites)

    @model_validator(mode="after")
    def _polite(self) -> JobConfig:
        for site in self.sites:
            if site.delay == 0 and urlsplit(site.home).hostname not in self.allow_private_hosts:
                raise ValueError(
                    sentence("`delay: 0` at {id}: only for hosts listed in `allow_private_hosts`", id=site.id)
                )
        return self

    @property
    def is_local(self) -> bool:
        """Whether every address the job names is on loopback."""
        named = [url for site in self.sites for url in (site.home, *(seed.url for seed in site.seeds))]
        return all(is_loopback(urlsplit(url).hostname or "") for url in named)


def _inherit(site: SiteConfig, defaults: JobDefaults, rules: tuple[LineRule, ...]) -> SiteConfig:
    """The site with what it does not say itself taken from the job's defaults (limits key by key), and its rules."""
    said: dict[str, Any] = {
        key: getattr(defaults, key) for key in ("timezone", "delay") if key not in site.model_fields_set
    }
    own = {key: getattr(site.limits, key) for key in site.limits.model_fields_set}
    return site.model_copy(
        update={**said, "limits": defaults.limits.model_copy(update=own), "rules": site.rules + rules}
    )
