"""Authors and editors: labelled, in a byline, in the dateline, in brackets at the end of the text."""

from __future__ import annotations

import re

from cleaners.characters import HAN
from cleaners.metadata.info_line import InfoLine
from cleaners.metadata.info_lines import FoundNames
from cleaners.metadata.labels import JOBS
from cleaners.metadata.names import is_organisation, is_person, only_people, people

_JOB = rf"(?:{JOBS}|(?<![{HAN}])(?:图?文|文图)(?=\s*[:/|丨]))"
_BYLINE = re.compile(
    rf"^[□■●◎○▲△\s【\[(〔—-]*(?P<where>[^,。;:!?()]{{0,20}}?){_JOB}(?P<names>[^,。;!?]{{2,60}}?)[】\])〕\s]*$"
)
_SQUARE = re.compile(r"^[□■◎○▲△]\s*(?P<all>[^,。:;!?]{2,50})$")
_HOUSE = re.compile(rf"^(?P<names>[{HAN}·、 ]{{2,20}}?)(?:\s*[/|]\s*|\s)(?P<where>[\w·《》]{{3,16}})$")
_EDITOR_LINE = re.compile(
    rf"^[\[(【]?(?:责任|值班|网络)?编辑\s+([{HAN}·]{{2,8}})(?:\s+(?:校对|审核|责编|编审|主编|"
    r"审校)\s+\S{2,8})*[\])】]?$"
)
_DATELINE = re.compile(r"^.{0,40}?[(\[【〔](?P<inside>[^)\]】〕]{2,60})[)\]】〕]")
_DATELINE_WORD = re.compile(r"讯|电|消息|报道|快讯")
_RUNNING = re.compile(
    rf"^.{{0,14}}?(?:记者|通讯员)\s?(?P<name>[{HAN}·]{{2,4}}?)(?:\d{{1,2}}月)?\d{{1,2}}日(?:\S{{0,6}})?(?:报道|电|讯)"
)
# A name runs into the place only where the place is well known; else nobody can tell where it ends.
_FROM_PLACE = re.compile(
    rf"^([{HAN}]{{2,3}})(?:台北|新北|桃园|台中|台南|高雄|北京|上海|香港|澳门|广州|深圳|华盛顿|纽约|东京|首尔|"
    r"伦敦|巴黎)(?:(?:\d{1,2}月)?\d{1,2}日.{0,4})?$"
)
# The second form: ……。(王某／某城報導)《某報》關心你
_FINAL = re.compile(
    r"[(\[【〔](?P<inside>[^()\[\]【】〔〕]{2,60})[)\]】〕]?[\s.。]*$|"
    r"[。!?！？”…]\s?[(\[【〔](?P<glued>[^()\[\]【】〔〕]{2,60})[)\]】〕][^。!?！？,，()]{1,24}$"
)
_WHO_IS = re.compile(r"^(?:本文)?作者\s?(?P<names>[^系为是,，]{2,20}?)\s?(?:分别|均|,|，)?\s?(?:系|为|是)")
_NAME_IS = re.compile(rf"^(?P<name>[{HAN}·]{{2,4}})[,，]?系[{HAN}]{{4,}}")
_WHAT_THEN_WHO = re.compile(
    r"^(?:本文)?作者\s?(?:系|为|是)\S{2,40}(?:教授|讲师|研究员|分析师|评论员|记者|作家|博士后?|硕士|导师|学者|专家|律师|医师|医生|教师|老师|校长|"
    rf"院长|所长|主任|会长|主席|理事|秘书长|书记|馆长|编辑|主编|总编|工程师|规划师|设计师|研究生|博士生|学生|员|长|家)\s?(?P<names>[{HAN}·]{{2,4}}(?:、[{HAN}·]{{2,4}})*)$"
)
_REPRINTED = re.compile(
    r"^[(\[【]?(?:本文|文章|稿件)(?:来自|来源|转载自|转自|首发|经|由|授权).{0,60}[,，;；。\s]作者\s?[:|]\s?(?P<names>[^,，;；。:]{2,30})"
)
_NOT_WRITING = re.compile(
    r"摄(?!影?报道)|供图|图片|资料|编辑|责编|化名|翻译|译|制图|审核|校对|来源|原标题|原题|完$|下转|上接|版权|如图|"
    r"见图|左|右|单位|转自|参考"
)
_BY = re.compile(r"^(?:由|by|原创)\s", re.IGNORECASE)
_REPORTED = re.compile(rf"^(?P<names>[{HAN}·、 ]{{2,20}}?)\s?(?:/\s?\S{{2,8}}?)?(?:综合)?(?:报道|报导)$")
_TEXT_BY = re.compile(rf"^(?P<names>[{HAN}·、 ]{{2,20}}?)(?:\s?[/|]\s?|\s)(?:文|撰文|文字)(?=[\s/、]|$)")
_HOUSE_FIRST = re.compile(rf"^(?P<where>[\w·《》]{{3,16}})\s*[/|丨]\s*(?P<names>[{HAN}·、 ]{{2,20}})$")
_PHOTO = re.compile(r"(?<![文/])摄影?[)\]】\s]*$|(?<!受访者)(?<!本人)(?<!单位)供图")
_STAFF = re.compile(rf"(?:全媒体|融媒体|首席|特约|实习|见习|高级|资深|特派|驻[{HAN}]{{2,4}}){{1,6}}$")
_LENT = re.compile(r"(?<!\s)\s*+(?:图由)?(?:受访者|本人|单位)供图.*$")
_REPORT = re.compile(
    r"(?:[\s/]\S{0,10}?)?(?:发自\S{2,6}|综合报道|摄影报道|即时报导|报道|报导|供稿|文/图|文/摄影?|图/文|文图|图文|撰文|采写|"
    r"整理|专电|电|讯|[/\s]文)$"
)


