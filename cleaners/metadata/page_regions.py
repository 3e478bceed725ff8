"""Where on a page its metadata stands: around the headline, at the head of the text and behind its end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.chinese import script
from cleaners.items import Line
from cleaners.metadata.byline_block import as_labelled, byline_block
from cleaners.metadata.folding import FoldedText, folded, text_with_gaps
from cleaners.metadata.info_line import parse_info_line
from cleaners.page.lines import PageLines

_STOP = re.compile(
    r"^[\W_]*(?:相关(?:阅读|新闻|报道|链接|文章|推荐|资讯|专题|内容|分类|主题)|延伸阅读|推荐(?:阅读|新闻|文章)|"
    r"热门|热点|最新|为您推荐|猜你喜欢|大家都在看|更多|"
    r"上一篇|下一篇|网友评论|评论|发表评论|我来说两句|精彩推荐|今日|排行|往期|随机|免责声明|版权声明|友情链接|"
    r"点击排行|图文推荐|你可能)"
)
_STATEMENT = re.compile(
    r"^[\W_]*(?:特别|免责|版权|郑重|重要)?(?:声明|提示|提醒)\s*[:]|^[\W_]*(?:以上[内內]容|本文[仅僅]代表|[该該]文[观觀][点點]|文章观点|"
    r"未经授权|未经.{0,12}授权|转载请|本站所有|"
    r"凡本网|凡注明|Copyright|版[权權]所有|违法和不良|Notice)"
)
_LABELS = re.compile(
    r"(?:来\s?源|作者|编辑|责编|发布者?|时间|日期|点击|浏览|人气|阅读|评论|出处|字号|字体|来自)\S{0,3}?\s?:"
)
_OUTSIDE = re.compile(r"(?:^|[#.\s_-])(?:footer?|copy(?:right)?|comments?|related?|recommend|sidebar)(?:$|[.\s_-])")
_SENTENCE = re.compile(r"[。！？；…]|[.!?;](?:\s|$)|.{100}")
# Who wrote stands in brackets behind the text, or in a line of its own, also where other texts follow.
_SIGNED = re.compile(
    r"[（(【\[][^（()）]{0,24}(?:记者|記者|通讯员|通訊員|作者|文[/丨|／:：])[^（()）]{1,40}[)）】\]]?[\s。.]*$|"
    r"[（(][^（()）]{2,12}[/／][^（()）]{2,8}(?:报道|報導|報道|报导)[)）][^。，,]{0,24}$"
)
_CREDIT = re.compile(r"记者|記者|通讯员|通訊員|作者|撰文|执笔|執筆|供稿|采写|文\s?[/丨|／:：]")
_CREDIT_LABEL = re.compile(r"^\W{0,2}(?:本文|文章|稿件)?(?:来源|稿源|作者|撰文|记者|责任编辑|编辑|责编)\s?[:/|丨]")
_ENOUGH = 300
_ABOVE = 6
_TOP = 30
_UNTITLED = 12
_BELOW, _BELOW_LINKS = 14, 40
_LEAD, _LEAD_LINES = 160, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRegions:
    """The folded lines that are read."""

    above: tuple[FoldedText, ...]
    """Lines before the headline: breadcrumb, at times date and source."""
    top: tuple[FoldedText, ...]
    """Lines between the headline and the text."""
    first: tuple[FoldedText, ...]
    """The first paragraphs."""
    last: tuple[FoldedText, ...]
    """The last paragraphs, the very last one first."""
    below: tuple[FoldedText, ...]
    """Lines behind the text, until related items or comments begin."""
    block: range
    """Indexes of the lines of a block with author, role and day; they are the last ones of ``top``."""


def paragraphs(lines: Sequence[Line]) -> tuple[int, ...]:
    """The lines that are running text, in order."""
    return tuple(
        index
        for index, line in enumerate(lines)
        if line.punctuation and line.link_share < 0.5 and _is_long(line) and _is_prose(line)
    )


def _is_long(line: Line) -> bool:
    """Long enough for a paragraph; one that ends as a sentence does may be shorter."""
    size = len(line.text)
    return (size >= 40 and line.punctuation >= 2) or (size >= 20 and line.text.endswith(("。", "。”")))


def _is_prose(line: Line) -> bool:
    """Whether a long line is told in sentences, not a list of labels, a statement of the site or a comment."""
    if len(line.text) > 200:
        return True
    if any(_OUTSIDE.search(step) for step in line.ancestors[-3:]) or not _SENTENCE.search(line.text):
        return False
    if ":" not in line.text and "：" not in line.text:
        return not _STATEMENT.match(line.text)
    text = script.fold(line.text)
    return len(_LABELS.findall(text)) < 2 and not _STATEMENT.match(text)


def split_page(blocks: PageLines, texts: Sequence[int], title_lines: Sequence[int]) -> PageRegions:
    """Divide a page with its paragraphs ``texts`` around its headline; without one, around its first paragraph."""
    lines = blocks.lines
    start = title_lines[-1] + 1 if title_lines else 0
    begin = next((index for index in texts if index >= start), len(lines))
    above_end = title_lines[0] if title_lines else 0
    top = range(start, min(begin, start + _TOP)) if title_lines else range(max(0, begin - _UNTITLED), begin)
    behind_lead = _behind_lead(lines, texts, begin) if title_lines else range(0)
    block = byline_block(lines, texts)
    apart = [index for index in (*top, *behind_lead) if index not in block]
    found = _text(lines, [index for index in texts if index >= begin])
    behind = range(found[-2] + 1 if len(found) > 2 else found[0] + 1, len(lines)) if found else range(begin, len(lines))
    return PageRegions(
        above=_furniture(blocks, range(max(0, above_end - _ABOVE), above_end)),
        top=(*_furniture(blocks, apart), *(folded(index, as_labelled(lines[index].text)) for index in block)),
        first=_fold(lines, found[:3]),
        last=_fold(lines, _signed(lines, found)),
        below=_furniture(blocks, [*_below(lines, behind, found), *_credits(lines, found)]),
        block=block,
    )


def _behind_lead(lines: Sequence[Line], texts: Sequence[int], begin: int) -> range:
    """The lines behind a lead that stands between the headline and its furniture."""
    follow = next((index for index in texts if index > begin), begin)
    if follow - begin - 1 not in range(1, _LEAD_LINES + 1) or len(lines[begin].text) > _LEAD:
        return range(0)
    told = (parse_info_line(script.fold(line.text)) for line in lines[begin + 1 : follow] if len(line.text) <= _LEAD)
    return range(begin + 1, follow) if any(one.dates or one.labelled for one in told) else range(0)


def _furniture(blocks: PageLines, indexes: Sequence[int]) -> tuple[FoldedText, ...]:
    return tuple(
        folded(index, text_with_gaps(blocks, index)) for index in indexes if len(blocks.lines[index].text) < 5000
    )


def _fold(lines: Sequence[Line], indexes: Sequence[int]) -> tuple[FoldedText, ...]:
    return tuple(folded(index, lines[index].text) for index in indexes if len(lines[index].text) < 5000)


def _text(lines: Sequence[Line], texts: Sequence[int]) -> list[int]:
    """The paragraphs of the article itself among those behind the headline."""
    if not texts:
        return []
    return _contained(lines, texts) if lines[texts[0]].ancestors else _running(lines, texts)


def _contained(lines: Sequence[Line], texts: Sequence[int]) -> list[int]:
    """HTML: the paragraphs below the element that directly holds most of the text.

    The first paragraph's element stays the text's unless another one holds much more: a short article may stand above
    long comments.
    """
    weight: Counter[tuple[str, ...]] = Counter()
    for index in texts:
        weight[lines[index].ancestors[:-1]] += min(len(lines[index].text), 600)
    container, most = weight.most_common(1)[0]
    nearest = lines[texts[0]].ancestors[:-1]
    if weight[nearest] * 3 > most and weight[nearest] >= 80:
        container = nearest
    return [index for index in texts if lines[index].ancestors[: len(container)] == container]


def _running(lines: Sequence[Line], texts: Sequence[int]) -> list[int]:
    """Plain text: the paragraphs until a stop line or a long stretch without any."""
    found, read = [texts[0]], len(lines[texts[0]].text)
    for index in texts[1:]:
        between = lines[found[-1] + 1 : index]
        stopped = len(between) > 25 or any(len(line.text) < 24 and _STOP.match(line.text) for line in between)
        if stopped and read >= _ENOUGH:
            break
        found.append(index)
        read += len(lines[index].text)
    return found


def _signed(lines: Sequence[Line], found: Sequence[int]) -> list[int]:
    """The last two paragraphs and those that end in a signature, from the end."""
    signed = [index for index in found[:-2] if _SIGNED.search(lines[index].text[-80:])]
    return [*found[:-3:-1], *reversed(signed)]


def _credits(lines: Sequence[Line], found: Sequence[int]) -> list[int]:
    """Short lines among the paragraphs that speak of reporters, from the end."""
    if len(found) < 2:
        return []
    return [i for i in range(found[-1] - 1, found[0], -1) if len(lines[i].text) < 60 and _CREDIT.search(lines[i].text)]


def _below(lines: Sequence[Line], behind: range, found: Sequence[int]) -> list[int]:
    """The short lines between the last paragraphs and behind them, until something else begins.

    Links to other articles may stand before the credits: what the same element as the paragraphs holds behind them is
    read where it names source or author, elsewhere only what speaks of this text: 本文来源.
    """
    below, stopped = [], False
    home = lines[found[-1]].ancestors[:-1] if found else ()
    for index in behind:
        line = lines[index]
        if index - (found[-1] if found else behind.start) > (_BELOW_LINKS if stopped else _BELOW):
            break
        stopped = stopped or (len(line.text) < 24 and bool(_STOP.match(line.text)))
        if stopped and (not home or line.ancestors[: len(home)] != home) and not line.text.startswith("本文"):
            continue
        if len(line.text) < 160 and index not in found and (not stopped or _names_credits(line)):
            below.append(index)
    return below


def _names_credits(line: Line) -> bool:
    return line.link_share < 0.5 and bool(_CREDIT_LABEL.match(script.fold(line.text)))
