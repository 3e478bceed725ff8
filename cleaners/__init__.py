"""jianbao's craft: clean pages, match reposts, keep clippings. Fetches nothing, needs no Scrapy.

    from cleaners import Keeper, Page, Store, clean

The names below are imported when they are first used: cleaning does not pay for matching, nor the other way round.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaners.context import Context, context_of
    from cleaners.export import record
    from cleaners.ingest.ingester import Keeper
    from cleaners.items import Article, Clipping, Drop, Match, Page
    from cleaners.pipeline import clean, explain
    from cleaners.readers import read
    from cleaners.store import Store

_HOMES = {
    "Article": "items",
    "Clipping": "items",
    "Context": "context",
    "Drop": "items",
    "Keeper": "ingest.ingester",
    "Match": "items",
    "Page": "items",
    "Store": "store",
    "clean": "pipeline",
    "context_of": "context",
    "explain": "pipeline",
    "read": "readers",
    "record": "export",
}

__all__ = [
    "Article",
    "Clipping",
    "Context",
    "Drop",
    "Keeper",
    "Match",
    "Page",
    "Store",
    "clean",
    "context_of",
    "explain",
    "read",
    "record",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'cleaners' has no attribute {name!r}")
    return getattr(import_module(f"cleaners.{_HOMES[name]}"), name)
