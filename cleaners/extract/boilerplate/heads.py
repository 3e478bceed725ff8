"""What stands above the text of Chinese news pages, as data: path, date line, counters, font sizes, summary."""

from __future__ import annotations

from cleaners.extract.boilerplate.rule import Rule

_DATE = r"(?:19|20)\d\d\s?(?:年|[-/.])\s?\d{1,2}\s?(?:月|[-/.])\s?\d{1,2}\s?[日号]?"
_CLOCK = r"\d{1,2}:\d\d(?::\d\d)?"

ABOVE: tuple[Rule, ...] = (
    Rule(
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
    Rule(
        name="trail to 正文",
        noise="breadcrumb",
        reach="above",
        sentence="any",
        any_of=(r"[>»/›]\s?(?:正文|文章|详情|内容|查看内容)\S{0,6}$", r"\s查看内容$"),
        reason="the last step of the path is the page itself",
    ),
    Rule(
        name="trail of arrows",
        noise="breadcrumb",
        reach="above",
        sentence="any",
        any_of=(r"^\S{1,14}(?:\s?[>»›]+\s?\S{1,20}){1,5}\s?[>»›]*$",),
        reason="short names joined by arrows",
    ),
    Rule(
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
    Rule(
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
    Rule(
        name="views counted",
        noise="source line",
        reach="above",
        any_of=(r"^(?:浏览|点击|阅读|访问|人气)(?:次数|数|量)?\s?:?\s?\d+", r"\d+\s?次?(?:浏览|阅读|点击)$"),
        reason="a counter beside the date",
    ),
    Rule(
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
    Rule(
        name="audio player",
        noise="share",
        reach="above",
        longest=30,
        any_of=(r"语音播报", r"播报文章", r"^(?:听新闻|朗读|收听)", rf"^{_CLOCK}(?:\s?/\s?{_CLOCK})?$"),
        reason="buttons of an audio player",
    ),
    Rule(
        name="summary",
        noise="other",
        reach="above",
        longest=400,
        sentence="any",
        any_of=(r"^【?(?:摘\s?要|导\s?读|内容(?:提要|摘要|导读)|核心提示|文章摘要)】?\s?:",),
        reason="a summary set before the text: the text says it again",
    ),
)
