"""Which rules of noise a line meets: the tables of this room, put together in the order in which they are asked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from cleaners.extract.boilerplate.asides import ASIDES
from cleaners.extract.boilerplate.closing import CLOSING
from cleaners.extract.boilerplate.heads import ABOVE
from cleaners.extract.boilerplate.mention import only_mentioned
from cleaners.extract.boilerplate.notices import NOTICES
from cleaners.extract.boilerplate.prompts import PROMPTS
from cleaners.extract.boilerplate.rule import Noise, Reach, Rule
from cleaners.extract.boilerplate.rule_tables import ANYWHERE, BELOW

__all__ = ["RULES", "Noise", "Reach", "Rule", "bare", "hits"]

RULES = ABOVE + BELOW + CLOSING + NOTICES + PROMPTS + ANYWHERE + ASIDES


def _compiled(rule: Rule) -> tuple[Rule, re.Pattern[str] | None, re.Pattern[str] | None]:
    """A rule with its anchored patterns, to be matched, and the others, to be searched.

    ``search`` would try an anchored pattern at every character of the line.
    """
    anchored = [pattern[1:] for pattern in rule.any_of if _is_anchored(pattern)]
    others = [pattern for pattern in rule.any_of if not _is_anchored(pattern)]
    return rule, _either(anchored), _either(others)


def _is_anchored(pattern: str) -> bool:
    return pattern.startswith("^") and "|^" not in pattern


def _either(patterns: list[str]) -> re.Pattern[str] | None:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns), re.IGNORECASE) if patterns else None


_COMPILED = tuple(_compiled(rule) for rule in RULES)
_BULLET = re.compile(r"^[\s•·●○■◆▪▶►▲△▼▍▎▏▌┃❙※★☆>»|*]+|[\s|]+$")


def bare(folded: str) -> str:
    """A folded line without its bullets and outer separators."""
    return _BULLET.sub("", folded)


def hits(folded: str, *, linked: bool = False, cell: bool = False) -> Iterator[Rule]:
    """The rules that a folded line meets, in order.

    ``linked``: most of it is a link; ``cell``: it stands in a table.
    """
    for rule in _met(bare(folded)):
        if (linked or rule.place != "link") and not (cell and rule.place == "outside tables"):
            yield rule


# Sites repeat their menus and headings on every page.
@lru_cache(maxsize=8192)
def _met(text: str) -> tuple[Rule, ...]:
    return tuple(
        rule
        for rule, anchored, other in _COMPILED
        if len(text) <= rule.longest
        and ((anchored and anchored.match(text)) or (other and other.search(text)))
        and not only_mentioned(text, rule.sentence)
    )
