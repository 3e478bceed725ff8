"""Pages that are no article: by what they say and what is left of them, else by a score of many small signs.

The weights of the score (``cleaners/data/page-type.json``) are fitted by ``benchmarks/train_page_type.py``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from cleaners.characters import HAN
from cleaners.chinese import script
from cleaners.chinese.script.census import census
from cleaners.errors import UnusableInput
from cleaners.extract.boilerplate.html_lines import weigh
from cleaners.extract.page_features import FEATURES, is_entry, judged_page, measure
from cleaners.items import Line, Metadata
from cleaners.page.lines import PageLines
from cleaners.page.lines.script_shell import NEEDS_BROWSER, is_shell


@dataclass(frozen=True, slots=True, kw_only=True)
class PageTypeSettings:
    """What an article has at least."""

    letters: int = 40
    """Fewer characters are an article only with a headline, a date and a whole sentence (a flash)."""
    notice: int = 250
    """An error page or a login wall says no more than this many characters."""
    entries: int = 5
    """So many headlines of other pages between the paragraphs make an index page ..."""
    entries_share: float = 0.8
    """... when there are at least this many of them for each paragraph."""
    passage: int = 300
    """Unless so many characters stand together without a headline between them."""
    code: float = 0.5
    """Share of the characters in lines of code that makes a text a style sheet or a script."""
    verses: int = 4
    """So many short lines of words below one another are a poem ..."""
    verses_share: float = 0.7
    """... when they are more than this share of what is kept."""
    closed: float = 0.8
    """A short report is no menu when this share of what is kept stands in lines that end as a sentence does."""
    images: int = 4
    """So many images with next to no text make a gallery."""
    unlike: float | None = None
    """Probability, 0..1, from which on a page is taken for none; None: as it was learned."""


UNLIKE = "unlike an article"
"""The kind of a page that is of no known other kind, and that the weights take for no article."""
_LOUDEST = 3  # features
SCRIPT_SHELL = "script shell"
"""The kind of a page that shows nothing until its scripts have run."""

_ERROR = re.compile(
    r"\b(?:40[0-9]|50[0-4])\b.{0,12}(?:错误|not found|error|forbidden|bad gateway|页面)|page not found|access denied"
    r"|^\W*404\W*$|(?:页面|网页|文章|内容|信息|帖子|链接|新闻)(?:已|已经|可能)?(?:不存在|找不到|未找到|无法找到|没有找到)"
    r"|(?:页面|网页|文章|内容|信息|帖子|链接|新闻)(?:已|已经|可能)?(?:被?删除|失效|走丢|不见|过期|下线)"
    r"|(?:找不到|无法(?:显示|访问)|没有找到).{0,8}(?:页面|网页|文章|内容)|服务器.{0,6}(?:错误|繁忙)|系统发生错误"
    r"|访问(?:过于频繁|被拒绝|出错)|安全验证|请输入验证码",
    re.IGNORECASE,
)
_LOGIN = re.compile(
    r"(?:请|需要?|必须)先?(?:登录|登陆|注册)|(?:登录|登陆|注册)后?(?:才能|即可|可以|方可)?(?:查看|阅读|访问|继续|浏览)"
    r"|付费(?:后|阅读)|开通会员|用户名.{0,20}密码"
)
_SHELL = re.compile(
    r"(?:启用|开启|打开|允许|支持).{0,6}java ?script|java ?script.{0,12}(?:enable|disabled|required|启用|禁用)"
    r"|enable java ?script",
    re.IGNORECASE,
)
_ESCAPE = re.compile(r"\\[nrt\"'/]|\\u[0-9a-fA-F]{4}")
_CODE = re.compile(
    r"[{};]\s*$|^\s*[}\])]+[;,]?|^\s*(?:[.#@][\w-]++[\w .#:>,()-]*+\{|/\*|\*/|//)|\bfunction\s*\w*\("
    r"|\bvar \w+\s*=|=>\s*\{"
)
_VERSE = re.compile(rf"[{HAN}\s，。、；！？…—“”‘’《》·,!?]{{2,30}}")
_CELLS = frozenset(("td", "th"))
_SENTENCE = re.compile(r"[。！？!?…][”」』\"'）)]?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageWeights:
    """What was learned of pages in general."""

    recipe: str
    """How the weights were made."""
    limit: float
    """Probability, 0..1, from which on a page is taken for none."""
    always: float
    """What is added for every page."""
    features: Mapping[str, float]
    """Name of a feature (:data:`cleaners.extract.page_features.FEATURES`) -> its weight."""


@cache
def shipped() -> PageWeights:
    """The weights that come with jianbao."""
    raw = json.loads(files("cleaners").joinpath("data/page-type.json").read_text(encoding="utf-8"))
    return PageWeights(**raw)


def unlikeness(lines: Sequence[Line], meta: Metadata, confidence: float) -> float:
    """The probability, 0..1, that a page of HTML is no article.

    ``lines`` are judged; ``confidence``, 0..1, is the judge's in the lines it kept.
    """
    score = shipped().always + sum(_added(lines, meta, confidence).values())
    return 1 / (1 + exp(-max(-50.0, min(50.0, score))))


def why_unlike(lines: Sequence[Line], meta: Metadata, confidence: float, unlike: float) -> str:
    """What decided that a page is ``unlike an article``: its :func:`unlikeness`, the limit, and the features that spoke
    loudest for it, with what each adds to the log odds."""
    added = sorted(_added(lines, meta, confidence).items(), key=lambda pair: -pair[1])[:_LOUDEST]
    told = "; ".join(f"{name} {value:+.1f}" for name, value in added if value > 0)
    return f"{unlike:.2f} that it is none, the limit is {shipped().limit:.2f}" + (f"; {told}" if told else "")


def _added(lines: Sequence[Line], meta: Metadata, confidence: float) -> dict[str, float]:
    """Feature -> what it adds to the log odds that a page is no article."""
    weights, values = shipped().features, measure(judged_page(lines, meta, confidence))
    return {name: weights[name] * value for name, value in zip(FEATURES, values, strict=True)}


def rejection(
    blocks: PageLines,
    lines: Sequence[Line],
    meta: Metadata,
    unlike: float = 0.0,
    settings: PageTypeSettings = PageTypeSettings(),
) -> str | None:
    """What a page is instead of an article (``index page``, ``error page`` ...), None when it is one.

    ``unlike``: its :func:`unlikeness`. A page that only this takes for none is called :data:`UNLIKE`.
    """
    if kind := known_kind(blocks, lines, meta, settings):
        return kind
    limit = shipped().limit if settings.unlike is None else settings.unlike
    if unlike <= limit or is_verse(lines, settings) or is_short_report(lines, meta, settings):
        return None
    return UNLIKE


def no_article(kind: str, blocks: PageLines, why: str = "") -> UnusableInput:
    """What to raise for a page that is of another kind; ``why``: what decided that."""
    cure = NEEDS_BROWSER if kind == SCRIPT_SHELL and is_shell(blocks) else ""
    return UnusableInput("extract", f"not an article: {kind}", cure or why)


def known_kind(
    blocks: PageLines, lines: Sequence[Line], meta: Metadata, settings: PageTypeSettings = PageTypeSettings()
) -> str | None:
    """What a page is instead of an article as far as it says so itself."""
    kept = [line for line in lines if line.verdict == "keep"]
    letters = count_letters("".join(line.text for line in kept))
    if blocks.media == "text" and _is_code(blocks.lines, settings):
        return "style sheet or script"
    dated = meta.title is not None and meta.published is not None and letters >= settings.letters
    if letters < settings.notice and not dated and (notice := _notice(blocks, kept)):
        return notice  # news of a site that is down is dated, the page of a site that is down is not
    if _is_list(lines, settings) or (letters < settings.passage and _is_teaser(lines, settings)):
        return "index page"
    if letters >= settings.letters or _is_flash(kept, meta) or is_verse(lines, settings):
        return None
    return _without_text(blocks, settings)


def count_letters(text: str) -> int:
    """Letters and characters: the days of a calendar are no text, nor are the escapes of a page saved as a string.

    >>> count_letters("21 22 23 \\\\n\\\\n 春耕")
    2
    """
    return census(_ESCAPE.sub("", text)).alphabetic


def _is_code(lines: Sequence[Line], settings: PageTypeSettings) -> bool:
    """Most of it is in the forms of CSS or JavaScript."""
    marked = sum(len(line.text) for line in lines if _CODE.search(line.text))
    return marked > settings.code * sum(len(line.text) for line in lines)


def _notice(blocks: PageLines, kept: Sequence[Line]) -> str | None:
    said = script.fold(
        " ".join([blocks.head.title[:60], *(line.text[:500] for line in kept[:40] or blocks.lines[:40])])
    )
    if _ERROR.search(said):
        return "error page"
    return "login wall" if _LOGIN.search(said) and len(kept) < 6 else None


def _is_list(lines: Sequence[Line], settings: PageTypeSettings) -> bool:
    """Headlines of other pages stand between the paragraphs, and nowhere is a longer text: teasers, not an article."""
    kept = [i for i, line in enumerate(lines) if line.verdict == "keep" and weigh(line)]
    if not kept:
        many = sum(map(is_entry, lines)) > sum(line.verdict == "keep" for line in lines)
        return many and not is_verse(lines, settings)
    entries = longest = run = 0
    for line in lines[kept[0] : kept[-1] + 1]:
        if line.verdict == "keep":
            run += len(line.text)
            longest = max(longest, run)
        elif is_entry(line):
            entries, run = entries + 1, 0
    many = entries >= settings.entries and entries >= settings.entries_share * len(kept)
    return many and longest < settings.passage


def is_verse(lines: Sequence[Line], settings: PageTypeSettings = PageTypeSettings()) -> bool:
    """Whether nearly all that is kept are short lines of words, one below the other in one place: a poem, a song.

    Nobody can tell a short poem from the menu of a site by numbers alone: it is kept, at a low confidence.
    """
    run: list[Line] = []
    longest = 0
    for line in lines:
        if line.verdict != "keep" or not _VERSE.fullmatch(line.text) or line.links:
            continue
        if run and (line.ancestors != run[-1].ancestors or (line.tag in _CELLS and line.node != run[-1].node)):
            run = []
        run.append(line)
        longest = max(longest, sum(len(one.text) for one in run) if len(run) >= settings.verses else 0)
    kept = sum(len(line.text) for line in lines if line.verdict == "keep")
    return longest > settings.verses_share * kept


def is_short_report(lines: Sequence[Line], meta: Metadata, settings: PageTypeSettings = PageTypeSettings()) -> bool:
    """Whether what is kept is sentences without a headline of another page between them, and the page is signed and
    dated, or has no link at all: a notice or a brief, however little it says. It is kept, at a low confidence.

    Of 300 made ones 163 were lost without this; 2 of 400 made pages that are none are kept with it, none of 10 real.
    """
    kept = [i for i, line in enumerate(lines) if line.verdict == "keep"]
    if not kept or any(map(is_entry, lines[kept[0] : kept[-1] + 1])):
        return False
    closed = sum(len(lines[i].text) for i in kept if _SENTENCE.search(lines[i].text))
    if closed < settings.closed * sum(len(lines[i].text) for i in kept):
        return False
    signed = meta.published is not None and (meta.source or meta.authors)
    return bool(signed) or not any(line.links for line in lines)


def _is_teaser(lines: Sequence[Line], settings: PageTypeSettings) -> bool:
    """What was kept is one of many: paragraphs in the same place, each below the headline of another page."""
    places = {line.ancestors for line in lines if line.verdict == "keep" and weigh(line)}
    entries = sum(
        line.ancestors in places and bool(weigh(line)) and any(is_entry(above) for above in lines[max(0, i - 2) : i])
        for i, line in enumerate(lines)
    )
    return entries >= settings.entries


def _is_flash(kept: Sequence[Line], meta: Metadata) -> bool:
    return bool(meta.title and meta.published and any(_SENTENCE.search(line.text) for line in kept))


def _without_text(blocks: PageLines, settings: PageTypeSettings) -> str:
    shown = " ".join(line.text for line in blocks.lines)
    scripted = blocks.tree is not None and next(blocks.tree.iter("script"), None) is not None
    if _SHELL.search(shown[:2000]) or (len(shown) < 200 and scripted):
        return SCRIPT_SHELL
    if sum(is_entry(line) for line in blocks.lines) >= 15:
        return "index page"
    if len(blocks.images) >= settings.images:
        return "gallery"
    return SCRIPT_SHELL if is_shell(blocks) else "no prose"
