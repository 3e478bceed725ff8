"""Legal notices of Chinese news pages as data: who may copy, who answers for what, where it was taken from."""

from __future__ import annotations

from cleaners.extract.boilerplate.rule import Rule

_NOTICE = r"(?:声\s?明|免责条款|风险提[示醒]|版权(?:说明|归属|提示)|免责(?:说明|提示)?)"
_LEGAL = (
    r"(?:本[文站网号平报刊公]|转载|版权|著作权|不代表|仅代表|不构成|仅供|责任|侵权|侵删|观点|立场|原创|授权|来源|投资|存储|上传|"
    r"稿件|作者|网友|用户|内容|AI)"
)

NOTICES: tuple[Rule, ...] = (
    Rule(
        name="address of the original", noise="disclaimer", reach="below", longest=120, sentence="notice",
        any_of=(
            r"^(?:信息)?原文(?:地址|链接|网址)", r"^(?:本文|文章|本页)(?:永久)?(?:地址|链接|网址)\s?:", r"^转载请?注明",
            r"转载.{0,6}注明.{0,6}(?:出处|来源)",
            r"^快照(?:生成)?时间", r"^(?:原文|文章)出处\s?:",
        ),
        reason="a copy names where it was taken from, or where it stands",
    ),
    Rule(
        name="notice that names itself", noise="disclaimer", reach="below", longest=1500, sentence="notice",
        any_of=(
            rf"^[\[(（【*\s]*(?!\S{{0,6}}(?:发布|发表|双方))\S{{0,6}}{_NOTICE}[\]】)]?\s?(?:$|:\s?$|:.{{0,200}}{_LEGAL})",
            rf"^特别声明.{{0,200}}{_LEGAL}", r"^Notice:\s.{0,200}(?:content|upload|post)",
        ),
        reason="a legal notice",
    ),
    Rule(
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
