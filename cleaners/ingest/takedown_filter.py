"""Texts that were taken down, known again by their traces: hashes, no text.

The verifier needs both texts; of one that was taken down only a digest, its anchors (a fixed quarter of its 4-grams, as
hashes: Manber 1994) and its numbers are left, all without order. A given text can be held against them; read they
cannot be: who tries all 4-grams of the language gets some that stood in it, and many that did not, in no order. A text
that shares enough anchors is looked at closer: how these lie in it tells a copy, cut, spun, or inside a compilation,
from the next item of a series, which has the frame and other things in it (:mod:`cleaners.dedup.resemblance`).

Measured by ``benchmarks/returning.py`` on the shared reposts and series (2026-11-22), out of fold: .976 of 7,483
labelled copies are known, .98 and more of each kind but these: edited heavily .96, cut with foreign noise .89, that and
spun .80, spun .95 with a seventh of the words swapped, .92 with a third, .75 with all that can be. Stopped wrongly are
.003 of the labelled pairs that only look alike and .03 of the hardest pairs of one series; by the shipped model, with
500 articles taken down, 11 of 6,509 documents that have nothing to do with them.
"""
from __future__ import annotations

import hashlib
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint
from cleaners.dedup.fingerprint import Recipe
from cleaners.dedup.verify.model import Model
from cleaners.ingest import resemblance
from cleaners.ingest.resemblance import Known, Placed
from cleaners.items import Article, Drop
from cleaners.store import Tombstone, Traces
from cleaners.store.takedowns import TAKEN_DOWN

