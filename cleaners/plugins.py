"""What other packages add to this one: objects that they declare in an entry point (``importlib.metadata``)."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import EntryPoint, entry_points
from typing import Any

from cleaners.errors import UsageError


class PluginGroup:
    """A group of entry points, and what is to be found there."""

    def __init__(self, name: str, called: str, *types: type) -> None:
        self.name = name
        """The name of the group (``jianbao.readers``)."""
        self.called = called
        """What one of them is called in messages (``reader``)."""
        self.types = types
        """What it must be: one of these."""

    def declared(self) -> Iterator[tuple[EntryPoint, Any]]:
        """Each entry point with what it leads to, by name.

        Raises UsageError, with the package and the cure, for one that cannot be loaded or is of another type.
        """
        for point in sorted(entry_points(group=self.name), key=lambda one: (one.name, one.value)):
            try:
                found = point.load()
            except Exception as why:  # the module of another package may raise anything
                raise self.wrong(point, f"{type(why).__name__}: {why}") from why
            if not isinstance(found, self.types):
                raise self.wrong(point, f"it is no {' and no '.join(one.__name__ for one in self.types)}")
            yield point, found

    def wrong(self, point: EntryPoint, why: str) -> UsageError:
        """The error for something that a package declares wrongly."""
        package = point.dist.name if point.dist else "unknown"
        return UsageError(
            "{called} {value} of the package {package}: {why}; mend or uninstall that package",
            called=self.called,
            value=point.value,
            package=package,
            why=why,
        )
