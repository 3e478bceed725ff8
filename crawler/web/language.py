"""The words of the pages, Chinese and English, from ``wording.toml``; which of the two a browser asks for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, get_args

Language = Literal["zh", "en"]
COOKIE = "jianbao_language"
"""Where a browser keeps the language that was chosen on a page."""


@cache
def phrases() -> Mapping[str, Mapping[str, str]]:
    """Name -> language -> text; ``{name}`` in a text stands for a value."""
    return dict(tomllib.loads(files("crawler.web").joinpath("wording.toml").read_text(encoding="utf-8")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The words of one language."""

    language: Language

    def __call__(self, name: str, /, **values: object) -> str:
        """The text of that name with its values. Raises ``KeyError`` for a name that is not in the table."""
        return phrases()[name][self.language].format(**values)

    def of(self, kind: str, name: str) -> str:
        """A word of the store (a disguise, a class of noise) as readers say it; as it is where the table has none."""
        return phrases().get(f"{kind} {name}", {}).get(self.language, name)


def wording_for(chosen: str | None, accepted: str) -> Wording:
    """The words of the language that was chosen, else of the first that ``Accept-Language`` likes best; else Chinese.

    >>> wording_for(None, "de, en-GB;q=0.8, zh;q=0.4").language
    'en'
    """
    known: dict[str, Language] = {name: name for name in get_args(Language)}
    if chosen in known:
        return Wording(language=known[chosen])
    liked: list[tuple[float, int, Language]] = []
    for n, part in enumerate(accepted.split(",")):
        tag, _, weight = part.partition(";")
        language = known.get(tag.strip().lower().partition("-")[0])
        try:
            q = float(weight.strip().removeprefix("q=")) if weight.strip() else 1.0
        except ValueError:
            q = 0.0
        if language and q > 0:
            liked.append((-q, n, language))
    return Wording(language=min(liked)[2] if liked else "zh")
