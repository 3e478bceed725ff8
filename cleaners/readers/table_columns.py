"""A row of a table as a page: which column holds the page, and what the columns beside it say.

The names are those of public collections of news and web pages, of crawlers' exports, and of sheets that people keep.
They are compared as :func:`~cleaners.readers.column_choice.folded`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any

from cleaners.errors import UnusableInput
from cleaners.fields.cleaned import added, article_of
from cleaners.items import Article, Drop, EntryFields, Page
from cleaners.page.lines.fragment import unescaped
from cleaners.readers.column_choice import ColumnChoice, TableColumns, folded
from cleaners.urls import is_web_address

BODY = (
    "html", "rawhtml", "htmlcontent", "contenthtml", "bodyhtml", "pagehtml", "content", "rawcontent", "text", "body",
    "articletext", "网页源码", "网页源代码", "正文", "内容", "全文", "文本", "文章内容", "新闻内容",
    "正文内容", "page", "网页",
)  # fmt: skip
"""Names of the column that holds the page, the likeliest first; ``page`` may be a number. More are known by
:func:`is_body_name`."""
_URL = (
    "url", "link", "uri", "sourceurl", "articleurl", "pageurl", "newsurl", "weburl", "originalurl", "requestedurl",
    "fetchedurl", "targeturi", "warctargeturi", "permalink", "href", "链接", "网址", "原文链接", "文章链接",
    "新闻链接", "链接地址",
    "网页链接", "原文地址", "文章地址", "新闻地址", "来源链接", "来源网址",
)  # fmt: skip
TITLE = (
    "title", "headline", "newstitle", "articletitle", "contenttitle", "标题", "题目", "文章标题", "新闻标题",
    "题名", "篇名",
)  # fmt: skip
"""Names of the column of headlines, as :func:`folded`."""
_PUBLISHED = (
    "published", "publishedat", "publishedtime", "publisheddate", "publishtime", "publishdate", "publishedon",
    "pubtime", "pubdate", "datepublished", "datepublish", "releasetime", "releasedate", "newsdate", "newstime",
    "发布时间", "发布日期", "发表时间", "发表日期", "刊发时间",
)  # fmt: skip
_DAY = ("date", "time", "datetime", "日期", "时间")
_SOURCE = (
    "source", "media", "publisher", "sourcename", "来源", "媒体", "出处", "信息来源", "文章来源", "新闻来源",
    "文献来源", "刊名", "报纸名称",
    "媒体名称",
)  # fmt: skip
_AUTHOR = ("author", "authors", "byline", "writer", "作者", "记者", "撰稿人")
_SECTION = ("section", "category", "channel", "栏目", "频道", "分类", "类别", "版块")
_FETCHED = (
    "fetchedat", "crawledat", "fetchtime", "timestamp", "datecrawled", "crawltime", "crawldate", "datedownload",
    "抓取时间", "采集时间", "爬取时间", "入库时间",
)  # fmt: skip
BESIDE = frozenset((*_URL, *TITLE, *_PUBLISHED, *_DAY, *_SOURCE, *_AUTHOR, *_SECTION, *_FETCHED))
"""Names of the columns beside the page that say something of it, as :func:`folded`."""
# FineWeb and its like name the moment of the crawl `date`; these columns tell them.
_OF_A_CRAWL = frozenset(("dump", "warcfilename", "warcrecordoffset", "filepath"))
# What crawlers and people put together: maintext, full_text, articleBody, content_html, 新闻正文, 文章全文.
_WORDS = (
    r"(?:article|body|clean|cleaned|content|contents|document|extracted|full|html|inner|main|news|page|parsed|plain|post|"
    r"raw|source|story|text|txt|web)"
)
_LEADING = r"(?:article|body|content|contents|html|story|text|txt)"
_PUT_TOGETHER = re.compile(rf"(?={_WORDS}*{_LEADING}){_WORDS}{{1,4}}(?<!source)(?<!news)")
_IN_CHINESE = re.compile(
    r"(?:新闻|文章|报道|稿件|网页|页面|帖子|推文|博文|公告|详细|主要|完整|主体|纯|原始)?(?:正文|全文|内容|文本|源码|源代码|原文)(?:正文|全文|内容|文本|详情|html)?"
    r"|(?:文章|新闻|稿件|内容)(?:详情|主体)"
)
_OPT_OUT = "optout"
_NOTHING = frozenset(("", "-", "--", "n/a", "na", "nan", "nat", "none", "null", "无", "未知"))
_LONGEST = 1000  # characters of a cell beside the page
_SHORT = 20  # characters: fewer are a number, a word or a title rather than a page, where another column has more
_SINCE_1970 = re.compile(r"1\d{9}(?:\d{3})?")  # 2001 to 2033
_DIGITS = 1000
_DEEPEST = 64  # levels of a column that goes along as it is
_WEB = 1990  # before it no page was fetched
_BOM = b"\xef\xbb\xbf"
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")


@lru_cache(maxsize=4096)
def is_body_name(name: str) -> bool:
    """Whether a column is called as one that holds pages or texts; ``name`` as :func:`folded`.

    >>> [is_body_name(name) for name in ("maintext", "文章全文", "summary", "摘要", "contenttype")]
    [True, True, False, False, False]
    """
    return name in _BODIES or _PUT_TOGETHER.fullmatch(name) is not None or _IN_CHINESE.fullmatch(name) is not None


_BODIES = frozenset(BODY)


def page_of(row: Mapping[object, object], place: str, table: TableColumns) -> Page | Drop:
    """The page of a row, a Drop where none of its columns holds one; ``place`` is its origin.

    What is not read as one of the fields of a page goes with it as ``extra``.
    """
    named: dict[str, str] = {}  # folded name -> name: the first of those that are written alike and not empty
    for name in row:
        if isinstance(name, str) and (folded(name) not in named or _is_empty(row[named[folded(name)]])):
            named[folded(name)] = name
    cells = {fold: row[name] for fold, name in named.items()}
    choice = table.choice(named.values())
    try:
        if choice.is_empty() and (cleaned := _cleaned(row)):
            return Page(
                body=(cleaned.text or "").encode("utf-8", "replace"), origin=place, url=cleaned.url, cleaned=cleaned
            )
    except UnusableInput as why:
        return Drop(origin=place, stage="read", reason=why.reason, detail=why.detail)
    used: set[str] = set()
    body = _body(cells, choice, used)
    if body is None:
        there = ", ".join(str(name) for name in row if isinstance(name, str))[:_LONGEST] or "none"
        cure = "name the one that holds the text with --text-column or --html-column"
        lacking = "".join(f"there is no column {name}; " for name in table.lacking())
        detail = f"{lacking}its columns are: {there}; {cure}"
        return Drop(origin=place, stage="read", reason="no page in the row", detail=detail)
    url = _address(cells, choice, used)
    crawled = not _OF_A_CRAWL.isdisjoint(cells)
    fields = EntryFields(
        title=_told(cells, _first(choice.title, TITLE), used),
        published=_when(cells, _first(choice.published, _PUBLISHED if crawled else _PUBLISHED + _DAY), used),
        source=_told(cells, _first(choice.source, _SOURCE), used),
        author=_told(cells, _first(choice.author, _AUTHOR), used),
        section=_told(cells, _first(choice.section, _SECTION), used),
    )
    opt_out = _reserved(cells, used)
    try:
        extra = {
            str(name): _plain(value)
            for name, value in row.items()
            if name is not None and (folded(str(name)) not in used or named.get(folded(str(name))) != name)
        }
    except UnusableInput as why:
        return Drop(origin=place, url=url, stage="read", reason=why.reason, detail=why.detail)
    return Page(
        # A declaration of another encoding inside of text is no longer true, so it goes as UTF-8 with BOM.
        body=_BOM + body.encode("utf-8", "replace") if isinstance(body, str) else body,
        origin=place,
        url=url,
        fetched_at=_moment(_when(cells, _FETCHED + (_DAY if crawled else ()), used)),
        columns=fields,
        opt_out=opt_out,
        extra=extra,
    )


def _cleaned(row: Mapping[object, object]) -> Article | None:
    """The article of a row that was cleaned before, with the columns that were added since."""
    record = {str(name): value for name, value in row.items()}
    article = article_of(record)
    more = {name: _plain(value) for name, value in added(record).items()} if article else {}
    return replace(article, extra={**article.extra, **more}) if article and more else article


def named_cells(names: Sequence[str], cells: Sequence[object]) -> dict[object, object]:
    """The cells of a row by their names; where a name stands twice, the first that is not empty has it.

    >>> named_cells(["text", "url", "text", "url"], ["", "a", "b", "c"])
    {'text': 'b', 'url': 'a', 'url (2)': 'c'}
    """
    row: dict[object, object] = {}
    for name, cell in zip(names, cells, strict=False):
        number, free = 1, name
        while free in row and not _is_empty(row[free]):
            number += 1
            free = f"{name} ({number})"
        row[free] = cell
    return row


def _is_empty(value: object) -> bool:
    return value is None or (isinstance(value, str | bytes) and not value.strip())


def _first(chosen: str | None, names: tuple[str, ...]) -> tuple[str, ...]:
    return names if chosen is None else (folded(chosen),)


def _body(cells: Mapping[str, object], choice: ColumnChoice, used: set[str]) -> str | bytes | None:
    """The page or text of a row: of the column that was chosen, else of the likeliest with more than a few words."""
    chosen = [folded(name) for name in (choice.html, choice.text) if name is not None]
    names = chosen or [
        *(name for name in BODY if name in cells),
        *(n for n in cells if n not in _BODIES and is_body_name(n)),
    ]
    found = [(name, value) for name in names if isinstance(value := cells.get(name), str | bytes) and value.strip()]
    if not found:
        return None
    name, value = next((one for one in found if len(one[1]) >= _SHORT), found[0])
    used.add(name)
    return value


def _address(cells: Mapping[str, object], choice: ColumnChoice, used: set[str]) -> str | None:
    """The first of the columns of addresses that holds one."""
    for name in _first(choice.url, _URL):
        value = cells.get(name)
        if isinstance(value, str) and is_web_address(value.strip()):
            used.add(name)
            return value.strip()
    return None


def _plain(value: object, depth: int = 0) -> Any:
    """A cell as a value of JSON; what JSON has no word for is its text. Raises ``UnusableInput`` below `_DEEPEST`."""
    if depth > _DEEPEST:
        raise UnusableInput("read", "nested too deeply", f"a column of more than {_DEEPEST} levels: leave it out")
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {str(name): _plain(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one, depth + 1) for one in value]
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _told(cells: Mapping[str, object], names: tuple[str, ...], used: set[str]) -> str | None:
    """What the first of these columns that is not empty says; several names in a list become one string."""
    for name in names:
        value = cells.get(name)
        if isinstance(value, list):
            value = "、".join(one for one in value if isinstance(one, str))
        # Half a surrogate pair, as of an emoji that was cut in two, is nothing that a reader sees.
        said = (
            " ".join(_shown(value).split())[:_LONGEST].encode("utf-8", "ignore").decode()
            if isinstance(value, str)
            else ""
        )
        if said.lower() not in _NOTHING:
            used.add(name)
            return said
    return None


def _reserved(cells: Mapping[str, object], used: set[str]) -> tuple[str, ...]:
    """What the publisher has reserved, where the row is a record of ours: it goes with the text wherever that goes."""
    value = cells.get(_OPT_OUT)
    if isinstance(value, str) and value.startswith("["):
        with suppress(ValueError):
            value = json.loads(value)
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        return ()
    used.add(_OPT_OUT)
    return tuple(value)


def _shown(value: str) -> str:
    """A cell beside the page without the tags and entities that its system put into it."""
    return unescaped(_TAG.sub("", value)) if "<" in value or "&" in value else value


def _when(cells: Mapping[str, object], names: tuple[str, ...], used: set[str]) -> str | None:
    """What the first of these columns says that holds a moment; seconds or milliseconds since 1970 as ISO 8601."""
    for name in names:
        value = cells.get(name)
        said = str(int(value) if isinstance(value, float) and value.is_integer() else value or "").strip()
        if _SINCE_1970.fullmatch(said):
            used.add(name)
            return datetime.fromtimestamp(int(said[:10]), UTC).isoformat()
        if said.lower() not in _NOTHING:
            used.add(name)
            return said[:_LONGEST]
    return None


def _moment(value: str | None) -> datetime | None:
    """A moment of fetching, UTC; None for what is none, as the year 1 or 1970 that systems write for it."""
    try:
        moment = datetime.fromisoformat(value) if value else None
        moment = moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC) if moment else None
    except (ValueError, OverflowError):
        return None
    return moment if moment and moment.year >= _WEB else None


def integer(digits: str) -> int | float:
    """A whole number of JSON: exact, but for the absurd (Python refuses more than 4,300 digits, float takes any)."""
    return int(digits) if len(digits) < _DIGITS else float(digits)
