"""The schema of ``watches.yaml``: what is looked out for, and who is told how and when."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator, model_validator

from cleaners.config.models import is_loopback
from cleaners.config.validators import Address, RegionName, Timezone
from cleaners.errors import UsageError
from cleaners.sentences import sentence

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_EVERY = re.compile(r"daily (\d\d?):(\d\d)|weekly (mon|tue|wed|thu|fri|sat|sun) (\d\d?):(\d\d)")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
DOCUMENTS = (".html", ".md", ".epub")
"""What a document may be, by its name."""
Target = Literal["rss", "json_feed", "document", "mail", "webhook", "apprise", "plugin"]


class _WatchModel(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _variable(name: str) -> str:
    if not _VARIABLE.fullmatch(name):
        raise ValueError(
            sentence(
                "{name!r} is no name of an environment variable: secrets stand there, not in this file; "
                "write the variable's name, as JIANBAO_SMTP_PASSWORD",
                name=name,
            )
        )
    return name


def address_of(mailbox: str) -> str:
    """The address in ``NAME <you@your.domain>``; what has no brackets is one itself."""
    found = re.fullmatch(r"[^<>@,;\r\n]*<([^<>]*)>", mailbox.strip())
    return found[1] if found else mailbox


class MailTarget(_WatchModel):
    """Who gets mail, and from where."""

    to: tuple[str, ...] = Field(min_length=1)
    """Addresses, with or without names before them."""
    sender: str = Field(alias="from")
    """The address it comes from, with or without a name before it: ``剪报 <jianbao@your.domain>``."""
    server: str = Field(min_length=1)
    """Host of the SMTP server."""
    port: int = Field(default=465, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    """tls from the first byte (port 465), starttls (port 587); none only for a server on this machine."""
    user: str | None = None
    """The name to log in with; None: without."""
    password_env: str | None = None
    """The environment variable with its password."""

    @field_validator("to", "sender")
    @classmethod
    def _addresses(cls, value: Any) -> Any:
        for one in (value,) if isinstance(value, str) else value:
            if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", address_of(one)):
                raise ValueError(
                    sentence(
                        "{one!r} is no mail address: write it as you@your.domain, or 棉花 <you@your.domain>", one=one
                    )
                )
        return value

    @field_validator("password_env")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        return value if value is None else _variable(value)

    @model_validator(mode="after")
    def _secret(self) -> MailTarget:
        if self.security == "none" and not is_loopback(self.server):
            raise ValueError(sentence("`security: none` is for a server on this machine only: use tls or starttls"))
        if (self.user is None) != (self.password_env is None):
            raise ValueError(sentence("`user` and `password_env` go together: give both, or neither"))
        return self


class WebhookTarget(_WatchModel):
    """Where notices are posted as JSON."""

    url: Address | None = None
    url_env: str | None = None
    """The environment variable with the address, where that is a secret itself."""
    secret_env: str | None = None
    """The environment variable with the key that signs what is posted (HMAC-SHA256); None: it is not signed."""
    attempts: int = Field(default=5, ge=1, le=10)
    """How often a notice is posted at most, in one run."""
    timeout: float = Field(default=10, gt=0, le=60)
    """Seconds that an answer may take."""

    @field_validator("url_env", "secret_env")
    @classmethod
    def _named(cls, value: str | None) -> str | None:
        return value if value is None else _variable(value)

    @model_validator(mode="after")
    def _one_address(self) -> WebhookTarget:
        if (self.url is None) == (self.url_env is None):
            raise ValueError(sentence("a webhook has either `url` or `url_env`"))
        return self


class AppriseTarget(_WatchModel):
    """A service that Apprise knows (企业微信, 钉钉, 飞书, Telegram, ntfy ...)."""

    url_env: str
    """The environment variable with the service's address, as Apprise writes it: it holds the secret."""

    @field_validator("url_env")
    @classmethod
    def _named(cls, value: str) -> str:
        return _variable(value)


class PluginTarget(_WatchModel):
    """A channel of another package."""

    name: str = Field(min_length=1)
    """Its name in the group ``jianbao.channels`` of entry points."""
    options: dict[str, Any] = {}
    """What it is given."""


