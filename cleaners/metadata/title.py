"""The headline: the line of the page that its head declares, or that stands above the furniture and the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from cleaners.items import Head, Line
from cleaners.metadata import placement
from cleaners.metadata.declared import Declared
from cleaners.metadata.names import is_organisation
from cleaners.metadata.placement import FURNITURE, TITLE_CLASS, Headline, key, without_label

_FOREIGN_PLACE = re.compile(
    r"(?:^|[#.\s_-])(?:nav|menu|crumb|breadcrumb|location|position|footer|foot|aside|sidebar|related?|recommend|"
    r"hot|rank|list|comment|copyright|pager?)"
)
_SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s*-{2,}\s*|\s+[-–—·丨]\s+|-(?=[^-]{2,20}$)|\s*——(?=[^—]{2,14}$)")
_SITE_WORD = re.compile(r"网|網|频道|頻道|新闻中心|门户|官方|首页|\.com|\.cn|\.net|资讯|News", re.IGNORECASE)
_HAN = re.compile("[\u4e00-\u9fff]")
_SHORTENED = re.compile(r"\s*(?:\.{3,}|…+)$")
_LEADING = re.compile(r"\s*【(?P<title>[^【】]{4,40})】(?=\S)")
_CATEGORY = re.compile(r"[\[【][^\[\]【】]{2,6}[\]】]\s+(?P<rest>\S.{3,})")
_OF_ACCOUNT = re.compile(r"的(?:动态|動態|微博|主页|主頁|个人主页|空间|空間|头条|頭條)|^微博|微博正文|[_-]\s*微博$")
_REACH = 8
_AGREED = 3.0
_LONGEST = 500


def headline(
    lines: Sequence[Line], texts: Sequence[int], head: Head, declared: Declared, publisher: str | None = None
) -> Headline:
    """Find the headline, by trust: the line that agrees with the head, the article's title in the head, the place."""
    title = head.title[:_LONGEST]
    sites = tuple(name for _, name in declared.sites) + ((publisher,) if publisher else ())
    named = [(rule, text) for rule, text in declared.titles if _may_be_title(text, sites)]
    whole = [("head title", title)] if _may_be_title(without_site(title, sites), sites) else []
    found = (
        _agreed(lines, [*named, *whole], sites)
        or _from_head(named, sites)
        or (_from_head(whole, sites) if not _HAN.search(title) else None)  # other scripts: the head is surer
        or _in_brackets(lines, texts, title)
        or placement.placed(lines, texts)
        or _from_head(whole, sites)
        or Headline(text=declared.columns.title, rule="column title" if declared.columns.title else "")
    )
    return _without_category(found, title)


def _without_category(found: Headline, title: str) -> Headline:
    """A forum sets the category before the subject, [民生] 小城…; the page's title begins with the subject."""
    match = _CATEGORY.match(found.text or "")
    if not match or not key(title).startswith(key(match["rest"])):
        return found
    return replace(found, text=match["rest"])


def _in_brackets(lines: Sequence[Line], texts: Sequence[int], title: str) -> Headline | None:
    """The headline that a post sets in brackets at the head of its text, where the page's title is the account's."""
    match = _LEADING.match(lines[texts[0]].text) if texts and _OF_ACCOUNT.search(title) else None
    if not match or re.search(r"记者|記者|报道|報道|[讯訊电電]$", match["title"]):
        return None
    return Headline(text=match["title"].strip(), rule="brackets before the text")


def _may_be_title(text: str, sites: Sequence[str]) -> bool:
    """Whether a declared title speaks of an article, not of the site."""
    size = len(key(text))
    return size >= 4 and key(text) not in map(key, sites) and not (size <= 12 and is_organisation(text))


def _agreement(line: Line, line_key: str, keys: Sequence[str]) -> float:
    """0..1: how well a line is one of the declared titles; short lines must be headings to be the beginning of one."""
    best = 0.0
    size = len(line_key)
    for whole in keys:
        if line_key == whole:
            return 1.0
        if whole.startswith(line_key) and (size >= 8 or line.heading):
            best = 0.9
        elif size >= 8 and line_key in whole:
            best = max(best, 0.7)
    return best


