"""The headline: the line of the page that its head declares, or that stands above the furniture and the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cleaners.characters import HAN_CHARACTER, letters_only
from cleaners.items import Head, Line
from cleaners.metadata.declared import DeclaredMetadata
from cleaners.metadata.names import is_organisation
from cleaners.metadata.site_suffix import SplitTitle, split_title, without_site
from cleaners.metadata.source import COLUMN
from cleaners.metadata.title_position import (
    FURNITURE,
    TITLE_CLASS,
    HeadlineSettings,
    PlacedHeadline,
    body_text,
    headline_by_position,
    setting,
    without_label,
)

_SHORTENED = re.compile(r"(?:\.{3}|…)$")
_LEADING = re.compile(r"\s*【(?P<title>[^【】]{4,40})】(?=\S)")
_CATEGORY = re.compile(r"[\[【][^\[\]【】]{2,6}[\]】]\s+(?P<rest>\S.{3,})")
_OF_ACCOUNT = re.compile(r"的(?:动态|動態|微博|主页|主頁|个人主页|空间|空間|头条|頭條)|^微博|微博正文|[_-]\s*微博$")
_DISPATCH = re.compile(r"^(?:.{0,40}?(?:[电電讯訊]|[）)])\s*)?[题題]\s*[:：]\s*(?P<rest>\S.{3,})$")
# Ends of names of publishers: a page whose title and first heading are one of these shows its logo.
_LOGO = re.compile(
    r"(?:[报報网網社台刊]|在线|在線|客户端|客戶端|频道|頻道|新闻|新聞|首页|首頁|正文|详情|詳情|内容|內容)$"
)
_LONGEST_LOGO = 6
_INFO_REACH = 8
_FURNITURE = 150
_LONGEST = 500
_SHORT = 4
"""Letters of a headline that is believed by agreement alone."""
_TOLD_BETTER = 0.4
"""How much more of the head's title than of the heading the text must tell, to prefer the head. On the reference pages
.2 to .6 change nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _DeclaredTitle:
    rule: str
    whole: str
    """As declared, without a label before it."""
    split: SplitTitle

    @property
    def headline(self) -> str:
        return self.split.headline


def headline(
    lines: Sequence[Line],
    texts: Sequence[int],
    head: Head,
    declared: DeclaredMetadata,
    publisher: str | None = None,
    settings: HeadlineSettings = HeadlineSettings(),
) -> PlacedHeadline:
    """Find the headline, by trust: the line that agrees with the head, the article's title in the head, the place."""
    sites = tuple(name for _, name in declared.sites) + ((publisher,) if publisher else ())
    said = [*declared.titles, ("head title", head.title)]
    told = f"{declared.columns.kind} title"
    titles = []
    for rule, text in said:
        whole = " ".join(without_label(text[:_LONGEST]).split())
        titles.append(_DeclaredTitle(rule=rule, whole=whole, split=split_title(whole, sites)))
    articles = [title for title in titles if _may_be_title(title.headline, sites)]
    named = [title for title in articles if title.rule != "head title"]
    own = articles[-1] if articles and articles[-1].rule == "head title" else None
    found = (
        _agreed(lines, articles, sites, settings)
        or _from_head(named)
        or (
            _from_head([own]) if own and not HAN_CHARACTER.search(own.whole) else None
        )  # other scripts: the head is surer
        or _in_brackets(lines, texts, head.title[:_LONGEST])
        or _placed(lines, texts, titles, own, settings)
        or _from_head([own] if own else [])
        or PlacedHeadline(text=declared.columns.title, rule=told if declared.columns.title else "")
    )
    return _bare(found, head.title)


def _bare(found: PlacedHeadline, title: str) -> PlacedHeadline:
    """Without the words that a forum (its category) or an agency (place and day of its dispatch) sets before it."""
    match = _DISPATCH.match(found.text or "")
    return _without_category(replace(found, text=match["rest"]) if match else found, title)


def _placed(
    lines: Sequence[Line],
    texts: Sequence[int],
    titles: Sequence[_DeclaredTitle],
    own: _DeclaredTitle | None,
    settings: HeadlineSettings,
) -> PlacedHeadline | None:
    """A short heading that the head agrees with, else the best line by its place or the head if told better."""
    placed = headline_by_position(lines, texts, settings)
    if placed and letters_only(placed.text or "") in {letters_only(title.whole) for title in titles} - {
        letters_only(own.whole) if own else ""
    }:
        placed = None  # the head says the same of the site, not of an article
    short = _short_heading(lines, titles)
    if short and not (placed and COLUMN.fullmatch(short.text or "")):
        return short
    if not own or not placed or not placed.text or letters_only(placed.text) in letters_only(own.whole):
        return placed
    body = body_text(lines, texts, 0)
    better = body.told(own.headline) >= body.told(placed.text) + _TOLD_BETTER
    return _from_head([own]) if better else placed


