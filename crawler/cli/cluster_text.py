"""A cluster for a terminal: the tree of its copies, and where its story comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cleaners.dedup.clusters.model import ClusterDecision, EarliestSource
from cleaners.dedup.clusters.tree import CopyTree, lineage
from cleaners.items import Article, Clipping
from cleaners.store import Store

if TYPE_CHECKING:
    from rich.tree import Tree

_MOST = 200  # copies a terminal shows
_TOLD = {
    "later": "it came later", "earlier": "it came earlier", "cut from it": "it is a part of that one",
    "holds it": "it holds that one and more", "rewritten from it": "words were swapped for others",
    "unknown": "which came first is not known",
}  # fmt: skip


class CopyLines:
    """A cluster as read from the store, ready to be shown."""

    def __init__(self, store: Store, cluster: ClusterDecision) -> None:
        self.cluster = cluster
        around = store.clusters.among(cluster.members)
        self.members = dict(zip(cluster.members, store.clippings.read(cluster.members), strict=True))
        self.edges = around.edges
        self.tree = lineage(around.members, around.edges, cluster.canonical)

    def record(self) -> dict[str, Any]:
        """The whole of it for JSON: members, verified pairs, the tree by ids, where the story comes from."""
        ids = {doc: one.article.id for doc, one in self.members.items()}
        first = self.cluster.earliest
        return {
            "id": self.cluster.id,
            "size": len(self.members),
            "canonical": ids[self.cluster.canonical],
            "earliest": first and {"id": ids.get(first.doc), **_without_doc(asdict(first))},
            "members": [_member(one.article) for one in self.members.values()],
            "edges": [
                {"a": ids[e.a], "b": ids[e.b], "kind": e.kind, "similarity": e.similarity,
                 "containment_a": e.containment_a, "containment_b": e.containment_b}
                for e in self.edges
            ],
            "tree": _branch(self.tree, ids),
        }  # fmt: skip

    def drawn(self, shown: str) -> Tree:
        """The tree to print; ``shown``: id of the article that was asked for, which is marked."""
        from rich.text import Text
        from rich.tree import Tree

        left = [_MOST]

        def label(branch: CopyTree) -> Text:
            text = Text(self._line(branch, shown), style="bold" if branch.doc == self.cluster.canonical else "")
            if branch.kind:
                text.append(f"\n{self._relation(branch)}", style="dim")
            return text

        def hang(branch: CopyTree, tree: Tree) -> None:
            for below in branch.branches:
                if left[0] > 0:
                    left[0] -= 1
                    hang(below, tree.add(label(below)))

        drawn = Tree(label(self.tree))
        hang(self.tree, drawn)
        if (more := len(self.members) - 1 - _MOST) > 0:
            drawn.add(Text(f"... and {more:,} more (--json gives all)", style="dim"))
        return drawn

    def heading(self) -> str:
        """How many copies, when, and where the story seems to come from."""
        dates = sorted(one.article.published for one in self.members.values() if one.article.published)
        span = f", {dates[0]:%Y-%m-%d} to {dates[-1]:%Y-%m-%d}" if dates else ""
        lines = [f"{len(self.members)} copies of this story (cluster {self.cluster.id}{span}), the best one first:"]
        if first := self.cluster.earliest:
            where = first.url or self.members[first.doc].article.origin
            lines.append(f"it seems to come from {where} (confidence {first.confidence:.2f}{_because(first)})")
        return "\n".join(lines)

    def _line(self, branch: CopyTree, shown: str) -> str:
        article = self.members[branch.doc].article
        first = self.cluster.earliest
        notes = [
            "best copy" if branch.doc == self.cluster.canonical else "",
            "seems first" if first and first.doc == branch.doc else "",
            ", ".join(article.disguises),
            "<- this one" if article.id == shown else "",
        ]
        said = f"  来源 {article.source}" if article.source else ""
        tail = "  ".join(filter(None, notes))
        return f"{_when(article)}  {article.id}  {article.site or article.origin}{said}{'  ' if tail else ''}{tail}"

    def _relation(self, branch: CopyTree) -> str:
        told = f"{branch.kind}: {branch.share:.0%} of it is in the one above, {branch.back:.0%} of that one in it"
        above = self._differing(branch)
        return f"{told}; {_TOLD[branch.direction]}{'; numbers differ: ' + above if above else ''}"

    def _differing(self, branch: CopyTree) -> str:
        above = next((parent for parent in _all(self.tree) if branch in parent.branches), None)
        if above is None:
            return ""
        other = self.members[above.doc].article.id
        match = next((m for m in self.members[branch.doc].matches if m.other == other), None)
        pairs = match.evidence.numbers_differ[:2] if match else ()
        return "; ".join(f"{this} here, {that} there" for this, that in pairs)


def relatives(store: Store, clipping: Clipping) -> CopyLines | None:
    """The cluster of an article; None when it has no copies."""
    cluster = store.clusters.cluster(clipping.cluster.id) if clipping.cluster else None
    return CopyLines(store, cluster) if cluster else None


def _because(first: EarliestSource) -> str:
    """The evidence in words; shares from 0 to 1."""
    named: Sequence[object] = _list(first.evidence.get("sources"))
    said = [
        f"{_share(first.evidence, 'declared'):.0%} of the declared sources name it" if first.evidence.get("declared")
        else "",
        {1.0: "its date is the earliest", 0.5: "its day is the earliest, another copy's too"}.get(
            _share(first.evidence, "dated"), ""),
        "others are cut from it" if first.evidence.get("whole") else "",
        f"来源 named: {'、'.join(map(str, named[:4]))}" if named else "",
    ]  # fmt: skip
    told = "; ".join(filter(None, said))
    return f": {told}" if told else ""


def _share(evidence: Mapping[str, object], name: str) -> float:
    value = evidence.get(name)
    return float(value) if isinstance(value, int | float) else 0.0


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else []


def _all(branch: CopyTree) -> list[CopyTree]:
    found = [branch]
    for one in found:
        found += one.branches
    return found


def _branch(branch: CopyTree, ids: Mapping[int, str]) -> dict[str, Any]:
    return {
        "id": ids[branch.doc], "kind": branch.kind, "share": branch.share, "back": branch.back,
        "direction": branch.direction if branch.kind else None,
        "branches": [_branch(below, ids) for below in branch.branches],
    }  # fmt: skip


def _member(article: Article) -> dict[str, Any]:
    return {
        "id": article.id, "url": article.url, "origin": article.origin, "site": article.site, "title": article.title,
        "source": article.source, "published": article.published and article.published.isoformat(),
        "quality": article.quality, "disguises": list(article.disguises),
    }  # fmt: skip


def _without_doc(record: dict[str, Any]) -> dict[str, Any]:
    published = record["published"]
    return {k: v for k, v in record.items() if k != "doc"} | {"published": published and published.isoformat()}


def _when(article: Article) -> str:
    return f"{article.published:%Y-%m-%d %H:%M}" if article.published else "no date         "
