"""Blank a record of a WARC file in place: an empty record of the same length replaces it, so no other record moves.

The replacement is a ``metadata`` record without content (WARC 1.1, 6.6), which every reader skips. A gzip member is
padded with empty stored blocks (RFC 1951, 3.2.4) and at most nine bytes of an extra field (RFC 1952, 2.3.1.1): the
offsets of all other records stay valid, and the file still has one gzip member a record.
"""

from __future__ import annotations

import os
import time
import uuid
import zlib
from datetime import UTC, datetime
from pathlib import Path

from cleaners.errors import InputError, UnwritableError
from cleaners.warc.scan import ArchiveDamage, RecordPlace, exchange_of
from cleaners.warc.write import ROLE_FIELD

ROLE = "taken down"
"""What ``WARC-Jianbao-Role`` of a blanked record says."""

_GZIP = b"\x1f\x8b"
_EMPTY, _LAST = b"\x00\x00\x00\xff\xff", b"\x01\x00\x00\xff\xff"  # stored blocks without data; the last one says so
_MINUTE = 60.0
_SUBFIELD = b"JB"
_SUBFIELD_HEAD = 6  # XLEN, two letters, LEN


def blank(store: Path, place: RecordPlace, at: datetime) -> bool:
    """Put an empty record where one was; on disk (fsync) when this returns. The same again changes nothing.

    Returns False where the file is gone or too short. Raises ``UnwritableError``, and ``InputError`` for a record that
    is too small to hold an empty one.
    """
    path = store.parent / place.file
    try:
        with path.open("r+b") as file:
            packed = file.read(2) == _GZIP
            if os.fstat(file.fileno()).st_size < place.offset + place.length:
                return False
            file.seek(place.offset)
            file.write(_packed(place, at) if packed else _unpacked(place, at))
            file.flush()
            os.fsync(file.fileno())
    except FileNotFoundError:
        return False
    except OSError as error:
        raise UnwritableError(
            "{path}: {strerror}; give write access, then run the takedown again", path=path, strerror=error.strerror
        ) from None
    return True


def cut_tail(store: Path, damage: ArchiveDamage) -> bool:
    """Cut off the record that a crash left half-written at the end of a file; on disk (fsync) when this returns.

    Returns False, and cuts nothing, where no record begins (that is other damage), or where the file was written to in
    the last minute: the record may be on its way.
    """
    path = store.parent / damage.file
    with path.open("r+b") as file:
        file.seek(damage.offset)
        begins = file.read(5).startswith((_GZIP, b"WARC/"))
        if not begins or time.time() - os.fstat(file.fileno()).st_mtime < _MINUTE:
            return False
        file.truncate(damage.offset)
        file.flush()
        os.fsync(file.fileno())
    return True


def blank_exchange(store: Path, origin: str, at: datetime) -> int:
    """Blank the response at an origin of our own archive, and its request behind it; returns how many records."""
    return sum(blank(store, place, at) for place in exchange_of(store, origin))


def _header(place: RecordPlace, at: datetime, length: int, padding: str = "") -> bytes:
    identity = uuid.uuid5(uuid.NAMESPACE_URL, f"{place.file}#{place.offset}")
    lines = (
        "WARC/1.1",
        "WARC-Type: metadata",
        f"WARC-Record-ID: <urn:uuid:{identity}>",
        f"WARC-Date: {at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"{ROLE_FIELD}: {ROLE}{padding}",
        f"Content-Length: {length}",
    )
    return "\r\n".join((*lines, "", "")).encode()


def _packed(place: RecordPlace, at: datetime) -> bytes:
    """An empty record as a gzip member of the place's length."""
    plain = _header(place, at, 0) + b"\r\n\r\n"
    deflate = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    data = deflate.compress(plain) + deflate.flush(zlib.Z_SYNC_FLUSH)
    room = place.length - 10 - len(data) - len(_LAST) - 8
    extra = next((n for n in (0, 6, 7, 8, 9) if (room - n) % len(_EMPTY) == 0), 0)
    if room < extra:
        raise _too_small(place)
    field = b"" if not extra else _extra(extra)
    return b"".join((
        b"\x1f\x8b\x08", b"\x04" if extra else b"\x00", b"\x00\x00\x00\x00\x02\xff", field, data,
        _EMPTY * ((room - extra) // len(_EMPTY)), _LAST,
        zlib.crc32(plain).to_bytes(4, "little"), len(plain).to_bytes(4, "little"),
    ))  # fmt: skip


def _extra(size: int) -> bytes:
    inside = size - _SUBFIELD_HEAD
    return (4 + inside).to_bytes(2, "little") + _SUBFIELD + inside.to_bytes(2, "little") + b"\x00" * inside


def _unpacked(place: RecordPlace, at: datetime) -> bytes:
    """An empty record of the place's length: what its header leaves is blanks."""
    for padding in ("", " "):  # where the length gains a digit no number fits without
        for digits in range(1, 12):
            content = place.length - len(_header(place, at, 10 ** (digits - 1), padding))
            if content >= 0 and len(str(content)) == digits:
                return _header(place, at, content, padding) + b" " * content
    raise _too_small(place)


def _too_small(place: RecordPlace) -> InputError:
    return InputError(
"{file}#{offset}: a record of {length} bytes is too small to be blanked; remove the file, "
"or cut the record out of it by hand",
file=place.file, offset=place.offset, length=place.length)  # fmt: skip
