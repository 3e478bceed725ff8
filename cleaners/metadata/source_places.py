"""The source of a page: the places that may name it, in the order of trust."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from cleaners.characters import HAN
from cleaners.chinese import script
from cleaners.items import EntryFields, Head
from cleaners.metadata import byline, dates, source
from cleaners.metadata.dates import FoundDate
from cleaners.metadata.declared import DeclaredMetadata
from cleaners.metadata.folding import FoldedText, folded
from cleaners.metadata.info_line import parse_info_line
from cleaners.metadata.info_lines import FoundNames, InfoAnswer, InfoLines, InfoPiece, first_named, own
from cleaners.metadata.markup import Marks
from cleaners.metadata.names import is_organisation, is_person
from cleaners.metadata.source import may_name_account

# The page's own newspaper as the source: its name stands on the page, and its reporters wrote.

_PRESS = re.compile(rf"(?:[{HAN}]报|周刊|月刊|画报|通讯社)$")
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
    head: Head,
    declared: DeclaredMetadata,
    publisher: str | None,
    writers: InfoAnswer | None,
    told: Sequence[FoldedText],
) -> InfoAnswer | None:
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
            return InfoAnswer(values=(bare,), rule="own newspaper")
    return None


def _is_press(name: str) -> bool:
    return bool(_PRESS.search(name)) and not _NOT_PRESS.search(name) and may_name_account(name)


# What the columns of a table, or the entry of a feed, say of a page: each cell is read as the line it would be with its
# label (来源：CELL).
#
# A table may hold anything under a name, so a cell is believed where the page itself tells nothing, and no more of it
# than of such a line: a source that is 转载 is none, and 新华社 is no author.

_LONGEST = 200  # of a cell that is read as a line
_NAME = re.compile(f"[{HAN}]|^[A-Za-z .&'-]+$")  # else the name of a file or of a data set: c4, part_0001


def cell_date(columns: EntryFields) -> tuple[str, FoundDate] | None:
    """``(rule, date)`` of the column with the date; None where it holds none that can be read."""
    stamp = dates.declared(columns.published[:_LONGEST]) if columns.published else None
    return (f"{columns.kind} published", stamp) if stamp else None


def cell_source(columns: EntryFields, publisher: str | None) -> InfoAnswer | None:
    """The source that a column names; ``publisher`` is what 本站 means."""
    line = _line("来源", columns.source)
    named = source.labelled(parse_info_line(line.text), publisher) if line else None
    if line is None or named is None or not _NAME.search(named.names[0]):
        return None
    return InfoAnswer(values=own(named.names, line), rule=f"{columns.kind} source")


def cell_authors(columns: EntryFields) -> InfoAnswer | None:
    """The people that a column names."""
    line = _line("作者", columns.author)
    found = byline.labelled(parse_info_line(line.text)) if line else ()
    names = [name for name in found if not is_organisation(name)]  # 水乡晚报记者 王小明
    return InfoAnswer(values=own(names, line), rule=f"{columns.kind} author") if line and names else None


def _line(label: str, cell: str | None) -> FoldedText | None:
    return folded(-1, f"{label}：{' '.join(cell[:_LONGEST].split())}") if cell else None


def find_source(
    near: InfoLines, declared: DeclaredMetadata, publisher: str | None, marks: Marks, *, chinese: bool
) -> InfoAnswer | None:
    """Label beside the headline, head, name beside the date, label behind the text, house of the byline, markup, table.

    An account shows its name above what others wrote too: a label behind the text is asked first.
    """
    cell = cell_source(declared.columns, publisher)
    known = [name for _, name in (*declared.sources, *declared.authors)] + ([publisher] if publisher else [])
    known = [*filter(lambda name: not is_person(name, named=False), known), *(cell.values if cell else ())]

    def labelled(piece: InfoPiece) -> FoundNames | None:
        return source.labelled(piece.furniture, publisher)

    found = first_named(near.around, labelled) or _declared(declared)
    if found or not chinese:
        return found or cell
    return (
        first_named(near.around, lambda piece: source.beside_date(piece.furniture, known))
        or first_named(near.below, labelled)
        or first_named(near.top[:3], lambda piece: source.account(piece.furniture))
        or _above_date(near.top[:6])
        or _house(near.top)
        or _marked(marks)
        or cell
    )


def _marked(marks: Marks) -> InfoAnswer | None:
    """A name that the markup calls source or account."""
    for mark in marks():
        if mark.role in ("source", "account"):
            name = source.cut(mark.text)
            if len(name) > 2 and source.may_name_account(name) and not parse_info_line(mark.text).labelled:
                return InfoAnswer(values=(mark.own(name),), rule=f"{mark.role} in markup", line=mark.line)
    return None


def _declared(declared: DeclaredMetadata) -> InfoAnswer | None:
    for rule, value in declared.sources:
        if name := source.declared(value):
            return InfoAnswer(values=(name,), rule=rule)
    return None


def _above_date(pieces: Sequence[InfoPiece]) -> InfoAnswer | None:
    """A publisher's name that fills a line, with the date alone in the next one: the head of a post."""
    above = [piece for piece, follow in pairwise(pieces) if follow.furniture.dates and not follow.furniture.free]
    return first_named(above, lambda piece: source.alone(piece.line.text))


def _house(pieces: Sequence[InfoPiece]) -> InfoAnswer | None:
    """The publisher in a byline, whose line is the authors'; 某报记者王某 beside a date is the page's own reporter."""

    def house(piece: InfoPiece) -> FoundNames | None:
        for found in filter(None, map(byline.standing, piece.unlabelled)):
            own_reporter = piece.furniture.dates and f"{found.publisher}记者" in piece.line.text
            if found.publisher and not own_reporter:
                return FoundNames(names=(found.publisher,), rule=found.rule)
        return None

    answer = first_named(pieces, house)
    return replace(answer, line=None) if answer else None
