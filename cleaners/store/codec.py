"""Articles as rows of the store and back; their hashes; Markdown and evidence as the store packs them."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cleaners.errors import DamagedError
from cleaners.fields import STORED, kinds
from cleaners.items import Article, Evidence, Extractor

ARTICLE_COLUMNS: tuple[str, ...] = tuple(
    column for field in STORED for column in (field.name, field.sorted_by) if column
)
"""Columns of ``articles`` that carry an article's own fields, in the order of :func:`article_row`."""

_WINDOW = 32768  # of deflate


def encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate (from a broken page, from a file name) becomes its escape, as everywhere in the store."""
    return text.encode("utf-8", "backslashreplace")


GIVEN = "(SELECT value FROM json_each(?))"
"""The values of :func:`listed`, behind ``IN``."""


def listed(values: Iterable[int | str]) -> str:
    """Values as one parameter, for :data:`GIVEN`: SQLite takes any number of them so."""
    return json.dumps(list(values))


def now() -> str:
    """The present, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def seconds(value: datetime | None) -> int | None:
    """Seconds since 1970, to order and filter by."""
    return int(value.timestamp()) if value else None


@contextmanager
def told_as_damage() -> Iterator[None]:
    """A value that cannot be what was stored is told as damage of the file, with the cure. Raises ``DamagedError``."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, zlib.error) as why:
        raise DamagedError(
            "a value in the store is not what was stored ({why}): `jianbao doctor --all` says which", why=why
        ) from None


def load(text: str | None) -> Any:
    """A JSON column: an empty list for NULL. Raises ``DamagedError``."""
    with told_as_damage():
        return kinds.load(text)


def parsed(text: str | None) -> datetime | None:
    """A column that holds a moment. Raises ``DamagedError``."""
    with told_as_damage():
        return kinds.parsed(text)


def article_row(article: Article) -> tuple[Any, ...]:
    """The values of :data:`ARTICLE_COLUMNS`."""
    return tuple(
        [getattr(article, name) if write is None else write(getattr(article, name)) for name, write in _WRITTEN]
    )


def row_article(row: Sequence[Any], text: str, markdown: bytes | None, extractor: Extractor) -> Article:
    """The article that :func:`article_row` took apart; ``row`` starts with :data:`ARTICLE_COLUMNS`.

    Raises ``DamagedError``.
    """
    with told_as_damage():
        values = {name: row[place] if read is None else read(row[place]) for name, place, read in _READ}
        return Article(text=text, markdown=unpack(markdown, text), extractor=extractor, **values)


# For each column the attribute of an article and what makes the value of the row of it (None: it is the same).
_WRITTEN: tuple[tuple[str, Callable[[Any], Any] | None], ...] = tuple(
    pair
    for field in STORED
    for pair in (
        (field.name, None if field.kind.is_plain else field.kind.to_row),
        *([(field.name, seconds)] if field.sorted_by else []),
    )
)
_READ = tuple(
    (field.name, ARTICLE_COLUMNS.index(field.name), None if field.kind.is_plain else field.kind.from_row)
    for field in STORED
)


def digest(article: Article, row: tuple[Any, ...]) -> bytes:
    """16 bytes: 8 of the content (title and text), 8 of what else the page says; not of when and where it was read.

    ``row`` is the article's :func:`article_row`.
    """
    said = tuple(v for place, v in enumerate(hashed(row)) if place not in _NOT_SAID)
    return content_digest(article.title, article.text) + _digest(f"{said!r}{article.markdown}")


def hashed(row: Sequence[Any]) -> tuple[Any, ...]:
    """The values of :data:`ARTICLE_COLUMNS` as hashes are made of them.

    A column that the first stores did not have counts where it says something: hashes made before it stay the same.
    """
    later = zip(ARTICLE_COLUMNS[_FIRST_COLUMNS:], row[_FIRST_COLUMNS:], strict=True)
    return (*row[:_FIRST_COLUMNS], *((name, value) for name, value in later if value is not None))


_FIRST_COLUMNS = ARTICLE_COLUMNS.index("fetched_at") + 1
_NOT_SAID = {ARTICLE_COLUMNS.index(name) for name in ("origin", "fetched_at")}  # the page does not say these


def content_digest(title: str | None, text: str) -> bytes:
    """The first 8 bytes of :func:`digest`."""
    return _digest(f"{title or ''}\0{text}")


def _digest(part: str) -> bytes:
    return hashlib.blake2b(encoded(part), digest_size=8).digest()


def pack(markdown: str | None, text: str) -> bytes | None:
    """Markdown as the little that it adds to the text: deflate (RFC 1950) with the text as its dictionary."""
    if markdown is None:
        return None
    squeeze = zlib.compressobj(6, zdict=_dictionary(encoded(text)))
    return squeeze.compress(encoded(markdown)) + squeeze.flush()


def unpack(data: bytes | None, text: str) -> str | None:
    """What :func:`pack` made."""
    return None if data is None else unpacked(data, encoded(text)).decode()


def unpacked(data: bytes, text: bytes) -> bytes:
    """What :func:`pack` made, both as UTF-8."""
    return zlib.decompressobj(zdict=_dictionary(text)).decompress(data)


def _dictionary(text: bytes) -> bytes:
    return text[:_WINDOW] or b"\n"


def dump_evidence(evidence: Evidence) -> str:
    """The evidence of a match, seen from ``doc_a``."""
    here, there = ([round(end, 3) for end in span] for span in (evidence.here, evidence.there))
    return json.dumps(
        [evidence.shared, evidence.numbers_agree, evidence.numbers_differ, round(evidence.score, 4), here, there],
        ensure_ascii=False, separators=(",", ":"),
    )  # fmt: skip


def load_evidence(text: str, *, turned: bool) -> Evidence:
    """What :func:`dump_evidence` wrote; ``turned``: seen from ``doc_b``."""
    shared, agree, differ, score, here, there = evidence_parts(text, turned=turned)
    pairs = tuple((a, b) for a, b in differ)
    return Evidence(
        shared=shared, numbers_agree=agree, numbers_differ=pairs, score=score, here=tuple(here), there=tuple(there)
    )


def evidence_parts(text: str, *, turned: bool) -> tuple[Any, ...]:
    """What :func:`dump_evidence` wrote, as the values of ``Evidence``: shared, agree, differ, score, here, there.

    Raises ``DamagedError``.
    """
    with told_as_damage():
        return _seen(json.loads(text), turned)


def evidence_table(texts: Sequence[str], turned: Sequence[int]) -> list[tuple[Any, ...]]:
    """:func:`evidence_parts` of many, parsed at once: in a third of the time."""
    with told_as_damage():
        return list(map(_seen, json.loads(f"[{','.join(texts)}]"), turned))


def _seen(parts: list[Any], turned: int) -> tuple[Any, ...]:
    shared, agree, differ, score, here, there = parts
    if turned:
        differ, here, there = [[b, a] for a, b in differ], there, here
    return shared, agree, differ, score, here, there
