"""An article that a page holds only as data for its scripts: JSON assigned to a variable, ``JSON.parse``, JSON-LD.

Nothing is evaluated: values are decoded where they begin, by :mod:`json`, and the longest article among the strings is
taken. What is found is written as a small page, so that all that follows reads it like any other.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any
from urllib.parse import unquote

from cleaners.characters import HAN_CHARACTER

_VALUE = re.compile(r"(?:^|[=(,:]|return)\s*(?=[{\[])")
_PARSED = re.compile(r"JSON\.parse\(\s*(?:decodeURIComponent\(\s*)?(?=\")")
# Keys without quotes are no JSON, their values mostly are.
_LITERAL = re.compile(r"[\"']?(?:content|body|articleBody|html|text|detail)\w*[\"']?\s*:\s*(?=\")", re.IGNORECASE)
_TAG = re.compile(r"<[a-zA-Z/!][^<>]{0,2000}>")
_PARAGRAPHS = re.compile(r"<(?:p|br|div|section)\b", re.IGNORECASE)
_SENTENCES = re.compile(r"[。！？!?][”」』]?|[，；：、]")
_BREAKS = re.compile(r"[\r\n\u2028]+|(?<=[。！？”」])\u3000{2}")
_TEXTS = ("text", "content", "html", "value", "p")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "title": ("title", "headline", "newstitle", "articletitle", "doctitle"),
    "published": (
        *("publishtime", "publishdate", "publishedat", "publish", "pubtime", "pubdate", "datepublished", "releasetime"),
        *("releasedate", "issuetime", "showtime", "createtime", "createdat", "ctime"),
    ),
    "source": ("source", "sourcename", "origin", "originname", "medianame", "copyfrom"),
    "author": ("author", "authorname", "authors", "reporter", "writer", "editorname"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptDataLimits:
    """How much of a page's data is looked at."""

    characters: int = 2_000_000
    """Of one script."""
    attempts: int = 24
    """Places in one script where a value may begin."""
    values: int = 200_000
    """Values in all that was decoded."""
    marks: int = 8
    """Sentence marks that an article has at least ..."""
    letters: int = 100
    """... and Chinese characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptText:
    """An article as the data tell it."""

    marks: int
    """Sentence marks of its body."""
    markup: str
    """The body as HTML."""
    fields: Mapping[str, str]
    """``title``, ``published``, ``source``, ``author``, where the data beside the body name them."""

    def page(self) -> str:
        """A page that shows it: headline, a line with date, source and author, the body."""
        shown = {name: html.escape(value) for name, value in self.fields.items()}
        line = [shown.get("published", "")]
        line += [f"{label}：{shown[name]}" for name, label in (("source", "来源"), ("author", "作者")) if name in shown]
        head = f"<h1>{shown['title']}</h1>" if "title" in shown else ""
        return f"<html><body>{head}<p>{' '.join(filter(None, line))}</p><div>{self.markup}</div></body></html>"


def find(tree: Any, title: str, limits: ScriptDataLimits = ScriptDataLimits()) -> ScriptText | None:
    """The article in the data of a page's scripts, None where there is none; ``title`` is the page's own."""
    best, most = None, 0
    for value, fields in islice(_values(tree, limits), limits.values):
        if (told := _told(value, fields, limits)) is None:
            continue
        named = told.fields.get("title", "")
        worth = told.marks * (4 if len(named) >= 4 and named in title else 1)
        if worth > most:
            best, most = told, worth
    return best


def _values(tree: Any, limits: ScriptDataLimits) -> Iterator[tuple[Any, tuple[dict[str, Any], ...]]]:
    """Every string and list in the data, with the objects around it, innermost first."""
    for script in tree.iter("script"):
        text = script.text or ""
        if len(text) < limits.letters or len(text) > limits.characters:
            continue
        stack: list[tuple[Any, tuple[dict[str, Any], ...], int]] = [(v, (), 0) for v in _decoded(text, limits)]
        while stack:
            value, around, depth = stack.pop()
            if isinstance(value, str) and depth < 3 and value[:1] in "{[" and len(value) > limits.letters:
                stack.extend((inner, around, depth + 1) for inner in _whole(value))
            elif isinstance(value, dict):
                own = (value, *around[:2])
                stack.extend((inner, own, depth) for inner in value.values())
            elif isinstance(value, list):
                yield value, around
                stack.extend((inner, around, depth) for inner in value)
            elif isinstance(value, str):
                yield value, around


def _whole(text: str) -> list[Any]:
    try:
        return [json.loads(text)]
    except (ValueError, RecursionError):
        return []


def _decoded(text: str, limits: ScriptDataLimits) -> Iterator[Any]:
    """The values that can be decoded somewhere in a script, objects before the strings of what is no JSON."""
    decoder, end, found = json.JSONDecoder(strict=False), 0, False
    for match in islice(_VALUE.finditer(text), limits.attempts):
        if match.end() < end:
            continue
        try:
            value, end = decoder.raw_decode(text, match.end())
        except (ValueError, RecursionError):
            continue
        found = found or end - match.end() > limits.letters
        yield value
    for match in islice(_PARSED.finditer(text), limits.attempts):
        yield from (unquote(inner) if inner.startswith("%") else inner for inner in _literal(text, match.end()))
    if not found:
        for match in islice(_LITERAL.finditer(text), limits.attempts):
            yield from _literal(text, match.end())


def _literal(text: str, at: int) -> list[str]:
    """The string literal that begins at a quotation mark."""
    try:
        return [json.JSONDecoder(strict=False).raw_decode(text, at)[0]]
    except ValueError:
        return []


def _told(value: Any, around: tuple[dict[str, Any], ...], limits: ScriptDataLimits) -> ScriptText | None:
    markup = _markup(value) if isinstance(value, str) else "".join(_markup(part) for part in _parts(value))
    shown = _TAG.sub("", markup)
    marks = len(_SENTENCES.findall(shown))
    if marks < limits.marks or len(HAN_CHARACTER.findall(shown)) < limits.letters:
        return None
    fields = {name: found for name, keys in _FIELDS.items() if (found := _field(around, keys))}
    return ScriptText(marks=marks, markup=markup, fields=fields)


def _parts(values: list[Any]) -> list[str]:
    """The paragraphs of a body that is a list: of strings, or of objects with one text each."""
    texts = [
        value if isinstance(value, str) else next((value[k] for k in _TEXTS if isinstance(value.get(k), str)), "")
        for value in values
        if isinstance(value, str | dict)
    ]
    return [text for text in texts if text]


def _markup(text: str) -> str:
    """A body as HTML: as it is, unescaped once more, or plain text in paragraphs."""
    if "&lt;" in text and not _PARAGRAPHS.search(text):
        text = html.unescape(text)
    if _PARAGRAPHS.search(text):
        return text
    lines = (html.escape(html.unescape(_TAG.sub("", line)).strip()) for line in _BREAKS.split(text))
    return "".join(f"<p>{line}</p>" for line in lines if line)


def _field(around: tuple[dict[str, Any], ...], keys: tuple[str, ...]) -> str | None:
    """The value of the innermost object that has one of the keys."""
    for owner in around:
        plain = {str(key).lower().replace("_", "").replace("-", ""): value for key, value in owner.items()}
        for key in keys:
            if found := _said(plain.get(key), moment="time" in key or "date" in key or "publish" in key):
                return found
    return None


def _said(value: Any, *, moment: bool) -> str | None:
    """A field as a line shows it; a number is seconds or milliseconds since 1970, where it can be a ``moment``."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("name")
    if moment and isinstance(value, int | float) and 3e8 < value < 4e12:
        return datetime.fromtimestamp(value / (1000 if value > 1e11 else 1), UTC).isoformat()
    if not isinstance(value, str):
        return None
    return " ".join(_TAG.sub("", value).split())[:300] or None
