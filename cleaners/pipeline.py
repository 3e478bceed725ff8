"""From a page to an article: the whole process as a list, in order.

What follows, matching and keeping, is :mod:`cleaners.ingest.ingester`.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cleaners import __version__, extract, metadata, parts, quality, urls
from cleaners.chinese import disguise, regions, script, spinning
from cleaners.chinese.disguise import DisguiseDiagnosis, RestoredText
from cleaners.context import CleaningContext
from cleaners.disguises import Disguise
from cleaners.errors import UnusableInput, is_fault_of_machine
from cleaners.extract import ExtractedBody, ExtractSettings, site_rules
from cleaners.extract.page_type import PageTypeSettings
from cleaners.extract.recipe import recipe
from cleaners.extract.site_rules import SelectorMatch
from cleaners.items import Article, ArticlePager, Drop, EntryFields, Extractor, Head, Line, Metadata, Page, Region
from cleaners.metadata import SelectedTexts
from cleaners.page import decode
from cleaners.page import lines as blocks
from cleaners.page.decode import mojibake
from cleaners.page.lines import PageLines, html
from cleaners.page.lines.script_shell import NEEDS_BROWSER

if TYPE_CHECKING:  # the models of seed files take long to import, and only a job has some
    from cleaners.config import SiteConfig, SiteExtractRule

log = logging.getLogger(__name__)

VERSION = __version__
_FEWEST_UNSEEN = 2  # stretches of hidden text in a body that no editor forgot there


@dataclass(frozen=True, slots=True, kw_only=True)
class PageDraft:
    """An article in the making: each step adds what it found."""

    page: Page
    context: CleaningContext
    entry: str = ""
    """The text of the feed's entry that announced the page, in place of a page that has none."""
    text: str = ""
    lines: PageLines = PageLines(media="text", lines=(), head=Head())
    pager: ArticlePager = ArticlePager()
    metadata: Metadata = Metadata()
    body: ExtractedBody = ExtractedBody(lines=(), text="")
    diagnosis: DisguiseDiagnosis = DisguiseDiagnosis()
    restored: RestoredText = RestoredText(text="", repairs={})
    lost: float = 0.0
    """Share of the restored text that cannot be read, 0..1."""
    spun: bool = False
    regions: tuple[Region, ...] = ()

    @property
    def site(self) -> SiteConfig | None:
        """What the seed file says of the page's site."""
        return self.context.sites.get(self.page.site or "")

    @property
    def rule(self) -> SiteExtractRule | None:
        """The extraction override that applies on the day the page was fetched."""
        day = self.page.fetched_at or datetime.now(UTC)
        return self.site.rule_on(day.date()) if self.site else None

    @property
    def unseen(self) -> int:
        """How many stretches in the lines of the body its readers do not see; what an editor forgot there is none."""
        number = sum(line.unseen for line in self.body.lines if line.verdict == "keep")
        return number if number >= _FEWEST_UNSEEN else 0

    @property
    def disguises(self) -> tuple[Disguise, ...]:
        """All disguises the text wears or wore."""
        found = self.diagnosis.disguises
        if self.unseen and "padded" not in found:
            found = (*found, "padded")
        if self.lost >= disguise.MUCH_LOST:
            found = (*found, "mojibake")
        return (*found, "spun") if self.spun else found


def _decode(draft: PageDraft) -> PageDraft:
    page = draft.page
    if draft.entry:
        return replace(draft, text=draft.entry)
    declared = next((value for name, value in page.headers if name.lower() == "content-type"), None)
    charset = draft.site.charset if draft.site else None
    return replace(draft, text=decode.decode(page.body, declared, charset).text)


def _blocks(draft: PageDraft) -> PageDraft:
    return replace(draft, lines=blocks.read(draft.text, draft.page.url))


def _pager(draft: PageDraft) -> PageDraft:
    page = draft.page
    own = [parts.address_of(page.url, page.origin), "" if page.url else draft.lines.head.declared_url]
    for address in filter(None, own):
        if parts.may_name_parts(page.body, address) and (pager := parts.read_pager(draft.lines, address)).is_told:
            return replace(draft, pager=pager)
    return draft


def _metadata(draft: PageDraft) -> PageDraft:
    site = draft.site
    found = metadata.find_metadata(
        draft.lines,
        timezone=site.timezone if site else draft.context.timezone,
        publisher=site.name if site else None,
        fetched_at=draft.page.fetched_at if draft.page.url else None,  # a saved file's date is not the page's
        url=draft.page.url,
        columns=_read_back(replace(draft.page.entry, kind="entry") if draft.entry else draft.page.entry),
        edition=draft.page.edition,
        selected=site_rules.selected(draft.lines, draft.rule) if draft.rule else SelectedTexts(),
    )
    if draft.entry:
        found = replace(found, rules={**found.rules, "text": "feed text"})
    return replace(draft, metadata=found)


