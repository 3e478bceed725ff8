"""An article as reference managers see it: the fields that RIS, CSL-JSON and GB/T 7714 share."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from cleaners.items import Clipping, NewspaperEdition

_NEWSPAPER = re.compile(r"(?<![电通简预汇情])[报報]$")  # 昆玉日报, but not 财联社电报
_TAGS = {"simplified": "zh-CN", "traditional": "zh-TW"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """What a reference says; every text is one line."""

    id: str
    title: str
    """Empty where the article has none."""
    authors: tuple[str, ...]
    """Names as they stand: a Chinese name is not split into given and family name."""
    container: str
    """The newspaper, else the declared 来源, else the site; empty where nobody knows."""
    published: datetime | None
    accessed: datetime | None
    """When the page was fetched."""
    url: str | None
    page: str
    """Of a 数字报: the number of its page (03); empty elsewhere."""
    section: str
    language: str
    """BCP 47: zh-CN, zh-TW, or what the page says of itself."""
    keywords: tuple[str, ...]
    """The regions it speaks of."""
    is_newspaper: bool
    """Whether a newspaper has published it: it stands on a page of one, or its container is called as they are."""


def citation(clipping: Clipping) -> Citation:
    """The reference to an article."""
    article = clipping.article
    edition = article.edition or NewspaperEdition()
    container = _line(edition.paper or article.source or article.site)
    return Citation(
        id=article.id,
        title=_line(article.title),
        authors=tuple(filter(None, map(_line, article.authors))),
        container=container,
        published=article.published,
        accessed=article.fetched_at,
        url=article.url or article.declared_url,
        page=_line(edition.number),
        section=_line(article.section),
        language=_TAGS.get(article.script) or article.language or "zh",
        keywords=tuple(_line(region.name) for region in article.regions),
        is_newspaper=article.edition is not None or bool(_NEWSPAPER.search(container)),
    )


def _line(text: str | None) -> str:
    return " ".join((text or "").split())
