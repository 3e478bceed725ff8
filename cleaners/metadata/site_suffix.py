"""A declared title without the names of columns and of the site that its template sets around the headline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.characters import letters_only
from cleaners.metadata.names import is_organisation

_SURE = r"(?:(?<!\s)\s+)?(?:[_|｜]+\s*|[-–—－]{2,8}\s+|-{2,}\s*|[«»‹›]+\s*|:{2,}\s*)"
_SPACED = r"(?<!\s)\s+[-–—－·•丨@/\\<>~＞]{1,2}\s+"
# A hyphen between two words of letters or digits belongs to them: C919-X, 3-2.
_GLUED = r"(?<=[^\s\-A-Za-z0-9])[-－](?=[^\s\-－])|(?<=[^\s\-－])[-－](?=[^\s\-A-Za-z0-9])"
_SEPARATOR = re.compile(rf"(?P<sure>{_SURE})|(?P<spaced>{_SPACED})|(?P<glued>{_GLUED}|——(?=[^—]{{2,14}}$))")
_SITE_WORD = re.compile(
    r"网|網|频道|頻道|新闻中心|新聞中心|门户|官方|首页|首頁|\.com|\.cn|\.net|\.org|资讯|資訊|News|部落格|博客",
    re.IGNORECASE,
)
_PRESS = re.compile(
    r"\S{2,8}(?:网|網|在线|在線|[日晚晨早时時商]报|[日晚晨早时時商]報|周刊|週刊|电视台|電視台|客户端|论坛|論壇|博客)"
)
_LONGEST_SUFFIX = 40
_LONGEST_COLUMN = 8
_SHORTEST = 6
"""Characters of a headline before a separator that alone is no proof."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTitle:
    """A declared title, taken apart."""

    headline: str
    """The article's part, as it stands."""
    beginning: str
    """Key of its first part, before any separator."""
    furniture: frozenset[str]
    """Keys of the parts that name columns and the site."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _TitlePart:
    start: int
    end: int
    text: str
    kind: str
    """The kind of the separator before it: sure, spaced, glued; empty for the first part."""
    mark: str
    """That separator."""


def without_site(text: str, names: Sequence[str] = ()) -> str:
    """A declared title without the names of columns and of the site.

    >>> without_site("小城建成新图书馆_要闻_某某新闻网")
    '小城建成新图书馆'
    """
    return split_title(text, names).headline


def split_title(text: str, names: Sequence[str] = ()) -> SplitTitle:
    """Part headline and furniture of a declared title; ``names``: what the site calls itself elsewhere.

    >>> sorted(split_title("小城建成新图书馆 « 小城记", ["小城记 - 身边事"]).furniture)
    ['小城记']
    """
    parts = _parts(text)
    known = frozenset(filter(None, (letters_only(part.text) for name in names for part in _parts(name)))) | set(
        map(letters_only, names)
    )
    named = [_is_named(part, known) for part in parts]
    first = 0
    if len(parts) > 1 and letters_only(parts[0].text) in known:
        first = 1  # the site stands before the headline
    elif (
        len(parts) == 2 and parts[1].kind != "glued" and _PRESS.fullmatch(parts[0].text) and not _is_site(parts[1].text)
    ):
        first = 1
    last = _cut(text, parts, named, first)
    headline = text[parts[first].start : parts[last].end].strip(" _-|｜—«»‹›")
    around = (*parts[:first], *parts[last + 1 :])
    furniture = frozenset(filter(None, (letters_only(part.text) for part in around)))
    return SplitTitle(headline=headline, beginning=letters_only(parts[first].text), furniture=furniture)


def _parts(text: str) -> list[_TitlePart]:
    found, start, kind, mark = [], 0, "", ""
    for match in _SEPARATOR.finditer(text):
        found.append(_TitlePart(start=start, end=match.start(), text=text[start : match.start()], kind=kind, mark=mark))
        start, kind, mark = match.end(), match.lastgroup or "", match.group().strip()
    found.append(_TitlePart(start=start, end=len(text), text=text[start:], kind=kind, mark=mark))
    return found


def _is_named(part: _TitlePart, known: frozenset[str]) -> bool:
    """Whether a part is a name that the site gives itself elsewhere, also with an addition: 小城记官网."""
    name = letters_only(part.text)
    return name in known or any(len(one) > 1 and name.startswith(one) and len(name) <= len(one) + 8 for one in known)


def _is_site(text: str) -> bool:
    return len(text) <= _LONGEST_SUFFIX and bool(is_organisation(text.strip()) or _SITE_WORD.search(text))


def _cut(text: str, parts: Sequence[_TitlePart], named: Sequence[bool], first: int) -> int:
    """The last part of the headline: before the site, before the columns set off as the site is."""
    last = len(parts) - 1
    site = ""
    while last > first:
        part, rest = parts[last], text[parts[first].start : parts[last - 1].end].strip()
        short = len(part.text) <= _LONGEST_COLUMN
        of_site = short and any(named[i] or _is_site(parts[i].text) for i in range(first + 1, last))
        column = short and part.mark == site and len(part.text) < len(rest)
        if named[last]:
            least = 1
        elif _is_site(part.text):
            least = _SHORTEST if site or part.kind == "glued" else 1
        elif of_site or column or part.mark in ("_", "--") or (part.kind == "sure" and len(part.text) < len(rest)):
            least = _SHORTEST
        elif part.text.strip():
            break
        else:
            least = 0
        if len(rest) < least or len(part.text) > _LONGEST_SUFFIX:
            break
        site = site or (part.mark if least != 0 else "")
        last -= 1
    return last
