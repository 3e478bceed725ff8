"""What closes a text on Chinese news pages, as data: chains of credits, who wrote it, the reader who answers."""

from __future__ import annotations

from cleaners.extract.boilerplate.rule import Rule

_ROLE = (
    r"(?:责任编辑|值班编辑|执行编辑|新媒体编辑|编辑|责编|校对|审核|审校|终审|复审|初审|审读|监制|总监制|美编|排版|剪辑|后期|摄像|摄影|摄制|拍摄|制图|设计|海报"
    r"|配音|播音|主播|出镜|策划|统筹|出品|文字|撰文|文案|文稿|图片|视频|记者|通讯员|实习生|供稿|供图|[文图])"
)
# Names in twos to fours, or an office; never a sentence mark.
_NAMES = r"[^\s:|/丨,，。;；!?]{1,14}(?:[\s、,，][^\s:|/丨,，。;；!?]{2,4}){0,4}?"

CLOSING: tuple[Rule, ...] = (
    Rule(
        name="chain of credits", noise="credits", reach="below", longest=120, sentence="any",
        any_of=(
            rf"^[\[(（【]?{_ROLE}\s?[:/]\s?{_NAMES}(?:\s?[|丨/;；,，]\s?|\s){_ROLE}\s?[:/]\s?{_NAMES}"
            rf"(?:(?:\s?[|丨/;；,，]\s?|\s){_ROLE}\s?[:/]\s?{_NAMES})*[\])）】]?$",
            rf"^[\[(（【]?{_ROLE}\s{_NAMES}\s?[|丨/]\s?{_ROLE}\s{_NAMES}(?:\s?[|丨/]\s?{_ROLE}\s{_NAMES})*[\])）】]?$",
            r"^[\[(（【](?:编辑|责编|校对|审核|美编)\s?[^\s,，。]{2,4}[\])）】]$",
        ),
        reason="several people with what each one did, and nothing told",
    ),
    Rule(
        name="credit of the pictures", noise="credits", longest=60, sentence="any",
        any_of=(r"^[(（\[【]?(?:本文|文中|文内|本版|本组)(?:所有|全部)?(?:图片|照片|配图|图文)(?:除.{1,10}外)?.{0,8}由.{2,24}(?:提供|拍摄|供图)[)）\]】]?[。]?$",),
        reason="who gave the pictures",
    ),
    Rule(
        name="about the author", noise="credits", longest=200, sentence="any",
        any_of=(r"^[\[(（【]\s?作者(?:简介|介绍|档案)\s?[\])）】]", r"^(?:本文)?作者(?:简介|介绍)\s?:"),
        reason="who the author is, behind a label",
    ),
    Rule(
        name="end that asks for more readers", noise="related", reach="below", longest=160, sentence="any",
        any_of=(
            r"^(?:好了|那么)?[,，]?以上(?:就是|便是|即是?|是).{0,70}(?:内容|介绍|解答|资讯|信息|解析|分享)了?[,，。!;；].{0,6}"
            r"(?:更多|敬请|欢迎|持续|继续).{0,30}(?:关注|收藏|访问|留意|点击|订阅)",
        ),
        reason="pages made for search engines end by summing up themselves",
    ),
    Rule(
        name="answer of a reader", noise="comments", reach="below", longest=200, sentence="any",
        any_of=(
            r"^[\[【(（](?:网友|游客|会员|匿名)[^\]】)）]{0,24}[\]】)）].{0,140}\d{1,2}:\d\d(?::\d\d)?\W*$",
            r"^(?:网友|游客|匿名(?:网友|用户)?)\s?:?\S{0,20}\s(?:于\s?)?(?:19|20)\d\d[-/年.]\d{1,2}[-/月.]\d{1,2}日?\s\d{1,2}:\d\d",
        ),
        reason="what a reader wrote below it, with the clock",
    ),
)  # fmt: skip
