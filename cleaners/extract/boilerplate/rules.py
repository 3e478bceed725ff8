"""Which rules of noise a line meets. The rules themselves are data: ``cleaners/data/noise-rules.toml``."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

from cleaners.characters import HAN
from cleaners.chinese import script
from cleaners.extract.boilerplate.html_features import link_share
from cleaners.extract.boilerplate.literals import LiteralIndex
from cleaners.extract.boilerplate.rule import NoiseRule, Sentence
from cleaners.items import Line

_NAMED = re.compile("%([A-Z]+)%")


def parse_rules(text: str) -> tuple[NoiseRule, ...]:
    """The rules of a file in the form of ``noise-rules.toml``, in order; ``%NAME%`` in patterns is filled in.

    Raises ValueError for what is no such file: no TOML, an unknown key, a pattern that does not compile, a name twice.
    """
    raw = tomllib.loads(text)
    named = raw["patterns"]

    def rule(given: dict[str, Any]) -> NoiseRule:
        patterns = tuple(_NAMED.sub(lambda name: named[name[1]], pattern) for pattern in given.pop("any_of"))
        try:
            re.compile("|".join(patterns))
            return NoiseRule(any_of=patterns, **given)
        except (TypeError, re.error) as wrong:
            raise ValueError(f"rule {given.get('name')!r}: {wrong}") from wrong

    found = tuple(map(rule, raw["rule"]))
    names = [one.name for one in found]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise ValueError(f"two rules are called {twice!r}")
    return found


@cache
def shipped_rules() -> tuple[NoiseRule, ...]:
    """The rules that come with jianbao, read when first asked for."""
    return parse_rules(files("cleaners").joinpath("data/noise-rules.toml").read_text(encoding="utf-8"))


# Sentences of an article that only mention what a rule of noise looks for.
#
# A page says 扫一扫关注我们 to its reader; a report says that tourists 扫一扫就能听到唱段. What tells them apart is who
# speaks to whom.

_CLOSED = re.compile(r"[。!?！？][”」』’\"')）】\]]*$")
_SHORTEST = 14
# Said to the reader, or by the page of itself.
_PROMPT = re.compile(
    r"^\W*(?:请|欢迎|更多|扫|长按|识别|点击|戳|关注|下载|打开|安装|想|欲|了解|如需|如果你|如有|获取|立即|赶紧|赶快|快来|快|速|添加|搜索|微信|手机扫|用手机|喜欢|觉得"
    r"|登录后|热线|爆料|投稿|报料|来稿|友情|温馨)"
    r"|[上下左右][方侧边]?的?二维码|本[报网站台号刊平]|我们|敬请|敬告|小编|(?:请|欢迎|可)(?:您|大家|点击|关注|下载|扫|长按|搜索|登录|添加|联系|在)"
    rf"|(?<![{HAN}])您|点[个击]?(?:赞|在看)"
    r"|(?:哦|哟|吧|啦|呀)[。!！~]+$|[!！]$"
)
# Somebody else's words, or a rule of law.
_REPORTED = re.compile(
    r"(?:^|[,，])[^,，。:：]{2,40}(?:表示|认为|称|说|指出|强调|介绍|透露|坦言|提醒|提示|告诉|建议|呼吁|要求|规定|发现|判决|裁定|承诺|明确|回应|通报|"
    r"公布|获悉|了解到?|看到|公告|披露|宣布|显示|解释)(?:\S{0,6}?)[,，:：“\"]"
    r"|^(?:据|按照|根据|近日|日前|目前|今年|去年|此前|随后)[^,，]{0,30}[,，](?!.{0,30}本[网站文平])"
)
_OF_ITSELF = re.compile(r"本[网站文平号]|[以上述该][述文]?(?:内容|文章|稿件|文字)|转载(?:目的|请)|^\W*(?:本|该)文")
_CREDIT = 16


def only_mentioned(text: str, sentence: Sentence) -> bool:
    """Whether a folded line that meets a rule is a sentence that only mentions what the rule looks for."""
    if sentence == "any" or not _CLOSED.search(text):
        return False
    if sentence == "credit":
        return len(text) > _CREDIT or text.endswith(("?", "？", "!", "！"))
    if len(text) < _SHORTEST:
        return False
    if sentence == "notice":
        return bool(_REPORTED.search(text)) and not _OF_ITSELF.search(text)
    return not _PROMPT.search(text)


@dataclass(frozen=True, slots=True, kw_only=True)
class _RuleTest:
    """Some of the expressions of a rule."""

    rule: NoiseRule
    pattern: str
    matches: Callable[[str], object]
    """Gives something true for a line that meets one of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _CompiledRules:
    tests: tuple[_RuleTest, ...]
    """In the order of the rules."""
    index: LiteralIndex
    """Which of them to try on a line."""


@cache
def _compiled_rules() -> _CompiledRules:
    tests = tuple(test for rule in shipped_rules() for test in _tests(rule))
    return _CompiledRules(tests=tests, index=LiteralIndex([test.pattern for test in tests]))


def _tests(rule: NoiseRule) -> Iterator[_RuleTest]:
    """Anchored patterns are matched, the others searched: ``search`` would try the anchor at every character."""
    anchored = [pattern[1:] for pattern in rule.any_of if _is_anchored(pattern)]
    others = [pattern for pattern in rule.any_of if not _is_anchored(pattern)]
    for patterns, is_anchored in ((anchored, True), (others, False)):
        if patterns:
            either = "|".join(f"(?:{pattern})" for pattern in patterns)
            compiled = re.compile(either, re.IGNORECASE)
            yield _RuleTest(rule=rule, pattern=either, matches=compiled.match if is_anchored else compiled.search)


