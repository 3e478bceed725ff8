"""Articles one after the other in a plain text, each under a head, as newspapers' databases and people's scripts write.

    标题：渠水流到第三村              渠水流到第三村
    来源：绿洲晨报                    2024-05-06 09:30  来源：绿洲晨报
    日期：2024-05-06
                                      The text of the article ...
    The text of the article ...
                                      ==========================
    标题：上游水库开闸
    ...                               上游水库开闸
                                      ...

A head of labels names a headline and something else, and every record begins with the same label; it is read as a row
of a table is. A head without labels is a headline above a line of date or source, and stands behind a rule. Read in
bounded memory; a file that begins in neither way is one page.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from cleaners.errors import UnusableInput
from cleaners.items import Drop, Page
from cleaners.page.decode import decode
from cleaners.readers.bounded_lines import file_lines
from cleaners.readers.column_choice import folded
from cleaners.readers.input_file import InputFile
from cleaners.readers.reader import FileReader
from cleaners.readers.table_columns import BESIDE, TITLE, is_body_name, page_of

_BRACKETED = re.compile(r"^[【\[〔〖]([^】\]〕〗:：]{1,16})[】\]〕〗]\s?[:：]?(.*)", re.DOTALL)
_LABELLED = re.compile(r"^([^:：<>。，,]{1,24})[:：](?!//)(.*)", re.DOTALL)
_NUMBER = re.compile(r"\d{1,4}$")
# Labels that heads have besides those of tables.
_OTHERS = frozenset((
    "版次", "版面", "版号", "版名", "字数", "正文字数", "页码", "期号", "刊期", "关键词", "关键字", "摘要", "导语",
    "标签", "编号", "序号", "责任编辑", "编辑", "责编", "地区", "地域", "语种", "语言", "id", "no", "docno", "docid",
    "keywords", "abstract", "summary", "tags", "page", "edition", "editor", "words", "language",
))  # fmt: skip
_RULE = re.compile(r"^(?:([=\-*#_~—－＝＊─━·…])\1{4,}|)$")  # also a form feed, which is white space
_DATED = re.compile(r"(?:19|20)\d\d\s?[-年/.]\s?\d{1,2}\s?[-月/.]\s?\d{1,2}|来源\s?[:：]|來源\s?[:：]")
_SENTENCE = re.compile(r"[。，；]")
_HEADLINE = (4, 80)  # characters of a headline without a label
_LINE = 240  # bytes of a line of a head without labels
_NEAR = 3  # lines of text between a headline without a label and its date
_FIRST = 5  # lines of text: a file of records has its first head above the end of these
_BODY = 30  # letters of what stands between two heads: fewer are no article, but a list of works
_KEPT = 20  # last lines of a record that is too large
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _HeadLine:
    """A line that says one thing of an article."""

    name: str
    """As :func:`folded`."""
    value: str

    @property
    def is_body(self) -> bool:
        return is_body_name(self.name)


def head_line(line: str) -> _HeadLine | None:
    """A line as a label and what it says, None for any other line.

    >>> head_line("【标　题】 渠水流到第三村").value, head_line("Title-题名: 开闸").name, head_line("老李说：水来了")
    ('渠水流到第三村', '题名', None)
    """
    for pattern in (_BRACKETED, _LABELLED):
        if (found := pattern.match(line.strip())) is None:
            continue
        name = _NUMBER.sub("", folded(found[1].rpartition("-")[2]))
        if name in BESIDE or name in _OTHERS or is_body_name(name):
            return _HeadLine(name=name, value=found[2].strip().strip('"'))
    return None


@dataclass(slots=True, kw_only=True)
class _Split:
    """Lines as they come, cut where the head of another record begins."""

    lines: list[bytes] = field(default_factory=list)
    """Of the record at hand."""
    first_label: str = ""
    """With which every record begins, once one has been seen."""
    records: int = 0
    """Heads that were seen with a text below them."""
    _run: list[str] = field(default_factory=list)
    """Labels of the lines above that follow each other."""
    _run_at: int = 0
    _texts: int = 0
    """Lines of text since the last rule, which the beginning of the file is too."""
    _headline_at: int | None = None
    """Where a line stands, right behind a rule, that may be a headline without a label."""
    _head_at: int | None = None
    """Where a head begins whose text has not come yet."""
    _head_label: str = ""
    """With which that head begins; empty for one without labels."""
    _body: int = 0
    """Letters below it."""
    _is_list: bool = False
    """Whether the first heads have followed each other without texts: then they list works, in one article."""

    def add(self, line: bytes, text: str) -> list[bytes] | None:
        """Take a line; the record above, once it is known that another one has begun."""
        self.lines.append(line)
        if not text.strip() and "\f" not in text:
            return None
        if _RULE.match(text.strip()):
            self._run, self._texts, self._headline_at, self._is_list = [], 0, None, False
            return None
        label = head_line(text)
        begins = self._by_label(label) if label else self._by_date(text, is_short=len(line) <= _LINE)
        self._texts += 1
        if begins is not None:
            return self._head(begins, self._run[0] if label else "")
        if self._head_at is not None and (label is None or label.is_body):
            self._body += len(_LETTER.findall(text[:_LINE]))
            if self._body >= _BODY:
                return self._cut()
        return None

    @property
    def has_head(self) -> bool:
        """Whether a head has begun whose text has not come yet."""
        return self._head_at is not None

    def forget(self) -> None:
        """Leave out the lines of a record that is too large, but for the last ones: another head may begin there."""
        gone = max(0, len(self.lines) - _KEPT)
        del self.lines[:gone]
        self._run_at -= gone
        self._head_at = None if self._head_at is None else max(0, self._head_at - gone)
        self._headline_at = None if self._headline_at is None else max(0, self._headline_at - gone)

    def _head(self, at: int, label: str) -> list[bytes] | None:
        """A head begins at a line; the record above, where one of few words stands between two heads."""
        above = None
        if self._head_at is not None and self.records:
            moved = self._head_at
            above = self._cut()
            at -= moved
        self._is_list = self._is_list or self._head_at is not None
        self._head_at, self._head_label, self._body = None if self._is_list else at, label, 0
        return above

    def _by_label(self, label: _HeadLine) -> int | None:
        """Where a head begins that this line makes one: a headline and something else, with the label of the others."""
        if not self._run or label.name in self._run:
            self._run, self._run_at = [], len(self.lines) - 1
        was_head = _is_head(self._run)
        self._run.append(label.name)
        return self._run_at if _is_head(self._run) and not was_head and self.first_label in {"", self._run[0]} else None

    def _by_date(self, text: str, *, is_short: bool) -> int | None:
        """Where a head begins that this line makes one: a date or source near below a headline behind a rule."""
        self._run = []
        if self.first_label or self._texts > _NEAR or not is_short:
            return None
        if self._texts == 0:
            fewest, most = _HEADLINE
            said = text.strip()
            is_headline = fewest <= len(said) <= most and said[-1] not in "。；" and not _DATED.search(said)
            self._headline_at = len(self.lines) - 1 if is_headline else None
        elif self._headline_at is not None and _DATED.search(text) and not _SENTENCE.search(text):
            at, self._headline_at = self._headline_at, None
            return at
        return None

    def _cut(self) -> list[bytes] | None:
        assert self._head_at is not None
        at, self._head_at = self._head_at, None
        self.records += 1
        self.first_label = self.first_label or self._head_label
        above, self.lines = self.lines[:at], self.lines[at:]
        return above if any(map(bytes.strip, above)) else None


def _is_head(labels: list[str]) -> bool:
    """Whether labels that follow each other name a headline and something else."""
    return len(labels) > 1 and not set(TITLE).isdisjoint(labels)


def _is_records(file: InputFile) -> bool:
    """Whether the head of the file begins with a head of labels, or holds two heads without labels."""
    if file.start.startswith("<"):
        return False
    split, texts = _Split(), 0
    for line in file.decoded_head(file.encoding).split("\n"):
        texts += not _RULE.match(line.strip())
        split.add(line.encode(), line)
        if texts > _FIRST and not split.records and not split.has_head:
            return False
        if split.first_label or split.records > 1:
            return True
    return False


def _records(lines: Iterator[bytes | None], encoding: str, limit: int) -> Iterator[list[bytes] | None]:
    """The lines of each record, None in place of one of more than ``limit`` bytes."""
    split, size = _Split(), 0
    for line in lines:
        size += limit + 1 if line is None else len(line)
        above = split.add(line, line.decode(encoding, "replace")) if line is not None else None
        if above is not None:
            yield above if size <= limit else None
            size = sum(map(len, split.lines))
        elif size > limit:
            split.forget()
    if any(map(bytes.strip, split.lines)):
        yield split.lines if size <= limit else None


def _read(file: InputFile) -> Iterator[Page | Drop]:
    """One page a record; ``#`` and its number (from 1) are added to the origin where the file has several."""
    lines, encoding = file_lines(file)
    waiting: list[bytes] | None = []
    number = 0
    for record in _records(lines, encoding, file.limits.page_bytes):
        if number:
            yield _page(waiting, file, number, encoding)
        waiting, number = record, number + 1
    if number:
        yield _page(waiting, file, number if number > 1 else None, encoding)


