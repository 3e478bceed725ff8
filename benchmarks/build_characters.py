"""Build cleaners/data/characters.txt, the character model of restore/, from jieba's word list.

    pip download --no-deps jieba==0.42.1 && tar xzf jieba-0.42.1.tar.gz
    python benchmarks/build_characters.py jieba-0.42.1/jieba/dict.txt > cleaners/data/characters.txt

jieba (https://github.com/fxsjy/jieba) is under the MIT licence, Copyright (c) 2013 Sun Junyi. Its list gives words with
their frequencies; counted here are characters and pairs of characters inside words, simplified. A count is kept as one
letter: its binary logarithm, ``A`` = 0.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

HAN = re.compile("[\u4e00-\u9fff]+")
CHARACTERS, PAIRS = 8_000, 40_000


def level(count: int) -> str:
    return chr(ord("A") + int(math.log2(count)))


def main() -> None:
    single: Counter[str] = Counter()
    pairs: Counter[str] = Counter()
    for line in Path(sys.argv[1]).read_text(encoding="utf-8").splitlines():
        word, count = line.split(" ")[:2]
        if HAN.fullmatch(word):
            for char in word:
                single[char] += int(count)
            for first, second in pairwise(word):
                pairs[first + second] += int(count)
    followers: dict[str, str] = {}
    for pair, count in pairs.most_common(PAIRS):
        followers[pair[0]] = followers.get(pair[0], "") + pair[1] + level(count)
    by_level: dict[str, str] = {}
    for char, count in single.most_common(CHARACTERS):
        by_level[level(count)] = by_level.get(level(count), "") + char
    print(f"# {(__doc__ or '').splitlines()[0]}")
    print("# Source: jieba 0.42.1 dict.txt, MIT licence, Copyright (c) 2013 Sun Junyi. Recipe: that script.")
    print(f"[characters] {sum(single.values())}")
    for letter in sorted(by_level, reverse=True):
        print(letter + by_level[letter])
    print(f"[pairs] {sum(pairs.values())}")
    for first in sorted(followers):
        print(first + followers[first])


if __name__ == "__main__":
    main()
