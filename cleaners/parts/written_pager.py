"""Links to further pages that a script writes: what stands in the script instead of them.

``createPageHTML(3, 0, 't20261005_18', 'html')`` is that of TRS, which most government sites use: of three pages this is
the first, the others are ``t20261005_18_1.html`` and ``t20261005_18_2.html``. Others have ``var pages = 3`` and put
the addresses together from ``"_" + n + ".html"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_CREATE_PAGES = re.compile(r"\bcreatePage(?:HTML)?\s*\(([^()]{3,200})\)", re.IGNORECASE)
_COUNT = re.compile(
    r"\b(countPage|pageCount|totalPages?|page_?count|pagecount|maxPage|n?Pages?Count|pages|m_nRecordCount_pages)"
    r"\s*=\s*[\"']?(\d{1,3})\b",
    re.IGNORECASE,
)
_CURRENT = re.compile(
    r"\b(?:currentPage|curPage|nowPage|pageIndex|page_?index|m_nCurrPage)\s*=\s*[\"']?(\d{1,3})\b", re.IGNORECASE
)
_NEXT = r"(?:nextPage|\w{1,20}|\(\s*\w{1,20}\s*[+-]\s*1\s*\))"
_WRITTEN = re.compile(
    rf"""(?P<name>[^"'\s<>=+()]{{0,80}})_["']\s{{0,9}}\+\s{{0,9}}{_NEXT}\s{{0,9}}\+\s{{0,9}}["']\.(?P<ending>s?html?|jsp|php|aspx?)\b"""
)
_PUTS_TOGETHER = re.compile(r"""_["']\s{0,9}\+[\w() +-]{1,40}\+\s{0,9}["']\.""")  # a glance: the others cost more
_MOST = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPager:
    """What a script says of the pages."""

    count: int
    """How many they are."""
    current: int | None
    """Which this one is, counted as the script counts; None where it does not say."""
    first: int
    """From which number the script counts: 0 or 1."""
    name: str
    """The name of the first page, relative, without its ending; empty: that of the page itself."""
    ending: str
    """``html`` and the like."""

    def address(self, name: str, number: int) -> str:
        """The name of a page by its number as the script counts; ``name``: that of the first, without ending."""
        own = self.name or name
        return f"{own}.{self.ending}" if number == self.first else f"{own}_{number}.{self.ending}"


def written_pagers(text: str) -> Iterator[WrittenPager]:
    """What the scripts of a page say of its pages, the surest first."""
    for call in _CREATE_PAGES.finditer(text) if "reatePage" in text or "reatepage" in text else ():
        values = [value.strip().strip("\"'") for value in call[1].split(",")]
        first = 0 if values[0].isdigit() else 1  # a form with the id of an element before the numbers counts from 1
        if len(values) < first + 4 or not (values[first].isdecimal() and values[first + 1].isdecimal()):
            continue
        count, (name, ending) = int(values[first]), values[first + 2 : first + 4]
        if count <= _MOST and re.fullmatch(r"[\w./-]+", name) and re.fullmatch(r"\w+", ending):
            yield WrittenPager(count=count, current=int(values[first + 1]), first=first, name=name, ending=ending)
    if not _PUTS_TOGETHER.search(text):
        return
    count_said = _COUNT.search(text)
    if count_said and 1 < int(count_said[2]) <= _MOST and (written := _WRITTEN.search(text)):
        current_said = _CURRENT.search(text)
        current = int(current_said[1]) if current_said else None
        first = 0 if current == 0 or count_said[1].lower() == "countpage" else 1  # countPage: TRS again
        yield WrittenPager(
            count=int(count_said[2]), current=current, first=first, name=written["name"], ending=written["ending"]
        )
