"""Characters of one Chinese script only, from ``data/scripts.txt``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True, kw_only=True)
class CharacterScripts:
    """What tells the scripts apart."""

    to_simplified: Mapping[str, str]
    """Traditional character -> simplified character, one to one, where the language leaves no doubt."""
    simplified: frozenset[str]
    """Characters that no traditional text has."""


@cache
def scripts() -> CharacterScripts:
    """The table, read once."""
    text = resources.files("cleaners.data").joinpath("scripts.txt").read_text(encoding="utf-8")
    parts: dict[str, list[str]] = {}
    current: list[str] = []
    for line in text.splitlines():
        if line.startswith("["):
            current = parts.setdefault(line.strip("[]"), [])
        elif not line.startswith("#"):
            current.append(line.strip())
    pairs = "".join(parts["to-simplified"])
    return CharacterScripts(
        to_simplified=dict(zip(pairs[::2], pairs[1::2], strict=True)),
        simplified=frozenset("".join(parts["simplified"])),
    )
