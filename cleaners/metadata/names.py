"""Names of people and of publishers: what may stand behind 记者 and what behind 来源."""

from __future__ import annotations

import re

from cleaners.characters import HAN
from cleaners.metadata.labels import MARKED, NOBODY, OWN_NAMES, words

# The surnames that cover more than 99 % of the people of China (National Citizen Identity Information Center
# lists; Hundred Family Surnames), simplified.
SURNAMES = frozenset(
    "李王张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜"
    "范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍"
    "韦申尤毕聂丛焦向柳邢路岳齐沿梅莫庄辛管祝左涂谷祁时舒耿牟卜路詹关苗凌费纪靳盛童欧甄项曲成游阳裴席卫查屈鲍位覃霍翁隋植甘景薄"
    "单包司柏宁柯阮桂闵解强柴华车冉房边辜吉饶刁瞿戚丘古米池滕晋苑邬臧畅宫来嵺苟全褚廉简娄盖符奚木穆党燕郎邸冀谈姬屠连郜晏栾郁商蒙计"
    "喻揭窦迟宇敖糜鄢冷卓花仇艾蓝都巩稽井练仲乐虞卞封竺冼原官衣楚佟栗匡宗应台巫鞠僧桑荆谌银扬明沙薄伏岑习胥保和蔺水云母占宛尚阴植"
    "肖闫付邝丰后代邰逯麻员危干雍随缪皮晁暴令狄况苍相邴但占虎平禹展师褟初冒宿隆利逄涂旷汲乌敬修杭次麦尉沐亢富贝支求"
)
COMPOUND_SURNAMES = (
    "欧阳",
    "上官",
    "司马",
    "诸葛",
    "东方",
    "皇甫",
    "尉迟",
    "公孙",
    "慕容",
    "司徒",
    "令狐",
    "夏侯",
    "长孙",
    "端木",
    "司空",
    "独孤",
    "南宫",
    "呼延",
    "轩辕",
    "闻人",
)
# Words that begin with a surname's character and look like a name in a headline block.
_NOT_NAMES = words(
    "安徽 云南 江苏 江西 江门 宁夏 宁波 温州 常州 金华 成都 乐山 黄山 黄冈 武汉 石家庄 包头 白银 吉林 吉安 "
    "齐齐哈尔 鲁网 关注 关于 关闭 广告 方便 高清 时间 时政 时评 文章 文化 文字 文图 图文 经济 金融 财经 计划 简介 "
    "简讯 明天 明日 平安 和平 江南 阳光 东方 原创 原文 全文 全国 强国 管理员 党建 党支部 项目 应急 应用 成功 成员 "
    "单位 解读 查看 路透 武警 消息 综合 通讯 通知 公告 项目部 严肃 严禁 毛坯 和讯 和讯网 凤凰 田园 连载 连线 商讯 "
    "商报 商业 农业 房产 汽车 车讯 水利 银行 官方 官网 曲艺 游戏 游客 米兰 纪检 纪委 相关 任务 任免 付费 万元 华夏 "
    "华声 华商 华西 华龙 华文 华人 卫视 卫生 麻将 利好 代表 随笔 常识 冷知识 都市 代码 代理 后台 明星 古今 皮肤 "
    "金句 金陵 黄河 黄金 台湾 台州 台海 安全 安装 安排 安庆 安阳 连云港 管委会 师生 师范 白天 初中 高中 高校 高考 "
    "保险 保存 保健 富豪 平台 平顶山 明白 相片 支持 支付 习题 向上 向前 向后 向下 古城 成长 盛典 时代 时尚 时光 "
    "时讯 时报 时事 居民 温馨 严选 商务 商城 商家 广西 广东 郑州 徐州 苏州 杭州 杭报 柳州 梅州 梅花 盖章 单击 简体 "
    "原标题 原题 水果 花絮 花边 曾经 常见 常用 毕业 施工 申请 申报 谢谢 许可 解析 解密 解放 祝福 童话 习惯 何处 "
    "何时 何以 白酒 石油 牛市 马上 马拉松 金牌 方案 方法 方式 康养 易车 景区 景点 艾滋 蓝天 党员 党委 党政 党群 "
    "乐活 乐享 乐居 欧洲 欧美 欧盟 全集 全部 全媒体 阳泉 郁闷 官员 台风 路况 云端 云上 "
    "昨天 今天 前天 昨日 今日 刚刚 倒序 正序 见习 实习 和田 上午 下午 晚上 凌晨 星期 "
    "走基层 走一线 最新 推荐 介绍 信息 其他 其它 详情 资料 名片"
)
_ORGANISATION_END = re.compile(
    r"(?:网|网站|在线|广电|报|报社|日报|晚报|晨报|早报|时报|商报|快报|周报|周刊|周末|杂志|月刊|社|通讯社|电视|电视台|"
    r"电台|广播|台|频道|新闻|"
    r"资讯|传媒|媒体|融媒|融媒体|中心|客户端|APP|App|app|发布|公众号|公号|视频|视界|财经|科技|观察|观察者|评论|"
    r"论坛|委员会|委|局|厅|"
    r"部|院|处|科|办|办公室|集团|公司|协会|学会|大学|学院|学校|政府|法院|检察院|公安|消防|支部|党委|总会|联盟|"
    r"研究所|研究院|博物馆|"
    r"医院|宣传部|人大|政协|工会|团委|妇联|出版社|卫视|头条|号|圈|家园|世界|天下|生活|论|说|帮|汇|志|读|君|社区|"
    r"组织|银行|证券|基金|组|团队|工作室)$"
)
# Characters that transcribe Uyghur, Kazakh, Mongolian and Tibetan names.
_TRANSCRIBING = frozenset(
    "阿艾买麦木提依布拉古丽努尔夏帕江巴克热娜孜汗迪力亚米扎吐逊玉素甫赛肉卡德哈斯其格苏日扎西卓玛次仁央金多吉旦增达瓦尼格桑平措洛才让加措"
    "伊沙吾买孜比维吾不都如则再吐地里扎木奥乌云图雅格乐呼和浩特那仁巴雅尔白音萨仁高娃塔娜莎佐甫外力夏合提胡加那尔叶肯别克拜"
)
_PLAIN_NAME = re.compile(f"[{HAN}]{{2,6}}")
_DOTTED_NAME = re.compile(f"[{HAN}]{{1,8}}(?:[·•・][{HAN}]{{1,8}}){{1,3}}")
_LATIN_NAME = re.compile(r"[A-Z][a-zA-Z'.-]*(?: [A-Z][a-zA-Z'.-]*){1,3}")
_NEVER_IN_NAMES = re.compile(
    "[不没很吗呢吧啊的了着过们这那此您你我他她它与及或被把让将从对为是有在年月日时号第个之并上下网报社讯电台摄图文稿版转载]"
)
_ANONYMOUS = NOBODY | OWN_NAMES | words("手记 札记 观察 调查 日记 笔记 视线 之家 证 节 站 团 编辑 记者 作者 通讯员")
_OFFICE_END = "县区市乡局处股队"
_LISTING = re.compile("[、,;/&|]")
_SEPARATORS = re.compile(r"[\s、,;/&|]+")
_SPACED = re.compile(f"(?<![{HAN}])([{HAN}])\\s+([{HAN}])(?![{HAN}])")


