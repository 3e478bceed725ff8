"""Noise of Chinese news pages as data: what a line says, whatever page it stands on. For HTML and for plain text.

A rule names a habit of Chinese web pages, never a site. Its patterns see the line folded by ``script.fold``
(simplified, annotations removed, width folded) and without bullets (``rules.bare``).
"""

from __future__ import annotations

from cleaners.extract.boilerplate.rule import NoiseRule

# What stands above the text of Chinese news pages, as data: path, date line, counters, font sizes, summary.

_DATE = r"(?:19|20)\d\d\s?(?:年|[-/.])\s?\d{1,2}\s?(?:月|[-/.])\s?\d{1,2}\s?[日号]?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"

ABOVE: tuple[NoiseRule, ...] = (
    NoiseRule(
        name="breadcrumb trail",
        noise="breadcrumb",
        reach="above",
        sentence="any",
        any_of=(
            r"^您?(?:现在|当前|所在)?的?位置(?:是)?\s?[:>»/›]",
            r"^(?:您(?:现在|当前)|当前|所在).{0,3}位置",
            r"^首页\s?[>»/›]",
        ),
        reason="the path from the home page to the column",
    ),
    NoiseRule(
        name="trail to 正文",
        noise="breadcrumb",
        reach="above",
        sentence="any",
        any_of=(r"[>»/›]\s?(?:正文|文章|详情|内容|查看内容)\S{0,6}$", r"\s查看内容$"),
        reason="the last step of the path is the page itself",
    ),
    NoiseRule(
        name="trail of arrows",
        noise="breadcrumb",
        reach="above",
        sentence="any",
        any_of=(r"^\S{1,14}(?:\s?[>»›]+\s?\S{1,20}){1,5}\s?[>»›]*$",),
        reason="short names joined by arrows",
    ),
    NoiseRule(
        name="date line",
        noise="source line",
        reach="above",
        longest=90,
        sentence="any",
        any_of=(
            rf"^[^，,。;；]{{0,24}}{_DATE}\s?T?(?:{_CLOCK})?[^，,。;；!?]*$",
            rf"^\d{{1,2}}[月-]\d{{1,2}}日?\s{_CLOCK}[^，,。;；!?]{{0,24}}$",
            rf"^(?:\d\d-\d\d|(?:今|昨|前)天|\d+\s?(?:分钟|小时|天)前)\s?(?:{_CLOCK})?$",
        ),
        reason="date, clock and source of an article in one short line",
    ),
    NoiseRule(
        name="property without a value",
        noise="source line",
        reach="above",
        longest=12,
        any_of=(
            r"^(?:日期|时间|发布(?:时间|日期|者|人)|发稿时间|更新时间|作者|来源|编辑|分类|类别)\s?:?$",
            r"^(?:浏览|点击|阅读)(?:次数|数|量)?\s?:?$",
            r"^(?:内容|文章|新闻)?(?:简介|摘要|导读|提要)\s?:?$",
        ),
        reason="a table of properties broken into lines",
    ),
    NoiseRule(
        name="views counted",
        noise="source line",
        reach="above",
        any_of=(r"^(?:浏览|点击|阅读|访问|人气)(?:次数|数|量)?\s?:?\s?\d+", r"\d+\s?次?(?:浏览|阅读|点击)$"),
        reason="a counter beside the date",
    ),
    NoiseRule(
        name="font size",
        noise="share",
        reach="above",
        any_of=(
            r"^【?字[号体](?:大小)?\s?(?::|$|】)",
            r"(?:缩小|放大)字[体号]",
            r"^[大中小](?:\s?[大中小]){1,2}$",
            r"^A[+-]$",
        ),
        reason="buttons that change the font",
    ),
    NoiseRule(
        name="audio player",
        noise="share",
        reach="above",
        longest=30,
        any_of=(r"语音播报", r"播报文章", r"^(?:听新闻|朗读|收听)", rf"^{_CLOCK}(?:\s?/\s?{_CLOCK})?$"),
        reason="buttons of an audio player",
    ),
    NoiseRule(
        name="summary",
        noise="other",
        reach="above",
        longest=400,
        sentence="any",
        any_of=(r"^【?(?:摘\s?要|导\s?读|内容(?:提要|摘要|导读)|核心提示|文章摘要)】?\s?:",),
        reason="a summary set before the text: the text says it again",
    ),
)


