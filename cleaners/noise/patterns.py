"""Noise of Chinese news pages as data: what a line says, whatever page it stands on. For HTML and for plain text.

A rule names a habit of Chinese web pages, never a site. Its patterns see the line folded by ``script.fold``
(simplified, annotations removed, width folded) and without bullets (``rules.bare``).
"""

from __future__ import annotations

from cleaners.noise.rule import Rule

_DATE = r"(?:19|20)\d\d\s?(?:年|[-/.])\s?\d{1,2}\s?(?:月|[-/.])\s?\d{1,2}\s?[日号]?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"

ABOVE: tuple[Rule, ...] = (
    Rule(
        name="breadcrumb trail", noise="breadcrumb", reach="above",
        any_of=(
            r"^您?(?:现在|当前|所在)?的?位置(?:是)?\s?[:>»/›]", r"^(?:您(?:现在|当前)|当前|所在).{0,3}位置",
            r"^首页\s?[>»/›]",
        ),
        reason="the path from the home page to the column",
    ),
    Rule(
        name="trail to 正文", noise="breadcrumb", reach="above",
        any_of=(r"[>»/›]\s?(?:正文|文章|详情|内容|查看内容)\S{0,6}$", r"\s查看内容$"),
        reason="the last step of the path is the page itself",
    ),
    Rule(
        name="trail of arrows", noise="breadcrumb", reach="above",
        any_of=(r"^\S{1,14}(?:\s?[>»›]+\s?\S{1,20}){1,5}\s?[>»›]*$",),
        reason="short names joined by arrows",
    ),
    Rule(
        name="date line", noise="source line", reach="above", longest=90,
        any_of=(
            rf"^[^，,。;；]{{0,24}}{_DATE}\s?T?(?:{_CLOCK})?[^，,。;；!?]*$",
            rf"^(?:\d\d-\d\d|(?:今|昨|前)天|\d+\s?(?:分钟|小时|天)前)\s?(?:{_CLOCK})?$",
        ),
        reason="date, clock and source of an article in one short line",
    ),
    Rule(
        name="property without a value", noise="source line", reach="above", longest=12,
        any_of=(
            r"^(?:日期|时间|发布(?:时间|日期|者|人)|发稿时间|更新时间|作者|来源|编辑|分类|类别)\s?:?$",
            r"^(?:浏览|点击|阅读)(?:次数|数|量)?\s?:?$",
        ),
        reason="a table of properties broken into lines",
    ),
    Rule(
        name="views counted", noise="source line", reach="above",
        any_of=(r"^(?:浏览|点击|阅读|访问|人气)(?:次数|数|量)?\s?:?\s?\d+", r"\d+\s?次?(?:浏览|阅读|点击)$"),
        reason="a counter beside the date",
    ),
    Rule(
        name="font size", noise="share", reach="above",
        any_of=(
            r"^【?字[号体](?:大小)?\s?(?::|$|】)", r"(?:缩小|放大)字[体号]", r"^[大中小](?:\s?[大中小]){1,2}$",
            r"^A[+-]$",
        ),
        reason="buttons that change the font",
    ),
    Rule(
        name="audio player", noise="share", reach="above", longest=30,
        any_of=(r"语音播报", r"播报文章", r"^(?:听新闻|朗读|收听)", rf"^{_CLOCK}(?:\s?/\s?{_CLOCK})?$"),
        reason="buttons of an audio player",
    ),
    Rule(
        name="summary", noise="other", reach="above", longest=400,
        any_of=(r"^【?(?:摘\s?要|导\s?读|内容(?:提要|摘要|导读)|核心提示|文章摘要)】?\s?:",),
        reason="a summary set before the text: the text says it again",
    ),
)

