"""Readers of saved pages: whatever was saved becomes ``Page`` records, told apart by content, not by name.

Each format is one module that ends with a declaration (:mod:`cleaners.readers.reader`). The list of them, in order, is
:mod:`cleaners.readers.registry`, where other packages may add theirs. Everything is streamed: memory does not grow with
the input.
"""

from __future__ import annotations

from cleaners.readers.column_choice import ColumnChoice, ColumnSearch
from cleaners.readers.files import ReadProgress, pages, read, size
from cleaners.readers.input_file import InputFile, ReadLimits
from cleaners.readers.reader import FileReader, FolderReader

__all__ = [
    "ColumnChoice",
    "ColumnSearch",
    "FileReader",
    "FolderReader",
    "InputFile",
    "ReadLimits",
    "ReadProgress",
    "pages",
    "read",
    "size",
]
