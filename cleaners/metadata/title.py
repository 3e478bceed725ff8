"""The headline: the line of the page that its head declares, or that stands above the furniture and the text."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from cleaners.items import Head, Line
from cleaners.metadata.declared import DeclaredMetadata
from cleaners.metadata.names import is_organisation

# The headline by its place: above the furniture, above the text, told in the words the text uses.

_NOT_WORD = re.compile(r"[\W_]+")
FURNITURE = re.compile(
    r"(?:19|20)\d\d\s?[-年/.]\s?[01]?\d\s?[-月/.]\s?[0-3]?\d|(?:来\s{0,4}源|來\s{0,4}源|来自|來自|作\s{0,4}者|"
    r"日\s{0,4}期|[时時]\s{0,4}[间間]|发布|發[布佈]|"
    r"编\s?辑|編\s?輯|责编|出处|出處|稿源|文)\s*[:：/丨]|^[□■●◎]|记者\s|記者\s|通讯员\s"
)
"""What furniture lines hold, in both scripts: a full date, a label, the marks of a byline."""
TITLE_CLASS = re.compile(r"(?:^|[#.\s_-])(?:tit|bt|biaoti|h1)(?:$|[.\s_-])|title|headline")
"""Class names that sites give to headlines."""
_DATE = re.compile(r"(?:19|20)\d\d\s?[-年/.]\s?[01]?\d\s?[-月/.]\s?[0-3]?\d")
_LABELLED = re.compile(r"(?:来\s?源|來\s?源|作\s?者|编\s?辑|編\s?輯|责编|稿源|出处|出處)\s?[:：]")
_CLOCKED = re.compile(r"(?<!\d)[01]?\d(?:月|-)[0-3]?\d日?\s[0-2]?\d:[0-5]\d")  # a date without its year
# The line above a post: 某城发布 24-8-4 10:05 发布于 江苏 来自 网页版
_POSTED = re.compile(
    r"\d{1,2}:[0-5]\d(?!\d)\s?(?:[发發][布表][于於在]|[来來]自)|(?:[发發][布表][于於]|[来來]自)[^，。]{0,8}\d{1,2}:[0-5]\d"
)
_INTERFACE = re.compile(
    r"[当當]前的?位置|您(?:[现現]在)?的位置|所在的?位置|字[号號]|字[体體]|责任编辑|責任編輯|上一[篇页]|下一[篇页]|相关阅读|推荐阅读|"
    r"正在阅读|版权所有|设为首页|"
    r"关注我们|扫一扫|语音播报|播报文章|联系我们|www\.|https?:|@|\.com|\.cn|手机浏览|手机版"
)
_MENU = re.compile(r"(?:[|·\s]*[^\s，。！？：、]{2,5}(?=[\s|·]|$)){6,}[|·\s]*$")  # short words in a row
# Words of buttons and menus that headlines use too: they tell only in a short line.
_BUTTON = re.compile(r"首[页頁]|登[录錄]|注[册冊]|分享|打印|收藏|返回|搜索|客户端|更多|订阅|朗读|点击")
_BUTTON_SIZE = 12
_PREFIX = re.compile(
    r"^(?:您?正在阅读|标\s{0,4}题|标\s{0,4}題|題目|题目|文章标题|新闻标题|信息名称|名\s{0,4}称)\s*[:：]\s*|"
    r"^[•·●▪◆■★>»]\s*"
)
_TITLE_LABEL = re.compile(r"^(?:标\s{0,4}题|標\s{0,4}題|信息名称|文章标题)\s*[:：]\s*")
_SENTENCE_END = re.compile("[。；，、：;,:]$|。.{0,16}$")
_CAPTION = re.compile(r"(?:摄|攝|供图|供圖|图片|资料图)[)）]?$|^(?:图|圖)[:：]")
_COLUMN_END = re.compile(r"(?<=\w{8})(?:\s*(?:_|-{2})\s*[^\W\d_]{2,8})+$")
_REACH = 10
_ANCHORS = 12
_READ = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedHeadline:
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


def without_label(text: str) -> str:
    """A line without the 标题： or bullet before its headline."""
    return _PREFIX.sub("", text)


def headline_by_position(lines: Sequence[Line], texts: Sequence[int]) -> PlacedHeadline | None:
    """The best headline among the lines above the first furniture and the first of the paragraphs ``texts``."""
    labelled = _labelled(lines)
    if labelled:
        return labelled
    count = Counter(key(line.text) for line in lines if len(line.text) < 90)
    told = frozenset(texts)
    best, place, rule = 0.0, -1, ""
    for order, (anchor, strength, name) in enumerate(_anchors(lines, texts)):
        body = _body(lines, texts, anchor)
        away = 0
        for above in range(anchor - 1, max(-1, anchor - _REACH), -1):
            text = lines[above].text
            if len(text) < 100 and _DATE.search(text) and FURNITURE.search(text):
                break  # what stands between the furniture and the text is a subtitle
            likeness = _likeness(lines[above], count, body) if above not in told else 0.0
            away += not _is_interface(text)
            score = likeness + strength + 0.4 * _stands_alone(lines, above) - 0.45 * away - 0.2 * order
            if likeness and score > best + 1e-9:
                best, place, rule = score, above, name
    if place < 0:
        return None
    return _joined(lines, place, rule)


def _labelled(lines: Sequence[Line]) -> PlacedHeadline | None:
    """The tables of government pages: 标 题： and then the headline, in the same line or the next."""
    for index, line in enumerate(lines[:400]):
        match = _TITLE_LABEL.match(line.text) if line.text[:1] in "标標信文" else None
        if not match:
            continue
        rest = line.text[match.end() :]
        if rest:
            return PlacedHeadline(text=rest, lines=(index,), rule="title label") if len(rest) >= 6 else None
        if index + 1 < len(lines) and 6 <= len(lines[index + 1].text) <= 120:
            return PlacedHeadline(text=lines[index + 1].text, lines=(index + 1,), rule="title label")
    return None


def _anchors(lines: Sequence[Line], texts: Sequence[int]) -> Iterator[tuple[int, float, str]]:
    """Lines that a headline stands above: ``(index, how sure, rule)``.

    They are furniture with a text below, and the first text. Behind the first quarter of the page's text nothing is
    furniture of its headline.
    """
    total = sum(len(lines[index].text) for index in texts)
    before, found, ahead = 0, 0, set(texts)
    for index, line in enumerate(lines):
        if index in ahead:
            if index == texts[0]:
                yield index, 0.0, "line above text"
            before += len(line.text)
            if before * 4 > total:
                return
        elif (
            len(line.text) < 150
            and FURNITURE.search(line.text)
            and any(i in ahead for i in range(index + 1, index + 16))
        ):
            yield index, _strength(line), "line above furniture"
            found += 1
            if found >= _ANCHORS:
                return


def _strength(line: Line) -> float:
    """How sure a furniture line stands below a headline: a byline's mark most, then a date, then a label."""
    if line.text[0] in "□■◎":
        return 1.2
    return 0.8 if _DATE.search(line.text) and line.link_share < 0.5 else 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class _BodyText:
    """The text below a line: its character pairs, and its characters for finding quotes."""

    pairs: frozenset[str]
    letters: str


