"""Joining what stands near each other in a stream of cleaned pages: folders, archives, tables, WARC files.

Results keep their places: an article stands where its first page stood, its other pages are Drops where they were. A
page waits for others that it names as long as the window is wide; those that are further away are not found, and it
says so itself (``missing_parts``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cleaners.items import Article, Drop
from cleaners.parts.addresses import address_of
from cleaners.parts.assembly import ArticleAssembly, page_of, settled
from cleaners.parts.joining import NOT_READ, is_same_article
from cleaners.urls import canonical


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinWindow:
    """How far apart the pages of an article may be."""

    results: int = 300
    """Results held back at most."""
    characters: int = 30_000_000
    """Characters of their texts at most."""


def joined_runs(results: Iterable[Article | Drop], window: JoinWindow = JoinWindow()) -> Iterator[list[Article | Drop]]:
    """The results in their order and number, in runs: no article has pages in two of them.

    So a run that was interrupted behind any of these runs goes on with the next page and comes to the same.
    """
    held = _HeldResults()
    for result in results:
        held.add(result)
        if not held.wanted:
            yield held.take(len(held))
        while len(held) > window.results or held.characters > window.characters:
            yield held.take(held.first_cut())
    if len(held):
        yield held.take(len(held))


def joined(results: Iterable[Article | Drop], window: JoinWindow = JoinWindow()) -> Iterator[Article | Drop]:
    """The same, one by one."""
    for run in joined_runs(results, window):
        yield from run


class _HeldResults:
    """Results that wait for each other."""

    def __init__(self) -> None:
        self._results: list[Article | Drop] = []
        self._places: dict[str, int] = {}
        self.wanted: set[str] = set()
        """What the pages among them name and is not among them."""
        self.characters = 0

    def __len__(self) -> int:
        return len(self._results)

    def add(self, result: Article | Drop) -> None:
        place = len(self._results)
        self._results.append(result)
        page = page_of(result)
        if page is None:
            return
        self.characters += len(page.text)
        for address in _addresses(page):
            self._places.setdefault(address, place)
            self.wanted.discard(address)
        self.wanted.update(name for name in _names(page) if name not in self._places)

    def take(self, count: int) -> list[Article | Drop]:
        """The first of them, joined; the others wait on."""
        run = self._resolved()[0][:count]
        rest = self._results[count:]
        self._results, self._places, self.wanted, self.characters = [], {}, set(), 0
        for result in rest:
            self.add(result)
        return run

    def first_cut(self) -> int:
        """How many are no longer held: the first, what is joined with it, and what follows and waits for nothing."""
        groups = self._resolved()[1]
        ends = {member: max(group) for group in groups for member in group}
        cut, place = 1, 0
        while place < len(self._results) and (place < cut or not self._waits(place)):
            cut = max(cut, place + 1, ends.get(place, 0) + 1)
            place += 1
        return cut

    def _waits(self, place: int) -> bool:
        page = page_of(self._results[place])
        return page is not None and not self._places.keys() >= _names(page)

    def _resolved(self) -> tuple[list[Article | Drop], list[list[int]]]:
        """The results with pages joined, and the places of those that were."""
        out = [settled(result) for result in self._results]
        groups: list[list[int]] = []
        taken: set[int] = set()
        waiting = [place for place, one in enumerate(self._results) if isinstance(one, Article) and one.pager.is_told]
        for place in sorted(waiting, key=lambda place: (self._has_earlier_page(place), place)):
            if place in taken:
                continue
            first = self._results[place]
            assert isinstance(first, Article)
            assembly, members = self._assembled(first, taken | {place})
            out[place] = assembly.article()
            if not members:
                continue
            groups.append([place, *members])
            taken.update(groups[-1])
            for member in members:
                page = page_of(self._results[member])
                assert page is not None
                out[member] = assembly.drop_of(page)
        return out, groups

    def _assembled(self, first: Article, taken: set[int]) -> tuple[ArticleAssembly, list[int]]:
        """An article with the pages of it that are here, and their places."""
        assembly, members = ArticleAssembly(first), []
        if assembly.whole and (whole := self._at(assembly.whole, taken)) is not None and assembly.offer_whole(whole[1]):
            at = (self._at(url, taken) for url in first.pager.following)
            others = [found[0] for found in at if found is not None and is_same_article(first, found[1])]
            return assembly, [whole[0], *others]
        while (url := assembly.wanted()) is not None:
            found = self._at(url, taken)
            if found is None:
                assembly.miss(NOT_READ)
            elif assembly.offer(found[1]):
                members.append(found[0])
        return assembly, members

    def _at(self, url: str, taken: set[int]) -> tuple[int, Article] | None:
        place = self._places.get(canonical(url))
        page = page_of(self._results[place]) if place is not None and place not in taken else None
        return (place, page) if place is not None and page is not None else None

    def _has_earlier_page(self, place: int) -> bool:
        page = page_of(self._results[place])
        return page is not None and any(canonical(url) in self._places for url in page.pager.preceding)


def _addresses(page: Article) -> list[str]:
    """What others may call it."""
    own = [address_of(page.url, page.origin)]
    if page.url is None and page.declared_url:
        own.append(page.declared_url)
    return list(map(canonical, own))


def _names(page: Article) -> set[str]:
    return {canonical(url) for url in (*page.pager.following, *page.pager.preceding)}
