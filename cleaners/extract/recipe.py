"""With what an article was extracted, beyond the version: what tells two stores that their cleaners differed."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version

from cleaners.extract.boilerplate.chain import shipped
from cleaners.extract.boilerplate.html_lines import HtmlSettings
from cleaners.extract.boilerplate.html_rulings import RulingSettings
from cleaners.extract.boilerplate.rules import shipped_rules
from cleaners.extract.container import ContainerSettings
from cleaners.extract.ensemble import readability_version
from cleaners.page.lines.walk import WalkLimits


def _digest(*parts: object) -> str:
    return sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:8]


def _weights(name: str) -> str:
    weights = shipped(name)
    return _digest(weights.recipe, *sorted(weights.features.items()))


@cache
def recipe(extractor: str) -> str:
    """What an extractor (:attr:`cleaners.extract.ExtractedBody.extractor`) works with.

    The version of its library, or digests of its settings and weights; and one of the noise rules (8 hex digits of
    SHA-256 each).

    >>> recipe("trafilatura").split()[0]
    'trafilatura'
    """
    if extractor == "trafilatura":
        made_by = f"trafilatura {version('trafilatura')}"
    elif extractor == "readability":
        made_by = readability_version()
    elif extractor == "text":
        made_by = f"weights {_weights('plain-lines')}"
    else:
        settings = (WalkLimits(), ContainerSettings(), HtmlSettings(), RulingSettings())
        made_by = f"weights {_weights('html-lines')}; settings {_digest(*settings)}"
    return f"{made_by}; rules {_digest(*shipped_rules())}"
