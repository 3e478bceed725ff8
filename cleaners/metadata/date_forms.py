"""The forms of dates on Chinese pages, as data: each a pattern over folded text and the reason for it.

Groups name what they hold: ``y`` a year, ``yy`` its last two digits, ``roc`` a year of the Republic (2024 is 113),
``cy`` a year in Chinese digits; ``m``, ``cm`` (Chinese numeral), ``b`` (English name) the month; ``d``, ``cd`` the day;
``one`` and ``two`` day and month in an order that the form does not tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_CLOCK = (
    r"(?:[\sT,]{0,3}(?:[(]?(?:(?:星期|周|礼拜)[一二三四五六日天]|[(][一二三四五六日])[)]?)?\s{0,2}"
    r"(?:(?P<east>HKT|北京时间|香港时间|台北时间)\s?)?(?P<half>上午|下午|晚上|中午|凌晨|晚|"
    r"早上|[AaPp][Mm])?\s?"
    r"(?P<H>2[0-4]|1\d|0?\d)\s?[:时点]\s?(?P<M>[0-5]\d)分?(?::?(?P<S>[0-5]\d)(?!\d)秒?)?(?:\.\d{1,9})?"
    r"\s?(?P<half2>[AaPp]\.?[Mm]\b\.?)?\s?(?P<zone>Z\b|(?:GMT|UTC)?[+-]\d\d:?\d\d(?!\d))?)?"
)
_TIMED = r"\s{1,2}(?P<H>2[0-3]|1\d|0?\d):(?P<M>[0-5]\d)(?!\d)"
_MONTH, _DAY = r"(?P<m>1[0-2]|0?[1-9])", r"(?P<d>3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_ENGLISH_MONTH = r"(?P<b>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_CHINESE_MONTH = r"(?:(?P<m>1[0-2]|0?[1-9])|(?P<cm>十[一二]?|[一二三四五六七八九]))\s?月"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to write a date."""

    pattern: re.Pattern[str]
    """Its groups name what they hold."""
    reason: str
    """Who writes it."""


def _form(pattern: str, reason: str) -> Form:
    return Form(pattern=re.compile(pattern, re.IGNORECASE), reason=reason)


FORMS: tuple[Form, ...] = (
    _form(
        rf"(?<![\d.]){_YEAR}(?:\s?年\s?|\s?[-/.]\s?|\s{{1,3}}(?=\d\d\s?/\s?\d\d\s)){_MONTH}\s?(?:月\s?|[-/.]\s?)"
        rf"{_DAY}(?:\s?[日号]|(?=\D|$|\d\d:\d\d)){_CLOCK}",
        "year, month, day: what nearly every page in Chinese writes",
    ),
    _form(
        rf"(?<![\d/.-])(?P<one>3[01]|[12]\d|0?[1-9])(?P<sign>[/.-])(?P<two>3[01]|[12]\d|0?[1-9])(?P=sign){_YEAR}"
        rf"(?!\d){_CLOCK}",
        "17/10/2023: Malaysia, Singapore, Hong Kong, Europe with the day first, North America with the month first",
    ),
    _form(
        rf"\b{_ENGLISH_MONTH}\s(?P<d>[0-3]?\d)(?:st|nd|rd|th)?,?\s{_YEAR}\b{_CLOCK}", "Mar 5, 2021: English templates"
    ),
    _form(rf"\b(?P<d>[0-3]?\d)(?:st|nd|rd|th)?\s{_ENGLISH_MONTH},?\s{_YEAR}\b{_CLOCK}", "5 March 2021"),
    _form(
        rf"(?<!\d){_CHINESE_MONTH}\s?{_DAY}\s?日?\s?,\s?{_YEAR}(?!\d|\s?年){_CLOCK}",
        "4 月 3, 2024: English templates with Chinese months",
    ),
    _form(rf"(?<!\d){_DAY}\s{{1,2}}{_CHINESE_MONTH}\s?,?\s{_YEAR}(?!\d|\s?年){_CLOCK}", "3 4 月, 2024: the same"),
    _form(
        rf"(?<!\d:)(?<![\d/.-]){_MONTH}[/.月-]{_DAY}日?\s{{1,3}}{_YEAR}(?!\d|\s?[-/.]|\s?年\s?\d)",
        "10/17 2023: the day large, the year small beside it",
    ),
    _form(
        rf"(?<!\d:)(?<![\d/.-]){_YEAR}年?\s{{1,3}}{_MONTH}[/.月-]{_DAY}日?(?![\d/.:年月-])",
        "2023 10-17: the same, the year first",
    ),
    _form(
        rf"(?<!\d:)(?<![\d/.-]){_DAY}日?\s{{0,3}}(?:\s|/)\s?{_YEAR}\s?[-/.年]\s?{_MONTH}(?![\d月]|\s?[-/.])(?!\s\d)",
        "17 2023-10: the day large, year and month small beside it",
    ),
    _form(
        rf"(?<!\d:)(?<![\d/.-]){_DAY}日?\s{{0,3}}(?:\s|/)\s?{_YEAR}\s?年\s?{_MONTH}\s?月(?!\s?\d)",
        "17 2023年10月: the same",
    ),
    _form(
        rf"(?<!\d:)(?<![\d/.-]){_YEAR}(?:[-/.]{_MONTH}|年(?P<m2>1[0-2]|0?[1-9])月)\s{{1,3}}/?\s?{_DAY}日?(?![\d:/.-]|\s?[:年月])",
        "2023-10 17: the same, the year first",
    ),
    _form(
        rf"(?:中华)?民国\s?(?P<roc>\d{{2,3}})\s?年\s?{_MONTH}\s?月\s?{_DAY}\s?日{_CLOCK}",
        "民國113年3月5日: Taiwan, offices",
    ),
    _form(
        rf"(?<!\d:)(?<![\d./-])(?P<roc>1[01]\d)(?:年{_MONTH}月{_DAY}日|[-/.](?P<m2>1[0-2]|0[1-9])[-/.](?P<d2>3[01]|[12]\d|0[1-9])"
        rf"(?![\d.:/-])){_CLOCK}",
        "113-03-05: the same, short",
    ),
    _form(
        rf"(?<!\d:)(?<![\d./年-])(?P<yy>\d\d)(?P<sign>[-.]){_MONTH}(?P=sign){_DAY}{_TIMED}",
        "24-8-4 10:05: microblogs",
    ),
    _form(
        rf"(?<!\d:)(?<![\d./-])(?P<yy>[01]\d|2\d)年{_MONTH}月{_DAY}日{_CLOCK}",
        "08年3月5日: short, the century left out",
    ),
    _form(
        r"(?P<cy>[一二][〇○ОO零一二三四五六七八九]{3})年(?P<cm>十[一二]?|[一二三四五六七八九])月"
        r"(?P<cd>三十一?|二十[一二三四五六七八九]?|十[一二三四五六七八九]?|[一二三四五六七八九])日",
        "二〇二一年三月五日: documents",
    ),
)
"""Tried in order; the first form that stands in a text tells its dates."""
COMPACT: re.Pattern[str] = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])(?:(?P<H>[01]\d|"
    r"2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)?)?"
)
"""20210305, 202103051407: digits alone, in addresses and heads."""
