"""Markdown (CommonMark): an article as a page, with what is known of it as YAML front matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

from cleaners.escaping import escaped
from cleaners.export.records import record
from cleaners.fields import FRONT_MATTER
from cleaners.items import Article, Clipping
from cleaners.quality import is_doubtful

_LONGEST = 40  # characters of a headline in a file name: at most 160 of the 255 bytes a name may have


def markdown_page(clipping: Clipping, *, tags: Sequence[str] = (), note: str = "") -> str:
    """One clipping as a page: front matter with what a reader asks for (only what is known), headline, body.

    ``tags`` and ``note``: what somebody filed it under and wrote of it.
    """
    import yaml  # only here

    article = clipping.article
    front = _front(clipping) | ({"tags": list(tags)} if tags else {}) | ({"note": note} if note else {})
    settings: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 10_000}
    try:
        head = yaml.dump(front, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), **settings)
    except UnicodeEncodeError:  # libyaml, which is eight times as fast, knows no lone surrogates
        head = yaml.dump(front, Dumper=yaml.SafeDumper, **settings)
    parts = [f"---\n{head}---"]
    if article.title:
        parts.append(f"# {escaped(' '.join(article.title.split()))}")
    parts.append(body_markdown(article))
    return "\n\n".join(parts) + "\n"


def _front(clipping: Clipping) -> dict[str, Any]:
    """What is known, under the names of the record; where the cluster is more than this copy, its size and source."""
    article, cluster = clipping.article, clipping.cluster
    line = record(clipping)
    front = {field.name: line[field.name] for field in FRONT_MATTER}
    if article.url is None:
        front["declared_url"] = article.declared_url  # what it says of itself, and nobody has seen
        front["origin"] = article.origin
    if is_doubtful(article.confidence):
        front["confidence"] = article.confidence
    front["regions"] = [region.name for region in article.regions]
    if cluster and cluster.size > 1:
        front |= {name: line[name] for name in ("cluster_id", "cluster_size")}
        if cluster.earliest_url != article.url:
            front["earliest_url"] = cluster.earliest_url
    return {name: value for name, value in front.items() if value not in (None, [])}


def page_name(article: Article) -> str:
    """A file name that every file system takes, unique by the id at its end."""
    date = article.published.date().isoformat() if article.published else "undated"
    title = unicodedata.normalize("NFC", article.title or "")
    words = "-".join(re.findall(r"[^\W_]+", title))[:_LONGEST].strip("-")
    return "-".join(filter(None, (date, words, article.id))) + ".md"


def body_markdown(article: Article) -> str:
    """The body as Markdown, also of a page without structure."""
    if article.markdown:
        return article.markdown.strip("\n")
    return "\n\n".join(escaped(line) for line in article.text.split("\n") if line.strip())
