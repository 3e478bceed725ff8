"""The language in which people are spoken to: Chinese where the locale is Chinese, else English.

Sentences are looked up in a catalogue of gettext, ``locale/zh/LC_MESSAGES/jianbao.mo``; ``make messages`` makes it.
What programs read (records, JSON, reasons of Drops) is the same in every language.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from functools import cache
from gettext import NullTranslations, translation
from pathlib import Path

from cleaners.sentences import Sentence

CATALOGUES = Path(__file__).parent / "locale"
DOMAIN = "jianbao"
_CATEGORIES = ("LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts: POSIX, 8.2
_UNTRANSLATED = re.compile(r"(C|POSIX)(\.|@|$)")


def languages(environment: Mapping[str, str]) -> list[str]:
    """What the environment asks for, the first choice first, as GNU gettext reads it; empty where that is English.

    ``LANGUAGE`` does not count where the locale is C or POSIX, and what stands behind English in it never does: English
    has no catalogue, being what the sentences are written in.

    >>> languages({"LANG": "zh_CN.UTF-8"}), languages({"LANG": "de_DE.UTF-8", "LANGUAGE": "zh_TW:en"})
    (['zh_CN.UTF-8'], ['zh_TW'])
    >>> languages({"LC_ALL": "C.UTF-8", "LANGUAGE": "zh_CN"}), languages({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en:zh"})
    ([], [])
    """
    locale = next((found for name in _CATEGORIES if (found := environment.get(name))), "C")
    if _UNTRANSLATED.match(locale):
        return []
    asked = [one for one in (environment.get("LANGUAGE") or locale).split(":") if one]
    english = next((place for place, one in enumerate(asked) if re.match(r"en(_|\.|@|$)|(C|POSIX)(\.|@|$)", one)), None)
    return asked[:english]


@cache
def _catalogue() -> NullTranslations | None:
    asked = languages(os.environ)
    return translation(DOMAIN, CATALOGUES, asked, fallback=True) if asked else None


def is_translated() -> bool:
    """Whether people are spoken to in another language than English."""
    return type(_catalogue()) not in (NullTranslations, type(None))


def translated(sentence: str) -> str:
    """A sentence in the language of the locale; as it stands where the catalogue has none."""
    catalogue = _catalogue()
    return sentence if catalogue is None or not sentence else catalogue.gettext(sentence)


def spoken(sentence: Sentence) -> str:
    """A sentence with its places filled, in the language of the locale."""
    return sentence.said(translated)
