"""Texts that were taken down, known again by their traces: hashes, no text.

The verifier needs both texts; of one that was taken down only a digest, its anchors (a fixed quarter of its 4-grams, as
hashes: Manber 1994) and its numbers are left, all without order. A given text can be held against them; read they
cannot be: who tries all 4-grams of the language gets some that stood in it, and many that did not, in no order. A text
that shares enough anchors is looked at closer: how these lie in it tells a copy, cut, spun, or inside a compilation,
from the next item of a series, which has the frame and other things in it (:mod:`this module`).

Measured by ``benchmarks/takedown_filter.py`` on the shared reposts and series (2026-11-22), out of fold: .976 of 7,483
labelled copies are known, .98 and more of each kind but these: edited heavily .96, cut with foreign noise .89, that and
spun .80, spun .95 with a seventh of the words swapped, .92 with a third, .75 with all that can be. Stopped wrongly are
.003 of the labelled pairs that only look alike and .03 of the hardest pairs of one series; by the shipped model, with
500 articles taken down, 11 of 6,509 documents that have nothing to do with them.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup import fingerprint
from cleaners.dedup.fingerprint import FingerprintSettings
from cleaners.dedup.verify.model import VerifierModel, model_of
from cleaners.items import Article, Drop
from cleaners.store import Tombstone, TombstoneHashes
from cleaners.store.takedowns import TAKEN_DOWN

# How what is known of a text that is gone lies in another one: what the decision about its return looks at.
#
# A copy has the anchors of the original in long unbroken runs, or, where words were swapped, in short ones with short
# gaps between them and the same figures in these. The next item of a series has them in the runs of its frame, with
# gaps in which other things stand. So it is enough to know the places in the text that comes in; of the one that is
# gone the anchors and numbers are known without order. A few small trees weigh this (gradient boosting: Friedman,
# 2001), fitted by ``benchmarks/takedown_filter.py``, which prints how well, out of fold.

ANCHOR = 4
"""Characters of an anchor."""
RUN, GAP = 24, 20
"""A run, and a gap, of so many characters is a long one."""
REACH = 12
"""A number with shared anchors so near on both sides stands where the other text has one too."""

FEATURES = {
    # how much is shared: anchors
    "share": 1, "share of it": 1, "share of the known": 1, "log shared": 1, "log anchors": 0, "log proportion": 0,
    # how they lie in the text that comes in
    "log longest run": 1, "longest run": 1, "log mean run": 1, "in long runs": 1, "in long gaps": -1,
    "in short gaps": 0, "gaps": 0, "log longest gap": -1, "span": 0,
    # numbers
    "numbers": 1, "log numbers": 1, "log fewer numbers": 0, "log agreeing": 1, "log differing": -1, "agreement": 1,
}  # fmt: skip
"""What the model sees, and which way it may move the probability: +1 up, -1 down, 0 either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockedText:
    """What is known of a text that is gone; both ascending, each once."""

    anchors: NDArray[np.uint32]
    numbers: NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedAnchors:
    """A text that comes in: what stands in it, and where."""

    length: int
    """Characters of its normal form."""
    anchors: NDArray[np.uint32]
    """In the order of the text, repeated ones too."""
    places: NDArray[np.int32]
    """Where each begins."""
    numbers: NDArray[np.uint32]
    """Hashed, in the order of the text."""
    spans: NDArray[np.int32]
    """``(numbers, 2)``: where each begins and ends."""
    own: BlockedText
    """The same without order: what would be known of it."""


def features(known: BlockedText, text: PlacedAnchors) -> NDArray[np.float64]:
    """The features of :data:`FEATURES` for a text that shares some of the known anchors."""
    shared = _stand_in(text.anchors, known.anchors)
    common = int(_stand_in(text.own.anchors, known.anchors).sum())
    sizes = max(1, len(text.own.anchors)), max(1, len(known.anchors))
    figures = int(_stand_in(text.own.numbers, known.numbers).sum())
    fewer = min(len(text.own.numbers), len(known.numbers))
    runs, gaps = _stretches(text, shared)
    span = max(1.0, float(runs.sum() + gaps.sum()))
    longest, gap = max(runs, default=0.0), max(gaps, default=0.0)
    agree, differ = _agreement(known, text, text.places[shared])
    return np.array((
        common / min(sizes), common / sizes[0], common / sizes[1], np.log1p(common), np.log(min(sizes)),
        np.log(sizes[0] / sizes[1]),
        np.log1p(longest), longest / (ANCHOR * min(sizes)), np.log1p(runs.mean() if len(runs) else 0.0),
        runs[runs >= RUN].sum() / span, gaps[gaps >= GAP].sum() / span, gaps[gaps < GAP].sum() / span,
        100 * len(gaps) / span, np.log1p(gap), span / max(1, text.length),
        (figures + 0.5) / (fewer + 1), np.log1p(figures), np.log1p(fewer), np.log1p(agree), np.log1p(differ),
        (agree + 0.5) / (agree + differ + 1),
    ))  # fmt: skip


