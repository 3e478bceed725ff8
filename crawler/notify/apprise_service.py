"""Services that Apprise knows (企业微信, 钉钉, 飞书, Telegram, ntfy and many more): an issue as one message."""

from __future__ import annotations

from typing import ClassVar

import apprise

from cleaners.errors import UsageError
from cleaners.watches.issues import IssueContents
from crawler.notify.channel import DeliveryError

_MOST = 20  # entries of one message: services cut long ones


class AppriseService:
    """One service, by the address that Apprise gives it."""

    is_feed: ClassVar[bool] = False

    def __init__(self, address: str, *, variable: str) -> None:
        """``variable``: where the address comes from, for messages: it holds a secret. Raises UsageError."""
        self._variable = variable
        self._service = apprise.Apprise()
        if not self._service.add(address):
            raise UsageError(
                "{variable} holds no address that Apprise knows: see its list of services", variable=variable
            )

    def deliver(self, contents: IssueContents) -> None:
        """Send messages of at most twenty entries each. Raises DeliveryError where one is not taken."""
        entries = contents.entries
        for start in range(0, len(entries), _MOST):
            lines = [f"{one.title}\n{one.line}\n{one.url or ''}".rstrip() for one in entries[start : start + _MOST]]
            sent = self._service.notify(
                title=contents.title, body="\n\n".join(lines), body_format=apprise.NotifyFormat.TEXT
            )
            if not sent:
                raise DeliveryError(
                    f"the service of {self._variable} did not take the message: -v says what it answers"
                )