def _body(lines: Sequence[Line], texts: Sequence[int], anchor: int) -> _BodyText:
    told: list[str] = []
    size = 0
    for index in texts[bisect_left(texts, anchor) :]:
        told.append(lines[index].text)
        size += len(told[-1])
        if size > _READ:
            break
    letters = key("".join(told)[:_READ])
    return _BodyText(pairs=frozenset(map("".join, pairwise(letters))), letters=letters)


def _is_interface(text: str) -> bool:
    return bool(_MENU.match(text) or _INTERFACE.search(text) or (len(text) <= _BUTTON_SIZE and _BUTTON.search(text)))


def _cannot_be(line: Line, size: int) -> bool:
    """Buttons, furniture, captions and paragraphs."""
    text = line.text
    if (
        size < 4
        or text.isnumeric()
        or not any(map(str.isalpha, text))
        or len(text) > 90
        or (line.punctuation >= 4 and size > 40)
    ):
        return True
    dated = _DATE.search(text)
    if (_CLOCKED.search(text) and size < 24) or _POSTED.search(text):
        return True
    if dated and (_LABELLED.search(text) or FURNITURE.search(text, dated.end()) or len(key(_DATE.sub("", text))) < 12):
        return True
    return bool(_is_interface(text) or _CAPTION.search(text) or (size < 20 and FURNITURE.search(text)))