def _agreed(lines: Sequence[Line], wanted: Sequence[tuple[str, str]], sites: Sequence[str]) -> Headline | None:
    keys = [key(text) for _, text in wanted]
    bare = [key(without_site(text, sites)) for _, text in wanted]  # a short headline is no more than that
    joined = " ".join(text for _, text in wanted)
    best, place = _AGREED, -1
    for index, line in enumerate(lines):
        if not 2 <= len(line.text) <= 150 or not _may_agree(line.text, joined):
            continue
        line_key = key(without_label(line.text))
        agreement = _agreement(line, line_key, [*bare, *keys]) if len(line_key) >= 4 else 0.0
        if agreement:
            score = 4 * agreement + min(len(line_key), 20) / 20 + _setting(lines, index)
            if score > best + 1e-9:
                best, place = score, index
    return _extended(lines, place, wanted, keys, sites) if place >= 0 else None


def _may_agree(text: str, joined: str) -> bool:
    """A cheap look before the exact comparison: three neighbours near the line's beginning stand in the head too."""
    return text[:3] in joined or text[3:6] in joined or text[6:9] in joined


def _setting(lines: Sequence[Line], index: int) -> float:
    """How much the place of a line is that of a headline: heading, class, no link, furniture below."""
    line = lines[index]
    score = {1: 2.0, 2: 1.2, 3: 0.8}.get(line.heading, 0.0)
    near = line.ancestors[-3:]
    if any(TITLE_CLASS.search(step) for step in near[-2:]):
        score += 0.8
    if any(_FOREIGN_PLACE.search(step) for step in near):
        score -= 1.0
    if line.link_share > 0.8:
        score -= 1.5
    if _furniture_below(lines, index):
        score += 1.5
    return score


def _furniture_below(lines: Sequence[Line], index: int) -> bool:
    return any(len(x.text) < 150 and FURNITURE.search(x.text) for x in lines[index + 1 : index + 1 + _REACH])


def _extended(
    lines: Sequence[Line], place: int, wanted: Sequence[tuple[str, str]], keys: Sequence[str], sites: Sequence[str]
) -> Headline:
    """Headlines broken over several lines: as far as the head's title goes along; shortened ones in full."""
    text = without_label(lines[place].text)
    used = [place]
    for follow in range(place + 1, min(place + 4, len(lines))):
        longer = key(text + lines[follow].text)
        if len(longer) == len(key(text)) or not any(whole.startswith(longer) for whole in keys):
            break
        glue = "" if lines[follow].text.startswith("—") else " "
        text = f"{text}{glue}{lines[follow].text}"
        used.append(follow)
    begun = key(text)
    if _SHORTENED.search(text):
        named = (t for (rule, t), k in zip(wanted, keys, strict=True) if rule != "head title" and k.startswith(begun))
        text = next(named, text)
    if any(rule == "head title" and k == begun for (rule, _), k in zip(wanted, keys, strict=True)):
        text = without_site(text, sites)
    return Headline(text=text, lines=tuple(used), rule="line agrees with head")


def _from_head(wanted: Sequence[tuple[str, str]], sites: Sequence[str]) -> Headline | None:
    for rule, text in wanted:
        found = without_site(" ".join(text.split()), sites)
        if _may_be_title(found, sites):
            return Headline(text=found, rule=rule)
    return None


def without_site(text: str, names: Sequence[str] = ()) -> str:
    """A declared title without the names of columns and of the site at its end.

    >>> without_site("小城建成新图书馆_要闻_某某新闻网")
    '小城建成新图书馆'
    """
    cuts = [(m.start(), m.end()) for m in _SEPARATOR.finditer(text)]
    known = {key(name) for name in names}
    end = len(text)
    for start, after in reversed(cuts):
        last = text[after:end].strip()
        sure = text[start:after].strip() in ("_", "|", "｜", "--") or key(last) in known
        if start >= 6 and (sure or is_organisation(last) or _SITE_WORD.search(last)) and len(last) <= 40:
            end = start
        else:
            break
    return text[:end].strip(" _-|｜—")
