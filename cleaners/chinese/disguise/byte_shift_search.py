"""Beam search over the texts that a run of bytes may have been before it was read one byte off."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from cleaners.chinese.disguise.model import CharacterModel, simplify

UNKNOWN = "\x00"
"""Stands for a character that cannot be brought back, until the repair is done."""
_BEAM = 24
_EXPANDED = 3  # states from which every continuation is tried
_BAD_STEP = -12.5  # a character so unlikely that bytes may be missing before it
# Pairs without a character in GBK: most decoders drop both bytes without a trace.
_UNMAPPED_LEADS = (*range(0xAA, 0xB0), *range(0xF8, 0xFF))
_UNMAPPED_TRAILS = range(0xA1, 0xFF)
_DANGLING = -6.0  # a first byte at the end of the run whose second one is gone without a trace
LOST = -9.0
"""Log probability of an unknown character."""
_CLEAR = 6.0  # nats between a reading and a guess


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteRun:
    """Bytes as they are paired in the text that is read one byte off."""

    pairs: tuple[bytes, ...]
    """Two bytes each."""
    end: int
    """Index into the text behind the run."""
    closing: int | None
    """The byte that ends it, second byte of a character: after it both ways of pairing agree."""
    suffix: str = ""
    """The ASCII letter behind it, that had been taken for a second byte."""
    lost: bool = False
    """Whether it ends with a byte that found no partner and became a question mark."""
    keep_mark: bool = False
    """Whether that question mark stands for more than this byte."""
    next_byte: int | None = None
    """The byte behind the lost one, where it is known: the two make no character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchState:
    """One reading so far."""

    score: float
    """Log probability."""
    text: str
    """What was read."""
    previous: str
    """Its last character, simplified."""
    pending: int
    """The first byte of the next character."""

    @staticmethod
    def begin(chars: CharacterModel, before: str, text: str, pending: int, bonus: float) -> SearchState:
        """A reading that begins with ``text`` after the character ``before``."""
        score = chars.text(text, before) + bonus
        return SearchState(score=score, text=text, previous=simplify(text[-1:]) or before, pending=pending)

    def read(self, chars: CharacterModel, char: str, pending: int) -> SearchState:
        """The reading with one more character."""
        plain = _simplified(char)
        score = self.score + chars.step(self.previous, plain)
        return SearchState(score=score, text=self.text + char, previous=plain, pending=pending)

    def lose(self, mark: str, score: float, pending: int = 0) -> SearchState:
        """The reading with something in it that cannot be known."""
        return SearchState(score=self.score + score, text=self.text + mark, previous="", pending=pending)


def lead_options() -> range:
    """First bytes of GBK characters."""
    return range(0x81, 0xFF)


@lru_cache(maxsize=70_000)
def double(lead: int, trail: int) -> str | None:
    """The character of two GBK bytes, None where there is none."""
    try:
        char = bytes((lead, trail)).decode("gbk")
    except UnicodeDecodeError:
        return None
    return char if len(char) == 1 else None


@lru_cache(maxsize=70_000)
def _simplified(char: str) -> str:
    return simplify(char)


def beams(chars: CharacterModel, states: list[SearchState], pairs: tuple[bytes, ...]) -> list[list[SearchState]]:
    """The likeliest readings after no pair, one pair, and so on, the best first."""
    found = [states]
    for pair in pairs:
        states = _best(_advance(chars, states, pair))
        found.append(states)
    return found


def close(chars: CharacterModel, states: list[SearchState], run: ByteRun, after: str) -> SearchState | None:
    """The likeliest reading of the whole run, with the characters behind it taken into account; None where none fits.

    Where readings are about equally likely, what they do not agree on becomes :data:`UNKNOWN`.
    """
    ended = sorted(_close(chars, states, run, after), key=lambda state: -state.score)
    return _agreed(ended) if ended else None


def _best(states: Iterable[SearchState]) -> list[SearchState]:
    return heapq.nlargest(_BEAM, states, key=lambda state: state.score)


def _advance(chars: CharacterModel, states: list[SearchState], pair: bytes) -> Iterator[SearchState]:
    bad = []
    for state in states:
        char = double(state.pending, pair[0])
        if char is not None:
            following = state.read(chars, char, pair[1])
            yield following
            if following.score - state.score > _BAD_STEP:
                continue
        bad.append(state)
    if len(states) <= _BEAM:  # not at the very beginning, where every state is a guess
        for state in bad[:_EXPANDED]:
            yield from _over_dropped_pair(chars, state, pair[0], pair[1])


def _over_dropped_pair(chars: CharacterModel, state: SearchState, trail: int, pending: int) -> Iterator[SearchState]:
    """Readings with a pair of bytes gone before this byte: half of one character, half of the next."""
    firsts = [char for lead in _UNMAPPED_LEADS if (char := double(state.pending, lead)) is not None]
    seconds = [char for lead in _UNMAPPED_TRAILS if (char := double(lead, trail)) is not None]
    for first in heapq.nlargest(2, (state.read(chars, char, 0) for char in firsts), key=lambda each: each.score):
        yield first.lose(UNKNOWN, LOST, pending)
        yield from heapq.nlargest(
            8, (first.read(chars, char, pending) for char in seconds), key=lambda each: each.score
        )


def _close(chars: CharacterModel, states: list[SearchState], run: ByteRun, after: str) -> Iterator[SearchState]:
    likeliest = states[:_EXPANDED]
    for state in states:
        if run.closing is not None:
            if (char := double(state.pending, run.closing)) is not None:
                yield _hear(chars, state.read(chars, char, 0), after)
            if state in likeliest:
                yield from (_hear(chars, over, after) for over in _over_dropped_pair(chars, state, run.closing, 0))
        elif run.lost:
            mark = "?" if run.keep_mark else ""
            for trail in range(0x40, 0xFF) if state in likeliest else ():
                char = double(state.pending, trail)
                if char is not None and (run.next_byte is None or double(trail, run.next_byte) is None):
                    yield _hear(chars, state.read(chars, char, 0), after).lose(mark, 0.0)
            yield _hear(chars, state.lose(UNKNOWN, LOST), after)
        else:
            yield _hear(chars, state.lose("", _DANGLING), after)


def _agreed(ended: list[SearchState]) -> SearchState:
    """The best reading, with :data:`UNKNOWN` for what nearly as likely ones read differently."""
    best = ended[0]
    text = best.text
    for other in ended[1:]:
        if best.score - other.score >= _CLEAR:
            break
        if len(other.text) == len(text):
            text = "".join(mine if mine == theirs else UNKNOWN for mine, theirs in zip(text, other.text, strict=True))
    return SearchState(score=best.score, text=text, previous=best.previous, pending=0)


def _hear(chars: CharacterModel, state: SearchState, after: str) -> SearchState:
    score = state.score + chars.text(after, state.previous)
    return SearchState(score=score, text=state.text, previous=state.previous, pending=state.pending)
