"""Some articles on their way out, as the rows they are: clippings for those who look at one after the other, columns
for those who write tables."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from cleaners.items import Clipping, Cluster, Extractor, Match
from cleaners.store.database import Row
from cleaners.store.rows import ARTICLE_COLUMNS, evidence_parts, load_evidence, parsed, row_article

Change = Literal["added", "changed"]
_AHEAD = ("doc", "text", "markdown", "before")
_BEHIND = (
    "digest", "revision", "extractor", "cluster_id", "cluster_size", "is_canonical", "earliest_url",
    "earliest_published",
)  # fmt: skip
NAMES = (*_AHEAD, *ARTICLE_COLUMNS, *_BEHIND)
"""What a row of a portion holds, in order. ``text``: UTF-8; ``markdown``: packed; ``before``: the state it left in last
time; ``extractor``: its number in the store; the cluster's columns are None for a singleton. ``before`` and ``digest``
are only there when the export belongs to a series."""
_EXTRACTOR = NAMES.index("extractor")
_ARTICLE = slice(len(_AHEAD), len(_AHEAD) + len(ARTICLE_COLUMNS))


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """Some articles of an export, in its order."""

    rows: Sequence[Row]
    """A row for each, as :data:`NAMES` says."""
    matches: Mapping[int, Sequence[Row]]
    """doc -> (other id, kind, similarity, containment, evidence, turned) of its matches, best first."""
    extractors: Mapping[int, Extractor]
    """What produced the articles, by the numbers of the store."""
    changes: Sequence[Change] = ()
    """For each row what it is to the series; empty when the export is no increment."""

    def columns(self) -> dict[str, tuple[Any, ...]]:
        """Every one of :data:`NAMES` for all rows."""
        return dict(zip(NAMES, zip(*self.rows, strict=True), strict=True))

    def clippings(self) -> list[Clipping]:
        """The articles as clippings."""
        return [_clipping(row, self.matches.get(row[0], ()), self.extractors) for row in self.rows]


def state(row: Row, matches: Sequence[Row], extractors: Mapping[int, Extractor], form: str) -> bytes:
    """8 bytes that are others as soon as anything in the record is; ``form``: what else shapes it (its script).

    Nothing of the store's own numbering is in them: the same record after a merge, or in a copy, is no change.
    """
    made = extractors[row[_EXTRACTOR]]
    found = [(*match, evidence_parts(evidence, turned=bool(turned))) for *match, evidence, turned in matches]
    said = repr((form, row[len(_AHEAD) : _EXTRACTOR], made, row[_EXTRACTOR + 1 :], found))
    return hashlib.blake2b(said.encode("utf-8", "backslashreplace"), digest_size=8).digest()


def _clipping(row: Row, matches: Sequence[Row], extractors: Mapping[int, Extractor]) -> Clipping:
    text = row[1].decode()
    _, revision, extractor, cluster, size, canonical, first_url, first = row[-len(_BEHIND) :]
    article = row_article(row[_ARTICLE], text, row[2], extractors[extractor])
    if cluster is None:
        family = Cluster(
            id=article.id, size=1, is_canonical=True, earliest_url=article.url, earliest_published=article.published
        )
    else:
        family = Cluster(
            id=cluster, size=size, is_canonical=bool(canonical), earliest_url=first_url,
            earliest_published=parsed(first),
        )  # fmt: skip
    return Clipping(article=article, revision=revision, cluster=family, matches=tuple(map(_match, matches)))


def _match(row: Row) -> Match:
    other, kind, similarity, share, evidence, turned = row
    return Match(
        kind=kind, other=other, similarity=similarity, containment=share,
        evidence=load_evidence(evidence, turned=bool(turned)),
    )  # fmt: skip
