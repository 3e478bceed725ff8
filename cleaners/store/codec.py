"""Articles to rows and back, and the types the store hands out beyond those of ``cleaners.items``."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from cleaners.items import Article, Evidence, Extractor, Region

ARTICLE_COLUMNS = (
    "id", "origin", "url", "site", "title", "published", "published_at", "authors", "editors", "source", "section",
    "regions", "language", "script", "disguises", "repairs", "noise_removed", "quality", "opt_out", "next_url",
    "fetched_at",
)  # fmt: skip
"""Columns of ``articles`` that carry an article's own fields, in the order of :func:`article_row`."""

_WINDOW = 32768  # of deflate


def dump(value: object) -> str | None:
    """A JSON column: NULL for what is empty."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if value else None


def load(text: str | None) -> Any:
    """What :func:`dump` wrote; an empty list for NULL."""
    return json.loads(text) if text else []


def moment(value: datetime | None) -> str | None:
    """A datetime column: ISO 8601 with the offset it came with."""
    return value.isoformat() if value else None


def parsed(text: str | None) -> datetime | None:
    """What :func:`moment` wrote."""
    return datetime.fromisoformat(text) if text else None


def encoded(text: str) -> bytes:
    """UTF-8; a lone surrogate (from a broken page, from a file name) becomes its escape, as everywhere in the store."""
    return text.encode("utf-8", "backslashreplace")


def now() -> str:
    """The present, UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def seconds(value: datetime | None) -> int | None:
    """Seconds since 1970, to order and filter by."""
    return int(value.timestamp()) if value else None


def article_row(article: Article) -> tuple[Any, ...]:
    """The values of :data:`ARTICLE_COLUMNS`."""
    return (
        article.id, article.origin, article.url, article.site, article.title, moment(article.published),
        seconds(article.published), dump(article.authors), dump(article.editors), article.source, article.section,
        dump([(r.name, r.code, r.count) for r in article.regions]), article.language, article.script,
        dump(article.disguises), dump(dict(article.repairs)), dump(dict(article.noise_removed)), article.quality,
        dump(article.opt_out), article.next_url, moment(article.fetched_at),
    )  # fmt: skip


def row_article(row: Sequence[Any], text: str, markdown: bytes | None, extractor: Extractor) -> Article:
    """The article that :func:`article_row` took apart; ``row`` starts with :data:`ARTICLE_COLUMNS`."""
    (id_, origin, url, site, title, published, _, authors, editors, source, section, regions, language, script,
     disguises, repairs, noise, quality, opt_out, next_url, fetched_at) = row[: len(ARTICLE_COLUMNS)]  # fmt: skip
    return Article(
        id=id_, origin=origin, url=url, site=site, title=title, text=text, markdown=unpack(markdown, text),
        published=parsed(published), authors=tuple(load(authors)), editors=tuple(load(editors)), source=source,
        section=section, regions=tuple(Region(name=n, code=c, count=k) for n, c, k in load(regions)),
        language=language, script=script, disguises=tuple(load(disguises)), repairs=dict(load(repairs)),
        noise_removed=dict(load(noise)), quality=quality, opt_out=tuple(load(opt_out)), next_url=next_url,
        fetched_at=parsed(fetched_at), extractor=extractor,
    )  # fmt: skip


def digest(article: Article, row: tuple[Any, ...]) -> bytes:
    """16 bytes: 8 of the content (title and text), 8 of what else the page says; not of when and where it was read.

    ``row`` is the article's :func:`article_row`.
    """
    said = tuple(v for name, v in zip(ARTICLE_COLUMNS, row, strict=True) if name not in {"origin", "fetched_at"})
    return content_digest(article.title, article.text) + _digest(f"{said!r}{article.markdown}")


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
    """What :func:`dump_evidence` wrote, as the values of ``Evidence``: shared, agree, differ, score, here, there."""
    return _seen(json.loads(text), turned)


def evidence_table(texts: Sequence[str], turned: Sequence[int]) -> list[tuple[Any, ...]]:
    """:func:`evidence_parts` of many, parsed at once: in a third of the time."""
    return list(map(_seen, json.loads(f"[{','.join(texts)}]"), turned))


def _seen(parts: list[Any], turned: int) -> tuple[Any, ...]:
    shared, agree, differ, score, here, there = parts
    if turned:
        differ, here, there = [[b, a] for a, b in differ], there, here
    return shared, agree, differ, score, here, there
