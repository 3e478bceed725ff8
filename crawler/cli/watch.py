"""``jianbao watch``, and what other commands do with watches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import InputError, JianbaoError, UsageError
from cleaners.sentences import listed, sentence
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, counted, say
from crawler.cli.filters import day, hint

if TYPE_CHECKING:
    from cleaners.config import WatchFile
    from cleaners.watches.issues import IssueContents
    from crawler.notify.run import DeliveryResult

WATCHES = "watches.yaml"
"""What a file of watches beside seed files is called: it is found by this name."""
WatchesOption = Annotated[
    Path | None,
    typer.Option(
        "--watches", envvar="JIANBAO_WATCHES", metavar="WATCHES.yaml",
        help="Afterwards tell what these watches wait for; see `jianbao watch`.",
    ),
]  # fmt: skip

NoWatchesOption = Annotated[
    bool, typer.Option("--no-watches", help="Tell nobody, whatever `watches.yaml` stands beside the seed files.")
]


@app.command()
def watch(
    watches: Annotated[
        Path, typer.Argument(metavar="WATCHES.yaml", help="What is waited for; docs/watches.md has every key.")
    ],
    store: StoreOption = STORE,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be told, due or not; tell nobody, keep nothing.")
    ] = False,
    since: Annotated[
        datetime | None,
        typer.Option(
            "--since", parser=day, metavar="2h|7d|DATE",
            help="Judge again what was stored since then; what was told is not told again.",
        ),
    ] = None,
    early: Annotated[
        bool, typer.Option("--now", help="Also what waits for an issue that is not due yet.")
    ] = False,
    as_json: JsonOption = False,
) -> None:  # fmt: skip
    """Tell people what has arrived that they wait for: feeds, documents, mail, webhooks, chats.

    Each story is told once by each watch, however many copies come. A watch that is met for the first time begins with
    what was stored in the last 24 hours. What cannot be delivered is tried again in the next run (exit code 1).

    \b
    Examples:
      jianbao watch watches.yaml --store news.db --dry-run
      jianbao watch watches.yaml --store news.db
      jianbao watch watches.yaml --since 7d
      jianbao watch watches.yaml --now
    """
    from crawler.notify.run import load, preview, run_watches, waiting_entries

    file, now = load(watches), datetime.now(UTC)
    if dry_run:
        for contents, one in zip(preview(file, store, now=now, since=since), file.watches, strict=True):
            _show(contents, one.next_due(now, file.zone), as_json=as_json)
        _hint(file, store)
        return
    results = run_watches(file, store, now=now, since=since, early=early, waiting=say)
    _report(results, as_json=as_json)
    waiting = waiting_entries(file, store, now=now)
    if not results and not waiting:
        say("nothing new: what was stored before was told, or is not waited for (--dry-run --since 7d looks back)")
    for wait in waiting:
        entries = counted(wait.count, "entry")
        if wait.count == 1:
            say(
                "{watch}: {entries} waits for the issue of {due:%m-%d %H:%M}",
                watch=wait.watch,
                entries=entries,
                due=wait.due,
            )
        else:
            say(
                "{watch}: {entries} wait for the issue of {due:%m-%d %H:%M}",
                watch=wait.watch,
                entries=entries,
                due=wait.due,
            )
    if failed := [one for one in results if one.failure]:
        raise InputError(
            "{channels} could not be served: run it again, nothing is lost", channels=counted(len(failed), "channel")
        )


def tell(watches: Path | None, store: Path) -> None:
    """After a run that stored articles: tell what the watches of a file wait for.

    Whatever goes wrong is said and ends nothing: it is told in the next run.
    """
    if watches is None:
        return
    from crawler.notify.run import load, run_watches

    try:
        _report(run_watches(load(watches), store, now=datetime.now(UTC), waiting=say), as_json=False)
    except JianbaoError as why:
        say("watches: {why}", why=why)


def check(watches: Path | None) -> None:
    """Say what is wrong with a file of watches, before anything else is done. Raises ``SeedFileError``."""
    if watches is not None:
        from crawler.notify.run import load

        load(watches)


def beside(seeds: Sequence[str | Path], watches: Path | None, *, none: bool = False) -> tuple[list[str], Path | None]:
    """Seed files without a file of watches among them, and the watches: the file that was named, else that one, else
    ``watches.yaml`` beside the first seed file; with ``none`` no watches. Raises UsageError for both at once."""
    if none and watches:
        raise UsageError("--watches and --no-watches exclude each other: leave one out")
    names = [str(seed) for seed in seeds]
    rest = [name for name in names if Path(name).name != WATCHES]
    among = [Path(name) for name in names if Path(name).name == WATCHES]
    near = [place for name in rest if "://" not in name and (place := Path(name).parent / WATCHES).is_file()]
    return rest, None if none else watches or next(iter([*among, *near]), None)


def _report(results: Sequence[DeliveryResult], *, as_json: bool) -> None:
    from dataclasses import asdict

    for one in results:
        if as_json:
            typer.echo(json.dumps(asdict(one), ensure_ascii=False))
            continue
        told = counted(one.told, "entry") if one.told or not one.failure else sentence("nothing")
        parts = [sentence("{watch}: {entries} by {channel}", watch=one.watch, entries=told, channel=one.channel)]
        say(listed([*parts, one.failure] if one.failure else parts, "; "))


def _hint(file: WatchFile, path: Path) -> None:
    """Say which filters name what no article has: such a watch is silent for ever."""
    from cleaners.store import Selection, Store

    with Store.open(path, create=False, readonly=True) as store:
        for watch in file.watches:
            for one in (
                *(Selection(site=site) for site in watch.sites),
                *(Selection(source=source) for source in watch.sources),
            ):
                hint(store, one)


def _show(contents: IssueContents, due: datetime | None, *, as_json: bool) -> None:
    from crawler.notify.webhook import payload

    if as_json:
        for entry in contents.entries:
            typer.echo(json.dumps(payload(contents, entry), ensure_ascii=False))
        return
    entries = counted(len(contents.entries), "entry")
    if due:
        answer(
            "{title}: {entries}, the next issue is due {due:%m-%d %H:%M}",
            title=contents.title,
            entries=entries,
            due=due,
        )
    else:
        answer("{title}: {entries}", title=contents.title, entries=entries)
    for entry in contents.entries:
        typer.echo(f"  {entry.at:%m-%d %H:%M}  {entry.title}  ({entry.line})")
        if entry.url:
            typer.echo(f"{'':15}{entry.url}")
