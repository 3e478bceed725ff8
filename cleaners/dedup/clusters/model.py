"""What the decision about clusters looks at, and what it decides: knows no SQL."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cleaners.items import Script


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchEdge:
    """A match between two texts, seen from neither."""

    a: int
    """doc of the one text."""
    b: int
    """doc of the other."""
    kind: str
    """A ``MatchKind``."""
    similarity: float
    """Share of both together that they have in common."""
    containment_a: float
    """Share of text a found in b."""
    containment_b: float
    """Share of text b found in a."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterMember:
    """What the choice of clusters, best copies and sources looks at in an article."""

    doc: int
    """The text's number."""
    id: str
    """The clipping's id."""
    arrival: int
    """Order of arrival of the clipping: doc of its first revision."""
    title: str | None
    """The headline."""
    url: str | None
    """The fetched address."""
    site: str | None
    """The site it stood on."""
    source: str | None
    """The declared 来源."""
    published: datetime | None
    """The declared date."""
    length: int
    """Characters of the text."""
    quality: float
    """How complete and undisguised the copy is."""
    disguises: tuple[str, ...]
    """Disguises found."""
    repairs: int
    """Repairs made."""
    noise: int
    """Characters of noise cut."""
    script: Script = "simplified"
    """Which script the text is in."""
    spun: float = 0.0
    """Weight of the words that machines write in place of others; 0 where the disguise is all that is known."""
    rarity: float = 0.0
    """How rare its words are, in bits (:func:`cleaners.chinese.spinning.rarity`); 0 where the disguise is all that is
    known."""
    furniture: float = 0.0
    """Share of the text that is a site's furniture, 0..1."""
    order: float = 0.0
    """How well the marks between its clauses are guessed from these, in nats; 0 where the disguise is all that is
    known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EarliestSource:
    """Where a story seems to come from, and why one may think so."""

    doc: int
    """The member."""
    url: str | None
    """Its address; where none is known, that of the copy which else would be the source, among those that have one."""
    published: datetime | None
    """The earliest date that any member declares."""
    confidence: float
    """0..1, how well the evidence agrees."""
    evidence: Mapping[str, object]
    """What the decision rests on, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterDecision:
    """A cluster as decided: its members, the best copy, the source."""

    id: str
    """Id of its first member."""
    members: tuple[int, ...]
    """docs, in order of arrival."""
    canonical: int
    """doc of the best copy."""
    earliest: EarliestSource | None
    """None for a singleton."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterNeighbourhood:
    """All that a decision about some texts depends on: their clusters, whole, and the matches among all of these."""

    members: tuple[ClusterMember, ...]
    """Every member of every cluster touched, by doc."""
    edges: tuple[MatchEdge, ...]
    """Every match of a member, those with texts outside too: a part outside shows that a text is a compilation."""
