"""A file in a compression: gzip, bzip2, xz or zstd around anything."""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import compression, decompressed


def _is_compressed(file: InputFile) -> bool:
    return compression(file.head) is not None


def _read(file: InputFile) -> Iterator[InputFile]:
    yield file.inner(decompressed(file.whole(), compression(file.head) or ""))


READER = FileReader(name="compressed", suffixes=(".gz", ".bz2", ".xz", ".zst"), accepts=_is_compressed, read=_read)