def _read_back(entry: EntryFields) -> EntryFields:
    """The fields as they were before they were decoded in a wrong charset."""
    return replace(
        entry,
        title=mojibake.mend_title(entry.title),
        source=mojibake.mend_title(entry.source),
        author=mojibake.mend_title(entry.author),
        section=mojibake.mend_title(entry.section),
    )


def _extract(draft: PageDraft, settings: ExtractSettings = ExtractSettings()) -> PageDraft:
    learned = draft.context.learned.get(draft.page.site or "", frozenset())
    rules = draft.site.rules if draft.site else ()
    body = extract.extract(
        draft.lines, draft.metadata, learned=learned, rules=draft.rule, line_rules=rules, settings=settings
    )
    return replace(draft, body=body)


def _restore(draft: PageDraft) -> PageDraft:
    diagnosis = disguise.diagnose(draft.body.text, draft.metadata.title)
    restored = disguise.repair(draft.body.text, diagnosis)
    before = {"wrong charset": draft.lines.misread, "hidden text": draft.unseen}
    repairs = {kind: number for kind, number in before.items() if number} | dict(restored.repairs)
    restored = replace(restored, repairs=repairs)
    return replace(draft, diagnosis=diagnosis, restored=restored, lost=disguise.lost_share(restored.text))


def _spun(draft: PageDraft) -> PageDraft:
    return replace(draft, spun=spinning.score(draft.restored.text, draft.context.lexicon).is_spun)


def _regions(draft: PageDraft) -> PageDraft:
    return replace(draft, regions=regions.find(draft.restored.text, draft.metadata.title))


# Metadata before extract: the source line is noise to the body and gold to the metadata, and the headline anchors the
# body. Denoising is the line filter inside extract: the body is chosen and cleaned with the same line records.
STEPS: tuple[Callable[[PageDraft], PageDraft], ...] = (
    _decode, _blocks, _pager, _metadata, _extract, _restore, _spun, _regions,
)  # fmt: skip


@cache
def _default_context() -> CleaningContext:
    return CleaningContext()


_WITHOUT_TEXT = frozenset(
    {"empty"} | {f"not an article: {kind}" for kind in ("script shell", "no prose", "gallery", "login wall")}
)
"""Why a page gives no article whose feed may have it. An error page is what the address stands for now."""


def _drafted(page: Page, context: CleaningContext | None) -> tuple[PageDraft, UnusableInput | None]:
    """How far the steps lead, and why no further; where a page has no text, that of the entry which announced it."""
    context = context or _default_context()
    page = replace(page, site=context.site_of(page))
    draft, why = _stepped(PageDraft(page=page, context=context))
    if why is None or why.reason not in _WITHOUT_TEXT or page.announcement is None or not page.announcement.text:
        return draft, why
    reserved = replace(page, opt_out=_reserved(draft) + page.opt_out)
    told, why_not = _stepped(replace(PageDraft(page=reserved, context=draft.context), entry=page.announcement.text))
    return (draft, why) if why_not else (told, None)


def _reserved(draft: PageDraft) -> tuple[str, ...]:
    """What the head of a page without text says against mining."""
    if draft.lines.tree is not None or not draft.text:
        return metadata.opt_out_head(draft.lines.head)
    return metadata.opt_out_head(html.head_alone(draft.text, draft.page.url))


def _stepped(draft: PageDraft) -> tuple[PageDraft, UnusableInput | None]:
    try:
        for step in STEPS:
            draft = step(draft)
        if not draft.restored.text.strip():
            raise UnusableInput("restore", "empty", "nothing was left after the repairs")
    except UnusableInput as why:
        return draft, why
    return draft, None


def clean(page: Page, context: CleaningContext | None = None) -> Article | Drop:
    """Turn one page into an article, or into a Drop that says why not; never raises for what a page may hold.

    Raises OSError when this machine has no open files or no room left, TypeError for what is no ``Page``.
    """
    _check(page)
    if page.cleaned is not None:
        return page.cleaned
    try:
        draft, unusable = _drafted(page, context)
        return parts.by_itself(_article(draft)) if unusable is None else _dropped(draft, unusable)
    except (MemoryError, RecursionError) as why:
        return Drop(origin=page.origin, url=page.url, stage="extract", reason="page too large", detail=repr(why))
    except Exception as why:  # one odd page must not end a run of a million
        if is_fault_of_machine(why):
            raise
        log.warning("%s: %r", page.origin, why, exc_info=log.isEnabledFor(logging.DEBUG))
        return Drop(origin=page.origin, url=page.url, stage="extract", reason="failed", detail=repr(why))


