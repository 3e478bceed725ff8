"""Matching: which documents tell the same article. The only home of datasketch.

Candidates come from a match index (:mod:`cleaners.index`), the decision from the verifier (:mod:`cleaners.chain`).
:func:`match` is for a store that grows, :class:`Corpus` for a corpus that is all there.
"""

from cleaners.dedup.matching import Found, Matched, Read, keys_of, lean, match
from cleaners.dedup.whole import Corpus

__all__ = ["Corpus", "Found", "Matched", "Read", "keys_of", "lean", "match"]
