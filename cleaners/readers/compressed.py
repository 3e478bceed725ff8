"""A file in a compression: gzip, bzip2, xz or zstd around anything."""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.compression import COMPRESSIONS, compression_of
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader


def _read(file: InputFile) -> Iterator[InputFile]:
    compression = compression_of(file.head)
    assert compression is not None, "read without being accepted"
    yield file.inner(compression.reader(file.whole()))


READER = FileReader(
    name="compressed",
    suffixes=tuple(compression.suffix for compression in COMPRESSIONS),
    accepts=lambda file: compression_of(file.head) is not None,
    read=_read,
)
