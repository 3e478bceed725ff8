"""What a single repair gives back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cleaners.chinese.script.ruby import HAN

_HAN = re.compile(f"[{HAN}]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Repaired:
    """A text after one kind of repair."""

    text: str
    """The text."""
    repairs: Mapping[str, int]
    """Kind of repair -> how many were made; kinds with none are left out."""


def count_han(text: str) -> int:
    """How many Chinese characters the text has."""
    return len("".join(_HAN.findall(text)))


def substitute(text: str, kind: str, pattern: re.Pattern[str], replacement: str) -> Repaired:
    """Replace every match and count it."""
    changed, number = pattern.subn(replacement, text)
    return Repaired(text=changed, repairs={kind: number} if number else {})
