"""The kinds of value a seed file holds: each checks itself and says what would be right."""

from __future__ import annotations

import codecs
import re
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from cleaners.config.dated_address import check_template


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{value!r} is not a web address: write it in full, as https://news.example/")
    check_template(value)
    return value


def _pattern(value: str) -> str:
    try:
        re.compile(value)
    except re.error as error:
        raise ValueError(f"{value!r} is not a regular expression: {error}") from None
    return value


def _selector(value: str) -> str:
    from cssselect import SelectorError
    from lxml.cssselect import CSSSelector

    try:
        CSSSelector(value)
    except SelectorError as error:
        raise ValueError(f"{value!r} is not a CSS selector: {error}") from None
    return value


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError):  # a KeyError when unknown, the others for odd characters
        raise ValueError(f"{value!r} is not a timezone: write it as Asia/Shanghai") from None
    return value


def _charset(value: str) -> str:
    try:
        return codecs.lookup(value).name
    except LookupError:
        raise ValueError(f"{value!r} is not a character set: write it as gb18030 or utf-8") from None


def _contact(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+", value):
        raise ValueError(f"{value!r} is neither a mail address nor a web address")
    return value


def _cron(value: str) -> str:
    if not re.fullmatch(r"([\w*/,\-]+ ){4}[\w*/,\-]+", " ".join(value.split())):
        raise ValueError(f'{value!r} is not a cron expression: five fields, as "*/30 * * * *"')
    return " ".join(value.split())


Address = Annotated[str, AfterValidator(_address)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Selector = Annotated[str, AfterValidator(_selector)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Charset = Annotated[str, AfterValidator(_charset)]
Contact = Annotated[str, AfterValidator(_contact)]
Cron = Annotated[str, AfterValidator(_cron)]
