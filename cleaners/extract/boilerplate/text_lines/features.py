"""What the segmenter knows of each line of a text: shape, layout, rules, echoes, neighbours.

Every feature is a name that a line has or has not, so that its weight can be read and argued with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from cleaners.characters import HAN_CHARACTER
from cleaners.extract.boilerplate.text_lines.line_stats import LONG, LineStats
from cleaners.extract.boilerplate.text_lines.main_prose import MainProse, echoes, on_topic
from cleaners.extract.boilerplate.text_lines.main_prose import find as find_core
from cleaners.items import Line, Metadata
from cleaners.metadata.dates import SIGN
from cleaners.metadata.labels import ADDRESSEES, DOCUMENT_NUMBER

_BRACKET_END = re.compile(r"[)）\]】]$")
_DOTS_END = re.compile(r"(?:\.\.|…)$")
_DOTS_START = re.compile(r"^[\s•·]*(?:\.{2,}|…+)\S")
_SEPARATOR = re.compile(r"[|丨/>»]|(?<=\S)\s(?=\S)")
_WORDING = {
    "dateline": re.compile(
        r"^\S{0,16}(?:讯|电|报道|消息)\s?[(:,，]|^.{0,12}记者.{2,14}(?:报道|\))|^(?:\S{2,6}社|本报)\S{0,10}(?:电|讯)"
    ),
    "byline": re.compile(
        r"^[(【].{0,8}(?:记者|通讯员|实习生|文|图|作者|编译|总台).{0,40}[)】]$|^(?:文|图|文图|采写|撰文)\s?[:/|]"
    ),
    "caption": re.compile(r"(?:摄|供图|资料图|视频截图|图源.{0,10}|图/\S{2,6}|摄影\S{0,10})\)?$|^\(?(?:图为|△|▲|↑)"),
    "quotation": re.compile(r"^[“\"「『]"),
    "document number": DOCUMENT_NUMBER,
    "addressees": ADDRESSEES,
    "speaks to the reader": re.compile(
        r"您|(?:^|[,!?])(?:请|欢迎|敬请|点击|扫码?|扫描|长按|下载|关注|订阅|登录|立即|马上|赶快|快来|还?想|更多|看更多)|即可|会员|客户端|(?i:app)\b"
    ),
    "of the page itself": re.compile(
        r"本[文网站报刊号页社]|此[文页]|该文|全文|原文|上[一]篇|下[一]篇|转载|版权|授权|来源[:]|作者[:]"
    ),
    "address of a page": re.compile(r"https?://|www\.|\b[\w-]+\.(?:com|cn|net|org|tw|hk)\b"),
    "label and value": re.compile(r"^[^,。!?:;]{2,10}:\s?[^,。!?:;]{1,30}$"),
}
_NUMBERED = re.compile(
    r"^(?:[(]?(?:[一二三四五六七八九十]{1,3}|\d{1,2})[)、.,]|[一二三四五六七八九十]{1,2}[是要]"
    r"|第[一二三四五六七八九十\d]{1,3}[,、: ]|[①-⑳])"
)
_DATE_END = re.compile(r"(?:\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}:\d\d|(?:分钟|小时|天|周|月)前)[\])]?$")
_BESIDE = 4
_NEAR = 6
_TOPIC = 8
_WORDS = 6
_BUTTON = 8
"""Tokens of a button at most."""
_AGAIN = 3
_LED = 0.4
"""Share of the words of a run's first line that the core has too."""
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.45)


def _size(tokens: int) -> str:
    return next((f"size <={limit}" for limit in (0, 2, 4, 9, 14, 24, 39, 79) if tokens <= limit), "size >79")


def _count(count: int) -> str:
    return str(count) if count < 3 else "3-5" if count < 6 else "6+"


def _share(part: int, whole: int) -> str:
    if not part or not whole:
        return "0"
    return "all" if part == whole else next((f"<{limit}" for limit in (0.1, 0.5, 0.9) if part < limit * whole), "<1")


def _ending(this: LineStats) -> str:
    if _DOTS_END.search(this.text):
        return "ends in dots"
    if this.closed:
        return "ends as a sentence"
    if _BRACKET_END.search(this.text):
        return "ends in a bracket"
    if this.text.endswith((":", "：")):
        return "ends in a colon"
    return "ends open" if this.size < LONG else "long and ends open"


