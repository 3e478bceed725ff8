"""The verifier: does one text retell the other, how much of it, and how changed?

Matching 3-grams of two normal forms are chained on diagonals (:mod:`cleaners.dedup.verify.kernels`); a small model
(:mod:`cleaners.dedup.verify.model`) weighs coverage, density, unbroken stretches and the agreement of the numbers.
Plain containment cannot tell a cut copy from next week's issue of the same notice; the numbers on the diagonal can.

Pairs that it rejects although a part of one lies along the other get a second look that asks for no order, by a model
of its own (:mod:`cleaners.dedup.verify.fragments`): copies whose clauses were shuffled, and copies in which an editor
put much in other words and left every number in its place. One model for both looks was tried and costs recall of the
copies in order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from cleaners.dedup.fingerprint import NormalForms
from cleaners.dedup.verify import model as models
from cleaners.dedup.verify.features import AlignmentCount, Counts, pair_features
from cleaners.dedup.verify.fragments import (
    FragmentCount,
    FragmentCounts,
    count_fragments,
    fragment_features,
    in_disorder,
)
from cleaners.dedup.verify.model import VerifierModel
from cleaners.dedup.verify.notices import NOTICE, other_slots
from cleaners.items import Evidence, MatchKind

SWAPS, SWAPPED = 5, 0.015
"""From so many swapped words on, and so many for each character found, words were swapped throughout: editors change a
word here and there."""
PART = 0.7
"""Of a part this share is found in the whole,"""
WHOLE = 0.85
"""in which it makes up no more than this,"""
LACKING = 2.0
"""and it lacks this many times what the whole lacks of it: a text rewritten in places is no part."""
FRAME = 0.45
"""Of text that many documents share, and that the other text does not have, so much counts where a text holds another:
it is a site's furniture, or else a story that everybody has."""
REPOSTED = 0.15
"""Where less of a text than this is its own, many documents share it as a whole: it is an article that everybody has,
no furniture. It is judged as two texts alone are, unless numbers differ in it: then it is a form that is filled in."""
SHARED = 0.2
"""Where so much of the shorter text lies along the longer one they may be the same in another order."""
SMALL = 3000
"""In a corpus of fewer documents little is known of what many documents share: a pair with little such text is judged
by itself, as in a store."""
SHARED_PHRASES = 0.3
"""So much common text are set phrases; of a text with more of it, it is furniture, or the form of a notice."""
EXAMPLES = 3
"""Numbers that differ that are shown at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairVerdict:
    """One confirmed pair."""

    pair: int
    """Its position among the pairs asked about."""
    kind: MatchKind
    similarity: float
    """Share of both texts together that they have in common, 0..1."""
    left: float
    """Share of the left text found in the right one; of the longer text, what many documents share counts less."""
    right: float
    """Share of the right text found in the left one; the same."""
    evidence: Evidence
    """As seen from the left text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """Pairs of texts laid along one another."""

    counts: Counts
    """See :class:`~cleaners.dedup.verify.features.AlignmentCount`."""
    marks: NDArray[np.int32]
    """Where: begin and end of what was found in the shorter and in the longer text, then begin and end in both of the
    first numbers that differ (ends of 0: there are no more)."""


def align(
    forms: NormalForms, left: NDArray[np.int64], right: NDArray[np.int64], common: NDArray[np.bool_] | None = None
) -> Alignment:
    """Align the texts of each pair. Fastest when pairs of the same text follow one another.

    ``left``, ``right``: numbers of texts in ``forms``, one of each for a pair. ``common``: for each character of
    ``forms`` whether many documents of the corpus share the text there; None: none is shared.
    """
    from cleaners.dedup.verify import measure_kernels

    common = np.zeros(len(forms.points), dtype=np.bool_) if common is None else common
    counts = np.zeros((len(left), len(AlignmentCount)), dtype=np.float32)
    marks = np.zeros((len(left), 4 + 4 * EXAMPLES), dtype=np.int32)
    measure_kernels.compare(forms.points, forms.offsets, common, left, right, counts, marks)
    return Alignment(counts=counts, marks=marks)


def kind_of(row: NDArray[np.float32]) -> MatchKind:
    """What kind of match a confirmed pair is that is not exact."""
    words = row[AlignmentCount.SWAPS] - row[AlignmentCount.LONG_SWAPS]
    if words >= SWAPS and words >= SWAPPED * row[AlignmentCount.INSIDE]:
        return "spun"
    covered, short, long = row[AlignmentCount.COVERED], row[AlignmentCount.SHORT], row[AlignmentCount.LONG]
    part = covered >= PART * short and covered <= WHOLE * long and long - covered >= LACKING * (short - covered)
    return "contains" if part else "near"