class ChannelConfig(_WatchModel):
    """One way in which a watch tells: exactly one target."""

    rss: Path | None = None
    """A file: RSS 2.0 with the latest stories."""
    json_feed: Path | None = None
    """A file: JSON Feed 1.1 with the latest stories."""
    document: Path | None = None
    """A file an issue, by its ending HTML, Markdown or EPUB; ``{date}`` and ``{issue}`` in its name are filled in."""
    mail: MailTarget | None = None
    webhook: WebhookTarget | None = None
    apprise: AppriseTarget | None = None
    plugin: PluginTarget | None = None
    updates: bool = False
    """Whether later copies, revisions and takedowns of stories that were told are told too."""
    link: Address | None = None
    """The address at which a feed will stand."""

    @field_validator("rss", "json_feed", "document")
    @classmethod
    def _beside_the_file(cls, path: Path | None, info: ValidationInfo) -> Path | None:
        folder: Path = (info.context or {}).get("folder", Path())
        return path if path is None else folder / path

    @model_validator(mode="after")
    def _one_target(self) -> ChannelConfig:
        if len(self._targets()) != 1:
            raise ValueError(
                sentence(
                    "a channel is one of `rss:`, `json_feed:`, `document:`, `mail:`, `webhook:`, `apprise:` "
                    "or `plugin:`"
                )
            )
        if self.document is not None and self.document.suffix not in DOCUMENTS:
            raise ValueError(
                sentence(
                    "`document: {name}`: its name ends in {names}", name=self.document.name, names=", ".join(DOCUMENTS)
                )
            )
        return self

    def _targets(self) -> list[Target]:
        names: tuple[Target, ...] = ("rss", "json_feed", "document", "mail", "webhook", "apprise", "plugin")
        return [name for name in names if getattr(self, name) is not None]

    @property
    def target(self) -> Target:
        """Which kind of channel it is."""
        return self._targets()[0]

    @property
    def key(self) -> str:
        """What the store calls it: its kind and where it leads."""
        where = getattr(self, self.target)
        if isinstance(where, MailTarget):
            return f"mail {', '.join(where.to)}"
        if isinstance(where, WebhookTarget):
            return f"webhook {where.url or where.url_env}"
        if isinstance(where, AppriseTarget):
            return f"apprise {where.url_env}"
        if isinstance(where, PluginTarget):
            return f"plugin {where.name} {json.dumps(where.options, ensure_ascii=False, sort_keys=True, default=str)}"
        return f"{self.target} {where}"


class HealthWatch(_WatchModel):
    """What may go wrong with the work itself."""

    free_gigabytes: float = Field(default=1.0, ge=0)
    """The room that the store's disk must have left, in thousands of millions of bytes."""


