"""The names of China's administrative divisions (GB/T 2260), and how far each can be trusted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from cleaners.chinese.word_finder import WordFinder

Trust = Literal["sure", "word", "local"]
"""sure: always means the place; word: is an ordinary word too, counts only near its province; local: short name of a
county, counts only after the name of its city or province, or if the text has the full name too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceName:
    """One way to write a division."""

    code: str
    """GB/T 2260 code; empty for something that only looks like a place."""
    trust: Trust
    """How far it can be trusted."""
    full: bool
    """Whether it is the full name, with 省, 市, 县 ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gazetteer:
    """All names."""

    names: Mapping[str, tuple[PlaceName, ...]]
    """Written form -> the divisions it may mean."""
    finder: WordFinder
    """Looks for the written forms."""
    shorts: Mapping[str, str]
    """Code -> short name of a division of today."""

    def parent(self, code: str) -> str | None:
        """The code of the division above, None for a province."""
        if code.endswith("0000"):
            return None
        prefecture = code[:4] + "00"
        return prefecture if code != prefecture and prefecture in self.shorts else code[:2] + "0000"

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes above, nearest first."""
        found: list[str] = []
        above = self.parent(code)
        while above is not None:
            found.append(above)
            above = self.parent(above)
        return tuple(found)

    def path(self, code: str) -> str:
        """``新疆/阿克苏``."""
        return "/".join(self.shorts[part] for part in (*reversed(self.ancestors(code)), code))


@cache
def load_gazetteer() -> Gazetteer:
    """The gazetteer, read once."""
    usage = _usage()
    rows = [line.split("\t") for line in _lines("regions.tsv")]
    shorts = {code: short for code, _, short in rows if not code.startswith("-")}
    names: dict[str, list[PlaceName]] = {}
    for code, full, short in rows:
        today = code.lstrip("-")
        trust: Trust = "local" if full in usage["district"] else "word" if full in usage["word"] else "sure"
        names.setdefault(full, []).append(PlaceName(code=today, trust=trust, full=True))
        if full.endswith("自治州"):
            names.setdefault(short + "州", []).append(PlaceName(code=today, trust="sure", full=True))
        if short != full:
            word = short in usage["word"]
            _add_short(names, today, short, former=code.startswith("-"), word=word)
    for pair in usage["nickname"]:
        nickname, _, code = pair.partition("=")
        names.setdefault(nickname, [PlaceName(code=code, trust="sure", full=False)])
    for other in usage["other"]:
        names.setdefault(other, [PlaceName(code="", trust="sure", full=False)])
    return Gazetteer(
        names={name: tuple(meanings) for name, meanings in names.items()},
        finder=WordFinder(names),
        shorts=shorts,
    )


def _lines(name: str) -> list[str]:
    text = resources.files("cleaners.data").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if not line.startswith("#")]


def _usage() -> dict[str, set[str]]:
    """The sections of ``data/region_usage.txt``."""
    sections: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in _lines("region_usage.txt"):
        if line.startswith("["):
            current = sections.setdefault(line.strip("[]"), set())
        else:
            current.update(line.split())
    return sections


def _add_short(names: dict[str, list[PlaceName]], code: str, short: str, *, former: bool, word: bool) -> None:
    """The short name, unless a larger division has it: 吉林 is the province, 阿克苏 the prefecture."""
    if len(short) < 2 or (former and short in names):
        return
    trust: Trust = "word" if word else "sure"
    if not code.endswith("00") and len(short) < 3:
        trust = "local"
    meanings = names.setdefault(short, [])
    if any(_rank(name.code) < _rank(code) or name.code == code for name in meanings):
        return
    meanings.append(PlaceName(code=code, trust=trust, full=False))


def _rank(code: str) -> int:
    return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3
