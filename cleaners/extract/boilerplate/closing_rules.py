"""What closes a text on Chinese news pages, as data: chains of credits, who wrote it, the reader who answers."""

from __future__ import annotations

from cleaners.extract.boilerplate.rule import NoiseRule

# What Chinese news pages ask of their readers, as data: share, follow, scan, install, click.

PROMPTS: tuple[NoiseRule, ...] = (
    NoiseRule(
        name="share buttons", noise="share", reach="below", longest=40,
        any_of=(
            r"^分享让更多人看到", r"^(?:转发分享|分享转发|回到顶部|举报[/ ]?反馈|投诉)$",
            r"^(?:分享|留言|列印|打印|收藏|转发|评论|点赞|赞|举报)(?:\s?[\s/|]\s?(?:分享|留言|列印|打印|收藏|转发|评论|点赞|赞|举报|A[+-])){1,8}$",
            r"^(?:一键)?(?:分享|转发|收藏|推荐)(?:到|至|给)?\s?:?\s?(?:\d*|(?:微信|微博|QQ|朋友圈|新浪|腾讯|好友|空间|打印|[\s|、和等])+)$",
            r"^(?:复制链接|微信(?:好友|朋友圈)?|(?:新浪|腾讯)?微博|QQ(?:空间|好友)?|朋友圈|豆瓣|人人网|Facebook|Twitter|Qzone)(?:\s|$)",
        ),
        reason="buttons that share the page",
    ),
    NoiseRule(
        name="code to scan", noise="share", reach="below", longest=80,
        any_of=(
            r"扫(?:一扫|描|码).{0,24}(?:二维码|关注|下载|打开|阅读|分享|加入|登录|公众号|$)",
            r"(?:长按|识别).{0,10}二维码", r"^微信扫",
            r"关注.{0,16}(?:公众号|官方微信|官方微博)", r"(?:官方(?:微信|微博)|公众号)$",
        ),
        reason="prompts for the telephone",
    ),
    NoiseRule(
        name="reactions", noise="share", reach="below", longest=10,
        any_of=(
            r"^\+?\s?(?:关注|鲜花|握手|雷人|路过|鸡蛋|好文|钦佩|喜欢|泪奔|可爱|思考|感动|同情|愤怒|搞笑|难过|高兴|无聊|震惊|支持|开心|伤心|新奇|点赞|打赏|赞赏"
            r"|收藏|举报|分享|转发|邮件|在看|推荐|赞|踩)\s?\d*$",
        ),
        reason="moods and buttons that a reader can click",
    ),
    NoiseRule(
        name="buttons under the text", noise="share", reach="below", longest=90,
        any_of=(
            r"^(?=.*(?:打印|关闭|收藏|推荐给|返回|大 中 小))(?:[\[【(（][^\]】)）]{1,10}[\]】)）]\s?){2,}$",
            r"^[\[【(]?(?:打印(?:本[页文稿])?|关闭(?:本页|窗口)?|返回顶部|收藏本[页文]|我要纠错|纠错|TOP)[\]】)]?(?:[\s|]+\S{1,8}){0,4}$",
        ),
        reason="print, close, correct, to the top",
    ),
    NoiseRule(
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
    NoiseRule(
        name="prompt for an app", noise="ads", longest=80,
        any_of=(
            r"(?:下载|打开|安装).{0,16}(?:APP|客户端).{0,12}(?:查看|阅读|更多|体验|享受|参与|获取|资讯|$)",
            r"(?:APP|客户端)内?(?:下载(?![量数次])|打开|专享)", r"尽在.{2,14}(?:APP|客户端|公众号)",
            r"用\s?APP\s?看新闻",
        ),
        reason="prompts for an app",
    ),
    NoiseRule(
        name="advertisement", noise="ads",
        any_of=(
            r"^[-–—\s]*(?:ADS?\d*|广告位?|赞助商(?:链接|广告)?|推广|Advertisements?)\s?[×xX]?[-–—\s]*$",
            r"^[\[【(]?广告[\]】):]", r"^广告\S{6,}",
        ),
        reason="labelled as advertising",
    ),
)  # fmt: skip


# Legal notices of Chinese news pages as data: who may copy, who answers for what, where it was taken from.

_NOTICE = r"(?:声\s?明|免责条款|风险提[示醒]|版权(?:说明|归属|提示)|免责(?:说明|提示)?)"
_LEGAL = (
    r"(?:本[文站网号平报刊公]|转载|版权|著作权|不代表|仅代表|不构成|仅供|责任|侵权|侵删|观点|立场|原创|授权|来源|投资|存储|上传|"
    r"稿件|作者|网友|用户|内容|AI)"
)

NOTICES: tuple[NoiseRule, ...] = (
    NoiseRule(
        name="address of the original", noise="disclaimer", reach="below", longest=120, sentence="notice",
        any_of=(
            r"^(?:信息)?原文(?:地址|链接|网址)", r"^(?:本文|文章|本页)(?:永久)?(?:地址|链接|网址)\s?:", r"^转载请?注明",
            r"转载.{0,6}注明.{0,6}(?:出处|来源)",
            r"^快照(?:生成)?时间", r"^(?:原文|文章)出处\s?:",
        ),
        reason="a copy names where it was taken from, or where it stands",
    ),
    NoiseRule(
        name="notice that names itself", noise="disclaimer", reach="below", longest=1500, sentence="notice",
        any_of=(
            rf"^[\[(（【*\s]*(?!\S{{0,6}}(?:发布|发表|双方))\S{{0,6}}{_NOTICE}[\]】)]?\s?(?:$|:\s?$|:.{{0,200}}{_LEGAL})",
            rf"^特别声明.{{0,200}}{_LEGAL}", r"^Notice:\s.{0,200}(?:content|upload|post)",
        ),
        reason="a legal notice",
    ),
    NoiseRule(
        name="formula of a notice", noise="disclaimer", reach="below", longest=500, sentence="notice",
        any_of=(
            r"不(?:代表|构成|意味着)(?:本|我|平台|网站|作者|新|任何|投资|其).{0,30}(?:立场|观点|看法|责任|建议|认同|证实)",
            r"(?:仅|只)(?:代表|供)(?:作者|参考|读者|个人|嘉宾).{0,16}(?:观点|本人|立场|看法|之用|$)",
            r"(?:如|若|凡)?(?:有|发现|存在|涉及|涉嫌).{0,14}侵(?:权|犯).{0,40}(?:请|联系|告知|通知|致歉|(?:立即|及时|马上|尽快)\S{0,4}(?:删除|处理))",
            r"侵(?:权)?(?:即|必|请|立)?删",
            r"(?:未经|不得).{0,14}(?:授权|许可|允许).{0,40}(?:转载|摘编|复制|镜像|必究)",
            r"(?:本[网站报刊文台]|版权|稿件|作品).{0,30}未经.{0,14}(?:授权|许可|允许).{0,40}(?:责任|使用|不得)",
            r"(?:严禁|谢绝|禁止|不得|请勿)(?:擅自|随意|任何形式的?)?(?:转载|摘编|复制|盗用)",
            r"(?:转载|盗用|抄袭|盗版|翻版|版权).{0,20}(?:违者|侵权)必究", r"^\W*(?:违者|侵权)必究\W*$",
            r"^\W*转载请?联系", r"^(?:投资|股市|基金|理财|市场|期货)有?风险[,，]\S{0,4}需?谨慎",
            r"据此(?:操作|投资|入市)[,，]?\s?风险",
            r"^[(（]?(?:本文|文中|部分|文章|封面)?(?:图片|配图|素材|图文)(?:均|部分)?(?:来自|来源于?|源自|源于)(?:网络|互联网).{0,6}(?:侵|版权|如有|联系)",
            r"转载.{0,12}(?:目的|出于|旨在).{0,12}传[递播]", r"(?:版权|著作权)(?:均)?(?:归|属于).{0,16}(?:所有|原作者)",
            r"仅提供信息(?:存储|发布|网络)", r"未对.{0,12}(?:信息|内容).{0,8}(?:修改|核实)",
            r"由.{0,20}(?:爬虫|机器|系统|网友|用户).{0,8}(?:采集|收录|抓取|上传)",
        ),
        reason="phrases that only legal notices use",
    ),
)  # fmt: skip


_ROLE = (
    r"(?:责任编辑|值班编辑|执行编辑|新媒体编辑|编辑|责编|校对|审核|审校|终审|复审|初审|审读|监制|总监制|美编|排版|剪辑|后期|摄像|摄影|摄制|拍摄|制图|设计|海报"
    r"|配音|播音|主播|出镜|策划|统筹|出品|文字|撰文|文案|文稿|图片|视频|记者|通讯员|实习生|供稿|供图|[文图])"
)
# Names in twos to fours, or an office; never a sentence mark.
_NAMES = r"[^\s:|/丨,，。;；!?]{1,14}(?:[\s、,，][^\s:|/丨,，。;；!?]{2,4}){0,4}?"

CLOSING: tuple[NoiseRule, ...] = (
    NoiseRule(
        name="chain of credits", noise="credits", reach="below", longest=120, sentence="any",
        any_of=(
            rf"^[\[(（【]?{_ROLE}\s?[:/]\s?{_NAMES}(?:\s?[|丨/;；,，]\s?|\s){_ROLE}\s?[:/]\s?{_NAMES}"
            rf"(?:(?:\s?[|丨/;；,，]\s?|\s){_ROLE}\s?[:/]\s?{_NAMES})*[\])）】]?$",
            rf"^[\[(（【]?{_ROLE}\s{_NAMES}\s?[|丨/]\s?{_ROLE}\s{_NAMES}(?:\s?[|丨/]\s?{_ROLE}\s{_NAMES})*[\])）】]?$",
            r"^[\[(（【](?:编辑|责编|校对|审核|美编)\s?[^\s,，。]{2,4}[\])）】]$",
        ),
        reason="several people with what each one did, and nothing told",
    ),
    NoiseRule(
        name="credit of the pictures", noise="credits", longest=60, sentence="any",
        any_of=(r"^[(（\[【]?(?:本文|文中|文内|本版|本组)(?:所有|全部)?(?:图片|照片|配图|图文)(?:除.{1,10}外)?.{0,8}由.{2,24}(?:提供|拍摄|供图)[)）\]】]?[。]?$",),
        reason="who gave the pictures",
    ),
    NoiseRule(
        name="about the author", noise="credits", longest=200, sentence="any",
        any_of=(r"^[\[(（【]\s?作者(?:简介|介绍|档案)\s?[\])）】]", r"^(?:本文)?作者(?:简介|介绍)\s?:"),
        reason="who the author is, behind a label",
    ),
    NoiseRule(
        name="end that asks for more readers", noise="related", reach="below", longest=160, sentence="any",
        any_of=(
            r"^(?:好了|那么)?[,，]?以上(?:就是|便是|即是?|是).{0,70}(?:内容|介绍|解答|资讯|信息|解析|分享)了?[,，。!;；].{0,6}"
            r"(?:更多|敬请|欢迎|持续|继续).{0,30}(?:关注|收藏|访问|留意|点击|订阅)",
        ),
        reason="pages made for search engines end by summing up themselves",
    ),
    NoiseRule(
        name="answer of a reader", noise="comments", reach="below", longest=200, sentence="any",
        any_of=(
            r"^[\[【(（](?:网友|游客|会员|匿名)[^\]】)）]{0,24}[\]】)）].{0,140}\d{1,2}:\d\d(?::\d\d)?\W*$",
            r"^(?:网友|游客|匿名(?:网友|用户)?)\s?:?\S{0,20}\s(?:于\s?)?(?:19|20)\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s\d{1,2}:\d\d",
        ),
        reason="what a reader wrote below it, with the clock",
    ),
)  # fmt: skip
