"""What watches have read, what they have to tell, and what was told to whom.

A notice is one thing that a watch has to tell. Notices are gathered into issues, and every channel of a watch delivers
the issues in order and notes the last one it has delivered: an issue never changes once it is made, so what is
delivered again after a kill is the same issue, under the same number.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Literal

from cleaners.store.codec import GIVEN, listed
from cleaners.store.database import Database, Row
from cleaners.store.key_value import StoreSettings

_IDENTITY = "identity"

NoticeKind = Literal["story", "copy", "revision", "takedown", "trouble", "over"]
"""story: a story is told for the first time; copy, revision, takedown: what became of it; trouble, over: something went
wrong, and is well again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing that a watch has to tell."""

    watch: str
    """The id of the watch."""
    story: str
    """The line it belongs to: the id of the article by which the watch met the story; of a trouble its name."""
    kind: NoticeKind
    event: int
    """The number of the event that it comes of; of a trouble the time, in seconds since 1970."""
    at: datetime
    """When that happened."""
    detail: str = ""
    """What there is to say of a trouble; the id of the article of an update."""
    number: int = 0
    """Given by the store; a later one is larger."""
    issue: int = 0
    """The number of the issue that tells it; 0 while it waits, :data:`TOLD_ELSEWHERE` where another store told it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchIssue:
    """Notices that are delivered together."""

    watch: str
    number: int
    """Over all watches; a later one is larger."""
    at: datetime
    """When it was made, UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchState:
    """How far a watch has come."""

    judged: int
    """The last event that it has judged."""
    issued_at: datetime
    """When its last issue was due, UTC; of a new watch when it was first met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchHistory:
    """All that a store remembers of one watch."""

    watch: str
    """Its id."""
    state: WatchState
    lines: Mapping[str, str]
    """id of an article -> the line it belongs to."""
    notices: tuple[Notice, ...]
    """In order."""
    issues: tuple[WatchIssue, ...]
    """In order."""
    deliveries: Mapping[str, int]
    """Channel -> the last issue that it has delivered."""
    troubles: Mapping[str, str]
    """What was wrong when it was last looked at: name -> what there is to say of it."""
    identity: StoreIdentity
    """By which its feeds know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreIdentity:
    """What tells what a store has told from what others have: each counts from 1."""

    id: str
    """Random; empty before the store has told anything."""
    notices: int = 0
    """The last notice that was told before a store had an identity: it keeps its name."""
    issues: int = 0
    """The last issue of that kind."""

    def notice_name(self, watch: str, number: int) -> str:
        """``WATCH/ID/NUMBER``: the same whenever the notice is delivered, and that of no other."""
        return f"{watch}/{number}" if number <= self.notices else f"{watch}/{self.id}/{number}"

    def issue_name(self, watch: str, number: int) -> str:
        """The same of an issue."""
        return f"{watch}/{number}" if number <= self.issues else f"{watch}/{self.id}/{number}"


TOLD_ELSEWHERE = -1
"""In the place of an issue's number: told before the store that told it was merged into this one."""


