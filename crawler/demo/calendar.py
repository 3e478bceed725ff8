"""A calendar without end, as many sites have one: each month links to the next, and no page holds an article."""

from __future__ import annotations

import re
from calendar import monthrange

_PATH = re.compile(r"/calendar/(\d{4})-(\d{2})\.html")
Month = tuple[int, int]


def month_of(path: str) -> Month | None:
    """Year and month of a calendar page's path, None for other paths."""
    found = _PATH.fullmatch(path)
    return (int(found[1]), int(found[2])) if found and 1 <= int(found[2]) <= 12 else None


def draw(month: Month) -> str:
    """The page of a month."""
    year, number = month
    days = "".join(f"<td>{day}</td>" for day in range(1, monthrange(year, number)[1] + 1))
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"><title>{year}年{number}月 往期查询</title></head><body>'
        f"<h1>{year}年{number}月</h1><table><tr>{days}</tr></table>"
        f'<a href="{_path(year, number - 1)}">上个月</a> <a href="{_path(year, number + 1)}">下个月</a></body></html>'
    )


def _path(year: int, number: int) -> str:
    year, number = (year - 1, 12) if number < 1 else (year + 1, 1) if number > 12 else (year, number)
    return f"/calendar/{year:04}-{number:02}.html"
