"""Records that were cleaned before, read again: what ``clean -o`` and ``export`` write, in JSON, Parquet or CSV."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from cleaners.fields import FIELDS, NAMES
from cleaners.items import Article

_ID = re.compile("[0-9a-f]{16}")
_MADE_BY_US = ("id", "origin", "text", "disguises", "quality", "extractor")
"""The fields by which a record is told from the row of any other table; older records lack some of the others."""
_ARTICLE = tuple(field for field in FIELDS if field.owner == "article")


def article_of(record: Mapping[str, Any]) -> Article | None:
    """The article of a record; None for a row that is none, or of which a field cannot be read.

    What a store knows beyond it (clusters, matches, the revision) is left out: another store decides that anew.
    """
    if not all(name in record for name in _MADE_BY_US) or not _ID.fullmatch(str(record["id"])):
        return None
    try:
        values = {
            field.attribute or field.name: field.kind.read(record[field.name])
            for field in _ARTICLE
            if field.name in record
        }
        article = Article(**values)
    except (ValueError, TypeError, KeyError):
        return None
    made = article.extractor and article.extractor.name and article.extractor.version and article.extractor.recipe
    return article if made and article.text and article.text.strip() else None


def added(record: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a record beside its fields."""
    return {name: value for name, value in record.items() if name not in NAMES}
