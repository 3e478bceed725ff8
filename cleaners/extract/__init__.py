"""The article of a page: its container, its lines judged, its text. The only home of trafilatura and readability.

On Chinese pages the walk and the line filter decide alone where they are sure: on the 68 shared pages that had F1 .993
when trafilatura inside the same container had .977, and the lines both agree on .984 (one run, 2026-11-22). Where the
walk is not sure, trafilatura and readability vote with it; pages in other languages are trafilatura's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from cleaners.extract import caption, ensemble, images, layout, markdown, other_languages, page_type, site_rules
from cleaners.extract.boilerplate import html_lines
from cleaners.extract.boilerplate.html_lines import JudgedLines, LineEvidence
from cleaners.extract.boilerplate.inline_credits import trimmed
from cleaners.extract.boilerplate.rule import overruled
from cleaners.extract.boilerplate.rules import LineSignals
from cleaners.extract.container import BodyContainer, choose, span
from cleaners.extract.page_type import PageTypeSettings
from cleaners.items import ArticleImage, Line, Metadata
from cleaners.page.lines import PageLines

if TYPE_CHECKING:
    from cleaners.config import LineRule, SiteExtractRule


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractedBody:
    """The article of a page, and what was decided about every line."""

    lines: tuple[Line, ...]
    """All lines of the page, judged."""
    text: str
    """The body without its title, one paragraph a line."""
    markdown: str | None = None
    """The body as Markdown, where the page had structure."""
    images: tuple[ArticleImage, ...] = ()
    """The images of the body, in order."""
    confidence: float | None = None
    """0..1, the F1 by characters that the body can expect: how sure the judge is of the lines it kept, times how likely
    the page is an article at all. None on pages in other languages: how far the extractors agree there says nothing
    about their F1 (90 pages: .972 where they disagree, .978 where they do not)."""
    evidence: LineEvidence | None = None
    """HTML: the probability of each line of the container and the features that decided; None where nobody judged."""
    editors: tuple[str, ...] = ()
    """Whom credits in brackets behind the last sentence name; they are cut from it."""
    extractor: str = ""
    """What decided: ``walk``, ``state`` (walked, from a script's data), ``text``, ``override``, or who won a vote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtractSettings:
    """When the walk is not sure enough of itself."""

    vote_below: float = 0.6
    """Confidence under which trafilatura and readability are asked too."""
    ask_up_to: int = 100_000
    """Characters of visible text beyond which no other extractor is asked: they would take many seconds."""
    usual: int = 150
    """Characters of a body from which on its length says nothing against it."""
    least: PageTypeSettings = PageTypeSettings()
    """What an article has at least."""


def extract(
    blocks: PageLines,
    meta: Metadata,
    *,
    learned: frozenset[str] = frozenset(),
    rules: SiteExtractRule | None = None,
    line_rules: Sequence[LineRule] = (),
    settings: ExtractSettings = ExtractSettings(),
) -> ExtractedBody:
    """Choose and clean the article of a page; ``learned`` are keys of lines that its site repeats.

    ``rules`` are the job's selectors for its site, ``line_rules`` its rules for lines: they overrule everything else.
    Raises ``Unusable("extract", "not an article: KIND")`` with the kind of page it is instead: index page, gallery,
    error page, login wall, script shell, no prose.
    """
    if blocks.media == "text":
        return _plain(blocks, meta, learned, line_rules)
    signals = LineSignals(blocks.lines)
    if rules is not None and (node := site_rules.body(blocks, rules)) is not None:
        first, last = span(blocks, node)
        container = BodyContainer(node=node, first=first, last=last, share=1.0)
        return _walked(blocks, meta, signals, container, learned, rules, line_rules, "override", settings)
    small = sum(len(line.text) for line in blocks.lines) <= settings.ask_up_to
    if small and other_languages.is_foreign(blocks.lines):
        return _foreign(blocks, meta, line_rules)
    found = choose(blocks, meta, signals)
    if found is None:
        raise page_type.no_article(page_type.rejection(blocks, (), meta) or "no prose", blocks)
    by = "state" if blocks.recovered else "walk"
    return _walked(blocks, meta, signals, found, learned, rules, line_rules, by, settings)


def _plain(blocks: PageLines, meta: Metadata, learned: frozenset[str], line_rules: Sequence[LineRule]) -> ExtractedBody:
    from cleaners.extract.boilerplate import text_lines

    judged = text_lines.judge(blocks.lines, meta, learned)
    found: tuple[Line, ...] = judged.lines
    sure: float | None = judged.confidence
    if other_languages.is_foreign(blocks.lines) and not any(line.verdict == "keep" for line in found):
        found, sure = other_languages.judge_text(found, meta), None
    credited = trimmed(_overruled(found, line_rules))
    lines = credited.lines
    text = "\n".join(line.text for line in lines if line.verdict == "keep")
    if kind := page_type.rejection(blocks, lines, meta):
        raise page_type.no_article(kind, blocks)
    return ExtractedBody(lines=lines, text=text, confidence=sure, editors=credited.editors, extractor="text")


def _overruled(lines: tuple[Line, ...], rules: Sequence[LineRule]) -> tuple[Line, ...]:
    """What the job's rules say of lines that were judged without them; only between or beside kept lines they keep."""
    kept = [i for i, line in enumerate(lines) if line.verdict == "keep"]
    if not rules or not kept:
        return lines
    out = list(lines)
    for i, line in enumerate(lines):
        own = overruled(line.text, rules)
        if own is not None and own.verdict == "cut":
            out[i] = replace(line, verdict="cut", rule=own.reason, noise="other")
        elif own is not None and kept[0] - 1 <= i <= kept[-1] + 1:
            out[i] = replace(line, verdict="keep", rule=own.reason, noise="")
    return tuple(out)


def _foreign(blocks: PageLines, meta: Metadata, line_rules: Sequence[LineRule]) -> ExtractedBody:
    lines, text, by = other_languages.extract(blocks, meta)
    if line_rules:
        text = "\n".join(
            line for line in text.split("\n") if (own := overruled(line, line_rules)) is None or own.verdict == "keep"
        )
        lines = _overruled(lines, line_rules)
    if not page_type.count_letters(text):
        raise page_type.no_article(page_type.rejection(blocks, (), meta) or "no prose", blocks)
    found = layout.pieces(blocks, lines, 0)
    placed = images.body_images(blocks, lines, found, 0, meta)
    return ExtractedBody(
        lines=lines,
        text=text,
        markdown=markdown.as_markdown(found, placed) if found else None,
        images=tuple(one.image for one in placed),
        extractor=by,
    )


def _walked(
    blocks: PageLines,
    meta: Metadata,
    signals: LineSignals,
    container: BodyContainer,
    learned: frozenset[str],
    rules: SiteExtractRule | None,
    line_rules: Sequence[LineRule],
    by: str,
    settings: ExtractSettings,
) -> ExtractedBody:
    drop = site_rules.dropped(blocks, rules) if rules is not None else frozenset()
    first = caption.first_line(blocks, meta, container)
    judge = partial(html_lines.judge, blocks, meta, signals, learned=learned, rules=line_rules)
    judged = judge(first=first, last=container.last, dropped=drop)
    small = sum(len(line.text) for line in judged.lines) <= settings.ask_up_to
    if by == "walk" and small and sureness(judged.lines, meta, container, settings) < settings.vote_below:
        judged, container, by = _vote(blocks, judge, judged, container)
    unlike = page_type.unlikeness(judged.lines, meta, judged.confidence)
    if kind := page_type.rejection(blocks, judged.lines, meta, unlike, settings.least):
        is_unlike = kind == page_type.UNLIKE
        why = page_type.why_unlike(judged.lines, meta, judged.confidence, unlike) if is_unlike else ""
        raise page_type.no_article(kind, blocks, why)
    credited = trimmed(judged.lines)
    found = layout.pieces(blocks, credited.lines, container.node)
    placed = images.body_images(blocks, credited.lines, found, container.node, meta)
    return ExtractedBody(
        lines=credited.lines,
        editors=credited.editors,
        text=layout.as_text(found),
        markdown=markdown.as_markdown(found, placed),
        images=tuple(one.image for one in placed),
        confidence=judged.confidence * (1 - unlike),
        evidence=judged.evidence,
        extractor=by,
    )


def sureness(
    lines: tuple[Line, ...], meta: Metadata, container: BodyContainer, settings: ExtractSettings = ExtractSettings()
) -> float:
    """How sure the container is, 0..1: little prose elsewhere, little cut inside, a headline, some text."""
    inside = lines[container.first : container.last + 1]
    weights = [html_lines.weigh(line) for line in inside]
    if not any(weights):  # verse, a list of names
        weights = [len(line.text) for line in inside]
    kept = sum(weight for line, weight in zip(inside, weights, strict=True) if line.verdict == "keep")
    pure = kept / sum(weights) if any(weights) else 0.0
    length = sum(len(line.text) for line in inside if line.verdict == "keep")
    near = meta.title_line is not None and container.first - 15 <= meta.title_line <= container.last
    return container.share * (0.5 + 0.5 * pure) * (1.0 if near else 0.8) * min(1.0, 0.6 + 0.4 * length / settings.usual)


def _vote(
    blocks: PageLines, judge: Callable[..., JudgedLines], judged: JudgedLines, container: BodyContainer
) -> tuple[JudgedLines, BodyContainer, str]:
    """Ask trafilatura and readability too; the medoid of the three wins, its lines judged by the same judge."""
    tree = ensemble.readability_tree(blocks.tree)
    choices = {
        "walk": frozenset(i for i, line in enumerate(judged.lines) if line.verdict == "keep"),
        "trafilatura": ensemble.found_in(blocks.lines, ensemble.trafilatura_text(blocks.tree)),
        "readability": ensemble.found_in(blocks.lines, "\n".join(tree.itertext()) if tree is not None else ""),
    }
    by = ensemble.medoid(choices, ensemble.line_agreement(blocks.lines))
    if by == "walk" or not choices[by]:
        return judged, container, "walk"
    first, last = min(choices[by]), max(choices[by])
    others = frozenset(range(first, last + 1)) - choices[by]
    return (
        judge(first=first, last=last, dropped=others),
        BodyContainer(node=0, first=first, last=last, share=container.share),
        by,
    )
