"""The self-check: what the store holds against what the manifest says. Pure comparison, nothing printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cleaners.chinese.script import to_simplified
from cleaners.items import Clipping, Drop
from crawler.demo.manifest import ArticleTruth, DemoManifest, Kind
from crawler.demo.reprints import CopyLinks, kinship

SHORT = 5
"""Noise of fewer characters counts as left only when it stands as a line of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCheck:
    """What became of one article page."""

    url: str
    site: str
    truth: ArticleTruth
    clipping: Clipping | None
    """None where it was not stored."""
    lost: tuple[str, ...] = ()
    """Paragraphs that should stand in the text and do not."""
    noise_left: tuple[tuple[str, str], ...] = ()
    """(class, line) of the planted noise that stands in the text."""
    wrong: tuple[str, ...] = ()
    """Which of title, date, source and edition are not as the page says."""

    @property
    def is_right(self) -> bool:
        """Stored, whole, clean, with the metadata the page gives."""
        return self.clipping is not None and not (self.lost or self.noise_left or self.wrong)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrapCheck:
    """What became of a page that is no article."""

    url: str
    kind: Kind
    stored: bool
    reason: str | None
    """Why it was dropped, as the store has it; None where it was not even tried, or only read for its links."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoFindings:
    """All that the self-check found."""

    pages: tuple[PageCheck, ...]
    traps: tuple[TrapCheck, ...]
    unexpected: tuple[str, ...]
    """Addresses stored as articles that are none."""
    kinship: CopyLinks

    @property
    def noise_planted(self) -> dict[str, int]:
        """Noise class -> lines planted in the pages that were stored."""
        return _count(
            kind for page in self.pages if page.clipping for kind, lines in page.truth.noise.items() for _ in lines
        )

    @property
    def noise_left(self) -> dict[str, int]:
        """Noise class -> planted lines that are still there."""
        return _count(kind for page in self.pages for kind, _ in page.noise_left)


def check(manifest: DemoManifest, clippings: Iterable[Clipping], drops: Iterable[Drop]) -> DemoFindings:
    """Compare everything stored with the manifest."""
    stored = {clipping.article.url: clipping for clipping in clippings if clipping.article.url}
    reasons = {drop.url: f"{drop.reason}: {drop.detail}" if drop.detail else drop.reason for drop in drops if drop.url}
    truth = manifest.articles
    return DemoFindings(
        pages=tuple(
            _page(page.url, page.site, page.article, stored.get(page.url)) for page in manifest.pages if page.article
        ),
        traps=tuple(
            TrapCheck(url=page.url, kind=page.kind, stored=page.url in stored, reason=reasons.get(page.url))
            for page in manifest.pages
            if not page.article
        ),
        unexpected=tuple(sorted(url for url in stored if url not in truth)),
        kinship=kinship(manifest, stored),
    )


def _page(url: str, site: str, truth: ArticleTruth, clipping: Clipping | None) -> PageCheck:
    if clipping is None:
        return PageCheck(url=url, site=site, truth=truth, clipping=None)
    text = clipping.article.text
    whole = bare(text)
    return PageCheck(
        url=url,
        site=site,
        truth=truth,
        clipping=clipping,
        lost=tuple(paragraph for paragraph in truth.keep if bare(paragraph) not in whole),
        noise_left=tuple(_noise_left(truth.noise, text)),
        wrong=tuple(_wrong(truth, clipping)),
    )


def _noise_left(noise: Mapping[str, tuple[str, ...]], text: str) -> Iterable[tuple[str, str]]:
    lines = [bare(line) for line in text.splitlines()]
    whole = "".join(lines)
    for kind, planted in noise.items():
        for line in planted:
            wanted = bare(line)
            if wanted in lines or (len(wanted) >= SHORT and wanted in whole):
                yield kind, line


def _wrong(truth: ArticleTruth, clipping: Clipping) -> Iterable[str]:
    article = clipping.article
    if bare(article.title or "") != bare(truth.title):
        yield "title"
    if article.published != truth.published:
        yield "date"
    if bare(article.source or "") != bare(truth.source or ""):
        yield "source"
    told = article.edition
    if (told and (told.number, told.name)) != truth.edition:
        yield "edition"


def bare(text: str) -> str:
    """Letters, digits and characters only, simplified: what is left of a text without its layout and script."""
    return "".join(char for char in to_simplified(text) if char.isalnum())


def _count(kinds: Iterable[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for kind in kinds:
        found[kind] = found.get(kind, 0) + 1
    return found
