"""Issues of a watch: made when they are due, and what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cleaners.config import WatchConfig
from cleaners.store import Notice, NoticeKind, Store, StoryRecord, WatchIssue
from cleaners.watches.wording import WatchWording, wording

UPDATES: tuple[NoticeKind, ...] = ("copy", "revision", "takedown", "over")
"""Told only where a channel asks for updates."""
FIRST: tuple[NoticeKind, ...] = ("story", "trouble")
"""Told by every channel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueEntry:
    """One line of an issue."""

    id: str
    """The same whenever it is delivered, and that of no other (``StoreIdentity.notice_name``)."""
    kind: NoticeKind
    at: datetime
    """When it happened, in the timezone of the watches."""
    title: str
    """The headline, or what went wrong."""
    line: str
    """What there is to say of it, one line: ``5 copies, first 昆玉日报 09:50, 2 spun``, in the watch's language."""
    story: StoryRecord | None = None
    """The story as it stands; None where it is gone, and for what is no story."""

    @property
    def url(self) -> str | None:
        """Where the story is to be read."""
        return self.story.best.url if self.story else None


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueContents:
    """What a channel is given."""

    watch: str
    """The id of the watch."""
    title: str
    """What people read."""
    number: int
    """Of the issue; 0 before the first one."""
    at: datetime
    """When the issue was made, in the timezone of the watches."""
    language: str
    """BCP 47."""
    entries: tuple[IssueEntry, ...]
    """In order, the oldest first."""
    key: str
    """The same whenever this issue is delivered, and that of no other (``StoreIdentity.issue_name``)."""
    store: str = ""
    """The identity of the store; empty before it has told anything."""


def make_issue(
    store: Store, watch: WatchConfig, *, now: datetime, timezone: ZoneInfo, early: bool = False
) -> WatchIssue | None:
    """An issue of all that the watch has to tell, where one is due; None where none is, or nothing is to be told.

    ``early``: also before it is due; the next one is due when it would have been anyway.
    """
    with store.transaction():
        state = store.watch_log.state(watch.id)
        due = watch.last_due(now, timezone)
        if state is None or (watch.every != "arrival" and due <= state.issued_at and not early):
            return None
        store.watch_log.put_state(watch.id, replace(state, issued_at=max(due, state.issued_at)))
        return store.watch_log.issue(watch.id, now)


class IssueReader:
    """What stands in the issues of a watch, read when it is told: stories as they stand by then."""

    def __init__(self, store: Store, watch: str, *, title: str, timezone: ZoneInfo, language: str) -> None:
        """``watch``: its id; ``title``: what people read; ``timezone``: of the times that are told."""
        self._store = store
        self._identity = store.watch_log.identity(watch)
        self._watch = watch
        self._title = title
        self._timezone = timezone
        self._language = language

    def issue(self, issue: WatchIssue, *, updates: bool) -> IssueContents:
        """One issue. What became of a story stands in its line where the issue tells the story itself."""
        return self._contents(issue.number, issue.at, self._folded(self._store.watch_log.notices_of(issue), updates))

    def waiting(self, now: datetime, *, updates: bool) -> IssueContents:
        """What the next issue would tell."""
        return self._contents(0, now, self._folded(self._store.watch_log.waiting(self._watch), updates))

    def latest(self, limit: int, *, updates: bool) -> IssueContents:
        """The latest entries of all issues, newest first."""
        kinds = (*FIRST, *UPDATES) if updates else FIRST
        last = self._store.watch_log.last_issue(self._watch)
        notices = self._folded(self._store.watch_log.latest(self._watch, kinds, limit), updates)
        at = last.at if last else datetime.fromtimestamp(0, self._timezone)
        return self._contents(last.number if last else 0, at, notices)

    def _folded(self, notices: Sequence[Notice], updates: bool) -> list[Notice]:
        new = {(one.story, one.issue) for one in notices if one.kind == "story"}
        return [
            one for one in notices
            if one.kind in FIRST or (updates and (one.story, one.issue) not in new)
        ]  # fmt: skip

    def _contents(self, number: int, at: datetime, notices: Sequence[Notice]) -> IssueContents:
        entries = (self._entry(one) for one in notices)
        return IssueContents(
            watch=self._watch, title=self._title, number=number, at=at.astimezone(self._timezone),
            language=self._language, entries=tuple(entry for entry in entries if entry),
            key=self._identity.issue_name(self._watch, number), store=self._identity.id,
        )  # fmt: skip

    def _entry(self, notice: Notice) -> IssueEntry | None:
        """What a notice says; None for a story that is gone before it was told."""
        at = notice.at.astimezone(self._timezone)
        id_ = self._identity.notice_name(self._watch, notice.number)
        words = wording(self._language)
        update = words.update(notice.kind)
        if notice.kind in {"trouble", "over"}:
            line = words.over.format(detail=notice.detail) if notice.kind == "over" else notice.detail
            return IssueEntry(id=id_, kind=notice.kind, at=at, title=notice.story, line=line)
        story = self._store.arrivals.story([notice.story, notice.detail, *self._line(notice.story)])
        if story is None:
            if notice.kind == "story":
                return None
            stone = self._store.tombstones.get(notice.detail)
            return IssueEntry(id=id_, kind=notice.kind, at=at, title=(stone and stone.url) or notice.detail,
                              line=update)  # fmt: skip
        line = summary(story, self._timezone, at, words)
        title = story.title or story.excerpt[:40] or story.best.url or story.best.id
        told = f"{update}{words.colon}{line}" if update else line
        return IssueEntry(id=id_, kind=notice.kind, at=at, title=title, line=told, story=story)

    def _line(self, story: str) -> list[str]:
        """The other articles of a line: the first one may be gone and the story still be there."""
        return self._store.watch_log.members(self._watch, story)


def summary(story: StoryRecord, timezone: ZoneInfo, at: datetime, words: WatchWording) -> str:
    """A story in one line: ``5 copies, first 昆玉日报 09:50, 2 spun``; ``at``: the day that needs no date."""
    parts = [words.copies.format(count=story.size)] if story.size > 1 else []
    parts.append(words.first.format(name=story.first.name) if story.size > 1 else story.first.name)
    if moment := story.first.published or story.first.fetched_at:
        time = _when(moment.astimezone(timezone), at)
        parts[-1] += f" {time if story.first.published else words.fetched.format(time=time)}"
    if spun := sum("spun" in copy.disguises for copy in story.copies):
        parts.append(words.spun.format(count=spun))
    return words.comma.join(parts)


def _when(moment: datetime, at: datetime) -> str:
    is_day = (moment.hour, moment.minute) == (0, 0)  # a page that tells no more than the day
    if moment.date() == at.date() and not is_day:
        return f"{moment:%H:%M}"
    if abs(at - moment) < timedelta(days=300):
        return f"{moment:%m-%d}" if is_day else f"{moment:%m-%d %H:%M}"
    return f"{moment:%Y-%m-%d}"