def _own(line: Line, this: LineStats) -> Iterator[str]:
    """Of the line alone."""
    yield _size(this.size)
    yield _ending(this)
    short = this.size < LONG
    facts = {
        "paragraph": this.prose,
        "begins in dots": bool(_DOTS_START.match(line.text)),
        "no punctuation": not line.punctuation and this.size < 25,
        "long without punctuation": not line.punctuation and this.size >= 25,
        "bullet": this.bullet,
        "indented": line.indent > 0,
        "digits only": this.key.isdigit(),
        "short with a date": short and bool(SIGN.search(this.text)),
        "separators": short and len(_SEPARATOR.findall(this.text)) >= 3,
        "numbered": bool(_NUMBERED.search(this.text)),
        "no Chinese": not HAN_CHARACTER.search(this.text),
        "ends in a date": short and bool(_DATE_END.search(this.text)),
    }
    yield from (name for name, is_so in facts.items() if is_so)
    yield from (name for name, pattern in _WORDING.items() if pattern.search(this.text))
    for rule in this.rules:
        yield f"rule {rule.reach}"
        yield f"rule {rule.noise}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _PrefixSums:
    """Running counts over the lines of a page: how many before each line are so (words: how many of how many)."""

    prose: Sequence[int]
    above: Sequence[int]
    below: Sequence[int]
    shared: Sequence[int]
    words: Sequence[int]


def _sums(shapes: Sequence[LineStats], core: MainProse) -> _PrefixSums:
    topic = on_topic(shapes, core)
    return _PrefixSums(
        shared=list(accumulate((shared for shared, _ in topic), initial=0)),
        words=list(accumulate((words for _, words in topic), initial=0)),
        prose=list(accumulate((shape.prose for shape in shapes), initial=0)),
        above=list(accumulate((shape.above for shape in shapes), initial=0)),
        below=list(accumulate((shape.below for shape in shapes), initial=0)),
    )


def _neighbours(sums: _PrefixSums, i: int, size: int) -> Iterator[str]:
    """Of the lines around."""
    yield f"paragraphs before {sums.prose[i] - sums.prose[max(0, i - _BESIDE)]}"
    yield f"paragraphs after {sums.prose[min(size, i + 1 + _BESIDE)] - sums.prose[i + 1]}"
    if i and sums.prose[i] > sums.prose[i - 1]:
        yield "previous is a paragraph"
    if i + 1 < size and sums.prose[i + 2] > sums.prose[i + 1]:
        yield "next is a paragraph"
    for reach, counts in (("above", sums.above), ("below", sums.below)):
        yield f"rules {reach} before {_count(counts[i] - counts[max(0, i - _NEAR)])}"
        yield f"rules {reach} after {_count(counts[min(size, i + 1 + _NEAR)] - counts[i + 1])}"
        if i and counts[i] > counts[i - 1]:
            yield f"previous meets a rule {reach}"


def _topic(sums: _PrefixSums, i: int, size: int) -> Iterator[str]:
    """How much of the line, of the lines above it and from it on, is said in the words of the page's main prose."""
    for name, first, last in (
        ("here", i, i + 1),
        ("above", max(0, i - _TOPIC), i),
        ("ahead", i, min(size, i + _TOPIC)),
    ):
        words = sums.words[last] - sums.words[first]
        share = (sums.shared[last] - sums.shared[first]) / words if words else 0.0
        if words >= _WORDS:
            yield f"words of the core {name} {next((f'<{limit}' for limit in _SHARES if share < limit), 'most')}"


def _runs(shapes: Sequence[LineStats]) -> list[str]:
    """How long the run of lines that are no paragraphs is which each line stands in."""
    out: list[str] = []
    start = 0
    for i in range(len(shapes) + 1):
        if i == len(shapes) or shapes[i].prose:
            length = i - start
            name = next((f"<={limit}" for limit in (1, 3, 8, 20) if length <= limit), ">20")
            out += [f"run of short lines {name}"] * length + ["run of short lines 0"]
            start = i + 1
    return out[: len(shapes)]


def _repeated(lines: Sequence[Line], shapes: Sequence[LineStats]) -> list[bool]:
    """Whether each line is short and stands there again and again: a button, a mark of an advertisement."""
    counts = Counter(line.text for line, shape in zip(lines, shapes, strict=True) if shape.size <= _BUTTON)
    return [counts[line.text] >= _AGAIN for line in lines]


