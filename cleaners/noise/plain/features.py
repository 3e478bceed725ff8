"""What the segmenter knows of each line of a text: shape, layout, rules, echoes, neighbours.

Every feature is a name that a line has or has not, so that a weight can be read and argued with.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cleaners.items import Line, Metadata
from cleaners.noise.rules import Rule, bare, hits
from cleaners.script import fold

_TOKEN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]|[^\W_\u3400-\u9fff]+")
_BULLET = re.compile(r"^\s?[•·●○■◆▪▶►※]")
_STOP = re.compile(r"[。!?！？；;][”」』’\"'）)】]*$|[”」』][)）]?$")
_CLOSED = re.compile(r"[)）\]】]$")
_DOTS = re.compile(r"(?:\.{2,}|…+)$")
_LEADING_DOTS = re.compile(r"^[\s•·]*(?:\.{2,}|…+)\S")
_SEPARATORS = re.compile(r"[|丨/>»]|\s{2,}|(?<=\S)\s(?=\S)")
_DATELINE = re.compile(r"^\S{0,16}(?:讯|电|报道|消息)\s?[(:，,]|^.{0,12}记者.{2,14}(?:报道|[)）])|^(?:\S{2,6}社|本报)\S{0,10}(?:电|讯)")
_BYLINE = re.compile(r"^[(（【].{0,8}(?:记者|通讯员|实习生|文|图|作者|编译|总台).{0,40}[)）】]$|^(?:文|图|文图|采写|撰文)\s?[:/|]")
_CAPTION = re.compile(r"(?:摄|供图|资料图|视频截图|图源.{0,10}|图/\S{2,6}|摄影\S{0,10})[)）]?$|^[(（]?(?:图为|△|▲|↑)")
_DATE = re.compile(r"\d{4}\s?[-/.年]\s?\d{1,2}\s?[-/.月]|\d{1,2}:\d\d|(?:分钟|小时|天)前$")
_QUESTION = re.compile(r"^[“\"「『]")
_SHORT = 15
_LONG = 40
_ECHO = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One line as the segmenter sees it."""

    text: str
    """Folded, without bullets."""
    key: str
    """Its letters and digits only: what echoes are compared by."""
    size: int
    """Tokens: a CJK character or another word."""
    bullet: bool
    """Whether it begins with a bullet."""
    paragraph: bool
    """Whether it looks like prose: a sentence that ends, or a long line with punctuation."""
    rules: tuple[Rule, ...]
    """The noise rules it meets."""
    layout: tuple[bool, int, bool]
    """Blank line before it, indent, bullet."""


def shape(line: Line) -> Shape:
    """Measure one line."""
    folded = fold(line.text)
    text = bare(folded)
    tokens = _TOKEN.findall(text)
    bullet = bool(_BULLET.match(line.text))
    prose = line.punctuation > 0 and bool(_STOP.search(text)) and len(tokens) >= _SHORT
    return Shape(
        text=text, key="".join(tokens), size=len(tokens), bullet=bullet,
        paragraph=prose or (len(tokens) >= _LONG and line.punctuation >= 2),
        rules=tuple(hits(folded)), layout=(line.gap > 0, line.indent, bullet),
    )  # fmt: skip


def _size(tokens: int) -> str:
    for limit in (0, 2, 4, 9, 14, 24, 39, 79):
        if tokens <= limit:
            return f"size<={limit}"
    return "size>79"


def _own(line: Line, this: Shape) -> Iterator[str]:
    """Features of the line alone."""
    yield _size(this.size)
    text = this.text
    if _DOTS.search(text):
        yield "ends in dots"
    elif _STOP.search(text):
        yield "ends as a sentence"
    elif _CLOSED.search(text):
        yield "ends in a bracket"
    elif text.endswith((":", "：")):
        yield "ends in a colon"
    else:
        yield "ends open" if this.size < _LONG else "long and ends open"
    if _LEADING_DOTS.match(line.text):
        yield "begins in dots"
    if not line.punctuation:
        yield "no punctuation" if this.size < 25 else "long without punctuation"
    if this.bullet:
        yield "bullet"
    if line.indent:
        yield "indented"
    if this.key.isdigit():
        yield "digits only"
    for name, pattern in (("dateline", _DATELINE), ("byline", _BYLINE), ("caption", _CAPTION), ("quotation", _QUESTION)):
        if pattern.search(text):
            yield name
    if this.size < _LONG and _DATE.search(text):
        yield "short with a date"
    if this.size < _LONG and len(_SEPARATORS.findall(text)) >= 3:
        yield "separators"
    if not this.size:
        yield "no letters"
    for rule in this.rules:
        yield f"rule {rule.reach}"
        yield f"rule {rule.noise}"


def _bucket(count: int) -> str:
    return str(count) if count < 3 else "3-5" if count < 6 else "6+"


def _neighbours(shapes: Sequence[Shape], i: int) -> Iterator[str]:
    """Features of the lines around."""
    before = [s.paragraph for s in shapes[max(0, i - 4) : i]]
    after = [s.paragraph for s in shapes[i + 1 : i + 5]]
    yield f"paragraphs before {sum(before)}"
    yield f"paragraphs after {sum(after)}"
    if before and before[-1]:
        yield "previous is a paragraph"
    if after and after[0]:
        yield "next is a paragraph"
    recent = [rule.reach for s in shapes[max(0, i - 6) : i] for rule in s.rules]
    for reach in ("above", "below"):
        yield f"{reach} rules before {_bucket(recent.count(reach))}"
    coming = [rule.reach for s in shapes[i + 1 : i + 7] for rule in s.rules]
    for reach in ("above", "below"):
        yield f"{reach} rules after {_bucket(coming.count(reach))}"
    if i and any(rule.reach == "below" for rule in shapes[i - 1].rules):
        yield "previous meets a rule below"
    if i and any(rule.reach == "above" for rule in shapes[i - 1].rules):
        yield "previous meets a rule above"


