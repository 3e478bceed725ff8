"""Bytes to text: the page's content decides on its encoding, what it declares is only a hint.

Strict UTF-8 first; else the best of the candidates by how common the decoded characters are and how few had to be
replaced; then every run of the page that reads better in another encoding is repaired (a UTF-8 widget in a GBK page).
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cleaners.errors import UnusableInput
from cleaners.page.decode import mending
from cleaners.page.decode.readability import score

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_MAGIC = (
    (b"%PDF-", "PDF document"),
    (b"PK\x03\x04", "zip archive or office document"),
    (b"\x1f\x8b", "gzip file"),
    (b"\x28\xb5\x2f\xfd", "zstandard file"),
    (b"7z\xbc\xaf\x27\x1c", "7-zip archive"),
    (b"Rar!\x1a\x07", "RAR archive"),
    (b"\x89PNG\r\n", "PNG image"),
    (b"\xff\xd8\xff", "JPEG image"),
    (b"GIF87a", "GIF image"),
    (b"GIF89a", "GIF image"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old office document"),
    (b"\x7fELF", "program"),
    (b"SQLite format 3\x00", "SQLite database"),
)
# The encodings a Chinese page may have without saying so.
_USUAL = ("gb18030", "big5hkscs", "utf-8")
# Names that pages use for a subset of what they really send (the WHATWG Encoding Standard maps them the same way).
_SUPERSETS = {
    "gb2312": "gb18030", "gbk": "gb18030", "cp936": "gb18030", "gb18030": "gb18030", "hz": "hz",
    "big5": "big5hkscs", "cp950": "big5hkscs", "big5hkscs": "big5hkscs",
    "shift_jis": "cp932", "euc_kr": "cp949", "iso8859-1": "cp1252", "ascii": "cp1252", "iso8859-9": "cp1254",
    "tis-620": "cp874", "utf-16": "utf-16-le",
}  # fmt: skip
_META_CHARSET = re.compile(
    rb"""<(?:meta|\?xml)[^<>]{0,200}?(?:charset|encoding)\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})""", re.I
)
_HEADER_CHARSET = re.compile(r"""charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w.:-]{2,40})""", re.I)
# Of what charset-normalizer may guess: encodings that the web has really used.
_SINGLE_BYTE = (
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
    "koi8_r",
    "cp874",
)
_SAMPLE = 16_000  # bytes of non-ASCII runs that are enough to choose an encoding
_DECLARED_BONUS = 0.08  # a declaration decides between encodings that read about equally well
# Encodings that no browser knows, for they change what is markup and what is not.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape", "utf-7"})
_ANY_BYTES = (b"a", bytes(range(256)))
_READABLE = 0.0  # mean weight under which a decoding is not text


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodedText:
    """A page's text."""

    text: str
    """The characters, without a byte order mark."""
    encoding: str
    """Python's name of the encoding most of the page is in."""
    replaced: int
    """How many U+FFFD stand for bytes that belong to no character."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CharsetReading:
    encoding: str
    score: float


def decode(body: bytes, content_type: str | None = None, charset: str | None = None) -> DecodedText:
    """Decode a page.

    ``content_type`` is the response header; ``charset`` is what a site file says. Both are hints like the page's own
    ``<meta charset>``: none is obeyed against what the bytes say.

    Raises ``Unusable("decode", ...)`` with the reason ``empty``, ``binary`` or ``unknown encoding``.
    """
    if not body.strip(b"\x00\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise UnusableInput("decode", "empty", f"{len(body)} bytes, no text")
    for mark, encoding in _BOMS:
        if body.startswith(mark):
            return _finish(body[len(mark) :], encoding)
    _refuse_binary(body)
    if wide := _utf16(body):
        return _finish(body, wide)
    if b"\x00" in body:
        body = body.replace(b"\x00", b"")
    if (seven_bit := _seven_bit(body, content_type, charset)) is not None:
        return seven_bit
    try:
        return DecodedText(text=body.decode("utf-8"), encoding="utf-8", replaced=0)
    except UnicodeDecodeError:
        return _guess(body, _declared(body, content_type, charset))


def _finish(body: bytes, encoding: str) -> DecodedText:
    if encoding in ("utf-8", "gb18030"):
        return _mend(body, encoding)
    text = body.decode(encoding, "replace").replace("\x00", "")
    return DecodedText(text=text, encoding=encoding, replaced=text.count("\ufffd"))


def _refuse_binary(body: bytes) -> None:
    for magic, what in _MAGIC:
        if body.startswith(magic):
            raise UnusableInput("decode", "binary", what)
    if body[:4] == b"RIFF" or body[4:8] == b"ftyp":
        raise UnusableInput("decode", "binary", "image, sound or film")


def _utf16(body: bytes) -> str | None:
    """The byte order of UTF-16 without a mark, by where its NUL bytes stand; raises for other NUL-ridden bytes."""
    if b"\x00" not in body:
        return None
    nuls = body.count(b"\x00")
    if nuls > 0.01 * len(body):
        readings = [
            _CharsetReading(encoding=name, score=score(body[:_SAMPLE].decode(name, "replace")))
            for name in ("utf-16-le", "utf-16-be")
        ]
        best = max(readings, key=lambda reading: reading.score)
        if best.score > _READABLE or (best.score == 0.0 and 0.4 < nuls / len(body) <= 0.5):
            return best.encoding
    if nuls > max(2, 0.001 * len(body)):
        raise UnusableInput("decode", "binary", f"{nuls} NUL bytes in {len(body)}")
    return None


def _seven_bit(body: bytes, content_type: str | None, charset: str | None) -> DecodedText | None:
    """HZ and ISO-2022 are ASCII to every other test, so here the declaration has to decide."""
    # Most pages lack the first byte, and one is found much faster than two.
    if (b"~" not in body or b"~{" not in body) and (b"\x1b" not in body or b"\x1b$" not in body):
        return None
    for name in _declared(body, content_type, charset):
        if name == "hz" or name.startswith("iso2022"):
            return _finish(body, name)
    return None


def _declared(body: bytes, content_type: str | None, charset: str | None) -> list[str]:
    """Python's names of the declared encodings, most trusted first; unknown names are passed over."""
    names = [charset] if charset else []
    names += _HEADER_CHARSET.findall(content_type or "")
    names += [name.decode("ascii") for name in _META_CHARSET.findall(body[:4096])]
    known: list[str] = []
    for name in names:
        try:
            python = codecs.lookup(name.strip()).name
        except (LookupError, ValueError):
            continue
        encoding = _SUPERSETS.get(python, python)
        if encoding not in known and _is_text_codec(encoding):
            known.append(encoding)
    return known