def _between(shapes: Sequence[LineStats], sums: _PrefixSums) -> list[tuple[str, ...]]:
    """Of the run of short lines that each line stands in: whether it ends the page, is on topic, is numbered."""
    out: list[tuple[str, ...]] = []
    start = 0
    for i in range(len(shapes) + 1):
        if i < len(shapes) and not shapes[i].prose:
            continue
        if i > start:
            words = sums.words[i] - sums.words[start]
            share = (sums.shared[i] - sums.shared[start]) / words if words else 0.0
            numbered = sum(bool(_NUMBERED.search(shape.text)) for shape in shapes[start:i])
            names = [
                f"words of the core in the run {next((f'<{limit}' for limit in _SHARES if share < limit), 'most')}"
            ]
            own = sums.words[start + 1] - sums.words[start]
            if own and (sums.shared[start + 1] - sums.shared[start]) > _LED * own:
                names.append("run led by words of the core")
            if i == len(shapes):
                names.append("last run")
            if not start:
                names.append("first run")
            if numbered > 1 and 2 * numbered >= i - start - 1:
                names.append("run of numbered lines")
            out += [tuple(names)] * (i - start)
        if i < len(shapes):
            out.append(())
        start = i + 1
    return out


def _leads(shapes: Sequence[LineStats], i: int) -> Iterator[str]:
    """What the line is to a paragraph that follows at once: whom it calls, what it heads."""
    this = shapes[i]
    if this.prose or i + 1 >= len(shapes) or not shapes[i + 1].prose:
        return
    if this.text.endswith((":", "：")) and not this.rules:
        yield "colon before a paragraph"
    if _WORDING["caption"].search(this.text):
        yield "caption before a paragraph"


def _against_core(this: LineStats, core: MainProse, i: int) -> Iterator[str]:
    """Against the page's main run of prose."""
    if core.first <= i <= core.last:
        yield "in the core"
    else:
        yield "before the core" if i < core.first else "after the core"
    if this.prose:
        yield "layout of the core" if this.layout == core.layout else "other layout"
    elif this.layout == core.layout:
        yield "short in the layout of the core"


def _against_title(shapes: Sequence[LineStats], meta: Metadata, i: int) -> Iterator[str]:
    """Against what metadata has claimed."""
    if role := meta.claims.get(i):
        yield f"claimed {role}"
    if meta.title_line is None:
        yield "no title line"
        return
    distance = i - meta.title_line
    yield "title line" if not distance else "above the title" if distance < 0 else "below the title"
    if 0 < distance <= 4:
        yield f"below the title by {distance}"
    elif -4 <= distance < 0:
        yield "just above the title"
    if distance > 4 and shapes[i].key == shapes[meta.title_line].key:
        yield "title again"


def line_features(lines: Sequence[Line], shapes: Sequence[LineStats], meta: Metadata) -> list[frozenset[str]]:
    """The features of every line of a page."""
    core, said_twice, runs = find_core(shapes), echoes(shapes), _runs(shapes)
    sums = _sums(shapes, core)
    between, repeated = _between(shapes, sums), _repeated(lines, shapes)
    whole = sum(shape.size for shape in shapes if shape.prose)
    above = ended = 0
    out: list[frozenset[str]] = []
    for i, (line, this) in enumerate(zip(lines, shapes, strict=True)):
        below = whole - above - (this.size if this.prose else 0)
        names = {"any", runs[i], f"prose above {_share(above, whole)}", f"prose below {_share(below, whole)}"}
        names.add(f"rules below since the core began {_count(ended)}")
        names.update(_own(line, this), _neighbours(sums, i, len(shapes)), _against_core(this, core, i), said_twice[i])
        names.update(between[i], _leads(shapes, i))
        if repeated[i]:
            names.add("said again and again")
        if (i and repeated[i - 1]) or (i + 1 < len(lines) and repeated[i + 1]):
            names.add("beside what is said again and again")
        names.update(_against_title(shapes, meta, i), _topic(sums, i, len(shapes)))
        out.append(frozenset(names))
        ended += i >= core.first and this.below
        above = whole - below
    return out
