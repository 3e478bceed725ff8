"""Pages that show nothing until their scripts have run: what only a browser can read."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cleaners.errors import UnusableInput
from cleaners.items import Line

if TYPE_CHECKING:
    from cleaners.page.lines import PageLines

NEEDS_BROWSER = (
    "an empty shell of scripts: `render: true` at its site in the seed file and pip install 'jianbao[browser]' "
    "have a browser read it"
)
"""What the Drop of such a page says would help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShellSettings:
    """What a page shows that is no empty shell; one of these is enough."""

    sentence: int = 15
    """A whole sentence outside of links with so many letters ..."""
    letters: int = 200
    """... or so many letters outside of links, whatever they are ..."""
    headlines: int = 5
    """... or so many linked headlines: a list."""


_END = re.compile(r"[。！？!?…][”」』\"'）)]?$|[a-z]\.$")
# What a shell says for itself: that it is loading, wants JavaScript or another browser, and whose it is.
_NOTICE = re.compile(
    r"java ?script|浏览器|瀏覽器|browser|(?:正在|数据|數據|页面|頁面|内容|內容)?(?:加|载|載)(?:载|載|入)|loading"
    r"|请稍[候等后]|請稍[候等後]|please wait|版权|版權|未经.{0,12}(?:授权|许可|同意)|未經.{0,12}(?:授權|許可|同意)"
    r"|备案|備案|ICP|公网安备|©|copyright|all rights reserved|主办单位|承办单位|技术支持",
    re.IGNORECASE,
)
_DATA = ("json", "template", "html", "text/x-")  # types of scripts that do not run


def is_shell(page: PageLines, settings: ShellSettings = ShellSettings()) -> bool:
    """Whether a page has scripts and, as it was sent, neither a sentence nor a list of headlines.

    Not where its scripts hold the article as data that was read already (``page.recovered``).
    """
    return (
        page.media == "html" and not page.recovered and runs_scripts(page.tree) and _shows_nothing(page.lines, settings)
    )


def is_empty_shell(text: str) -> bool:
    """The same of a decoded page."""
    from cleaners.page.lines import read  # which imports this module

    try:
        return is_shell(read(text))
    except UnusableInput as why:
        return why.detail == NEEDS_BROWSER


def runs_scripts(tree: Any) -> bool:
    """Whether a parsed page (lxml) has a script that a browser would run."""
    scripts = tree.iter("script") if tree is not None else ()
    return any(
        not any(word in (one.get("type") or "").lower() for word in _DATA)
        and (one.get("src") or (one.text or "").strip())
        for one in scripts
    )


def _shows_nothing(lines: Sequence[Line], settings: ShellSettings) -> bool:
    letters = headlines = 0
    for line in lines:
        if line.link_share > 0.6:
            headlines += len(line.text) >= 8
        elif not _NOTICE.search(line.text):
            own = sum(map(str.isalpha, line.text))
            if own >= settings.sentence and _END.search(line.text):
                return False
            letters += own
    return letters < settings.letters and headlines < settings.headlines
