"""With what an article was extracted, beyond the version: what tells two stores that their cleaners differed."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version

from cleaners.blocks.walk import WalkLimits
from cleaners.extract.container import ContainerSettings
from cleaners.noise.html import HtmlSettings
from cleaners.noise.plain.segment import shipped
from cleaners.noise.rules import RULES


def _digest(*parts: object) -> str:
    return sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:8]


@cache
def recipe(extractor: str) -> str:
    """What an extractor (:attr:`cleaners.extract.Body.extractor`) works with.

    The version of its library, or a digest of its settings or weights; and one of the noise rules (8 hex digits of
    SHA-256 each).

    >>> recipe("trafilatura").split()[0]
    'trafilatura'
    """
    weights = shipped()
    made_by = {
        "text": f"weights {_digest(weights.recipe, *sorted(weights.features.items()))}",
        "trafilatura": f"trafilatura {version('trafilatura')}",
        "readability": f"readability-lxml {version('readability-lxml')}",
    }.get(extractor, f"settings {_digest(WalkLimits(), ContainerSettings(), HtmlSettings())}")
    return f"{made_by}; rules {_digest(*RULES)}"
