"""Markup or text, told by content: whole pages, the fragments that editors and feeds keep, markup that was escaped."""

from __future__ import annotations

import html
import re
from typing import Literal

Form = Literal["html", "tagged", "text"]

_PAGE_START = re.compile(
    r"[\s\ufeff]*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*"
    r"<(?:!doctype\s+html|(?:html|head|body|meta|title|script|style|link|div|table|article|section|p|h1|center)\b)",
    re.IGNORECASE | re.DOTALL,
)
_CLOSING = re.compile(r"</(?:p|div|a|span|td|tr|table|li|ul|title|body|html|script|h[1-6])\s*>", re.IGNORECASE)
_SAMPLE = 100_000

# Of a fragment. What only sets words apart or breaks a line leaves a text that is one; the others make a page of it.
_SETTING = frozenset(
    [
        "abbr",
        "b",
        "big",
        "br",
        "cite",
        "code",
        "em",
        "font",
        "hr",
        "i",
        "ins",
        "del",
        "kbd",
        "mark",
        "nobr",
        "q",
        "s",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "tt",
        "u",
        "wbr",
    ]
)
_BUILDING = frozenset(
    [
        "a",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figcaption",
        "figure",
        "footer",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "html",
        "iframe",
        "img",
        "li",
        "main",
        "ol",
        "p",
        "picture",
        "pre",
        "section",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "video",
    ]
)
_VOID = frozenset(("br", "hr", "img", "wbr"))
_LINES_OF_THEIR_OWN = frozenset(
    [
        "article",
        "blockquote",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "td",
        "th",
        "tr",
        "ul",
    ]
)
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]{0,11})(?:\s[^<>]*|/)?>")
# A text that speaks of a tag, or quotes it, does not use it.
_SPOKEN_OF = re.compile(
    r"(?:实体|實體|转义|轉義|标签|標籤|元素|代码|代碼|语法|語法|[tT]ags?\b|[eE]lements?\b|HTML|html)"
)
_NEAR = 8
_QUOTES = {"“": "”", "‘": "’", "「": "」", "『": "』", "《": "》", "`": "`", '"': '"', "'": "'", "（": "）", "(": ")"}

_CDATA = re.compile(r"\s*<!\[CDATA\[")
_CDATA_MARKS = re.compile(r"<!\[CDATA\[|\]\]>")
_ESCAPED = re.compile(r"&(?:amp;)*(?:lt|#0*60|#x0*3c);", re.IGNORECASE)
# Of a character reference the semicolon may be missing where digits enough make it one.
_ENTITY = re.compile(
    r"&(?:[a-zA-Z]{2,8}[0-9]{0,2};|#[0-9]{2,7};|#[xX][0-9a-fA-F]{2,6};|#[0-9]{4,7}|#[xX][0-9a-fA-F]{4,6}|nbsp(?![a-zA-Z=]))"
)
# Escaped twice, so that a page shows the entity. Those of < > & and " stay: they are what texts on markup show.
_TWICE = re.compile(
    r"&(?:amp;)+(?=(?:nbsp|[lr][ds]quo|[mn]dash|hellip|middot|e[nm]sp|thinsp|times|deg|bull|[lr]aquo|permil|copy|yen"
    r"|#[0-9]{2,7}|#[xX][0-9a-fA-F]{2,6});)"
)
_BREAK = re.compile(r"<(?:br|hr)\b[^<>]*>(?:[^\S\n]*\r?\n)?", re.IGNORECASE)
_DEEPEST = 3  # a body is escaped once by the feed, and once more by what keeps the feed


def is_page(text: str) -> bool:
    """Whether a text begins as a whole page does: then nothing else is looked for in it."""
    return _PAGE_START.match(text[:20_000]) is not None