def _differing(marks: NDArray[np.int32], short: NDArray[np.int32], long: NDArray[np.int32]) -> list[tuple[str, str]]:
    spans = marks[4:].reshape(-1, 4).tolist()
    return [("".join(map(chr, short[a:b])), "".join(map(chr, long[c:d]))) for a, b, c, d in spans if b]


def _framed(row: NDArray[np.float32], common: NDArray[np.bool_]) -> float:
    """The length of the longer text, given where it is common, its frame counting less."""
    frame = max(0.0, float(common.sum()) - float(row[AlignmentCount.COVERED] - row[AlignmentCount.OWN_COVERED]))
    return float(row[AlignmentCount.LONG]) - (1 - FRAME) * frame


def _near(
    pair: int,
    forms: NormalForms,
    left: int,
    right: int,
    laid: Alignment,
    score: float,
    common: NDArray[np.bool_] | None,
) -> PairVerdict:
    row, marks = laid.counts[pair], laid.marks[pair]
    swapped = len(forms[left]) > len(forms[right])
    short, long = (right, left) if swapped else (left, right)
    covered, lengths = (
        float(row[AlignmentCount.COVERED]),
        (float(row[AlignmentCount.SHORT]), float(row[AlignmentCount.LONG])),
    )
    held = lengths[1] if common is None else _framed(row, common[forms.offsets[long] : forms.offsets[long + 1]])
    shares = [covered / lengths[0], min(1.0, covered / held)]
    spans = [
        (float(marks[0] / lengths[0]), float(marks[1] / lengths[0])),
        (float(marks[2] / lengths[1]), float(marks[3] / lengths[1])),
    ]
    numbers = _differing(marks, forms[short], forms[long])
    if swapped:
        shares, spans, numbers = shares[::-1], spans[::-1], [(b, a) for a, b in numbers]
    return PairVerdict(
        pair=pair,
        kind=kind_of(row),
        similarity=2 * covered / sum(lengths),
        left=shares[0],
        right=shares[1],
        evidence=Evidence(
            shared=int(covered),
            numbers_agree=int(row[AlignmentCount.AGREE]),
            numbers_differ=tuple(numbers),
            score=round(score, 4),
            here=spans[0],
            there=spans[1],
        ),
    )


def _reposted(
    forms: NormalForms, left: NDArray[np.int64], right: NDArray[np.int64], laid: Alignment, open_: NDArray[np.bool_]
) -> NDArray[np.int64]:
    """Those of the pairs still open in which an article stands that everybody has, by the texts alone."""
    own, short, differ = (
        laid.counts[:, column] for column in (AlignmentCount.OWN, AlignmentCount.SHORT, AlignmentCount.DIFFER)
    )
    asked = np.flatnonzero(open_ & (own < REPOSTED * short) & (differ == 0))
    alone = models.load().pair
    judged = alone.probability(pair_features(align(forms, left[asked], right[asked]).counts)) >= alone.threshold
    return asked[judged]


def _exact(pair: int, length: int, numbers: int) -> PairVerdict:
    return PairVerdict(
        pair=pair,
        kind="exact",
        similarity=1.0,
        left=1.0,
        right=1.0,
        evidence=Evidence(shared=length, numbers_agree=numbers),
    )


def _second_look(
    forms: NormalForms,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    laid: Alignment,
    open_: NDArray[np.bool_],
    common: NDArray[np.bool_] | None,
) -> dict[int, PairVerdict]:
    """Those of the pairs still open that tell one article in another order or in other words, by their place.

    Items of a series share as much as a reworded copy does, but not their numbers: in order, a pair with a number in
    another one's place is none.
    """
    covered, short, differ = (
        laid.counts[:, column] for column in (AlignmentCount.COVERED, AlignmentCount.SHORT, AlignmentCount.DIFFER)
    )
    asked = np.flatnonzero(open_ & (covered >= SHARED * np.maximum(1, short)))
    if not len(asked):
        return {}
    found = count_fragments(forms, left[asked], right[asked], common)
    jumbled = in_disorder(found)
    judged = jumbled | (differ[asked] == 0)
    asked, found, jumbled = asked[judged], found[judged], jumbled[judged]
    models_ = models.load_disorder()
    model = models_.pair if common is None else models_.corpus
    scores = model.probability(fragment_features(found))
    lengths = np.diff(forms.offsets)
    verdicts = {}
    for at in np.flatnonzero(scores >= model.threshold).tolist():
        pair, score = int(asked[at]), float(scores[at])
        one, other = int(left[pair]), int(right[pair])
        if jumbled[at]:
            verdicts[pair] = _shuffled(pair, found[at], score, swapped=bool(lengths[one] > lengths[other]))
        else:  # its other words are no spinner's: those are the verifier's
            verdict = _near(pair, forms, one, other, laid, score, common)
            verdicts[pair] = replace(verdict, kind="near") if verdict.kind == "spun" else verdict
    return verdicts


