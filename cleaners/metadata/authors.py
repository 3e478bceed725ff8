"""Who wrote and who edited: the places on a page in the order of trust."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from cleaners.characters import HAN
from cleaners.chinese import script
from cleaners.items import Line
from cleaners.metadata import byline
from cleaners.metadata.declared import DeclaredMetadata
from cleaners.metadata.folding import FoldedText
from cleaners.metadata.info_line import parse_info_line
from cleaners.metadata.info_lines import FoundNames, InfoAnswer, InfoLines, InfoPiece, first_named, own
from cleaners.metadata.labels import BUTTONS, COUNTED, MARKED, NOBODY, any_of, words
from cleaners.metadata.markup import Marks
from cleaners.metadata.names import is_organisation, is_person, is_word, people
from cleaners.metadata.page_regions import PageRegions

# Who wrote where no reporter signs: the poster of a forum or blog, and whoever the page itself calls the author.
#
# Pen names and offices look like any other word, so they are believed only where the page says what they are: behind
# 作者 or 楼主, in an element marked rel=author, or as the poster on a page that is a forum.

_FORUM = re.compile(
    r"只看该作者|只看楼主|只看作者|倒序浏览|倒序看帖|电梯直达|楼主|发新帖|只看大图|只看該作者|只看樓主|倒序瀏覽|電梯直達|樓主"
)
_CALLED = words("作者 文章作者 本文作者 原作者 楼主 博主 发帖人 发贴人")
_OFFICE = re.compile(
    r"(?:大队|支队|中队|分局|局|厅|处|科|室|办|委|委员会|党委|支部|总支|院|庭|部|学校|小学|中学|学院|协会|工会|团委|"
    r"街道|村委会|居委会|研究所)$"
)
_PEN_NAME = re.compile(rf"(?=.*[{HAN}])[\w·.@-]{{2,10}}")
_NO_PEN_NAME = re.compile(
    any_of(COUNTED - words("赞 阅 喜欢") | BUTTONS | NOBODY - words("无 网上 其他 其它"))
    + r"|本站|本网|本报|互联网|编辑|来源|管理|记者|原创|发布|更新|日期|时间|楼层?|帖|作者|倒序|正序|昨天|前天|"
    r"游客|会员|版主|积分|在线|等级|\d{4}",
    re.IGNORECASE,
)
_PLACE_END = re.compile(r"[省市县区镇乡村州]$")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]++@[\w.-]+", re.ASCII)


def people_marked(marks: Marks) -> InfoAnswer | None:
    """The people whom the markup calls authors: names with a known surname, also with an address behind them."""
    for mark in marks():
        if mark.role != "author":
            continue
        furniture = parse_info_line(_MAIL.sub(" ", mark.text))
        if furniture.labelled or not furniture.free:
            continue
        names = []
        for token in re.split(r"[\s,、|/]+", furniture.free[0]):
            if not is_person(token, named=False):
                break
            names.append(token)
        if names:
            return InfoAnswer(
                values=tuple(map(mark.own, dict.fromkeys(names))), rule="author in markup", line=mark.line
            )
    return None


def called_author(pieces: Sequence[InfoPiece]) -> InfoAnswer | None:
    """Whoever stands behind 作者: an office (作者：交警大队) or a pen name."""

    def called(piece: InfoPiece) -> FoundNames | None:
        for value in piece.furniture.values:
            if value.label in _CALLED and (_is_office(value.text) or is_pen_name(value.text)):
                return FoundNames(names=(value.text,), rule="called author")
        return None

    return first_named(pieces, called)


def poster(near: InfoLines, marks: Marks, lines: Sequence[Line]) -> InfoAnswer | None:
    """Who posted: in an element marked as author's, on a forum also the name beside or above 发表于 and its date."""
    forum = is_forum(lines)
    for mark in marks():
        believed = mark.sure or (forum and mark.role in ("author", "account"))
        if believed and is_pen_name(mark.text.strip()):
            return InfoAnswer(values=(mark.own(mark.text.strip()),), rule="poster in markup", line=mark.line)
    if forum:
        for piece, name in _beside_post(near.around):
            return InfoAnswer(values=own((name,), piece.line), rule="poster", line=piece.index)
    return None


def _beside_post(pieces: Sequence[InfoPiece]) -> Iterator[tuple[InfoPiece, str]]:
    for piece in pieces:
        name = piece.furniture.free[0] if piece.furniture.dates and piece.furniture.free else ""
        if is_pen_name(name) and piece.furniture.text.lstrip("[( ").startswith(name):
            yield piece, name
    for piece, follow in pairwise(pieces):
        rest = _FORUM.sub("", " ".join(follow.furniture.free)).strip(" |")
        if follow.furniture.dates and not rest and is_pen_name(piece.line.text):
            yield piece, piece.line.text


def is_forum(lines: Sequence[Line]) -> bool:
    """Whether a page has the buttons of a forum."""
    return any(len(line.text) < 80 and _FORUM.search(line.text) for line in lines)


def is_pen_name(text: str) -> bool:
    """Whether a folded word may be a name that somebody chose: 石头哥, 三栋老陈; no publisher, no place, no button."""
    if not _PEN_NAME.fullmatch(text) or _NO_PEN_NAME.search(text) or text in MARKED or is_word(text):
        return False
    return is_person(text, named=True) or not (is_organisation(text) or _PLACE_END.search(text))


