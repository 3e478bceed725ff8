"""A corpus matched in partitions: what each task of an engine computes that itself only moves bytes between them.

Documents have dense numbers in the order of the corpus; stretches of them are blocks. The keys of all documents are
dealt out by range; the owner of a range finds what documents share its keys, and tells each block the lists of
documents that concern its own (:mod:`cleaners.dedup.partitioned.postings`). A block counts how many lists two documents
share: pairs worth comparing (:mod:`cleaners.dedup.partitioned.candidates`). It asks for the texts, which are marked
where they are, and compares them (:mod:`cleaners.dedup.partitioned.texts`). All decisions are those of the engine on
one machine (:mod:`cleaners.dedup.corpus.engine`), and made by the same code. Nothing here depends on the order in which
parts arrive: what is done again gives the same.
"""
