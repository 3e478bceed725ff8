"""The headline by its place: above the furniture, above the text, told in the words the text uses."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from cleaners.characters import letters_only
from cleaners.items import Line
from cleaners.metadata import dates
from cleaners.metadata.labels import ADDRESSEES, BESIDE_HEADLINE, DOCUMENT_NUMBER

FURNITURE = re.compile(rf"{dates.NUMBERED}|(?:{BESIDE_HEADLINE})\s*[:：/丨]|^[□■●◎]|记者\s|記者\s|通讯员\s")
"""What furniture lines hold, in both scripts: a full date, a label, the marks of a byline."""
TITLE_CLASS = re.compile(r"(?:^|[#.\s_-])(?:tit|bt|biaoti|h1)(?:$|[.\s_-])|title|headline")
"""Class names that sites give to headlines."""
_LABELLED = re.compile(rf"(?:{BESIDE_HEADLINE})\s?[:：]")
# The line above a post: 某城发布 24-8-4 10:05 发布于 江苏 来自 网页版
_POSTED = re.compile(
    rf"{dates.CLOCK}(?!\d)\s?(?:[发發][布表][于於在]|[来來]自)|(?:[发發][布表][于於]|[来來]自)[^，。]{{0,8}}{dates.CLOCK}"
)
_INTERFACE = re.compile(
    r"[当當]前的?位置|您(?:[现現]在)?的位置|所在的?位置|字[号號]|字[体體]|责任编辑|責任編輯|上一[篇页]|下一[篇页]|相关阅读|推荐阅读|"
    r"正在阅读|版权所有|设为首页|"
    r"关注我们|扫一扫|语音播报|播报文章|联系我们|www\.|https?:|@|\.com|\.cn|手机浏览|手机版"
)
_MENU = re.compile(r"(?:[|·\s]*+[^\s|·，。！？：、]{2,5}+(?=[\s|·]|$)){6,}+[|·\s]*+$")  # short words in a row
# Words of buttons and menus that headlines use too: they tell only in a short line.
_BUTTON = re.compile(r"首[页頁]|登[录錄]|注[册冊]|分享|打印|收藏|返回|搜索|客户端|更多|订阅|朗读|点击")
_BUTTON_SIZE = 12
_TITLE_WORD = (
    r"(?:原\s?)?(?:标|標)\s{0,4}(?:题|題)|原[题題]|[题題]目|(?:文章|新闻|新聞)(?:标题|標題)|信息名[称稱]|名\s{0,4}[称稱]|"
    r"您?正在[阅閱][读讀]"
)
_PREFIX = re.compile(rf"^(?:[【\[](?:{_TITLE_WORD})[】\]]\s*[:：]?|[（(]?(?:{_TITLE_WORD})\s*[:：])\s*|^[•·●▪◆■★>»]\s*")
_SENTENCE_END = re.compile("[。；，、：;,:]$|。.{0,16}$")
_CAPTION = re.compile(r"(?:摄|攝|供图|供圖|图片|资料图)[)）]?$|^(?:图|圖)[:：]")
_COLUMN_END = re.compile(r"(?<=\w{8})(?:\s*(?:_|-{2})\s*[^\W\d_]{2,8})+$")
# The headline of an official document, broken before its last words.
_DOCUMENT_BEGUN = re.compile(r"^.{0,20}(?:关于|關於).{2,40}(?<![知告定见見复復函示法案报報])$")
_DOCUMENT_ENDED = re.compile(
    r"^.{0,30}(?:通知|公告|通告|决定|決定|意[见見]|批[复復]|函|[报報]告|[请請]示|[办辦]法|方案|公示|通[报報])$"
)
_REACH = 10
_ANCHORS = 12
_READ = 4000
_LONGEST_NUMBER = 30  # characters of a document's number, with who issued it
_FULL_SIZE = 16  # letters of a headline that is no longer suspect for being short


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineSettings:
    """What speaks for a line to be the headline and what against it, as weights of a sum.

    Each was set to nothing, halved and doubled on 301 renderings with a gold title (zhnews, wildhtml, both also without
    their heads, zhtext): what is said with a weight is how many titles more are wrong without it. Of 27 weights those
    that neither these pages nor a page of the tests needed were taken out.
    """

    told: float = 2.5
    """Times the share of the line's character pairs that stand in the text below: 1; halved 2."""
    untold: float = 0.7
    """No pair of it stands there: needed by a page of the tests, a dateline in a line of its own."""
    size: float = 1.0
    """Times the share of :data:`_FULL_SIZE` letters: 3; halved 3."""
    away: float = 0.45
    """For each line between it and what it stands above: halved 1, doubled 5."""
    alone: float = 0.4
    """Blank lines stand around it in a plain text: needed by one of the seeds."""
    later: float = 0.2
    """For each furniture line or text above the one it stands above: 1, with the weights that are gone."""
    byline: float = 1.2
    """It stands above a line with the mark of a byline: doubled 2."""
    dated: float = 0.8
    """It stands above a line with a date: 3; halved 1."""
    notice: float = 1.2
    """It stands above the number or the addressees of a notice: needed by pages of the tests."""
    labelled: float = 0.4
    """It stands above any other furniture: 1, with the weights that are gone."""
    sentence: float = 1.5
    """It ends as a sentence does: 1, with the weights that are gone."""
    headings: tuple[float, float, float] = (2.0, 1.0, 0.5)
    """It is set as h1, h2, h3."""
    title_class: float = 0.8
    """Its element is called a title."""
    link: float = 1.0
    """It is a link: doubled 1."""
    lifted: float = 2.0
    """It is a sentence of the text, lifted out: doubled 1."""
    agreement: float = 4.0
    """Times how well it agrees with the head: 1."""
    beginning: float = 0.9
    """How well a line agrees that is the beginning of what the head says: 3; halved 2."""
    inside: float = 0.7
    """The same for a line that stands inside of it: doubled 2."""
    furniture: float = 1.5
    """Furniture follows a line that agrees with the head."""
    least: float = 3.0
    """The least sum that is believed of a line that agrees with the head."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedHeadline:
    """The headline that was found."""

    text: str | None = None
    """As it stands on the page or in the head."""
    lines: tuple[int, ...] = ()
    """The lines it stands on, in order; empty where only the head names it."""
    rule: str = ""
    """What found it."""


def without_label(text: str) -> str:
    """A line without the 标题： or bullet before its headline."""
    bare = _PREFIX.sub("", text)
    return bare.rstrip("）)") if text[:1] in "（(" and bare != text else bare


def headline_by_position(
    lines: Sequence[Line], texts: Sequence[int], settings: HeadlineSettings = HeadlineSettings()
) -> PlacedHeadline | None:
    """The best headline among the lines above the first furniture and the first of the paragraphs ``texts``."""
    told = frozenset(texts)
    best, place, rule = 0.0, -1, ""
    for order, (anchor, strength, name) in enumerate(_anchors(lines, texts, settings)):
        body = body_text(lines, texts, anchor)
        away = 0
        for above in range(anchor - 1, max(-1, anchor - _REACH), -1):
            text = lines[above].text
            if len(text) < 100 and dates.FULL_DATE.search(text) and FURNITURE.search(text):
                break  # what stands between the furniture and the text is a subtitle
            likeness = _likeness(lines[above], body, settings) if above not in told else 0.0
            away += not _is_interface(text)
            score = (
                likeness
                + strength
                + settings.alone * _stands_alone(lines, above)
                - settings.away * away
                - settings.later * order
            )
            if likeness and score > best + 1e-9:
                best, place, rule = score, above, name
    if place < 0:
        return None
    return _joined(lines, place, rule)


def _anchors(
    lines: Sequence[Line], texts: Sequence[int], settings: HeadlineSettings
) -> Iterator[tuple[int, float, str]]:
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
            and ((noticed := is_notice_head(line.text)) or FURNITURE.search(line.text))
            and any(i in ahead for i in range(index + 1, index + 16))
        ):
            if noticed:
                yield index, settings.notice, "line above a notice's head"
            else:
                yield index, _strength(line, settings), "line above furniture"
            found += 1
            if found >= _ANCHORS:
                return


def is_notice_head(text: str) -> bool:
    """Whether a line is the number of an official document or names whom a notice is addressed to."""
    numbered = len(text) <= _LONGEST_NUMBER and DOCUMENT_NUMBER.search(text)
    return bool(numbered or ADDRESSEES.match(text))


def _strength(line: Line, settings: HeadlineSettings) -> float:
    """How sure a furniture line stands below a headline: a byline's mark most, then a date, then a label."""
    if line.text[0] in "□■◎":
        return settings.byline
    return settings.dated if dates.FULL_DATE.search(line.text) and line.link_share < 0.5 else settings.labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyText:
    """The text below a line: its character pairs, and its characters for finding quotes."""

    pairs: frozenset[str]
    letters: str

    def told(self, text: str) -> float:
        """0..1: the share of a headline's character pairs that stand in the text."""
        bare = letters_only(text)
        return sum("".join(pair) in self.pairs for pair in pairwise(bare)) / max(1, len(bare) - 1)


