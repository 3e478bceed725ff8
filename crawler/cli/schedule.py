"""``jianbao schedule``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, listed, sentence
from crawler.cli import watch
from crawler.cli.application import STORE, StoreOption, app, lasting, say
from crawler.cli.watch import WatchesOption

if TYPE_CHECKING:
    from crawler.jobs.scheduler import EndedRun

_OUTCOMES = {
    0: sentence("done"),
    11: sentence("interrupted"),
    -2: sentence("interrupted"),
    -15: sentence("interrupted"),
    1: sentence("failed: nothing was fetched, or the job is running already"),
}


@app.command()
def schedule(
    seeds: Annotated[list[Path], typer.Argument(metavar="SEEDS.yaml...", help="Seed files with `schedule:`.")],
    store: StoreOption = STORE,
    watches: WatchesOption = None,
    cron: Annotated[bool, typer.Option("--cron", help="Print lines for a crontab instead.")] = False,
    systemd: Annotated[bool, typer.Option("--systemd", help="Print services and timers for systemd instead.")] = False,
    metrics_port: Annotated[
        int | None, typer.Option(metavar="PORT", min=1, max=65535, help="Prometheus metrics on 127.0.0.1:PORT.")
    ] = None,
    metrics_file: Annotated[
        Path | None, typer.Option(metavar="FILE.prom", help="Prometheus metrics into a file after every run.")
    ] = None,
) -> None:
    """Run crawl jobs by their cron expressions (machine's time), one after the other, until Ctrl-C.

    A run that was missed is made up once. A job never runs twice at the same time. What watches wait for (--watches,
    or `watches.yaml` beside the seed files) is told after each run, and when an issue of them is due. Needs
    `pip install 'jianbao[schedule]'`, metrics `jianbao[monitor]`; --cron and --systemd need neither.

    \b
    Examples:
      jianbao schedule seeds/xinjiang.yaml seeds/pingxiang.yaml --store news.db
      jianbao schedule seeds/*.yaml --cron | crontab -
      jianbao schedule seeds/xinjiang.yaml --systemd
    """
    from crawler.cli.runs_text import came_to
    from crawler.jobs import scheduler as jobs

    if cron and systemd:
        raise UsageError("--cron and --systemd are two things to print: choose one")
    names, watches = watch.beside(seeds, watches)
    planned = jobs.entries((Path(name) for name in names), watches=watches)
    if watches is not None:
        from crawler.notify.run import load

        planned = (*planned, jobs.watching(watches, [one.every for one in load(watches).watches]))
    if cron or systemd:
        from crawler.jobs.systemd import cron_line, systemd_units

        for entry in planned:
            typer.echo((cron_line if cron else systemd_units)(entry, store))
        if systemd:
            say("two files a job: what stands under each `# NAME.service` and `# NAME.timer` goes into a file of that "
                "name in ~/.config/systemd/user/; then `systemctl --user enable --now NAME.timer`")  # fmt: skip
        return
    _need("apscheduler", "schedule")
    write = _metrics(store, [entry.command for entry in planned], metrics_port, metrics_file)

    def ended(run: EndedRun) -> None:
        failed = sentence("failed, exit code {code}", code=run.code)
        outcome = _OUTCOMES.get(run.code, failed) if run.entry.verb == "crawl" or run.code != 1 else failed
        say(
            "{now:%Y-%m-%d %H:%M}  {job}  {outcome}  ({time})",
            now=datetime.now().astimezone(),
            job=run.entry.job,
            outcome=listed([outcome, *came_of_it(run)], ": "),
            time=lasting(run.seconds),
        )
        write()

    def came_of_it(run: EndedRun) -> list[Sentence]:
        entry = jobs.last_run(store, run.entry) if run.entry.verb == "crawl" and run.code == 0 else None
        return [came_to(entry)] if entry else []

    for entry in planned:
        say("{job}: {text}", job=entry.job, text=entry.cron.text)
    say("these are times of this machine ({zone:%Z, UTC%z}); issues of watches are due by the timezone of their file",
        zone=datetime.now().astimezone())  # fmt: skip
    jobs.serve(planned, store, ended)


def _metrics(store: Path, commands: list[str], port: int | None, file: Path | None) -> Callable[[], None]:
    """Begin to serve metrics; returns what writes them into the file."""
    if port is None and file is None:
        return lambda: None
    _need("prometheus_client", "monitor")
    from crawler.jobs.metrics import registry, serve, write

    metrics = registry(store, commands)
    if port is not None:
        serve(metrics, port)
    return lambda: None if file is None else write(metrics, file)


def _need(module: str, extra: str) -> None:
    from importlib.util import find_spec

    if find_spec(module) is None:
        raise UsageError("this needs the extra `{extra}`: pip install 'jianbao[{extra}]'", extra=extra)
