"""Made-up rewriters: spinners with fixed but meaningless dictionaries, to learn spinning from and not its words.

What a spinner does to a text is to swap the same words for the same others everywhere; which words those are is an
accident of its dictionary. So each copy here is spun by one of several random dictionaries, at several strengths, some
with advertising words set in, some on top of a text that was already cut, converted or set among site furniture. And
editors, who drop sentences, move others, and set in phrases and sentences of their own.
"""

from __future__ import annotations

import random
import re
import zlib
from collections import Counter
from typing import Any

STRENGTHS = (0.08, 0.15, 0.25, 0.35, 0.45)
DICTIONARIES = 7
PLAIN, DRESSED, EDITED = 700, 1000, 600
DRESSINGS = ("noise_light", "noise_heavy", "combo_trunc_trad_noise", "trunc_70", "trunc_50", "title")


def _word(text: str) -> bool:
    return len(text) == 2 and all("\u4e00" <= char <= "\u9fff" for char in text)


def vocabulary(texts: list[str]) -> list[str]:
    """What stands in for swapped words: frequent pairs of characters, some with a third one."""
    pairs = Counter(text[at : at + 2] for text in texts for at in range(len(text) - 1) if _word(text[at : at + 2]))
    common = [pair for pair, _ in pairs.most_common(6000)]
    return common + [pair + char for pair in common[:300] for char in "的了和性化"]


def spin(text: str, words: list[str], strength: float, dictionary: int, inserts: random.Random | None) -> str:
    """Swap a ``strength`` of the pairs of characters of a text, the same pair always for the same word."""
    out, at = [], 0
    while at < len(text):
        pair = text[at : at + 2]
        draw = zlib.crc32(f"{dictionary}{pair}".encode())
        if _word(pair) and (draw & 0xFFFF) < strength * 0x10000:
            out.append(words[(draw >> 16) % len(words)])
            if inserts and inserts.random() < 0.05:
                out.append(inserts.choice(words) + inserts.choice(words))
            at += 2
        else:
            out.append(text[at])
            at += 1
    return "".join(out)


def sentences(text: str) -> list[str]:
    """The sentences of a text with what ends them."""
    return [part for part in re.split(r"(?<=[。！？\n])", text) if part.strip()]


def edit(text: str, other: str, words: list[str], source: random.Random) -> str:
    """Drop up to six tenths of the sentences of a text, move some, set in phrases and sentences of another article."""
    share, phrases = source.uniform(0.4, 1), source.choice((0, 0.1, 0.2))
    kept = [part for part in sentences(text) if source.random() < share] or sentences(text)[:1]
    for _ in range(len(kept) // 4 if source.random() < 0.7 else 0):
        kept.insert(source.randrange(len(kept)), kept.pop(source.randrange(len(kept))))
    foreign = sentences(other)
    for _ in range(source.randrange(3) if foreign else 0):
        kept.insert(source.randrange(len(kept) + 1), source.choice(foreign))
    return "".join(
        source.choice(words) + source.choice(words) + "，" + part if source.random() < phrases else part
        for part in kept
    )


def made_up_copies(docs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Spun and edited copies of a sample of ``docs``, with the same groups; always the same ones."""
    source = random.Random(5)
    plain = source.sample([doc for doc in docs if doc["cls"] == "orig"], PLAIN)
    dressed = source.sample([doc for doc in docs if doc["cls"] in DRESSINGS], DRESSED)
    words = vocabulary([doc["text"] for doc in plain])
    copies = []
    for count, doc in enumerate(plain + dressed):
        strength = STRENGTHS[count % len(STRENGTHS)] / (1 if count < PLAIN else 1.5)
        text = spin(doc["text"], words, strength, count % DICTIONARIES, source if count % 3 == 0 else None)
        copies.append({"text": text, "groups": doc["groups"], "cls": "made up"})
    for doc in source.sample([doc for doc in docs if doc["cls"] in ("orig", *DRESSINGS)], EDITED):
        text = edit(doc["text"], source.choice(plain)["text"], words, source)
        copies.append({"text": text, "groups": doc["groups"], "cls": "made up"})
    return copies