class WatchLog:
    """The tables of watches. Whatever is written here is part of the transaction that is open."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def identity(self, watch: str | None = None) -> StoreIdentity:
        """Of the store, for the names of what it tells; of a ``watch`` that a merge took over that of its own store."""
        settings = StoreSettings(self._db)
        told = (settings.get(f"{_IDENTITY} {watch}") if watch else None) or settings.get(_IDENTITY)
        return StoreIdentity(**json.loads(told)) if told else StoreIdentity(id="")

    def identify(self) -> None:
        """Give the store an identity, where it has none; what it has told before keeps its names."""
        if self.identity().id:
            return
        notices, issues = (
            self._db.one(f"SELECT coalesce(max({one}), 0) FROM {one}s") or (0,) for one in ("notice", "issue")
        )
        made = StoreIdentity(id=secrets.token_hex(6), notices=notices[0], issues=issues[0])
        StoreSettings(self._db).put(_IDENTITY, json.dumps(asdict(made)))

    def state(self, watch: str) -> WatchState | None:
        """How far a watch has come; None for one that was never met."""
        row = self._db.one("SELECT judged, issued_at FROM watches WHERE watch = ?", (watch,))
        return WatchState(judged=row[0], issued_at=_moment(row[1])) if row else None

    def put_state(self, watch: str, state: WatchState) -> None:
        """Note how far a watch has come."""
        values = (watch, state.judged, int(state.issued_at.timestamp()))
        self._db.execute("INSERT OR REPLACE INTO watches VALUES (?, ?, ?)", values)

    def lines(self, ids: Iterable[str]) -> dict[str, dict[str, str]]:
        """watch -> id of an article -> the line it belongs to, for some articles."""
        found: dict[str, dict[str, str]] = {}
        query = f"SELECT watch, id, story FROM watched_articles WHERE id IN {GIVEN}"
        for watch, id_, story in self._db.rows(query, (listed(list(ids)),)):
            found.setdefault(watch, {})[id_] = story
        return found

    def members(self, watch: str, story: str) -> list[str]:
        """The ids of the articles that belong to a line."""
        query = "SELECT id FROM watched_articles WHERE watch = ? AND story = ? ORDER BY id"
        return [row[0] for row in self._db.rows(query, (watch, story))]

    def told(self, stories: Iterable[str]) -> dict[tuple[str, str], int]:
        """(watch, line) -> the event by which it was told, of those lines that are told, or are to be."""
        query = f"SELECT watch, story, event FROM notices WHERE kind = 'story' AND story IN {GIVEN}"
        return {(watch, story): event for watch, story, event in self._db.rows(query, (listed(list(stories)),))}

    def delivered_to(self, article_id: str) -> list[tuple[str, str]]:
        """(watch, channel) of whom an article's line was told, those that have joined since among them."""
        return [(watch, channel) for watch, channel in self._db.rows(
            "SELECT DISTINCT d.watch, d.channel FROM watched_articles a "
            "JOIN notices n ON n.watch = a.watch AND n.story = a.story AND n.issue > 0 "
            "JOIN deliveries d ON d.watch = n.watch AND d.issue >= n.issue WHERE a.id = ? ORDER BY 1, 2", (article_id,),
        )]  # fmt: skip

    def put_lines(self, watch: str, lines: Mapping[str, str]) -> None:
        """Note the lines that articles belong to, by id."""
        self._db.executemany(
            "INSERT OR IGNORE INTO watched_articles (id, watch, story) VALUES (?, ?, ?)",
            ((id_, watch, story) for id_, story in lines.items()),
        )

    def put(self, notices: Iterable[Notice]) -> None:
        """Note what is to be told; what is noted already stays as it is."""
        self._db.executemany(
            "INSERT OR IGNORE INTO notices (watch, story, kind, event, at, detail) VALUES (?, ?, ?, ?, ?, ?)",
            ((n.watch, n.story, n.kind, n.event, int(n.at.timestamp()), n.detail) for n in notices),
        )

    def issue(self, watch: str, at: datetime) -> WatchIssue | None:
        """Make an issue of all that waits to be told; None where nothing does."""
        if self._db.one("SELECT 1 FROM notices WHERE watch = ? AND issue IS NULL", (watch,)) is None:
            return None
        number = self._db.execute(
            "INSERT INTO issues (watch, at) VALUES (?, ?)", (watch, int(at.timestamp()))
        ).lastrowid
        assert number
        self._db.execute("UPDATE notices SET issue = ? WHERE watch = ? AND issue IS NULL", (number, watch))
        return WatchIssue(watch=watch, number=number, at=at)

    def join(self, watch: str, channel: str) -> None:
        """Note a channel of a watch; one that is new to a watch begins with the next issue."""
        self._db.execute(
            "INSERT OR IGNORE INTO deliveries SELECT ?1, ?2, coalesce(max(issue), 0) FROM issues WHERE watch = ?1",
            (watch, channel),
        )

    def undelivered(self, watch: str, channel: str) -> list[WatchIssue]:
        """The issues that a channel has still to deliver, in order."""
        rows = self._db.rows(
            "SELECT i.issue, i.at FROM deliveries d JOIN issues i ON i.watch = d.watch AND i.issue > d.issue "
            "WHERE d.watch = ? AND channel = ? ORDER BY i.issue", (watch, channel),
        )  # fmt: skip
        return [WatchIssue(watch=watch, number=number, at=_moment(at)) for number, at in rows]

    def delivered(self, issue: WatchIssue, channel: str) -> None:
        """Note that a channel has delivered an issue."""
        self._db.execute(
            "UPDATE deliveries SET issue = ? WHERE watch = ? AND channel = ?", (issue.number, issue.watch, channel)
        )

    def notices_of(self, issue: WatchIssue) -> list[Notice]:
        """What an issue tells, in order."""
        return self._notices("watch = ? AND issue = ? ORDER BY notice", (issue.watch, issue.number))

    def waiting(self, watch: str) -> list[Notice]:
        """What no issue tells yet, in order."""
        return self._notices("watch = ? AND issue IS NULL ORDER BY notice", (watch,))

    def latest(self, watch: str, kinds: Sequence[NoticeKind], limit: int) -> list[Notice]:
        """The latest notices of some kinds that were issued, newest first."""
        marks = ",".join("?" * len(kinds))
        where = f"watch = ? AND issue IS NOT NULL AND kind IN ({marks}) ORDER BY notice DESC LIMIT ?"
        return self._notices(where, (watch, *kinds, limit))

    def last_issue(self, watch: str) -> WatchIssue | None:
        """The last issue of a watch."""
        row = self._db.one("SELECT issue, at FROM issues WHERE watch = ? ORDER BY issue DESC LIMIT 1", (watch,))
        return WatchIssue(watch=watch, number=row[0], at=_moment(row[1])) if row else None

    def troubles(self, watch: str) -> dict[str, str]:
        """What was wrong when it was last looked at: name -> what there is to say of it."""
        return dict(self._db.rows("SELECT trouble, detail FROM troubles WHERE watch = ?", (watch,)))

    def put_troubles(self, watch: str, troubles: Mapping[str, str]) -> None:
        """Note what is wrong now."""
        self._db.execute("DELETE FROM troubles WHERE watch = ?", (watch,))
        for name, detail in troubles.items():
            self._db.execute("INSERT INTO troubles VALUES (?, ?, ?)", (watch, name, detail))

    def histories(self) -> list[WatchHistory]:
        """All that is remembered of every watch, by id."""
        return [self._history(row[0]) for row in self._db.rows("SELECT watch FROM watches ORDER BY watch")]

    def _history(self, watch: str) -> WatchHistory:
        state = self.state(watch)
        assert state
        lines = self._db.rows("SELECT id, story FROM watched_articles WHERE watch = ?", (watch,))
        issues = self._db.rows("SELECT issue, at FROM issues WHERE watch = ? ORDER BY issue", (watch,))
        delivered = self._db.rows("SELECT channel, issue FROM deliveries WHERE watch = ?", (watch,))
        return WatchHistory(
            watch=watch, state=state, lines=dict(lines), deliveries=dict(delivered), troubles=self.troubles(watch),
            notices=tuple(self._notices("watch = ? ORDER BY notice", (watch,))),
            issues=tuple(WatchIssue(watch=watch, number=number, at=_moment(at)) for number, at in issues),
            identity=self.identity(watch),
        )  # fmt: skip

    def take_over(self, past: WatchHistory, *, judged: int, told: int) -> None:
        """Go on with a watch of another store that this one has not met.

        Issues and notices keep their numbers and names, by which those who were told know them, where these are free.
        Its feeds are those of this store from now on.
        ``judged``: the last event here that it has judged; ``told``: that by which its stories count as told here.
        """
        self.put_state(past.watch, replace(past.state, judged=judged))
        if past.identity.id:
            StoreSettings(self._db).put(f"{_IDENTITY} {past.watch}", json.dumps(asdict(past.identity)))
        self.put_lines(past.watch, past.lines)
        self.put_troubles(past.watch, past.troubles)
        numbers = {TOLD_ELSEWHERE: TOLD_ELSEWHERE} | self._issues_of(past)
        self._put_told(((one, numbers[one.issue] if one.issue else None) for one in past.notices), told)
        for channel, last in past.deliveries.items():
            number = max((here for there, here in numbers.items() if there <= last), default=0)
            self._db.execute("INSERT INTO deliveries VALUES (?, ?, ?)", (past.watch, channel, max(number, 0)))

    def add_told(self, past: WatchHistory, *, told: int) -> None:
        """Note what another store told by a watch that this one has too; what no channel told there waits here.

        ``told``: as of :meth:`take_over`. Troubles are left out: this store has looked at the work itself.
        """
        self.put_lines(past.watch, past.lines)
        here = self._notices("watch = ?", (past.watch,))
        known = {(one.story, one.kind, one.detail, one.at) for one in here}
        stories = {one.story for one in here if one.kind == "story"}
        delivered = max(past.deliveries.values(), default=0)
        new = (
            one for one in past.notices
            if one.kind not in {"trouble", "over"} and (one.story, one.kind, one.detail, one.at) not in known
            and not (one.kind == "story" and one.story in stories)
        )  # fmt: skip
        self._put_told(((one, TOLD_ELSEWHERE if one.issue and one.issue <= delivered else None) for one in new), told)

    def _issues_of(self, past: WatchHistory) -> dict[int, int]:
        """Note the issues of a watch of another store; returns their numbers there -> here."""
        there = [one.number for one in past.issues]
        taken = self._db.one(f"SELECT 1 FROM issues WHERE issue IN {GIVEN}", (listed(there),))
        numbers: dict[int, int] = {}
        for one in past.issues:
            number = self._db.execute(
                "INSERT INTO issues (issue, watch, at) VALUES (?, ?, ?)",
                (None if taken else one.number, past.watch, int(one.at.timestamp())),
            ).lastrowid  # fmt: skip
            assert number
            numbers[one.number] = number
        return numbers

    def _put_told(self, notices: Iterable[tuple[Notice, int | None]], told: int) -> None:
        """Note notices of another store, each with its issue here. What became of stories is told apart by numbers of
        its own: those of events there mean others here."""
        row = self._db.one("SELECT min(0, coalesce(min(event), 0)) FROM notices")
        number = int(row[0]) if row else 0
        for one, issue in notices:
            number -= 1
            event = {"story": told, "trouble": one.event, "over": one.event}.get(one.kind, number)
            self._db.execute(
                "INSERT OR IGNORE INTO notices (notice, watch, story, kind, event, at, detail, issue) SELECT "
                "CASE WHEN EXISTS (SELECT 1 FROM notices WHERE notice = ?1) THEN NULL ELSE ?1 END, "
                "?2, ?3, ?4, ?5, ?6, ?7, ?8",
                (one.number, one.watch, one.story, one.kind, event, int(one.at.timestamp()), one.detail, issue),
            )  # fmt: skip

    def _notices(self, where: str, values: Sequence[object]) -> list[Notice]:
        query = f"SELECT notice, watch, story, kind, event, at, detail, coalesce(issue, 0) FROM notices WHERE {where}"
        return [_notice(row) for row in self._db.rows(query, values)]


def _notice(row: Row) -> Notice:
    number, watch, story, kind, event, at, detail, issue = row
    return Notice(
        number=number, watch=watch, story=story, kind=kind, event=event, at=_moment(at), detail=detail, issue=issue
    )  # fmt: skip


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
