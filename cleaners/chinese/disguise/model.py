"""How likely a run of Chinese is: a character model with pairs, read from ``data/characters.txt``."""

from __future__ import annotations

import math
import string
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cleaners.chinese.script.characters import scripts

_PAIR_SHARE = 0.6  # weight of the pairs against single characters (linear interpolation)
_UNSEEN = math.log(2e-8)
_MARKS: Mapping[str, float] = {"，": 0.05, "。": 0.03, "、": 0.02, "“": 0.006, "”": 0.006, "：": 0.004, "；": 0.003}
_OTHER_MARKS = "？！《》（）·…—【】"


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterModel:
    """Natural logarithms of probabilities; simplified characters."""

    single: Mapping[str, float]
    """Character -> log probability after a character with which it makes no known pair."""
    pairs: Mapping[str, float]
    """Two characters -> log probability of the second one after the first one."""

    def step(self, previous: str, char: str) -> float:
        """Log probability of a character after another one; both simplified."""
        known = self.pairs.get(previous + char)
        return self.single.get(char, _UNSEEN) if known is None else known

    def text(self, text: str, previous: str = "") -> float:
        """Log probability of a text of either script."""
        total = 0.0
        for char in simplify(text):
            total += self.step(previous, char)
            previous = char
        return total


def simplify(text: str) -> str:
    """Character by character: enough for the model."""
    table = scripts().to_simplified
    return "".join([table.get(char, char) for char in text])


@cache
def model() -> CharacterModel:
    """The model, read once."""
    text = resources.files("cleaners.data").joinpath("characters.txt").read_text(encoding="utf-8")
    head, _, tail = text.partition("[pairs] ")
    singles = [line for line in head.splitlines() if line and line[0] not in "#["]
    total = float(head.partition("[characters] ")[2].partition("\n")[0])
    single = {char: _log(line[0]) - math.log(total) for line in singles for char in line[1:]}
    single.update({mark: math.log(share) for mark, share in _MARKS.items()})
    single.update(dict.fromkeys(_OTHER_MARKS, math.log(0.001)))
    single.update(dict.fromkeys(string.digits, math.log(0.004)))
    pairs: dict[str, float] = {}
    for line in tail.splitlines()[1:]:
        first = line[0]
        base = single.get(first, _UNSEEN) + math.log(total)
        for second, letter in zip(line[1::2], line[2::2], strict=True):
            share = min(math.exp(_log(letter) - base), 0.9)
            chance = math.exp(single.get(second, _UNSEEN))
            pairs[first + second] = math.log(_PAIR_SHARE * share + (1 - _PAIR_SHARE) * chance)
    alone = math.log(1 - _PAIR_SHARE)
    return CharacterModel(single={char: value + alone for char, value in single.items()}, pairs=pairs)


def _log(letter: str) -> float:
    """The middle of the level that a letter stands for."""
    return (ord(letter) - ord("A") + 0.5) * math.log(2)
