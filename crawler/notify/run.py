"""One run of the watches of a store: judge what is new, make the issues that are due, deliver them.

Each step is safe before the next one begins: a run that is killed is gone on with by the next one, which delivers the
issues that no channel has noted as delivered.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cleaners import config
from cleaners.config import ChannelConfig, WatchConfig, WatchFile
from cleaners.errors import JianbaoError
from cleaners.store import Store, WatchIssue, locks
from cleaners.store.query import parse
from cleaners.watches.issues import FIRST, IssueContents, IssueReader, make_issue
from cleaners.watches.judge import judge
from crawler.notify.channel import Channel, PartlyRefusedError
from crawler.notify.feed_file import check_owner
from crawler.notify.health import judge_health
from crawler.notify.registry import open_channel

log = logging.getLogger(__name__)

LATEST = 100
"""Entries of a feed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryResult:
    """What came of one channel of one watch."""

    watch: str
    channel: str
    """Its kind and where it leads."""
    told: int = 0
    """Entries that were not delivered before."""
    failure: str = ""
    """Why the rest could not be delivered; it is tried again in the next run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingEntries:
    """What a watch will tell when its next issue is due."""

    watch: str
    count: int
    """Entries that every channel will tell, one at least."""
    due: datetime
    """In the timezone of the watches."""


def load(path: Path) -> WatchFile:
    """The watches of a file. Raises as :func:`cleaners.config.load_watches`."""
    return config.load_watches(path, check_query=parse)


def run_watches(
    watches: WatchFile, path: Path, *, now: datetime, since: datetime | None = None, early: bool = False,
    waiting: Callable[[str], None] = log.warning,
) -> list[DeliveryResult]:  # fmt: skip
    """Judge, issue and deliver; returns what came of each channel that had something to do.

    ``path``: the store. ``since``: judge again from that moment. ``early``: make issues that are not due yet, too.
    What a channel raises is its result: the others are served. Waits, and says so through ``waiting``, while another
    run delivers. Raises as ``Store.open``, and UsageError where a feed is of another store.
    """
    with locks.delivery_lock(path, waiting), Store.open(path, create=False) as store:
        _check_feeds(store, watches)
        _join(store, watches)
        _judge(store, watches, now, since)
        results: list[DeliveryResult] = []
        for watch in watches.watches:
            make_issue(store, watch, now=now, timezone=watches.zone, early=early)
            reader = _reader(store, watch, watches)
            results += (result for one in watch.channels if (result := _serve(store, watch, one, reader)))
        return results


def waiting_entries(watches: WatchFile, path: Path, *, now: datetime) -> list[WaitingEntries]:
    """What was judged and is not due yet, of each watch that has such. Raises as ``Store.open``."""
    found: list[WaitingEntries] = []
    with Store.open(path, create=False, readonly=True) as store:
        for watch in watches.watches:
            due = watch.next_due(now, watches.zone)
            count = sum(one.kind in FIRST for one in store.watch_log.waiting(watch.id)) if due else 0
            if due and count:
                found.append(WaitingEntries(watch=watch.id, count=count, due=due))
    return found


def preview(watches: WatchFile, path: Path, *, now: datetime, since: datetime | None = None) -> list[IssueContents]:
    """What the watches would tell if an issue of each were due now; nothing is kept. Raises as ``Store.open``."""
    found: list[IssueContents] = []
    with Store.open(path, create=False) as store:
        try:
            with store.transaction():
                _judge(store, watches, now, since)
                for watch in watches.watches:
                    reader = _reader(store, watch, watches)
                    updates = any(channel.updates for channel in watch.channels)
                    found.append(reader.waiting(now, updates=updates))
                raise _PreviewEnd
        except _PreviewEnd:
            return found


class _PreviewEnd(Exception):  # noqa: N818 - it takes back what was judged
    pass


def _reader(store: Store, watch: WatchConfig, file: WatchFile) -> IssueReader:
    return IssueReader(store, watch.id, title=watch.name, timezone=file.zone, language=file.language)


def _join(store: Store, watches: WatchFile) -> None:
    with store.transaction():
        store.watch_log.identify()
        for watch in watches.watches:
            for channel in watch.channels:
                store.watch_log.join(watch.id, channel.key)


def _check_feeds(store: Store, watches: WatchFile) -> None:
    """Raise UsageError where a file is the feed of another store: of this one nobody is to be told anything."""
    for watch in watches.watches:
        for channel in watch.channels:
            if feed := channel.rss or channel.json_feed:
                check_owner(feed, store.watch_log.identity(watch.id).id)


def _judge(store: Store, watches: WatchFile, now: datetime, since: datetime | None) -> None:
    stories = [watch for watch in watches.watches if watch.health is None]
    if stories:
        judge(store, stories, now=now, timezone=watches.zone, since=since)
    for watch in watches.watches:
        if watch.health is not None:
            judge_health(store, watch, now=now)


def _serve(store: Store, watch: WatchConfig, config: ChannelConfig, reader: IssueReader) -> DeliveryResult | None:
    """Deliver what a channel has not delivered; None where nothing was new to it."""
    told = 0
    try:
        channel = open_channel(config)
        issues = store.watch_log.undelivered(watch.id, config.key)
        if channel.is_feed:
            told = _write_feed(store, channel, issues, config, reader)
        else:
            for issue in issues:
                told += _deliver(store, channel, issue, config, reader)
    except JianbaoError as why:
        return DeliveryResult(watch=watch.id, channel=config.key, told=told, failure=str(why))
    except Exception as why:  # the channel of another package may raise anything: the others are to be served
        log.warning("%s by %s: %r", watch.id, config.key, why, exc_info=log.isEnabledFor(logging.INFO))
        return DeliveryResult(watch=watch.id, channel=config.key, told=told, failure=f"{type(why).__name__}: {why}")
    return DeliveryResult(watch=watch.id, channel=config.key, told=told) if told else None


def _write_feed(
    store: Store, channel: Channel, issues: Sequence[WatchIssue], config: ChannelConfig, reader: IssueReader
) -> int:
    """A feed shows the latest entries, also where none is new: whoever has removed the file gets it back."""
    channel.deliver(reader.latest(LATEST, updates=config.updates))
    if issues:
        with store.transaction():
            store.watch_log.delivered(issues[-1], config.key)
    return sum(len(reader.issue(one, updates=config.updates).entries) for one in issues)


def _deliver(store: Store, channel: Channel, issue: WatchIssue, config: ChannelConfig, reader: IssueReader) -> int:
    contents = reader.issue(issue, updates=config.updates)
    refused: PartlyRefusedError | None = None
    if contents.entries:
        try:
            channel.deliver(contents)
        except PartlyRefusedError as why:
            refused = why
    with store.transaction():
        store.watch_log.delivered(issue, config.key)
    if refused:
        raise refused
    return len(contents.entries)
