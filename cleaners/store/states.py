"""In which state articles leave: 8 bytes each, by which an increment knows what has changed since they left last."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cleaners.items import Extractor
from cleaners.store.codec import ARTICLE_COLUMNS, evidence_parts
from cleaners.store.database import Database
from cleaners.store.portion import Span, matches_of


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One article of a series."""

    doc: int
    """Its text."""
    now: bytes
    """8 bytes that are others as soon as anything in its record is."""
    before: bytes | None
    """Those with which it left last; None: it has not."""


def states(
    database: Database, span: Span, series: int, extractors: Mapping[int, Extractor], form: str
) -> list[State]:
    """The articles of a span of ``temp.chosen``, in order; ``form``: what else shapes their records (their script).

    Nothing of the store's own numbering is in a state: the same record after a merge, or in a copy, is no change.
    """
    matches = matches_of(database, span)
    found = []
    for doc, before, *fields, extractor, cluster, size, canonical, url, first in database.rows(_ROWS, (series, *span)):
        pairs = [
            (*match, evidence_parts(evidence, turned=bool(turned)))
            for *match, evidence, turned in matches.get(doc, ())
        ]
        family = (cluster, size, canonical, url, first)
        said = repr((form, tuple(fields), extractors[extractor], family, pairs))
        now = hashlib.blake2b(said.encode("utf-8", "backslashreplace"), digest_size=8).digest()
        found.append(State(doc=doc, now=now, before=before))
    return found


# The digest of an article stands for its text.
_ROWS = (
    f"SELECT a.doc, x.state, {', '.join(f'a.{name}' for name in ARTICLE_COLUMNS)}, a.digest, a.revision, a.extractor, "
    "c.id, c.size, a.doc = c.canonical, c.earliest_url, c.earliest_published FROM temp.chosen t "
    "JOIN articles a USING (doc) LEFT JOIN clusters c USING (cluster) "
    "LEFT JOIN exported x ON x.series = ? AND x.id = a.id WHERE t.position BETWEEN ? AND ? ORDER BY t.position"
)