def _is_anchored(pattern: str) -> bool:
    return pattern.startswith("^") and "|^" not in pattern


_SPACE = "".join(re.findall(r"\s", "".join(map(chr, range(0x3001)))))
_BULLETS = "•·●○■◆▪▶►▲△▼▍▎▏▌┃❙※★☆>»|*"


def bare(folded: str) -> str:
    """A folded line without its bullets and outer separators."""
    return folded.lstrip(_SPACE + _BULLETS).rstrip(_SPACE + "|")


def hits(folded: str, *, linked: bool = False, cell: bool = False, looked: int | None = None) -> Iterator[NoiseRule]:
    """The rules that a folded line meets, in order.

    ``linked``: most of it is a link; ``cell``: it stands in a table; ``looked``: what :class:`LiteralIndex` saw in it.
    """
    for rule in _met(bare(folded), looked):
        if (linked or rule.place != "link") and not (cell and rule.place == "outside tables"):
            yield rule


# Sites repeat their menus and headings on every page.
@lru_cache(maxsize=8192)
def _met(text: str, looked: int | None) -> tuple[NoiseRule, ...]:
    compiled = _compiled_rules()
    found: dict[str, NoiseRule] = {}
    for number in compiled.index.candidates() if looked is None else compiled.index.candidates(looked):
        test = compiled.tests[number]
        rule = test.rule
        if (
            len(text) <= rule.longest
            and rule.name not in found
            and test.matches(text)
            and not only_mentioned(text, rule.sentence)
        ):
            found[rule.name] = rule
    return tuple(found.values())


_CELLS = frozenset(("td", "th"))
# A table or list of data: so many short entries that are no links, next to each other, of which few meet a rule.
_ENTRIES = _CELLS | {"li", "dd", "dt"}
_LONGEST_ENTRY = 24
_FEWEST_ENTRIES = 3
_MET_AMONG_DATA = 1 / 3
_FARTHEST = 200
_BARE_WORDS = frozenset(("share", "navigation", "comments", "ads"))  # noise that is told by a word alone


@cache
def longest() -> int:
    """No rule looks at longer lines; folding them would cost more than reading the page."""
    return max(rule.longest for rule in shipped_rules()) + 100


class LineSignals:
    """For every line the first rule it meets, found when asked for, once.

    Its text alone decides, but in a table or list of data: where few of its neighbours meet a rule, 鸡蛋 is food.
    """

    __slots__ = ("_data", "_first", "_found", "_lines", "_looked")

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._looked: list[tuple[str, int]] = []
        self._first: dict[int, NoiseRule | None] = {}
        self._found: dict[int, NoiseRule | None] = {}
        self._data: dict[int, bool] = {}

    def __getitem__(self, index: int) -> NoiseRule | None:
        if index not in self._found:
            met = self._first_met(index)
            bare = met is not None and met.noise in _BARE_WORDS
            self._found[index] = None if bare and self._is_datum(index) else met
        return self._found[index]

    def _first_met(self, index: int) -> NoiseRule | None:
        if index not in self._first:
            self._looked = self._looked or _looked_through(self._lines)
            line, (folded, looked) = self._lines[index], self._looked[index]
            linked, cell = link_share(line) > 0.5, line.tag in _CELLS
            self._first[index] = next(hits(folded, linked=linked, cell=cell, looked=looked), None) if looked else None
        return self._first[index]

    def known(self, index: int) -> NoiseRule | None:
        """The same, only where it was already asked for: enough to name what stands outside the article."""
        return self._found.get(index)

    def _is_datum(self, index: int) -> bool:
        """Whether a line that meets a rule is one of the short cells or items of a table or list of other things."""
        if not is_entry(self._lines[index]):
            return False
        if index not in self._data:
            first = last = index
            while first > 0 and is_entry(self._lines[first - 1]) and index - first < _FARTHEST:
                first -= 1
            while last + 1 < len(self._lines) and is_entry(self._lines[last + 1]) and last - index < _FARTHEST:
                last += 1
            met = sum(self._first_met(near) is not None for near in range(first, last + 1))
            data = last - first + 1 >= _FEWEST_ENTRIES and met <= _MET_AMONG_DATA * (last - first + 1)
            self._data |= dict.fromkeys(range(first, last + 1), data)
        return self._data[index]


def is_entry(line: Line) -> bool:
    """Whether a line is a short cell of a table or item of a list, and no link."""
    held = line.tag in _ENTRIES or (
        line.tag == "p" and len(line.ancestors) > 1 and re.split("[#.]", line.ancestors[-2], maxsplit=1)[0] in _ENTRIES
    )
    return held and not line.links and len(line.text) <= _LONGEST_ENTRY


def _looked_through(lines: Sequence[Line]) -> list[tuple[str, int]]:
    """Each line folded, with what may match it; nothing of a line that is too long for all rules."""
    short = "\n".join([line.text if len(line.text) <= longest() else "" for line in lines])
    folded = script.fold(short).split("\n")
    return list(zip(folded, _compiled_rules().index.look(folded), strict=True))
