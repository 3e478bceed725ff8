"""The headline: the line of the page that its head declares, or that stands above the furniture and the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.items import Head, Line
from cleaners.metadata.declared import Declared
from cleaners.metadata.names import is_organisation

_NOT_WORD = re.compile(r"[\W_]+")
_FURNITURE = re.compile(
    r"(?:19|20)\d\d\s?[-年/.]\s?[01]?\d\s?[-月/.]|来\s{0,4}源|來源|来自|來自|作\s{0,4}者|发布|發[布佈]|時間|时\s{0,4}间|日期|编辑|編輯|^[□■●◎]|记者|記者|通讯员|出处|稿源"
)
_INTERFACE = re.compile(
    r"当前位置|當前位置|您的位置|所在位置|首页|首頁|登录|登錄|注册|字号|字體|字体|分享|责任编辑|打印|收藏|返回|上一[篇页]|下一[篇页]|相关阅读|"
    r"推荐阅读|正在阅读|版权所有|设为|搜索|客户端|关注我们|扫一扫|更多|订阅"
)
_TITLE_CLASS = re.compile(r"(?:^|[#.\s_-])(?:[a-z]*title|headline|tit|bt|biaoti|art_?tit|h1)(?:$|[.\s_-])|title")
_FOREIGN_PLACE = re.compile(
    r"(?:^|[#.\s_-])(?:nav|menu|crumb|breadcrumb|location|position|footer|foot|aside|sidebar|related?|recommend|hot|rank|list|comment|copyright|pager?)"
)
_PREFIX = re.compile(r"^(?:正在阅读|您正在阅读|标题|题目|文章标题|新闻标题|標題)\s*[:：]\s*|^[•·●▪◆■★>»]\s*")
_SEPARATOR = re.compile(r"\s*[_|｜]+\s*|\s*-{2,}\s*|\s+[-–—·丨]\s+|-(?=[^-]{2,20}$)|\s*——(?=[^—]{2,14}$)")
_SITE_WORD = re.compile(r"网|網|频道|頻道|新闻中心|门户|官方|首页|\.com|\.cn|\.net|资讯|News", re.IGNORECASE)
_SENTENCE_END = re.compile("[。；，、：;,]$")
_SHORTENED = re.compile(r"\s*(?:\.{3,}|…+)$")
_REACH = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """The headline that was found."""

    text: str | None = None
    """As it stands on the page or in the head."""
    lines: tuple[int, ...] = ()
    """The lines it stands on, in order; empty where only the head names it."""
    rule: str = ""
    """What found it."""


def key(text: str) -> str:
    """Letters, digits and CJK only: equal for two ways to set one headline."""
    return _NOT_WORD.sub("", text).lower()


def headline(lines: Sequence[Line], head: Head, declared: Declared, publisher: str | None = None) -> Headline:
    """Find the headline: a line that agrees with the head, else the line above furniture and text, else the head's."""
    wanted = [(rule, text) for rule, text in declared.titles if len(key(text)) >= 2]
    if head.title:
        wanted.append(("head title", head.title))
    names = tuple(name for _, name in declared.sites) + ((publisher,) if publisher else ())
    return (
        _agreed(lines, wanted)
        or _placed(lines)
        or _from_head(declared, head, names)
        or Headline()
    )


def _agreement(text: str, line_key: str, wanted: Sequence[tuple[str, str]], keys: Sequence[str]) -> float:
    """0..1: how well a line is one of the declared titles."""
    best = 0.0
    size = len(line_key)
    for (rule, _), whole in zip(wanted, keys, strict=True):
        if line_key == whole:
            best = max(best, 1.0 if rule != "head title" or size >= 8 else 0.9)
        elif whole.startswith(line_key) and (size >= 8 or size * 2 >= len(whole)):
            best = max(best, 0.9)
        elif size >= 8 and line_key in whole:
            best = max(best, 0.7)
        elif _SHORTENED.search(text) and size >= 8 and whole.startswith(line_key):
            best = max(best, 0.8)
    return best


def _agreed(lines: Sequence[Line], wanted: Sequence[tuple[str, str]]) -> Headline | None:
    keys = [key(text) for _, text in wanted]
    best, place = 0.0, -1
    for index, line in enumerate(lines):
        text = _PREFIX.sub("", line.text)
        if not 2 <= len(text) <= 150:
            continue
        line_key = key(text)
        if len(line_key) < 4 or not any(line_key[:4] in whole for whole in keys):
            continue
        agreement = _agreement(text, line_key, wanted, keys)
        if not agreement:
            continue
        score = 4 * agreement + min(len(line_key), 20) / 20 + _setting(lines, index)
        if score > best + 1e-9:
            best, place = score, index
    if place < 0 or best < 3:
        return None
    return _extended(lines, place, wanted, keys)


