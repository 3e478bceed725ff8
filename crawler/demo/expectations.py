"""What this version promises, held against the findings: kept, broken, or not yet promised."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cleaners.sentences import Sentence, listed, sentence
from crawler.demo.check import DemoFindings
from crawler.wording import counted

NOT_YET = frozenset({"spun"})
"""Disguises whose copies this version may miss without breaking its word."""
SHOWN = 8
"""How many wrong things a line names."""
_DROPPED = {"shell", "login", "missing", "failing", "forbidden"}
"""Kinds of pages that must end as a Drop with a reason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """One line of the self-check."""

    name: Sentence
    status: Literal["kept", "broken", "not yet", "unseen"]
    """``unseen``: there was nothing to judge it by."""
    detail: Sentence
    """Figures first, then the addresses or names of what is wrong."""


def promises(findings: DemoFindings) -> tuple[Expectation, ...]:
    """All lines of the self-check, in the order of the work."""
    return (
        *_crawling(findings),
        *_cleaning(findings),
        *_matching(findings),
    )


def _crawling(findings: DemoFindings) -> Iterable[Expectation]:
    missing = [page.url for page in findings.pages if page.clipping is None]
    yield _all(sentence("every article is stored"), len(findings.pages), missing)
    count = len(findings.pages) - len(missing)
    stored = counted(count, "article")
    yield _none(sentence("nothing else is stored"), stored, findings.unexpected)
    silent = [trap.url for trap in findings.traps if trap.kind in _DROPPED and (trap.stored or not trap.reason)]
    yield _all(sentence("dead, closed and empty pages are recorded with the reason"), _traps(findings), silent)
    forbidden = [trap for trap in findings.traps if trap.kind == "forbidden"]
    ignored = [trap.url for trap in forbidden if "robots" not in (trap.reason or "")]
    yield _all(sentence("robots.txt is obeyed"), len(forbidden), ignored)


def _cleaning(findings: DemoFindings) -> Iterable[Expectation]:
    stored = [page for page in findings.pages if page.clipping]
    paragraphs = sum(len(page.truth.keep) for page in stored)
    yield _all(
        sentence("no paragraph is lost"),
        paragraphs,
        [f"{page.url} {one[:12]}…" for page in stored for one in page.lost],
    )
    several = [page for page in stored if page.truth.page_urls]
    torn = [page.url for page in several if page.clipping and page.clipping.article.parts != page.truth.page_urls]
    yield _all(sentence("an article of several pages is one record"), len(several), torn)
    planted = sum(findings.noise_planted.values())
    left = [f"{page.url} {kind}: {line[:16]}" for page in stored for kind, line in page.noise_left]
    yield _all(sentence("no planted noise is left"), planted, left)
    wrong = [f"{page.url} {name}" for page in stored for name in page.wrong]
    yield _all(sentence("titles, dates, sources and editions are as the pages say"), 4 * len(stored), wrong)
    annotated = [page for page in stored if "annotated" in page.truth.disguises]
    unseen = [page.url for page in annotated if page.clipping and "annotated" not in page.clipping.article.disguises]
    yield _all(sentence("annotated text is recognised"), len(annotated), unseen)
    honest = [page for page in stored if not page.truth.disguises]
    accused = [page.url for page in honest if page.clipping and page.clipping.article.disguises]
    yield _all(sentence("honest text is left alone"), len(honest), accused)


def _matching(findings: DemoFindings) -> Iterable[Expectation]:
    kin = findings.kinship
    firm = [one for one in kin.reprints if not NOT_YET & set(one.truth.disguises)]
    yield _all(sentence("every copy is linked to its story"), len(firm), [one.url for one in firm if not one.is_found])
    hard = [one for one in kin.reprints if NOT_YET & set(one.truth.disguises)]
    yield _all(
        sentence("spun copies are linked to their story"),
        len(hard),
        [one.url for one in hard if not one.is_found],
        soft=True,
    )
    found = [one for one in kin.reprints if one.is_found]
    odd = [f"{one.url} {one.kind}" for one in found if not one.is_named]
    yield _all(sentence("matches are named by what was done (whole, part, spun)"), len(found), odd, soft=True)
    yield _none(
        sentence("different stories stay apart"),
        sentence("{clusters} clusters, {stories} stories", clusters=kin.clusters, stories=kin.expected),
        [f"{a} + {b}" for a, b in kin.merged],
    )
    lost = [story.name for story in kin.stories if story.earliest_url != story.origin]
    yield _all(sentence("the site that had a story first is named"), len(kin.stories), lost)
    poor = [story.name for story in kin.stories if story.best is None or story.best.is_cut or story.best.disguises]
    yield _all(sentence("the best copy of a story is a whole and undisguised one"), len(kin.stories), poor)
    unlinked = [part for url, parts in kin.digest_parts.items() for part in parts if part not in kin.digest_links[url]]
    total = sum(len(parts) for parts in kin.digest_parts.values())
    yield _all(sentence("a compilation is linked to the stories it quotes"), total, unlinked)


def _traps(findings: DemoFindings) -> int:
    return sum(trap.kind in _DROPPED for trap in findings.traps)


def _all(name: Sentence, total: int, wrong: list[str], *, soft: bool = False) -> Expectation:
    """A promise about each of so many things; ``soft`` ones are not yet promised."""
    if not total:
        return Expectation(name=name, status="unseen", detail=sentence("nothing was there to look at"))
    detail = sentence("{right} of {total}", right=total - len(wrong), total=total)
    if not wrong:
        return Expectation(name=name, status="kept", detail=detail)
    told = sentence("{detail}; not: {wrong}", detail=detail, wrong=_some(wrong))
    return Expectation(name=name, status="not yet" if soft else "broken", detail=told)


def _none(name: Sentence, detail: Sentence, wrong: Iterable[str]) -> Expectation:
    """A promise that something does not happen."""
    found = list(wrong)
    if not found:
        return Expectation(name=name, status="kept", detail=detail)
    told = sentence("{detail}; but: {found}", detail=detail, found=_some(found))
    return Expectation(name=name, status="broken", detail=told)


def _some(wrong: list[str]) -> Sentence:
    """The first few, and how many more there are."""
    some = listed(wrong[:SHOWN])
    if len(wrong) <= SHOWN:
        return some
    return sentence("{some} and {count} more", some=some, count=len(wrong) - SHOWN)
