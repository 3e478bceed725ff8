"""Authors and editors: labelled, in a byline, in the dateline, in brackets at the end of the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cleaners.metadata.furniture import Furniture
from cleaners.metadata.names import is_organisation, is_person, only_people, people

_JOB = (
    r"(?:记者|通讯员|评论员|撰稿人|特派员|专栏作者|专栏作家|作者|撰文|采写|报道员|特约撰稿|实习生|主笔|撰稿|观察员|编译|执笔人|执笔|(?<![\u4e00-\u9fff])(?:图?文|文图)(?=\s*[:/|丨]))"
)
_LAST_JOB = re.compile(rf"^.{{0,24}}{_JOB}\s*[:/|丨]?\s*(?=\S)")
_BYLINE = re.compile(rf"^[□■●◎○▲△\s【\[(—-]*(?P<where>[^,。;:!?]{{0,20}}?){_JOB}\s*[:/|丨]?\s*(?P<names>[^,。;:!?]{{2,60}}?)[】\])\s]*$")
_SQUARE = re.compile(r"^[□■◎○▲△]\s*(?P<all>[^,。:;!?]{2,50})$")
_HOUSE = re.compile(r"^(?P<names>[\u4e00-\u9fff·、 ]{2,20})\s*[/|]\s*(?P<where>[\w·《》]{2,16})$")
_DATELINE = re.compile(rf"^.{{0,40}}?[(\[【](?P<inside>[^)\]】]{{2,60}})[)\]】]")
_DATELINE_WORD = re.compile(r"讯|电|消息|报道|快讯")
_RUNNING = re.compile(r"^.{0,14}?(?:记者|通讯员)\s?(?P<name>[\u4e00-\u9fff·]{2,4}?)(?:\d{1,2}月)?\d{1,2}日(?:\S{0,6})?(?:报道|电|讯)")
_FINAL = re.compile(r"[(\[【](?P<inside>[^()\[\]【】]{2,60})[)\]】]?[\s.。]*$")
_NOT_WRITING = re.compile(r"摄|供图|图片|资料|编辑|责编|化名|翻译|译|制图|审核|校对|来源|原标题|原题|完$|下转|上接|版权|如图|见图|左|右|单位|转自|参考")
_PHOTO = re.compile(r"(?<![文/])摄影?[)\]】\s]*$|供图")
_REPORT = re.compile(r"\s*(?:\S{0,6}(?:报道|综合报道|供稿|文|综合|电|讯|文/图|文/摄影?|图/文|文图|图文|撰文|采写|整理|摄影报道))$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Byline:
    """Names, and the publisher a byline names beside them."""

    names: tuple[str, ...]
    """The people, in order."""
    rule: str
    """What found them."""
    publisher: str | None = None
    """The last publisher named in the byline: ``□某云/某日报 某人``."""


def _strip_job(text: str) -> str:
    """``某网专栏作者 王某`` -> ``王某``."""
    match = _LAST_JOB.match(text)
    return text[match.end() :] if match else text


def labelled(furniture: Furniture) -> tuple[str, ...]:
    """The people behind 作者, 记者, 文/ and their like; publishers and offices behind 作者 are none."""
    found: list[str] = []
    for value in furniture.values:
        if value.role == "author":
            found += people(_strip_job(value.text), named=True)
    return tuple(dict.fromkeys(found))


def editors(furniture: Furniture) -> tuple[str, ...]:
    """The people behind 责任编辑 and its like."""
    found: list[str] = []
    for value in furniture.values:
        if value.role == "editor":
            found += people(value.text, named=True)
    return tuple(dict.fromkeys(found))


def after_source(furniture: Furniture, source: str | None) -> tuple[str, ...]:
    """One name that closes the line behind the source: ``来源：某某社 王某``."""
    value = furniture.first("source")
    if not value or not source or not value.text.startswith(source) or furniture.values[-1] is not value:
        return ()
    return only_people(value.text[len(source) :], named=False)


def standing(text: str) -> Byline | None:
    """A folded line that is nothing but a byline."""
    if len(text) > 80 or _PHOTO.search(text):
        return None
    if square := _SQUARE.match(text):
        return _marked(square["all"])
    for pattern, rule in ((_BYLINE, "byline"), (_HOUSE, "byline with house")):
        match = pattern.match(text)
        if not match:
            continue
        names = _several(match["names"]) if pattern is _BYLINE else only_people(match["names"], named=False)
        where = match["where"].strip(" /|")
        if names and (pattern is _BYLINE or is_organisation(where)):
            return Byline(names=names, rule=rule, publisher=_last_house(where))
    return None


def _marked(text: str) -> Byline | None:
    """Behind the mark of a byline: houses, then people: ``□某云/某日报 王某 李某``."""
    tokens = re.split(r"[/\s、]+", _strip_job(text) if re.search(_JOB, text) else text)
    names: list[str] = []
    while tokens and is_person(tokens[-1], named=True) and not is_organisation(tokens[-1]):
        names.insert(0, tokens.pop())
    if not names:
        return None
    return Byline(names=tuple(names), rule="byline with mark", publisher=_last_house("/".join(tokens)))


def _last_house(where: str) -> str | None:
    house = re.split(r"[/|·\s]", where)[-1]
    return house if len(house) > 2 and is_organisation(house) else None


def _several(text: str) -> tuple[str, ...]:
    """Names with further job titles between them: ``王某 李某 通讯员 赵某 某地报道``."""
    found: list[str] = []
    parts = re.split(rf"\s*{_JOB}\s*[:/]?\s*", _REPORT.sub("", text))
    for part in parts:
        found += people(re.sub(r"^(?:本报|本网|全媒体|融媒体|实习|见习|特约|首席|摄影)+", "", part), named=True)
    return tuple(dict.fromkeys(found))


def dateline(text: str) -> tuple[str, ...]:
    """The names in the dateline of a folded first paragraph: ``某报讯（记者 王某）``, ``某社某地5月1日电（王某、李某）``."""
    running = _RUNNING.match(text)
    if running and is_person(running["name"], named=True):
        return (running["name"],)
    match = _DATELINE.match(text)
    if not match or not _DATELINE_WORD.search(text[: match.start("inside")] + text[match.end("inside") :][:4]):
        return ()
    if not _DATELINE_WORD.search(text[: match.start("inside")]):
        return ()
    return bracketed(match["inside"])


def bracketed(inside: str) -> tuple[str, ...]:
    """The authors that stand in brackets: with a job (any name) or bare (known surnames only, nothing else)."""
    inside = inside.strip()
    if _NOT_WRITING.search(inside):
        return ()
    job = re.search(_JOB, inside)
    if job and job.start() <= 12:
        if re.match(r"作者\s?\S{2,4}(?:系|为|是)", inside):
            name = re.split("[系为是]", inside[2:].strip())[0]
            return (name,) if is_person(name, named=True) else ()
        return _several(inside[job.end() :].lstrip(" :/|丨"))
    return only_people(_REPORT.sub("", inside) if " " in inside else inside, named=False)


def final(text: str) -> tuple[str, ...]:
    """The authors in brackets at the end of a folded last paragraph: ``……（文/王某）``."""
    match = _FINAL.search(text[-80:])
    return bracketed(match["inside"]) if match else ()


def known(names: Sequence[str], editors: Sequence[str]) -> bool:
    """Whether names are only those of the editors."""
    return bool(names) and set(names) <= set(editors)