class WatchConfig(_WatchModel):
    """One watch: which stories, or the health of the work; when and by what channels it tells."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$")
    """Short name in lower case: what the store remembers it by."""
    title: str | None = None
    """What people read; None: the id."""
    query: str | None = None
    """What is looked for, in the language of ``jianbao search``; None: everything that the filters let through."""
    regions: tuple[RegionName, ...] = ()
    """One of these, as 新疆/阿克苏."""
    sites: tuple[str, ...] = ()
    """One of these ids of sites."""
    sources: tuple[str, ...] = ()
    """One of these declared 来源."""
    since: date | None = None
    """Published on this day or later."""
    until: date | None = None
    """Published before this day."""
    max_age: float | None = Field(default=None, gt=0)
    """Published at most so many days before it is judged."""
    min_confidence: float | None = Field(default=None, ge=0, le=1)
    """Only bodies that are right and whole with this confidence."""
    min_copies: int = Field(default=1, ge=1)
    """Told when a story has so many copies, itself among them."""
    health: HealthWatch | None = None
    """Instead of stories: sites that fall silent, layouts that change, runs that fail, a disk that fills."""
    every: str = "arrival"
    """``arrival``, ``daily 18:00`` or ``weekly mon 08:00``."""
    channels: tuple[ChannelConfig, ...] = Field(min_length=1)

    @field_validator("health", mode="before")
    @classmethod
    def _yes(cls, health: Any) -> Any:
        return (HealthWatch() if health else None) if isinstance(health, bool) else health

    @field_validator("query")
    @classmethod
    def _understood(cls, query: str | None, info: ValidationInfo) -> str | None:
        check: Callable[[str], object] | None = (info.context or {}).get("check_query")
        if query is not None and check is not None:
            try:
                check(query)
            except UsageError as why:
                raise ValueError(why.sentence) from None
        return query

    @field_validator("every")
    @classmethod
    def _moment(cls, every: str) -> str:
        text = " ".join(every.lower().split())
        found = _EVERY.fullmatch(text)
        numbers = [int(part) for part in found.groups() if part and part.isdigit()] if found else []
        if text != "arrival" and not (numbers and numbers[0] < 24 and numbers[1] < 60):
            raise ValueError(
                sentence('{every!r} is no time: write "arrival", "daily 18:00" or "weekly mon 08:00"', every=every)
            )
        return text

    @model_validator(mode="after")
    def _whole(self) -> WatchConfig:
        filters = {"query", "regions", "sites", "sources", "since", "until", "max_age", "min_confidence", "min_copies"}
        if self.health is not None and (given := sorted(filters & self.model_fields_set)):
            raise ValueError(
                sentence(
                    "`{given}` goes with stories, `health` is another watch: give it an id of its own", given=given[0]
                )
            )
        keys = [channel.key for channel in self.channels]
        if twice := next((key for key in keys if keys.count(key) > 1), None):
            raise ValueError(sentence("two channels lead to {twice}: keep one of them", twice=twice))
        for channel in self.channels:
            if channel.document is not None:
                self._check_name(channel.document.name)
        return self

    def _check_name(self, name: str) -> None:
        if unknown := next((one for one in re.findall(r"{([^{}]*)}", name) if one not in {"date", "issue"}), None):
            raise ValueError(
                sentence(
                    "{{{unknown}}} in `document: {name}`: there are {{date}} and {{issue}}", unknown=unknown, name=name
                )
            )
        if self.every == "arrival" and "{date}" in name and "{issue}" not in name:
            raise ValueError(
                sentence(
                    "`document: {name}` would be overwritten by the next issue of the day: add {{issue}} to "
                    'its name, or `every: "daily 18:00"`',
                    name=name,
                )
            )

    @property
    def name(self) -> str:
        """What people read."""
        return self.title or self.id

    def last_due(self, now: datetime, timezone: ZoneInfo) -> datetime:
        """The last moment, up to ``now``, at which an issue was due."""
        found = _EVERY.fullmatch(self.every)
        if found is None:
            return now
        hour, minute, day, weekly_hour, weekly_minute = found.groups()
        at = time(int(hour or weekly_hour), int(minute or weekly_minute))
        today = now.astimezone(timezone).date()
        back = (today.weekday() - _DAYS.index(day)) % 7 if day else 0
        due = datetime.combine(today - timedelta(days=back), at, timezone)
        if due > now:  # days are counted on the calendar: a day of a clock that is changed has 23 or 25 hours
            due = datetime.combine(due.date() - timedelta(days=7 if day else 1), at, timezone)
        return due

    def next_due(self, now: datetime, timezone: ZoneInfo) -> datetime | None:
        """The first moment after ``now`` at which an issue is due; None where one is due in every run."""
        if self.every == "arrival":
            return None
        last = self.last_due(now, timezone)
        days = 7 if self.every.startswith("weekly") else 1
        return datetime.combine(last.date() + timedelta(days=days), last.time(), timezone)


class WatchFile(_WatchModel):
    """A file of watches."""

    timezone: Timezone = "Asia/Shanghai"
    """The timezone of the times in it, and of those that are told."""
    language: str = "zh-CN"
    """The language in which stories are told, and which feeds and documents declare (BCP 47)."""
    watches: tuple[WatchConfig, ...] = Field(min_length=1)

    @field_validator("watches")
    @classmethod
    def _named_once(cls, watches: tuple[WatchConfig, ...]) -> tuple[WatchConfig, ...]:
        ids = [watch.id for watch in watches]
        if twice := next((one for one in ids if ids.count(one) > 1), None):
            raise ValueError(sentence("two watches have the id {twice!r}: an id stands for one watch", twice=twice))
        files = [str(path) for watch in watches for one in watch.channels
                 for path in (one.rss, one.json_feed, one.document) if path]  # fmt: skip
        if twice := next((one for one in files if files.count(one) > 1), None):
            raise ValueError(sentence("two watches write {twice}: give each a file of its own", twice=twice))
        return watches

    @property
    def zone(self) -> ZoneInfo:
        """The timezone."""
        return ZoneInfo(self.timezone)