_NUMBER = re.compile(r"[0-9]+[^0-9]{0,2}")  # with what is counted: 30 households are not 30 days


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """What a text must share with one that was taken down to be looked at closer."""

    anchors: int = 8
    """So many anchors at least, about 30 characters: a set phrase is no copy."""
    share: float = 0.12
    """And this share of those of the text that has fewer: of a heavily spun copy little is left."""
    most: int = 32
    """So many of those that share most are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Met:
    """A text that was taken down, met again."""

    id: str
    """Id of what was taken down."""
    share: float
    """Of the anchors of the smaller text that they have in common; 1.0 for the very same text."""
    of_text: float
    """The same of the text that was met."""


def traces(texts: Sequence[str], recipe: Recipe = Recipe()) -> list[Traces]:
    """What each text is known by after it is gone."""
    return [one for one, _ in _made(texts, recipe)]


def comparable(one: Traces) -> bool:
    """Whether traces can be compared with those of today: the normal form and the anchors are made alike."""
    return _essence(one.recipe) == _essence(str(Recipe()))


class Watch:
    """Knows what was taken down. Texts go in, what they are copies of comes out."""

    def __init__(
        self, known: Sequence[tuple[str, Traces]], likeness: Likeness = Likeness(), model: Model | None = None
    ) -> None:
        """``known``: id of what was taken down, traces of one of its texts; those that are not comparable are left out.

        ``model``: over the features of :mod:`cleaners.ingest.resemblance`; by default the one that ships.
        """
        self.blind = len({id_ for id_, one in known if not comparable(one)})
        """Of so many copies are not known again: they were taken down with another normal form."""
        known = [(id_, one) for id_, one in known if comparable(one)]
        self._ids = [id_ for id_, _ in known]
        self._known = [Known(anchors=_hashes(one.anchors), numbers=_hashes(one.numbers)) for _, one in known]
        self._likeness = likeness
        self._model = model
        nothing = _digest(b"")  # of any text that is all punctuation
        self._digests = {one.digest: id_ for id_, one in known if one.digest != nothing}
        self._sizes = np.array([len(one.anchors) for one in self._known], np.int64)
        owners = np.repeat(np.arange(len(known)), self._sizes)
        every = np.concatenate([np.empty(0, np.uint32), *(one.anchors for one in self._known)])
        order = np.argsort(every, kind="stable")
        self._anchors, self._owners = every[order], owners[order]

    def meet(self, texts: Sequence[str]) -> list[Met | None]:
        """For each text what it is, or is a near copy of; None for what was never taken down."""
        if not self._known:
            return [None] * len(texts)
        return [self._meet(one, form) for one, form in _made(texts, Recipe())]

    def _meet(self, one: Traces, form: NDArray[np.int32]) -> Met | None:
        if (id_ := self._digests.get(one.digest)) is not None:
            return Met(id=id_, share=1.0, of_text=1.0)
        mine = _hashes(one.anchors)
        counts = self._shared(mine)
        shares = counts / np.maximum(1, np.minimum(len(mine), self._sizes))
        rows = np.flatnonzero((counts >= self._likeness.anchors) & (shares >= self._likeness.share))
        if not len(rows):
            return None
        rows = rows[np.argsort(-shares[rows], kind="stable")[: self._likeness.most]]
        model, text = self._model or resemblance.load(), placed(form)
        seen = np.stack([resemblance.features(self._known[row], text) for row in rows.tolist()])
        met = rows[model.probability(seen) >= model.threshold]
        if not len(met):
            return None
        best = int(met[np.argmax(shares[met])])
        return Met(id=self._ids[best], share=round(float(shares[best]), 3), of_text=float(counts[best]) / len(mine))

    def _shared(self, mine: NDArray[np.uint32]) -> NDArray[np.int64]:
        """How many anchors each of the known texts has in common with these."""
        first = np.searchsorted(self._anchors, mine, "left")
        lengths = np.searchsorted(self._anchors, mine, "right") - first
        at = np.arange(lengths.sum()) + np.repeat(first - np.cumsum(lengths) + lengths, lengths)
        return np.bincount(self._owners[at], minlength=len(self._known))


def placed(form: NDArray[np.int32], recipe: Recipe = Recipe()) -> Placed:
    """What stands in a normal form, and where."""
    from cleaners.dedup.fingerprint import kernels

    anchors, places = kernels.placed_anchors(form, recipe.anchor, recipe.modulus)
    found = list(_NUMBER.finditer(_string(form)))
    numbers = np.array([_number(one.group()) for one in found], np.uint32)
    return Placed(
        length=len(form), anchors=anchors, places=places, numbers=numbers,
        spans=np.array([one.span() for one in found], np.int32).reshape(-1, 2),
        own=Known(anchors=np.unique(anchors), numbers=np.unique(numbers)),
    )  # fmt: skip


def turn_away(
    results: Sequence[Article | Drop], watch: Watch, stones: Mapping[str, Tombstone],
    held: Callable[[Article, str], bool],
) -> list[Article | Drop]:  # fmt: skip
    """The results with a Drop in place of each article that was taken down or is a near copy of one that was.

    ``stones``: tombstones by id. ``held``: whether an article was left when another one (an id) was taken down: such
    a copy stays.
    """
    if not stones:
        return list(results)
    texts = [one.text if isinstance(one, Article) else "" for one in results]
    found: list[Article | Drop] = []
    for one, met in zip(results, watch.meet(texts), strict=True):
        stone = stones.get(one.id if isinstance(one, Article) else "") or (stones[met.id] if met else None)
        if isinstance(one, Drop) or stone is None or (stone.id != one.id and held(one, stone.id)):
            found.append(one)
            continue
        why = "itself" if stone.id == one.id else f"{met.share:.0%} like" if met else ""
        detail = f"{why} {stone.id}: {stone.reason}"
        found.append(Drop(origin=one.origin, url=one.url, stage="keep", reason=TAKEN_DOWN, detail=detail))
    return found


def _made(texts: Sequence[str], recipe: Recipe) -> Iterator[tuple[Traces, NDArray[np.int32]]]:
    """The traces of each text, and its normal form."""
    forms = fingerprint.normal_forms(texts)
    made = fingerprint.signatures_of(forms, recipe)
    for row in range(len(texts)):
        numbers = sorted({_number(one) for one in _NUMBER.findall(_string(forms[row]))})
        yield Traces(
            recipe=str(recipe),
            digest=_digest(forms[row].tobytes()),
            anchors=made.anchors[made.offsets[row] : made.offsets[row + 1]].astype("<u4").tobytes(),
            numbers=np.array(numbers, "<u4").tobytes(),
        ), forms[row]


def _essence(recipe: str) -> tuple[str, str]:
    """What traces depend on: the fold and the anchors, not the MinHash between them."""
    fold, _, rest = recipe.partition("; minhash ")
    return fold, rest.rpartition("; ")[2]


def _digest(form: bytes) -> bytes:
    return hashlib.blake2b(form, digest_size=16).digest()


def _string(form: NDArray[np.int32]) -> str:
    return form.tobytes().decode("utf-32-le", "surrogatepass")


def _number(text: str) -> int:
    return zlib.crc32(text.encode("utf-8", "surrogatepass"))


def _hashes(data: bytes) -> NDArray[np.uint32]:
    return np.frombuffer(data, "<u4")
