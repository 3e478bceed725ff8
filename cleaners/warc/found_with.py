"""How a crawl came by a page: a ``metadata`` record of JSON behind its response (WARC 1.1, 6.6), so that what a feed
said of it is still there when it is cleaned again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from cleaners.items import EntryFields, NewspaperEdition, Page, PageAnnouncement


def found_with(announcement: PageAnnouncement | None, edition: NewspaperEdition | None) -> bytes:
    """The content of the record; empty where there is nothing to say."""
    said = {name: asdict(one) for name, one in (("announcement", announcement), ("edition", edition)) if one}
    return json.dumps(said, ensure_ascii=False).encode("utf-8", "backslashreplace") if said else b""


def with_found(page: Page, content: bytes) -> Page:
    """The page with what such a record says of it; as it was where the record is none of ours."""
    try:
        said = json.loads(content)
        told, edition = said.get("announcement"), said.get("edition")
        if told:
            entry = EntryFields(**_known(EntryFields, told["fields"]))
            page = replace(page, announcement=PageAnnouncement(by=told["by"], fields=entry, text=told["text"]))
        return replace(page, edition=NewspaperEdition(**_known(NewspaperEdition, edition))) if edition else page
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return page


def _known(of: type[EntryFields] | type[NewspaperEdition], said: Mapping[str, Any]) -> dict[str, Any]:
    """The texts among what is said that a dataclass of today has a field for."""
    return {one.name: said[one.name] for one in fields(of) if isinstance(said.get(one.name), str)}