_BYLINES = ((_BYLINE, "byline"), (_HOUSE, "byline with house"), (_HOUSE_FIRST, "byline with house"))


def labelled(furniture: InfoLine) -> tuple[str, ...]:
    """The people behind 作者, 记者, 文/ and their like; publishers and offices behind 作者 are none."""
    found: list[str] = []
    for value in furniture.values:
        if value.role == "author":
            found += _listed(value.text)
    return tuple(dict.fromkeys(found))


def editors(furniture: InfoLine) -> tuple[str, ...]:
    """The people behind 责任编辑 and its like."""
    found: list[str] = []
    for value in furniture.values:
        if value.role == "editor":
            found += people(value.text, named=True)
    bare = _EDITOR_LINE.match(furniture.text)
    return tuple(dict.fromkeys(found)) or (people(bare[1], named=True) if bare else ())


def after_source(furniture: InfoLine, source: str | None) -> tuple[str, ...]:
    """Who closes the line behind the source: ``来源：某某社 王某``, ``来源：某报 记者 王某``."""
    value = furniture.first("source")
    if not value or not source or not value.text.startswith(source) or furniture.values[-1] is not value:
        return ()
    rest = value.text[len(source) :]
    job = re.search(_JOB, rest)
    return _behind(rest[job.end() :]) if job else only_people(rest, named=False)


def beside_date(furniture: InfoLine) -> tuple[str, ...]:
    """The one person whose name stands bare beside the date: ``王小明 2021-03-05``, ``某报 王小明 2021-03-05``."""
    if len(furniture.dates) != 1 or furniture.first("author") or not furniture.free:
        return ()
    for piece in furniture.free:
        *before, name = _BY.sub("", piece).split()
        apart = furniture.text.startswith(piece[:2]) or _BY.match(piece) or f"| {name}" in furniture.text
        alone = not before and apart
        if (alone or (before and is_organisation(before[-1]))) and is_person(name, named=False) and len(name) <= 4:
            return (name,)
    return ()


def before_account(furniture: InfoLine) -> tuple[str, ...]:
    """The person in the head of a post: ``原创 王小明 某城故事汇 2021-03-05``."""
    if len(furniture.dates) != 1 or not furniture.free or furniture.first("author"):
        return ()
    tokens = _BY.sub("", furniture.free[0]).split()
    begins = len(tokens) == 2 and furniture.text.startswith(furniture.free[0][:2])
    return (tokens[0],) if begins and is_person(tokens[0], named=False) and len(tokens[0]) <= 4 else ()


def reprinted(text: str) -> tuple[str, ...]:
    """Who wrote a text that says of itself where it is from: ``本文来自公众号“某某”，作者：王小明，经授权发布。``"""
    match = _REPRINTED.search(text) if len(text) < 200 else None
    return people(match["names"], named=True) if match else ()


