"""A story's body as each template marks it up, from clean paragraphs to a table cell full of line breaks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from html import escape
from itertools import groupby

from crawler.demo.stories import StoryBlock

_SENTENCE = re.compile(r"[^。！？]+[。！？]?”?")


def semantic(blocks: Sequence[StoryBlock]) -> str:
    """Headings, lists, tables, figures and paragraphs as the elements made for them."""
    return "\n".join(_semantic(blocks))


def plain(blocks: Sequence[StoryBlock]) -> str:
    """Paragraphs only: headings in bold, items and rows as lines, images without their caption's element."""
    return "\n".join(f"<p>{_inline(block)}</p>" for block in blocks)


def nested(blocks: Sequence[StoryBlock]) -> str:
    """As copies of social posts have it: every paragraph in sections and spans with inline styles."""
    return "\n".join(
        f'<section style="margin:0 8px"><p style="text-indent:2em"><span style="font-size:16px">{_inline(block)}</span></p></section>'
        for block in blocks
    )


def with_ads(blocks: Sequence[StoryBlock]) -> str:
    """Paragraphs with an advertisement's label after the second one."""
    lines = [f"<p>　　{_inline(block)}</p>" for block in blocks]
    return "\n".join([*lines[:2], '<p class="gg">AD</p>', *lines[2:]])


def broken(blocks: Sequence[StoryBlock]) -> str:
    """No paragraphs at all: text nodes with two line breaks between them, as old forum software prints them."""
    return "\n".join(f"&nbsp;&nbsp;&nbsp;{_inline(block)}<br />\n<br />" for block in blocks)


def by_sentence(blocks: Sequence[StoryBlock]) -> str:
    """A line break after every sentence, as spinning software leaves it."""
    return "\n".join(
        "<p>" + "<br>".join(escape(sentence) for sentence in _SENTENCE.findall(block.text)) + "</p>" for block in blocks
    )


STYLES: dict[str, Callable[[Sequence[StoryBlock]], str]] = {
    "daily": semantic,
    "snapshot": plain,
    "mirror": nested,
    "finance": with_ads,
    "forum": broken,
    "spun": by_sentence,
    "huawen": plain,
    "paper": plain,
    "weekly": plain,
}
"""Template -> how it marks up a body."""


def _inline(block: StoryBlock) -> str:
    if block.kind == "image":
        return f'<img src="/images/{block.file}" alt=""><br>{escape(block.text)}'
    text = escape(" ".join(block.cells) if block.kind == "row" else block.text)
    return f"<strong>{text}</strong>" if block.kind == "heading" else text


def _semantic(blocks: Sequence[StoryBlock]) -> Iterator[str]:
    for kind, group in groupby(blocks, key=lambda block: block.kind):
        run = list(group)
        if kind == "item":
            yield "<ul>" + "".join(f"<li>{escape(block.text)}</li>" for block in run) + "</ul>"
        elif kind == "row":
            yield "<table>" + "".join(_row(block, "th" if block is run[0] else "td") for block in run) + "</table>"
        elif kind == "image":
            yield from (
                f'<figure><img src="/images/{block.file}" alt="{escape(block.text)}"><figcaption>{escape(block.text)}</figcaption></figure>'
                for block in run
            )
        else:
            tag = "h2" if kind == "heading" else "p"
            yield from (f"<{tag}>{escape(block.text)}</{tag}>" for block in run)


def _row(block: StoryBlock, tag: str) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in block.cells) + "</tr>"
