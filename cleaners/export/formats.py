"""The formats of an export: what each says of itself, and how they are found.

One file a format: it ends in a ``FORMAT``. Other packages add theirs by an entry point of the group
``jianbao.export_formats`` that leads to an :class:`ExportFormat`::

    [project.entry-points."jianbao.export_formats"]
    tei = "my_package:FORMAT"
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from cleaners.atomic import nothing
from cleaners.errors import UsageError
from cleaners.export.additions import ExportAdditions
from cleaners.export.records import ScriptChoice, records
from cleaners.plugins import PluginGroup

if TYPE_CHECKING:
    from cleaners.export.dataset_card import DatasetFacts
    from cleaners.store import ExportBatch, ExportRemoval

# Modules of this room, in the order of the help.
_OWN = (
    "jsonl", "parquet", "csv", "markdown_folder", "html", "epub_format", "rss", "huggingface",
    "ris", "csl", "gbt7714", "jsonld", "graphml",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportTask:
    """What a writer is to write, and where to."""

    target: str | Path
    """A file or a folder, ``-`` for standard output."""
    facts: DatasetFacts
    """What the export is, beyond the articles in it."""
    ready: Callable[[], None] = nothing
    """Called when all is written, before the file or folder takes its name; what it raises stops that."""

    @property
    def script(self) -> ScriptChoice:
        """The script that what a reader sees is converted to."""
        return self.facts.script

    @property
    def additions(self) -> ExportAdditions:
        """What is added to the records, and by what they are chosen."""
        return self.facts.additions

    @property
    def increment(self) -> bool:
        """Whether the export holds only what differs from its series so far."""
        return self.facts.increment


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCleanup:
    """What became of the pages that were there."""

    removed: int = 0
    """Pages of earlier exports that are not in this one."""
    kept: tuple[str, ...] = ()
    """Names of those that were to be replaced or removed and stay, as somebody has changed them."""
    offered: tuple[str, ...] = ()
    """Names of pages with the text of today, written beside such ones."""


class ExportWriter(ABC):
    """An export as it is written; a file or folder takes its name when the ``with`` block ends well.

    Raises UnwritableError where the disk is full or the target cannot be written, UsageError where it makes no sense.
    """

    def __init__(self, task: ExportTask) -> None:
        self.task = task
        """What is to be written."""
        self.tidied = FolderCleanup()
        """Of a folder that people may live in: what became of the pages that were there; known when all is done."""
        self.left_out = 0
        """Articles that a filter left out."""
        self._opened = ExitStack()

    def records(self, batch: ExportBatch) -> list[dict[str, Any]]:
        """The records of some articles as they are to be written; those that a filter leaves out are counted."""
        found = list(records(batch, self.task.script, self.task.additions))
        if len(found) < batch.size:
            self.left_out += batch.size - len(found)
            batch.keep(one["id"] for one in found)
        return found

    @abstractmethod
    def open(self, stack: ExitStack) -> None:
        """Begin: what must be closed goes on the stack, which hears of errors in the block."""

    @abstractmethod
    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""

    @abstractmethod
    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back; this comes before the articles."""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self.open(stack)
            self._opened = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.__exit__(kind, error, trace)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """A format, as it declares itself."""

    name: str
    """What ``--format`` calls it."""
    meaning: str
    """What it is, for README."""
    writer: Callable[[ExportTask], AbstractContextManager[ExportWriter]]
    """Makes what writes it: a subclass of :class:`ExportWriter`."""
    suffixes: tuple[str, ...] = ()
    """Ends of file names that ask for it (``.csv``)."""
    is_folder: bool = False
    """Whether it is a folder, not a file."""
    newest: int | None = None
    """Of a format that shows what is new: so many articles, the latest first, where no other number is asked for."""
    has_columns: bool = False
    """Whether it holds whole records: then it takes what is added to them, and their filters."""
    has_notes: bool = False
    """Whether, without columns, it has a place for the tags and notes of readers."""
    has_removals: bool = True
    """Whether an increment of it can say what was removed."""
    every_copy: bool = False
    """Whether it is about the copies of an article: then it has all of them in any case."""


_PLUGINS = PluginGroup("jianbao.export_formats", "export format", ExportFormat)


@cache
def formats() -> Mapping[str, ExportFormat]:
    """Name -> format: those of this package, then those of others by name.

    Looked for once in a process. Raises UsageError, with the package and the cure, for a format of another package that
    cannot be loaded, or has the name or a suffix of one that is there.
    """
    found: dict[str, ExportFormat] = {}
    for module in _OWN:
        own: ExportFormat = import_module(f"cleaners.export.{module}").FORMAT
        found[own.name] = own
    for point, other in _PLUGINS.declared():
        if other.name in found:
            raise _PLUGINS.wrong(point, f"there is a format of the name {other.name} already")
        taken = {suffix: one.name for one in found.values() for suffix in one.suffixes}
        for suffix in filter(taken.__contains__, other.suffixes):
            raise _PLUGINS.wrong(point, f"the suffix {suffix} stands for the format {taken[suffix]} already")
        found[other.name] = other
    return MappingProxyType(found)


def format_named(name: str) -> ExportFormat:
    """The format of that name. Raises UsageError, with the names there are, for any other."""
    found = formats()
    if name not in found:
        raise UsageError("there is no export format {name!r}: it is one of {names}", name=name, names=", ".join(found))
    return found[name]
