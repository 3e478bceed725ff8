"""Runs of bytes that are broken, or in another encoding than the rest of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from cleaners.page.decode.readability import LOST, score, weight

# No byte below 0x40 but a digit (in GB18030's four-byte characters) is ever part of a multi-byte character, so a run
# from a byte beyond ASCII to the next such byte is read on its own.
RUN = re.compile(rb"[\x80-\xff][\x30-\x39\x40-\xff]*")
# The first byte is looked for before what must stand around it, so that the search jumps from one to the next.
UTF8_RUN = re.compile(
    rb"[\xc2-\xf4](?<![\x80-\xff].)"
    rb"(?:(?<=[\xc2-\xdf])[\x80-\xbf]|(?<=[\xe0-\xef])[\x80-\xbf]{2}|(?<=[\xf0-\xf4])[\x80-\xbf]{3})"
    rb"(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})*"
    rb"(?![\x80-\xff])[\x40-\x7e]?"
)
PRIVATE = re.compile("[\ue000-\ue765]")  # unassigned in GBK: the sign of pairs that are one byte off
_OTHERS = ("utf-8", "gb18030", "big5hkscs")
_LONGEST = 4000  # bytes: a broken run beyond it is read with replacement characters instead of being searched
_LOST_PAIR = LOST - 0.5  # one bad byte spoils a character of two bytes
_CLEARLY = 0.25  # how much better a foreign reading must be
_DOUBLE_BYTE = ("gb18030", "big5hkscs")
_TRUNCATED_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


def foreign_run(run: bytes, encoding: str) -> str:
    """A run that is valid UTF-8 inside a page of another encoding: the better of both readings."""
    here, other = run.decode(encoding, "replace"), _strict(run, "utf-8")
    return other if other is not None and score(other) > score(here) + _CLEARLY else here


def broken_run(run: bytes, encoding: str) -> str:
    """A run of a page that is not all valid in its encoding."""
    own = _strict(run, encoding)
    if own is None or PRIVATE.search(own):
        own = _least_loss(run, encoding)
    elif not UTF8_RUN.search(run):
        return own
    readings = [(score(text), text) for other in _OTHERS if (text := _strict(run, other)) is not None]
    if encoding not in _DOUBLE_BYTE and (latin := _latin(run)):
        readings.append((score(latin), latin))
    best = max(readings, key=lambda reading: reading[0], default=(-9.0, own))
    return best[1] if best[0] > score(own) + _CLEARLY else own


def _strict(run: bytes, encoding: str) -> str | None:
    try:
        return run.decode(encoding)
    except UnicodeDecodeError:
        return None


def _latin(run: bytes) -> str | None:
    """Lone bytes among ASCII, as an old widget or template leaves them: © or a curly quote of windows-1252."""
    lone = re.fullmatch(rb"(?:[\x80-\xff]{1,2}[\x00-\x7f]+)*[\x80-\xff]{1,2}[\x00-\x7f]*", run)
    return _strict(run, "cp1252") if lone and not _TRUNCATED_UTF8.search(run) else None


def _least_loss(run: bytes, encoding: str) -> str:
    """The reading that loses fewest bytes and reads best: after a lost byte, pairs are one byte off until it shows."""
    if encoding in _DOUBLE_BYTE and len(run) <= _LONGEST:
        return _realign(run, encoding)
    return run.decode(encoding, "replace")


def _grade(char: str) -> float:
    """The weight of a character, finer than :func:`weight` where a frequency is known."""
    return _frequencies().get(char) or weight(char) * 0.6


@cache
def _frequencies() -> Mapping[str, float]:
    """Character -> 0..1 by the logarithm of its frequency, from ``data/characters.txt``; read for broken pages only."""
    text = resources.files("cleaners.data").joinpath("characters.txt").read_text(encoding="utf-8")
    lines = [line for line in text.partition("[pairs]")[0].splitlines() if line and line[0] not in "#["]
    return {char: max(0.0, (ord(line[0]) - ord("E")) / 16) for line in lines for char in line[1:]}


def _realign(run: bytes, encoding: str) -> str:
    """Viterbi over the bytes: each begins a character or is lost; the sum of the characters' weights decides."""
    best = [0.0] * (len(run) + 1)
    step: list[tuple[int, str]] = [(1, "")] * len(run)
    for at in range(len(run) - 1, -1, -1):
        options = [(best[at + 1] + LOST, 1, "\ufffd")]
        if at + 2 <= len(run):
            options.append((best[at + 2] + _LOST_PAIR, 2, "\ufffd"))
        if run[at] < 0x80:
            options = [(best[at + 1], 1, chr(run[at]))]
        for width in (2, 4):
            char = _strict(run[at : at + width], encoding) if run[at] >= 0x80 and at + width <= len(run) else None
            if char is not None and len(char) == 1:
                options.append((best[at + width] + _grade(char), width, char))
        gain, width, char = max(options)
        best[at], step[at] = gain, (width, char)
    at, out = 0, []
    while at < len(run):
        out.append(step[at][1])
        at += step[at][0]
    return "".join(out)