# What Chinese news pages set between the paragraphs, as data: buttons of galleries and blogs, other headlines.

_COUNTER = r"[(（\[]?\d{1,3}\s?/\s?\d{1,3}[)）\]]?"
_BUTTON = (
    r"(?:幻灯(?:片)?(?:播放|模式)|列表(?:查看|浏览|模式)|(?:查看|浏览|下载)?原图|分享|重新(?:浏览|播放)|重播|自动播放|暂停|全屏(?:观看|浏览|查看)?|(?:查看)?缩略图"
    r"|[上下]一?(?:图集|组图?|张|页)|(?:高清)?(?:大图|图集)(?:列表)?|查看(?:全部|更多)?图[片集]|返回(?:图集|列表)|支持键盘.{0,16}|\(?可?用?键盘.{0,12}翻[页看图]\)?)"
)

ASIDES: tuple[NoiseRule, ...] = (
    NoiseRule(
        name="counter of pictures", noise="navigation", longest=12, place="outside tables",
        any_of=(rf"^{_COUNTER}$",),
        reason="which picture of how many is shown",
    ),
    NoiseRule(
        name="buttons of a gallery", noise="navigation", longest=90,
        any_of=(
            rf"^(?:{_COUNTER}\s?)?(?:{_BUTTON}[\s|]+)+{_BUTTON}$",
            r"^(?:幻灯(?:片)?播放|列表查看|重新浏览|[上下]一(?:图集|组图))$",
            r"^.{0,12}(?:支持|使用|可用)键盘.{0,6}[←→].{0,12}$",
        ),
        reason="buttons that turn the pictures of a gallery",
    ),
    NoiseRule(
        name="button to pass on", noise="share", longest=40,
        any_of=(r"^(?:转播|分享|转发|推荐|收藏)[到至]\s?\S{0,8}(?:微博|空间|朋友圈|微信|豆瓣|人人网)(?:\s\S{2,8}){0,4}$",),
        reason="buttons over pictures that pass them on",
    ),
    NoiseRule(
        name="sharing of a blog", noise="share", reach="below", longest=60,
        any_of=(
            r"^(?:共享|分享)(?:此|这篇|本)(?:文章?|页面|内容)\s?:?$",
            r"^(?:点击|按一下)(?:以|即可)?(?:在|打印|分享|用电子邮件|透过|发送).{0,30}\(在新(?:窗口|视窗)中?(?:打开|开启)\)",
            r"^赞过?\s?:?\s?(?:赞\s?)?正在(?:加载|载入)", r"^请?按赞\s?:",
            r"^(?:Share this|Like this|Loading)\s?[:.…]*$",
        ),
        reason="what blog software adds below a text",
    ),
    NoiseRule(
        name="related posts of a blog", noise="related", reach="below", longest=8,
        any_of=(r"^相关$",),
        reason="the heading that blog software sets over other posts",
    ),
    NoiseRule(
        name="button to act", noise="navigation", longest=16,
        any_of=(
            r"^(?:点击|按|点)(?:此|这里|这儿|此处)(?:报名|登记|投票|购票|购买|订购|查询|下载|登录|注册|观看|收看|收听|订阅|预约|咨询|参与|参加|浏览|了解\S{0,4}|查看\S{0,6}|进入\S{0,6})?$",
            r"^(?:立即|马上|我要|在线)(?:报名|购票|购买|订购|预约|投票|抢购|登记|订阅|捐款)$",
        ),
        reason="a button set into the text",
    ),
    NoiseRule(
        name="live now", noise="ads", longest=60,
        any_of=(r"^(?:直播)?正在直播\s?[|丨:·]\s?\S", r"^直播(?:预告|回放)?\s?[|丨]\s?\S"),
        reason="leads to a broadcast",
    ),
    NoiseRule(
        name="headline behind a label", noise="related", longest=80,
        any_of=(r"^(?:相关|延伸|推荐|扩展|关联)(?:新闻|阅读|文章|报道|链接)[\s|丨/]\s?\S",),
        reason="one other headline behind a label",
    ),
    NoiseRule(
        name="link behind a label", noise="related", longest=90, place="link",
        any_of=(
            r"^(?:相关|延伸|推荐|扩展|关联|热门|更多|往期|精彩)(?:新闻|阅读|文章|报道|链接|推荐|回顾|内容)\S",
            r"^(?:大家|网友|他们)(?:都|还)?在[看读]\S",
        ),
        reason="a label that runs together with the link behind it",
    ),
)  # fmt: skip