def _is_text_codec(name: str) -> bool:
    """Whether an encoding reads any bytes; those of Python's own (``punycode``, ``undefined``) raise."""
    try:
        return name not in _NO_CHARSETS and all(isinstance(text.decode(name, "replace"), str) for text in _ANY_BYTES)
    except (LookupError, ValueError):
        return False


def _guess(body: bytes, declared: list[str]) -> DecodedText:
    sample = _sample(body)
    candidates = [*declared, *(name for name in _USUAL if name not in declared)]
    candidates = [name for name in candidates if not name.startswith(("utf-16", "utf-32"))]
    readings = [
        _CharsetReading(
            encoding=name, score=score(sample.decode(name, "replace")) + _DECLARED_BONUS * (name in declared)
        )
        for name in candidates
    ]
    best = max(readings, key=lambda reading: reading.score)
    if best.score <= _READABLE:
        mended = max((_mend(body, name) for name in _USUAL), key=lambda decoded: score(decoded.text))
        if score(mended.text) > _READABLE:
            return mended
        best = _ask_library(sample) or best
    if best.score <= _READABLE - 0.5:
        raise UnusableInput("decode", "unknown encoding", f"nothing readable as {', '.join(candidates)}")
    return _mend(body, best.encoding)


def _sample(body: bytes) -> bytes:
    """The first runs beyond ASCII, as far as they are enough to choose an encoding."""
    runs: list[bytes] = []
    size = 0
    for run in mending.RUN.finditer(body):
        runs.append(run.group())
        size += len(runs[-1]) + 1
        if size > _SAMPLE:
            break
    return b" ".join(runs)[:_SAMPLE]


def _ask_library(sample: bytes) -> _CharsetReading | None:
    """For bytes in no usual encoding: charset-normalizer, which knows the single-byte ones."""
    from charset_normalizer import from_bytes

    found = from_bytes(sample[:20_000], cp_isolation=list(_SINGLE_BYTE)).best()
    if found is None:
        return None
    return _CharsetReading(encoding=found.encoding, score=score(str(found)))


def _mend(body: bytes, encoding: str) -> DecodedText:
    """Decode a page of one encoding, then whatever in it is of another one or broken."""
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError:
        text = "".join(_pieces(body, encoding, mending.RUN, mending.broken_run))
    else:
        if encoding == "gb18030" and mending.PRIVATE.search(text):
            text = "".join(_pieces(body, encoding, mending.RUN, mending.broken_run))
        elif encoding in _USUAL and encoding != "utf-8" and mending.UTF8_RUN.search(body):
            text = "".join(_pieces(body, encoding, mending.UTF8_RUN, mending.foreign_run))
    return DecodedText(text=text, encoding=encoding, replaced=text.count("\ufffd"))


def _pieces(body: bytes, encoding: str, runs: re.Pattern[bytes], read: Callable[[bytes, str], str]) -> Iterator[str]:
    end = 0
    for run in runs.finditer(body):
        yield body[end : run.start()].decode(encoding, "replace")
        yield read(run.group(), encoding)
        end = run.end()
    yield body[end:].decode(encoding, "replace")
