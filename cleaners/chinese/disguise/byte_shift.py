"""GBK text that lost bytes and is read one byte off until it falls into step again.

Such runs come from programs that replace text byte by byte without looking where characters begin: a full-width ？
(``A3BF``) narrowed to ``?`` is found across two characters too, in 。總 (``A1A3 BF82``), and a reading in brackets is
set between the two bytes of a character. What stood before and behind loses its half, and all that follows is paired
wrongly until an ASCII letter passes for the second byte of a character, or a byte finds no partner and becomes ``?``.

The repair puts back bytes that fit and decodes again. Many texts could have been damaged into this one; it takes the
one that is likeliest by the character model, if it is clearly likelier than the damaged text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from cleaners.characters import HAN
from cleaners.chinese.disguise.byte_shift_search import (
    LOST,
    UNKNOWN,
    ByteRun,
    SearchState,
    beams,
    close,
    double,
    lead_options,
)
from cleaners.chinese.disguise.model import CharacterModel, model, simplify
from cleaners.chinese.disguise.punctuation import RepairedText
from cleaners.chinese.script.ruby import LETTERS

# A reading; its opening bracket is gone where it was taken for the second byte of a character.
_HALF_READING = rf"(?:[(（]?[{LETTERS}]{{1,6}}[)）])?"
_LOST = re.compile(rf"[?\ufffd]{_HALF_READING}")
_UNMAPPED = "\ue000-\ue765"  # where gb18030 puts pairs of bytes that GBK leaves to the user
_SYMBOLS = "\u3041-\u30fe\u0370-\u03ff\u0400-\u045f\u2015-\u2642\u3105-\u3129"
_READABLE = rf"[{HAN}{_SYMBOLS}]"
_START = re.compile(
    rf"(?P<lost>[?？\ufffd]{_HALF_READING})(?P<second>[!！?？,:;])?(?={_READABLE})"
    rf"|(?P<mark>[!！,:;])(?={_READABLE})"
    rf"|(?P<bare>\ufffd)(?P<narrow>[!！?？,:;])(?=\ufffd)"  # no whole character between both losses
    rf"|(?<=[{HAN}])(?=[{_UNMAPPED}][{HAN}])"
)
_MAY_START = re.compile(f"[?？\ufffd!！,:;{_UNMAPPED}]")  # found much faster, and most texts have few
_MARKS = re.compile("[?？!！,:;\ufffd]")
_BEHIND = re.compile(rf"[{HAN}]{{0,2}}")  # what has a say behind the run
_NARROWED = {"!": 0xA1, "?": 0xBF, ",": 0xAC, ":": 0xBA, ";": 0xBB}
_ACROSS = 0xA3  # the first byte of every full-width mark, here the second byte of the character before
# 。” before a number: A1 without its partner, A3A1 taken for ！, B1 that took the first digit for its partner.
_QUOTE_LOST = re.compile(r"[?\ufffd][!！][?\ufffd](?=\d)")
_PROBE, _UNLIKELY = 5, -9.5  # characters looked at, and the mean log probability under which they are no text
_MARK = -7.0  # log probability of a mark where it stands as text
_LESS_LIKELY = -8.0  # nats against a full stop lost with half of the next character: not seen on the web so far
_FULL_STOP_BONUS = 5.0  # nats for 。: two thirds of all characters that end with A3 in running text
_CERTAIN = 5.0  # nats by which a character that was guessed must be better than none
# The same where only a full stop was guessed, in a text whose full-width marks were narrowed: the narrowed mark that
# took its half tells the next byte.
_CERTAIN_STOP = 1.2
_EARLY = 4.0  # nats by which it must be better to end a run before its bytes say so
_PLAUSIBLE = -9.5  # mean log probability the repaired text must reach
_LONGEST = 60
_MOST_RUNS = 60  # a bound on the time that one text may take; what is beyond stays as it is
_FEWEST_UNMARKED = 4  # pairs of a run that begins with nothing but a private-use character, which may be a glyph


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShiftSettings:
    """By how many nats the repaired text must be likelier."""

    event: float
    """Altogether."""
    character: float
    """For every character of the run."""


_STRICT = _ShiftSettings(event=8.0, character=1.0)  # slips are rare
_LENIENT = _ShiftSettings(event=3.0, character=0.5)  # where one was found there are more


@dataclass(frozen=True, slots=True, kw_only=True)
class _ShiftRepair:
    start: int
    end: int
    text: str
    lost: int


def is_suspect(text: str) -> bool:
    """Whether some run behind a mark reads so badly that it may be one byte off."""
    return _QUOTE_LOST.search(text) is not None or any(
        _reads_badly(model(), text, start.end()) for start in _starts(text)
    )


def _starts(text: str) -> Iterator[re.Match[str]]:
    """Every place where a run may begin."""
    at = 0
    while found := _MAY_START.search(text, at):
        at = found.end()
        if start := _START.match(text, found.start()):
            yield start
            at = max(at, start.end())


@lru_cache(maxsize=4)  # a body is asked about when it is diagnosed, when it is repaired, and once more as Markdown
def repair(text: str) -> RepairedText:
    """Put every slipped run back into step where the model clearly prefers the result.

    Counted are ``byte slips`` (runs put right) and ``characters lost`` (what could not be brought back: U+FFFD).
    """
    text, closed = _close_quotes(text)
    slips, lost = closed, closed
    for caution in (_STRICT, _LENIENT):
        out, end = [], 0
        for mended in _mended(text, caution):
            out += [text[end : mended.start], mended.text]
            end, slips, lost = mended.end, slips + 1, lost + mended.lost
        text = "".join((*out, text[end:]))
        if not slips:
            break
    counts = {"byte slips": slips, "characters lost": lost}
    text = text.replace(UNKNOWN, "\ufffd")
    return RepairedText(text=text, repairs={kind: number for kind, number in counts.items() if number})


def _close_quotes(text: str) -> tuple[str, int]:
    number = 0

    def close(match: re.Match[str]) -> str:
        nonlocal number
        before = text[: match.start()]
        if before.count("“") <= before.count("”"):
            return match.group()
        number += 1
        return "。”" + UNKNOWN

    return _QUOTE_LOST.sub(close, text), number


def _mended(text: str, caution: _ShiftSettings) -> Iterator[_ShiftRepair]:
    chars, end, tried = model(), 0, 0
    for start in _starts(text):
        trusted = start["bare"] or (caution is _LENIENT and start.group())
        if start.start() >= end and (trusted or _reads_badly(chars, text, start.end())):
            tried += 1
            if tried > _MOST_RUNS:
                return
            mended = _mend(chars, text, start, caution)
            if mended is not None:
                yield mended
                end = mended.end


def _reads_badly(chars: CharacterModel, text: str, at: int) -> bool:
    probe = text[at : at + _PROBE]
    return chars.text(probe) < _UNLIKELY * len(probe)


def _mend(chars: CharacterModel, text: str, start: re.Match[str], caution: _ShiftSettings) -> _ShiftRepair | None:
    run = _run(text, start.end())
    fewest = 1 if start.group() else _FEWEST_UNMARKED
    if len(run.pairs) + bool(run.suffix) < fewest and not start["bare"]:
        return None
    before = simplify(text[max(0, start.start() - 1) : start.start()])
    states = beams(chars, list(_beginnings(chars, before, start)), run.pairs)
    run = _back_in_step(chars, states, run, text, start.end())
    after = simplify(_BEHIND.findall(text, run.end, run.end + 2)[0])
    found = close(chars, states[len(run.pairs)], run, after)
    # A full-width mark is two bytes that are there, so they tell what a lost byte stood before.
    alone = start["lost"] and start["lost"][0] != "？" and not start["second"]
    if alone and (unread := _without_its_first(chars, run, after)) is not None:
        narrowed = found is not None and found.text[:1] == "。" and "，" not in text
        certain = _CERTAIN_STOP if narrowed else _CERTAIN
        if found is None or found.score < unread.score + certain:
            found = unread
    if found is None:
        return None
    as_it_is = chars.text(text[start.end() : run.end] + after) + _MARK * len(_MARKS.findall(start.group()))
    gain = found.score - as_it_is - caution.event - caution.character * len(run.pairs)
    if gain < 0 or found.score < _PLAUSIBLE * (len(found.text) + len(after)):
        return None
    return _ShiftRepair(start=start.start(), end=run.end, text=found.text + run.suffix, lost=found.text.count(UNKNOWN))


def _without_its_first(chars: CharacterModel, run: ByteRun, after: str) -> SearchState | None:
    """The run behind a mark that stands for one byte, the first of a character that nobody can know."""
    if not run.pairs:
        return None
    first = SearchState.begin(chars, "", "", run.pairs[0][1], 0.0).lose(UNKNOWN, LOST, run.pairs[0][1])
    return close(chars, beams(chars, [first], run.pairs[1:])[-1], run, after)


def _back_in_step(chars: CharacterModel, states: list[list[SearchState]], run: ByteRun, text: str, at: int) -> ByteRun:
    """The run, cut where the text is likelier unrepaired: there a byte without a partner was dropped silently."""
    as_it_is, best = 0.0, (-_EARLY, len(run.pairs))
    gains = [0.0]
    for index in range(1, len(run.pairs) + 1):
        as_it_is += chars.text(text[at + index - 1], simplify(text[at + index - 2]) if index > 1 else "")
        gains.append(states[index][0].score - as_it_is if states[index] else -1e9)
    whole = gains[-1]
    for index in range(1, len(run.pairs)):
        best = max(best, (gains[index] + LOST - whole - _EARLY, index))
    cut = best[1]
    if best[0] <= 0 or cut == len(run.pairs):
        return run
    return ByteRun(pairs=run.pairs[:cut], end=at + cut, closing=None, lost=True, next_byte=run.pairs[cut][0])


def _run(text: str, at: int) -> ByteRun:
    """The bytes from here to the place where both ways of pairing them must agree again."""
    pairs: list[bytes] = []
    while at < len(text) and len(pairs) < _LONGEST:
        if lost := _LOST.match(text, at):
            digit = text[lost.end() : lost.end() + 1].isdigit()  # the digit before it was taken for a second byte too
            return ByteRun(
                pairs=tuple(pairs),
                end=lost.end(),
                closing=None,
                lost=True,
                keep_mark=digit,
                next_byte=_byte(text, lost),
            )
        if text[at] < "\x80":
            letter = "\x40" <= text[at] < "\x7f"
            return ByteRun(pairs=tuple(pairs), end=at + letter, closing=ord(text[at]) if letter else None)
        code = text[at].encode("gb18030")
        if len(code) != 2:
            break
        if code[1] < 0x80:  # no first byte: a letter that stands for itself
            return ByteRun(pairs=tuple(pairs), end=at + 1, closing=code[0], suffix=chr(code[1]))
        pairs.append(code)
        at += 1
    return ByteRun(pairs=tuple(pairs), end=at, closing=None)


def _byte(text: str, lost: re.Match[str]) -> int | None:
    """The first byte behind a lost one, with which it makes no character; None when that one may be gone too."""
    behind = text[lost.end() : lost.end() + 1].encode("gb18030")
    return behind[0] if behind and lost.group() == "\ufffd" else None


def _beginnings(chars: CharacterModel, before: str, start: re.Match[str]) -> Iterator[SearchState]:
    """What the mark may have replaced: text, and the first byte of the character that lost it."""
    mark = start["second"] or start["mark"] or start["narrow"] or (start["lost"] or " ")[0]
    if (narrowed := _NARROWED.get(mark.translate({0xFF01: "!", 0xFF1F: "?"}))) is not None:
        for lead in lead_options():
            if (char := double(lead, _ACROSS)) is not None:
                bonus = _FULL_STOP_BONUS if char == "。" else 0.0
                yield SearchState.begin(chars, before, char, narrowed, bonus)
    if (start["lost"] and start["second"]) or start["mark"] or start["bare"]:
        return
    # U+FFFD and an unmapped character stand for the byte itself, and so does a mark with a reading behind it (set
    # inside the character, which lost its first byte to the bracket); a mark alone may have swallowed a full stop too.
    itself = not start["lost"] or start["lost"][0] == "\ufffd" or len(start["lost"]) > 1
    for lead in lead_options():
        yield SearchState.begin(chars, before, "" if itself else "。", lead, 0.0 if itself else _LESS_LIKELY)
