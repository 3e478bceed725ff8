"""A story as markup that does nothing: XHTML without scripts, styles or addresses that are loaded.

The body is the article's Markdown (CommonMark with GitHub's tables); what is HTML in it is shown as text, a link leads
to the web or nowhere, and a picture that is not at hand is a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from markdown_it import MarkdownIt

from cleaners.escaping import xml_text
from cleaners.export.markdown import body_markdown
from cleaners.export.publication import EmbeddedPicture, PublishedStory, StorySection
from cleaners.items import Article, Clipping
from cleaners.publication_time import written

STYLE = """\
body { font-family: "Noto Serif CJK SC", "Source Han Serif SC", "Songti SC", SimSun, serif; line-height: 1.8; }
h1, h2, h3, h4 { line-height: 1.4; }
article > p { text-indent: 2em; text-align: justify; }
article > p.facts, article > p.note, aside p { text-indent: 0; font-size: 0.85em; opacity: 0.75; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; } td, th { border: 1px solid; padding: 0.2em 0.5em; }
pre { white-space: pre-wrap; } nav ol { list-style: none; padding-left: 1em; } a { word-break: break-all; }
"""
"""What both formats look like."""
PictureAddress = Callable[[EmbeddedPicture], str | None]
"""Where a publication has a picture; None for a format that cannot show it."""


def element(tag: str, text: str = "", /, *children: Any, **attributes: str) -> Any:
    """An element (``lxml``) with text and children; ``class_`` is the attribute ``class``."""
    made = etree.Element(tag, {key.rstrip("_"): xml_text(value) for key, value in attributes.items()})
    made.text = xml_text(text) or None
    made.extend(children)
    return made


def story_article(story: PublishedStory, *, level: int, address: PictureAddress) -> Any:
    """The story as an ``article`` element: headline of that level, what is known of it, body, note, copies."""
    made = element("article", "", element(f"h{level}", story.title))
    if facts := _facts(story.clipping.article):
        made.append(_line(facts, class_="facts"))
    if story.note or story.tags:
        words = " ".join((*(f"#{tag}" for tag in story.tags), story.note)).strip()
        made.append(element("p", words, class_="note"))
    made.extend(_body(story, level, address))
    if notes := [_line(_facts(copy.article), class_="copy") for copy in story.copies]:
        made.append(element("aside", "", element("p", f"另有 {len(notes)} 处刊载"), *notes))
    elif told := _cluster_note(story.clipping):
        made.append(element("aside", "", _line(told, class_="copy")))
    return made


def contents(section: StorySection, link: Callable[[PublishedStory], str]) -> Any:
    """The contents as an ``ol`` element: sections with what is in them, stories as links."""
    made = element("ol")
    for story in section.stories:
        made.append(element("li", "", element("a", story.title, href=link(story))))
    for inner in section.sections:
        made.append(element("li", "", element("span", inner.name), contents(inner, link)))
    return made


def web_address(url: str | None) -> str | None:
    """An address that a link may lead to: http and https; None for any other."""
    try:
        return url if url and urlsplit(url).scheme.lower() in {"http", "https"} and urlsplit(url).netloc else None
    except ValueError:
        return None


def _facts(article: Article) -> list[Any]:
    """Source, people, time and address: texts and elements."""
    facts: list[Any] = [f"来源：{article.source}" if article.source else article.site or ""]
    facts.append(f"作者：{'、'.join(article.authors)}" if article.authors else "")
    facts.append(_time(article.published))
    if address := web_address(article.url or article.declared_url):
        facts.append(element("a", address, href=address))
    elif article.url is None:
        facts.append(article.origin)  # nothing else leads back to the page
    return [fact for fact in facts if not isinstance(fact, str) or fact]


def _cluster_note(clipping: Clipping) -> list[Any]:
    """How many copies there are and where the first is, where only that is known."""
    cluster = clipping.cluster
    if cluster is None or cluster.size < 2:
        return []
    told: list[Any] = [f"共 {cluster.size} 处刊载"]
    if cluster.earliest_published:
        told.append(f"最早：{_time(cluster.earliest_published)}")
    if address := web_address(cluster.earliest_url):
        told.append(element("a", address, href=address))
    return told


def _time(moment: datetime | None) -> str:
    return written(moment) if moment else ""


def _line(facts: Sequence[Any], **attributes: str) -> Any:
    """A paragraph of facts with blanks between them."""
    line = element("p", "", **attributes)
    for fact in facts:
        last = line[-1] if len(line) else None
        gap = "　" if last is not None or line.text else ""
        if not isinstance(fact, str):
            if gap and last is not None:
                last.tail = (last.tail or "") + gap
            elif gap:
                line.text += gap
            line.append(fact)
        elif last is not None:
            last.tail = (last.tail or "") + gap + xml_text(fact)
        else:
            line.text = (line.text or "") + gap + xml_text(fact)
    return line


def _body(story: PublishedStory, level: int, address: PictureAddress) -> Iterator[Any]:
    """The blocks of the body as elements."""
    markup = _markdown().render(xml_text(body_markdown(story.clipping.article)))
    root = etree.fromstring(f"<div>{xml_text(markup)}</div>", etree.XMLParser(resolve_entities=False, huge_tree=True))
    at_hand = {picture.url: picture for picture in story.pictures}
    for node in list(root.iter("a", "img", "h1", "h2", "h3", "h4", "h5", "h6")):
        if node.tag == "a":
            _tame_link(node)
        elif node.tag == "img":
            _place_picture(node, at_hand.get(node.get("src", "")), address)
        else:
            node.tag = f"h{min(6, int(node.tag[1]) + level)}"
    yield from list(root)


def _tame_link(node: Any) -> None:
    href = web_address(node.get("href"))
    node.attrib.clear()
    if href is None:
        node.tag = "span"
    else:
        node.set("href", href)
        node.set("rel", "noopener noreferrer nofollow")


def _place_picture(node: Any, picture: EmbeddedPicture | None, address: PictureAddress) -> None:
    """An ``img`` where the publication has the picture, else a link that names it."""
    alt, src = node.get("alt") or "", node.get("src")
    place = address(picture) if picture is not None else None
    node.attrib.clear()
    if place is not None:
        node.set("src", place)
        node.set("alt", alt)
        return
    node.text = alt or "图"
    within_link = next(node.iterancestors("a"), None) is not None
    if (href := web_address(src)) is None or within_link:
        node.tag = "span"
    else:
        node.tag = "a"
        node.set("href", href)
        node.set("rel", "noopener noreferrer nofollow")


@cache
def _markdown() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "xhtmlOut": True}).enable("table")
