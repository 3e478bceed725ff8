"""The source: who the page says published the article first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleaners.characters import HAN, HAN_CHARACTER
from cleaners.metadata.info_line import InfoLine
from cleaners.metadata.info_lines import FoundNames
from cleaners.metadata.labels import BUTTONS, COUNTED, NOBODY, OWN_NAMES, any_of, words
from cleaners.metadata.names import is_organisation, is_person

_NOTHING = NOBODY | COUNTED | words("编辑 作者 字号 举报 来源 阅读原文 手机版 微信")
_INTERFACE = re.compile(
    rf"{any_of(COUNTED - words('赞 阅 讨论') | BUTTONS)}|^(?:打开|下载|手机|移动)?客户端$|第\d|页|\d人|"
    r"编辑|记者|作者|更新|^发布$|时间|日期|原创$|\d楼|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
)
# Columns, which stand beside dates too.
COLUMN = re.compile(
    r"(?:国内|国际|社会|时政|财经|体育|娱乐|科技|教育|军事|本地|地方|民生|热点|综合|最新|新闻|图片|视频|今日|要闻|"
    r"头条|健康|文化|旅游|法治|生活|房产|汽车|"
    r"经济|公司|行业|产业|媒体|滚动|独家|深度|专题|评论|理论|人物|环球|中国|城市|党建|政务|工作|通知|公告|部门|"
    r"基层|县区)+"
    r"(?:新闻|频道|资讯|要闻|快讯|动态|视频|财经|头条|中心|观察|论坛|发布|公告|报道|信息)?"
)
# Where a post was sent from: shown behind its date.
_PLACE = re.compile(
    r"(?:北京|天津|上海|重庆|河北|山西|辽宁|吉林|黑龙江|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南|广东|海南|"
    r"四川|贵州|云南|陕西|甘肃|青海|台湾|"
    r"内蒙古|广西|西藏|宁夏|新疆|香港|澳门)[省市]?$|(?:发布|来自|IP)"
)
_BRACKETS = str.maketrans("（）［］", "()[]")
_CODE = re.compile(r"[A-Za-z]{0,8}[\d_-]{4,}")  # a tag of the system, not a name
# Buttons that a page sets directly behind the name; and what platforms add to the name of an account.
_RUN_IN = re.compile(
    r"(?<=[\w)》]{2})(?:\d{0,9}+条?评论\d{0,9}+|分享到?|收藏|举报|字[号体]|[+]?关注|我要评论|参与互动|我有话说|听新闻|打印|浏览|阅读|"
    r"官方[账帐]号|进入主页){1,8}$"
)
_ACCOUNT = re.compile(r"^(?P<name>[^\s。，！？,!?:]{2,20})$")
_MARK_OF_POST = re.compile(
    r"^(?:原创|转载)\s*[:|·]?\s*|(?:(?<!\s)\s+)?[+]?(?:已)?关注\s*$|(?<!\s)\s+(?:官方账号|认证)\s*$"
)
_SQUARE = re.compile(r"(?<=\w)[\[【]([^\[\]【】]{2,10})(?:[\]】]|$)")
_BRACKET = re.compile(r"(?P<name>[^()]{2,30})\((?P<inside>[^()]{2,40})\)")
_CITIES = re.compile(rf"[{HAN}]{{2,4}}(?:[、,/][{HAN}]{{2,4}})*|[{HAN}]{{2,6}}[省市县区州]")
_DEVICE = re.compile(r"^(?:iPhone|iPad|Android|安卓|苹果|华为|小米|手机|微博|网页|电脑)|网页版$", re.IGNORECASE)
_SHORTEST_ACCOUNT = 4
_LONGEST_ACCOUNT = 12
"""Characters; shorter bare words beside a date are as often what a user calls himself."""
_IDENTITY = re.compile(r"(?:ID|id|Id|微信号?|公众号|微博|wechat)\s*[:：]?")
_CHANNEL = re.compile(
    r"(?:微信)?(?:公众号|公号|订阅号|服务号|视频号)\s*[:]?[“\"「『《〈]?(?P<name>[^“”\"「」『』《》〈〉:]{2,20})[”\"」』》〉]?(?:\((?:ID|id).*\))?"
)
_REPORTER = re.compile(r"\(\s*(?:记者|作者|通讯员|编辑|文[/:]).*$|(?<=\))(?:记者|作者|通讯员|编辑).*$")
_ALLOWED = re.compile(rf"^[\w《》〈〉「」·.\-—()+&'\"“”、/|:{HAN}]+$")


def cut(text: str) -> str:
    """The name at the beginning of a labelled value: until the first blank that does not stand between Latin words."""
    text = re.sub(r"^(?:自|于)?\s*[\[(【]([^\])】]*)[\])】].*$", r"\1", text.strip()).strip()
    tokens = _REPORTER.sub("", _SQUARE.sub(r"(\1)", text)).split()
    name: list[str] = []
    for token in tokens:
        if name and not (
            name[-1][-1].isascii() and token[0].isascii() and token[0].isalpha() and name[-1][-1].isalpha()
        ):
            break
        name.append(token)
    whole = _without_place(_RUN_IN.sub("", " ".join(name).strip(" ,;:|[]【】>→-")))
    return whole.strip("()") if whole.count("(") != whole.count(")") else whole


def _without_place(name: str) -> str:
    """A publisher's name without the brackets that say where it is or how it is found: 某报(西安), 某号(ID:abc)."""
    if channel := _CHANNEL.fullmatch(name):
        return channel["name"]
    bracket = _BRACKET.fullmatch(name)
    if not bracket or is_organisation(bracket["inside"]):
        return name
    return bracket["name"] if _CITIES.fullmatch(bracket["inside"]) or _IDENTITY.match(bracket["inside"]) else name