def body_text(lines: Sequence[Line], texts: Sequence[int], anchor: int) -> BodyText:
    """The paragraphs ``texts`` (indexes of ``lines``) from the line ``anchor`` on, up to some thousand characters."""
    told: list[str] = []
    size = 0
    for index in texts[bisect_left(texts, anchor) :]:
        told.append(lines[index].text)
        size += len(told[-1])
        if size > _READ:
            break
    letters = letters_only("".join(told)[:_READ])
    return BodyText(pairs=frozenset(map("".join, pairwise(letters))), letters=letters)


def _is_interface(text: str) -> bool:
    return bool(_MENU.match(text) or _INTERFACE.search(text) or (len(text) <= _BUTTON_SIZE and _BUTTON.search(text)))


def _cannot_be(line: Line, size: int) -> bool:
    """Buttons, furniture, captions and paragraphs."""
    text = line.text
    if (
        size < 4
        or text.startswith("—")  # a subtitle
        or is_notice_head(text)
        or text.isnumeric()
        or not any(map(str.isalpha, text))
        or len(text) > 90
        or (line.punctuation >= 4 and size > 40)
    ):
        return True
    dated = dates.FULL_DATE.search(text)
    if (dates.MONTH_DAY_CLOCK.search(text) and size < 24) or _POSTED.search(text):
        return True
    if dated and (
        _LABELLED.search(text)
        or FURNITURE.search(text, dated.end())
        or len(letters_only(dates.FULL_DATE.sub("", text))) < 12
    ):
        return True
    return bool(_is_interface(text) or _CAPTION.search(text) or (size < 20 and FURNITURE.search(text)))


def _likeness(line: Line, body: BodyText, settings: HeadlineSettings) -> float:
    """How much a line reads like the headline of the text; 0 where it cannot be one."""
    text = line.text
    bare = letters_only(text)
    size = len(bare)
    if _cannot_be(line, size):
        return 0.0
    told = body.told(text)
    score = settings.told * told - settings.untold * (not told)
    score += settings.size * min(size, _FULL_SIZE) / _FULL_SIZE + setting(line, settings)
    score -= settings.sentence * bool(_SENTENCE_END.search(text))
    score -= settings.lifted * (size >= 12 and bare in body.letters)
    return max(score, 0.01)


def setting(line: Line, settings: HeadlineSettings) -> float:
    """How much a line is set as headlines are: a heading, a title by its class, no link."""
    score = settings.headings[line.heading - 1] if line.heading in (1, 2, 3) else 0.0
    score += settings.title_class * any(TITLE_CLASS.search(step) for step in line.ancestors[-2:])
    return score - settings.link * (line.link_share > 0.8)


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
    if _DOCUMENT_BEGUN.match(first.text) and _DOCUMENT_ENDED.match(second.text):
        return not is_notice_head(second.text)
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
