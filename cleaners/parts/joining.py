"""The pages of one article as one: its text without what every page repeats, its fields from those that tell them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from cleaners import quality
from cleaners.chinese import script
from cleaners.items import Article, ArticlePager, MissingPart, Region
from cleaners.parts.addresses import address_of, told_address

NOT_READ = "not read"
"""Why a page is missing that nobody looked for."""

_PART_MARK = re.compile(
    r"\s{0,3}(?:[\[(【]\s{0,3}(?:第?\s{0,3}\d{1,3}\s{0,3}页?(?:\s{0,3}[/,共]\s{0,3}\d{1,3}\s{0,3}页?)?|[一二三四五六七八九十]{1,3})\s{0,3}[\])】]|"
    r"[-_ ]{0,6}第\s{0,3}\d{1,3}\s{0,3}页(?:\s{0,3}[/,]?\s{0,3}共\s{0,3}\d{1,3}\s{0,3}页)?|[-_]\s{0,3}\d{1,2})\s*$"
)  # of a folded title
_PAGER_LINE = re.compile(
    r"[\[(【<\s.·]*+(?:本文|全文|文章)?(?:(?:共|分)\s{0,3}\d{1,3}\s{0,3}页|(?:未完待续|未完,?\s{0,3}(?:下转|请看|转)(?:下页|下一页|第\s{0,3}\d+\s{0,3}页)"
    r"|(?:下转|上接|接上?|转)(?:上|下|前|后)?(?:一?页|第\s{0,3}\d+\s{0,3}页))|第\s{0,3}\d{1,3}\s{0,3}页(?:\s{0,3}[/,]?\s{0,3}共\s{0,3}\d{1,3}\s{0,3}页)?"
    r"|分页\s{0,3}:?)[\s\d/,:|页上下一首末尾前后当\]\[)(】【>]*"
)  # of a folded line
_LONG = 10  # letters from which on a paragraph that comes again is the same one
_SHARE = 0.7  # of the characters of a first page
_SENTENCE_END = re.compile(r"[。！？!?…：:；;.][”’」』\"'）)】]*$|[”」』】]$")
_MOST_DAYS = timedelta(days=2)  # between the dates of pages of one article


def is_same_article(first: Article, part: Article) -> bool:
    """Whether a page that another leads to is a page of its article: the same headline, but for the number of the page.

    A page without a headline is when it names others before it. Days apart, a headline is that of a series. A page
    that has the very text of the other is none: its server takes no notice of the number.
    """
    if part.text == first.text:
        return False
    if first.published and part.published and abs(first.published - part.published) > _MOST_DAYS:
        return False
    own, other = _headline(first.title), _headline(part.title)
    if not own or not other:
        return part.pager.is_later
    shorter, longer = sorted((own, other), key=len)
    return own == other or (len(shorter) >= 8 and shorter in longer)


def join_pages(first: Article, rest: Sequence[Article], missing: Iterable[MissingPart] = ()) -> Article:
    """One article of its pages in order, as they were cleaned by themselves; ``missing``: those that are not there.

    Fields are those of the first page that has them; authors, editors, images, repairs and what else is counted are
    those of all pages. ``quality`` and ``confidence`` say how much of the article is there. With ``rest`` empty: the
    page as it is, with the reasons in ``missing``.
    """
    pages, absent = [first, *rest], tuple(missing)
    kept, repeated = _paragraphs([page.text.split("\n") for page in pages])
    text = "\n".join(_run_on(kept)) if rest else first.text
    share = len(pages) / (len(pages) + len(absent))
    disguises = tuple(dict.fromkeys(kind for page in pages for kind in page.disguises))
    repairs = _sum(page.repairs for page in pages)
    own = {address_of(page.url, page.origin) for page in pages}
    later = [one.url for one in absent if _is_after(one, first)]
    return replace(
        first,
        title=_without_mark(first.title, rest),
        text=text,
        markdown=_markdown(pages, kept) if rest else first.markdown,
        images=tuple({image.url: image for page in reversed(pages) for image in reversed(page.images)}.values())[::-1],
        published=next((page.published for page in pages if page.published), None),
        source=next((page.source for page in pages if page.source), None),
        section=next((page.section for page in pages if page.section), None),
        edition=next((page.edition for page in pages if page.edition), None),
        authors=tuple(dict.fromkeys(name for page in pages for name in page.authors)),
        editors=tuple(dict.fromkeys(name for page in pages for name in page.editors)),
        regions=_regions(pages),
        language=script.language(text),
        script=script.detect(text),
        disguises=disguises,
        repairs=repairs,
        noise_removed=_sum((*(page.noise_removed for page in pages), {"repeated": repeated} if repeated else {})),
        confidence=_confidence(pages, share),
        quality=quality.quality(text, disguises=disguises, repairs=sum(repairs.values()), share=share),
        opt_out=tuple(dict.fromkeys(signal for page in pages for signal in page.opt_out)),
        next_url=next((url for url in later if "://" in url and url not in own), None),
        parts=tuple(page.url or page.origin for page in pages) if rest else (),
        part_origins=tuple(page.origin for page in rest),
        missing_parts=absent,
        pager=ArticlePager(),
    )


def by_itself(page: Article) -> Article:
    """A page of which nobody looked for the others: they are missing."""
    named = (*page.pager.preceding, *page.pager.following)
    missing = (MissingPart(url=told_address(url), reason=NOT_READ) for url in dict.fromkeys(named))
    return replace(join_pages(page, (), missing), pager=page.pager) if named else page


def instead_of(first: Article, whole: Article) -> Article:
    """The article as its page with everything (查看全文) has it, under the address of its first page."""
    return replace(
        join_pages(first, ()),
        text=whole.text, markdown=whole.markdown, images=whole.images or first.images, language=whole.language,
        script=whole.script, regions=whole.regions, disguises=whole.disguises, repairs=whole.repairs,
        noise_removed=whole.noise_removed, authors=first.authors or whole.authors,
        editors=first.editors or whole.editors, confidence=_of_page(whole),
        quality=quality.quality(whole.text, disguises=whole.disguises, repairs=sum(whole.repairs.values()), share=1.0),
        parts=(first.url or first.origin, whole.url or whole.origin), part_origins=(whole.origin,),
    )  # fmt: skip


def joined_again(first: Article, rest: Sequence[Article], missing: Sequence[MissingPart]) -> Article:
    """An article of pages that were joined before, and are cleaned anew."""
    if len(rest) == 1 and is_all_of(rest[0], first):
        return instead_of(first, rest[0])
    return join_pages(first, rest, missing)


def is_all_of(whole: Article, first: Article) -> bool:
    """Whether a page has what the first page has, but for a lead, and more."""
    there = set(whole.text.split("\n"))
    found = sum(len(line) for line in first.text.split("\n") if line in there)
    return len(whole.text) > len(first.text) and found >= _SHARE * len(first.text)


# ---- texts ---------------------------------------------------------------------------------------------------------


def _paragraphs(pages: Sequence[list[str]]) -> tuple[list[list[str]], int]:
    """The paragraphs of the pages without what stands on several, or only tells of pages; how many characters that is.

    What all pages begin with stays on the first, what all end with on the last.
    """
    kept = [list(page) for page in pages]
    while (
        len(kept) > 1
        and len({page[-1] if len(page) > 1 else "" for page in kept} - {""}) == 1
        and all(len(page) > 1 for page in kept)
    ):
        for page in kept[:-1]:
            page.pop()
    seen: set[str] = set()
    beginning = set(kept[0][:3])
    out: list[list[str]] = []
    for number, page in enumerate(kept):
        lines: list[str] = []
        for line in page:
            repeats = number and ((not lines and line in beginning) or (len(line) >= _LONG and line in seen))
            if not repeats and not (len(kept) > 1 and _PAGER_LINE.fullmatch(script.fold(line))):
                lines.append(line)
        seen.update(lines)
        out.append(lines)
    return out, sum(len(line) for page in pages for line in page) - sum(len(line) for page in out for line in page)


def _run_on(pages: Iterable[list[str]]) -> list[str]:
    """The lines of all pages; a sentence that goes on behind the end of a page is one line."""
    lines: list[str] = []
    for page in pages:
        if lines and page and _is_cut(lines[-1], page[0]):
            lines[-1] += page[0]
            page = page[1:]
        lines += page
    return lines


def _is_cut(line: str, following: str) -> bool:
    """Whether a paragraph stops within a sentence: no mark at its end, others in it, and what follows has them too."""
    if _SENTENCE_END.search(line) or not following:
        return False
    return line[-1] in ",，、" or ("，" in line and len(line) >= 20 and bool(_SENTENCE_END.search(following)))


def _markdown(pages: Sequence[Article], kept: Sequence[Sequence[str]]) -> str | None:
    """The Markdown of all pages, without what was taken out of their texts; None where no page has any."""
    if not any(page.markdown for page in pages):
        return None
    blocks = []
    for page, lines in zip(pages, kept, strict=True):
        gone = set(page.text.split("\n")) - set(lines)
        own = page.markdown.split("\n\n") if page.markdown else list(lines)
        blocks += [block for block in own if block not in gone]
    return "\n\n".join(blocks)


# ---- fields --------------------------------------------------------------------------------------------------------


def _headline(title: str | None) -> str:
    """A headline as it is compared: folded, without the number of a page, letters and figures only."""
    folded = script.fold(title or "")
    return "".join(filter(str.isalnum, _PART_MARK.sub("", folded))) or "".join(filter(str.isalnum, folded))


def _without_mark(title: str | None, rest: Sequence[Article]) -> str | None:
    """The headline without the number of its page, where the other pages show that it is one."""
    if not title or not any(page.title and page.title != title for page in rest):
        return title
    found = _PART_MARK.search(script.fold(title))
    if found is None or len(script.fold(title)) != len(title):
        return title
    return title[: found.start()].rstrip() or title


def _is_after(missing: MissingPart, first: Article) -> bool:
    return missing.url not in {told_address(url) for url in first.pager.preceding}


def _sum(counts: Iterable[object]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)  # type: ignore[call-overload]
    return dict(total.most_common())


def _regions(pages: Sequence[Article]) -> tuple[Region, ...]:
    if len(pages) == 1:
        return pages[0].regions
    counts: Counter[str] = Counter()
    known: dict[str, Region] = {}
    for page in pages:
        for region in page.regions:
            counts[region.name] += region.count
            known.setdefault(region.name, region)
    return tuple(replace(known[name], count=count) for name, count in counts.most_common())


def _of_page(page: Article) -> float | None:
    """How sure it is that what is there of a page is right: without the charge for pages that are missing."""
    if page.confidence is None or not page.missing_parts:
        return page.confidence
    share = 1 / (1 + len(page.missing_parts))
    return min(1.0, page.confidence / quality.f1_of_share(share))


def _confidence(pages: Sequence[Article], share: float) -> float | None:
    """That of the pages by their length, times the F1 that this share of an article can have."""
    known = [(sure, len(page.text)) for page in pages if (sure := _of_page(page)) is not None]
    if not known:
        return None
    mean = sum(sure * size for sure, size in known) / max(1, sum(size for _, size in known))
    return round(mean * quality.f1_of_share(share), 4)