def _is_office(text: str) -> bool:
    return 3 <= len(text) <= 16 and text.isalpha() and bool(_OFFICE.search(text)) and not _NO_PEN_NAME.search(text)


_BY = re.compile(r"^by\s+", re.IGNORECASE)
_ENGLISH_BYLINE = re.compile(
    r"(?P<by>[Bb][Yy]:?\s+)?(?P<names>[A-Z][\w'.-]*(?:,? (?:and |& |with )?[A-Z][\w'.-]*){1,9})"
    r"(?: (?:in|at|from) [A-Z].{0,40})?\s*(?:[|/•·(,-].*)?$"
)
_AND = re.compile(r",? (?:and|with) |,? & |, ")
_ENGLISH_NAME = re.compile(r"[A-Z][\w'.-]*(?: [A-Z][\w'.-]*){1,3}")
_HOUSE = re.compile(
    r"\b(?:News|Press|Insider|Staff|Editors?|Desk|Bureau|Team|Media|Times|Post|Agency|Reuters|AFP)\b|[@/:]",
    re.IGNORECASE,
)


def authors(
    zones: PageRegions,
    near: InfoLines,
    source: str | None,
    declared: DeclaredMetadata,
    marks: Marks,
    lines: Sequence[Line],
) -> InfoAnswer | None:
    """The first place that names people: beside the headline, the dateline, brackets at the end, behind the text.

    Where no place does: who posted, and whoever the page calls its author.
    """

    def after_source(piece: InfoPiece) -> FoundNames | None:
        return _named("name after source", byline.after_source(piece.furniture, source))

    return (
        first_named(near.around, _labelled, after_source, _standing)
        or first_named(near.top, lambda piece: _named("name beside date", byline.beside_date(piece.furniture)))
        or _told((*zones.first, *zones.last), "author in reprint notice", byline.reprinted)
        or _told(zones.first, "dateline", byline.dateline)
        or _told(zones.last, "brackets at the end", byline.final)
        or _at_the_end(near)
        or _confirmed(near, declared)
        or people_marked(marks)
        or first_named(
            near.top[:3], lambda piece: _named("name before account", byline.before_account(piece.furniture))
        )
        or poster(near, marks, lines)
        or called_author((*near.around, *near.below))
    )


def _named(rule: str, names: tuple[str, ...]) -> FoundNames | None:
    return FoundNames(names=names, rule=rule) if names else None


def _labelled(piece: InfoPiece) -> FoundNames | None:
    return _named("author label", byline.labelled(piece.furniture))


def _standing(piece: InfoPiece) -> FoundNames | None:
    return next(filter(None, map(byline.standing, piece.unlabelled)), None)


def _told(lines: Sequence[FoldedText], rule: str, read: Callable[[str], tuple[str, ...]]) -> InfoAnswer | None:
    """Whom the text itself names; its line stays a part of it."""
    for line in lines:
        if names := read(line.text):
            return InfoAnswer(values=own(names, line), rule=rule)
    return None


def _at_the_end(near: InfoLines) -> InfoAnswer | None:
    """Whom the lines behind the text name."""
    answer = first_named(
        near.below, _labelled, _standing, lambda piece: _named("brackets", byline.final(piece.line.text))
    )
    return replace(answer, rule=f"{answer.rule} at the end") if answer else None


def _confirmed(near: InfoLines, declared: DeclaredMetadata) -> InfoAnswer | None:
    """The people whom the head declares and a line beside the headline shows; alone either may be an editor."""
    told = [name for _, value in declared.authors for name in people(script.fold(value), named=True)]

    def shown(piece: InfoPiece) -> FoundNames | None:
        tokens = [token for text in piece.unlabelled for token in re.split(r"[\s,、|/]+", text)]
        return _named("declared and shown", tuple(dict.fromkeys(name for name in told if name in tokens)))

    return first_named(near.top, shown) if told else None


def declared_authors(declared: DeclaredMetadata) -> InfoAnswer | None:
    """The people a head declares: trusted only on pages that are not Chinese, whose systems fill it with editors."""
    for rule, value in declared.authors:
        names = [name.strip() for name in _BY.sub("", value.replace(" and ", ",")).split(",")]
        people = tuple(name for name in names if 2 < len(name) <= 40 and " " in name and not _HOUSE.search(name))
        if people and not is_organisation(value):
            return InfoAnswer(values=people, rule=rule)
    return None


def english_authors(near: InfoLines) -> InfoAnswer | None:
    """The byline of a page in English: ``By ZHAO LIANG and WEN QIONG in Ganting``, ``Author: Zhao Liang``."""

    def signed(piece: InfoPiece) -> FoundNames | None:
        named = piece.furniture.first("author")
        match = _ENGLISH_BYLINE.match(named.text if named else piece.unlabelled[0] if piece.unlabelled else "")
        if not match or not (named or match["by"]):
            return None
        names = tuple(name.strip() for name in _AND.split(match["names"]))
        fit = all(_ENGLISH_NAME.fullmatch(name) and not _HOUSE.search(name) for name in names)
        return FoundNames(names=names, rule="byline") if fit else None

    return first_named(near.around, signed)


def editors(near: InfoLines) -> tuple[InfoAnswer, ...]:
    """All lines that name editors, in order."""
    found = []
    for piece in (*near.above, *near.top, *near.below):
        names = byline.editors(piece.furniture)
        if names or any(value.role == "editor" for value in piece.furniture.values):
            found.append(InfoAnswer(values=own(names, piece.line), rule="editor label", line=piece.index))
    return tuple(found)
