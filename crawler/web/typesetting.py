"""A body set for reading: Markdown as HTML without anything that a page could do, cut into parts of bounded size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict
from markupsafe import Markup, escape

from cleaners.items import Article
from crawler.web.rendering import plain, safe_link

NO_PICTURES: Mapping[str, str] = MappingProxyType({})
_PART = 90_000  # bytes of a part: with all around it a page stays below 150 kB


def set_blocks(article: Article, pictures: Mapping[str, str] = NO_PICTURES) -> Iterator[Markup]:
    """The body block by block (paragraph, heading, table ...), as HTML; what is HTML in the text is shown as text.

    ``pictures``: address of a picture in the article -> its address in the room, for those that are at hand.
    """
    if not article.markdown:
        yield from (Markup("<p>{}</p>").format(line.strip()) for line in article.text.split("\n") if line.strip())
        return
    tokens = _markdown().parse(article.markdown)
    block: list[Token] = []
    for token in tokens:
        block.append(token)
        if token.level == 0 and token.nesting <= 0:
            yield Markup(_markdown().renderer.render(block, _markdown().options, {"pictures": pictures}))
            block = []


def in_parts(blocks: Iterable[Markup]) -> list[list[Markup]]:
    """Blocks in parts that are small enough for a page; at least one part, which may be empty."""
    parts: list[list[Markup]] = [[]]
    size = 0
    for block in blocks:
        size += len(block.encode())
        if parts[-1] and size > _PART:
            parts.append([])
            size = len(block.encode())
        parts[-1].append(block)
    return parts


def _link_open(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    """A link to the web leads there without telling whence; any other is no link."""
    address = safe_link(str(tokens[at].attrGet("href") or ""))
    if address is None:
        return "<span>"
    tokens[at].attrs = {"href": address, "rel": "noopener noreferrer nofollow"}
    return renderer.renderToken(tokens, at, options, env)


def _link_close(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    depth = 0
    for token in reversed(tokens[:at]):
        depth += {"link_close": 1, "link_open": -1}.get(token.type, 0)
        if depth < 0:
            return "</a>" if "rel" in token.attrs else "</span>"
    return "</span>"


def _image(
    renderer: RendererHTML, tokens: Sequence[Token], at: int, options: OptionsDict, env: MutableMapping[str, Any]
) -> str:
    """A picture that is at hand is shown; one elsewhere is named and linked, never loaded from a foreign address."""
    source = str(tokens[at].attrGet("src") or "")
    told = renderer.renderInlineAsText(tokens[at].children, options, env)
    address, name = safe_link(source), plain(told)
    if held := env["pictures"].get(source):
        shown = Markup('<img src="{}" alt="{}" loading="lazy" decoding="async">').format(held, name)
        below = Markup('<span class="caption" aria-hidden="true">{}</span>').format(name) if name else Markup()
        return str(Markup('<span class="figure">{}{}</span>').format(shown, below))
    name = name or "图"
    if address is None:
        return str(Markup('<span class="picture">{}</span>').format(name))
    return str(
        Markup('<a class="picture" rel="noopener noreferrer nofollow" href="{}">{}</a>').format(address, name)
    )  # fmt: skip


@cache
def _markdown() -> MarkdownIt:
    made = MarkdownIt("commonmark", {"html": False}).enable("table")
    made.add_render_rule("link_open", _link_open)
    made.add_render_rule("link_close", _link_close)
    made.add_render_rule("image", _image)
    return made


def marked(text: str, marks: Iterable[tuple[int, int]]) -> Markup:
    """A text with the places (start, end) that a search found."""
    made, at = Markup(), 0
    for start, end in marks:
        made += escape(text[at:start]) + Markup("<mark>{}</mark>").format(text[start:end])
        at = end
    return made + escape(text[at:])
