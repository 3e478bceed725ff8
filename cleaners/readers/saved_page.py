"""A page as it was saved, HTML or plain text: what no other reader accepts."""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.items import Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.streams import read_bounded


def _read(file: InputFile) -> Iterator[Page]:
    yield Page(body=read_bounded(file.whole(), file.limits.page_bytes), origin=file.origin, fetched_at=file.saved)


READER = FileReader(name="page", suffixes=(".html", ".htm", ".txt"), accepts=lambda file: True, read=_read)
