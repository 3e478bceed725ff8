"""Addresses with a day in them, as newspapers have them: ``https://paper.example/html/{yyyy}-{mm}/{dd}/node_1.htm``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cleaners.errors import UsageError
from cleaners.sentences import sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueRange:
    """The days whose issues are asked for, both included."""

    first: date
    last: date

    @classmethod
    def parse(cls, text: str) -> IssueRange:
        """``2026-01-01..2026-06-30`` or one day. Raises UsageError for anything else."""
        begin, dots, end = text.partition("..")
        try:
            first = date.fromisoformat(begin.strip())
            last = date.fromisoformat(end.strip()) if dots else first
        except ValueError:
            last, first = date.min, date.max
        if last < first:
            raise UsageError("--issues {text}: write the first and the last day, as 2026-01-01..2026-06-30", text=text)
        return cls(first=first, last=last)


_FIELDS = {
    "yyyy": "%Y", "yy": "%y", "mm": "%m", "dd": "%d", "yyyymm": "%Y%m", "yyyymmdd": "%Y%m%d", "mmdd": "%m%d",
    "yyyy-mm": "%Y-%m", "yyyy-mm-dd": "%Y-%m-%d",
}  # fmt: skip
_FIELD = re.compile(r"\{([^{}]*)\}")


def check_template(value: str) -> None:
    """Raises ``ValueError`` for a field in braces that is no part of a date."""
    for name in _FIELD.findall(value):
        if name not in _FIELDS and name not in {"m", "d"}:
            known = ", ".join(f"{{{field}}}" for field in ("yyyy", "yy", "mm", "m", "dd", "d", "yyyymmdd", "yyyymm"))
            raise ValueError(sentence("{{{name}}} is no part of a date: write {known}", name=name, known=known))


def is_dated(template: str) -> bool:
    """Whether an address has parts of a date in braces."""
    return _FIELD.search(template) is not None


def address_on(template: str, day: date) -> str:
    """The address of a day.

    >>> address_on("https://paper.example/{yyyy}-{mm}/{d}/", date(2026, 10, 5))
    'https://paper.example/2026-10/5/'
    """
    numbers = {"m": str(day.month), "d": str(day.day)}
    return _FIELD.sub(lambda match: numbers.get(match[1]) or day.strftime(_FIELDS[match[1]]), template)


def addresses(template: str, days: Iterator[date]) -> Iterator[tuple[date, str]]:
    """The addresses of some days, each address once: a template without a day in it has one a month."""
    seen: set[str] = set()
    for day in days:
        if (url := address_on(template, day)) not in seen:
            seen.add(url)
            yield day, url


def days_back(today: date, days: int) -> Iterator[date]:
    """Today, then the days before it: ``days`` in all."""
    return (today - timedelta(days=back) for back in range(days))


def days_between(first: date, last: date) -> Iterator[date]:
    """The days from the first to the last, both included."""
    return (first + timedelta(days=after) for after in range((last - first).days + 1))
