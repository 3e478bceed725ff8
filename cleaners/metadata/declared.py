"""What is declared about the article outside of the page's text, sorted by meaning: in its head (meta, JSON-LD) and
beside it, in the columns of its table or the entry of a feed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from cleaners.items import EntryFields, Head

# Names in lower case without white space: some systems write "og: time" or "weibo: article:create_at".
_TITLE = ("og:title", "articletitle", "twitter:title", "dc.title", "dcterms.title", "sailthru.title", "headline")
_PUBLISHED = (
    "article:published_time",
    "og:article:published_time",
    "og:published_time",
    "datepublished",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "publish_time",
    "publishtime",
    "og:release_date",
    "og:time",
    "weibo:article:create_at",
    "bytedance:published_time",
    "sailthru.date",
    "parsely-pub-date",
    "article.published",
    "article_date_original",
    "cxenseparse:recs:publishtime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date",
    "firstpublishedtime",
    "apub:time",
)
_SOURCE = ("contentsource", "source", "mediaid", "article:source", "og:source", "dc.source", "articlesource")
_AUTHOR = (
    "author",
    "article:author",
    "og:article:author",
    "dc.creator",
    "byl",
    "parsely-author",
    "sailthru.author",
    "dcterms.creator",
)
_SITE = ("og:site_name", "sitename", "application-name", "apple-mobile-web-app-title", "copyright", "publisher")
_SECTION = ("article:section", "columnname", "og:category", "parsely-section")
_LONGEST = 1000  # no field is longer; a page may be hostile
_LD_ARTICLES = (
    "Article",
    "NewsArticle",
    "BlogPosting",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "OpinionNewsArticle",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredMetadata:
    """The answers by field, each ``(rule, value)``, best first: those of the head before those of a table."""

    titles: tuple[tuple[str, str], ...] = ()
    published: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str], ...] = ()
    authors: tuple[tuple[str, str], ...] = ()
    sites: tuple[tuple[str, str], ...] = ()
    sections: tuple[tuple[str, str], ...] = ()
    addresses: tuple[str, ...] = ()
    """The page's address: as fetched, as declared."""
    columns: EntryFields = EntryFields()
    """What stands beside the page: date and source of it are asked last."""


def read_declared(head: Head, url: str | None = None, columns: EntryFields = EntryFields()) -> DeclaredMetadata:
    """Sort what a head and a table declare; ``url`` is the fetched address, where known."""
    meta: dict[str, str] = {}
    for name, content in head.meta:
        meta.setdefault("".join(name.split()), content.strip()[:_LONGEST])
    article = _article(head.json_ld)
    # A feed may shorten a headline, or have another one: it is asked where the page has none (title.py).
    title = _cell(columns, "title") if columns.kind in {"column", "entry"} else ()
    return DeclaredMetadata(
        titles=tuple(_named(meta, _TITLE)) + _ld(article, "headline", "title") + title,
        published=tuple(_named(meta, _PUBLISHED)) + _ld(article, "datePublished", "pubDate"),
        sources=tuple(_named(meta, _SOURCE)),
        authors=_ld_people(article) + tuple(_named(meta, _AUTHOR)) + _cell(columns, "author"),
        sites=tuple(_named(meta, _SITE)) + _ld_names(article, "publisher"),
        addresses=tuple(filter(None, ((url or "")[:_LONGEST], (head.canonical or "")[:_LONGEST], meta.get("og:url")))),
        sections=tuple(_named(meta, _SECTION)) + _ld(article, "articleSection") + _cell(columns, "section"),
        columns=columns,
    )


def _cell(columns: EntryFields, name: Literal["title", "author", "section"]) -> tuple[tuple[str, str], ...]:
    value: str | None = getattr(columns, name)
    return ((f"{columns.kind} {name}", value[:_LONGEST]),) if value else ()


def _named(meta: dict[str, str], names: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for name in names:
        if value := meta.get(name):
            yield f"meta {name}", value


def _objects(node: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        if depth < 3:
            yield from _objects(node.get("@graph"), depth + 1)
    elif isinstance(node, list):
        for child in node[:50]:
            yield from _objects(child, depth + 1)


def _article(scripts: tuple[str, ...]) -> dict[str, Any]:
    """The first JSON-LD object that is an article (schema.org) or Baidu's form of it (pubDate)."""
    for script in scripts:
        try:
            # Control characters inside strings are common and harmless.
            loaded = json.loads(script.strip().rstrip(";"), strict=False)
        except (ValueError, RecursionError):
            continue
        for found in _objects(loaded):
            kinds = found.get("@type")
            if (
                any(kind in _LD_ARTICLES for kind in (kinds if isinstance(kinds, list) else [kinds]))
                or "pubDate" in found
            ):
                return found
    return {}


def _ld(article: dict[str, Any], *keys: str) -> tuple[tuple[str, str], ...]:
    return tuple(
        (f"json-ld {key}", value.strip()[:_LONGEST])
        for key in keys
        if isinstance(value := article.get(key), str) and value.strip()
    )


def _ld_names(article: dict[str, Any], key: str) -> tuple[tuple[str, str], ...]:
    value = article.get(key)
    names = [x.get("name") if isinstance(x, dict) else x for x in (value if isinstance(value, list) else [value])]
    return tuple(
        (f"json-ld {key}", name.strip()[:_LONGEST]) for name in names if isinstance(name, str) and name.strip()
    )


def _ld_people(article: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    return _ld_names(article, "author")