BELOW: tuple[Rule, ...] = (
    Rule(
        name="credit of an editor", noise="credits", reach="below",
        any_of=(
            r"^[\[(（【]?\s?(?:(?:责任|值班|网络|本文|执行|新媒体|本期)?编\s?辑|责\s?编|值班(?:编委|主任)|主编|美编|选稿|编审)\s?[:|/丨]\s?\S",
            r"^[\[(（【]?\s?(?:校\s?对|审\s?核|终审|初审|复审|[一二三]审|监\s?制|签发|排版|统筹|策划|出品)(?:人)?\s?[:|/丨]\s?\S",
        ),
        reason="who processed the article, not who wrote it",
    ),
    Rule(
        name="heading of a list", noise="related", reach="below", longest=20,
        any_of=(
            r"^\S{0,4}(?:相关|推荐|延伸|扩展|拓展|关联|更多|热门|热点|最新|精彩|往期|编辑|精选|今日|本周|最近|随机|同类|同城|专题|为[您你])"
            r"(?:的?(?:阅读|新闻|文章|推荐|报道|资讯|链接|内容|专题|主题|话题|分类|标签|热点|关注|排行榜?|点击|回顾|图集|图片|视频|更新"
            r"|发布|动态|头条|要闻|热文|热闻|搜索|信息|帖子|博文|评论|精彩|荐读|聚焦|导读)){1,3}\s?[:>»]*(?:\s?(?:更多|换一[批换组]|more))?[>»\s]*$",
            r"^(?:猜你(?:喜欢|还?想看)|大家(?:都)?在[看搜]|看了又看|(?:你|您)?可能(?:还|也)?(?:会|想)?(?:喜欢|感兴趣|看)\S{0,6}|其他人?(?:还?)在看|热(?:图|榜|议))$",
            r"^\S{0,6}(?:排行榜?|热榜|点击榜|风云榜|图片故事|今日热点|要闻|热新闻|热话题|图说天下)\s?[:>»]*$",
        ),
        reason="the name of a list of other articles",
    ),
    Rule(
        name="leads to more", noise="related", reach="below", longest=40,
        any_of=(
            r"^更多\S{0,20}(?:资讯|新闻|内容|文章|信息|消息|精彩|报道|猛料)",
            r"^(?:查看|阅读|加载|浏览|点击)(?:查看|加载|全部)?更多",
            r"^加载(?:中|更多)", r"^已显示全部", r"^点击进入(?:专题|下一页)", r"^进入【.{2,16}】", r"^\S{0,8}返回专题",
        ),
        reason="leads on to other pages",
    ),
    Rule(
        name="previous and next", noise="related", reach="below", longest=90,
        any_of=(r"^[\[【]?[上下前后]一?[篇条章](?:文章|新闻|图集)?[\]】]?(?:\s?[:>]|\s|$|没有)", r"^/?阅读下一篇/?"),
        reason="links to the neighbours in a column",
    ),
    Rule(
        name="pager", noise="navigation", reach="below",
        any_of=(r"上一页.*下一页", r"^[\[(]?[上下]一页[\])]?$", r"^共\s?\d+\s?页", r"^\d+\s?/\s?\d+\s?页$",
            r"^(?:[\[(]?\d{1,3}[\])]?\s){2,}[\[(]?\d{1,3}[\])]?$",
        ),
        reason="links to the pages of an article",
    ),
    Rule(
        name="tags", noise="related", reach="below",
        any_of=(r"^(?:文章|本文)?(?:关键[字词]|标签|tags?|所属(?:分类|专题|栏目)|话题|跟踪)\s?(?::|>>|»)",),
        reason="tags under an article",
    ),
    Rule(
        name="address of the original", noise="disclaimer", reach="below", longest=120,
        any_of=(
            r"^(?:信息)?原文(?:地址|链接|网址)", r"^(?:本文|文章|本页)(?:永久)?(?:地址|链接|网址)\s?:", r"^转载请?注明",
            r"转载.{0,6}注明.{0,6}(?:出处|来源)",
            r"^快照(?:生成)?时间", r"^(?:原文|文章)出处\s?:",
        ),
        reason="a copy names where it was taken from, or where it stands",
    ),
    Rule(
        name="notice that names itself", noise="disclaimer", reach="below", longest=1500,
        any_of=(
            r"^[\[(（【*\s]*\S{0,6}(?:声\s?明|免责条款|风险提[示醒]|版权(?:说明|归属|提示)|免责(?:说明|提示)?)[\]】)]?\s?(?::|$)",
            r"^特别声明", r"^Notice:\s",
        ),
        reason="a legal notice",
    ),
    Rule(
        name="formula of a notice", noise="disclaimer", reach="below", longest=500,
        any_of=(
            r"不(?:代表|构成|意味着)(?:本|我|平台|网站|作者|新|任何|投资|其).{0,30}(?:立场|观点|看法|责任|建议|认同|证实)",
            r"(?:仅|只)(?:代表|供)(?:作者|参考|读者|个人|嘉宾).{0,16}(?:观点|本人|立场|看法|之用|$)",
            r"(?:如|若|凡)?(?:有|发现|存在|涉及|涉嫌).{0,14}侵(?:权|犯).{0,40}(?:联系|删除|告知|通知|处理|致歉)",
            r"(?:未经|不得).{0,14}(?:授权|许可|允许).{0,40}(?:转载|必究|责任|使用|不得)", r"(?:违者|侵权)必究",
            r"转载.{0,12}(?:目的|出于|旨在).{0,12}传[递播]", r"(?:版权|著作权)(?:均)?(?:归|属于).{0,16}(?:所有|原作者)",
            r"仅提供信息(?:存储|发布|网络)", r"未对.{0,12}(?:信息|内容).{0,8}(?:修改|核实)",
            r"由.{0,20}(?:爬虫|机器|系统|网友|用户).{0,8}(?:采集|收录|抓取|上传)",
        ),
        reason="phrases that only legal notices use",
    ),
    Rule(
        name="share buttons", noise="share", reach="below", longest=40,
        any_of=(
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
        name="end of the post", noise="other", reach="below", longest=16,
        any_of=(r"^\W*(?:THE\s)?(?:END|End)\W*$", r"^\W*(?:全文完|本文完|完)\W*$"),
        reason="posts of public accounts mark where they end",
    ),
    Rule(
        name="comments", noise="comments", reach="below", longest=40,
        any_of=(
            # Possessive: a line of digits could be split into numbers in more ways than there is time for.
            r"^(?:(?:全部|网友|最热|最新|热门|精彩|文明|发表|我要|参与|查看|更多|所有|已有|热(?!评)|新|\d[\d,.万+]*+\s?+[条个]?+)\s?+)*+"
            r"(?:评论|跟[帖贴]|留言|热评|点评)\s?(?:[(（\[]?\s?\d[\d,.万+]*\s?[)）\]]?|[(（][)）])?\s?(?:条|刷新|区|列表|[>»]+)?$",
            r"\d+\s?[条人]?(?:评论|参与).{0,12}(?:评论|参与)", r"^目前没有\S{0,4}跟[帖贴]",
        ),
        reason="the head of the comments",
    ),
    Rule(
        name="comment tools", noise="comments", reach="below",
        any_of=(
            r"举报.{0,8}回[复覆]", r"^(?:\d+\s?[|·⋅]\s?)?回[复覆](?:\s?[·⋅|]?\s?\d*)?(?:条回[复覆])?$", r"^\+1[顶踩]",
            r"^我有话说", r"^\d*人参与",
            r"^(?:举报|踩|顶|赞|不感兴趣|不喜欢|我要反馈|登录并发[贴帖]|说点什么|查看对话|收起|展开)\s?\d*$",
            r"\d条回[复覆]",
            r"(?:欢迎|快来)你?发表(?:评论|观点)", r"(?:登录|注册|登陆).{0,12}(?:评论|发[贴帖])", r"^网友评论仅",
        ),
        reason="buttons of a comment form",
    ),
    Rule(
        name="reactions", noise="share", reach="below", longest=10,
        any_of=(
            r"^(?:鲜花|握手|雷人|路过|鸡蛋|好文|钦佩|喜欢|泪奔|可爱|思考|感动|同情|愤怒|搞笑|难过|高兴|无聊|震惊|支持|开心|伤心|新奇|点赞|打赏|赞赏"
            r"|收藏|举报|分享|转发|邮件|在看|推荐|赞|踩)\s?\d*$",
        ),
        reason="moods and buttons that a reader can click",
    ),
    Rule(
        name="buttons under the text", noise="share", reach="below", longest=40,
        any_of=(
            r"^[\[【(]?(?:打印(?:本[页文稿])?|关闭(?:本页|窗口)?|返回顶部|收藏本[页文]|我要纠错|纠错|TOP)[\]】)]?(?:[\s|]+\S{1,8}){0,4}$",
        ),
        reason="print, close, correct, to the top",
    ),
    Rule(
        name="registration of the site", noise="navigation", reach="below", longest=400,
        any_of=(
            r"[\u4e00-\u9fff]\s?ICP\s?[备证]", r"ICP[备证]\s?\d", r"公网安备", r"许可证(?:编?号)?\s?:?\s?\S?\s?[\d\[(]",
            r"互联网新闻信息服务", r"违法和?不良信息", r"(?:举报|客服)(?:电话|邮箱|热线)\s?:",
        ),
        reason="registration numbers and hot lines",
    ),
    Rule(
        name="copyright of the site", noise="navigation", reach="below", longest=300,
        any_of=(
            r"^\W*(?:Copyright|©|版权所有)", r"版权所有(?:\s|$|©)", r"Copyright\s?(?:©|\(c\)|\d{4})",
            r"All Rights? Reserved",
        ),
        reason="the copyright of the site",
    ),
    Rule(
        name="foot of the site", noise="navigation", reach="below", longest=200,
        any_of=(
            r"^(?:关于(?:我们|本站)|联系(?:我们|方式)|网站(?:地图|简介|声明)|友情链接|广告(?:服务|合作|刊例|投放)|隐私(?:政策|条款)|用户协议)",
            r"^(?:意见反馈|帮助中心|返回(?:首页|列表|\S{2,6}首页))", r"^(?:主[办管]|承办)单位\s?(?::|$)",
            r"^技术支持\s?:",
        ),
        reason="who runs the site",
    ),
)

ANYWHERE: tuple[Rule, ...] = (
    Rule(
        name="source alone", noise="source line", longest=40,
        any_of=(
            r"^(?:(?:信息|文章|稿件|新闻|本文)?来源于?|来自|稿源|出处|转自)\s?[:|]\s?\S",
            r"^(?:本文)?来源于\S{2,16}$",
        ),
        reason="names the source",
    ),
    Rule(
        name="former title", noise="repeated title", longest=80,
        any_of=(r"^[\[(（【]?(?:本文)?原(?:标题|题)为?\s?[:《]",),
        reason="the headline under which the source ran it",
    ),
    Rule(
        name="follow the account", noise="share", longest=40,
        any_of=(r"(?:点击|点|戳).{0,8}(?:蓝(?:色)?(?:小)?字|名片|标题).{0,8}(?:关注|订阅)", r"^关注(?:我们|本号)$"),
        reason="posts of public accounts begin and end with a prompt to follow them",
    ),
    Rule(
        name="advertisement", noise="ads",
        any_of=(
            r"^(?:ADS?\d*|广告位?|赞助商(?:链接|广告)?|推广|Advertisement)\s?[×xX]?$", r"^[\[【(]?广告[\]】):]",
            r"^广告\S{6,}",
        ),
        reason="labelled as advertising",
    ),
    Rule(
        name="prompt for an app", noise="ads", longest=80,
        any_of=(
            r"(?:下载|打开|安装).{0,16}(?:APP|客户端).{0,12}(?:查看|阅读|更多|体验|享受|参与|获取|资讯|$)",
            r"(?:APP|客户端)内?(?:下载|打开|专享)",
        ),
        reason="prompts for an app",
    ),
    Rule(
        name="forms", noise="navigation", longest=24,
        any_of=(
            r"^(?:请)?(?:登[录陆]|注册|退出|忘记密码|下次自动登录|我的(?:收藏|订阅|关注|导航)|搜索(?:历史)?|取消|确定|关闭|知道了|Loading|表情|发布)"
            r"(?:[\s|/.…]+\S{1,6}){0,3}$",
        ),
        reason="account and search forms",
    ),
)  # fmt: skip
