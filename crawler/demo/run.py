"""``jianbao demo``: serve the small web, crawl it, and report what came of it, checked against the truth."""

from __future__ import annotations

import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TextIO
from urllib.parse import urlsplit

from rich.console import Console

from cleaners import config, readers
from cleaners.context import context_of
from cleaners.ingest.ingester import Ingester, ingest_batches
from cleaners.items import Clipping, Drop
from cleaners.parallel import cleaning
from cleaners.parts import joined_runs
from cleaners.sentences import Sentence, sentence
from cleaners.store import Store
from cleaners.warc import folder_of
from crawler.demo import saved
from crawler.demo.check import DemoFindings, check
from crawler.demo.expectations import Expectation, promises
from crawler.demo.manifest import DemoManifest
from crawler.demo.plan import SitePlan, read
from crawler.demo.report import DemoSpeech, ReportPrinter
from crawler.demo.server import serving
from crawler.demo.stories import HERE
from crawler.demo.web import SmallWeb
from crawler.run import CrawlReport, crawl

FOLDER = Path("demo-out")
"""Where the demo keeps its store and its seed file when no store is named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What a demo run found."""

    store: Path
    crawled: CrawlReport
    findings: DemoFindings
    promises: tuple[Expectation, ...]

    @property
    def is_kept(self) -> bool:
        """Whether everything this version promises was kept; the exit code is 1 where it was not."""
        return all(promise.status != "broken" for promise in self.promises)


def demo(store: Path | None = None, out: TextIO | None = None, *, speech: DemoSpeech = DemoSpeech()) -> DemoReport:
    """Serve, crawl, check and print; a fresh store in ``./demo-out`` unless one is named.

    Works once in a process, as :func:`crawler.run.crawl`. Raises what the crawl and the store raise when they cannot
    write, ``OSError`` where nothing can listen on loopback, and ``KeyboardInterrupt`` when it was ended by Ctrl-C.
    """
    out = out or sys.stdout
    plan = read()
    served = [site for site in plan.sites.values() if site.left == "all"]
    path = store or _fresh()
    opening = sentence(
        "A small web of {sites} sites starts on this machine (loopback only); of {left} more there are saved pages. What "
        "is found goes to {store}.\nThe first run on a machine compiles the matching code, which takes about half a minute; "
        "later runs take seconds.",
        sites=len(served),
        left=len(plan.sites) - len(served),
        store=path,
    )
    print(speech.said(opening), file=out, flush=True)
    with serving(plan) as web:
        seeds = path.with_name("seeds.yaml") if store is None else path.with_suffix(".seeds.yaml")
        seeds.write_text(_seeds(web), encoding="utf-8")
        with Console(stderr=True).status(speech.said(sentence("crawling ..."))) as status:  # shows only on a terminal
            crawled = crawl(
                [config.load_job(seeds)], store=path, progress=lambda now: status.update(speech.said(_so_far(now)))
            )
            if crawled.interrupted:
                raise KeyboardInterrupt
            status.update(speech.said(sentence("cleaning saved pages")))
            _clean(
                saved.write(web.saved, path.with_name("saved") if store is None else path.with_suffix(".saved")), path
            )
    clippings, drops = _stored(path, web.whole)
    findings = check(web.whole, clippings, drops)
    report = DemoReport(store=path, crawled=crawled, findings=findings, promises=promises(findings))
    _print(report, ReportPrinter(out, web.whole, findings, speech), tuple(plan.sites.values()))
    return report


def _clean(folder: Path, store: Path) -> None:
    """What `jianbao clean FOLDER --store STORE` does with a few pages."""
    with cleaning(1, context_of(store)) as work, Ingester(store, command="clean") as ingester:
        for _ in ingest_batches(ingester, joined_runs(work.map(readers.read([folder])))):
            pass


def _print(report: DemoReport, printer: ReportPrinter, plans: tuple[SitePlan, ...]) -> None:
    printer.crawl(plans, report.crawled)
    printer.drops(report.crawled)
    printer.noise()
    printer.disguises()
    printer.clusters()
    printer.promises(report.promises)
    printer.next_steps(report.store)


def _fresh() -> Path:
    """The demo's own store, with what an earlier demo left there removed."""
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / "jianbao.db"
    for left in (path, path.with_name("jianbao.db-wal"), path.with_name("jianbao.db-shm")):
        left.unlink(missing_ok=True)
    for folder in (folder_of(path), path.with_suffix(".index"), path.with_name("saved")):
        shutil.rmtree(folder, ignore_errors=True)
    return path


def _so_far(now: CrawlReport) -> Sentence:
    return sentence("crawling: {fetched} responses, {articles} articles", fetched=now.fetched, articles=now.articles)


def _seeds(web: SmallWeb) -> str:
    """The seed file with the addresses the small web got."""
    hosts = sorted({urlsplit(origin).hostname or "" for origin in web.origins.values()})
    origins = {site.replace("-", "_"): origin for site, origin in web.origins.items()}
    text = (HERE / "seeds.yaml").read_text(encoding="utf-8")
    return Template(text).substitute(origins, hosts="[" + ", ".join(f'"{host}"' for host in hosts) + "]")


def _stored(path: Path, manifest: DemoManifest) -> tuple[list[Clipping], list[Drop]]:
    """What the store holds of the small web (a named store may hold other things too)."""
    places = {urlsplit(page.url).netloc for page in manifest.pages}
    with Store.open(path, readonly=True) as store:
        clippings = [
            one
            for one in store.clippings.select(with_duplicates=True)
            if one.article.url and urlsplit(one.article.url).netloc in places
        ]
        return clippings, store.runs.drops(limit=10_000)