def _stand_in(values: NDArray[np.uint32], known: NDArray[np.uint32]) -> NDArray[np.bool_]:
    """Which of the values stand in ``known`` (ascending): ``np.isin`` without sorting each time."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    return np.asarray(known[np.minimum(np.searchsorted(known, values), len(known) - 1)] == values)


def _stretches(text: PlacedAnchors, shared: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lengths of the runs of shared anchors, and of those of others between these."""
    at = np.flatnonzero(shared)
    if not len(at):
        return np.empty(0), np.empty(0)
    inside, places = shared[at[0] : at[-1] + 1], text.places[at[0] : at[-1] + 1]
    turns = np.flatnonzero(inside[1:] != inside[:-1])
    first, last = np.concatenate(([0], turns + 1)), np.concatenate((turns, [len(inside) - 1]))
    lengths = (places[last] - places[first] + ANCHOR).astype(np.float64)
    return lengths[inside[first]], lengths[~inside[first]]


def _agreement(known: BlockedText, text: PlacedAnchors, places: NDArray[np.int32]) -> tuple[int, int]:
    """How many numbers between shared anchors the known text has, and how many it has not."""
    if not len(places) or not len(text.numbers):
        return 0, 0
    begins, ends = text.spans[:, 0], text.spans[:, 1]
    before = np.searchsorted(places, begins) - 1
    after = np.searchsorted(places, ends - 2)
    framed = (before >= 0) & (after < len(places))
    framed &= begins - places[np.maximum(before, 0)] - ANCHOR <= REACH
    framed &= places[np.minimum(after, len(places) - 1)] - ends <= REACH
    agree = _stand_in(text.numbers[framed], known.numbers)
    return int(agree.sum()), int((~agree).sum())


@cache
def load() -> VerifierModel:
    """The model that ships with the package (read once)."""
    data = json.loads((files("cleaners") / "data" / "returning.json").read_text(encoding="utf-8"))
    if data["features"] != list(FEATURES):
        raise RuntimeError("data/returning.json was fitted on other features: benchmarks/takedown_filter.py --fit")
    return model_of(data)


