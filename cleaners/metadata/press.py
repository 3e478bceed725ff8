"""The page's own newspaper as the source: its name stands on the page, and its reporters wrote."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cleaners.chinese import script
from cleaners.items import Head
from cleaners.metadata.declared import Declared
from cleaners.metadata.folding import Folded
from cleaners.metadata.info_lines import Answer
from cleaners.metadata.source import may_name_account

_PRESS = re.compile(r"(?:[\u4e00-\u9fff]报|周刊|月刊|画报|通讯社)$")
_EDITION = re.compile(
    r"(?:多媒体)?(?:数字报刊平台|数字报刊|数字报|电子报|电子版|數字報刊|數字報|電子報|電子版)$|(?:官方)?(?:网站|網站|官网)$"
)
_NOT_PRESS = re.compile(
    r"(?:情报|预报|通报|公报|简报|海报|举报|汇报|年报|季报|月报|捷报|喜报|警报|小报|填报|申报|播报)$"
)
_OWN_REPORTER = re.compile(r"本[报刊社](?:讯|记者|评论员|通讯员|特约|见习|实习|特派|全媒体|首席)")
_BY_A_JOB = frozenset(("author label", "byline", "byline with mark", "dateline", "author in markup"))
_SEPARATOR = re.compile(r"[_|｜—–]+|\s-+\s|-(?=[^-]{2,16}$)|\s+")


def own_press(
    head: Head, declared: Declared, publisher: str | None, writers: Answer | None, told: Sequence[Folded]
) -> Answer | None:
    """The newspaper or magazine whose page it is, where its own reporters wrote; ``told``: furniture and first lines.

    Only names that end as those of the press do count: a portal's name is on what others wrote too.
    """
    own = any(_OWN_REPORTER.search(line.text[:120]) for line in told)
    if not own and not (writers and writers.rule in _BY_A_JOB):
        return None
    last = _SEPARATOR.split(head.title.strip())[-1]
    for name in (publisher, *(value for _, value in declared.sites), last):
        bare = _EDITION.sub("", name.strip()) if name else ""
        folded = script.fold(bare)
        if 3 <= len(bare) <= 12 and _is_press(folded):
            return Answer(values=(bare,), rule="own newspaper")
    return None


def _is_press(name: str) -> bool:
    return bool(_PRESS.search(name)) and not _NOT_PRESS.search(name) and may_name_account(name)
