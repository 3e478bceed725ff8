"""A file in a compression: gzip, bzip2, xz or zstd around anything."""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.compression import COMPRESSIONS, compression_of
from cleaners.items import Drop
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader


def _read(file: InputFile) -> Iterator[InputFile | Drop]:
    compression = compression_of(file.head)
    assert compression is not None, "read without being accepted"
    stream = compression.reader(file.whole())
    yield file.inner(stream)
    if stream.is_followed_by_junk:  # known when it has been read
        detail = f"what follows the {compression.name} data is none"
        yield Drop(origin=file.origin, stage="read", reason="damaged or cut short", detail=detail)


READER = FileReader(
    name="compressed",
    suffixes=tuple(compression.suffix for compression in COMPRESSIONS),
    accepts=lambda file: compression_of(file.head) is not None,
    read=_read,
)
