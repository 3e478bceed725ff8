"""What a reader declares: a name, suffixes, which files or folders it accepts, how it reads them.

A reader is one module that ends with such a declaration. Packages add readers by an entry point of the group
``jianbao.readers`` that names a :class:`FileReader` or a :class:`FolderReader`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cleaners.items import Drop, Page
from cleaners.readers.input_file import InputFile


@dataclass(frozen=True, slots=True, kw_only=True)
class FileReader:
    """A format of files."""

    name: str
    """Unique among all readers, as ``warc``."""
    suffixes: tuple[str, ...]
    """What such files are usually called, for the documentation: :attr:`accepts` decides."""
    accepts: Callable[[InputFile], bool]
    """Whether a file is of this format, by its first bytes (:attr:`InputFile.head`) or its name."""
    read: Callable[[InputFile], Iterator[Page | Drop | InputFile]]
    """The pages of a file that was accepted, streamed; a container yields its members by :meth:`InputFile.inner`.

    What cannot be read is a ``Drop``, or ``UnusableInput("read", ...)`` is raised, which ends the file with one.
    """
    before: str = ""
    """Reader from another package: name of the built-in reader that is asked after it; empty: ``refused``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderReader:
    """A kind of folder."""

    name: str
    """Unique among all readers."""
    accepts: Callable[[str], bool]
    """Whether the folder at a path is of this kind."""
    read: Callable[[str], Iterator[Page | Drop | str]]
    """What is in an accepted folder, in a stable order: pages, Drops, and paths of files and folders to read."""
    before: str = ""
    """Reader from another package: name of the built-in reader that is asked after it; empty: ``folder``."""
