"""The disguises that copies wear, declared once: names, what they cost a copy, which copy is worse, what is undone.

Quality, the choice of the best copy, ``search --disguise``, the field's meaning and README derive from this table. What
finds and undoes them is in :mod:`cleaners.chinese`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Disguise = Literal[
    "annotated",
    "forced-traditional",
    "invisible",
    "punctuation",
    "byte-slip",
    "mojibake",
    "padded",
    "spun",
    "shuffled",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DisguiseKind:
    """One disguise."""

    name: Disguise
    meaning: str
    """For README."""
    cost: float
    """What it takes from the quality of a copy, 0..1: spun text says other words than its author; annotations, and
    bytes that were lost, leave doubts behind even when undone."""
    rank: int
    """Among copies that differ in disguise the one of the higher rank is the better one."""
    repairable: bool
    """Whether it is undone; what is not is only recorded."""


DISGUISES = (
    DisguiseKind(
        name="annotated", cost=0.3, rank=3, repairable=True,
        meaning="readings (pīnyīn) or notes set behind characters: 发展(fāzhǎn)",
    ),
    DisguiseKind(
        name="forced-traditional", cost=0.15, rank=5, repairable=False,
        meaning="traditional characters that a machine made of simplified ones; only `export --script` converts",
    ),
    DisguiseKind(
        name="invisible", cost=0.1, rank=6, repairable=True,
        meaning="characters that are not seen, or private-use glyphs, between the others",
    ),
    DisguiseKind(
        name="punctuation", cost=0.1, rank=8, repairable=True,
        meaning="punctuation doubled or turned to ASCII, spaces inside words",
    ),
    DisguiseKind(
        name="byte-slip", cost=0.15, rank=4, repairable=True,
        meaning="a byte lost in GBK, so that all characters behind it are others",
    ),
    DisguiseKind(
        name="mojibake", cost=0.3, rank=2, repairable=False,
        meaning="characters lost or read in a wrong charset, beyond repair; what could be read back is a repair only",
    ),
    DisguiseKind(
        name="padded", cost=0.15, rank=7, repairable=True,
        meaning="insertions against copying: hidden text, jammer strings, pieces of the title, glued keywords",
    ),
    DisguiseKind(
        name="spun", cost=0.5, rank=0, repairable=False,
        meaning="words swapped for others by a machine",
    ),
    DisguiseKind(
        name="shuffled", cost=0.4, rank=1, repairable=False,
        meaning="clauses or paragraphs in another order than they were written in",
    ),
)  # fmt: skip
"""All of them, in the order in which they are listed to users."""

FOUND_BY_MATCHING: tuple[Disguise, ...] = ("spun", "shuffled")
"""Those that also show by comparing a text with others."""

KINDS: dict[str, DisguiseKind] = {kind.name: kind for kind in DISGUISES}
"""By name."""
UNDISGUISED = len(DISGUISES)
"""The rank of a copy without disguise."""

if set(KINDS) != set(get_args(Disguise)):
    raise TypeError(
        f"the names of the type Disguise are not those of the table: {set(KINDS) ^ set(get_args(Disguise))}"
    )


def rank(disguises: tuple[str, ...]) -> int:
    """The lowest rank among the disguises of a copy.

    >>> rank(("punctuation", "spun")) < rank(("annotated",)) < rank(())
    True
    """
    return min((KINDS[name].rank for name in disguises if name in KINDS), default=UNDISGUISED)
