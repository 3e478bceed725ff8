"""Search beyond what test_store.py asks of it: the compiled tokens, filters, what the command line says."""

from __future__ import annotations

import random

from cleaners.store.indexing import entries
from cleaners.store.words import letters, tokens


def test_compiled_tokens_are_those_that_queries_are_made_of() -> None:
    rng = random.Random(1)
    texts = ["".join(rng.choices("人民大会堂，。25ab é亿x\n𠀀Ａ台臺", k=rng.randrange(12))) for _ in range(2000)]
    texts += [f"{chr(point)}a中{chr(point)}{chr(point)}" for point in range(0, 0x32000, 37)]
    pairs = list(zip(texts[::2], texts[1::2], strict=False))
    for (title, text), entry in zip(pairs, entries(pairs), strict=True):
        assert entry == (tokens(title), tokens(text), letters(title + text)), (title, text)