def standing(text: str) -> FoundNames | None:
    """A folded line that is nothing but a byline."""
    if len(text) > 80 or _PHOTO.search(text):
        return None
    if _WHAT_THEN_WHO.match(text.rstrip("。. ")) and (names := bracketed(text.rstrip("。. "))):
        return FoundNames(names=names, rule="byline")
    if square := _SQUARE.match(text):
        return _marked(square["all"])
    for pattern in (_REPORTED, _TEXT_BY):
        match = pattern.match(text)
        if match and (names := only_people(match["names"], named=False)):
            return FoundNames(names=names, rule="byline")
    for pattern, rule in _BYLINES:
        match = pattern.match(text)
        if not match:
            continue
        names = _behind(match["names"]) if pattern is _BYLINE else only_people(match["names"], named=False)
        where = match["where"].strip(" /|")
        if names and (pattern is _BYLINE or is_organisation(where)):
            return FoundNames(names=names, rule=rule, publisher=_last_house(where))
    if text.startswith(tuple("【[(〔")) and re.search("[,;]", text):  # 【记者 王某,编辑 李某】
        parts = filter(None, re.split("[,;]", text.strip("【】[]()〔〕 ")))
        return next(filter(None, map(standing, parts)), None)
    return None


def _marked(text: str) -> FoundNames | None:
    """Behind the mark of a byline: houses, then people: ``□某云/某日报 王某 李某``."""
    job = re.search(_JOB, text)
    if job:
        names, where = list(_behind(text[job.end() :])), text[: job.start()]
    else:
        tokens, names = re.split(r"[/\s、]+", text), []
        while tokens and is_person(tokens[-1], named=True) and not is_organisation(tokens[-1]):
            names.insert(0, tokens.pop())
        where = "/".join(tokens)
    return FoundNames(names=tuple(names), rule="byline with mark", publisher=_last_house(where)) if names else None


def _last_house(where: str) -> str | None:
    house = re.split(r"[/|·\s]", _STAFF.sub("", where))[-1]
    return house if len(house) > 2 and is_organisation(house) else None


def _listed(text: str) -> tuple[str, ...]:
    """The names of a labelled value, also behind further jobs: ``王某 李某 通讯员 赵某``, ``某网专栏作者 王某``."""
    first = re.split(_JOB, text, maxsplit=1)
    return tuple(dict.fromkeys((*_people(first[0]), *(_behind(text[len(first[0]) :]) if len(first) > 1 else ()))))


def _behind(text: str) -> tuple[str, ...]:
    """The names directly behind a job and behind each further one: ``王某 李某 通讯员赵某 某地报道``.

    Where nothing stands between job and name, only a known surname tells a name from a word: 记者王某, 记者手记.
    """
    found: list[str] = []
    for part in re.split(_JOB, _LENT.sub("", text)):
        names = _people(part.lstrip(" :/|丨"))
        if names and (part[0] in " :/|丨" or is_person(names[0], named=False) or len(names[0]) > 3):
            found += names
    return tuple(dict.fromkeys(found))


def _people(text: str) -> tuple[str, ...]:
    text = _FROM_PLACE.sub(r"\1", _REPORT.sub("", text))
    return people(re.sub(r"^(?:本报|本网|全媒体|融媒体|实习|见习|特约|首席|摄影)+", "", text), named=True)


def dateline(text: str) -> tuple[str, ...]:
    """The names in the dateline of a folded paragraph: ``某报讯（记者 王某）``, ``某社某地5月1日电（王某）``."""
    running = _RUNNING.match(text)
    if running and is_person(running["name"], named=True):
        return (running["name"],)
    match = _DATELINE.match(text)
    if not match:
        return ()
    opening = match.start("inside") <= 2 and re.search(_JOB, match["inside"])
    return bracketed(match["inside"]) if opening or _DATELINE_WORD.search(text[: match.start("inside")]) else ()


def bracketed(inside: str) -> tuple[str, ...]:
    """The authors that stand in brackets: with a job (any name) or bare (known surnames only, nothing else)."""
    inside = inside.strip()
    if _NOT_WRITING.search(inside):
        return ()
    if (who := _NAME_IS.match(inside)) and is_person(who["name"], named=False):
        return (who["name"],)
    job = re.search(_JOB, inside)
    if job and job.start() <= 12:
        if last := _WHAT_THEN_WHO.match(inside):
            return only_people(last["names"], named=False)
        if first := _WHO_IS.match(inside):
            return only_people(first["names"], named=True)
        return _behind(inside[job.end() :]) or only_people(_REPORT.sub("", inside), named=False)
    return only_people(_REPORT.sub("", inside) if re.search("[ /]", inside) else inside, named=False)


def final(text: str) -> tuple[str, ...]:
    """The authors in brackets at the end of a folded last paragraph: ``……（文/王某）``."""
    match = _FINAL.search(text[-80:])
    return bracketed(match["inside"] or match["glued"]) if match else ()