def _check(page: object) -> None:
    """Raises TypeError for what is no page, with what was probably meant."""
    if isinstance(page, Page):
        return
    kind = type(page).__name__
    if isinstance(page, Drop):
        raise TypeError(f"a Drop is what could not be read ({page.reason}): there is no page in it, keep it as it is")
    if isinstance(page, str | bytes | Path):
        raise TypeError(
            f"a Page is cleaned, not {kind}: read(path) gives the pages of files and folders, and "
            'Page(origin="name", body=...) is one of HTML or text in bytes'
        )
    raise TypeError(f"a Page is cleaned, not {kind}: read(path) gives pages, one at a time")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageExplanation:
    """What was decided about a page and each of its lines."""

    lines: tuple[Line, ...]
    """Every line of the page, judged."""
    metadata: Metadata
    """What was read from them, with the rule of each field."""
    body: ExtractedBody | None
    """The body, None when the page is no article."""
    result: Article | Drop
    """What became of it."""
    selectors: tuple[SelectorMatch, ...] = ()
    """What the selectors of its site's rule match."""


def explain(page: Page, context: CleaningContext | None = None) -> PageExplanation:
    """Clean a page and tell how: for people who wonder why a line stayed or went. Raises TypeError for no ``Page``."""
    _check(page)
    draft, why = _drafted(page, context)
    return PageExplanation(
        lines=draft.body.lines if why is None else draft.lines.lines,
        metadata=draft.metadata,
        body=draft.body if why is None else None,
        result=parts.by_itself(_article(draft)) if why is None else _dropped(draft, why),
        selectors=site_rules.matches(draft.lines, draft.rule) if draft.rule else (),
    )


# What is asked of a later page of an article: its last lines may be few, with next to nothing around them.
_LATER_PAGE = ExtractSettings(least=PageTypeSettings(letters=1, unlike=1.0))


def _dropped(draft: PageDraft, why: UnusableInput) -> Drop:
    """The Drop of a page; with what it adds to the pages before it, where it is a later one of an article."""
    page, fragment = draft.page, None
    detail = page.unrendered if page.unrendered and why.detail == NEEDS_BROWSER else why.detail
    if why.stage == "extract" and draft.pager.is_later and why.reason.startswith("not an article"):
        try:
            draft = _extract(draft, _LATER_PAGE)
            for step in STEPS[STEPS.index(_extract) + 1 :]:
                draft = step(draft)
            fragment = parts.by_itself(_article(draft))
        except UnusableInput:
            fragment = None
    return Drop(origin=page.origin, url=page.url, stage=why.stage, reason=why.reason, detail=detail, fragment=fragment)


def _article(draft: PageDraft) -> Article:
    page, meta, body = draft.page, draft.metadata, draft.body
    text, repairs = draft.restored.text, draft.restored.repairs

    def mended(value: str | None) -> str | None:
        return disguise.repair(value, draft.diagnosis).text.strip() or None if value else None

    def all_mended(values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(filter(None, map(mended, values)))

    return Article(
        id=urls.clipping_id(page.url, page.body),
        origin=page.origin,
        url=page.url,
        declared_url=draft.lines.head.declared_url,
        site=page.site,
        title=mended(meta.title),
        text=text,
        markdown=mended(body.markdown),
        images=tuple(replace(image, caption=mended(image.caption)) for image in body.images),
        published=meta.published,
        authors=all_mended(meta.authors),
        editors=all_mended(meta.editors or body.editors),
        source=mended(meta.source),
        section=mended(meta.section or (meta.edition.name if meta.edition else None)),
        edition=meta.edition,
        regions=draft.regions,
        language=script.language(text),
        script=script.detect(text),
        disguises=draft.disguises,
        repairs=repairs,
        noise_removed=_noise(body.lines),
        confidence=None if body.confidence is None else round(body.confidence * (1 - draft.lost), 4),
        quality=quality.quality(text, disguises=draft.disguises, repairs=sum(repairs.values()), lost=draft.lost),
        opt_out=meta.opt_out + metadata.opt_out_headers(page.headers) + page.opt_out,
        found_by=dict(meta.rules),
        pager=draft.pager,
        extra=page.extra,
        fetched_at=page.fetched_at,
        extractor=Extractor(name=body.extractor, version=VERSION, recipe=recipe(body.extractor)),
    )


def _noise(lines: tuple[Line, ...]) -> dict[str, int]:
    """Characters cut, by class of noise, most first."""
    counts: Counter[str] = Counter()
    for line in lines:
        if line.verdict == "cut":
            counts[line.noise or "other"] += len(line.text)
    return dict(counts.most_common())