def _runs(shapes: Sequence[Shape]) -> list[int]:
    """Length of the run of short lines each line is in; 0 for paragraphs."""
    out: list[int] = []
    start = 0
    for i in range(len(shapes) + 1):
        if i == len(shapes) or shapes[i].paragraph:
            out += [i - start] * (i - start)
            out += [0] if i < len(shapes) else []
            start = i + 1
    return out


def _run(length: int) -> str:
    return "run of short lines " + next((name for limit, name in ((0, "0"), (1, "1"), (3, "2-3"), (8, "4-8"), (20, "9-20")) if length <= limit), "21+")


def _share(part: int, whole: int) -> str:
    if not part or not whole:
        return "0"
    share = part / whole
    return "all" if part == whole else "<.1" if share < 0.1 else "<.5" if share < 0.5 else "<.9" if share < 0.9 else "<1"


def _bigrams(key: str) -> set[str]:
    return {key[i : i + 2] for i in range(len(key) - 1)}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Core:
    """The longest run of prose: what the page is about, and how its paragraphs are laid out."""

    first: int
    last: int
    vocabulary: frozenset[str]
    layout: tuple[bool, int, bool]


def _core(shapes: Sequence[Shape]) -> _Core:
    best, first, last = 0.0, 0, -1
    score, start = 0.0, 0
    for i, this in enumerate(shapes):
        if score <= 0:
            score, start = 0.0, i
        cost = 40.0 + 60.0 * sum(rule.reach == "below" for rule in this.rules[:1])
        score += min(this.size, 200) if this.paragraph else -cost
        if score > best:
            best, first, last = score, start, i
    inside = [s for s in shapes[first : last + 1] if s.paragraph]
    vocabulary = frozenset[str]().union(*(_bigrams(s.key) for s in inside)) if inside else frozenset[str]()
    sizes: Counter[tuple[bool, int, bool]] = Counter()
    for s in inside:
        sizes[s.layout] += s.size
    return _Core(first=first, last=last, vocabulary=vocabulary, layout=sizes.most_common(1)[0][0] if sizes else (False, 0, False))


def _against_core(shapes: Sequence[Shape], core: _Core, i: int) -> Iterator[str]:
    """Features of a line against the page's main run of prose."""
    this = shapes[i]
    if core.first <= i <= core.last:
        yield "in the core"
    else:
        yield "before the core" if i < core.first else "after the core"
        if 8 <= this.size and core.vocabulary:
            grams = _bigrams(this.key)
            shared = len(grams & core.vocabulary) / max(1, len(grams))
            yield "words of the core " + ("few" if shared < 0.2 else "some" if shared < 0.4 else "many")
    if this.paragraph:
        yield "layout of the core" if this.layout == core.layout else "other layout"
    elif this.layout == core.layout:
        yield "short in the layout of the core"


def _spans(shapes: Sequence[Shape]) -> dict[str, tuple[int, int]]:
    """Every ``_ECHO`` characters in a row of a long line -> the first and the last line that has them."""
    spans: dict[str, tuple[int, int]] = {}
    for i, this in enumerate(shapes):
        if this.size >= 2 * _ECHO:
            for at in range(len(this.key) - _ECHO + 1):
                gram = this.key[at : at + _ECHO]
                spans[gram] = (spans[gram][0] if gram in spans else i, i)
    return spans


def _echoes(shapes: Sequence[Shape]) -> list[tuple[str, ...]]:
    """Which lines are said again on the page: whole, or as a part of a longer line."""
    places: dict[str, list[int]] = {}
    for i, this in enumerate(shapes):
        if this.size >= 6:
            places.setdefault(this.key, []).append(i)
    spans = _spans(shapes)
    out: list[tuple[str, ...]] = []
    for i, this in enumerate(shapes):
        same = places.get(this.key, [i])
        first, last = spans.get(this.key[:_ECHO], (i, i)) if this.size >= _ECHO and len(same) == 1 else (i, i)
        names = (
            ("said again below", same[-1] > i), ("said above", same[0] < i),
            ("begins as a part of a later paragraph", last > i), ("begins as a part of an earlier paragraph", first < i),
        )  # fmt: skip
        out.append(tuple(name for name, is_so in names if is_so))
    return out


def _title(shapes: Sequence[Shape], meta: Metadata, i: int) -> Iterator[str]:
    """Features of a line against what metadata has claimed."""
    role = meta.claims.get(i)
    if role:
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
    if 4 < distance and shapes[i].key == shapes[meta.title_line].key:
        yield "title again"


def features(lines: Sequence[Line], meta: Metadata) -> list[frozenset[str]]:
    """The features of every line of a page."""
    shapes = [shape(line) for line in lines]
    core, echoes, runs = _core(shapes), _echoes(shapes), _runs(shapes)
    whole = sum(s.size for s in shapes if s.paragraph)
    seen = 0
    out: list[frozenset[str]] = []
    for i, (line, this) in enumerate(zip(lines, shapes, strict=True)):
        own = this.size if this.paragraph else 0
        names = {"any", _run(runs[i]), f"prose above {_share(seen, whole)}", f"prose below {_share(whole - seen - own, whole)}"}
        names.update(_own(line, this), _neighbours(shapes, i), _against_core(shapes, core, i), echoes[i], _title(shapes, meta, i))
        if this.paragraph:
            names.add("paragraph")
        seen += own
        out.append(frozenset(names))
    return out
