"""A page as it was saved, HTML or plain text: what no other reader accepts."""

from __future__ import annotations

from collections.abc import Iterator

from cleaners.items import Page
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.saved_from import saved_from
from cleaners.readers.streams import read_bounded


def _read(file: InputFile) -> Iterator[Page]:
    body = read_bounded(file.whole(), file.limits.page_bytes)
    if told := saved_from(body):
        # Not when the file was written to: copying and unpacking change that, and relative dates count from it.
        yield Page(body=body, origin=file.origin, url=told.url, fetched_at=told.at)
    else:
        yield Page(body=body, origin=file.origin, fetched_at=file.saved)


READER = FileReader(name="page", suffixes=(".html", ".htm", ".txt"), accepts=lambda file: True, read=_read)
