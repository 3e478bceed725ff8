"""A row of a table as a page: which column holds the page, and what the columns beside it say.

The names are those of public collections of news and web pages, of crawlers' exports, and of sheets that people keep.
They are compared in lower case, without white space around them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlsplit

from cleaners.items import Drop, Page, TableFields

BODY = (
    "html", "raw_html", "content", "raw_content", "text", "body", "article_text", "网页源码", "正文", "内容", "全文",
    "文本", "文章内容", "新闻内容", "正文内容", "page", "网页",
)  # fmt: skip
"""Names of the column that holds the page, the likeliest first; ``page`` may be a number."""
_URL = ("url", "link", "uri", "source_url", "article_url", "链接", "网址", "原文链接", "文章链接", "新闻链接")
_TITLE = ("title", "headline", "标题", "题目", "文章标题", "新闻标题")
_PUBLISHED = (
    "published", "published_at", "published_time", "published_date", "publish_time", "publish_date", "publishtime",
    "publishdate", "publishedat", "pub_time", "pub_date", "pubtime", "pubdate", "datepublished", "date_published",
    "date_publish", "release_time", "release_date", "发布时间", "发布日期", "发表时间", "发表日期", "刊发时间",
)  # fmt: skip
_DAY = ("date", "time", "datetime", "日期", "时间")
_SOURCE = ("source", "media", "publisher", "来源", "媒体", "出处", "信息来源", "文章来源", "新闻来源", "媒体名称")
_AUTHOR = ("author", "authors", "byline", "writer", "作者", "记者", "撰稿人")
_SECTION = ("section", "category", "channel", "栏目", "频道", "分类", "类别", "版块")
_FETCHED = (
    "fetched_at", "crawled_at", "fetch_time", "timestamp", "date_crawled", "crawl_time", "crawl_date", "date_download",
    "抓取时间", "采集时间", "爬取时间", "入库时间",
)  # fmt: skip
BESIDE = frozenset((*_URL, *_TITLE, *_PUBLISHED, *_DAY, *_SOURCE, *_AUTHOR, *_SECTION, *_FETCHED))
"""Names of the columns beside the page that say something of it."""
# FineWeb and its like name the moment of the crawl `date`; these columns tell them.
_OF_A_CRAWL = frozenset(("dump", "warc_filename", "warc_record_offset", "file_path"))
NAMES = frozenset((*BODY, *BESIDE, *_OF_A_CRAWL))
"""All of them."""
_NOTHING = frozenset(("", "-", "--", "n/a", "na", "nan", "nat", "none", "null", "无", "未知"))
_LONGEST = 1000  # characters of a cell beside the page
_SINCE_1970 = re.compile(r"1\d{9}(?:\d{3})?")  # 2001 to 2033
_WEB = 1990  # before it no page was fetched
_BOM = b"\xef\xbb\xbf"


def page_of(row: Mapping[object, object], place: str) -> Page | Drop:
    """The page of a row, a Drop where none of its columns holds one; ``place`` is its origin."""
    cells = {name.strip().lower(): value for name, value in row.items() if isinstance(name, str)}
    body = next((value for name in BODY if isinstance(value := cells.get(name), str | bytes) and value), None)
    if body is None:
        return Drop(origin=place, stage="read", reason="no page in the row", detail=f"none of {', '.join(BODY)}")
    url = next((value for name in _URL if isinstance(value := cells.get(name), str) and value), "").strip()
    crawled = not _OF_A_CRAWL.isdisjoint(cells)
    return Page(
        # A declaration of another encoding inside of text is no longer true, so it goes as UTF-8 with BOM.
        body=_BOM + body.encode("utf-8", "replace") if isinstance(body, str) else body,
        origin=place,
        url=url if _is_address(url) else None,
        fetched_at=_moment(_when(cells, _FETCHED + (_DAY if crawled else ()))),
        columns=TableFields(
            title=_told(cells, _TITLE),
            published=_when(cells, _PUBLISHED if crawled else _PUBLISHED + _DAY),
            source=_told(cells, _SOURCE),
            author=_told(cells, _AUTHOR),
            section=_told(cells, _SECTION),
        ),
    )


def _is_address(url: str) -> bool:
    """Whether this is the address of a page; one that cannot be taken apart is none, and its page is kept without."""
    try:
        parts = urlsplit(url.encode().decode())
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets, a port beyond 65535, half a surrogate pair
        return False


def _told(cells: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    """What the first of these columns that is not empty says; several names in a list become one string."""
    for name in names:
        value = cells.get(name)
        if isinstance(value, list):
            value = "、".join(one for one in value if isinstance(one, str))
        # Half a surrogate pair, as of an emoji that was cut in two, is nothing that a reader sees.
        said = " ".join(value.split())[:_LONGEST].encode("utf-8", "ignore").decode() if isinstance(value, str) else ""
        if said.lower() not in _NOTHING:
            return said
    return None


def _when(cells: Mapping[str, object], names: tuple[str, ...]) -> str | None:
    """What the first of these columns says that holds a moment; seconds or milliseconds since 1970 as ISO 8601."""
    for name in names:
        value = cells.get(name)
        said = str(int(value) if isinstance(value, float) and value.is_integer() else value or "").strip()
        if _SINCE_1970.fullmatch(said):
            return datetime.fromtimestamp(int(said[:10]), UTC).isoformat()
        if said.lower() not in _NOTHING:
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
