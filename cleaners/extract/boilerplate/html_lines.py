"""Judging the lines of an HTML page: what stands in the article's container and is not the article."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from cleaners.chinese import script
from cleaners.extract.boilerplate import rules
from cleaners.extract.boilerplate import site_lines as repeated
from cleaners.extract.boilerplate.rules import NoiseRule
from cleaners.items import Line, Metadata

# Classes whose lines end a body wherever they stand; a list of links may stand in the middle of one.
_LOUD = frozenset(("credits", "disclaimer", "comments"))
_LONGEST_LIST = 12
_SENTENCE = re.compile(r"[。！？!?；;…][”」』\"'）)】]*$")
# A button that folds the text, at the end of the last line it folds.
_FOLD = re.compile(
    r"(?:\s|(?<=[。！？”」…]))(?:[\[(（【<«]?(?:展[开開]|收起)(?:全文|全部)?[\])）】>»]?)\s?[▲△∧︿﹀▼▽∨↑↓]?$"
)
# Only to name what is cut anyway: no class name decides.
_COMMENTS = re.compile(r"comment|cmt|reply|pinglun|liuyan|gentie")
_CLAIMED = {
    "title": "repeated title",
    "source line": "source line",
    "byline": "source line",
    "editor": "credits",
    "breadcrumb": "breadcrumb",
}
_CELLS = frozenset(("td", "th"))
_HEAD_ROLES = frozenset(("title", "source line", "breadcrumb"))
# No rule looks at longer lines; folding them would cost more than reading the page.
LONGEST = max(rule.longest for rule in rules.RULES) + 100


@dataclass(frozen=True, slots=True, kw_only=True)
class HtmlSettings:
    """How lines are judged."""

    tail: float = 0.2
    """A line that ends bodies ends this one when at most this share of the prose stands below it ..."""
    resumed: float = 0.03
    """... and, of prose among the body's own paragraphs, at most this much: else the body goes on."""
    link_line: float = 0.8
    """From this share of link text on, a line is a link and not a sentence with links."""


class LineSignals:
    """For every line the first rule it meets, judged by its text alone; found when asked for, once."""

    __slots__ = ("_found", "_lines")

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._found: dict[int, NoiseRule | None] = {}

    def __getitem__(self, index: int) -> NoiseRule | None:
        if index not in self._found:
            self._found[index] = _first_met(self._lines[index])
        return self._found[index]

    def known(self, index: int) -> NoiseRule | None:
        """The same, only where it was already asked for: enough to name what stands outside the article."""
        return self._found.get(index)


def _first_met(line: Line) -> NoiseRule | None:
    if len(line.text) > LONGEST:
        return None
    linked, cell = line.link_share > 0.5, line.tag in _CELLS
    return next(rules.hits(script.fold(line.text), linked=linked, cell=cell), None)


def weigh(line: Line) -> float:
    """How much a line looks like prose: its sentence marks outside of links."""
    if line.heading or line.link_share > 0.6 or len(line.text) < 12:
        return 0.0
    return line.punctuation * (1 - line.link_share)


def judge(
    lines: Sequence[Line],
    meta: Metadata,
    signals: LineSignals,
    *,
    first: int,
    last: int,
    learned: frozenset[str] = frozenset(),
    dropped: frozenset[int] = frozenset(),
    settings: HtmlSettings = HtmlSettings(),
) -> tuple[Line, ...]:
    """The same lines, each kept or cut: those from ``first`` to ``last`` stand in the article's container.

    ``learned``: keys of lines the site repeats (:mod:`cleaners.extract.boilerplate.site_lines`); ``dropped``: indexes
    ruled out before.
    """
    inside = lines[first : last + 1]
    weights = [weigh(line) for line in inside]
    known = repeated.met(inside, weights, learned)
    met = [signals[first + i] for i in range(len(inside))]
    claimed = [meta.claims.get(first + i) in _HEAD_ROLES for i in range(len(inside))]
    prose = [0.0 if rule or claim else weight for weight, rule, claim in zip(weights, met, claimed, strict=True)]
    above = max((i + 1 for i, claim in enumerate(claimed) if claim), default=0) if not any(prose) else 0
    again = _headline_again(inside, meta)
    begin = next((i for i, line in enumerate(inside) if i > again and prose[i] >= 2 and len(line.text) > 30), above)
    begin = max(begin, again + 1)
    home = inside[min(begin, len(inside) - 1)].ancestors
    end = _tail(inside, weights, met, begin, settings)
    appended = _appended(inside, prose, met, begin)
    listed = _listed(inside, weights, met, home)
    judged = [
        _outside(line, "above the article", meta.claims.get(i), signals.known(i))
        for i, line in enumerate(lines[:first])
    ]
    for i, line in enumerate(inside):
        if first + i in dropped:
            judged.append(_cut(line, "left out", "other"))
        elif i in known:
            judged.append(_cut(line, "repeated on this site", "other"))
        elif i < again and line.ancestors != home:
            judged.append(_cut(line, "above the headline", "other"))
        elif i >= appended:
            judged.append(_cut(line, "another article", "related"))
        elif i in listed:
            judged.append(_cut(line, "listed between paragraphs", "related"))
        elif i >= end and (ending := met[end]):
            named = met[i] or ending
            judged.append(_cut(line, named.name if named is ending else f"below: {ending.name}", named.noise))
        else:
            role = "title" if i < begin and _is_headline(line, meta) else meta.claims.get(first + i)
            own = None if _is_lead(line, met[i], home) else met[i]
            judged.append(_by_itself(line, role, own, i < begin, settings))
    below = enumerate(lines[last + 1 :], last + 1)
    judged += [_outside(line, "below the article", meta.claims.get(i), signals.known(i)) for i, line in below]
    return tuple(judged)


