"""The types that flow through jianbao, one way: Page -> Line -> Article -> Clipping, or Drop.

All are frozen, slotted, keyword-only dataclasses. Datetimes carry a timezone. What is unknown is None or empty,
never a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from cleaners.disguises import Disguise
from cleaners.errors import Stage, UnusableInput

Verdict = Literal["keep", "cut"]
Script = Literal["simplified", "traditional", "mixed", "other"]
MatchKind = Literal["exact", "near", "contains", "spun", "shuffled"]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFields:
    """What stands beside a page: in the other columns of its row of a table, in the entry of a feed or a sitemap."""

    kind: Literal["column", "entry", "feed", "sitemap"] = "column"
    """Where it stands, for the names of the rules that believe it (``feed published``): in a row, in an entry whose own
    text is the page, in an entry that announces the page."""
    title: str | None = None
    """The headline, maybe with the site's name behind it."""
    published: str | None = None
    """When it was published, in any form; ISO 8601 where the table had a number."""
    source: str | None = None
    """The 来源."""
    author: str | None = None
    """Who wrote it; several names in one string."""
    section: str | None = None
    """Category or column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAnnouncement:
    """What a feed or a sitemap says of a page that it names."""

    by: str
    """The address of the feed or sitemap."""
    fields: EntryFields = EntryFields(kind="feed")
    """Headline, date and people, as they stand in the entry."""
    text: str = ""
    """The text of the article as HTML (``content:encoded``, ``content_html``), where the entry has the whole of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewspaperEdition:
    """The page (版) of a newspaper's issue on which an article stands."""

    paper: str | None = None
    """The newspaper's name."""
    date: str | None = None
    """The day of the issue, ISO 8601: ``2026-10-05``."""
    number: str | None = None
    """The number of the page without leading zeros: ``2``, ``A2``."""
    name: str | None = None
    """What the page is called: ``综合``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page as the wire or the disk gave it: nothing decoded, nothing judged."""

    body: bytes = field(repr=False)
    """The bytes as they came, after transfer decoding (gzip and the like)."""
    origin: str
    """Where the bytes are: a path; archive members and WARC offsets joined by ``#``."""
    url: str | None = None
    """The fetched address, where one is known."""
    site: str | None = None
    """The job's site id, else the registered domain of the url, else None (then nothing is learned by site)."""
    status: int | None = None
    """HTTP status, where there was one."""
    headers: tuple[tuple[str, str], ...] = ()
    """Response headers in order, names as sent."""
    fetched_at: datetime | None = None
    """When the page was fetched, with a timezone."""
    opt_out: tuple[str, ...] = ()
    """Signals against mining that the host gave outside of the page (``/.well-known/tdmrep.json``)."""
    columns: EntryFields = EntryFields()
    """What stands beside it, where it came from a table."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """The columns of its row that were not read, where it came from a table: by name, values of JSON."""
    edition: NewspaperEdition | None = None
    """The page of a newspaper that named it, where a crawl came by one."""
    unrendered: str = ""
    """Why a browser that ran its scripts showed nothing either; empty where none was asked."""
    announcement: PageAnnouncement | None = None
    """What the feed or sitemap that named it says of it, where a crawl came by one."""
    cleaned: Article | None = None
    """The article that it was cleaned to before, where it is a record of ours: that is taken as it is."""

    @property
    def entry(self) -> EntryFields:
        """What stands beside it: in the row it came from, else in the entry that announced it."""
        return self.columns if self.announcement is None else self.announcement.fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line a reader sees, with what the walk over the page knows about it."""

    text: str
    """The visible text, white space folded; never empty."""
    tag: str = ""
    """The block element that holds it (``p``, ``h1``, ``li``, ``td`` ...); empty for plain text."""
    ancestors: tuple[str, ...] = ()
    """``tag#id.class`` of the enclosing elements, outermost first, lower case; empty for plain text."""
    node: int = -1
    """Document order of the block element in the tree, -1 for plain text: lines of one block share it."""
    link_share: float = 0.0
    """Share of the characters that stand inside links, 0..1."""
    links: int = 0
    """How many links begin in the line."""
    images: int = 0
    """How many images stand in the line or directly before it in its block."""
    punctuation: int = 0
    """Sentence punctuation marks in the line (，。；：？！、 and their ASCII forms)."""
    heading: int = 0
    """1..6 for headings, 0 otherwise."""
    unseen: int = 0
    """HTML: stretches in it that readers do not see, and that are no part of the text."""
    gap: int = 0
    """Plain text: blank lines before it. HTML: 0."""
    indent: int = 0
    """Plain text: leading white-space columns (an ideographic space counts 2). HTML: 0."""
    verdict: Verdict = "keep"
    """What was decided."""
    rule: str = ""
    """The rule that decided, empty when none had to."""
    noise: str = ""
    """The noise class of a cut line (navigation, breadcrumb, related, disclaimer ...), else empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """What the head of an HTML page declares; all empty for plain text."""

    title: str = ""
    """The text of ``<title>``."""
    meta: tuple[tuple[str, str], ...] = ()
    """``(name | property | http-equiv | itemprop, content)`` of every meta element in order, names lower case."""
    json_ld: tuple[str, ...] = ()
    """The JSON-LD scripts as they stand."""
    canonical: str | None = None
    """``link rel=canonical``, absolute."""
    declared_url: str | None = None
    """What the page calls itself, absolute: ``canonical``, else ``og:url``."""
    language: str | None = None
    """``html lang``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Metadata:
    """What a page says of itself, with the lines that said it."""

    title: str | None = None
    """The headline without column and site names, as it stands on the page (not yet restored)."""
    published: datetime | None = None
    """When the page says it was published, with a timezone."""
    authors: tuple[str, ...] = ()
    """Reporters and writers, in order."""
    editors: tuple[str, ...] = ()
    """Editors, in order."""
    source: str | None = None
    """The declared 来源."""
    section: str | None = None
    """Category or column."""
    edition: NewspaperEdition | None = None
    """The page of a newspaper's issue that it stands on."""
    title_line: int | None = None
    """Index into the page's lines of the headline, where one was found: the anchor of the body."""
    claims: Mapping[int, str] = field(default_factory=dict)
    """Line index -> what the line was read as (``title``, ``source line``, ``byline``, ``byline block``, ``editor``,
    ``breadcrumb``)."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """Field -> name of the rule that found it."""
    opt_out: tuple[str, ...] = ()
    """Signals against mining or indexing found in the page's head (``meta:noai``, ``meta:tdm-reservation`` ...)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A region an article speaks of, by GB/T 2260 name."""

    name: str
    """Path of common short names, largest first: ``新疆/阿克苏``."""
    code: str
    """GB/T 2260 six-digit code of the last name in the path."""
    count: int
    """How often the text gives evidence for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extractor:
    """What produced an article: enough to do it again."""

    name: str
    """What decided on the body (``jianbao+trafilatura``, ``jianbao/text`` ...)."""
    version: str
    """Version of jianbao."""
    recipe: str
    """The settings of the algorithms, as one string."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleImage:
    """An image that stands in the body."""

    url: str
    """Where the page says it is, absolute; the picture itself where a placeholder stands for it at first. One that
    stands in the page itself (``data:``) is called by its digest: ``ni:///sha-256;...`` (RFC 6920)."""
    caption: str | None = None
    """What is written below it, else what the page shows where images are not shown (``alt``)."""
    file: str | None = None
    """Where a copy is kept, None where none is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePager:
    """How a page names the other pages of the article that it is a page of; empty where it names none."""

    preceding: tuple[str, ...] = ()
    """Addresses of pages before this one, in order: the first page first, where it is named."""
    following: tuple[str, ...] = ()
    """Addresses of pages after this one, in order, as far as they are named."""
    whole: str | None = None
    """The address of a page that has the whole article (查看全文), where there are several."""

    @property
    def is_told(self) -> bool:
        """Whether the page names any other."""
        return bool(self.preceding or self.following)

    @property
    def is_later(self) -> bool:
        """Whether the page says that others come before it."""
        return bool(self.preceding)


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingPart:
    """A page of an article that is not in its text."""

    url: str
    """Its address."""
    reason: str
    """Why: ``not read``, ``http 404``, ``limit`` ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """What a reader sees, clean."""

    id: str
    """First 16 hex digits of the SHA-256 of the canonical url, else of the page's bytes."""
    origin: str
    """Where the page's bytes are (see :class:`Page`)."""
    text: str
    """The body without its title, one paragraph a line, in its own script."""
    url: str | None = None
    """The fetched address."""
    declared_url: str | None = None
    """What the page calls itself (``rel=canonical``, ``og:url``): never an identity, hosts get it wrong."""
    site: str | None = None
    """The job's site id or the registered domain."""
    title: str | None = None
    """The headline without column and site names."""
    markdown: str | None = None
    """The body as Markdown, where the page had structure (headings, lists, tables, quotes, code, images)."""
    images: tuple[ArticleImage, ...] = ()
    """The images of the body, in order."""
    published: datetime | None = None
    """When the page says it was published."""
    authors: tuple[str, ...] = ()
    """Reporters and writers, in order."""
    editors: tuple[str, ...] = ()
    """Editors (责任编辑 and the like), in order."""
    source: str | None = None
    """The declared 来源."""
    section: str | None = None
    """Category or column (类别, the last step of the breadcrumb)."""
    edition: NewspaperEdition | None = None
    """The page of a newspaper's issue that it stands on."""
    regions: tuple[Region, ...] = ()
    """Regions the text speaks of, most evidence first."""
    language: str | None = None
    """ISO 639-1 code."""
    script: Script = "other"
    """The script of ``text``."""
    disguises: tuple[Disguise, ...] = ()
    """Disguises found, undone where that is possible."""
    repairs: Mapping[str, int] = field(default_factory=dict)
    """How many repairs of each kind were made to the text."""
    noise_removed: Mapping[str, int] = field(default_factory=dict)
    """Characters cut, by class of noise."""
    confidence: float | None = None
    """0..1, the F1 by characters that the body can expect: how sure the cleaner is that it is right and whole; None
    where nobody measured it."""
    quality: float = 0.0
    """0..1, how complete and undisguised a copy is: orders the choice of the best copy."""
    opt_out: tuple[str, ...] = ()
    """Signals found that the publisher does not want mining or indexing (``meta:noai`` ...)."""
    next_url: str | None = None
    """The next page of an article of several pages that is not in its text."""
    parts: tuple[str, ...] = ()
    """The addresses of the pages that it was joined from, in order; empty where it is one page."""
    part_origins: tuple[str, ...] = ()
    """Where the bytes of the pages after the first are, in order."""
    missing_parts: tuple[MissingPart, ...] = ()
    """The pages that belong to it and are not in its text."""
    pager: ArticlePager = field(default=ArticlePager(), compare=False)
    """How its page names the others, for whoever joins them; in no record."""
    found_by: Mapping[str, str] = field(default_factory=dict)
    """Field -> the rule that found it (``published label``, ``feed published``, ``date in address`` ...); ``text``
    where it is that of a feed's entry."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """The other columns of the row of a table that it stood in, as they were: by name, values of JSON."""
    fetched_at: datetime | None = None
    """When the page was fetched."""
    extractor: Extractor = Extractor(name="", version="", recipe="")
    """What produced this record."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why two texts were matched."""

    shared: int
    """Characters of the shorter normal form that were found in the longer one."""
    numbers_agree: int = 0
    """Numbers that stand at corresponding places in both texts."""
    numbers_differ: tuple[tuple[str, str], ...] = ()
    """Numbers that differ at corresponding places (this, other); a few examples."""
    score: float = 1.0
    """The verifier's probability that both tell one article."""
    here: tuple[float, float] = (0.0, 1.0)
    """From where to where in THIS text the common part lies, as shares of its length."""
    there: tuple[float, float] = (0.0, 1.0)
    """From where to where in the OTHER text the common part lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """One confirmed match of an article with another one."""

    kind: MatchKind
    """exact: same normal form; near: whole against whole; contains: one is part of the other; spun: words swapped;
    shuffled: the same in another order."""
    other: str
    """Id of the other article."""
    similarity: float
    """Share of both texts together that they have in common, 0..1."""
    containment: float
    """Share of THIS text found in the other, 0..1."""
    evidence: Evidence
    """What the decision rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """The cluster of an article, seen from one member."""

    id: str
    """Id of the cluster: the id of its first member; a singleton has its own."""
    size: int
    """Number of members."""
    is_canonical: bool
    """Whether this member is the best copy."""
    earliest_url: str | None = None
    """Where the story seems to come from."""
    earliest_published: datetime | None = None
    """The earliest date any member declares."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clipping:
    """What the store keeps: an article, its matches, its cluster."""

    article: Article
    matches: tuple[Match, ...] = ()
    cluster: Cluster | None = None
    """None before matching (``clean -o``)."""
    revision: int = 1
    """Counts the versions of one url, from 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drop:
    """The only other way out: what was not kept, and why. Stored and counted."""

    origin: str
    """Where the bytes are (see :class:`Page`)."""
    stage: Stage
    """The step that gave up."""
    reason: str
    """A short stable phrase to count by (``empty``, ``not an article: index page`` ...)."""
    url: str | None = None
    """The fetched address, where one is known."""
    detail: str = ""
    """What else helps to understand this one."""
    fragment: Article | None = field(default=None, repr=False, compare=False)
    """A later page of an article that says too little to be one by itself: what it adds to the pages before it."""

    @classmethod
    def of(cls, why: UnusableInput, origin: str) -> Drop:
        """What has become of a record that cannot be used."""
        return cls(origin=origin, stage=why.stage, reason=why.reason, detail=why.detail)
