"""What Chinese news pages write around their headline, as data: every label with its role and the reason for it.

All words are simplified and half width: they are matched on folded text (``script.fold``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cleaners.characters import HAN
from cleaners.chinese import script

Role = Literal["published", "updated", "other date", "source", "author", "editor", "section", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldLabel:
    """Words that announce a value, and what that value is."""

    role: Role
    """The field the value belongs to; ``other``: known, and of no use here, but the value before it ends."""
    words: frozenset[str]
    """The words, without the mark that follows them."""
    reason: str
    """Why the words have this role."""
    mark: str = ":"
    """What must follow: ``:`` a colon; ``/`` a colon, slash or bar; ``_`` also a blank, where the word stands alone;
    ``?`` nothing at all is fine too."""
    free: bool = True
    """Whether a Chinese character may stand directly before the word."""
    job: bool = False
    """Whether names may follow the word directly: 记者王小明."""


def words(text: str) -> frozenset[str]:
    """A list of words set with blanks."""
    return frozenset(text.split())


def phrases(text: str) -> frozenset[str]:
    """A list of phrases in lower case, set with commas."""
    return frozenset(text.split(", "))


LABELS: tuple[FieldLabel, ...] = (
    FieldLabel(
        role="other date",
        words=words(
            "快照时间 抓取时间 采集时间 收录时间 入库时间 转载时间 成文日期 成文时间 生成日期 生效日期 实施日期 "
            "印发日期 废止日期 截止时间 截止日期 注册时间 会议时间 活动时间 开始时间 结束时间 比赛时间 下载时间 "
            "访问时间 当前时间 北京时间 制作日期 有效期至 上映时间 评论时间 回复时间"
        ),
        reason="a date of something else: of the copy, of the document's signature, of an event",
    ),
    FieldLabel(
        role="published",
        words=words(
            "发布时间 发布日期 发表时间 发表日期 发稿时间 发稿日期 发文时间 发文日期 刊发时间 刊发日期 刊登时间 "
            "出版日期 发布 发表 上传时间 添加时间 录入时间 信息时间 新闻时间 文章时间 公布日期 公开日期 撰写时间 "
            "写作时间 刊登日期 发文日期 发帖时间 发贴时间 见报日期 稿件时间 文章发布时间"
        ),
        mark="/",
        reason="names the act of publishing",
    ),
    FieldLabel(
        role="published",
        words=phrases(
            "date, time, published, publish time, publish date, date published, publication date, pubdate, posted, "
            "post date, posted on, published on, published at, posted at, release time, release date, released, "
            "issued, issue date, created"
        ),
        reason="the same on English pages and in English templates",
    ),
    FieldLabel(
        role="published",
        words=words("发布于 发表于 刊于 创建于"),
        mark="?",
        reason="names the act of publishing; blogs and forums put no colon after it",
    ),
    FieldLabel(
        role="updated",
        words=words("更新时间 更新日期 最后更新 修改时间 编辑时间 更新于 最近更新 更新"),
        mark="?",
        reason="the last change: taken only where the page names no other date",
    ),
    FieldLabel(
        role="updated",
        words=phrases("updated, last updated, updated on, updated at, update, update time, modified, last modified"),
        reason="the same in English",
    ),
    FieldLabel(
        role="published",
        words=words("时间 日期"),
        free=False,
        reason="bare 时间 beside a headline is the publication; with another word before it, it may be any date",
    ),
    FieldLabel(
        role="source",
        words=words(
            "内容来源 资料来源 消息来源 来源单位 出处 转自 转载自 摘自 选自 供稿单位 文章出处 原创 发布机构 发布单位"
        ),
        mark="/",
        reason="names who published first; 供稿单位 and 发布机构 are its form on government sites",
    ),
    FieldLabel(
        role="source",
        words=words("来自"),
        mark="/",
        reason="communities name the user or the device behind it: only a publisher's name counts",
    ),
    FieldLabel(
        role="source",
        words=words("来源于 本文来源于 本文来源 文章来源于 本文转自 本文转载自 本文来自 转载来源"),
        mark="?",
        reason="the same as a phrase, often without a colon",
    ),
    FieldLabel(
        role="source",
        words=words("来源 稿源 信息来源 文章来源 新闻来源 稿件来源 来源媒体"),
        mark="_",
        reason="styles set label and name apart, the text has only a blank",
    ),
    FieldLabel(
        role="source", words=phrases("source, sources, news source, article source"), reason="English templates"
    ),
    FieldLabel(
        role="editor",
        words=words(
            "责任编辑 本文编辑 收集编辑 执行编辑 值班编辑 本期编辑 网络编辑 文字编辑 新媒体编辑 实习编辑 见习编辑 "
            "助理编辑 高级编辑 微信编辑 文章编辑 责编 值班主编 主编 编审 编校 审编 编辑 审核 审校 初审 复审 终审 "
            "审签 校审 审读 选稿 编发 值班编委"
        ),
        mark="_",
        reason="who edited or passed the text: never its author",
    ),
    FieldLabel(
        role="editor",
        words=phrases("editor, editors, edited by, web editor, responsible editor, proofreader, reviewer"),
        reason="the same in English",
    ),
    FieldLabel(
        role="author",
        words=words(
            "记者 通讯员 评论员 撰稿人 特派员 专栏作者 专栏作家 采写 报道员 特约撰稿 特约撰稿人 实习生 主笔 撰稿 "
            "观察员 编译 执笔人 执笔"
        ),
        mark="/",
        job=True,
        reason="what people are who write, and what they do: names follow also without a mark",
    ),
    FieldLabel(
        role="author",
        words=words(
            "本报记者 本刊记者 本网记者 本台记者 特约记者 实习记者 见习记者 全媒体记者 融媒体记者 文字记者 "
            "特派记者 首席记者 文字 作者姓名 供稿人 供稿 采访 采写记者 采编 采访撰文 撰文记者 "
            "整理 采访整理 口述整理 记录整理 编写 撰写 编撰 "
            "采写/摄影 采写、摄影 撰文/摄影 撰文、摄影 文字/摄影 采访/撰文 采访、撰文 采写/拍摄"
        ),
        mark="/",
        reason="names who wrote",
    ),
    FieldLabel(
        role="author",
        words=words("作者 原作者 本文作者 文章作者 撰文"),
        mark="_",
        job=True,
        reason="the same with a blank",
    ),
    FieldLabel(
        role="author",
        words=words("由 楼主 博主 发帖人 发贴人"),
        mark="_",
        free=False,
        reason="由 某某, 楼主 某某: blogs and forums",
    ),
    FieldLabel(
        role="author",
        words=phrases("author, authors, by, writer, reporter, reporters, text by, story by, byline"),
        reason="names who wrote, in English",
    ),
    FieldLabel(role="author", words=phrases("posted by, written by"), mark="?", reason="English templates of blogs"),
    FieldLabel(
        role="author",
        words=words("图文 文图 文并图 文、图 图、文 文/图 图/文 文"),
        mark="/",
        free=False,
        reason="文/尚某 and 文丨尚某: the short form of 撰文",
    ),
    FieldLabel(
        role="section",
        words=words("所属栏目 所属分类 新闻类别 文章分类 信息分类 所属频道 类别 栏目 分类 频道 版块 板块"),
        reason="names the column",
    ),
    FieldLabel(
        role="other",
        words=words(
            "摄影 摄像 制图 绘图 插画 口述 讲述 统筹 策划 监制 设计 美编 版式 校对 视频剪辑 剪辑 出品 配图 供图"
        ),
        mark="_",
        reason="credits with a blank: 撰文 某某 摄影 某某",
    ),
    FieldLabel(
        role="other",
        words=phrases(
            "photo, photos, photographer, photo by, click, clicks, hits, views, visits, read, reads, font size, share, "
            "tags, tag, keywords, print, category, categories, copyright, comments"
        ),
        reason="other furniture in English",
    ),
    FieldLabel(
        role="other",
        words=words(
            "点击数 点击量 点击 浏览次数 浏览量 浏览 阅读次数 阅读量 阅读 人气 访问量 访问次数 访问 评论数 评论 "
            "字号 字体大小 字体 分享到 分享至 分享 打印 发布者 发布人 上传者 录入者 录入 管理员 用户 "
            "图片来源 图片提供 图源 题图来源 题图 封面来源 视频来源 数据来源 "
            "图片 图 摄 视频 制作 总监制 一校 二校 三校 检校 排版 "
            "标签 关键词 关键字 文章关键词 摘要 导读 标题 原标题 副标题 引题 题记 索引号 主题分类 发文机关 "
            "发文机构 发文字号 文号 版次 版面 语言 大小 次数 热度 收藏 声明 配音 播音 主播 翻译 译者 联系电话 电话 "
            "邮箱 网址 地址 微信号 公众号 扫码 编号 责任 总编辑 总值班 运维 技术"
        ),
        mark="/",
        reason="other furniture of the headline block: the value before it ends here",
    ),
)


COUNTED = words(
    "阅读 浏览 点击 评论 跟贴 跟帖 点赞 转发 收藏 分享 播放 观看 围观 回复 回帖 查看 访问 参与 关注 看过 在看 喜欢 "
    "人气 热度 热评 推荐 讨论 打赏 赞 阅"
)
"""What counters count: 12人看过, 阅读 33."""
BUTTONS = words(
    "举报 字号 字体 打印 微博 微信 放大 缩小 我有话说 登录 注册 发表 首页 正文 置顶 热门 导航 搜索 下载 广告 天气 更多 "
    "加入 留言 听新闻 纠错 投诉 今天 星期"
)
"""What stands among the furniture and is pressed or only shown."""
OWN_NAMES = words(
    "本站 本网 本报 本刊 本台 本站原创 本网原创 原创 本院 本校 我院 我校 本局 本网站 本报讯 本网讯 原创文章 "
    "原创内容 自采 本网综合 本站整理"
)
"""What a site calls itself."""
NOBODY = words(
    "网络 网络来源 来源网络 源自网络 来自网络 互联网综合 综合网络 网络综合 转载 转载文章 未知 不详 暂无 无 佚名 无名 "
    "匿名 其他 其它 网络转载 网上 网友 网友投稿 投稿 整理 综合 综合整理 未知来源 网络整理 admin 管理员 系统管理员 "
    "互联网整理 null 小编 化名"
)
"""Words in the place of a name that name nobody."""


def _index(marks: str) -> dict[str, FieldLabel]:
    return {word: label for label in LABELS for word in label.words if label.mark in marks}


def any_of(found: Iterable[str]) -> str:
    """A pattern of words, the longest first."""
    return "|".join(sorted(map(re.escape, found), key=len, reverse=True))


def in_either_script(found: Iterable[str]) -> str:
    """The same for text as it stands: each character also as its traditional forms, 来 源 also set apart."""
    forms: dict[str, str] = {}
    for traditional, simplified in script.variants().items():
        forms[simplified] = forms.get(simplified, simplified) + traditional
    ordered = sorted(found, key=lambda word: (-len(word), word))
    return "|".join(r"\s{0,4}".join(f"[{forms.get(char, char)}]" for char in word) for word in ordered)


MARKED: dict[str, FieldLabel] = _index(":/_")
"""Word -> label, for labels that a colon (or slash) must follow; in lower case."""
LONGEST = max(map(len, MARKED))
BARE_LABELS: dict[str, FieldLabel] = _index("?")
BARE: re.Pattern[str] = re.compile(f"(?<![{HAN}])(?:{any_of(BARE_LABELS)})", re.IGNORECASE)
"""The labels that may stand without any mark; not inside a word: 力量来源于… is no label."""
SPACED_LABELS: dict[str, FieldLabel] = _index("_")
SPACED: re.Pattern[str] = re.compile(rf"(?<!\S)(?:{any_of(SPACED_LABELS)})\s+(?=[^\s\])】])")
"""The labels that a blank may follow, where they stand as words of their own."""
_GLUING = [word for word, label in MARKED.items() if label.role == "source" and label.mark in "/_" and word != "来自"]
GLUED: re.Pattern[str] = re.compile(
    rf"(?<!\S)(?P<word>{any_of(_GLUING)})"
    r"(?=(?P<value>[《》\w·/]{2,20}?)(?:\s|$|[|,;)\]】]|(?:19|20)\d\d\s?[-/.年]))"
)
"""A label of the source that its value follows without any mark: 来源某城网. Only with proof: 来源广泛 is none."""
JOBS = any_of({word: label for word, label in MARKED.items() if label.job})
"""Pattern of the words that names may follow directly."""
BRACKETED_LABELS: dict[str, FieldLabel] = {
    word: label
    for word, label in (MARKED | BARE_LABELS).items()
    if label.role in ("published", "updated", "source", "author", "editor") and len(word) > 1
}
BRACKETED: re.Pattern[str] = re.compile(
    rf"[\[【(〔]\s*(?P<word>{any_of(BRACKETED_LABELS)})\s*[\])】〕]\s*:?", re.IGNORECASE
)
"""Labels in brackets of their own: 【来源】某报."""
BESIDE_HEADLINE = in_either_script(
    [word for word, label in MARKED.items() if label.role in ("published", "source") and not word.isascii()]
    + ["作者", "编辑", "责编", "文"]
)
"""Pattern of the labels that stand below a headline, in both scripts."""
DOCUMENT_NUMBER: re.Pattern[str] = re.compile(r"[〔\[(（【]\s?(?:19|20)\d\d\s?[〕\])）】]\s?第?\s?\d{1,4}\s?[号號]$")
"""How the number of an official document ends: 某政办发〔2026〕8号."""
ADDRESSEES: re.Pattern[str] = re.compile(
    r"^(?:各(?!位?[^，,。]{0,6}[说說])|广大|廣大|全[体體市县縣区區镇鎮乡鄉村校院厂廠省]|尊敬的|[亲親][爱愛]的|敬[爱愛]的"
    r"|[^，,。；;：:]{2,20}、)[^。；;]{0,160}[:：]$"
)
"""Whom an official notice or a letter calls, in a line of its own that ends in a colon, in both scripts."""
