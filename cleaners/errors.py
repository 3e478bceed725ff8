"""What can go wrong in a way the user can cure: one class per exit code of the command line.

A message is one line, says what is wrong and what to do about it.
"""

from __future__ import annotations

import errno
from typing import Literal

from cleaners.sentences import Sentence

Stage = Literal[
    "read", "decode", "blocks", "metadata", "extract", "denoise", "restore", "join", "match", "keep", "fetch",
    "store",
]  # fmt: skip
"""The steps a page can be lost at."""


class JianbaoError(Exception):
    """Base of all errors that are shown to the user as one line, without a traceback.

    ``UsageError("{path} is a folder: name a file", path=path)``: the places of the text are filled with the values. As
    a string it is English; the command line says its ``sentence`` in the language of the locale.
    """

    def __init__(self, text: str, /, **values: object) -> None:
        self.sentence = Sentence(text, values)
        super().__init__(str(self.sentence))


class InputError(JianbaoError):
    """No input was usable, or the work failed (exit code 1)."""


class UsageError(JianbaoError):
    """A command was called wrongly, or names a path that is not there (exit code 2)."""


class UnwritableError(JianbaoError):
    """The disk is full or the place cannot be written (exit code 3)."""


class StoreBusyError(InputError):
    """Another process writes the store and did not end in time."""


class FormatError(JianbaoError):
    """A file is not what it should be: not a store, a wrong seed file (exit code 4)."""


class NotAStoreError(FormatError):
    """The file given as a store is something else."""


class DamagedError(NotAStoreError):
    """A store's file is damaged: parts of it cannot be read."""


class SeedFileError(FormatError):
    """A seed file breaks its schema; the message names file, line, key and the cure."""


class UnusableInput(Exception):  # noqa: N818 - not an error of the program: a page that ends as a Drop
    """A page cannot become an article: the pipeline turns it into a ``Drop`` with the same stage and reason."""

    def __init__(self, stage: Stage, reason: str, detail: str = "") -> None:
        super().__init__(stage, reason, detail)
        self.stage: Stage = stage
        self.reason = reason
        self.detail = detail


_MACHINE = {errno.EMFILE, errno.ENFILE, errno.ENOSPC, errno.EDQUOT}


def is_fault_of_machine(error: BaseException) -> bool:
    """Whether it is this machine that has no open files or no room left: no page is to blame, and no page is dropped
    for it, for the same run gives other results when there is room."""
    return isinstance(error, OSError) and error.errno in _MACHINE
