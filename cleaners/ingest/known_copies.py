"""Which articles of a store are copies of a text that is not in it; nothing is written."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

from cleaners.dedup.index.runs import MemoryIndex
from cleaners.dedup.match import match_batch
from cleaners.errors import UsageError
from cleaners.items import Article, Clipping
from cleaners.publication_time import in_order
from cleaners.store import Store
from cleaners.store.passage_search import find_passage

_LEAST = 0.1
"""Share of the text that an article must hold to be held against it by the verifier."""


def known_copies(article: Article, store: Store) -> tuple[Clipping, ...]:
    """The article itself and its copies in a store, the earliest first by date of publication (one without an hour
    counts as of the end of its day); () where it has none.

    Articles that share clauses with it are found by the search, and judged with it by the verifier that ingestion has;
    whoever is in the cluster of a match is one. A copy of which no clause is left as it was (spun throughout) is not
    found so: that takes the match index, which belongs to whoever keeps.
    """
    own = store.clippings.get(article.id)
    hits: list[Clipping] = []
    with suppress(UsageError):  # too short to be looked for
        hits = [hit.clipping for hit in find_passage(article.text, store.search, store.clippings, least=_LEAST)]
    others = [one for one in hits if one.article.id != article.id]
    texts = [*(one.article.text for one in others), article.text]
    found = match_batch(range(len(texts)), texts, MemoryIndex(), lambda _: []).found
    last = len(others)
    near = [others[one.other] for one in found if one.doc == last]
    members = {one.article.id: one for one in ([own] if own else []) + near}
    for one in list(members.values()):
        if one.cluster is not None:
            members |= {other.article.id: other for other in store.clippings.cluster(one.cluster.id)}
    return tuple(sorted(members.values(), key=_place))


def _place(one: Clipping) -> tuple[datetime, bool, str]:
    """Behind comes what is only perhaps earlier, as its hour is not known, and what has no address."""
    article = one.article
    return in_order(article.published), article.url is None, article.id
