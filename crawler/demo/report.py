"""The demo's report: for someone who sees jianbao for the first time. Tables on a terminal, plain text elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TextIO

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.demo.check import DemoFindings
from crawler.demo.expectations import Expectation
from crawler.demo.manifest import DemoManifest
from crawler.demo.plan import SitePlan
from crawler.stats import CrawlReport

_PLAIN_WIDTH = 118
_COLOURS = {"kept": "green", "broken": "bold red", "not yet": "yellow", "unseen": "yellow"}
_SIGNS = {"kept": "ok", "broken": "BROKEN", "not yet": "not yet", "unseen": "-"}


class ReportPrinter:
    """Prints one demo run, section by section."""

    def __init__(self, out: TextIO, manifest: DemoManifest, findings: DemoFindings) -> None:
        self._console = Console(file=out, highlight=False, width=None if out.isatty() else _PLAIN_WIDTH)
        self._manifest = manifest
        self._findings = findings

    def crawl(self, sites: tuple[SitePlan, ...], crawled: CrawlReport) -> None:
        """What was fetched, and what came of it."""
        self._head("1. Crawled and cleaned")
        table = _table("site", "what it is", "articles", "text kept", "pages right")
        for site in sites:
            pages = [page for page in self._findings.pages if page.site == site.id]
            stored = [page.clipping for page in pages if page.clipping]
            table.add_row(
                site.name,
                site.about,
                f"{len(stored)} of {len(pages)}",
                f"{sum(len(one.article.text) for one in stored):,} chars",
                f"{sum(page.is_right for page in pages)} of {len(pages)}",
            )
        self._console.print(table)
        self._say(
            f"{crawled.fetched} responses in {crawled.seconds:.1f} s, {crawled.pages} pages cleaned, "
            f"{sum(crawled.drops.values())} dropped with a reason; an article is right when it is whole, clean, and "
            "has the title, date, source and edition its page gives."
        )

    def drops(self, crawled: CrawlReport) -> None:
        """Pages that are no articles."""
        self._head("2. Not kept, and why")
        table = _table("page", "address", "what became of it")
        for trap in self._findings.traps:
            if trap.kind in {"robots", "feed", "sitemap", "index"}:
                continue
            became = "STORED AS AN ARTICLE" if trap.stored else trap.reason or "followed or left, not stored"
            table.add_row(trap.kind, trap.url, became)
        self._console.print(table)
        if crawled.traps:
            self._say("Endless parts of the web left alone: " + _counts(crawled.traps) + ".")

    def noise(self) -> None:
        """What was cut from the pages."""
        self._head("3. Noise removed")
        removed: Counter[str] = Counter()
        for page in self._findings.pages:
            if page.clipping:
                removed.update(page.clipping.article.noise_removed)
        planted, left = self._findings.noise_planted, self._findings.noise_left
        table = _table("class", "characters cut", "planted lines gone")
        for kind in sorted({*removed, *planted}, key=lambda kind: -removed[kind]):
            gone = f"{planted[kind] - left.get(kind, 0)} of {planted[kind]}" if kind in planted else ""
            table.add_row(kind, f"{removed[kind]:,}", gone)
        self._console.print(table)

    def disguises(self) -> None:
        """What was undone."""
        self._head("4. Disguises")
        table = _table("site", "disguises found", "repairs made", "text now begins")
        for page in self._findings.pages:
            article = page.clipping.article if page.clipping else None
            if article and (article.disguises or page.truth.disguises):
                done = _counts(article.repairs) or "-"
                name = self._manifest.names[page.site]
                table.add_row(name, ", ".join(article.disguises) or "none", done, article.text[:18] + "…")
        self._console.print(table)

    def clusters(self) -> None:
        """Who reprinted whom."""
        self._head("5. Who reprinted whom")
        table = _table("story, and its copies", "how the copy was matched", "of it found")
        for story in self._findings.kinship.stories:
            table.add_row(Text(story.title, style="bold"), f"first at {self._name(story.earliest_url)}", "")
            for copy in story.reprints:
                marks = [*copy.truth.disguises, *(["cut"] if copy.truth.is_cut else [])]
                label = f"  {self._manifest.names[copy.site]}" + (f" ({', '.join(marks)})" if marks else "")
                if copy.is_found:
                    table.add_row(label, str(copy.kind), f"{copy.containment:.0%}")
                else:
                    table.add_row(label, Text("not yet found", style="yellow"), "")
        self._console.print(table)
        kin = self._findings.kinship
        articles = sum(page.clipping is not None for page in self._findings.pages)
        self._say(f"{articles} articles tell {kin.clusters} stories ({kin.expected} in truth).")

    def promises(self, promises: tuple[Expectation, ...]) -> None:
        """The self-check."""
        self._head("6. Self-check against the manifest")
        for promise in promises:
            sign = Text(f"{_SIGNS[promise.status]:>9}  ", style=_COLOURS[promise.status])
            self._console.print(sign + Text(f"{promise.name}: {promise.detail}"))
        broken = sum(promise.status == "broken" for promise in promises)
        self._say(f"{broken} promises are broken." if broken else "Everything that this version promises was kept.")

    def next_steps(self, store: Path) -> None:
        """What to type now."""
        self._head("7. What to type next")
        richest = max(self._findings.kinship.stories, key=lambda story: len(story.reprints), default=None)
        example = (richest.origin if richest else None) or "URL"
        for command, why in (
            (f"search 苹果 --store {store}", "full-text search, each story once"),
            (f"show {example} --store {store}", "one clipping with its copies"),
            (f"drops --store {store}", "what was not kept, and why"),
            (f"export -o stories.jsonl --store {store}", "each story once, as JSON lines"),
            (f"serve --store {store}", "all of it in your browser: read, compare copies, see what was cut"),
        ):
            self._console.print(Text(f"  {_called()} {command}", style="bold"), soft_wrap=True)
            self._console.print(Text(f"      {why}"))

    def _head(self, title: str) -> None:
        self._console.print()
        self._console.print(Text(title, style="bold"))

    def _say(self, text: str) -> None:
        self._console.print(Text(text))

    def _name(self, url: str | None) -> str:
        """The site that an address belongs to, by name."""
        for page in self._manifest.pages:
            if page.url == url:
                return self._manifest.names[page.site]
        return "an unknown place"


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _called() -> str:
    """How to call the command from here: ``make demo`` runs it out of an environment that the shell does not know."""
    return "jianbao" if shutil.which("jianbao") or not sys.argv[0].endswith("/jianbao") else sys.argv[0]
