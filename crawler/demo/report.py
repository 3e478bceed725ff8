"""The demo's report: for someone who sees jianbao for the first time. Tables on a terminal, plain text elsewhere."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cleaners.sentences import Sentence, sentence
from crawler.demo.check import DemoFindings
from crawler.demo.expectations import Expectation
from crawler.demo.manifest import DemoManifest
from crawler.demo.plan import SitePlan
from crawler.stats import CrawlReport

_PLAIN_WIDTH = 118
_COLOURS = {"kept": "green", "broken": "bold red", "not yet": "yellow", "unseen": "yellow"}
_SIGNS = {
    "kept": sentence("ok"), "broken": sentence("BROKEN"), "not yet": sentence("not yet"), "unseen": Sentence("-"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoSpeech:
    """How the report is said: in English, unless somebody knows another language."""

    said: Callable[[Sentence], str] = str
    """A sentence in the language of who reads it."""
    named: Callable[[str, str], str] = lambda kind, name: name
    """A name of the records (a kind: ``disguise``, ``noise``, ``repair``, ``match``) as that language explains it."""


class ReportPrinter:
    """Prints one demo run, section by section."""

    def __init__(self, out: TextIO, manifest: DemoManifest, findings: DemoFindings, speech: DemoSpeech) -> None:
        self._said, self._named = speech.said, speech.named
        self._console = Console(file=out, highlight=False, width=None if out.isatty() else _PLAIN_WIDTH)
        self._manifest = manifest
        self._findings = findings

    def crawl(self, sites: tuple[SitePlan, ...], crawled: CrawlReport) -> None:
        """What was fetched, and what came of it."""
        self._head(sentence("1. Crawled and cleaned"))
        table = self._table(
            sentence("site"),
            sentence("what it is"),
            sentence("articles"),
            sentence("text kept"),
            sentence("pages right"),
        )
        for site in sites:
            pages = [page for page in self._findings.pages if page.site == site.id]
            stored = [page.clipping for page in pages if page.clipping]
            table.add_row(
                site.name,
                self._said(Sentence(site.about)),
                self._of(len(stored), len(pages)),
                self._said(sentence("{count:,} chars", count=sum(len(one.article.text) for one in stored))),
                self._of(sum(page.is_right for page in pages), len(pages)),
            )
        self._console.print(table)
        told = sentence(
            "{fetched} responses in {seconds:.1f} s, {pages} pages cleaned, {dropped} dropped with a reason; an article is "
            "right when it is whole, clean, and has the title, date, source and edition its page gives.",
            fetched=crawled.fetched,
            seconds=crawled.seconds,
            pages=crawled.pages,
            dropped=sum(crawled.drops.values()),
        )
        self._say(told)

    def drops(self, crawled: CrawlReport) -> None:
        """Pages that are no articles."""
        self._head(sentence("2. Not kept, and why"))
        table = self._table(sentence("page"), sentence("address"), sentence("what became of it"))
        for trap in self._findings.traps:
            if trap.kind in {"robots", "feed", "sitemap", "index"}:
                continue
            became = trap.reason or self._said(sentence("followed or left, not stored"))
            if trap.stored:
                became = self._said(sentence("STORED AS AN ARTICLE"))
            table.add_row(trap.kind, trap.url, became)
        self._console.print(table)
        if crawled.traps:
            self._say(
                sentence("Endless parts of the web left alone: {parts}.", parts=self._counts("trap", crawled.traps))
            )

    def noise(self) -> None:
        """What was cut from the pages."""
        self._head(sentence("3. Noise removed"))
        removed: Counter[str] = Counter()
        for page in self._findings.pages:
            if page.clipping:
                removed.update(page.clipping.article.noise_removed)
        planted, left = self._findings.noise_planted, self._findings.noise_left
        table = self._table(sentence("class"), sentence("characters cut"), sentence("planted lines gone"))
        for kind in sorted({*removed, *planted}, key=lambda kind: -removed[kind]):
            gone = self._of(planted[kind] - left.get(kind, 0), planted[kind]) if kind in planted else ""
            table.add_row(self._named("noise", kind), f"{removed[kind]:,}", gone)
        self._console.print(table)

    def disguises(self) -> None:
        """What was undone."""
        self._head(sentence("4. Disguises"))
        table = self._table(
            sentence("site"), sentence("disguises found"), sentence("repairs made"), sentence("text now begins")
        )
        for page in self._findings.pages:
            article = page.clipping.article if page.clipping else None
            if article and (article.disguises or page.truth.disguises):
                done = self._counts("repair", article.repairs) or "-"
                worn = self._disguises(article.disguises) or self._said(sentence("none"))
                table.add_row(self._manifest.names[page.site], worn, done, article.text[:18] + "…")
        self._console.print(table)

    def clusters(self) -> None:
        """Who reprinted whom."""
        self._head(sentence("5. Who reprinted whom"))
        table = self._table(
            sentence("story, and its copies"), sentence("how the copy was matched"), sentence("of it found")
        )
        for story in self._findings.kinship.stories:
            first = sentence("first at {site}", site=self._name(story.earliest_url))
            table.add_row(Text(story.title, style="bold"), self._said(first), "")
            for copy in story.reprints:
                marks = self._disguises([*copy.truth.disguises, *(["cut"] if copy.truth.is_cut else [])])
                label = f"  {self._manifest.names[copy.site]}" + (f" ({marks})" if marks else "")
                if copy.is_found:
                    table.add_row(label, self._named("match", str(copy.kind)), f"{copy.containment:.0%}")
                else:
                    table.add_row(label, Text(self._said(sentence("not yet found")), style="yellow"), "")
        self._console.print(table)
        kin = self._findings.kinship
        articles = sum(page.clipping is not None for page in self._findings.pages)
        told = sentence(
            "{articles} articles tell {clusters} stories ({expected} in truth).",
            articles=articles,
            clusters=kin.clusters,
            expected=kin.expected,
        )
        self._say(told)

    def promises(self, promises: tuple[Expectation, ...]) -> None:
        """The self-check."""
        self._head(sentence("6. Self-check against the manifest"))
        for promise in promises:
            sign = self._said(_SIGNS[promise.status])
            told = f"{self._said(promise.name)}: {self._said(promise.detail)}"
            space = " " * (9 - cell_len(sign))
            self._console.print(Text(f"{space}{sign}  ", style=_COLOURS[promise.status]) + Text(told))
        broken = sum(promise.status == "broken" for promise in promises)
        if broken:
            self._say(sentence("{count} promises are broken.", count=broken))
        else:
            self._say(sentence("Everything that this version promises was kept."))

    def next_steps(self, store: Path) -> None:
        """What to type now."""
        self._head(sentence("7. What to type next"))
        richest = max(self._findings.kinship.stories, key=lambda story: len(story.reprints), default=None)
        example = (richest.origin if richest else None) or "URL"
        for command, why in (
            (f"search 苹果 --store {store}", sentence("full-text search, each story once")),
            (f"show {example} --store {store}", sentence("one clipping with its copies")),
            (f"drops --store {store}", sentence("what was not kept, and why")),
            (f"export -o stories.jsonl --store {store}", sentence("each story once, as JSON lines")),
            (f"serve --store {store}", sentence("all of it in your browser: read, compare copies, see what was cut")),
        ):
            self._console.print(Text(f"  {_called()} {command}", style="bold"), soft_wrap=True)
            self._console.print(Text(f"      {self._said(why)}"))

    def _head(self, title: Sentence) -> None:
        self._console.print()
        self._console.print(Text(self._said(title), style="bold"))

    def _say(self, text: Sentence) -> None:
        self._console.print(Text(self._said(text)))

    def _of(self, count: int, total: int) -> str:
        return self._said(sentence("{right} of {total}", right=count, total=total))

    def _disguises(self, names: Iterable[str]) -> str:
        return ", ".join(self._named("disguise", name) for name in names)

    def _counts(self, kind: str, counts: Mapping[str, int]) -> str:
        return ", ".join(f"{self._named(kind, name)} {count}" for name, count in counts.items())

    def _table(self, *columns: Sentence) -> Table:
        table = Table(box=box.SIMPLE, pad_edge=False)
        for column in columns:
            table.add_column(self._said(column), overflow="fold")
        return table

    def _name(self, url: str | None) -> str:
        """The site that an address belongs to, by name."""
        for page in self._manifest.pages:
            if page.url == url:
                return self._manifest.names[page.site]
        return self._said(sentence("an unknown place"))


def _called() -> str:
    """How to call the command from here: ``make demo`` runs it out of an environment that the shell does not know."""
    return "jianbao" if shutil.which("jianbao") or not sys.argv[0].endswith("/jianbao") else sys.argv[0]