def is_organisation(text: str) -> bool:
    """Whether a folded text ends as the name of a publisher, an office or an account does.

    >>> is_organisation("某某日报"), is_organisation("王小明")
    (True, False)
    """
    return bool(_ORGANISATION_END.search(text.rstrip("》〉」』)")))


def is_person(text: str, *, named: bool) -> bool:
    """Whether a folded text may be the name of a person.

    ``named``: a word such as 记者 announced it; then unknown surnames and Latin names pass too. Without such a word
    only a known surname and a usual length do.
    """
    if _DOTTED_NAME.fullmatch(text):
        return True
    if named and _LATIN_NAME.fullmatch(text):
        return True
    if not _PLAIN_NAME.fullmatch(text) or text in _ANONYMOUS or text in _NOT_NAMES or text in MARKED:
        return False
    if text[-1] in _OFFICE_END:
        return False
    if text.startswith(COMPOUND_SURNAMES) and len(text) > 2:
        return True
    if (len(text) > 3 or _NEVER_IN_NAMES.search(text[1:])) and not (named and text[0] in SURNAMES and len(text) < 4):
        return named and ((len(text) == 4 and text[0] in SURNAMES) or all(char in _TRANSCRIBING for char in text))
    if named and text[0] not in SURNAMES:
        # Pen names, and names of peoples without surnames: 阿依努尔, 其其格.
        return (len(text) <= 3 and not is_organisation(text)) or all(char in _TRANSCRIBING for char in text)
    return text[0] in SURNAMES and not (named and len(text) > 3 and is_organisation(text))


def is_word(text: str) -> bool:
    """Whether a folded text is a word that looks like a name: 简介, 小编."""
    return text in _NOT_NAMES or text in _ANONYMOUS


def people(text: str, *, named: bool) -> tuple[str, ...]:
    """The names at the beginning of a folded list such as ``邹 明、王小明 李雷``; ends at the first other word.

    >>> people("王 明、李小雷 上海报道", named=True)
    ('王明', '李小雷')
    """
    found: list[str] = []
    listed = bool(_LISTING.search(text))
    for token in _tokens(text):
        if not is_person(token, named=named) or (found and not listed and not _is_sure(token)):
            break
        if token not in found:
            found.append(token)
    return tuple(found)


def _is_sure(token: str) -> bool:
    """Whether a word is a name also where only a blank parts it from another: 记者 王小明 倒序 names one."""
    return token[0] in SURNAMES or not _PLAIN_NAME.fullmatch(token) or all(char in _TRANSCRIBING for char in token)


def _tokens(text: str) -> list[str]:
    text = re.sub(r"\([^)]*\)?", " ", text).strip(" :,.;、()[]")
    return [token for token in _SEPARATORS.split(_SPACED.sub(r"\1\2", text)) if token]


def only_people(text: str, *, named: bool) -> tuple[str, ...]:
    """The names of a list in which nothing but names stands, else nothing."""
    found = people(text, named=named)
    return found if len(found) == len(set(_tokens(text))) else ()
