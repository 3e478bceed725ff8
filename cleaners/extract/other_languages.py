"""Pages that are not Chinese: trafilatura takes them whole; where it doubts itself, a vote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from cleaners.chinese.script import ruby
from cleaners.chinese.script.census import census
from cleaners.extract import ensemble
from cleaners.extract.boilerplate import english as noise
from cleaners.extract.boilerplate.rules import LineSignals
from cleaners.extract.container import choose
from cleaners.items import Line, Metadata
from cleaners.page.lines import PageLines
from cleaners.page.lines import html as html_blocks

_SENTENCE = re.compile(r".{40,}[.!?…。！？][\"'”’)\]」』]*", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherLanguageSettings:
    """When a page is Chinese, and when to vote on one that is not."""

    han: float = 0.3
    """Share of Chinese characters among the letters of the prose that makes a page Chinese."""
    kana: float = 0.1
    """Share of kana and hangul, measured against the Chinese characters, that makes it Japanese or Korean."""
    agreed: float = 0.9
    """Agreement of trafilatura on the page with trafilatura in the container above which nobody else is asked."""
    shorter: float = 0.7
    """A choice that has less than this share of trafilatura's answer needs another one ..."""
    confirmed: float = 0.75
    """... that agrees with it at least so far."""
    little: float = 0.15
    """When trafilatura finds less than this share of the prose, its slower fallbacks are asked too."""


def is_foreign(lines: tuple[Line, ...], settings: OtherLanguageSettings = OtherLanguageSettings()) -> bool:
    """Whether the prose of a page is in another language than Chinese."""
    prose = "".join(line.text[:1000] for line in lines if line.punctuation and line.link_share < 0.5)
    if len(prose) < 100:
        prose = "".join(line.text[:1000] for line in lines)
    counts = census(prose)
    if counts.han and counts.han < settings.han * counts.alphabetic:
        counts = census(ruby.remove(prose))  # readings behind every character have three times its letters
    return counts.han < settings.han * counts.alphabetic or counts.kana + counts.hangul > settings.kana * counts.han


def judge_text(lines: tuple[Line, ...], meta: Metadata) -> tuple[Line, ...]:
    """The lines of a plain text in another language: kept from the first to the last sentence, but for noise.

    The chain of plain text learned Chinese pages; where it finds no body, sentences are all there is to go by.
    """
    sentences = [i for i, line in enumerate(lines) if _SENTENCE.fullmatch(line.text.strip())]
    if not sentences:
        return lines
    inside = range(sentences[0], sentences[-1] + 1)
    return tuple(
        replace(line, verdict="keep", rule="", noise="")
        if i in inside and i not in meta.claims and noise.met(line.text) is None
        else line
        for i, line in enumerate(lines)
    )


def extract(
    blocks: PageLines, meta: Metadata, settings: OtherLanguageSettings = OtherLanguageSettings()
) -> tuple[tuple[Line, ...], str, str]:
    """The judged lines, the text and who decided."""
    whole = _whole(blocks, settings)
    container = choose(blocks, meta, LineSignals(blocks.lines))
    inside = ensemble.trafilatura_text(blocks.nodes[container.node]) if container else ""
    text, by = whole, "trafilatura"
    if ensemble.text_agreement(whole, inside) < settings.agreed:
        choices = {"trafilatura": whole, "container+trafilatura": inside, "readability": _readability(blocks)}
        by = ensemble.medoid(choices, ensemble.text_agreement)
        if len(choices[by]) < settings.shorter * len(whole) and not _confirmed(by, choices, settings):
            by = "trafilatura"
        text = choices[by]
    kept = noise.clean(_with_lists(blocks, text.split("\n")), meta.title)
    return _judged(blocks.lines, kept, by), "\n".join(kept), by


def _whole(blocks: PageLines, settings: OtherLanguageSettings) -> str:
    """What trafilatura has of the page; the fast way misses forums and pages of many small texts."""
    fast = ensemble.trafilatura_text(blocks.tree)
    prose = sum(len(line.text) for line in blocks.lines if line.punctuation and line.link_share < 0.5)
    return ensemble.trafilatura_text(blocks.tree, fast=False) if len(fast) < settings.little * prose else fast


def _confirmed(by: str, choices: Mapping[str, str], settings: OtherLanguageSettings) -> bool:
    """Whether a choice that leaves out much is that of another voter too: it may be comments that it leaves out."""
    return any(
        name not in (by, "trafilatura") and ensemble.text_agreement(text, choices[by]) >= settings.confirmed
        for name, text in choices.items()
    )


def _with_lists(blocks: PageLines, kept: list[str]) -> list[str]:
    """The text with the lists that were left out between two of its paragraphs, in the block that holds these."""
    found = ensemble.found_in(blocks.lines, "\n".join(kept))
    out = list(kept)
    for is_item, run in groupby(range(len(blocks.lines)), key=lambda i: _is_left_item(blocks.lines[i], i in found)):
        items = list(run)
        before, after = items[0] - 1, items[-1] + 1
        if not is_item or before not in found or after not in found:
            continue
        homes = {blocks.parents[blocks.lines[i].node] for i in (before, after)}
        lists = {blocks.parents[blocks.lines[i].node] for i in items}
        at = _place(out, blocks.lines[before].text)
        if len(homes) == 1 and {blocks.parents[owner] for owner in lists} == homes and at is not None:
            out[at:at] = [blocks.lines[i].text for i in items]
    return out


def _is_left_item(line: Line, kept: bool) -> bool:
    return not kept and line.tag == "li" and not line.links


def _place(kept: list[str], text: str) -> int | None:
    """Behind the line that has the text."""
    return next((i + 1 for i, line in enumerate(kept) if line.strip("- ") == text.strip("- ")), None)


def _readability(blocks: PageLines) -> str:
    tree = ensemble.readability_tree(blocks.tree)
    return "\n".join(html_blocks.texts(tree)) if tree is not None else ""


def _judged(lines: tuple[Line, ...], kept: list[str], by: str) -> tuple[Line, ...]:
    found = ensemble.found_in(lines, "\n".join(kept))
    return tuple(
        line if i in found else replace(line, verdict="cut", rule=f"left out by {by}", noise="other")
        for i, line in enumerate(lines)
    )