BELOW: tuple[NoiseRule, ...] = (
    NoiseRule(
        name="credit of an editor",
        noise="credits",
        reach="below",
        sentence="credit",
        any_of=(
            r"^[\[(（【]?\s?(?:(?:责任|值班|网络|本文|执行|新媒体|本期)?编\s?辑|责\s?编|值班(?:编委|主任)|主编|美编|选稿|编审)\s?[:|/丨]\s?\S",
            r"^[\[(（【]?\s?(?:[一二三]审[一二三]校|总值班|责任编辑|责编)\s?[:|/丨\s]\s?(?:\S{2,4}(?:\s|$|[,，、)）\]】;；])|$)",
            r"^[\[(（【]?\s?(?:校\s?对|审\s?核|终审|初审|复审|[一二三]审|监\s?制|签发|排版|统筹|策划|出品)(?:人)?\s?[:|/丨]\s?\S",
        ),
        reason="who processed the article, not who wrote it",
    ),
    NoiseRule(
        name="heading of a list",
        noise="related",
        reach="below",
        longest=20,
        any_of=(
            r"^\S{0,4}(?:相关|推荐|延伸|扩展|拓展|关联|更多|热门|热点|最新|精彩|往期|编辑|精选|今日|本周|最近|随机|同类|同城|专题|为[您你])"
            r"(?:的?(?:阅读|新闻|文章|推荐|报道|资讯|链接|内容|专题|主题|话题|分类|标签|热点|关注|排行榜?|点击|回顾|图集|图片|视频|更新"
            r"|发布|动态|头条|要闻|热文|热闻|搜索|信息|帖子|博文|评论|精彩|荐读|聚焦|导读)){1,3}\s?[:>»]*(?:\s?(?:更多|换一[批换组]|more))?[>»\s]*$",
            r"^(?:相关|延伸|推荐)(?:新闻|阅读|文章|报道)请[看见]\s?:?$",
            r"^(?:猜你(?:喜欢|还?想看)|大家(?:都|还)?(?:在|爱|想)[看搜读]|看了又看|(?:你|您)?(?:也|还)?可能(?:还|也)?(?:会|想)?(?:喜欢|感兴趣|看)\S{0,6}|其他人?(?:还?)在看|热(?:图|榜|议))$",
            r"^\S{0,6}(?:排行榜?|热榜|点击榜|风云榜|图片故事|今日热点|要闻|热新闻|热话题|图说天下)\s?[:>»]*$",
        ),
        reason="the name of a list of other articles",
    ),
    NoiseRule(
        name="leads to more",
        noise="related",
        reach="below",
        longest=40,
        any_of=(
            r"^更多\S{0,20}(?:资讯|新闻|内容|文章|信息|消息|精彩|报道|猛料)",
            r"^(?:查看|阅读|加载|浏览|点击)(?:查看|加载|全部)?更多",
            r"^(?:正在|努力)?加载(?:中|更多)?[.…]*$",
            r"^加载(?:中|更多)",
            r"^(?:已显示全部|没有更多|已经?到底|(?:上拉|下拉|下滑|继续滑动|向下滑动)\S{0,10}$)",
            r"^(?:看?更多|换一[批换组])\s?[>»]*$",
            r"^请?继续往下阅读",
            r"^点击进入(?:专题|下一页)",
            r"^进入【.{2,16}】",
            r"^\S{0,8}返回专题",
        ),
        reason="leads on to other pages",
    ),
    NoiseRule(
        name="previous and next",
        noise="related",
        reach="below",
        longest=90,
        any_of=(r"^[\[【]?[上下前后]一?[篇条章](?:文章|新闻|图集)?[\]】]?(?:\s?[:>]|\s|$|没有)", r"^/?阅读下一篇/?"),
        reason="links to the neighbours in a column",
    ),
    NoiseRule(
        name="pager",
        noise="navigation",
        reach="below",
        any_of=(
            r"上一页.*下一页",
            r"^[\[(]?[上下]一页[\])]?$",
            r"^共\s?\d+\s?页(?:[\s,，|/]|$)",
            r"^\d+\s?/\s?\d+\s?页$",
            r"^(?:[\[(]?\d{1,3}[\])]?\s){2,}[\[(]?\d{1,3}[\])]?$",
        ),
        reason="links to the pages of an article",
    ),
    NoiseRule(
        name="tags",
        noise="related",
        reach="below",
        any_of=(
            r"^#[^#\s]{2,20}#?(?:\s?#[^#\s]{2,20}#?)*$",
            r"^(?:文章|本文)?(?:关键[字词]|标签|tags?|所属(?:分类|专题|栏目)|话题|跟踪)\s?(?::|>>|»)",
        ),
        reason="tags under an article",
    ),
    NoiseRule(
        name="end of the post",
        noise="other",
        reach="below",
        longest=16,
        sentence="any",
        any_of=(r"^\W*(?:THE\s)?(?:END|End)\W*$", r"^\W*(?:全文完|本文完|完)\W*$"),
        reason="posts of public accounts mark where they end",
    ),
    NoiseRule(
        name="comments",
        noise="comments",
        reach="below",
        longest=40,
        any_of=(
            # Possessive: a line of digits could be split into numbers in more ways than there is time for.
            r"^(?:(?:全部|网友|最热|最新|热门|精彩|文明|发表|我要|参与|查看|更多|所有|已有|热(?!评)|新|\d[\d,.万+]*+\s?+[条个]?+)\s?+)*+"
            r"(?:评论|跟[帖贴]|留言|热评|点评)\s?(?:[(（\[]?\s?\d[\d,.万+]*\s?[)）\]]?|[(（][)）])?\s?(?:条|刷新|区|列表|[>»]+)?$",
            r"\d+\s?[条人]?(?:评论|参与).{0,12}(?:评论|参与)",
            r"^目前没有\S{0,4}跟[帖贴]",
        ),
        reason="the head of the comments",
    ),
    NoiseRule(
        name="comment tools",
        noise="comments",
        reach="below",
        any_of=(
            r"举报.{0,8}回[复覆]",
            r"^(?:\d+\s?[|·⋅]\s?)?回[复覆](?:\s?[·⋅|]?\s?\d*)?(?:条回[复覆])?$",
            r"^\+1[顶踩]",
            r"^我有话说",
            r"^\d*人参与",
            r"^(?:举报|踩|顶|赞|不感兴趣|不喜欢|我要反馈|登录并发[贴帖]|说点什么|查看对话|收起|展开)\s?\d*$",
            r"\d条回[复覆]",
            r"(?:欢迎|快来)你?发表(?:评论|观点)",
            r"(?:登录|注册|登陆).{0,12}(?:评论|发[贴帖])",
            r"^网友评论仅",
            r"^暂无评论|抢沙发|^文明上网|还没有(?:人)?评论",
        ),
        reason="buttons of a comment form",
    ),
    NoiseRule(
        name="registration of the site",
        noise="navigation",
        reach="below",
        longest=400,
        any_of=(
            r"[\u4e00-\u9fff]\s?ICP\s?[备证]",
            r"ICP[备证]\s?\d",
            r"公网安备",
            r"许可证(?:编?号)?\s?:?\s?\S?\s?[\d\[(]",
            r"互联网新闻信息服务",
            r"违法和?不良信息",
            r"(?:举报|客服)(?:电话|邮箱|热线)\s?:",
        ),
        reason="registration numbers and hot lines",
    ),
    NoiseRule(
        name="copyright of the site",
        noise="navigation",
        reach="below",
        longest=300,
        any_of=(
            r"^\W*(?:Copyright\W*(?:\(c\)|\d|by|$)|©|版权所有(?![者权人]))",
            r"版权所有(?:\s|$|©)",
            r"Copyright\s?(?:©|\(c\)|\d{4})",
            r"All Rights? Reserved",
        ),
        reason="the copyright of the site",
    ),
    NoiseRule(
        name="foot of the site",
        noise="navigation",
        reach="below",
        longest=200,
        any_of=(
            r"^(?:关于(?:我们|本站)|联系(?:我们|方式)|网站(?:地图|简介|声明)|友情链接|广告(?:服务|合作|刊例|投放)|隐私(?:政策|条款)|用户协议)",
            r"^(?:意见反馈|帮助中心|返回(?:首页|列表|\S{2,6}首页))",
            r"^(?:主[办管]|承办)单位\s?(?::|$)",
            r"^技术支持\s?:",
            r"^(?:欢迎|诚邀)\S{0,6}投稿",
            r"^订阅电子报",
            r"^(?:投稿|爆料|报料|新闻|广告|商务|采编|编辑部)(?:合作)?(?:邮箱|热线|电话|微信|QQ|请?联系)\s?:",
        ),
        reason="who runs the site",
    ),
)

