"""How usual words are: by the counts of pairs of characters in news (``data/characters.txt``)."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from cleaners.characters import HAN
from cleaners.chinese.script import fold

_RUN = re.compile(f"[{HAN}]{{2,}}")
_PROSE = re.compile(r"[。！？!?；;…：:，,][”’」』）)\"']*$")
_UNSEEN = 0.3  # times that a pair counts that was never met


def commonness(word: str) -> float:
    """How often a word of two characters or more was met, by its rarest pair of characters."""
    counts = _pair_counts()
    return min(counts.get(word[at : at + 2], 0.0) for at in range(len(word) - 1))


def oddness(spun: str, proper: str) -> float:
    """The weight of an entry, 0..3, as in ``data/spun.tsv``: how much rarer the spun word is than the proper one."""
    return max(0.0, min(3.0, math.log10((commonness(proper) + 300) / (commonness(spun) + 3))))


def rarity(text: str) -> float:
    """How rare the pairs of characters of a text's prose are: minus the logarithm of their counts, in bits, on average.

    Of two versions of an article the one in which a machine put other words is the rarer. Lines that end as no sentence
    does (headlines, what a site puts around an article) count only where there are no others.

    >>> rarity("大桥今天正式通车，市民走上桥面。") < rarity("大桥本日郑重通车，市平易近走上桥面。")
    True
    """
    plain = fold(text)
    prose = "\n".join(line for line in plain.split("\n") if _PROSE.search(line.rstrip())) or plain
    counts = _pair_counts()
    pairs = [run[at : at + 2] for run in _RUN.findall(prose) for at in range(len(run) - 1)]
    return -sum(math.log2(counts.get(pair, 0.0) + _UNSEEN) for pair in pairs) / max(1, len(pairs))


@cache
def _pair_counts() -> Mapping[str, float]:
    text = resources.files("cleaners.data").joinpath("characters.txt").read_text(encoding="utf-8")
    lines = text.partition("[pairs] ")[2].splitlines()[1:]
    return {
        line[0] + second: 2.0 ** (ord(level) - ord("A"))
        for line in lines
        for second, level in zip(line[1::2], line[2::2], strict=True)
    }
