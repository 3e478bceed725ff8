"""What the columns of a table say of a page: each cell is read as the line it would be with its label (来源：CELL).

A table may hold anything under a name, so a cell is believed where the page itself tells nothing, and no more of it
than of such a line: a source that is 转载 is none, and 新华社 is no author.
"""

from __future__ import annotations

import re

from cleaners.items import Columns
from cleaners.metadata import byline, dates, source
from cleaners.metadata.dates import Stamp
from cleaners.metadata.folding import Folded, folded
from cleaners.metadata.info_line import take_apart
from cleaners.metadata.info_lines import Answer, own
from cleaners.metadata.names import is_organisation

_LONGEST = 200  # of a cell that is read as a line
_NAME = re.compile("[\u4e00-\u9fff]|^[A-Za-z .&'-]+$")  # else the name of a file or of a data set: c4, part_0001


def cell_date(columns: Columns) -> tuple[str, Stamp] | None:
    """``(rule, date)`` of the column with the date; None where it holds none that can be read."""
    stamp = dates.declared(columns.published[:_LONGEST]) if columns.published else None
    return ("column published", stamp) if stamp else None


def cell_source(columns: Columns, publisher: str | None) -> Answer | None:
    """The source that a column names; ``publisher`` is what 本站 means."""
    line = _line("来源", columns.source)
    named = source.labelled(take_apart(line.text), publisher) if line else None
    if line is None or named is None or not _NAME.search(named.name):
        return None
    return Answer(values=(line.own(named.name),), rule="column source")


def cell_authors(columns: Columns) -> Answer | None:
    """The people that a column names."""
    line = _line("作者", columns.author)
    found = byline.labelled(take_apart(line.text)) if line else ()
    names = [name for name in found if not is_organisation(name)]  # 水乡晚报记者 王小明
    return Answer(values=own(names, line), rule="column author") if line and names else None


def _line(label: str, cell: str | None) -> Folded | None:
    return folded(-1, f"{label}：{' '.join(cell[:_LONGEST].split())}") if cell else None