def _tail(
    inside: Sequence[Line],
    weights: Sequence[float],
    met: Sequence[NoiseRule | None],
    begin: int,
    settings: HtmlSettings,
) -> int:
    """Where the body ends: at the first line that ends bodies and has little prose below it."""
    prose = [weight if rule is None and weight >= 2 else 0.0 for weight, rule in zip(weights, met, strict=True)]
    homes: Counter[tuple[str, ...]] = Counter()
    for line, weight in zip(inside, prose, strict=True):
        homes[line.ancestors] += round(weight)
    home = homes.most_common(1)[0][0]
    own = [weight if line.ancestors == home else 0.0 for line, weight in zip(inside, prose, strict=True)]
    total = below = sum(weights)
    resumed = sum(own)
    for i, rule in enumerate(met):
        below, resumed = below - weights[i], resumed - own[i]
        if rule is None or rule.reach != "below" or i <= begin or below > settings.tail * total:
            continue
        if rule.noise in _LOUD or resumed <= settings.resumed * total:
            return i
    return len(met)


def _appended(inside: Sequence[Line], prose: Sequence[float], met: Sequence[NoiseRule | None], begin: int) -> int:
    """Where another article is appended: a headline, a date line and paragraphs, after this one's paragraphs."""
    for i, rule in enumerate(met):
        if i <= begin or rule is None or rule.noise != "source line" or max(prose[i : i + 6], default=0.0) < 2:
            continue
        headline = next((j for j in range(max(begin + 1, i - 3), i) if inside[j].heading and not prose[j]), None)
        if headline is not None:
            return headline
    return len(met)


def _listed(
    inside: Sequence[Line], weights: Sequence[float], met: Sequence[NoiseRule | None], home: tuple[str, ...]
) -> frozenset[int]:
    """The headlines below the heading of a list that stands between paragraphs, in a block of its own.

    A headline has no sentence mark at its end and does not stand where the paragraphs stand.
    """
    found: set[int] = set()
    for i, rule in enumerate(met):
        if rule is None or rule.name != "heading of a list":
            continue
        pairs = zip(inside[i].ancestors, home, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
        box = inside[i].ancestors[: shared + 1]
        for j in range(i + 1, min(i + 1 + _LONGEST_LIST, len(inside))):
            line = inside[j]
            if weights[j] >= 2 or line.ancestors == home or line.heading or _SENTENCE.search(line.text):
                break
            if line.tag != "li" and (len(box) == shared or line.ancestors[: shared + 1] != box):
                break
            found.add(j)
    return frozenset(found)


def _is_lead(line: Line, met: NoiseRule | None, home: tuple[str, ...]) -> bool:
    """A summary that stands among the paragraphs, as one of them, is the first of them."""
    if met is None or met.name != "summary" or len(home) <= 3:
        return False
    return line.ancestors[:-1] == home[:-1] and line.tag == re.split("[#.]", home[-1], maxsplit=1)[0]


def _headline_again(inside: Sequence[Line], meta: Metadata, reach: int = 6) -> int:
    """Where the headline stands once more at the head of the container; -1 where it does not.

    What stands above it in another block than the text is furniture, also where it is told in sentences.
    """
    title = _letters(meta.title or "")
    own = [i for i, line in enumerate(inside[:reach]) if len(title) >= 6 and _letters(line.text) == title]
    return own[-1] if own else -1


def _is_headline(line: Line, meta: Metadata) -> bool:
    """The headline again above the text, or, in a heading, a part of it."""
    title, own = _letters(meta.title or ""), _letters(line.text)
    return bool(title) and (own == title or (line.heading > 0 and own in title))


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


def _by_itself(line: Line, role: str | None, met: NoiseRule | None, head: bool, settings: HtmlSettings) -> Line:
    """Judge a line of the container; ``head``: it stands above the first paragraph."""
    if role == "title":
        return _cut(line, "headline", "repeated title")
    if role in _HEAD_ROLES and head:
        return _cut(line, str(role), str(role))
    if met is not None and (head or met.reach != "above"):
        return _cut(line, met.name, met.noise)
    if not any(map(str.isalnum, line.text)):
        return _cut(line, "no letters", "other")
    if line.link_share > settings.link_line and line.punctuation < 3:
        return _cut(line, "a link, not a sentence", "related")
    text = _FOLD.sub("", line.text)
    return line if text == line.text else replace(line, text=text)


def _outside(line: Line, where: str, role: str | None, met: NoiseRule | None) -> Line:
    """Cut a line outside the container, classed by metadata, by a rule or by its place."""
    if role in _CLAIMED:
        return _cut(line, str(role), _CLAIMED[str(role)])
    if met is not None:
        return _cut(line, where, met.noise)
    if _COMMENTS.search(" ".join(line.ancestors[2:])):
        return _cut(line, where, "comments")
    return _cut(line, where, "related" if where.startswith("below") and len(line.text) >= 8 else "navigation")


def _cut(line: Line, rule: str, noise: str) -> Line:
    return replace(line, verdict="cut", rule=rule, noise=noise)
