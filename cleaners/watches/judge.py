"""Which watches does what was stored concern? Each event is judged once, and each story told once by a watch.

A story is met by the article that a watch's query and filters find. From then on every article of its cluster belongs
to the same line of the watch, also when clusters are joined, split or lose members later: the line is remembered by the
articles, not by the cluster. What happens to a story that was told is a notice too, for the channels that ask for
updates.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from cleaners.config import WatchConfig
from cleaners.store import ArticleEvent, Notice, NoticeKind, Selection, Store, WatchState

_ARRIVALS = ("story", "copy")
_BATCH = 500  # events judged in one transaction
FIRST_LOOK = timedelta(days=1)
"""How far back a watch looks that is met for the first time."""


def judge(
    store: Store, watches: Sequence[WatchConfig], *, now: datetime, timezone: ZoneInfo, since: datetime | None = None
) -> None:
    """Judge all events that these watches have not judged, and note what they have to tell.

    ``now``: with a timezone. ``since``: judge again what was stored from then on, for a query that was changed: what
    was told is not told again. A transaction a batch: its notices and how far the watches have come are safe together.
    """
    with store.transaction():
        for watch in watches:
            known = store.watch_log.state(watch.id)
            if known is None or since is not None:
                judged = store.events.last_before(since or now - FIRST_LOOK)
                issued = known.issued_at if known else watch.last_due(now, timezone)
                store.watch_log.put_state(watch.id, WatchState(judged=judged, issued_at=issued))
    while _judge_batch(store, watches, now, timezone):
        pass


def _judge_batch(store: Store, watches: Sequence[WatchConfig], now: datetime, timezone: ZoneInfo) -> bool:
    with store.transaction():
        states = {watch.id: state for watch in watches if (state := store.watch_log.state(watch.id))}
        events = store.events.after(min(state.judged for state in states.values()), _BATCH)
        if not events:
            return False
        batch = _EventBatch(store, events, now, timezone)
        for watch in watches:
            state = states[watch.id]
            lines, notices = batch.judged_by(watch, state.judged)
            store.watch_log.put_lines(watch.id, lines)
            store.watch_log.put(notices)
            if state.judged < events[-1].event:
                store.watch_log.put_state(watch.id, replace(state, judged=events[-1].event))
    return True


@dataclass(frozen=True, slots=True, kw_only=True)
class _JudgedEvent:
    event: ArticleEvent
    doc: int | None  # None: the article is gone
    members: tuple[str, ...]  # ids of the articles of its cluster


class _EventBatch:
    """Some events, and what has to be known of them; read once for all watches."""

    def __init__(self, store: Store, events: Sequence[ArticleEvent], now: datetime, timezone: ZoneInfo) -> None:
        docs = store.arrivals.docs_of({one.id for one in events})
        members = store.arrivals.members(list(docs.values()))
        self._events = [
            _JudgedEvent(event=one, doc=docs.get(one.id), members=members.get(docs.get(one.id, 0), (one.id,)))
            for one in events
        ]
        self._arrivals = store.arrivals
        self._docs = set(docs.values())
        self._lines = store.watch_log.lines({id_ for one in self._events for id_ in one.members})
        self._told = store.watch_log.told({line for lines in self._lines.values() for line in lines.values()})
        self._selected: dict[Selection, set[int]] = {}
        self._now, self._timezone = now, timezone

    def judged_by(self, watch: WatchConfig, judged: int) -> tuple[dict[str, str], list[Notice]]:
        """For the events after ``judged``: id -> the line it belongs to, where that is new; and the notices."""
        lines = dict(self._lines.get(watch.id, {}))
        told = {line: self._told[watch.id, line] for line in lines.values() if (watch.id, line) in self._told}
        found = self._found(watch) if watch.health is None else set()
        new: dict[str, str] = {}
        notices: list[Notice] = []
        for one in self._events:
            if one.event.event <= judged or (one.doc not in found and not lines):
                continue
            was_there = one.event.kind in _ARRIVALS and one.event.id in lines
            line = _line_of(one, lines, told)
            if line is None:
                if one.doc not in found:
                    continue
                line = one.event.id
            for id_ in {one.event.id, line}:
                if id_ not in lines:
                    lines[id_] = new[id_] = line
            if line in told:
                if was_there or one.event.event <= told[line]:
                    continue  # judged once more, or arrived once more by a merge: the line has told it
                kind: NoticeKind = "copy" if one.event.kind == "story" else one.event.kind
            elif one.event.kind != "takedown" and len(one.members) >= watch.min_copies:
                kind = "story"
                told[line] = one.event.event
            else:
                continue
            notices.append(Notice(watch=watch.id, story=line, kind=kind, event=one.event.event, at=one.event.at,
                                  detail=one.event.id))  # fmt: skip
        return new, notices

    def _found(self, watch: WatchConfig) -> set[int]:
        """The texts that the query finds and the filters let through."""
        found = self._arrivals.found(watch.query, self._docs) if watch.query else self._docs
        if not found:
            return set()
        since, until = (
            datetime.combine(day, time(), self._timezone) if day else None for day in (watch.since, watch.until)
        )
        if watch.max_age is not None:
            oldest = self._now - timedelta(days=watch.max_age)
            since = max(since, oldest) if since else oldest
        found = found & self._any([Selection(min_confidence=watch.min_confidence, since=since, until=until)])
        for one_of in (
            [Selection(site=site) for site in watch.sites],
            [Selection(region=region) for region in watch.regions],
            [Selection(source=source) for source in watch.sources],
        ):
            found = found & self._any(one_of) if one_of else found
        return found

    def _any(self, selections: Sequence[Selection]) -> set[int]:
        """The texts for which one of these holds."""
        for one in selections:
            if one not in self._selected:
                self._selected[one] = self._arrivals.selected(one, self._docs)
        return set().union(*(self._selected[one] for one in selections))


def _line_of(one: _JudgedEvent, lines: Mapping[str, str], told: Collection[str]) -> str | None:
    """The line that an article or its cluster has: one that was told, where there is one."""
    there = [lines[id_] for id_ in (one.event.id, *one.members) if id_ in lines]
    return next((line for line in there if line in told), there[0] if there else None)
