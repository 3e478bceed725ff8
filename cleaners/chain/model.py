"""The verifier's model: a few small regression trees whose splits are plain data (``data/verifier.json``).

Gradient boosting (Friedman, 2001) with monotone constraints: more of a text found, more numbers agreeing never make a
match less probable. ``benchmarks/train_verifier.py`` fits it; here it is only read and applied.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Trees over the features of :func:`cleaners.chain.features`."""

    recipe: str
    """On what and how it was fitted."""
    threshold: float
    """From this probability on two texts are held to tell one article."""
    bias: float
    """Log odds before the first tree."""
    feature: NDArray[np.int32]
    """``(trees, nodes)``: the feature a node splits on, -1 for a leaf."""
    split: NDArray[np.float64]
    """Not above this goes left; for a leaf, its share of the log odds."""
    left: NDArray[np.int32]
    """Node to go to; the right one is ``right``."""
    right: NDArray[np.int32]
    """Node to go to from what is above the split."""

    def probability(self, features: NDArray[np.float64]) -> NDArray[np.float64]:
        """The probability of a match for each row of features."""
        odds = np.full(len(features), self.bias)
        for feature, split, left, right in zip(self.feature, self.split, self.left, self.right, strict=True):
            node = np.zeros(len(features), dtype=np.int32)
            while (inner := np.flatnonzero(feature[node] >= 0)).size:
                at = node[inner]
                node[inner] = np.where(features[inner, feature[at]] <= split[at], left[at], right[at])
            odds += split[node]
        return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)


def parse(text: str) -> Model:
    """A model from the text of its data file."""
    data = json.loads(text)
    width = max(len(tree) for tree in data["trees"])
    nodes = np.array([tree + [[-1, 0, 0, 0]] * (width - len(tree)) for tree in data["trees"]], dtype=np.float64)
    feature, split, left, right = nodes.transpose(2, 0, 1)
    return Model(recipe=data["recipe"], threshold=data["threshold"], bias=data["bias"], split=split.copy(),
                 feature=feature.astype(np.int32), left=left.astype(np.int32), right=right.astype(np.int32))


@cache
def load() -> Model:
    """The model that ships with the package (read once)."""
    return parse((files("cleaners") / "data" / "verifier.json").read_text(encoding="utf-8"))
