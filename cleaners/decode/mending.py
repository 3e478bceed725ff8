"""Runs of bytes that are broken, or in another encoding than the rest of the page."""

from __future__ import annotations

import re

from cleaners.decode.readability import LOST, score, weight

# No byte below 0x40 but a digit (in GB18030's four-byte characters) is ever part of a multi-byte character, so a run
# from a byte beyond ASCII to the next such byte is read on its own.
RUN = re.compile(rb"[\x80-\xff][\x30-\x39\x40-\xff]*")
UTF8_RUN = re.compile(
    rb"(?<![\x80-\xff])(?:[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3})+"
    rb"(?![\x80-\xff])[\x40-\x7e]?"
)
_OTHERS = ("utf-8", "gb18030", "big5hkscs")
_LONGEST = 4000  # bytes: a broken run beyond it is read with replacement characters instead of being searched
_CLEARLY = 0.25  # how much better a foreign reading must be
_TRUNCATED_UTF8 = re.compile(rb"[\xc2-\xf4][\x80-\xbf]")


def foreign_run(run: bytes, encoding: str) -> str:
    """A run that is valid UTF-8 inside a page of another encoding: the better of both readings."""
    here, other = run.decode(encoding, "replace"), run.decode("utf-8")
    return other if score(other) > score(here) + _CLEARLY else here


def broken_run(run: bytes, encoding: str) -> str:
    """A run of a page that is not all valid in its encoding."""
    readings = [(score(text), text) for other in _OTHERS if (text := _strict(run, other)) is not None]
    own = _strict(run, encoding)
    if own is not None:
        better = [reading for reading in readings if reading[0] > score(own) + _CLEARLY]
        return max(better)[1] if better else own
    readings.append(_best_loss(run, encoding))
    if latin := _latin(run):
        readings.append((score(latin), latin))
    return max(readings, key=lambda reading: reading[0])[1]


def _strict(run: bytes, encoding: str) -> str | None:
    try:
        return run.decode(encoding)
    except UnicodeDecodeError:
        return None


def _latin(run: bytes) -> str | None:
    """Lone bytes among ASCII, as an old widget or template leaves them: © or a curly quote of windows-1252."""
    lone = re.fullmatch(rb"(?:[\x80-\xff]{1,2}[\x00-\x7f]+)*[\x80-\xff]{1,2}[\x00-\x7f]*", run)
    return _strict(run, "cp1252") if lone and not _TRUNCATED_UTF8.search(run) else None


def _best_loss(run: bytes, encoding: str) -> tuple[float, str]:
    """The reading that loses fewest bytes and reads best: after a lost byte, pairs are one byte off until it shows."""
    if encoding in ("gb18030", "big5hkscs") and len(run) <= _LONGEST:
        text = _realign(run, encoding)
    else:
        text = run.decode(encoding, "replace")
    return score(text), text


def _realign(run: bytes, encoding: str) -> str:
    """Viterbi over the bytes: each begins a character or is lost; the sum of the characters' weights decides."""
    best = [0.0] * (len(run) + 1)
    step: list[tuple[int, str]] = [(1, "")] * len(run)
    for at in range(len(run) - 1, -1, -1):
        options = [(best[at + 1] + LOST, 1, "\ufffd")]
        if run[at] < 0x80:
            options = [(best[at + 1], 1, chr(run[at]))]
        for width in (2, 4):
            char = _strict(run[at : at + width], encoding) if run[at] >= 0x80 and at + width <= len(run) else None
            if char is not None and len(char) == 1:
                options.append((best[at + width] + weight(char), width, char))
        gain, width, char = max(options)
        best[at], step[at] = gain, (width, char)
    at, out = 0, []
    while at < len(run):
        out.append(step[at][1])
        at += step[at][0]
    return "".join(out)
