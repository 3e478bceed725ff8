"""References as GB/T 7714-2015 writes them, one a line.

What a newspaper has published is an article of it (4.4, type N/OL), anything else an electronic resource whose
publisher is the declared source (4.6, type EB/OL)::

    作者. 题名[N/OL]. 报纸名, 出版日期(版次)[引用日期]. 获取和访问路径.
    作者. 题名[EB/OL]. 出版者, 出版年(更新日期)[引用日期]. 获取和访问路径.

Held against what the style of the Citation Style Language for GB/T 7714-2015 makes of the same articles.
"""

from __future__ import annotations

from datetime import datetime

from cleaners.export.citation import Citation, citation
from cleaners.export.formats import ExportFormat
from cleaners.export.line_writer import LineWriter
from cleaners.items import Clipping

_NAMED = 3  # authors; of more the first three are named, then 等 (8.1.2)


class GbtWriter(LineWriter):
    """Articles as references, one a line."""

    def text(self, clipping: Clipping) -> str:
        """One line."""
        return reference(citation(clipping)) + "\n"


def reference(cited: Citation) -> str:
    """The reference; what is unknown is left out, except a title, for which 无题 stands."""
    others = "" if len(cited.authors) <= _NAMED else ", 等"
    authors = ", ".join(cited.authors[:_NAMED]) + others
    online = "/OL" if cited.url else ""
    seen = f"[{_day(cited.accessed)}]" if cited.accessed and cited.url else ""
    day = _day(cited.published) if cited.published else ""
    title = cited.title or "无题"
    if cited.is_newspaper:
        page = f"({cited.page})" if cited.page else ""
        work = f"{title}[N{online}]"
        place = f"{', '.join(filter(None, (cited.container, day)))}{page}{seen}"
    else:
        work = f"{title}[EB{online}]"
        year = f"{cited.published:%Y}" if cited.published and cited.container else ""
        place = f"{', '.join(filter(None, (cited.container, year)))}{f'({day})' if day else ''}{seen}"
    return "".join(f"{part}. " for part in (authors, work, place, cited.url) if part).rstrip()


def _day(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d}"


FORMAT = ExportFormat(
    name="gbt7714", meaning="references as GB/T 7714-2015 writes them, one a line", writer=GbtWriter,
    has_removals=False,
)  # fmt: skip
"""The format, for :mod:`cleaners.export.formats`."""
