"""What a page shows of being an article or not, in numbers: how much was kept, what stands around it, who signed it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import log, log1p

from cleaners.extract.boilerplate.html_features import link_share
from cleaners.items import Line, Metadata

_SENTENCE = re.compile(r"[。！？!?；;…][”」』\"'）)】]*$")
_CUT_OFF = re.compile(r"(?:\.\.|…)[\])）】]?$")
_DATED = re.compile(
    r"(?:19|20)\d\d\s?[-/.年]\s?\d{1,2}|\d{1,2}:\d\d|\d{1,2}[-/月]\d{1,2}|(?:秒|分钟|分鐘|小时|小時|天|周|月)前|[昨今前]天"
)
_OWN_HEADLINE = re.compile(r"^(?:[【\[「〖].{4,40}?[】\]」〗])\s?\S")
_HEADLINE = 5
_LINKED = 0.6
_IN_DATES = re.compile(r"[\d前天]")
"""A line without one of these has no date."""
_DATED_LINE = 40
"""Longer lines only mention a date."""


def is_entry(line: Line) -> bool:
    """A line that is the linked headline of another page."""
    return len(line.text) >= 8 and link_share(line) > _LINKED


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedPage:
    """A page whose lines are judged, counted once for all its features."""

    lines: Sequence[Line]
    kept: Sequence[Line]
    first: int
    """Index of the first line kept; 0 where none is."""
    last: int
    """Index of the last one."""
    inside: Sequence[Line]
    """From the first line kept to the last."""
    dated: frozenset[int]
    """Indexes of the short lines with a date or a time."""
    entries: frozenset[int]
    """Indexes of the linked headlines of other pages."""
    characters: int
    """Of all lines."""
    characters_kept: int
    meta: Metadata
    confidence: float

    def within(self, lines: frozenset[int]) -> int:
        """How many of these stand from the first line kept to the last."""
        return sum(self.first <= i <= self.last for i in lines)


def judged_page(lines: Sequence[Line], meta: Metadata, confidence: float) -> JudgedPage:
    """Look at the judged ``lines`` of a page; ``confidence`` 0..1 is the judge's."""
    places = [i for i, line in enumerate(lines) if line.verdict == "keep"]
    first, last = (places[0], places[-1]) if places else (0, -1)
    kept = [lines[i] for i in places]
    return JudgedPage(
        lines=lines,
        kept=kept,
        first=first,
        last=last,
        inside=lines[first : last + 1],
        dated=frozenset(i for i, line in enumerate(lines) if _is_dated(line)),
        entries=frozenset(i for i, line in enumerate(lines) if is_entry(line)),
        characters=_characters(lines),
        characters_kept=_characters(kept),
        meta=meta,
        confidence=confidence,
    )


def _characters(lines: Sequence[Line]) -> int:
    return sum([len(line.text) for line in lines])


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _is_dated(line: Line) -> bool:
    return len(line.text) <= _DATED_LINE and bool(_IN_DATES.search(line.text) and _DATED.search(line.text))


def _passages(page: JudgedPage) -> Iterator[int]:
    """The lengths of what is kept without the headline of another page or a line of dates between."""
    run = 0
    for i, line in enumerate(page.inside, page.first):
        if line.verdict == "keep" and i not in page.dated:
            run += len(line.text)
        elif i in page.entries or i in page.dated:
            yield run
            run = 0
    yield run


def _entropy(page: JudgedPage) -> float:
    """Of the lengths of the lines from the first kept to the last, in steps of a factor of 1.5; bits, natural log."""
    sizes = Counter(round(log(max(1, len(line.text))) / log(1.5)) for line in page.inside)
    return -sum(count / sizes.total() * log(count / sizes.total()) for count in sizes.values())


def _items(page: JudgedPage) -> float:
    """Share of the kept lines that are items of a ticker: a date in the line above, or a headline in brackets."""
    told = [i for i, line in enumerate(page.inside, page.first) if line.verdict == "keep" and i not in page.dated]
    items = sum(i - 1 in page.dated or bool(_OWN_HEADLINE.match(page.lines[i].text)) for i in told)
    return _share(items, len(told))


def _is_short_headline(page: JudgedPage) -> bool:
    """The name of a column rather than a headline."""
    return page.meta.title is not None and sum(map(str.isalnum, page.meta.title)) < _HEADLINE


def _has_headline(page: JudgedPage) -> bool:
    """A headline of its own stands on the page: no name of a column, no link to another page."""
    place = page.meta.title_line
    return place is not None and not _is_short_headline(page) and link_share(page.lines[place]) <= _LINKED


def _copied_form(page: JudgedPage) -> float:
    """Share of the kept lines that stand below a short line in the same way as at least two others do: cards."""
    forms: Counter[tuple[str, ...]] = Counter()
    for above, line in zip(page.inside, page.inside[1:], strict=False):
        if line.verdict == "keep" and len(above.text) <= _DATED_LINE and above.ancestors[:-1] == line.ancestors[:-1]:
            forms[(*line.ancestors[-2:], above.tag, line.tag)] += 1
    return _share(sum(count for count in forms.values() if count > 2), len(page.kept))


FEATURES: dict[str, Callable[[JudgedPage], float]] = {
    "lines kept": lambda page: log1p(len(page.kept)),
    "characters kept": lambda page: log1p(page.characters_kept),
    "expected characters kept": lambda page: log1p(page.characters_kept * page.confidence),
    "confidence": lambda page: page.confidence,
    "share of the page kept": lambda page: _share(page.characters_kept, page.characters),
    "share of links": lambda page: _share(
        sum([len(line.text) * line.link_share for line in page.lines]), page.characters
    ),
    "linked headlines": lambda page: log1p(len(page.entries)),
    "linked headlines inside": lambda page: _share(
        page.within(page.entries), len(page.kept) + page.within(page.entries)
    ),
    "lines of dates": lambda page: log1p(len(page.dated)),
    "lines of dates inside": lambda page: _share(page.within(page.dated), len(page.inside)),
    "source or author": lambda page: float(bool(page.meta.source or page.meta.authors)),
    "date": lambda page: float(page.meta.published is not None),
    "headline on the page": lambda page: float(page.meta.title_line is not None),
    "sentences that end": lambda page: _share(
        _characters([line for line in page.kept if _SENTENCE.search(line.text) and not _CUT_OFF.search(line.text)]),
        page.characters_kept,
    ),
    "lines that break off": lambda page: _share(
        sum(bool(_CUT_OFF.search(line.text)) for line in page.kept), len(page.kept)
    ),
    "punctuation": lambda page: _share(sum(line.punctuation for line in page.kept), page.characters_kept),
    "longest passage": lambda page: log1p(max(_passages(page))),
    "entropy of lengths": _entropy,
    "one form again and again": _copied_form,
    "items of a ticker": _items,
    "items of a ticker without a headline": lambda page: _items(page) * (not _has_headline(page)),
    "headline of its own": lambda page: float(_has_headline(page)),
    "headline of a few letters": lambda page: float(_is_short_headline(page)),
}
"""Name -> value, in the order of the weights. Counts and characters are natural logarithms of 1 + n, shares 0..1."""


def measure(page: JudgedPage) -> tuple[float, ...]:
    """The values of :data:`FEATURES`."""
    return tuple(value(page) for value in FEATURES.values())
