"""What a channel is, and how other packages add theirs.

A package of yours adds a channel by an entry point of the group ``jianbao.channels`` that leads to a
:class:`ChannelPlugin`; ``plugin: {name: ..., options: {...}}`` in the file of watches names it::

    [project.entry-points."jianbao.channels"]
    pager = "my_package:CHANNEL"
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from cleaners.errors import InputError, UsageError
from cleaners.plugins import PluginGroup
from cleaners.sentences import sentence
from cleaners.watches.issues import IssueContents


class DeliveryError(InputError):
    """An issue could not be delivered; it is tried again in the next run."""


class PartlyRefusedError(DeliveryError):
    """An issue was delivered to some of its receivers; it is not delivered again."""


class Channel(Protocol):
    """One way to tell."""

    is_feed: ClassVar[bool]
    """Whether it shows the latest entries of all issues, newest first, and is asked in every run (a file that stays
    true when an article is taken down); else it is given each issue once, the oldest first."""

    def deliver(self, contents: IssueContents) -> None:
        """Deliver. Returning means that it has arrived; what raises is delivered again, under the same key.

        Raises :class:`DeliveryError` where the other side does not take it, ``UnwritableError`` for files.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelPlugin:
    """A kind of channel of another package."""

    name: str
    """What the file of watches calls it."""
    make: Callable[[Mapping[str, Any]], Channel]
    """Makes one of the ``options`` in the file; raises ``UsageError`` with the cure for wrong ones."""


_PLUGINS = PluginGroup("jianbao.channels", "channel", ChannelPlugin)


def plugin_named(name: str) -> ChannelPlugin:
    """The kind of channel of that name. Raises UsageError, with the names there are, for any other."""
    found: dict[str, ChannelPlugin] = {}
    for point, one in _PLUGINS.declared():
        if one.name in found:
            raise _PLUGINS.wrong(point, f"there is a channel of the name {one.name} already")
        found[one.name] = one
    if name not in found:
        there = sentence("there are: {names}", names=", ".join(found)) if found else sentence("there are none")
        raise UsageError("there is no channel {name!r} in the group jianbao.channels: {there}", name=name, there=there)
    return found[name]


def secret(variable: str) -> str:
    """A secret of the environment. Raises UsageError, with its name, where it is not set."""
    value = os.environ.get(variable)
    if not value:
        raise UsageError(
            "the environment variable {variable} is not set: a channel needs it (export {variable}=...)",
            variable=variable,
        )
    return value
