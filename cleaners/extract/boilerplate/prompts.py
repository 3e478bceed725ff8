"""What Chinese news pages ask of their readers, as data: share, follow, scan, install, click."""

from __future__ import annotations

from cleaners.extract.boilerplate.rule import Rule

PROMPTS: tuple[Rule, ...] = (
    Rule(
        name="share buttons", noise="share", reach="below", longest=40,
        any_of=(
            r"^分享让更多人看到", r"^(?:转发分享|分享转发|回到顶部|举报[/ ]?反馈|投诉)$",
            r"^(?:分享|留言|列印|打印|收藏|转发|评论|点赞|赞|举报)(?:\s?[\s/|]\s?(?:分享|留言|列印|打印|收藏|转发|评论|点赞|赞|举报|A[+-])){1,8}$",
            r"^(?:一键)?(?:分享|转发|收藏|推荐)(?:到|至|给)?\s?:?\s?(?:\d*|(?:微信|微博|QQ|朋友圈|新浪|腾讯|好友|空间|打印|[\s|、和等])+)$",
            r"^(?:复制链接|微信(?:好友|朋友圈)?|(?:新浪|腾讯)?微博|QQ(?:空间|好友)?|朋友圈|豆瓣|人人网|Facebook|Twitter|Qzone)(?:\s|$)",
        ),
        reason="buttons that share the page",
    ),
    Rule(
        name="code to scan", noise="share", reach="below", longest=80,
        any_of=(
            r"扫(?:一扫|描|码).{0,24}(?:二维码|关注|下载|打开|阅读|分享|加入|登录|公众号|$)",
            r"(?:长按|识别).{0,10}二维码", r"^微信扫",
            r"关注.{0,16}(?:公众号|官方微信|官方微博)", r"(?:官方(?:微信|微博)|公众号)$",
        ),
        reason="prompts for the telephone",
    ),
    Rule(
        name="reactions", noise="share", reach="below", longest=10,
        any_of=(
            r"^\+?\s?(?:关注|鲜花|握手|雷人|路过|鸡蛋|好文|钦佩|喜欢|泪奔|可爱|思考|感动|同情|愤怒|搞笑|难过|高兴|无聊|震惊|支持|开心|伤心|新奇|点赞|打赏|赞赏"
            r"|收藏|举报|分享|转发|邮件|在看|推荐|赞|踩)\s?\d*$",
        ),
        reason="moods and buttons that a reader can click",
    ),
    Rule(
        name="buttons under the text", noise="share", reach="below", longest=90,
        any_of=(
            r"^(?=.*(?:打印|关闭|收藏|推荐给|返回|大 中 小))(?:[\[【(（][^\]】)）]{1,10}[\]】)）]\s?){2,}$",
            r"^[\[【(]?(?:打印(?:本[页文稿])?|关闭(?:本页|窗口)?|返回顶部|收藏本[页文]|我要纠错|纠错|TOP)[\]】)]?(?:[\s|]+\S{1,8}){0,4}$",
        ),
        reason="print, close, correct, to the top",
    ),
    Rule(
        name="follow the account", noise="share", longest=40,
        any_of=(
            r"^(?:点击|戳)?[上下]方.{0,16}(?:关注|订阅)", r"^\S{0,6}设为星标", r"^星标(?:我们|本号)",
            r"^.{0,14}点[个击]?\W?(?:赞|在看)\W?",
            r"^(?:点赞|在看|转发|收藏)[、,，和及 ].{0,10}(?:点赞|在看|转发|三连|收藏)$", r"^加入好友$",
            r"(?:点击|点|戳).{0,8}(?:蓝(?:色)?(?:小)?字|名片|标题).{0,8}(?:关注|订阅)", r"^关注(?:我们|本号)$",
            r"^(?:立即|马上|欢迎|快)?(?:加入|追踪|订阅|按赞|关注)\S{0,16}(?:LINE(?:官方)?(?:好友|账号|帐号|群组?)?|粉丝(?:专页|团)|Telegram(?:频道|群组?)?|YouTube频道)(?:$|[,，!])",
        ),
        reason="posts of public accounts begin and end with a prompt to follow them",
    ),
    Rule(
        name="prompt for an app", noise="ads", longest=80,
        any_of=(
            r"(?:下载|打开|安装).{0,16}(?:APP|客户端).{0,12}(?:查看|阅读|更多|体验|享受|参与|获取|资讯|$)",
            r"(?:APP|客户端)内?(?:下载(?![量数次])|打开|专享)", r"尽在.{2,14}(?:APP|客户端|公众号)",
            r"用\s?APP\s?看新闻",
        ),
        reason="prompts for an app",
    ),
    Rule(
        name="advertisement", noise="ads",
        any_of=(
            r"^[-–—\s]*(?:ADS?\d*|广告位?|赞助商(?:链接|广告)?|推广|Advertisements?)\s?[×xX]?[-–—\s]*$",
            r"^[\[【(]?广告[\]】):]", r"^广告\S{6,}",
        ),
        reason="labelled as advertising",
    ),
)  # fmt: skip
