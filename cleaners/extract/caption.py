"""The caption of a picture that stands between the headline and the block with the text: it belongs to the article."""

from __future__ import annotations

import re

from cleaners.extract.container import BodyContainer
from cleaners.items import Metadata
from cleaners.page.lines import PageLines

# Who took the picture, at the end: only captions end so.
_CREDIT = re.compile(r"(?:[摄攝]|摄影|攝影|拍摄|拍攝|供图|供圖)\s?[)）]$|[\s/／][摄攝](?:影)?$")
_REACH = 6
_SHORTEST, _LONGEST = 14, 200


def first_line(blocks: PageLines, meta: Metadata, container: BodyContainer) -> int:
    """Index of the first line of the article: the container's, or that of a caption just above it."""
    headline = meta.title_line
    if headline is None or not headline < container.first <= headline + _REACH:
        return container.first
    for i in range(headline + 1, container.first):
        line = blocks.lines[i]
        sized = _SHORTEST <= len(line.text) <= _LONGEST and not line.links
        if sized and i not in meta.claims and _CREDIT.search(line.text):
            return i
    return container.first