_NUMBER = re.compile(r"[0-9]+[^0-9]{0,2}")  # with what is counted: 30 households are not 30 days


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownSettings:
    """What a text must share with one that was taken down to be looked at closer."""

    anchors: int = 8
    """So many anchors at least, about 30 characters: a set phrase is no copy."""
    share: float = 0.12
    """And this share of those of the text that has fewer: of a heavily spun copy little is left."""
    most: int = 32
    """So many of those that share most are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakedownMatch:
    """A text that was taken down, met again."""

    id: str
    """Id of what was taken down."""
    share: float
    """Of the anchors of the smaller text that they have in common; 1.0 for the very same text."""
    of_text: float
    """The same of the text that was met."""


def fingerprints(texts: Sequence[str], recipe: FingerprintSettings = FingerprintSettings()) -> list[TombstoneHashes]:
    """What each text is known by after it is gone."""
    return [one for one, _ in _made(texts, recipe)]


def comparable(one: TombstoneHashes) -> bool:
    """Whether traces can be compared with those of today: the normal form and the anchors are made alike."""
    return _essence(one.recipe) == _essence(str(FingerprintSettings()))


class TakedownFilter:
    """Knows what was taken down. Texts go in, what they are copies of comes out."""

    def __init__(
        self,
        known: Sequence[tuple[str, TombstoneHashes]],
        likeness: TakedownSettings = TakedownSettings(),
        model: VerifierModel | None = None,
    ) -> None:
        """``known``: id of what was taken down, traces of one of its texts; those that are not comparable are left out.

        ``model``: over the features of :mod:`cleaners.ingest.takedown_filter`; by default the one that ships.
        """
        self.blind = len({id_ for id_, one in known if not comparable(one)})
        """Of so many copies are not known again: they were taken down with another normal form."""
        known = [(id_, one) for id_, one in known if comparable(one)]
        self._ids = [id_ for id_, _ in known]
        self._known = [BlockedText(anchors=_hashes(one.anchors), numbers=_hashes(one.numbers)) for _, one in known]
        self._likeness = likeness
        self._model = model
        nothing = _digest(b"")  # of any text that is all punctuation
        self._digests = {one.digest: id_ for id_, one in known if one.digest != nothing}
        self._sizes = np.array([len(one.anchors) for one in self._known], np.int64)
        owners = np.repeat(np.arange(len(known)), self._sizes)
        every = np.concatenate([np.empty(0, np.uint32), *(one.anchors for one in self._known)])
        order = np.argsort(every, kind="stable")
        self._anchors, self._owners = every[order], owners[order]

    def check(self, texts: Sequence[str]) -> list[TakedownMatch | None]:
        """For each text what it is, or is a near copy of; None for what was never taken down."""
        if not self._known:
            return [None] * len(texts)
        return [self._meet(one, form) for one, form in _made(texts, FingerprintSettings())]

    def _meet(self, one: TombstoneHashes, form: NDArray[np.int32]) -> TakedownMatch | None:
        if (id_ := self._digests.get(one.digest)) is not None:
            return TakedownMatch(id=id_, share=1.0, of_text=1.0)
        mine = _hashes(one.anchors)
        counts = self._shared(mine)
        shares = counts / np.maximum(1, np.minimum(len(mine), self._sizes))
        rows = np.flatnonzero((counts >= self._likeness.anchors) & (shares >= self._likeness.share))
        if not len(rows):
            return None
        rows = rows[np.argsort(-shares[rows], kind="stable")[: self._likeness.most]]
        model, text = self._model or load(), placed_anchors(form)
        seen = np.stack([features(self._known[row], text) for row in rows.tolist()])
        met = rows[model.probability(seen) >= model.threshold]
        if not len(met):
            return None
        best = int(met[np.argmax(shares[met])])
        return TakedownMatch(
            id=self._ids[best], share=round(float(shares[best]), 3), of_text=float(counts[best]) / len(mine)
        )

    def _shared(self, mine: NDArray[np.uint32]) -> NDArray[np.int64]:
        """How many anchors each of the known texts has in common with these."""
        first = np.searchsorted(self._anchors, mine, "left")
        lengths = np.searchsorted(self._anchors, mine, "right") - first
        at = np.arange(lengths.sum()) + np.repeat(first - np.cumsum(lengths) + lengths, lengths)
        return np.bincount(self._owners[at], minlength=len(self._known))


def placed_anchors(form: NDArray[np.int32], recipe: FingerprintSettings = FingerprintSettings()) -> PlacedAnchors:
    """What stands in a normal form, and where."""
    from cleaners.dedup.fingerprint import kernels

    anchors, places = kernels.placed_anchors(form, recipe.anchor, recipe.modulus)
    found = list(_NUMBER.finditer(_string(form)))
    numbers = np.array([_number(one.group()) for one in found], np.uint32)
    return PlacedAnchors(
        length=len(form), anchors=anchors, places=places, numbers=numbers,
        spans=np.array([one.span() for one in found], np.int32).reshape(-1, 2),
        own=BlockedText(anchors=np.unique(anchors), numbers=np.unique(numbers)),
    )  # fmt: skip


def drop_taken_down(
    results: Sequence[Article | Drop], watch: TakedownFilter, stones: Mapping[str, Tombstone],
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
    for one, met in zip(results, watch.check(texts), strict=True):
        stone = stones.get(one.id if isinstance(one, Article) else "") or (stones[met.id] if met else None)
        if isinstance(one, Drop) or stone is None or (stone.id != one.id and held(one, stone.id)):
            found.append(one)
            continue
        why = "itself" if stone.id == one.id else f"{met.share:.0%} like" if met else ""
        detail = f"{why} {stone.id}: {stone.reason}"
        found.append(Drop(origin=one.origin, url=one.url, stage="keep", reason=TAKEN_DOWN, detail=detail))
    return found


def _made(texts: Sequence[str], recipe: FingerprintSettings) -> Iterator[tuple[TombstoneHashes, NDArray[np.int32]]]:
    """The traces of each text, and its normal form."""
    forms = fingerprint.normal_forms(texts)
    made = fingerprint.signatures_of(forms, recipe)
    for row in range(len(texts)):
        numbers = sorted({_number(one) for one in _NUMBER.findall(_string(forms[row]))})
        yield (
            TombstoneHashes(
                recipe=str(recipe),
                digest=_digest(forms[row].tobytes()),
                anchors=made.anchors[made.offsets[row] : made.offsets[row + 1]].astype("<u4").tobytes(),
                numbers=np.array(numbers, "<u4").tobytes(),
            ),
            forms[row],
        )


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
