"""Undo the disguises that copies wear, only where the text is dense in them, every repair counted.

``diagnose`` looks at the body; ``repair`` applies what it found to the body, and to the title, source, authors and
Markdown that wear the same disguise but are too short to be judged alone. Honest text comes back as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from cleaners.chinese import script
from cleaners.chinese.disguise import ascii_punctuation as halved
from cleaners.chinese.disguise import (
    byte_shift,
    clause_order,
    glued_keyword,
    invisible,
    jammer,
    pinyin_bait,
    punctuation,
    title_pieces,
)
from cleaners.chinese.disguise.punctuation import RepairedText, count_han
from cleaners.chinese.disguise.title_pieces import TitlePieces
from cleaners.chinese.disguise.unreadable import MUCH_LOST, lost_share
from cleaners.disguises import Disguise

__all__ = ["MUCH_LOST", "DisguiseDiagnosis", "RestoredText", "diagnose", "lost_share", "repair"]

_MISTAKES_OF_CHANCES = 0.03
_FEWEST_MISTAKES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class DisguiseDiagnosis:
    """Which disguises a text wears."""

    disguises: tuple[Disguise, ...] = ()
    """As an article records them."""
    hidden: bool = False
    """Whether it is full of characters that are not seen."""
    glyphs: bool = False
    """Whether private-use glyphs are scattered over it."""
    spaced: bool = False
    """Whether spaces stand inside its words."""
    doubled: bool = False
    """Whether its punctuation is doubled."""
    halved: bool = False
    """Whether all of its punctuation was turned to ASCII."""
    jammed: bool = False
    """Whether jammer strings stand between its lines."""
    pieces: TitlePieces = TitlePieces()
    """The pieces of its title that stand at its marks."""
    keywords: tuple[str, ...] = ()
    """Keywords glued to its dateline or to its paragraphs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoredText:
    """A text after all repairs."""

    text: str
    """The text, in its own script."""
    repairs: Mapping[str, int]
    """Kind of repair -> how many were made."""


def diagnose(text: str, title: str | None = None) -> DisguiseDiagnosis:
    """Find the disguises of a body of text under its title (characters of any script; other languages have none)."""
    han = count_han(text)
    if han == 0:
        return DisguiseDiagnosis()
    found: list[Disguise] = []
    hidden = invisible.is_dense(text, han)
    text = invisible.repair(text, dense=hidden).text
    jammed, pieces, keywords = jammer.is_jammed(text), title_pieces.find(text, title), glued_keyword.find(text)
    if jammed or pieces.pieces or keywords:
        found.append("padded")
        text = _unpadded(text, jammed, pieces, keywords).text
    if pinyin_bait.is_dense(text, han):
        found.append("annotated")
        text = pinyin_bait.repair(text).text
    if byte_shift.is_suspect(text) and (slipped := byte_shift.repair(text)).repairs:
        found.append("byte-slip")
        text = pinyin_bait.repair(slipped.text).text if "annotated" in found else slipped.text
    glyphs = invisible.has_glyphs(text)
    if hidden or glyphs:
        found.append("invisible")
    spaced, doubled = punctuation.has_stray_spaces(text, han), punctuation.has_doubles(text, han)
    narrow = halved.is_halved(text, han)
    if spaced or doubled or narrow:
        found.append("punctuation")
    if _is_forced(text, annotated="annotated" in found):
        found.append("forced-traditional")
    if not (spaced or doubled or narrow) and clause_order.is_shuffled(script.fold(text)):
        found.append("shuffled")
    return DisguiseDiagnosis(
        disguises=tuple(found),
        hidden=hidden,
        glyphs=glyphs,
        spaced=spaced,
        doubled=doubled,
        halved=narrow,
        jammed=jammed,
        pieces=pieces,
        keywords=keywords,
    )


def _unpadded(text: str, jammed: bool, pieces: TitlePieces, keywords: tuple[str, ...]) -> RepairedText:
    repairs: dict[str, int] = {}
    if jammed:
        done = jammer.repair(text)
        text, repairs = done.text, {**repairs, **done.repairs}
    done = title_pieces.repair(text, pieces)
    text, repairs = done.text, {**repairs, **done.repairs}
    done = glued_keyword.repair(text, keywords)
    return RepairedText(text=done.text, repairs={**repairs, **done.repairs})


def _is_forced(text: str, *, annotated: bool) -> bool:
    """Whether a machine made traditional text from simplified: by the mistakes that only machines make."""
    if script.detect(text) != "traditional":
        return False
    mistakes, chances = script.conversion_mistakes(text)
    return annotated or (mistakes >= _FEWEST_MISTAKES and mistakes >= chances * _MISTAKES_OF_CHANCES)


def repair(text: str, diagnosis: DisguiseDiagnosis) -> RestoredText:
    """Undo the diagnosed disguises in the text they were found in or in a part of the same article."""
    repairs: Counter[str] = Counter()

    def keep(done: RepairedText) -> str:
        repairs.update(done.repairs)
        return done.text

    text = keep(invisible.repair(text, dense=diagnosis.hidden))
    if "padded" in diagnosis.disguises:
        text = keep(_unpadded(text, diagnosis.jammed, diagnosis.pieces, diagnosis.keywords))
    if "annotated" in diagnosis.disguises:
        text = keep(pinyin_bait.repair(text))
    if "byte-slip" in diagnosis.disguises:  # before private-use glyphs go: they are bytes that a slipped run needs
        text = keep(byte_shift.repair(text))
        if "annotated" in diagnosis.disguises:  # readings whose character was not to be seen before
            text = keep(pinyin_bait.repair(text))
    if diagnosis.glyphs:
        text = keep(invisible.repair_glyphs(text))
    if diagnosis.spaced:
        text = keep(punctuation.repair_spaces(text))
    if diagnosis.doubled:
        text = keep(punctuation.repair_doubles(text))
    if diagnosis.halved:
        text = keep(halved.repair(text))
    return RestoredText(text=text, repairs=dict(repairs))
