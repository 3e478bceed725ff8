"""jianbao's craft: clean pages, match reposts, keep clippings. Fetches nothing, needs no Scrapy.

    from cleaners import Ingester, Page, Store, clean

The names below are imported when they are first used: cleaning does not pay for matching, nor the other way round.
"""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cleaners.context import CleaningContext, context_of
    from cleaners.dedup.fingerprint import minhash
    from cleaners.dedup.texts import Deduplicator, deduplicate
    from cleaners.export import record
    from cleaners.ingest.ingester import Ingester
    from cleaners.items import Article, Clipping, Drop, Match, Page
    from cleaners.pipeline import clean, explain
    from cleaners.readers import read
    from cleaners.store import Store

    __version__: str

_HOMES = {
    "Article": "items",
    "CleaningContext": "context",
    "Clipping": "items",
    "Deduplicator": "dedup.texts",
    "Drop": "items",
    "Ingester": "ingest.ingester",
    "Match": "items",
    "Page": "items",
    "Store": "store",
    "clean": "pipeline",
    "context_of": "context",
    "deduplicate": "dedup.texts",
    "explain": "pipeline",
    "minhash": "dedup.fingerprint",
    "read": "readers",
    "record": "export",
}
_NAMES_OF_0_1 = {"Context": "CleaningContext", "Keeper": "Ingester"}

__all__ = [
    "Article",
    "CleaningContext",
    "Clipping",
    "Deduplicator",
    "Drop",
    "Ingester",
    "Match",
    "Page",
    "Store",
    "clean",
    "context_of",
    "deduplicate",
    "explain",
    "minhash",
    "read",
    "record",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        return _version()
    name = _NAMES_OF_0_1.get(name, name)
    if name not in _HOMES:
        raise AttributeError(f"module 'cleaners' has no attribute {name!r}")
    return getattr(import_module(f"cleaners.{_HOMES[name]}"), name)


def _version() -> str:
    try:
        return version("jianbao")
    except PackageNotFoundError:  # a checkout on sys.path, not installed
        return "0"