def labelled(furniture: InfoLine, publisher: str | None) -> FoundNames | None:
    """The value behind 来源 and its like."""
    for value in furniture.values:
        if value.role != "source" or not value.text or (value.label == "原创" and not furniture.dates):
            continue
        name = cut(value.text)
        if name in OWN_NAMES:
            return FoundNames(names=(publisher,), rule="source label, own name") if publisher else None
        if (
            2 <= len(name) <= 40
            and not _CODE.fullmatch(name)
            and name not in _NOTHING
            and _ALLOWED.match(name.replace(" ", ""))
            and not name.isdigit()
        ):
            if name.startswith(("http", "www.")):
                continue
            if value.label == "来自" and (_DEVICE.search(name) or not is_organisation(name)):
                continue
            return FoundNames(names=(name,), rule=f"label {value.label}")
    return None


def beside_date(furniture: InfoLine, known: Sequence[str]) -> FoundNames | None:
    """A publisher's name that stands bare next to the date: ``2021年3月5日 14:07 某某晚报``."""
    if not any(dated.role in ("published", "updated") for dated in furniture.dates):
        return None
    for piece in furniture.free:
        for token in re.split(r"[\s|丨]+", piece):
            name = _RUN_IN.sub("", token.strip(" ·-—:[]"))
            name = name if name.endswith(")") and "(" in name else name.strip("()")
            bare = name.strip("《》〈〉")
            if not 2 <= len(bare) <= 20 or not _is_name(bare) or re.search(r"\d{3}", bare) or _DEVICE.search(bare):
                continue
            if bare in known or name.startswith("《") or is_organisation(bare):
                return FoundNames(names=(bare,), rule="publisher beside date")
    return None


def account(furniture: InfoLine) -> FoundNames | None:
    """The account that posted: a line that holds nothing but ``[原创] [PERSON] NAME DATE``, or ``DATE TIME NAME``."""
    told = [piece for piece in furniture.free if len(piece) > 4 or not _INTERFACE.search(piece)]
    if len(told) != 1 or len(furniture.dates) != 1:
        return None
    if any(value.role not in ("published", "updated", "other date") for value in furniture.values):
        return None
    piece = told[0]
    tokens = _MARK_OF_POST.sub("", piece).split()
    if len(tokens) == 2 and is_person(tokens[0], named=False) and not is_person(tokens[1], named=False):
        tokens = tokens[1:]
    match = _ACCOUNT.match(tokens[0]) if len(tokens) == 1 else None
    if not match:
        return None
    name = match["name"].strip("《》")
    before = furniture.text.startswith(piece[:2])
    if len(name) < _SHORTEST_ACCOUNT or not (before or (furniture.dates[0].stamp.timed and HAN_CHARACTER.search(name))):
        return None
    if len(name) > _LONGEST_ACCOUNT and not is_organisation(name):
        return None  # the headline of a list
    return FoundNames(names=(name,), rule="account beside date") if may_name_account(name) else None


def may_name_account(name: str) -> bool:
    """Whether a bare word may be the name of an account that publishes: no person, no button, no place."""
    return not (is_person(name, named=False) or not _is_name(name) or "." in name or _PLACE.match(name))


def alone(text: str) -> FoundNames | None:
    """A folded line that is a publisher's name and nothing else."""
    name = text.strip("《》 ")
    fits = 3 <= len(name) <= 16 and _is_name(name) and is_organisation(name)
    return FoundNames(names=(name,), rule="publisher above date") if fits else None


def _is_name(text: str) -> bool:
    """Whether a bare word may name a publisher: no button, no column, no place of an address."""
    if text in _NOTHING or text in OWN_NAMES or text.isdigit() or not _ALLOWED.match(text):
        return False
    return not _INTERFACE.search(text) and not COLUMN.fullmatch(text)


def declared(value: str) -> str | None:
    """A source named in the head, cleaned: ``来源：某社`` -> ``某社``."""
    name = re.sub(r"^\s*(?:来源|來源|source)\s*[:：]\s*", "", value.strip())
    name = _without_place(name.strip().translate(_BRACKETS))
    if not 2 <= len(name) <= 30 or name in OWN_NAMES or name in _NOTHING or not _ALLOWED.match(name.replace(" ", "")):
        return None
    return name if re.search(f"[{HAN}A-Za-z]", name) else None
