"""With what an article was extracted, beyond the version: what tells two stores that their cleaners differed."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from importlib.metadata import version

from cleaners.extract.boilerplate.html_lines import HtmlSettings
from cleaners.extract.boilerplate.rules import RULES
from cleaners.extract.boilerplate.text_lines.crf import shipped
from cleaners.extract.container import ContainerSettings
from cleaners.page.lines.walk import WalkLimits

_LIBRARIES = {"trafilatura": "trafilatura", "readability": "readability-lxml"}


def _digest(*parts: object) -> str:
    return sha256("\n".join(map(repr, parts)).encode()).hexdigest()[:8]


@cache
def recipe(extractor: str) -> str:
    """What an extractor (:attr:`cleaners.extract.ExtractedBody.extractor`) works with.

    The version of its library, or a digest of its settings or weights; and one of the noise rules (8 hex digits of
    SHA-256 each).

    >>> recipe("trafilatura").split()[0]
    'trafilatura'
    """
    if extractor == "text":
        weights = shipped()
        made_by = f"weights {_digest(weights.recipe, *sorted(weights.features.items()))}"
    elif extractor in _LIBRARIES:
        made_by = f"{_LIBRARIES[extractor]} {version(_LIBRARIES[extractor])}"
    else:
        made_by = f"settings {_digest(WalkLimits(), ContainerSettings(), HtmlSettings())}"
    return f"{made_by}; rules {_digest(*RULES)}"
