"""A cluster's page: one copy set for reading, the others as a timeline and a table, and what leads on from there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from cleaners.dedup.clusters.model import ClusterDecision, ClusterMember
from cleaners.dedup.clusters.tree import CopyTree, lineage
from cleaners.items import Clipping
from cleaners.store import ArticleNotes, Store
from crawler.web.pictures import addresses_of, pictures_of
from crawler.web.rendering import gone, local, plain, show
from crawler.web.room import room_of
from crawler.web.timeline import Timeline, branches, timeline
from crawler.web.typesetting import in_parts, set_blocks

_COMPARED = 400  # copies of which the tree is made; a cluster has rarely more than a few dozens
_PAGE = 50  # copies in a table


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRow:
    """A copy in the table of a cluster."""

    member: ClusterMember
    branch: CopyTree
    above: ClusterMember | None
    """The copy that it is most like, of those that stand before it in the tree."""
    numbers: tuple[tuple[str, str], ...] = ()
    """Numbers that differ between the two, (here, there); a few."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterCopies:
    """The copies of a cluster as its page shows them."""

    decision: ClusterDecision
    drawing: Timeline
    rows: Sequence[CopyRow]
    best: ClusterMember
    first: ClusterMember | None
    """Where the story seems to come from."""
    left_out: int
    """Copies of which only the number is shown."""


def cluster(request: Request) -> Response:
    """``GET /cluster/{id}``; ``?copy=``: which to read, ``?part=``: of a long text, ``?copies=``: of a long table."""
    asked = request.path_params["id"]
    with room_of(request).stores.reading() as store:
        home = store.clippings.get(asked)
        if home is None or home.cluster is None:
            return gone(request, store, asked)
        if home.cluster.id != asked:
            return RedirectResponse(f"/cluster/{home.cluster.id}?copy={home.article.id}", 303)
        copies = _copies(store, home.cluster.id)
        wanted = request.query_params.get("copy") or (copies.best.id if copies else asked)
        shown = store.clippings.get(wanted)
        if shown is None or shown.cluster is None or shown.cluster.id != home.cluster.id:
            return gone(request, store, wanted)
        article = shown.article
        at_hand = addresses_of(article, pictures_of(room_of(request), article))
        parts = in_parts(set_blocks(article, at_hand))
        part = page_number(request, "part", len(parts))
        gone_at = store.crawl_state.gone(article.url) if article.url else None
        table = page_number(request, "copies", -(-len(copies.rows) // _PAGE) if copies else 1)
        return show(
            request, "cluster.html", clipping=shown, article=article, copies=copies, blocks=parts[part - 1],
            part=part, parts_count=len(parts), table=table, tables=-(-len(copies.rows) // _PAGE) if copies else 1,
            rows=_with_numbers(store, copies.rows[(table - 1) * _PAGE : table * _PAGE]) if copies else (),
            facts=_facts(shown, gone_at), kept=store.notes.of([article.id]).get(article.id, ArticleNotes()),
            is_best=copies is None or article.id == copies.best.id, away=len(article.images) - len(at_hand),
        )  # fmt: skip


def page_number(request: Request, name: str, pages: int) -> int:
    """The number of a page in the address, from 1 on; the nearest one that is there."""
    asked = request.query_params.get(name, "1")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 7 else 1
    return max(1, min(number, pages))


def _facts(shown: Clipping, gone_at: datetime | None) -> list[tuple[str, str]]:
    """What is known of a copy and does not stand above its text: name in the table of words, value."""
    article = shown.article
    values = {
        "source": article.source or "",
        "section": article.section or "",
        "editors": "、".join(article.editors),
        "regions": "、".join(region.name for region in article.regions[:8]),
        "address": article.url or "",
        "fetched": local(article.fetched_at),
        "page_gone": local(gone_at),
        "confidence": f"{article.confidence:.1%}" if article.confidence is not None else "",
        "revisions": str(shown.revision) if shown.revision > 1 else "",
        "noise_cut": str(sum(article.noise_removed.values()) or ""),
        "identifier": article.id,
    }
    return [(name, plain(value)) for name, value in values.items() if value]


def _with_numbers(store: Store, rows: Sequence[CopyRow]) -> list[CopyRow]:
    """The rows with the numbers that differ from the copy above."""
    matches = store.clusters.matches_of([row.member.doc for row in rows])
    told = []
    for row in rows:
        own = (one for one in matches[row.member.doc] if row.above and one.other == row.above.id)
        match = next(own, None)
        told.append(replace(row, numbers=match.evidence.numbers_differ[:3]) if match else row)
    return told


def _copies(store: Store, cluster_id: str) -> ClusterCopies | None:
    """The cluster's copies; None for an article that has none."""
    decision = store.clusters.cluster(cluster_id)
    if decision is None:
        return None
    first = decision.earliest.doc if decision.earliest else decision.canonical
    docs = list(dict.fromkeys((decision.canonical, first, *decision.members)))[:_COMPARED]
    around = store.clusters.among(docs)
    members = {member.doc: member for member in around.members}
    tree = lineage(around.members, around.edges, decision.canonical)
    rows = [
        CopyRow(member=members[branch.doc], branch=branch, above=members.get(parent) if parent is not None else None)
        for branch, parent in branches(tree)
    ]
    return ClusterCopies(
        decision=decision, drawing=timeline(tree, members), rows=rows, best=members[decision.canonical],
        first=members.get(decision.earliest.doc) if decision.earliest else None,
        left_out=len(decision.members) - len(docs),
    )  # fmt: skip