def _shuffled(pair: int, row: FragmentCounts, score: float, *, swapped: bool) -> PairVerdict:
    held, short, long = (float(row[at]) for at in (FragmentCount.HELD, FragmentCount.SHORT, FragmentCount.LONG))
    shares = [held / short, float(row[FragmentCount.THERE]) / long]
    if swapped:
        shares.reverse()
    return PairVerdict(
        pair=pair,
        kind="shuffled",
        similarity=2 * held / (short + long),
        left=shares[0],
        right=shares[1],
        evidence=Evidence(
            shared=int(held), numbers_agree=int(row[FragmentCount.NUMBERS_SHARED]), score=round(score, 4)
        ),
    )


def _other_notice(forms: NormalForms, one: int, other: int, kind: MatchKind) -> bool:
    left, right = (forms[at].tobytes().decode("utf-32-le", "surrogatepass") for at in (one, other))
    return other_slots(left, right, kind) is not None


def verify(
    forms: NormalForms,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    *,
    common: NDArray[np.bool_] | None = None,
    model: VerifierModel | None = None,
) -> list[PairVerdict]:
    """The pairs of texts ``left[k]``, ``right[k]`` that tell one article, in order.

    Two texts of the same normal form always do; empty texts never, nor short notices of one form that differ in place,
    date, number or party (:mod:`cleaners.dedup.verify.notices`). ``common`` as in :func:`align`; ``model`` is by
    default the one that ships for pairs with, or without, such knowledge.
    """
    model = model or (models.load().pair if common is None else models.load().corpus)
    laid = align(forms, left, right, common)
    scores = model.probability(pair_features(laid.counts))
    if common is not None:
        scores[_reposted(forms, left, right, laid, scores < model.threshold)] = model.threshold
    again = _second_look(forms, left, right, laid, scores < model.threshold, common)
    lengths = np.diff(forms.offsets)
    equal = (lengths[left] == lengths[right]) & (lengths[left] > 0)
    confirmed = np.flatnonzero(equal | (scores >= model.threshold) & (laid.counts[:, AlignmentCount.SHORT] > 0))
    verdicts = []
    for pair in sorted({*confirmed.tolist(), *again}):
        one, other = int(left[pair]), int(right[pair])
        if equal[pair] and np.array_equal(forms[one], forms[other]):
            verdicts.append(_exact(pair, int(lengths[one]), int(laid.counts[pair, AlignmentCount.AGREE])))
        elif pair in again or scores[pair] >= model.threshold:
            verdict = again.get(pair) or _near(pair, forms, one, other, laid, float(scores[pair]), common)
            short = verdict.kind != "shuffled" and min(lengths[one], lengths[other]) <= NOTICE
            if not (short and _other_notice(forms, one, other, verdict.kind)):
                verdicts.append(verdict)
    return verdicts


def verify_in_corpus(
    forms: NormalForms,
    left: NDArray[np.int64],
    right: NDArray[np.int64],
    *,
    common: NDArray[np.bool_],
    documents: int,
    model: VerifierModel | None = None,
) -> list[PairVerdict]:
    """As :func:`verify`, in a corpus of so many ``documents``: in a small one pairs of texts of which little is common
    are judged by themselves (:data:`SMALL`)."""
    if documents >= SMALL:
        return verify(forms, left, right, common=common, model=model)
    before = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(common)))[forms.offsets]
    own = np.diff(before) <= SHARED_PHRASES * np.diff(forms.offsets)
    alone = own[left] & own[right]
    verdicts = []
    for chosen, mask in ((np.flatnonzero(alone), None), (np.flatnonzero(~alone), common)):
        found = verify(forms, left[chosen], right[chosen], common=mask, model=model)
        verdicts += [replace(one, pair=int(chosen[one.pair])) for one in found]
    return sorted(verdicts, key=lambda one: one.pair)
