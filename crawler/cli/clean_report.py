"""What a run of ``jianbao clean`` came to, told at its end on stderr: nothing that was lost goes unnamed."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from cleaners.compression import compression_of, is_broken
from cleaners.errors import InputError
from cleaners.sentences import Sentence, listed, sentence
from crawler.cli.application import counted, say
from crawler.cli.layout import reason_told
from crawler.wording import balance, reasons, with_drops

if TYPE_CHECKING:
    from cleaners.items import Drop, Page
    from cleaners.readers.column_choice import MissingColumn

_IN_A_LINE = 5  # reasons; more are a table
_FILES = 5  # whose loss is told one by one
_DETAIL = 300  # characters
_COUNTED = 64 * 1024 * 1024  # bytes of a file whose lines are counted
_ROW = re.compile(r"#\d+$")
# What costs a file with all that is in it, or rows of a table, and has a cure.
_OF_ROWS = frozenset(("no page in the row", "not CSV"))
_OF_FILES = _OF_ROWS | {"no page in the table", "unpacks to too much", "nested too deeply", "unreadable"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CleaningEnd:
    """What a run came to."""

    told: Sentence | None
    """What is said of the articles; None where there is none."""
    dropped: Counter[str]
    """``stage: reason`` -> how many."""
    articles: int
    known: int = 0
    """Articles that the store had, unchanged."""
    before: int = 0
    """Pages that an earlier run had done."""
    is_new: bool = True
    """Whether anything was left to do."""
    drops_at: Sentence | None = None
    """Where the Drops can be read; None where they are only counted."""
    notes: Sequence[Sentence] = ()
    """What else is to be known of the result."""


@dataclass(slots=True, kw_only=True)
class _FileLoss:
    """What was lost of one file for one reason."""

    count: int
    detail: str
    """Of the first of them: what stands there, and the cure."""


class CountedPages:
    """Counts pages, and what stands for unreadable ones, as they are read; notes which files were lost."""

    def __init__(self, pages: Iterator[Page | Drop]) -> None:
        self._pages = pages
        self.found = 0
        self._lost: dict[tuple[str, str], _FileLoss] = {}

    def __iter__(self) -> Iterator[Page | Drop]:
        return self

    def __next__(self) -> Page | Drop:
        from cleaners.items import Drop

        page = next(self._pages)
        self.found += 1
        if isinstance(page, Drop) and page.reason in _OF_FILES:
            file = _ROW.sub("", page.origin)
            loss = self._lost.setdefault((file, page.reason), _FileLoss(count=0, detail=page.detail))
            loss.count += 1
        return page

    def losses(self) -> list[Sentence]:
        """The files that were lost, or many of their rows, most rows first, each with its cure."""
        # How much is in a file that could not be read nobody knows: it comes before rows that are counted.
        found = sorted(self._lost.items(), key=lambda item: (item[0][1] in _OF_ROWS, -item[1].count))
        told = [
            sentence(
                "{file}: {reason} ({count:,}): {detail}",
                file=file, reason=reason_told(reason), count=loss.count, detail=loss.detail[:_DETAIL],
            )
            for (file, reason), loss in found[:_FILES]
        ]  # fmt: skip
        return told + ([sentence("and so {count:,} more", count=more)] if (more := len(found) - _FILES) > 0 else [])


def report(pages: CountedPages, end: CleaningEnd, missing: Sequence[MissingColumn]) -> None:
    """Say what came of a run; raises ``InputError`` when nothing did. ``missing``: columns that no table had."""
    from cleaners.parts import JOINED

    dropped = end.dropped
    joined = sum(n for reason, n in dropped.items() if reason.endswith(JOINED))
    ends = {
        "articles": end.articles,
        "dropped": dropped.total() - joined,
        "joined parts": joined,
        "unchanged": end.known,
        "cleaned before": end.before,
        "left for later": 0,
    }
    if end.is_new:
        say(balance(pages.found, ends))
    for loss in pages.losses():
        say(loss)
    kinds = [(reason_told(reason), count) for reason, count in dropped.most_common()]
    where = [end.drops_at] if end.drops_at and kinds else []
    columns = [one.told() for one in missing]
    if not end.told:
        if not dropped:
            raise InputError("no page became an article (there was no file to read)")
        why = sentence("no page became an article ({reasons})", reasons=reasons(kinds))
        raise InputError("{message}", message=listed([why, *where, *columns], "; "))
    for note in (*columns, *end.notes):
        say(note)
    _say_end(end, kinds, where)


def _say_end(end: CleaningEnd, kinds: Sequence[tuple[str, int]], where: Sequence[Sentence]) -> None:
    """The articles, and every reason for which a page is none: in the line, or below it where there are many."""
    assert end.told is not None
    total = end.dropped.total()
    if len(kinds) <= _IN_A_LINE:
        say(listed([with_drops(end.told, total, kinds), *where], "; "))
        return
    say(listed([sentence("{articles}; {count:,} dropped", articles=end.told, count=total), *where], "; "))
    width = max(len(f"{count:,}") for _, count in kinds)
    for reason, count in kinds:
        say("  {count} {reason}", count=f"{count:>{width},}", reason=reason)


def earlier_result(output: Path) -> list[Sentence]:
    """That the file of an earlier result is replaced and what it holds, to be told when it was; empty without one."""
    if not output.is_file() or not (size := output.stat().st_size):
        return []
    cure = sentence("to keep both, name another file, or clean into a --store")
    held = None if size > _COUNTED else _lines_in(output)
    told = counted(held, "record") if held is not None else sentence("{size:,} bytes", size=size)
    return [sentence("replaced {output}, which held {held} ({cure})", output=output, held=told, cure=cure)]


def _lines_in(path: Path) -> int | None:
    """How many lines a file has; None where its compression is broken."""
    with path.open("rb") as file:
        compression = compression_of(file.read(16))
        file.seek(0)
        try:
            return sum(1 for _ in (io.BufferedReader(compression.reader(file)) if compression else file))
        except Exception as why:
            if not is_broken(why):
                raise
            return None
