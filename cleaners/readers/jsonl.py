"""JSON Lines: an object a line, each of them a row; read in bounded memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.page.decode import decode
from cleaners.readers.bounded_lines import file_lines
from cleaners.readers.column_choice import folded
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.table_columns import integer, is_body_name, page_of

_TRIED = 20  # lines
_NAME = re.compile(r"\.(?:jsonl|ndjson|jsonlines|jl)(?:\.\w+)?$", re.IGNORECASE)
_BOM = b"\xef\xbb\xbf"
_AROUND = b"\x1e\0 \t\r\n"  # an object; U+001E begins each text of RFC 7464, zeros are what a crash leaves
_KEY = re.compile(r'"((?:[^"\\]|\\.){1,60})"\s*:')


def _is_jsonl(file: InputFile) -> bool:
    """Whether the first line is a JSON object; in a file that is called so, one of the first lines."""
    lines = file.start.split("\n", _TRIED)
    if _is_row(lines[0], is_cut=file.is_cut and len(lines) == 1):
        return True
    named = _NAME.search(file.name) is not None and not file.start.startswith("<")
    return named and any(_is_row(line.strip(), is_cut=False) for line in lines[1:_TRIED])


def _is_row(line: str, *, is_cut: bool) -> bool:
    """Whether a line, or what is seen of it, is an object with something in it."""
    if not line.startswith("{"):
        return False
    try:
        row = json.loads(line.rstrip().removesuffix(","))
    except RecursionError:
        return True  # brackets without end: a bad line, told as such when it is read
    except ValueError:
        # An object may be longer than what is looked at, or in another encoding: its beginning has to do.
        return (is_cut or "\ufffd" in line) and any(map(_names_a_body, _KEY.findall(line)))
    return isinstance(row, dict) and bool(row)


def _names_a_body(key: str) -> bool:
    """Whether a key, as it is written in JSON, is that of a page or a text."""
    try:
        return is_body_name(folded(json.loads(f'"{key}"')))
    except ValueError:
        return False


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page a line; ``#`` and the line's number (from 1) are added to the origin.

    A line that cannot be used is a Drop, as one of more bytes than a page may have (characters, where a byte order mark
    announces the encoding).
    """
    lines, _ = file_lines(file)
    for number, line in enumerate(lines, 1):
        place = f"{file.origin}#{number}"
        if line is None:
            detail = f"more than {file.limits.page_bytes} bytes in a line"
            yield Drop(origin=place, stage="read", reason="page too large", detail=detail)
            continue
        written = line.strip(_AROUND).removeprefix(_BOM).removesuffix(b",")
        if not written and b"\0" not in line:
            continue
        try:
            row = _loaded(written)
        except (ValueError, RecursionError, UnusableInput) as why:
            yield Drop(origin=place, stage="read", reason="not JSON", detail=str(why))
            continue
        yield page_of(row if isinstance(row, dict) else {}, place, file.table)


def _loaded(line: bytes) -> object:
    try:
        return json.loads(line, parse_int=integer, strict=False)  # a control sign in a text harms nobody
    except UnicodeDecodeError:  # GB18030, or a bad byte
        return json.loads(decode(line).text, parse_int=integer, strict=False)


READER = FileReader(name="jsonl", suffixes=(".jsonl", ".ndjson"), accepts=_is_jsonl, read=_read)
