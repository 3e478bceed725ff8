"""What the front page shows: order, search and filters, all of it in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from cleaners.errors import UsageError
from cleaners.store import ListPlace, Selection

Order = Literal["arrival", "date", "match"]
"""By arrival, by date of publication, or (a search) by how well an article matches."""

_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChoice:
    """The state of the front page. Texts are as they stand in the address."""

    q: str = ""
    """The query."""
    order: Order = "arrival"
    site: str = ""
    source: str = ""
    region: str = ""
    disguise: str = ""
    copied: str = ""
    """``yes``, ``no`` or empty."""
    confidence: str = ""
    """The least one, 0..1."""
    tag: str = ""
    """A tag that somebody filed articles under."""
    since: str = ""
    """The first day, ``2026-12-01``."""
    until: str = ""
    """The last day."""
    visit: str = ""
    """``new``: only what came since the last visit."""
    after: str = ""
    """Where this page begins: a place, or in a search by match how many hits came before."""

    @classmethod
    def read(cls, query: Mapping[str, str]) -> ListChoice:
        """The choice in an address; names that it does not know are ignored."""
        given = {name: query[name].strip() for name in cls.__slots__ if query.get(name, "").strip()}
        order = given.pop("order", "match" if "q" in given else "arrival")
        known: dict[str, Order] = {name: name for name in get_args(Order)}
        asked = known.get(order, "arrival")
        if asked == "match" and ("q" not in given or "visit" in given):
            asked = "arrival"  # how well it matches is told of a search, of the whole store
        return cls(**{**given, "order": asked})  # type: ignore[arg-type]

    def address(self, **changed: str) -> str:
        """The address of the page with some values changed; ``after`` only where it is among them."""
        values = {name: getattr(self, name) for name in self.__slots__ if name != "after"} | changed
        query = urlencode(
            [(name, value) for name, value in values.items() if value and not self._is_default(name, value)]
        )
        return f"/?{query}" if query else "/"

    def selection(self) -> Selection:
        """The filters as the store takes them. Raises UsageError for a date or a number that is none."""
        until = _day(self.until)
        return Selection(
            site=self.site or None, source=self.source or None, region=self.region or None,
            disguise=self.disguise or None, copied={"yes": True, "no": False}.get(self.copied),
            min_confidence=_share(self.confidence), since=_day(self.since),
            tag=self.tag or None, until=until + timedelta(days=1) if until else None,
        )  # fmt: skip

    @property
    def is_filtered(self) -> bool:
        """Whether anything is left out."""
        return replace(self, order="arrival", after="") != ListChoice()

    @property
    def place(self) -> ListPlace | None:
        """Where the page begins, None at the beginning. Raises UsageError."""
        if not self.after:
            return None
        date, _, doc = self.after.rpartition(".")
        try:
            return ListPlace(doc=_number(doc), published_at=_number(date) if date else None)
        except ValueError:
            raise UsageError("{after} is no place in the list: go back to its beginning", after=self.after) from None

    @property
    def skip(self) -> int:
        """How many hits came before. Raises UsageError."""
        try:
            return _number(self.after) if self.after else 0
        except ValueError:
            raise UsageError("{after} is no place in the list: go back to its beginning", after=self.after) from None

    def _is_default(self, name: str, value: str) -> bool:
        return name == "order" and value == ("match" if self.q else "arrival")


def written(place: ListPlace) -> str:
    """A place as it stands in an address."""
    return str(place.doc) if place.published_at is None else f"{place.published_at}.{place.doc}"


def _number(text: str) -> int:
    if not text.isascii() or not text.removeprefix("-").isdigit() or len(text) > 18:
        raise ValueError(text)
    return int(text)


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=_ZONE)
    except ValueError:
        raise UsageError("{text} is no date: write it as 2026-12-31", text=text) from None


def _share(text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise UsageError("{text} is no confidence: give a number from 0 to 1", text=text)
    return value
