"""How much a decoded text looks like running text: by the characters alone, no dictionary."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # pages that are UTF-8 do without it, and it takes a tenth of a second to import
    import numpy as np
    from numpy.typing import NDArray

LOST = -2.0
"""Weight of a byte that belongs to no character."""
_TOP, _COMMON, _KNOWN, _RARE = 1.0, 0.6, 0.1, -0.8
_MARKS = "，。、“”：；！？《》（）的·…—"
# Scripts whose words are as likely as any in their own encodings, and never in a wrong Chinese one.
_KNOWN_BLOCKS = ((0xA0, 0x17F), (0x370, 0x3FF), (0x410, 0x44F), (0xAC00, 0xD7A3), (0xE01, 0xE5B))
_COMMON_BLOCKS = ((0x3000, 0x3011), (0x3041, 0x30FF), (0xFF01, 0xFF5E), (0x2010, 0x2026))


def score(text: str) -> float:
    """Mean weight of the characters beyond ASCII: near 1 for running Chinese, below 0 for text read wrongly."""
    import numpy as np

    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    codes = codes[codes >= 0x80]
    if codes.size == 0:
        return 0.0
    inside = codes[codes < 65_536]
    return float((weights()[inside].sum() + _RARE * (codes.size - inside.size)) / codes.size)


def weight(char: str) -> float:
    """The weight of one character."""
    return float(weights()[ord(char)]) if ord(char) < 65_536 else _RARE


@cache
def weights() -> NDArray[np.float32]:
    """How likely each character of the BMP is in running text, by code point.

    The levels come with the standards: GB2312 level 1 and Big5 level 1 are the common characters, GB2312 level 2 the
    known ones; ``data/frequent_characters.txt`` names those that carry running text.
    """
    import numpy as np

    table = np.full(65_536, _RARE, dtype=np.float32)
    table[:0x80] = 0.0
    for first, last in _KNOWN_BLOCKS:
        table[first : last + 1] = _KNOWN
    _raise(table, _double_bytes(range(0xD8, 0xF8), range(0xA1, 0xFF), "gb2312"), _KNOWN)
    _raise(table, _double_bytes(range(0xB0, 0xD8), range(0xA1, 0xFF), "gb2312"), _COMMON)
    _raise(table, _double_bytes(range(0xA4, 0xC7), (*range(0x40, 0x7F), *range(0xA1, 0xFF)), "big5"), _COMMON)
    for first, last in _COMMON_BLOCKS:
        table[first : last + 1] = _COMMON
    _raise(table, _frequent(), _TOP)
    table[0xFFFD] = LOST
    return table


def _raise(table: NDArray[np.float32], chars: str, to: float) -> None:
    codes = [ord(char) for char in chars]
    table[codes] = table[codes].clip(min=to)


def _double_bytes(leads: range, trails: range | tuple[int, ...], encoding: str) -> str:
    return "".join(bytes((lead, trail)).decode(encoding, "ignore")[:1] for lead in leads for trail in trails)


def _frequent() -> str:
    lines = resources.files("cleaners.data").joinpath("frequent_characters.txt").read_text(encoding="utf-8")
    listed = (line.partition(" ")[2] for line in lines.splitlines() if not line.startswith("#"))
    return "".join(listed) + _MARKS
