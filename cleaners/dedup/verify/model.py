"""The verifier's models: small regression trees whose splits are plain data (``data/verifier.json``, for copies in
disorder ``data/shuffled.json``).

Gradient boosting (Friedman, 2001) with monotone constraints: more of a text found, more numbers agreeing never make a
match less probable. ``benchmarks/train_verifier.py`` and ``train_shuffled.py`` fit them; here they are only read and
applied.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALONG, _DISORDER = "verifier.json", "shuffled.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierModel:
    """Trees over the features of :mod:`cleaners.dedup.verify.features` or :mod:`cleaners.dedup.verify.fragments`."""

    threshold: float
    """From this probability on two texts are held to tell one article."""
    bias: float
    """Log odds before the first tree."""
    feature: NDArray[np.int32]
    """``(trees, nodes)``: the feature a node splits on, -1 for a leaf."""
    split: NDArray[np.float64]
    """Not above this goes left; for a leaf, its share of the log odds."""
    left: NDArray[np.int32]
    """The node to go to from what is not above the split."""
    right: NDArray[np.int32]
    """The node to go to from what is above the split."""

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of a match for each row of features."""
        from cleaners.dedup.verify import kernels

        odds = kernels.log_odds(features, self.bias, self.feature, self.split, self.left, self.right)
        return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierModels:
    """The models that ship together."""

    recipe: str
    """On what and how they were fitted."""
    features: tuple[str, ...]
    """The features they were fitted on, in order."""
    pair: VerifierModel
    """For two texts alone."""
    corpus: VerifierModel
    """For two texts of a corpus of which it is known what many of its documents share."""


def model_of(data: dict[str, Any]) -> VerifierModel:
    """A model from its JSON: threshold, bias, and trees of nodes ``[feature or -1, split or value, left, right]``."""
    width = max(len(tree) for tree in data["trees"])
    nodes = np.array([tree + [[-1, 0, 0, 0]] * (width - len(tree)) for tree in data["trees"]], dtype=np.float64)
    feature, split, left, right = (np.ascontiguousarray(column) for column in nodes.transpose(2, 0, 1))
    return VerifierModel(
        threshold=data["threshold"],
        bias=data["bias"],
        split=split,
        feature=feature.astype(np.int32),
        left=left.astype(np.int32),
        right=right.astype(np.int32),
    )


def parse(text: str) -> VerifierModels:
    """The models from the text of their data file."""
    data = json.loads(text)
    return VerifierModels(
        recipe=data["recipe"],
        features=tuple(data["features"]),
        pair=model_of(data["pair"]),
        corpus=model_of(data["corpus"]),
    )


@cache
def load() -> VerifierModels:
    """The models that ship with the package for texts laid along one another (read once)."""
    return _shipped(_ALONG)


@cache
def load_disorder() -> VerifierModels:
    """The models that ship with the package for texts in disorder (read once)."""
    return _shipped(_DISORDER)


@cache
def recipe() -> str:
    """Which models judge which pairs: the first digits of the BLAKE2 digests of their data."""
    digests = {name: blake2b(_read(name).encode(), digest_size=4).hexdigest() for name in (_ALONG, _DISORDER)}
    return f"verifier {digests[_ALONG]}, copies in disorder or reworded {digests[_DISORDER]}"


def _shipped(name: str) -> VerifierModels:
    return parse(_read(name))


def _read(name: str) -> str:
    return (files("cleaners") / "data" / name).read_text(encoding="utf-8")
