"""Who reprinted whom: the clusters and matches of the store against the clusters of the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from cleaners.items import Clipping, MatchKind
from crawler.demo.manifest import ArticleTruth, DemoManifest


@dataclass(frozen=True, slots=True, kw_only=True)
class ReprintKind:
    """A copy, and whether the store knows whose it is."""

    url: str
    site: str
    truth: ArticleTruth
    kind: MatchKind | None
    """How it was matched with another posting of its story; None: not yet found."""
    containment: float
    """Share of the copy's text found in the other one, 0..1."""
    in_cluster: bool
    """Whether it stands in one cluster with another posting of its story."""

    @property
    def is_found(self) -> bool:
        """Whether match and cluster both say whose copy it is."""
        return self.kind is not None and self.in_cluster

    @property
    def is_named(self) -> bool:
        """Whether the kind of match is what was done to the copy."""
        if "spun" in self.truth.disguises:
            return self.kind == "spun"
        return self.kind == "contains" if self.truth.is_cut else self.kind in {"exact", "near"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredStory:
    """One story with all its copies that were found, as the store tells it."""

    name: str
    title: str
    origin: str | None
    """Address of the page that published it first, where it is stored."""
    earliest_url: str | None
    """Where the store thinks the story comes from."""
    best: ArticleTruth | None
    """The copy the store calls the best; None where it names none or one of another story."""
    reprints: tuple[ReprintKind, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyLinks:
    """All clusters."""

    stories: tuple[StoredStory, ...]
    """Stories with copies, in the order of the manifest."""
    clusters: int
    """Clusters in the store, singletons included."""
    expected: int
    """Stories in the manifest."""
    merged: tuple[tuple[str, str], ...]
    """Pairs of stories that stand in one cluster and are not one story."""
    series_merged: tuple[str, ...]
    """Series whose items were merged."""
    digest_links: Mapping[str, tuple[str, ...]]
    """Address of a compilation -> stories it was matched with."""
    digest_parts: Mapping[str, tuple[str, ...]]
    """Address of a compilation -> stories it takes its parts from."""

    @property
    def reprints(self) -> tuple[ReprintKind, ...]:
        """All copies."""
        return tuple(reprint for story in self.stories for reprint in story.reprints)


def kinship(manifest: DemoManifest, stored: Mapping[str, Clipping]) -> CopyLinks:
    """Compare clusters; ``stored`` maps addresses to clippings."""
    truths = manifest.articles
    clusters: dict[str, set[str]] = {}
    for url, clipping in stored.items():
        if url in truths:
            clusters.setdefault(_cluster(clipping), set()).add(url)
    merged = sorted({pair for urls in clusters.values() for pair in _strangers({truths[url].story for url in urls})})
    digests = {url: truth for url, truth in truths.items() if truth.parts and url in stored}
    ids = {clipping.article.id: truths[url].story for url, clipping in stored.items() if url in truths}
    return CopyLinks(
        stories=tuple(
            _story(manifest, name, urls, stored) for name, urls in manifest.clusters().items() if len(urls) > 1
        ),
        clusters=len(clusters),
        expected=len(manifest.clusters()),
        merged=tuple(merged),
        series_merged=tuple(
            "/".join(sorted(one)) for one in manifest.series if any(set(pair) <= one for pair in merged)
        ),
        digest_links={url: _linked(stored[url], ids) for url in digests},
        digest_parts={url: truth.parts for url, truth in digests.items()},
    )


def _cluster(clipping: Clipping) -> str:
    return clipping.cluster.id if clipping.cluster else clipping.article.id


def _is_best(clipping: Clipping | None) -> bool:
    return bool(clipping and clipping.cluster and clipping.cluster.is_canonical and clipping.cluster.size > 1)


def _strangers(stories: set[str]) -> list[tuple[str, str]]:
    """Neighbouring pairs of different stories in one cluster."""
    names = sorted(stories)
    return list(pairwise(names))


def _linked(clipping: Clipping, ids: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted({ids[match.other] for match in clipping.matches if match.other in ids}))


def _story(manifest: DemoManifest, name: str, urls: frozenset[str], stored: Mapping[str, Clipping]) -> StoredStory:
    pages = [page for page in manifest.pages if page.url in urls and page.article]
    origin = next(page for page in pages if page.article and not page.article.is_copy)
    clipping = stored.get(origin.url)
    cluster = clipping.cluster if clipping else None
    return StoredStory(
        name=name,
        title=origin.article.title if origin.article else name,
        origin=origin.url if clipping else None,
        earliest_url=cluster.earliest_url if cluster and cluster.size > 1 else None,
        best=next((page.article for page in pages if _is_best(stored.get(page.url))), None),
        reprints=tuple(
            _reprint(page.url, page.site, page.article, urls, stored)
            for page in pages
            if page.article and page.article.is_copy
        ),
    )


def _reprint(
    url: str, site: str, truth: ArticleTruth, urls: frozenset[str], stored: Mapping[str, Clipping]
) -> ReprintKind:
    clipping = stored.get(url)
    kin = {stored[other].article.id: stored[other] for other in urls if other != url and other in stored}
    if clipping is None:
        return ReprintKind(url=url, site=site, truth=truth, kind=None, containment=0.0, in_cluster=False)
    best = max((match for match in clipping.matches if match.other in kin), key=lambda m: m.containment, default=None)
    return ReprintKind(
        url=url,
        site=site,
        truth=truth,
        kind=best.kind if best else None,
        containment=best.containment if best else 0.0,
        in_cluster=any(_cluster(other) == _cluster(clipping) for other in kin.values()),
    )
