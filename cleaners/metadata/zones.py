"""Where on a page its metadata stands: around the headline, at the head of the text and behind its end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.items import Line
from cleaners.metadata.folded import Folded, folded

_STOP = re.compile(
    r"^[\W_]*(?:相关(?:阅读|新闻|报道|链接|文章|推荐|资讯|专题|内容|分类|主题)|延伸阅读|推荐(?:阅读|新闻|文章)|热门|热点|最新|为您推荐|猜你喜欢|大家都在看|更多|"
    r"上一篇|下一篇|网友评论|评论|发表评论|我来说两句|精彩推荐|今日|排行|往期|随机|免责声明|版权声明|友情链接|点击排行|图文推荐|你可能)"
)
_LABELS = re.compile(
    r"(?:来\s?源|來源|作者|编辑|編輯|责编|发布|發[布佈]|[时時][间間]|日期|点击|點擊|浏览|瀏覽|人气|阅读|评论|出处|字号|字体|来自)\S{0,3}?\s?[:：]"
)
_ABOVE = 6
_TOP = 30
_BELOW = 14


@dataclass(frozen=True, slots=True, kw_only=True)
class Zones:
    """The folded lines that are read."""

    above: tuple[Folded, ...]
    """Lines before the headline: breadcrumb, at times date and source."""
    top: tuple[Folded, ...]
    """Lines between the headline and the text."""
    first: tuple[Folded, ...]
    """The first paragraphs."""
    last: tuple[Folded, ...]
    """The last paragraphs, the very last one first."""
    below: tuple[Folded, ...]
    """Lines behind the text, until related items or comments begin."""


def is_text(line: Line) -> bool:
    """Whether a line is a paragraph of running text."""
    if line.punctuation < 2 or len(line.text) < 40 or line.link_share >= 0.5:
        return False
    return len(line.text) > 160 or len(_LABELS.findall(line.text)) < 2


def divide(lines: Sequence[Line], title_lines: Sequence[int]) -> Zones:
    """Divide a page around its headline; without one, around its first paragraph."""
    start = title_lines[-1] + 1 if title_lines else 0
    begin = next((i for i in range(start, len(lines)) if is_text(lines[i])), len(lines))
    above_end = title_lines[0] if title_lines else 0
    top = range(start if title_lines else max(0, begin - _TOP), min(begin, start + _TOP) if title_lines else begin)
    paragraphs, end = _text(lines, begin)
    return Zones(
        above=_fold(lines, range(max(0, above_end - _ABOVE), above_end)),
        top=_fold(lines, top),
        first=_fold(lines, paragraphs[:3]),
        last=_fold(lines, paragraphs[:-3:-1]),
        below=_fold(lines, _below(lines, end)),
    )


def _fold(lines: Sequence[Line], indexes: Sequence[int]) -> tuple[Folded, ...]:
    return tuple(folded(index, lines[index].text) for index in indexes if len(lines[index].text) < 5000)


def _text(lines: Sequence[Line], begin: int) -> tuple[list[int], int]:
    """The paragraphs of the text and the index behind the last of them."""
    found = _contained(lines, begin) if begin < len(lines) and lines[begin].ancestors else _running(lines, begin)
    return found, found[-1] + 1 if found else len(lines)


def _contained(lines: Sequence[Line], begin: int) -> list[int]:
    """HTML: the paragraphs below the element that directly holds most of the text."""
    paragraphs = [index for index in range(begin, len(lines)) if is_text(lines[index])]
    weight: Counter[tuple[str, ...]] = Counter()
    for index in paragraphs:
        weight[lines[index].ancestors[:-1]] += len(lines[index].text)
    container = weight.most_common(1)[0][0]
    return [index for index in paragraphs if lines[index].ancestors[: len(container)] == container]


def _running(lines: Sequence[Line], begin: int) -> list[int]:
    """Plain text: the paragraphs until a stop line or a long stretch without any."""
    found: list[int] = []
    for index in range(begin, len(lines)):
        line = lines[index]
        if found and ((len(line.text) < 24 and _STOP.match(line.text)) or index - found[-1] > 25):
            break
        if is_text(line):
            found.append(index)
    return found


def _below(lines: Sequence[Line], end: int) -> list[int]:
    found = []
    for index in range(end, min(end + _BELOW, len(lines))):
        if len(lines[index].text) < 24 and _STOP.match(lines[index].text):
            break
        if len(lines[index].text) < 160:
            found.append(index)
    return found