def _page(lines: list[bytes] | None, file: InputFile, number: int | None, encoding: str) -> Page | Drop:
    place = file.origin if number is None else f"{file.origin}#{number}"
    if lines is None:
        detail = f"more than {file.limits.page_bytes} bytes in a record"
        return Drop(origin=place, stage="read", reason="page too large", detail=detail)
    while lines and _RULE.match(lines[-1].decode(encoding, "replace").strip()):
        lines.pop()
    row, rest = _head(lines, encoding)
    if not row:
        return Page(body=b"".join(lines), origin=place, fetched_at=file.saved)
    try:
        return page_of(row | {"text": decode(b"".join(rest), charset=encoding).text}, place, file.table)
    except UnusableInput as why:
        return Drop.of(why, place)


def _head(lines: list[bytes], encoding: str) -> tuple[dict[object, object], list[bytes]]:
    """What the labels say, and the lines below them; nothing where the record begins without labels."""
    row: dict[object, object] = {}
    for number, line in enumerate(lines):
        text = line.decode(encoding, "replace")
        if not text.strip():
            continue
        label = head_line(text.lstrip("\ufeff"))
        if label is None:
            return row, lines[number:]
        if label.is_body:
            return row, [label.value.encode(encoding, "replace"), b"\n", *lines[number + 1 :]]
        row.setdefault(label.name, label.value)
    return row, []


READER = FileReader(name="records", suffixes=(".txt",), accepts=_is_records, read=_read)
