"""Keywords of other sites glued to an article: before its dateline, or to the ends of its paragraphs."""

from __future__ import annotations

import re
from collections import Counter

from cleaners.characters import HAN
from cleaners.chinese.disguise.punctuation import RepairedText

# What is advertised so: games of chance, and where to get them. A brand of letters and digits serves as well.
_TRADE = (
    "娱乐|娛樂|体育|體育|彩票|购彩|福彩|彩金|棋牌|博彩|赌场|赌城|赌博|投注|真人|电竞|电玩|百家乐|老虎机|捕鱼|六合彩|时时彩|快三|"
    "赛车|竞猜|牛牛|麻将|德州扑克|电子游戏|游戏|国际"
)
_OFFER = (
    "官方网站|官网|官方|平台|下载|入口|登录|登陆|注册|网址|手机版|客户端|网页版|安卓版|苹果版|最新版|娱乐城|娱乐场|开户|投注|在线|"
    "直营|大厅|代理|棋牌|彩票|百家乐|老虎机|博彩|赌场|赌城|app|APP|App|ios|IOS|vip|VIP"
)
_BRAND = rf"(?:[A-Za-z0-9.·]{{2,12}}[{HAN}]{{0,6}}?|[{HAN}]{{0,6}}?(?:{_TRADE}))"
_HOUSE = "娱乐城|娱乐场|娛樂城|百家乐|老虎机|赌场|赌城|博彩"
_KEYWORD = (
    rf"(?:{_BRAND}(?:{_TRADE}|{_OFFER}|[A-Za-z0-9]{{1,4}}){{0,4}}(?:{_OFFER})|[{HAN}]{{1,6}}?(?:{_HOUSE})(?:{_OFFER})?)"
)
_PAPER = (
    rf"(?:本报|本网|本台|新华社|中新社|中新网|人民网|[{HAN}]{{2,10}}?(?:日报|晚报|早报|晨报|商报|时报|都市报|青年报|"
    rf"法制报|周报|新闻网|新闻中心|融媒体?中心|融媒体?|电视台|广播台|网|社|报|台|客户端))"
)
_DAY = rf"(?:[{HAN}]{{0,6}}\d{{1,2}}月\d{{1,2}}日)?"
# Where the keyword says less of itself, more is asked of what follows: a paper that is known, or a name that cannot be
# the second half of a longer one (中国体育|电视台).
_OWN_NAME = (
    rf"(?:本报|本网|本台|新华社|中新社|中新网|人民网|(?!电视|广播|频道|在线|新闻|都市|青年|网络|融媒|传媒|[日晚早晨商时周]报)"
    rf"[{HAN}]{{2,8}}?(?:日报|晚报|早报|晨报|商报|都市报|新闻网|融媒体?中心|网))"
)
_SHORT_BRAND = (
    rf"(?!国际|国内|竞技|文化|综合|群众|全民|社会|教育|休闲|影视|时尚|文体)"
    rf"[{HAN}]{{2,4}}(?:·[{HAN}]{{2}}|[(（][{HAN}A-Za-z]{{2,12}}[)）][A-Za-z]{{0,12}}|[A-Za-z]{{2,10}})?"
)
_SHOP = "官方网站|官网|app|APP|App|下载|登录|登陆|入口|注册|网址"
_WEAK_KEYWORD = (
    rf"(?:(?:{_SHORT_BRAND}|[A-Za-z0-9]{{2,12}}[{HAN}]{{0,4}}?)(?:体育|體育|娱乐|娛樂|彩票|棋牌|电竞|博彩|真人)"
    rf"(?:[(（][{HAN}A-Za-z]{{2,16}}[)）])?|{_SHORT_BRAND}(?:{_OFFER})?(?:{_SHOP}){{1,2}}|(?=[a-z]+\d)[a-z0-9]{{3,10}})"
)
_LABEL = r"[ \u3000]?[(（]?(?:记者|記者|通讯员)"
_DATELINE = re.compile(
    rf"^(?:(?P<keyword>{_KEYWORD})[ \u3000]?"
    rf"(?={_PAPER}{_DAY}(?:讯|訊|电|電|消息)[\s(（:：,，]|{_PAPER}(?:讯|訊)?{_LABEL})"
    rf"|(?P<weak>{_WEAK_KEYWORD})(?={_OWN_NAME}{_DAY}(?:讯|訊|电|電)[\s(（:：,，]))",
    re.M,
)
_IS_KEYWORD = re.compile(_KEYWORD)
_TAIL = re.compile(r"(?<=[。！？!?”])[ \u3000]?(?P<tail>[^\s。！？!?；;，,、：:()（）\[\]【】《》“”—…-]{2,20})$", re.M)
_CREDIT = re.compile("记者|記者|通讯员|摄|攝|社$|报$|報$|电$|讯$|编辑|編輯|供图|供稿|来源|來源|完$|据|网$")
_FEWEST_TAILS, _TAIL_SHARE, _LONG = 3, 0.6, 20


def find(text: str) -> tuple[str, ...]:
    """The keywords that are glued to a text: the one before its dateline, and what most of its paragraphs end in."""
    found = [match["keyword"] or match["weak"] for match in _DATELINE.finditer(text)][:1]
    paragraphs = sum(len(line) >= _LONG for line in text.split("\n"))
    if paragraphs >= _FEWEST_TAILS:
        tails = Counter(match["tail"] for match in _TAIL.finditer(text))
        for tail, number in tails.most_common(1):
            most = number >= max(_FEWEST_TAILS, _TAIL_SHARE * paragraphs)
            if number >= _FEWEST_TAILS and (_IS_KEYWORD.fullmatch(tail) or (most and not _CREDIT.search(tail))):
                found.append(tail)
    return tuple(dict.fromkeys(found))


def repair(text: str, keywords: tuple[str, ...]) -> RepairedText:
    """Take them out where they are glued: at the beginning of a dateline, at the ends of paragraphs."""
    number = 0
    for keyword in keywords:
        word = re.escape(keyword)
        text, cut = re.subn(rf"^{word}[ \u3000]?(?={_PAPER})|(?<=[。！？!?”])[ \u3000]?{word}$", "", text, flags=re.M)
        number += cut
    return RepairedText(text=text, repairs={"glued keywords": number} if number else {})