def _setting(lines: Sequence[Line], index: int) -> float:
    """How much the place of a line is that of a headline: heading, class, no link, furniture below."""
    line = lines[index]
    score = {1: 2.0, 2: 1.2, 3: 0.8}.get(line.heading, 0.0)
    near = line.ancestors[-3:]
    if any(_TITLE_CLASS.search(step) for step in near[-2:]):
        score += 0.8
    if any(_FOREIGN_PLACE.search(step) for step in near):
        score -= 1.0
    if line.link_share > 0.8:
        score -= 1.5
    if _furniture_below(lines, index):
        score += 1.5
    return score


def _furniture_below(lines: Sequence[Line], index: int) -> bool:
    return any(len(x.text) < 150 and _FURNITURE.search(x.text) for x in lines[index + 1 : index + 1 + _REACH])


def _extended(lines: Sequence[Line], place: int, wanted: Sequence[tuple[str, str]], keys: Sequence[str]) -> Headline:
    """Headlines broken over several lines: as far as the head's title goes along."""
    text = _PREFIX.sub("", lines[place].text)
    used = [place]
    for follow in range(place + 1, min(place + 4, len(lines))):
        longer = key(text + lines[follow].text)
        if len(longer) == len(key(text)) or not any(whole.startswith(longer) for whole in keys):
            break
        glue = "" if lines[follow].text.startswith("—") else " "
        text = f"{text}{glue}{lines[follow].text}"
        used.append(follow)
    if _SHORTENED.search(text):
        begun = key(text)
        text = next((t for (rule, t), k in zip(wanted, keys, strict=True) if rule != "head title" and k.startswith(begun)), text)
    return Headline(text=text, lines=tuple(used), rule="line agrees with head")


def _placed(lines: Sequence[Line]) -> Headline | None:
    """Without a head to agree with: the best line above the first furniture that a text follows."""
    count = Counter(key(line.text) for line in lines)
    for index, line in enumerate(lines):
        if len(line.text) < 150 and _FURNITURE.search(line.text) and _text_below(lines, index):
            found = _best_above(lines, index, count)
            if found is not None:
                return Headline(text=_PREFIX.sub("", lines[found].text), lines=(found,), rule="line above furniture")
    first = next((i for i, line in enumerate(lines) if _is_paragraph(line)), None)
    found = _best_above(lines, first, count) if first else None
    if found is None:
        return None
    return Headline(text=_PREFIX.sub("", lines[found].text), lines=(found,), rule="line above text")


def _is_paragraph(line: Line) -> bool:
    return len(line.text) >= 50 and line.punctuation >= 2 and line.link_share < 0.4


def _text_below(lines: Sequence[Line], index: int) -> bool:
    return any(_is_paragraph(line) for line in lines[index + 1 : index + 16])


def _best_above(lines: Sequence[Line], index: int, count: Counter[str]) -> int | None:
    best, place = 0.0, None
    for above in range(index - 1, max(-1, index - 7), -1):
        score = _likeness(lines[above], count) - 0.3 * (index - above)
        if score > best:
            best, place = score, above
    return place


def _likeness(line: Line, count: Counter[str]) -> float:
    """How much a line reads like a headline."""
    text = line.text
    size = len(key(text))
    if size < 4 or len(text) > 90 or _INTERFACE.search(text) or _FURNITURE.search(text) and size < 16:
        return 0.0
    score = 1.0 + min(size, 16) / 16 + {1: 2.0, 2: 1.0, 3: 0.5}.get(line.heading, 0.0)
    if _SENTENCE_END.search(text):
        score -= 1.5
    if line.link_share > 0.8:
        score -= 1.0
    if text.startswith("—"):
        score -= 1.0
    if any(_TITLE_CLASS.search(step) for step in line.ancestors[-2:]):
        score += 0.8
    if size >= 8 and count[key(text)] > 1:
        score += 0.7
    return score


def _from_head(declared: Declared, head: Head, names: tuple[str, ...]) -> Headline | None:
    for rule, text in (*declared.titles, ("head title", head.title)):
        found = without_site(" ".join(text.split()), names)
        if found and key(found) not in {key(name) for name in names}:
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
