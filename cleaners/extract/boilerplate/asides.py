"""What Chinese news pages set between the paragraphs, as data: buttons of galleries and blogs, other headlines."""

from __future__ import annotations

from cleaners.extract.boilerplate.rule import Rule

_COUNTER = r"[(（\[]?\d{1,3}\s?/\s?\d{1,3}[)）\]]?"
_BUTTON = (
    r"(?:幻灯(?:片)?(?:播放|模式)|列表(?:查看|浏览|模式)|(?:查看|浏览|下载)?原图|分享|重新(?:浏览|播放)|重播|自动播放|暂停|全屏(?:观看|浏览|查看)?|(?:查看)?缩略图"
    r"|[上下]一?(?:图集|组图?|张|页)|(?:高清)?(?:大图|图集)(?:列表)?|查看(?:全部|更多)?图[片集]|返回(?:图集|列表)|支持键盘.{0,16}|\(?可?用?键盘.{0,12}翻[页看图]\)?)"
)

ASIDES: tuple[Rule, ...] = (
    Rule(
        name="counter of pictures", noise="navigation", longest=12, place="outside tables",
        any_of=(rf"^{_COUNTER}$",),
        reason="which picture of how many is shown",
    ),
    Rule(
        name="buttons of a gallery", noise="navigation", longest=90,
        any_of=(
            rf"^(?:{_COUNTER}\s?)?(?:{_BUTTON}[\s|]+)+{_BUTTON}$",
            r"^(?:幻灯(?:片)?播放|列表查看|重新浏览|[上下]一(?:图集|组图))$",
            r"^.{0,12}(?:支持|使用|可用)键盘.{0,6}[←→].{0,12}$",
        ),
        reason="buttons that turn the pictures of a gallery",
    ),
    Rule(
        name="button to pass on", noise="share", longest=40,
        any_of=(r"^(?:转播|分享|转发|推荐|收藏)[到至]\s?\S{0,8}(?:微博|空间|朋友圈|微信|豆瓣|人人网)(?:\s\S{2,8}){0,4}$",),
        reason="buttons over pictures that pass them on",
    ),
    Rule(
        name="sharing of a blog", noise="share", reach="below", longest=60,
        any_of=(
            r"^(?:共享|分享)(?:此|这篇|本)(?:文章?|页面|内容)\s?:?$",
            r"^(?:点击|按一下)(?:以|即可)?(?:在|打印|分享|用电子邮件|透过|发送).{0,30}\(在新(?:窗口|视窗)中?(?:打开|开启)\)",
            r"^赞过?\s?:?\s?(?:赞\s?)?正在(?:加载|载入)", r"^请?按赞\s?:",
            r"^(?:Share this|Like this|Loading)\s?[:.…]*$",
        ),
        reason="what blog software adds below a text",
    ),
    Rule(
        name="related posts of a blog", noise="related", reach="below", longest=8,
        any_of=(r"^相关$",),
        reason="the heading that blog software sets over other posts",
    ),
    Rule(
        name="button to act", noise="navigation", longest=16,
        any_of=(
            r"^(?:点击|按|点)(?:此|这里|这儿|此处)(?:报名|登记|投票|购票|购买|订购|查询|下载|登录|注册|观看|收看|收听|订阅|预约|咨询|参与|参加|浏览|了解\S{0,4}|查看\S{0,6}|进入\S{0,6})?$",
            r"^(?:立即|马上|我要|在线)(?:报名|购票|购买|订购|预约|投票|抢购|登记|订阅|捐款)$",
        ),
        reason="a button set into the text",
    ),
    Rule(
        name="live now", noise="ads", longest=60,
        any_of=(r"^(?:直播)?正在直播\s?[|丨:·]\s?\S", r"^直播(?:预告|回放)?\s?[|丨]\s?\S"),
        reason="leads to a broadcast",
    ),
    Rule(
        name="headline behind a label", noise="related", longest=80,
        any_of=(r"^(?:相关|延伸|推荐|扩展|关联)(?:新闻|阅读|文章|报道|链接)[\s|丨/]\s?\S",),
        reason="one other headline behind a label",
    ),
    Rule(
        name="link behind a label", noise="related", longest=90, place="link",
        any_of=(
            r"^(?:相关|延伸|推荐|扩展|关联|热门|更多|往期|精彩)(?:新闻|阅读|文章|报道|链接|推荐|回顾|内容)\S",
            r"^(?:大家|网友|他们)(?:都|还)?在[看读]\S",
        ),
        reason="a label that runs together with the link behind it",
    ),
)  # fmt: skip
