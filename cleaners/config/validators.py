"""The kinds of value a seed file holds: each checks itself and says what would be right."""

from __future__ import annotations

import codecs
import re
import warnings
from typing import Annotated
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from cleaners.config.dated_address import check_template
from cleaners.errors import UsageError
from cleaners.sentences import sentence


def _address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(
            sentence("{value!r} is not a web address: write it in full, as https://news.example/", value=value)
        )
    check_template(value)
    return value


def _pattern(value: str) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # [[ means what it says today
            re.compile(value)
    except (re.error, RecursionError, OverflowError) as error:  # brackets in brackets without end, x{99999999999}
        raise ValueError(sentence("{value!r} is not a regular expression: {error}", value=value, error=error)) from None
    return value


XPATH = "xpath:"
"""Before a selector that is an XPath; the others are CSS."""


def _selector(value: str) -> str:
    from cssselect import SelectorError
    from lxml import etree
    from lxml.cssselect import CSSSelector

    if value.startswith(XPATH):
        try:
            etree.XPath(value.removeprefix(XPATH))(etree.Element("html"))
        except etree.XPathError as error:
            raise ValueError(
                sentence("{value!r} is not an XPath 1.0 expression: {error}", value=value, error=error)
            ) from None
        return value
    try:
        CSSSelector(value)
    except SelectorError as error:
        raise ValueError(
            sentence("{value!r} is not a CSS selector (XPath: put xpath: before it): {error}", value=value, error=error)
        ) from None
    return value


def _region(value: str) -> str:
    from cleaners.chinese.regions.lookup import named

    try:
        return named(value)
    except UsageError as why:
        raise ValueError(why.sentence) from None


def _timezone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError, ValueError, RecursionError):  # a KeyError when unknown, the others for odd names
        raise ValueError(sentence("{value!r} is not a timezone: write it as Asia/Shanghai", value=value)) from None
    return value


def _charset(value: str) -> str:
    try:
        return codecs.lookup(value).name
    except LookupError:
        raise ValueError(
            sentence("{value!r} is not a character set: write it as gb18030 or utf-8", value=value)
        ) from None


def _contact(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+|https?://\S+", value):
        raise ValueError(sentence("{value!r} is neither a mail address nor a web address", value=value))
    return value


def _cron(value: str) -> str:
    if not re.fullmatch(r"([\w*/,\-]+ ){4}[\w*/,\-]+", " ".join(value.split())):
        raise ValueError(sentence('{value!r} is not a cron expression: five fields, as "*/30 * * * *"', value=value))
    return " ".join(value.split())


Address = Annotated[str, AfterValidator(_address)]
Pattern = Annotated[str, AfterValidator(_pattern)]
Selector = Annotated[str, AfterValidator(_selector)]
RegionName = Annotated[str, AfterValidator(_region)]
Timezone = Annotated[str, AfterValidator(_timezone)]
Charset = Annotated[str, AfterValidator(_charset)]
Contact = Annotated[str, AfterValidator(_contact)]
Cron = Annotated[str, AfterValidator(_cron)]
