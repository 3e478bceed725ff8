"""``jianbao crawl`` and ``jianbao demo``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import InputError, UsageError
from cleaners.sentences import Sentence, sentence
from crawler.cli import watch
from crawler.cli.application import INTERRUPTED, STORE, JsonOption, StoreOption, app, counted, lasting, say
from crawler.cli.language import spoken
from crawler.cli.progress import compiling_told, progress
from crawler.cli.watch import NoWatchesOption, WatchesOption
from crawler.wording import balance

if TYPE_CHECKING:
    from crawler.run import CrawlReport, WorkInFlight

ContactOption = Annotated[
    str | None,
    typer.Option("--contact", envvar="JIANBAO_CONTACT", metavar="MAIL", help="With URLs: where a site reaches you."),
]
_MOST = 10  # seeds that are named


@app.command()
def demo(
    store: Annotated[
        Path | None,
        typer.Option("--store", metavar="DB", help="Where to keep the store; a fresh one in demo-out/ without it."),
    ] = None,
) -> None:
    """See jianbao at work: crawl a small web on this machine, clean, match, store, and report.

    Needs no network: the sites are served on loopback. The report compares what was found with what is known to be
    there and says plainly what was not found.

    \b
    Examples:
      jianbao demo
      jianbao demo --store demo.db
    """
    from crawler.cli.layout import glossed
    from crawler.demo.report import DemoSpeech
    from crawler.demo.run import demo as run

    _end_on_sigterm()
    if store is not None:
        _check(store)
    with compiling_told():
        done = run(store, speech=DemoSpeech(said=spoken, named=glossed))
    if not done.is_kept:
        raise typer.Exit(1)


@app.command()
def crawl(
    seeds: Annotated[
        list[str],
        typer.Argument(metavar="SEEDS.yaml|URL...", help="Seed files, one crawl job each; or addresses of pages."),
    ],
    store: StoreOption = STORE,
    limit: Annotated[
        int | None,
        typer.Option("--limit", "-n", min=1, metavar="N", help="At most N pages a job."),
    ] = None,
    archive_only: Annotated[
        bool, typer.Option("--archive-only", help="Only fetch and archive (WARC); clean later.")
    ] = False,
    again: Annotated[bool, typer.Option("--again", help="Ask every seed, also those that are not due yet.")] = False,
    issues: Annotated[
        str | None,
        typer.Option(
            "--issues", metavar="FROM..TO", help="Only back issues: seeds with a date, as 2026-01-01..2026-06-30."
        ),
    ] = None,
    contact: ContactOption = None,
    watches: WatchesOption = None,
    no_watches: NoWatchesOption = False,
    shard: Annotated[
        str, typer.Option("--shard", metavar="I/N", help="Only the hosts of machine I of N, I from 1.")
    ] = "1/1",
    as_json: JsonOption = False,
) -> None:
    """Run crawl jobs: discover, fetch politely, archive, clean, match, store.

    Run it as often as you like: what was left undone is taken up first, what the store has is only asked whether it
    has changed. robots.txt is obeyed. Ctrl-C once finishes what is in flight (exit code 11). Where `watches.yaml`
    stands beside the seed files, what it waits for is told afterwards, as by `jianbao watch`.

    \b
    Examples:
      jianbao crawl seeds/xinjiang.yaml --store news.db
      jianbao crawl seeds/*.yaml --limit 200
      jianbao crawl seeds/*.yaml --shard 2/5
      jianbao crawl papers.yaml --issues 2026-01-01..2026-06-30
      jianbao crawl https://news.example/2026/1.html --contact you@your.domain
    """
    import json
    from dataclasses import asdict

    from cleaners import config
    from crawler.jobs.shard import SiteShard
    from crawler.jobs.typed_addresses import is_typed_address, job_of
    from crawler.run import crawl as run

    _end_on_sigterm()
    part = SiteShard.parse(shard)
    seeds, watches = watch.beside(seeds, watches, none=no_watches)
    watch.check(watches)
    days = config.IssueRange.parse(issues) if issues is not None else None
    jobs = [config.load_job(path) for path in seeds if not is_typed_address(path)]
    if typed := [address for address in seeds if is_typed_address(address)]:
        jobs.append(job_of(typed, contact))
    if days and not any(seed.is_dated for job in jobs for site in job.sites for seed in site.entries):
        raise UsageError(
            "--issues: no seed has a date in its address, as `paper: https://…/{yyyy}-{mm}/{dd}/node_1.htm`"
        )
    _check(store)
    with compiling_told(), progress("responses") as advance:
        so_far = _advancing(advance)
        report = run(
            jobs, store=store, limit=limit, archive_only=archive_only, again=again, shard=part, issues=days,
            progress=so_far, stopping=_tell_stopping,
        )  # fmt: skip
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _tell(report, store, archive_only)
    if store.exists():
        watch.tell(watches, store)
    _end(report, store, is_whole=part.of == 1)


def _advancing(advance: Callable[[int, str], None]) -> Callable[[CrawlReport], None]:
    """What moves a progress bar on by the reports of a crawl."""
    seen = 0

    def so_far(now: CrawlReport) -> None:
        nonlocal seen
        advance(now.fetched - seen, f"{now.articles} articles, {sum(now.drops.values())} dropped")
        seen = now.fetched

    return so_far


def _tell_stopping(work: WorkInFlight) -> None:
    """Ctrl-C is heard at once, though what was begun is finished."""
    say(
        "stopping: {requests} under way (at most {time}), {results} on the way into the store; again ends it at once",
        requests=counted(work.requests, "request"),
        time=lasting(work.seconds),
        results=counted(work.results, "result"),
    )


def _end(report: CrawlReport, store: Path, *, is_whole: bool) -> None:
    """End with the exit code of what came of it; ``is_whole``: a machine's share of the sites may be empty."""
    if report.interrupted:
        say("interrupted: what was in flight is kept; run it again to go on")
        raise typer.Exit(INTERRUPTED)
    if report.reached_nobody and is_whole:
        raise InputError(
            "nothing was fetched: check the addresses in the seed file, robots.txt and the network "
            "(`jianbao drops --stage fetch --store {store}` says why)",
            store=store,
        )


def _end_on_sigterm() -> None:
    """``kill`` and systemd end a run as Ctrl-C does, also while it waits or reports."""
    import signal

    signal.signal(signal.SIGTERM, signal.default_int_handler)


def _check(store: Path) -> None:
    """Say what is wrong with the store before anything is fetched for it."""
    from cleaners.store import Store

    if store.exists():
        Store.open(store, create=False, readonly=True).close()
    elif not store.absolute().parent.is_dir():
        raise UsageError(
            "{store} cannot be made: there is no folder {parent}; make it first", store=store, parent=store.parent
        )


def _tell(report: CrawlReport, store: Path, archive_only: bool) -> None:
    rate = report.fetched / report.seconds if report.seconds else 0
    took = lasting(report.seconds)
    say(
        "{responses}, {bytes:,.1f} MB in {took} ({rate:.1f} responses/s)",
        responses=counted(report.fetched, "response"),
        bytes=report.bytes / 1000000.0,
        took=took,
        rate=rate,
    )
    if archive_only:
        say("{pages} archived", pages=counted(report.pages, "page"))
    else:
        say(
            "{articles} for {store}: {new:,} new, {changed:,} changed, {known:,} known as they are; "
            "{matched:,} match others",
            articles=counted(report.articles, "article"),
            store=store,
            new=report.new,
            changed=report.changed,
            known=report.known,
            matched=report.matched,
        )
    say(balance(report.found, report.ends))
    if report.joined:
        say("  {joined:>6,}  pages that stand in articles of several", joined=report.joined)
    for reason, count in report.drops.items():
        say("  {count:>6,}  dropped, {reason}", count=count, reason=reason)
    if report.rendered:
        say("  {rendered:>6,}  of the pages read by a browser", rendered=report.rendered)
    for reason, count in report.kept_off.items():
        say("  {count:>6,}  requests of their scripts refused, {reason}", count=count, reason=reason)
    if report.unchanged:
        say("  {unchanged:>6,}  unchanged since the last visit", unchanged=report.unchanged)
    if report.not_due:
        say(
            "  {not_due:>6,}  seeds not asked, for nothing new is likely yet (`--again` asks all)",
            not_due=report.not_due,
        )
        _tell_waiting(report.waiting)
    if report.failing_due is not None:
        say(
            "  {count:>6,}  pages that could not be had are asked for again ({when})",
            count=report.failing,
            when=_when(datetime.fromisoformat(report.failing_due)),
        )
    for url, target in report.moved.items():
        say("  the seed {url} leads to {target}: put that address into the seed file", url=url, target=target)
    if report.left:
        say("  {left:>6,}  addresses left for the next run (a limit was reached, or it was ended)", left=report.left)


def _tell_waiting(waiting: Mapping[str, str | None]) -> None:
    """Say when seeds that were not asked are due, in the time of this machine."""
    now = datetime.now(UTC)
    for url, due in list(waiting.items())[:_MOST]:
        at = datetime.fromisoformat(due) if due else None
        if at is None:
            when = sentence("not again")
        elif at <= now:
            when = sentence("read in this run, before it was interrupted")
        else:
            when = _when(at)
        say("          {url} ({when})", url=url, when=when)
    if (more := len(waiting) - _MOST) > 0:
        say("          and {seeds} (`--json` names all)", seeds=counted(more, "more seed"))


def _when(due: datetime) -> Sentence:
    at = due.astimezone()
    if at.date() == datetime.now().astimezone().date():
        return sentence("next at {at:%H:%M}", at=at)
    return sentence("next on {at:%Y-%m-%d} at {at:%H:%M}", at=at)