ANYWHERE: tuple[NoiseRule, ...] = (
    NoiseRule(
        name="source alone", noise="source line", longest=40,
        any_of=(
            r"^[(（【\[]?(?:(?:信息|文章|稿件|新闻|本文)?来源于?|来自|稿源|出处|转自)\s?[:|/丨]\s?\S",
            r"^(?:本文)?来源于\S{2,16}$",
        ),
        reason="names the source",
    ),
    NoiseRule(
        name="post it is taken from", noise="source line", longest=120, sentence="any",
        any_of=(r"^[(（\[【]?本文(?:来自|来源于?|转载?自|首发于?)\S{0,10}(?:公众号|微信号|微博)",),
        reason="names the post that is reprinted",
    ),
    NoiseRule(
        name="related headline", noise="related", longest=60,
        any_of=(r"^(?:相关|延伸|推荐|更多)(?:新闻|阅读|文章|报道|链接)\s?[:>]\s?\S",),
        reason="one other headline behind a label, also between paragraphs",
    ),
    NoiseRule(
        name="unfolds the text", noise="navigation", longest=20,
        any_of=(
            r"^(?:点击)?(?:展开|阅读|查看|浏览|显示)(?:剩余|余下|更多)?全[文部]\W*(?:\d+%)?$", r"^(?:剩余|余下)全文",
            r"^(?:展开|收起)(?:全文)?$",
            r"^点?击?\W?(?:阅读|查看)原文",
            r"^[\[(（【]?点[击选](?:看|查看|浏览|欣赏)?(?:大|原|高清|更多)?(?:图片?|组图|图集)(?:放大|查看)?(?:大图|原图)?[)）】\]]?$",
            r"^(?:查看|浏览)(?:大图|原图|高清(?:大图|组图)|图集)$",
        ),
        reason="buttons inside the text that show the rest of it, the original, a larger picture",
    ),
    NoiseRule(
        name="former title", noise="repeated title", longest=80, sentence="any",
        any_of=(r"^[\[(（【]?(?:本文)?原(?:标题|题)为?\s?[:《]",),
        reason="the headline under which the source ran it",
    ),
    NoiseRule(
        name="forms", noise="navigation", longest=24,
        any_of=(
            r"^(?:请)?(?:登[录陆]|注册|退出|忘记密码|下次自动登录|我的(?:收藏|订阅|关注|导航)|搜索(?:历史)?|取消|确定|关闭|知道了|Loading|表情|发布)"
            r"(?:[\s|/.…]+\S{1,6}){0,3}$",
        ),
        reason="account and search forms",
    ),
)  # fmt: skip