def _likeness(line: Line, count: Counter[str], body: _BodyText) -> float:
    """How much a line reads like the headline of the text; 0 where it cannot be one."""
    text = line.text
    bare = key(text)
    size = len(bare)
    if _cannot_be(line, size):
        return 0.0
    told = sum("".join(pair) in body.pairs for pair in pairwise(bare)) / (size - 1)
    score = 2.5 * told + min(size, 16) / 16 - 0.7 * (not told)
    score += {1: 2.0, 2: 1.0, 3: 0.5}.get(line.heading, 0.0)
    score += 0.8 * any(TITLE_CLASS.search(step) for step in line.ancestors[-2:])
    score += 0.7 * (size >= 8 and count[bare] > 1)
    score -= 1.5 * bool(_SENTENCE_END.search(text)) + 1.0 * text.endswith("。")
    score -= 1.0 * (line.link_share > 0.8) + 2.5 * text.startswith("—")
    score -= 2.0 * (size >= 12 and bare in body.letters)  # a sentence lifted out of the text
    return max(score, 0.01)


def _stands_alone(lines: Sequence[Line], index: int) -> bool:
    """Plain text: whether blank lines stand around a line, as they do around a headline."""
    if lines[index].node >= 0:
        return False
    return bool(not index or lines[index].gap) and bool(index + 1 < len(lines) and lines[index + 1].gap)


def _joined(lines: Sequence[Line], place: int, rule: str) -> PlacedHeadline:
    """A headline set in two lines of one block is one headline."""
    text, used = without_label(lines[place].text), [place]
    for index in (place - 1, place + 1):
        if 0 <= index < len(lines) and _continues(lines, min(index, place)):
            text = f"{lines[index].text} {text}" if index < place else f"{text} {lines[index].text}"
            used.append(index)
    return PlacedHeadline(text=_COLUMN_END.sub("", text), lines=tuple(sorted(used)), rule=rule)


def _continues(lines: Sequence[Line], index: int) -> bool:
    """Whether a line and the next one are two lines of one block: one element, or no blank line between but around."""
    first, second = lines[index], lines[index + 1]
    if not all(8 <= len(line.text) <= 36 and not _SENTENCE_END.search(line.text) for line in (first, second)):
        return False
    if (
        _is_interface(first.text)
        or _is_interface(second.text)
        or FURNITURE.search(first.text + second.text)
        or second.text[0] == "—"
    ):
        return False
    if first.node >= 0:
        return first.node == second.node
    return not second.gap and bool(first.gap or not index) and index + 2 < len(lines) and bool(lines[index + 2].gap)


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
_INFO_REACH = 8
_AGREED = 3.0
_LONGEST = 500


def headline(
    lines: Sequence[Line], texts: Sequence[int], head: Head, declared: DeclaredMetadata, publisher: str | None = None
) -> PlacedHeadline:
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
        or headline_by_position(lines, texts)
        or _from_head(whole, sites)
        or PlacedHeadline(text=declared.columns.title, rule="column title" if declared.columns.title else "")
    )
    return _without_category(found, title)


def _without_category(found: PlacedHeadline, title: str) -> PlacedHeadline:
    """A forum sets the category before the subject, [民生] 小城…; the page's title begins with the subject."""
    match = _CATEGORY.match(found.text or "")
    if not match or not key(title).startswith(key(match["rest"])):
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


def _agreed(lines: Sequence[Line], wanted: Sequence[tuple[str, str]], sites: Sequence[str]) -> PlacedHeadline | None:
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
    return any(len(x.text) < 150 and FURNITURE.search(x.text) for x in lines[index + 1 : index + 1 + _INFO_REACH])


def _extended(
    lines: Sequence[Line], place: int, wanted: Sequence[tuple[str, str]], keys: Sequence[str], sites: Sequence[str]
) -> PlacedHeadline:
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
    return PlacedHeadline(text=text, lines=tuple(used), rule="line agrees with head")


def _from_head(wanted: Sequence[tuple[str, str]], sites: Sequence[str]) -> PlacedHeadline | None:
    for rule, text in wanted:
        found = without_site(" ".join(text.split()), sites)
        if _may_be_title(found, sites):
            return PlacedHeadline(text=found, rule=rule)
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
