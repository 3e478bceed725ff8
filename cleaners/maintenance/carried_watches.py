"""What watches of merged stores have told is told in the merged one too, and what waited there waits here.

A merge stores articles anew, so that each has an event here. Where the watch is new here, those events count as judged,
and what its own store had not judged yet gets one more event behind them. Where this store has the watch already, it
judges them as anything else that arrives, but stories that either store has told are told.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cleaners.store import ArticleEvent, Store, WatchHistory

_BEGAN = "events before the merge"  # a merge that was killed is gone on with: what it stored belongs to it
_BATCH = 500


def note_beginning(store: Store) -> None:
    """Note, before its articles, that a merge begins."""
    if store.settings.get(_BEGAN) is None:
        store.settings.put(_BEGAN, str(store.events.last()))


def carry_watches(store: Store, others: Sequence[Store]) -> None:
    """Take over the watches of some stores, after their articles; one transaction. Doing it twice is doing it once."""
    with store.transaction():
        began, stored = int(store.settings.get(_BEGAN) or 0), store.events.last()
        for other in others:
            pasts = other.watch_log.histories()
            settled = store.events.last()
            numbers = {
                event.event: store.events.again(event, datetime.now(UTC))
                for event in _unjudged(store, other, pasts, range(began + 1, stored + 1))
            }
            for past in pasts:
                if store.watch_log.state(past.watch) is not None:
                    store.watch_log.add_told(past, told=stored)
                    continue
                last = past.state.judged
                judged = max((here for there, here in numbers.items() if there <= last), default=settled)
                store.watch_log.take_over(past, judged=judged, told=stored)
        store.settings.remove(_BEGAN)


def _unjudged(store: Store, other: Store, pasts: Sequence[WatchHistory], merged: range) -> Iterator[ArticleEvent]:
    """Events that a watch of the other store has not judged there, and would not judge here without another one.

    ``merged``: the numbers of the events here that the merge made.
    """
    states = [(past.state.judged, store.watch_log.state(past.watch)) for past in pasts]
    last = min((there for there, _ in states), default=None)
    while last is not None and (events := other.events.after(last, _BATCH)):
        ids = sorted({event.id for event in events})
        held, arrived = store.articles.has(ids), store.events.last_of(ids, merged.stop - 1)
        for event in events:
            number = arrived.get(event.id, 0)
            if (event.kind == "takedown" or event.id in held) and any(
                event.event > there and (here is None or (number in merged and number <= here.judged))
                for there, here in states
            ):
                yield event
        last = events[-1].event
