"""Dates as Chinese pages write them -> datetimes with a timezone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from cleaners.chinese import script
from cleaners.items import Line
from cleaners.metadata.labels import words

# The forms of dates on Chinese pages, as data: each a pattern over folded text and the reason for it.
#
# Groups name what they hold: ``y`` a year, ``yy`` its last two digits, ``roc`` a year of the Republic (2024 is 113),
# ``cy`` a year in Chinese digits; ``m``, ``cm`` (Chinese numeral), ``b`` (English name) the month; ``d``, ``cd`` the
# day; ``one`` and ``two`` day and month in an order that the form does not tell.

_ENGLISH_DAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}\.?"
_WEEKDAY = rf"[(]?(?:(?:星期|周|礼拜)[一二三四五六日天]|{_ENGLISH_DAY}|(?<=[(])[一二三四五六日])[)]?"
_HALF = r"上午|下午|晚上|中午|凌晨|清晨|早晨|早上|傍晚|午后|夜间|深夜|晚|早|[AaPp][Mm]"
_HOUR, _MINUTE = r"(?P<H>2[0-4]|1\d|0?\d)", r"(?P<M>[0-5]\d)"
_ZONE = r"(?P<zone>Z\b|(?:GMT|UTC)(?:[+-]\d{1,2}(?!\d|:)|(?![+-]))|(?:GMT|UTC)?[+-]\d\d:?\d\d(?!\d))"
_CLOCK = (
    rf"(?:[\sT,]{{0,3}}(?:{_WEEKDAY})?\s{{0,2}}"
    rf"(?:(?P<east>HKT|北京时间|香港时间|台北时间)\s?)?(?P<half>{_HALF})?\s?"
    rf"{_HOUR}\s?(?:[:时点]\s?{_MINUTE}(?!\d\d?\s?[月日])\s?分?"
    r"(?::?\s?(?P<S>[0-5]\d)(?!\d)秒?)?(?:\.\d{1,9})?"
    r"|[时点](?!\s?\d))"
    rf"\s?(?P<half2>[AaPp]\.?[Mm]\b\.?)?\s?{_ZONE}?)?"
)
_TIMED = rf"\s{{1,2}}{_HOUR}:{_MINUTE}(?!\d)"
_MONTH, _DAY = r"(?P<m>1[0-2]|0?[1-9])", r"(?P<d>3[01]|[12]\d|0?[1-9])"
_YEAR = r"(?P<y>(?:19|20)\d\d)"
_ENGLISH_MONTH = r"(?P<b>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.?"
_CHINESE_MONTH = r"(?:(?P<m>1[0-2]|0?[1-9])|(?P<cm>十[一二]?|[一二三四五六七八九]))\s?月"
_NO_DATE_BEFORE = r"(?<![\d:/.年月-])(?<![\d日号]\s)(?<![\d日号]\s\s)"  # the clock is not that of a date before it


@dataclass(frozen=True, slots=True, kw_only=True)
class DateForm:
    """One way to write a date."""

    pattern: re.Pattern[str]
    """Its groups name what they hold."""
    reason: str
    """Who writes it."""


def _form(pattern: str, reason: str) -> DateForm:
    return DateForm(pattern=re.compile(pattern, re.IGNORECASE), reason=reason)


FORMS: tuple[DateForm, ...] = (
    _form(
        rf"{_NO_DATE_BEFORE}{_HOUR}:{_MINUTE}(?::(?P<S>[0-5]\d))?\s{{0,3}},?\s?{_YEAR}(?:\s?年\s?|[-/.]){_MONTH}(?:月\s?|[-/.])"
        rf"{_DAY}(?!\d)日?",
        "15:31 2018/09/16: the clock first, also without a blank",
    ),
    _form(
        rf"{_NO_DATE_BEFORE}{_HOUR}:{_MINUTE}(?::(?P<S>[0-5]\d))?,?\s{{1,3}}(?P<one>3[01]|[12]\d|0?[1-9])(?P<sign>[/.-])"
        rf"(?P<two>3[01]|[12]\d|0?[1-9])(?P=sign){_YEAR}(?!\d)",
        "15:31 16/09/2018: the same with the day or the month first",
    ),
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
        rf"\b{_ENGLISH_MONTH}\s?(?P<d>[0-3]?\d)(?:st|nd|rd|th)?,?(?:\s?{_WEEKDAY},?)?\s{_YEAR}(?:\b|(?=\d\d?:)){_CLOCK}",
        "Mar 5, 2021: English templates; Mar 5 Fri 2021: blogs",
    ),
    _form(
        rf"\b{_ENGLISH_MONTH}\s(?P<d>[0-3]?\d)\s{_HOUR}:{_MINUTE}:(?P<S>[0-5]\d)\s(?:(?P<zone>GMT|UTC)\s|[A-Z]{{3,4}}\s)?{_YEAR}",
        "Fri Mar 05 14:07:00 CST 2021: systems in Java and in C that print their own form",
    ),
    _form(
        rf"\b(?P<d>[0-3]?\d)(?:st|nd|rd|th)?[\s-]{_ENGLISH_MONTH},?(?:\s?{_WEEKDAY},?)?[\s-]{_YEAR}\b{_CLOCK}",
        "5 March 2021, 5-Mar-2021",
    ),
    _form(
        rf"(?<!\d){_CHINESE_MONTH}\s?{_DAY}\s?日?(?:\s?,\s?|\s?{_WEEKDAY}\s?){_YEAR}(?!\s?年)(?:(?!\d)|(?=\d\d?:)){_CLOCK}",
        "4 月 3, 2024: English templates with Chinese months; 4 月 3 週三 2024: blogs",
    ),
    _form(rf"(?<!\d){_DAY}\s{{1,2}}{_CHINESE_MONTH}\s?,?\s{_YEAR}(?!\d|\s?年){_CLOCK}", "3 4 月, 2024: the same"),
    _form(
        rf"(?<!\d:)(?<![\d/.-]){_MONTH}[/.月-]{_DAY}日?\s{{1,3}}{_YEAR}(?!\d|\s?[-/.]|\s?年\s?\d){_CLOCK}",
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
_HINT = re.compile(r"[\d年]")
COMPACT: re.Pattern[str] = re.compile(
    r"(?P<y>(?:19|20)\d\d)(?P<m>0[1-9]|1[0-2])(?P<d>[0-2]\d|3[01])(?:(?P<H>[01]\d|"
    r"2[0-3])(?P<M>[0-5]\d)(?P<S>[0-5]\d)?)?"
)
"""20210305, 202103051407: digits alone, in addresses and heads."""
_EPOCH = re.compile(r"(?P<seconds>[1-9]\d{9})(?:\d{3})?")

# Parts of dates for patterns of other modules: this is the only place that spells them out.

NUMBERED = r"(?:19|20)\d\d\s?[-年/.]\s?[01]?\d\s?[-月/.]\s?[0-3]?\d"
"""A full date in digits, the year first: a cheap look, without a test of its parts."""
FULL_DATE: re.Pattern[str] = re.compile(NUMBERED)
CLOCK = r"[0-2]?\d:[0-5]\d"
"""A time of day in digits."""
MONTH_DAY_CLOCK: re.Pattern[str] = re.compile(rf"(?<!\d)[01]?\d(?:月|-)[0-3]?\d日?\s{CLOCK}")
"""A date without its year, with its time of day."""
SIGNED_DAY: re.Pattern[str] = re.compile(
    r"^[(]?(?:(?:19|20)\d\d年\d{1,2}月\d{1,2}日|"
    r"[〇零○Oo一二]{1,2}[〇零○Oo一二三四五六七八九]{2,3}年[一二三四五六七八九十]{1,2}月[一二三四五六七八九十]{1,3}日)[)]?$"
)
"""A line that is nothing but the day under a document."""
SIGN: re.Pattern[str] = re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]|\d{1,2}:\d\d|(?:分钟|小时|天)前$")
"""Anything that looks like a date or a time of day: a feature of lines, on which weights were fitted."""
LISTED: re.Pattern[str] = re.compile(
    rf"[\[(（]?\s?(?:(?:(?:\d{{2,4}}\s?[-/.年]\s?)?\d{{1,2}}\s?[-/.月]\s?\d{{1,2}}日?|[今昨前]天)(?:\s{{0,2}}{CLOCK}(?::\d\d)?)?|"
    rf"{CLOCK}(?::\d\d)?|\d{{1,3}}\s?(?:秒|分[钟鐘]|小[时時]|天|周|[个個]?月|年)前|刚刚)\s?[\])）]?"
)
"""A date as lists set it beside their headlines, in either script: (2021-03-05), 3-5 14:07, 2小时前."""
WITH_WEEKDAY: re.Pattern[str] = re.compile(
    r"(?:19|20)\d\d\s?(?:年|-|/)\s?\d{1,2}\s?(?:月|-|/)\s?\d{1,2}\s?日?[\s,，(（]{0,4}(?:星期|周)[一二三四五六日天]"
)
"""A full date and its day of the week: today's, or the issue's of a newspaper."""


_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AGO = re.compile(
    rf"(?P<n>\d{{1,3}}|[半一二两三四五六七八九十])\s?(?P<unit>秒|分|个?(?:半)?小时|天)钟?(?:之|以)?前|(?P<now>刚刚)|"
    r"(?<!上)(?:星期|周|礼拜)(?P<week>[一二三四五六日天])\s?(?P<H3>2[0-3]|1\d|0?\d):(?P<M3>[0-5]\d)|"
    rf"(?P<day>[今昨前][天日]|今[早晨晚]|昨晚)\s?(?P<half>{_HALF})?\s?{_HOUR}\s?[:时点]\s?{_MINUTE}"
)
_NO_YEAR = re.compile(
    rf"(?<![\d年\-/.]){_MONTH}(?:月{_DAY.replace('<d>', '<d2>')}[日号]\s{{0,3}}(?:{_WEEKDAY}\s?)?|[-/]{_DAY}\s{{1,2}})"
    rf"(?P<half>{_HALF})?\s?{_HOUR}\s?[:时点]\s?{_MINUTE}"
)
_AFTERNOON = ("下午", "晚上", "晚", "傍晚", "午后", "夜间", "深夜", "pm")
_MORNING = ("凌晨", "清晨", "早晨", "早上", "早", "上午", "am")
_NIGHT = ("晚上", "晚", "深夜", "夜间")
_DIGITS = {**{char: str(value) for value, char in enumerate("零一二三四五六七八九")}, **dict.fromkeys("〇○ОO", "0")}
_COUNTS = {"半": 0.5, "两": 2}
_ROC = 1911  # the year before the first of the Republic


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundDate:
    """A date found in a text."""

    start: int
    """Where it begins in the text, in characters."""
    end: int
    """Where it ends."""
    moment: datetime
    """The date; naive where the text names no offset."""
    timed: bool
    """Whether a time of day stands with it."""
    either: datetime | None = None
    """The reading with the month first, where the text does not tell: 03/04/2024. ``moment`` is then the one with
    the day first."""


def _zone(name: str | None, east: str | None) -> tzinfo | None:
    if not name:
        return timezone(timedelta(hours=8)) if east else None
    digits = name.upper().removeprefix("GMT").removeprefix("UTC").replace(":", "")
    if digits in ("", "Z"):
        return UTC
    hours, minutes = int(digits[1:3]), int(digits[3:5] or 0)
    return timezone((1 if digits[0] == "+" else -1) * timedelta(hours=hours, minutes=minutes))


def _hour(hour: int, half: str | None) -> int:
    """0..24; 24 is the midnight that ends the day."""
    half = half.lower().replace(".", "") if half else None
    if hour == 12 and half in _NIGHT:
        return 24
    if hour < 12 and (half in _AFTERNOON or (half == "中午" and hour < 3)):
        return hour + 12
    return 0 if hour == 12 and half in _MORNING else hour


def _year(groups: dict[str, str | None]) -> int:
    if two := groups.get("yy"):
        return 2000 + int(two)
    if republic := groups.get("roc"):
        return _ROC + int(republic)
    if chinese := groups.get("cy"):
        return int("".join(_DIGITS[char] for char in chinese))
    return int(groups["y"] or 0)


def _numeral(text: str) -> int:
    """A Chinese numeral up to 99: 三, 十二, 二十, 三十一."""
    tens, ten, ones = text.rpartition("十")
    return (int(_DIGITS[tens]) if tens else 1) * 10 * bool(ten) + (int(_DIGITS[ones]) if ones else 0)


def _month(groups: dict[str, str | None]) -> int:
    if name := groups.get("b"):
        return _MONTHS.index(name[:3].lower()) + 1
    if numeral := groups.get("cm"):
        return _numeral(numeral)
    return int(groups.get("m") or groups.get("m2") or 0)


def _day(groups: dict[str, str | None]) -> int:
    numeral = groups.get("cd")
    return _numeral(numeral) if numeral else int(groups.get("d") or groups.get("d2") or 0)


def _moment(groups: dict[str, str | None], month: int, day: int) -> datetime | None:
    try:
        midnight = datetime(_year(groups), month, day, tzinfo=_zone(groups.get("zone"), groups.get("east")))
    except ValueError:
        return None
    return midnight + _since_midnight(groups)


def _since_midnight(groups: dict[str, str | None]) -> timedelta:
    """The time of day; 24:00 begins the next day."""
    hour = _hour(int(groups.get("H") or 0), groups.get("half") or groups.get("half2"))
    return timedelta(hours=hour, minutes=int(groups.get("M") or 0), seconds=int(groups.get("S") or 0))


def _stamp(match: re.Match[str]) -> FoundDate | None:
    groups = match.groupdict()
    either = None
    if one := groups.get("one"):
        first, second = int(one), int(groups["two"] or 0)
        readings = [_moment(groups, second, first), _moment(groups, first, second)]
        moment = readings[0] or readings[1]
        dotted = groups["sign"] == "."  # 12.04.2014: whoever writes dots writes the day first
        either = readings[1] if readings[0] and readings[1] != readings[0] and not dotted else None
    else:
        moment = _moment(groups, _month(groups), _day(groups))
    if moment is None or (groups.get("yy") and moment.year > date.today().year):
        return None
    return FoundDate(
        start=match.start(), end=match.end(), moment=moment, timed=groups.get("M") is not None, either=either
    )


def stamps(text: str) -> tuple[FoundDate, ...]:
    """All full dates of a folded text, in order.

    >>> [s.moment.isoformat() for s in stamps("2021年3月5日 下午2:07 来源:某报")]
    ['2021-03-05T14:07:00']
    >>> [s.moment.isoformat() for s in stamps("2021-03-05 HKT 14:07")]
    ['2021-03-05T14:07:00+08:00']
    >>> [s.moment.isoformat() for s in stamps("17/10/2023 2:05pm")]
    ['2023-10-17T14:05:00']
    """
    if not _HINT.search(text):
        return ()
    for form in FORMS:
        found = tuple(filter(None, map(_stamp, form.pattern.finditer(text))))
        if found:
            return found
    return ()


def declared(text: str) -> FoundDate | None:
    """The date of a meta value or an attribute: any form of :func:`stamps`, digits alone (20210305), epoch seconds.

    >>> declared("1614924420").moment.isoformat()
    '2021-03-05T06:07:00+00:00'
    """
    text = text.strip()
    if compact := COMPACT.fullmatch(text):
        return _stamp(compact)
    if epoch := _EPOCH.fullmatch(text):
        moment = datetime.fromtimestamp(int(epoch["seconds"]), UTC)
        return FoundDate(start=0, end=len(text), moment=moment, timed=True)
    found = stamps(text)
    return found[0] if found else None


def relative(text: str, now: datetime) -> FoundDate | None:
    """A date told from the moment of fetching: 3小时前, 昨天 10:20, or without its year: 05-12 10:30.

    ``now``: the moment of fetching in the site's timezone, whose days are meant.
    """
    if ago := _AGO.search(text):
        return FoundDate(start=ago.start(), end=ago.end(), moment=_before(ago, now), timed=ago["unit"] != "天")
    match = _NO_YEAR.search(text)
    if not match:
        return None
    groups = match.groupdict()
    for year in (now.year, now.year - 1):
        moment = _moment({**groups, "y": str(year)}, _month(groups), _day(groups))
        if moment and moment.replace(tzinfo=now.tzinfo) <= now + timedelta(days=1):
            moment = moment.replace(tzinfo=now.tzinfo)
            return FoundDate(start=match.start(), end=match.end(), moment=moment, timed=True)
    return None


def _before(match: re.Match[str], now: datetime) -> datetime:
    if match["now"]:
        return now
    if match["week"]:
        back = (now.weekday() - "一二三四五六日".index(match["week"].replace("天", "日"))) % 7
        day = now.replace(hour=int(match["H3"]) % 24, minute=int(match["M3"]), second=0, microsecond=0)
        day -= timedelta(days=back)
        return day if day <= now else day - timedelta(days=7)
    if match["day"]:
        day = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days="今昨前".index(match["day"][0]))
        half = match["half"] or (match["day"][1] if match["day"][1] in "早晚" else None)
        return day + _since_midnight({**match.groupdict(), "half": half})
    count = match["n"] if match["n"].isdecimal() else _COUNTS.get(match["n"]) or _numeral(match["n"])
    if match["unit"] == "天":
        return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=int(count))
    unit = {"秒": "seconds", "分": "minutes"}.get(match["unit"], "hours")
    return now - timedelta(**{unit: float(count) + 0.5 * ("半" in match["unit"])})


_IN_ADDRESS = re.compile(
    r"/(?:\w*?[^\d/])?(?P<y>20[0-3]\d)[-/_]?(?P<m>0[1-9]|1[0-2])(?:[-/_]?(?P<d>0[1-9]|[12]\d|3[01])(?=\D)|(?=/))"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressDate:
    """When a page was made, by its address."""

    day: date
    """The first of the month where the address names no day."""
    exact: bool
    """Whether it names the day."""


def in_address(address: str) -> AddressDate | None:
    """The day or month in an address such as /2021/03/05/, /202103/ or /t20210305_: when the system made the page.

    >>> in_address("https://news.example/zw/202103/t20210305_1.html").day.isoformat()
    '2021-03-05'
    """
    for match in sorted(_IN_ADDRESS.finditer(address), key=lambda match: match["d"] is None):
        try:
            day = date(int(match["y"]), int(match["m"]), int(match["d"] or 1))
        except ValueError:
            continue
        return AddressDate(day=day, exact=match["d"] is not None)
    return None


# Whether a date can be true, and whether a site writes the day or the month first (03/04/2024 may be either).

_SLASHED = re.compile(r"(?<![\d/.-])(\d{1,2})([/.-])(\d{1,2})\2(?:19|20)\d\d(?!\d)")
_SHORT = 100
_NEAR = timedelta(days=2)
_EARLIEST = date(1990, 1, 1)  # before the web there was nothing to date
_YEAR_OFF = timedelta(days=366)
# Countries by the customs of their newspapers in Chinese; Canada and the Philippines write both.
_DAY_FIRST_HOSTS = words("my sg hk mo au nz uk ie de fr it es nl th vn id kh br ar")
_MONTH_FIRST_HOSTS = frozenset(("us",))
_DAY_FIRST_LANGUAGES = ("zh-hk", "zh-my", "zh-sg", "zh-mo", "zh-hant-hk", "zh-hans-my", "zh-hans-sg", "zh-hant-mo")
_DAY_FIRST_ZONES = re.compile(
    r"Asia/(?:Hong_Kong|Macau|Kuala_Lumpur|Singapore|Bangkok)|Australia/|Europe/|Pacific/Auckland"
)
_MONTH_FIRST_ZONES = re.compile(r"America/(?:New_York|Chicago|Denver|Los_Angeles|Phoenix|Detroit)")


@dataclass(frozen=True, slots=True, kw_only=True)
class DateEvidence:
    """What a page's other facts say of a date on it: whether it can be true, and the order of its day and month."""

    lines: Sequence[Line]
    addresses: Sequence[str]
    language: str | None
    zone: ZoneInfo
    latest: date
    """No page is published later."""
    days: tuple[date, ...]
    """Days near which the page was published, by its head and its address."""
    made: date | None = None
    """The day or month that the page's own address names."""

    def settled(self, stamp: FoundDate) -> FoundDate | None:
        """The one reading of a date that can be true; None where it stays open: no date is better than a guessed one.

        A date in the future is none, nor one that is more than a year off the day in the page's own address.
        """
        readings = [moment for moment in (stamp.moment, stamp.either) if moment and self._believed(moment.date())]
        if stamp.either is None:
            return stamp if readings else None
        if len(readings) == 2 and self.days:
            readings = [one for one in readings if any(abs(one.date() - day) <= _NEAR for day in self.days)]
        elif len(readings) == 2 and (first := self.day_first) is not None:
            readings = [stamp.moment if first else stamp.either]
        return replace(stamp, moment=readings[0], either=None) if len(readings) == 1 else None

    def _believed(self, day: date) -> bool:
        return _EARLIEST < day <= self.latest and not (self.made and abs(day - self.made) > _YEAR_OFF)

    @property
    def day_first(self) -> bool | None:
        """What the page's other dates, its language, its host and its timezone say; None where nothing does."""
        own = {first > 12 for first, second in _written(self.lines) if (first > 12) != (second > 12)}
        if len(own) == 1:
            return own.pop()
        hosts = {(urlsplit(address).hostname or "").rpartition(".")[2] for address in self.addresses}
        language = (self.language or "").lower().replace("_", "-")
        if language.startswith(_DAY_FIRST_LANGUAGES) or hosts & _DAY_FIRST_HOSTS:
            return True
        if hosts & _MONTH_FIRST_HOSTS or _MONTH_FIRST_ZONES.match(self.zone.key):
            return False
        return True if _DAY_FIRST_ZONES.match(self.zone.key) else None


def _written(lines: Sequence[Line]) -> list[tuple[int, int]]:
    """All dates of the form in short lines: (first number, second number)."""
    found = []
    for line in lines:
        if len(line.text) <= _SHORT and _SLASHED.search(line.text) and stamps(script.fold(line.text)):
            found += [(int(match[1]), int(match[3])) for match in _SLASHED.finditer(line.text)]
    return found
