"""docs/limits.md says what the code says."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

LIMITS = re.findall(
    r"^\| .+ \| ([\d,]+) \| `([\w.]+)` \|$",
    (Path(__file__).resolve().parent.parent / "docs" / "limits.md").read_text("utf-8"),
    re.MULTILINE,
)


def limit_in_code(name: str) -> float:
    """A constant of a module, or the default of a field of one of its classes."""
    home, _, last = name.rpartition(".")
    parent, _, group = home.rpartition(".")
    if not group[0].isupper():
        return float(getattr(import_module(home), last))
    settings = getattr(import_module(parent), group)()
    return float(getattr(settings, last))


def test_there_are_limits() -> None:
    assert len(LIMITS) > 30


@pytest.mark.parametrize(("said", "name"), LIMITS, ids=[name for _, name in LIMITS])
def test_a_limit_is_what_the_page_says(said: str, name: str) -> None:
    assert limit_in_code(name) == float(said.replace(",", ""))
