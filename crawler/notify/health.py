"""What may be wrong with the work itself: sites that fall silent, layouts that change, runs that fail, a full disk."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cleaners.config import HealthWatch, WatchConfig
from cleaners.sentences import Sentence, listed, sentence
from cleaners.store import Notice, RunEntry, Store, WatchState
from cleaners.store.runs import of
from crawler.jobs.site_health import STATES, removed_sites, standing
from crawler.wording import lasting

_RUNS = 500  # of one command that tell how its sites do
_UNENDED = timedelta(days=1)
"""A run that has not ended for so long was killed, or hangs."""
_RECENT = timedelta(days=7)
"""How long a run that went wrong is told where no other one of its command came after it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkTrouble:
    """One thing that is wrong."""

    name: Sentence
    """The same as long as it lasts: ``news-example: silent``."""
    detail: Sentence
    """What it rests on."""


def troubles(store: Store, now: datetime, *, health: HealthWatch = HealthWatch()) -> list[WorkTrouble]:
    """What is wrong now, by name. ``now``: with a timezone."""
    commands = sorted({run.command for run in store.runs.runs(_RUNS)})
    found: list[WorkTrouble] = []
    for command in commands:
        runs = store.runs.runs(_RUNS, command=command)
        some = [*_of_runs(runs, now), *(silent_sites(runs, now) if command.startswith("crawl ") else ())]
        found += some
    free = shutil.disk_usage(store.path.absolute().parent).free / 1e9
    if free < health.free_gigabytes:
        detail = sentence(
            "{free:.1f} GB are left where {store} is, {wanted:g} GB are wanted",
            free=free,
            store=store.path.name,
            wanted=health.free_gigabytes,
        )
        found.append(WorkTrouble(name=sentence("the disk fills"), detail=detail))
    return sorted({str(one.name): one for one in found}.values(), key=lambda one: str(one.name))


def silent_sites(runs: Sequence[RunEntry], now: datetime) -> list[WorkTrouble]:
    """The sites of one job's runs that have fallen silent or changed their layout, but those that have left the job."""
    sites = sorted({site for run in runs for site in of(run.counts, "pages")} - removed_sites(runs))
    states = [standing(site, runs, now) for site in sites]
    return [WorkTrouble(name=listed([one.site, STATES[one.state]], ": "), detail=one.detail)
            for one in states if one.state in {"silent", "changed layout"}]  # fmt: skip


def _of_runs(runs: Sequence[RunEntry], now: datetime) -> list[WorkTrouble]:
    """Whether the last run of a command has failed, or does not end. ``runs``: newest first."""
    last = runs[0]
    if now - last.started > _RECENT:
        return []
    if last.status == "failed":
        detail = sentence("run {run} of {time} failed", run=last.run, time=_time(last.started))
        return [WorkTrouble(name=sentence("{command}: failed", command=last.command), detail=detail)]
    if last.ended is None and now - last.started > _UNENDED:
        span = lasting((now - last.started).total_seconds())
        detail = sentence(
            "run {run} began {span} ago and has not ended: it was killed, or hangs", run=last.run, span=span
        )
        return [WorkTrouble(name=sentence("{command}: has not ended", command=last.command), detail=detail)]
    return []


def _time(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def judge_health(store: Store, watch: WatchConfig, *, now: datetime) -> None:
    """Note what has gone wrong since the watch last looked, and what is well again; each once while it lasts."""
    assert watch.health is not None
    found = {str(one.name): str(one.detail) for one in troubles(store, now, health=watch.health)}
    with store.transaction():
        before = store.watch_log.troubles(watch.id)
        begun = [name for name in found if name not in before]
        over = [name for name in before if name not in found]
        new = Notice(watch=watch.id, story="", kind="trouble", event=int(now.timestamp()), at=now)
        store.watch_log.put(replace(new, story=name, detail=found[name]) for name in begun)
        store.watch_log.put(replace(new, story=name, kind="over", detail=before[name]) for name in over)
        store.watch_log.put_troubles(watch.id, found)
        state = store.watch_log.state(watch.id) or WatchState(judged=0, issued_at=now)
        store.watch_log.put_state(watch.id, replace(state, judged=store.events.last()))  # no story concerns it
