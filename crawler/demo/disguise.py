"""What copiers do to a text: convert it, annotate it, lose a byte of it, swap its words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial

from cleaners.chinese.script import to_traditional
from crawler.demo.stories import HERE, DemoStory

Change = Callable[[str], str]


def apply(story: DemoStory, disguises: tuple[str, ...]) -> DemoStory:
    """The story as a copier with these disguises prints it (title, names and every block)."""
    change = _CHANGES[disguises]
    return replace(
        story,
        title=change(story.title),
        source=change(story.source),
        section=change(story.section),
        author=change(story.author) if story.author else None,
        blocks=tuple(replace(block, text=change(block.text)) for block in story.blocks),
    )


def restored(story: DemoStory, disguises: tuple[str, ...]) -> DemoStory:
    """The story as cleaning should leave it: annotations and byte slips undone, script and swapped words as they are."""
    return apply(story, tuple("converted" if one == "annotated" else one for one in disguises if one != "byte-slip"))


def annotate(text: str) -> str:
    """Traditional text with the reading in brackets after each character of the table: ``網(wǎng)``."""
    return "".join(f"{char}({reading})" if (reading := _readings().get(char)) else char for char in text)


def slip(text: str) -> str:
    """GBK text that lost the first byte of a full stop: what follows runs one byte off until it falls into step.

    ``。總投資`` is ``A1A3 BF82 CDB6 D959``; without ``A1`` it reads ``A3BF 82CD B6D9 59``.
    """
    return re.sub("。總投資", lambda found: found[0].encode("gbk")[1:].decode("gbk"), text)


def spin(text: str) -> str:
    """The text with every word of the dictionary swapped, longest words first, each place once."""
    words = _synonyms()
    return re.sub("|".join(sorted(words, key=len, reverse=True)), lambda found: words[found[0]], text)


def _annotated(text: str, *, slipped: bool = False) -> str:
    traditional = to_traditional(text)
    return annotate(slip(traditional) if slipped else traditional)


_CHANGES: dict[tuple[str, ...], Change] = {
    (): str,
    ("converted",): to_traditional,
    ("annotated",): _annotated,
    ("annotated", "byte-slip"): partial(_annotated, slipped=True),
    ("spun",): spin,
}


def _table(name: str) -> list[list[str]]:
    lines = (HERE / "words" / name).read_text(encoding="utf-8").splitlines()
    return [line.split() for line in lines if line and not line.startswith("#")]


@cache
def _readings() -> dict[str, str]:
    return {char: syllable for syllable, *chars in _table("pinyin.txt") for char in chars}


@cache
def _synonyms() -> dict[str, str]:
    return {line[0]: line[1] for line in _table("synonyms.txt")}