def opened(text: str) -> str:
    """A text without the wrapping of a CDATA section, and unescaped where what was escaped is markup.

    >>> opened("&lt;p&gt;南岸村插秧。&lt;/p&gt;")
    '<p>南岸村插秧。</p>'
    >>> opened("水位 x &lt; 3 米")
    '水位 x &lt; 3 米'
    """
    if is_page(text):
        return text
    for _ in range(_DEEPEST):
        if _CDATA.match(text):
            text = _CDATA_MARKS.sub("", text)
        if not _ESCAPED.search(text) or form(text) != "text":
            break
        plainer = html.unescape(text)
        if form(plainer) == "text" and not _CDATA.match(plainer) and not _ESCAPED.search(plainer):
            break
        text = plainer
    return text


def form(text: str) -> Form:
    """What a decoded text is, judged by its content alone.

    html: a page, or a fragment with blocks, links or images; tagged: text in which tags only break lines or set words
    apart; text: neither, tags that it speaks of included.
    """
    if is_page(text):
        return "html"
    sample = text[:_SAMPLE]
    closed = len(_CLOSING.findall(sample))
    if closed >= 5 and closed * 600 > len(sample):
        return "html"
    return _fragment(sample) if "<" in sample else "text"


def _fragment(text: str) -> Form:
    found: Form = "text"
    opened_names: set[str] = set()
    for tag in _TAG.finditer(text):
        name = tag[2].lower()
        if (name not in _SETTING and name not in _BUILDING) or _is_spoken_of(text, tag.start(), tag.end()):
            continue
        if tag[1]:
            used = name in opened_names
        else:
            opened_names.add(name)
            used = name in _VOID or "=" in tag[0] or (name in _LINES_OF_THEIR_OWN and _begins_line(text, tag.start()))
        if used and name in _BUILDING:
            return "html"
        if used:
            found = "tagged"
    return found


def _is_spoken_of(text: str, start: int, end: int) -> bool:
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    if before and after and _QUOTES.get(before[-1]) == after[0]:
        return True
    return bool(_SPOKEN_OF.search(before) or _SPOKEN_OF.search(after))


def _begins_line(text: str, at: int) -> bool:
    """Whether a paragraph may begin there: at the start, after a sentence, a tag or a line break."""
    before = text[max(0, at - 3) : at].rstrip(" \t\u3000")
    return not before or before[-1] in "\n\r>。！？”」!?…"


def page_of(text: str) -> str:
    """A fragment as a page shows it: where no block makes its lines, the line breaks of the text are those meant."""
    if is_page(text) or any(tag[2].lower() in _LINES_OF_THEIR_OWN for tag in _TAG.finditer(text[:_SAMPLE])):
        return text
    return "<br>\n".join(text.splitlines())


def text_of(text: str) -> str:
    """A tagged text without its tags, a line for each that they break; blanks before a line only set it in.

    >>> text_of("南岸村插秧。<br>&nbsp;&nbsp;北岸村<b>育苗</b>。")
    '南岸村插秧。\\n北岸村育苗。'
    """
    text = _BREAK.sub("\n", text)
    plain = unescaped(_TAG.sub(lambda tag: "" if tag[2].lower() in _SETTING else tag[0], text))
    return "\n".join(line.lstrip() for line in plain.split("\n"))


def unescaped(text: str) -> str:
    """A text with its entities (``&nbsp;``, ``&ldquo;``) as the characters that they stand for, escaped once or more.

    >>> unescaped("&#26032;&#38395 R&D, &amp;ldquo;AT&T&amp;rdquo;")
    '新闻 R&D, “AT&T”'
    """
    if "&" not in text:
        return text
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), escaped_once(text))


def escaped_once(text: str) -> str:
    """Text or markup in which what was escaped twice is escaped once; what speaks of an entity shows it still.

    >>> escaped_once("&amp;ldquo;书香&amp;amp;rdquo;"), escaped_once("转义成&amp;nbsp;的空格")
    ('&ldquo;书香&rdquo;', '转义成&amp;nbsp;的空格')
    """
    if "&amp;" not in text:
        return text
    return _TWICE.sub(
        lambda escape: escape[0] if _is_spoken_of(text, escape.start(), text.find(";", escape.end()) + 1) else "&", text
    )
