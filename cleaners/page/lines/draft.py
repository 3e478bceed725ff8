"""Lines in the making, for the two loops that make hundreds of lines a page: the walk, and the judge's cuts.

A frozen dataclass sets each of its fields by ``object.__setattr__``, so that ``Line(...)`` takes three times as long as
the same class would that is not frozen: a twentieth of a page's whole time. ``frozen(LineDraft(...))`` gives the same.
"""

from __future__ import annotations

from dataclasses import field, fields, make_dataclass
from typing import Any

from cleaners.items import Line

LineDraft: Any = make_dataclass(
    "LineDraft",
    [(one.name, one.type, field(default=one.default)) for one in fields(Line)],
    slots=True,
    kw_only=True,
)
"""The fields of :class:`Line`, not frozen."""


def frozen(draft: Any) -> Line:
    """The draft itself, which is a :class:`Line` from now on."""
    draft.__class__ = Line  # both have the same slots
    line: Line = draft
    return line
