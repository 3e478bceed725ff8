"""Matching: which documents tell the same article. The only home of datasketch.

Candidates come from a match index (:mod:`cleaners.dedup.index`), the decision from the verifier
(:mod:`cleaners.dedup.verify`). :func:`cleaners.dedup.match.match_batch` is for a store that grows,
:class:`cleaners.dedup.corpus.engine.CorpusDeduplicator` for a corpus that is all there.
"""