def _short_heading(lines: Sequence[Line], titles: Sequence[_DeclaredTitle]) -> PlacedHeadline | None:
    """A heading that is word for word what the head says without its site: 母亲, 《渡口》."""
    wanted = {begun for title in titles for begun in (letters_only(title.headline), title.split.beginning)} - {""}
    for index, line in enumerate(lines):
        called = line.heading or any(TITLE_CLASS.search(step) for step in line.ancestors[-2:])
        if not called and not any(FURNITURE.search(below.text[:_FURNITURE]) for below in lines[index + 1 : index + 2]):
            continue
        text = without_label(line.text)
        if letters_only(text) in wanted and line.link_share < 0.5 and not _LOGO.search(text):
            return PlacedHeadline(text=text, lines=(index,), rule="short heading agrees with head")
    return None


def _without_category(found: PlacedHeadline, title: str) -> PlacedHeadline:
    """A forum sets the category before the subject, [民生] 小城…; the page's title begins with the subject."""
    match = _CATEGORY.match(found.text or "")
    if not match or not letters_only(title).startswith(letters_only(match["rest"])):
        return found
    return replace(found, text=match["rest"])


def _in_brackets(lines: Sequence[Line], texts: Sequence[int], title: str) -> PlacedHeadline | None:
    """The headline that a post sets in brackets at the head of its text, where the page's title is the account's."""
    match = _LEADING.match(lines[texts[0]].text) if texts and _OF_ACCOUNT.search(title) else None
    if not match or re.search(r"记者|記者|报道|報道|[讯訊电電]$", match["title"]):
        return None
    return PlacedHeadline(text=match["title"].strip(), rule="brackets before the text")


def _may_be_title(text: str, sites: Sequence[str]) -> bool:
    """Whether a declared title speaks of an article, not of the site."""
    size = len(letters_only(text))
    if size <= _LONGEST_LOGO and _LOGO.search(text):
        return False
    return (
        size >= 4 and letters_only(text) not in map(letters_only, sites) and not (size <= 12 and is_organisation(text))
    )


def _agreement(line: Line, line_key: str, keys: Sequence[str], settings: HeadlineSettings) -> float:
    """0..1: how well a line is one of the declared titles; short lines must be headings to be the beginning of one."""
    best = 0.0
    size = len(line_key)
    for whole in keys:
        if line_key == whole:
            return 1.0
        if whole.startswith(line_key) and (size >= 8 or line.heading):
            best = settings.beginning
        elif size >= 8 and line_key in whole:
            best = max(best, settings.inside)
    return best


def _agreed(
    lines: Sequence[Line], titles: Sequence[_DeclaredTitle], sites: Sequence[str], settings: HeadlineSettings
) -> PlacedHeadline | None:
    bare = [letters_only(title.headline) for title in titles]  # a short headline is no more than that
    keys = [letters_only(title.whole) for title in titles]
    furniture = frozenset().union(*(title.split.furniture for title in titles)).difference(bare)
    joined = " ".join(title.whole for title in titles)
    best, place = settings.least, -1
    for index, line in enumerate(lines):
        if not 2 <= len(line.text) <= 150 or not _may_agree(line.text, joined):
            continue
        line_key = letters_only(without_label(line.text))
        if len(line_key) < _SHORT or line_key in furniture:
            continue
        if agreement := _agreement(line, line_key, [*bare, *keys], settings):
            score = settings.agreement * agreement + setting(line, settings)
            score += settings.furniture * _furniture_below(lines, index)
            if score > best + 1e-9:
                best, place = score, index
    return _extended(lines, place, titles, sites) if place >= 0 else None


def _may_agree(text: str, joined: str) -> bool:
    """A cheap look before the exact comparison: three neighbours near the line's beginning stand in the head too."""
    return text[:3] in joined or text[3:6] in joined or text[6:9] in joined


def _furniture_below(lines: Sequence[Line], index: int) -> bool:
    return any(len(x.text) < 150 and FURNITURE.search(x.text) for x in lines[index + 1 : index + 1 + _INFO_REACH])


def _extended(
    lines: Sequence[Line], place: int, titles: Sequence[_DeclaredTitle], sites: Sequence[str]
) -> PlacedHeadline:
    """Headlines broken over several lines: as far as the head's title goes along; shortened ones in full."""
    text = without_label(lines[place].text)
    used = [place]
    for follow in range(place + 1, min(place + 4, len(lines))):
        longer = letters_only(text + lines[follow].text)
        if len(longer) == len(letters_only(text)) or not any(
            letters_only(title.whole).startswith(longer) for title in titles
        ):
            break
        glue = "" if lines[follow].text.startswith("—") else " "
        text = f"{text}{glue}{lines[follow].text}"
        used.append(follow)
    begun = letters_only(text)
    if _SHORTENED.search(text):
        named = (
            title.whole
            for title in titles
            if title.rule != "head title" and letters_only(title.whole).startswith(begun)
        )
        text = next(named, text)
    if any(title.rule == "head title" and letters_only(title.whole) == begun for title in titles):
        text = without_site(text, sites)  # the page shows the head's title as it is
    return PlacedHeadline(text=text, lines=tuple(used), rule="line agrees with head")


def _from_head(titles: Sequence[_DeclaredTitle]) -> PlacedHeadline | None:
    return PlacedHeadline(text=titles[0].headline, rule=titles[0].rule) if titles else None
