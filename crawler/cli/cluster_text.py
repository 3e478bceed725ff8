"""A cluster for a terminal: the tree of its copies, and where its story comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from cleaners.dedup.clusters.model import ClusterDecision, EarliestSource
from cleaners.dedup.clusters.tree import CopyTree, lineage
from cleaners.items import Article, Clipping
from cleaners.sentences import Sentence, listed, sentence
from cleaners.store import Store
from crawler.cli.language import spoken, translated
from crawler.cli.layout import dated, glossed

if TYPE_CHECKING:
    from rich.tree import Tree

_MOST = 200  # copies a terminal shows
_TOLD = {
    "later": sentence("it came later"),
    "earlier": sentence("it came earlier"),
    "cut from it": sentence("it is a part of that one"),
    "holds it": sentence("it holds that one and more"),
    "rewritten from it": sentence("words were swapped for others"),
    "unknown": sentence("which came first is not known"),
}


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
                text.append(f"\n{spoken(self._relation(branch))}", style="dim")
            return text

        def hang(branch: CopyTree, tree: Tree) -> None:
            for below in branch.branches:
                if left[0] > 0:
                    left[0] -= 1
                    hang(below, tree.add(label(below)))

        drawn = Tree(label(self.tree))
        hang(self.tree, drawn)
        if (more := len(self.members) - 1 - _MOST) > 0:
            left_out = sentence("... and {count:,} more (--json gives all)", count=more)
            drawn.add(Text(spoken(left_out), style="dim"))
        return drawn

    def heading(self) -> Sentence:
        """How many copies, when, and where the story seems to come from."""
        dates = sorted(one.article.published for one in self.members.values() if one.article.published)
        facts: list[object] = [sentence("cluster {id}", id=self.cluster.id)]
        if dates:
            facts.append(sentence("{first:%Y-%m-%d} to {last:%Y-%m-%d}", first=dates[0], last=dates[-1]))
        lines = [
            sentence(
                "{count} copies of this story ({facts}), the best one first:",
                count=len(self.members),
                facts=listed(facts),
            )
        ]
        if first := self.cluster.earliest:
            where = first.url or self.members[first.doc].article.origin
            sure = sentence("confidence {share:.2f}", share=first.confidence)
            because = _because(first)
            told = listed([sure, listed(because, "; ")], ": ") if because else sure
            lines.append(sentence("it seems to come from {where} ({why})", where=where, why=told))
        return listed(lines, "\n")

    def _line(self, branch: CopyTree, shown: str) -> str:
        article = self.members[branch.doc].article
        first = self.cluster.earliest
        notes = [
            translated("best copy") if branch.doc == self.cluster.canonical else "",
            translated("seems first") if first and first.doc == branch.doc else "",
            ", ".join(glossed("disguise", name) for name in article.disguises),
            translated("<- this one") if article.id == shown else "",
        ]
        said = f"  来源 {article.source}" if article.source else ""
        tail = "  ".join(filter(None, notes))
        return f"{_when(article)}  {article.id}  {article.site or article.origin}{said}{'  ' if tail else ''}{tail}"

    def _relation(self, branch: CopyTree) -> Sentence:
        told = sentence(
            "{kind}: {share:.0%} of it is in the one above, {back:.0%} of that one in it; {direction}",
            kind=glossed("match", branch.kind or ""),
            share=branch.share,
            back=branch.back,
            direction=_TOLD[branch.direction],
        )
        pairs = self._differing(branch)
        return listed([told, sentence("numbers differ: {pairs}", pairs=listed(pairs, "; "))], "; ") if pairs else told

    def _differing(self, branch: CopyTree) -> list[Sentence]:
        above = next((parent for parent in _all(self.tree) if branch in parent.branches), None)
        if above is None:
            return []
        other = self.members[above.doc].article.id
        match = next((m for m in self.members[branch.doc].matches if m.other == other), None)
        pairs = match.evidence.numbers_differ[:2] if match else ()
        return [sentence("{this} here, {that} there", this=this, that=that) for this, that in pairs]


def relatives(store: Store, clipping: Clipping) -> CopyLines | None:
    """The cluster of an article; None when it has no copies."""
    cluster = store.clusters.cluster(clipping.cluster.id) if clipping.cluster else None
    return CopyLines(store, cluster) if cluster else None


def _because(first: EarliestSource) -> list[Sentence]:
    """The evidence in words; shares from 0 to 1."""
    named: Sequence[object] = _list(first.evidence.get("sources"))
    said = []
    if first.evidence.get("declared"):
        share = _share(first.evidence, "declared")
        said.append(sentence("{share:.0%} of the declared sources name it", share=share))
    if dated := _DATED.get(_share(first.evidence, "dated")):
        said.append(dated)
    if first.evidence.get("whole"):
        said.append(sentence("others are cut from it"))
    if named:
        said.append(sentence("来源 named: {names}", names="、".join(map(str, named[:4]))))
    return said


_DATED = {
    1.0: sentence("its date is the earliest"),
    0.5: sentence("its day is the earliest, another copy's too"),
}


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
    return dated(article.published)
