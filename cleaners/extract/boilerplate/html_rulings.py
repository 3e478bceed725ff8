"""What rules say of the lines of an HTML container, whatever the judge of lines makes of them.

Cut are the headline once more and what stands above it, the head's claimed lines, another article appended to this one,
noise that names itself where it stands in the right place, lines without a letter. Kept are a notice's attachments.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaners.extract.boilerplate.html_features import EncodedLines
from cleaners.extract.boilerplate.rule import NoiseRule
from cleaners.items import Line, Verdict

CLAIMED = {
    "title": "repeated title",
    "source line": "source line",
    "byline": "source line",
    "byline block": "source line",
    "editor": "credits",
    "breadcrumb": "breadcrumb",
}
"""What metadata has read a line as -> its class of noise."""
# Classes whose lines end an article wherever they stand; a list of links may stand in the middle of one.
_LOUD = frozenset(("credits", "disclaimer", "comments"))
# The files that a notice comes with are named below it, linked or not.
_ATTACHED = "attachment"
_ATTACHMENT, _NEXT_ATTACHMENT = re.compile(r"^附[件表录錄]\s?\d*\s?[:：.、]"), re.compile(r"^\d{1,2}[.、．]")
_LISTED = "listed below its heading"
_SENTENCE = re.compile(r"[。！？!?；;…][”」』\"'）)】]*$")
_HEAD_ROLES = frozenset(("title", "source line", "breadcrumb"))
# A short line with a day and a clock or a source: what stands under the headline of an article.
_DAY = r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}"
_DATED = re.compile(
    rf"^[^，,。]{{0,10}}{_DAY}\s?[-/.月]\s?\d{{1,2}}(?=.*(?:\d{{1,2}}:\d\d|[来來]源|稿源|作者|[编編][辑輯]|[发發][布佈]|出[处處]))"
    rf"|^\W*(?:[来來]源|作者|[发發][布佈](?:[时時][间間]|日期))\s?[:：].{{0,30}}{_DAY}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RulingSettings:
    """Where the rules look."""

    opening: int = 6
    """In so many lines at the head of the container the headline may stand once more."""
    headline: int = 6
    """Letters of a headline that is looked for."""
    dated: int = 60
    """Characters of a line with date and source at most."""
    head: int = 2
    """So many lines below another article's headline stands its date ..."""
    tail: float = 0.2
    """A line that ends articles ends this one when at most this share of the prose stands below it."""
    listed: int = 12
    """So many lines below the heading of a list may be its headlines."""
    follows: int = 2
    """... and so many lines below that its first paragraph."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """Why a line is cut or kept."""

    rule: str
    """Shown by ``explain``."""
    noise: str
    """The class its characters are counted under; empty for a line that is kept."""
    verdict: Verdict = "cut"
    """What happens to the line."""


def rulings(
    lines: Sequence[Line],
    met: Sequence[NoiseRule | None],
    claims: Sequence[str | None],
    title: str | None,
    known: EncodedLines,
    kept: NDArray[np.bool_],
    settings: RulingSettings = RulingSettings(),
) -> dict[int, Ruling]:
    """The lines of a container that are cut, or kept, for a reason of their own: index in the container -> why.

    ``met``: the first rule of noise each line meets; ``claims``: what metadata has read each line as; ``kept``: what
    the judge keeps, which tells where the article's prose begins and ends.
    """
    told = [i for i in np.flatnonzero(known.prose & kept).tolist() if met[i] is None]
    begin, end = (told[0], told[-1]) if told else (0, len(lines))
    headline = _letters(title or "")
    again = _headline_again(lines, headline, settings)
    appended = _second_head(lines, known, met, settings)
    ended = _end(met, known, begin, settings)
    found: dict[int, Ruling] = {}
    for i, (line, rule, role) in enumerate(zip(lines, met, claims, strict=True)):
        if i >= appended:
            found[i] = Ruling(rule="another article", noise="related")
        elif i == again or (i <= begin and (role == "title" or _is_headline(line, headline))):
            found[i] = Ruling(rule="headline", noise=CLAIMED["title"])
        elif i < again and not known.among[i]:
            found[i] = Ruling(rule="above the headline", noise="other")
        elif i < begin and role in _HEAD_ROLES:
            found[i] = Ruling(rule=str(role), noise=CLAIMED[str(role)])
        elif role == "byline block":
            found[i] = Ruling(rule=role, noise=CLAIMED[role])
        elif rule is not None and _cuts(rule, i, begin, end, bool(known.among[i] and known.prose[i])):
            found[i] = Ruling(rule=rule.name, noise=rule.noise)
        elif _is_listed(i, line, met, found, settings) and not known.prose[i] and not known.among[i]:
            found[i] = Ruling(rule=_LISTED, noise="related")
        elif i > ended and (ending := met[ended]):
            found[i] = Ruling(rule=f"below: {ending.name}", noise=rule.noise if rule else ending.noise)
        elif not any(map(str.isalnum, line.text)):
            found[i] = Ruling(rule="no letters", noise="other")
        elif i > begin and known.among[i] and _is_attachment(i, line, found):
            found[i] = Ruling(rule=_ATTACHED, noise="", verdict="keep")
    return found


def _cuts(rule: NoiseRule, i: int, begin: int, end: int, is_paragraph: bool) -> bool:
    """Whether a rule cuts a line that meets it, where it stands.

    A summary that is laid out as one of the paragraphs is the first of them.
    """
    if rule.cuts == "anywhere":
        return True
    return i < begin and not is_paragraph if rule.reach == "above" else i > end


def _is_listed(
    i: int, line: Line, met: Sequence[NoiseRule | None], found: Mapping[int, Ruling], settings: RulingSettings
) -> bool:
    """Whether a line without a sentence's end stands in a row below the heading of a list of other articles."""
    rule = met[i - 1] if i else None
    below = rule is not None and rule.name == "heading of a list"
    row = [j for j in range(max(0, i - settings.listed), i) if j in found and found[j].rule == _LISTED]
    in_row = bool(row) and row[-1] == i - 1 and len(row) < settings.listed
    return (below or in_row) and not line.heading and not _SENTENCE.search(line.text)


