"""Conversion between the scripts by OpenCC, which chooses by phrase; loaded at first use."""

from __future__ import annotations

from functools import cache
from typing import Any


def to_simplified(text: str) -> str:
    """The text in simplified characters (OpenCC ``t2s``)."""
    return _convert("t2s", text)


def to_traditional(text: str) -> str:
    """The text in traditional characters (OpenCC ``s2t``, its standard variants)."""
    return _convert("s2t", text)


def standard_traditional(text: str) -> str:
    """Traditional text with Taiwan's and Hong Kong's variants replaced by OpenCC's standard ones."""
    return _convert("hk2t", _convert("tw2t", text))


def _convert(config: str, text: str) -> str:
    # OpenCC takes no lone surrogates; a page that holds them keeps them as replacement characters.
    clean = text.encode("utf-8", "replace").decode("utf-8")
    converted: str = _converter(config).convert(clean)
    return converted


@cache
def _converter(config: str) -> Any:
    from opencc import OpenCC

    return OpenCC(config)
