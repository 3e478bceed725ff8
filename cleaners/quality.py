"""How good a copy an article is, by itself: complete, undisguised, little repaired; and when its body is in doubt."""

from __future__ import annotations

from cleaners.disguises import KINDS, Disguise

DOUBTFUL = 0.9
"""A confidence below this: a person should look at the article."""
_LEAST_CHARGE_OF_PARTS = 0.2
_CUT = 0.2
_LONGEST_CHARGE = 0.2
_LOST_CHARGE, _MOST_LOST_CHARGE = 4.0, 0.5  # for each character that is lost, and for all

# How the text of a teaser ends.
_ELLIPSES = ("...", "…", "[详细]", "[详情]", "(详细)", "阅读全文")


def quality(
    text: str, *, disguises: tuple[Disguise, ...], repairs: int, share: float = 1.0, lost: float = 0.0
) -> float:
    """0..1: 1 is a whole, undisguised copy; ``share``: of the pages of an article, those that are there, 0..1;
    ``repairs``: how many were made; ``lost``: share of the text that cannot be read, 0..1.

    >>> quality("全文。", disguises=(), repairs=0), quality("一页。", disguises=(), repairs=0, share=0.5)
    (1.0, 0.5)
    """
    value = 1.0 - sum(KINDS[disguise].cost for disguise in disguises)
    value -= min(_LONGEST_CHARGE, 5.0 * repairs / max(1, len(text)))
    value -= min(_MOST_LOST_CHARGE, _LOST_CHARGE * lost)
    value -= max(_LEAST_CHARGE_OF_PARTS, 1 - share) if share < 1 else 0.0
    value -= _CUT * text.rstrip().endswith(_ELLIPSES)
    return round(max(0.0, value), 3)


def f1_of_share(share: float) -> float:
    """The F1 of a right text that is a share (0..1) of the whole one: precision 1, recall ``share``.

    >>> f1_of_share(1.0), round(f1_of_share(0.5), 3)
    (1.0, 0.667)
    """
    return 2 * share / (1 + share)


def flagged(value: float, disguise: Disguise) -> float:
    """The quality of a copy that was found, later on, to wear one more disguise; 0..1.

    >>> flagged(1.0, "spun")
    0.5
    """
    return round(max(0.0, value - KINDS[disguise].cost), 3)


def is_doubtful(confidence: float | None) -> bool:
    """Whether a person should look at an article of this confidence, 0..1; what nobody measured is not in doubt.

    >>> is_doubtful(0.8), is_doubtful(0.95), is_doubtful(None)
    (True, False, False)
    """
    return confidence is not None and confidence < DOUBTFUL