def _is_attachment(i: int, line: Line, found: Mapping[int, Ruling]) -> bool:
    """Whether a line names an attachment, or the next one below another."""
    in_row = i - 1 in found and found[i - 1].rule == _ATTACHED
    return bool(_ATTACHMENT.match(line.text) or (in_row and _NEXT_ATTACHMENT.match(line.text)))


def _headline_again(lines: Sequence[Line], headline: str, settings: RulingSettings) -> int:
    """Where the headline stands once more at the head of the container; -1 where it does not.

    What stands above it in another block than the text is furniture, also where it is told in sentences.
    """
    if len(headline) < settings.headline:
        return -1
    return max((i for i, line in enumerate(lines[: settings.opening]) if _letters(line.text) == headline), default=-1)


def _is_headline(line: Line, headline: str) -> bool:
    """The headline again above the text, or, in a heading, a part of it."""
    own = _letters(line.text)
    return bool(headline) and (own == headline or (line.heading > 0 and own in headline))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _end(met: Sequence[NoiseRule | None], known: EncodedLines, begin: int, settings: RulingSettings) -> int:
    """The first line that ends articles aloud and has little prose below it; the last line where there is none."""
    weights = [0.0 if rule else float(weight) for rule, weight in zip(met, known.marks, strict=True)]
    below = whole = sum(weights)
    for i, rule in enumerate(met):
        below -= weights[i]
        if rule and rule.reach == "below" and rule.noise in _LOUD and i > begin and below <= settings.tail * whole:
            return i
    return len(met) - 1


def _second_head(
    lines: Sequence[Line], known: EncodedLines, met: Sequence[NoiseRule | None], settings: RulingSettings
) -> int:
    """Where another article begins: at a heading with a dated line and prose below it, after prose; else the end."""
    told = np.flatnonzero(known.prose)
    begin = int(told[0]) if len(told) else len(lines)
    for heading in range(begin + 1, len(lines)):
        rule = met[heading]
        if not lines[heading].heading or known.prose[heading] or (rule is not None and rule.noise == "related"):
            continue
        for i in range(heading + 1, min(heading + 1 + settings.head, len(lines))):
            if known.prose[i] or known.link[i] or lines[i].heading:
                break
            follows = range(i + 1, min(i + 1 + settings.follows, len(lines)))
            listed = any(_is_dated(lines[j], settings) for j in follows)
            if _is_dated(lines[i], settings) and any(known.prose[j] for j in follows) and not listed:
                return heading
    return len(lines)


def _is_dated(line: Line, settings: RulingSettings) -> bool:
    return len(line.text) <= settings.dated and _DATED.search(line.text) is not None
