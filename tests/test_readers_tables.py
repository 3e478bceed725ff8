"""Tables of pages: what their columns say, in any spelling, encoding and delimiter; and that the page knows better."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
import json
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleaners.items import Article, Drop, EntryFields, Page
from cleaners.pipeline import clean, explain
from cleaners.readers import ColumnChoice, ReadLimits, read

TITLE = "古镇渡口修起了新码头"
TEXT = (
    "入秋以来，古镇渡口的新码头一天比一天热闹，渡船每二十分钟一班，挑着担子的菜农和背着书包的学生挤在一处等船。\n"
    "镇里的负责人说，旧码头用了四十多年，石阶早已磨平，雨天常有人滑倒，这次翻修加宽了两米，还装上了扶手和路灯。\n"
    "摆渡人老周在这里撑了三十年船，他说以后晚上也能开船了，对岸的人看完夜戏不用再绕十里山路回家。"
)


def jsonl(path: Path, *rows: object, encoding: str = "utf-8") -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding=encoding)
    return path


def pages(path: Path) -> list[Page]:
    found = list(read([path]))
    assert all(isinstance(one, Page) for one in found), found
    return found  # type: ignore[return-value]


def article(path: Path) -> Article:
    (page,) = pages(path)
    result = clean(page)
    assert isinstance(result, Article), result
    return result


ENGLISH = {"url": "https://news.example/1", "title": TITLE, "text": TEXT, "date": "2024-10-08 09:30", "source": "水乡晚报",
           "author": "记者 王小明 李雷", "category": "民生"}  # fmt: skip
CHINESE = {"链接": "https://news.example/1", "标题": TITLE, "正文": TEXT, "发布时间": "2024年10月8日 09:30", "来源": "水乡晚报",
           "作者": "王小明、李雷", "栏目": "民生"}  # fmt: skip


@pytest.mark.parametrize("row", [ENGLISH, CHINESE, {k.upper(): v for k, v in ENGLISH.items()}], ids=["en", "zh", "EN"])
def test_what_the_columns_say_is_taken_where_the_text_says_nothing(tmp_path: Path, row: dict[str, str]) -> None:
    found = article(jsonl(tmp_path / "x.jsonl", row))
    assert (found.title, found.text, found.url) == (TITLE, TEXT, "https://news.example/1")
    assert found.published and found.published.isoformat() == "2024-10-08T09:30:00+08:00"
    assert (found.source, found.authors, found.section) == ("水乡晚报", ("王小明", "李雷"), "民生")


def test_that_a_column_said_it_is_recorded(tmp_path: Path) -> None:
    (page,) = pages(jsonl(tmp_path / "x.jsonl", CHINESE))
    rules = explain(page).metadata.rules
    assert rules == {
        "title": "column title", "published": "column published", "source": "column source",
        "authors": "column author", "section": "column section",
    }  # fmt: skip


def test_a_cell_may_hold_more_than_the_names_and_a_title_may_be_short(tmp_path: Path) -> None:
    row = {"title": "悼念", "text": TEXT, "作者": "水乡晚报记者 王小明 通讯员 李雷", "来源": "来源：水乡晚报"}
    found = article(jsonl(tmp_path / "x.jsonl", row))
    assert (found.title, found.authors, found.source) == ("悼念", ("王小明", "李雷"), "水乡晚报")
    english = (
        "Farmers in the northern valleys have begun to bring in the harvest two weeks earlier than usual this year.\n"
        * 3
    )
    row = {
        "title": "Harvest begins early in the north",
        "text": english,
        "author": "Jane Smith, John Doe",
        "source": "Valley Times",
    }
    found = article(jsonl(tmp_path / "y.jsonl", row))
    assert (found.title, found.authors, found.source) == (row["title"], ("Jane Smith", "John Doe"), "Valley Times")


@pytest.mark.parametrize("title", [TITLE, f"{TITLE}_水乡网", "古镇渡口，修起了新码头"])
def test_a_title_that_stands_in_the_text_too_is_not_doubled(tmp_path: Path, title: str) -> None:
    found = article(jsonl(tmp_path / "x.jsonl", {"title": title, "text": f"{TITLE}\n{TEXT}"}))
    assert (found.title, found.text) == (TITLE, TEXT)


def test_the_page_knows_better_than_the_table(tmp_path: Path) -> None:
    text = f"{TITLE}\n2024-10-08 09:30 来源：水乡晚报 作者：王小明\n{TEXT}"
    other = {"title": "别的标题说的是别的事", "date": "2020-01-01", "source": "某某网", "author": "赵大海"}
    found = article(jsonl(tmp_path / "x.jsonl", {"text": text, **other, "title": TITLE}))
    assert found.published and found.published.isoformat() == "2024-10-08T09:30:00+08:00"
    assert (found.source, found.authors, found.text) == ("水乡晚报", ("王小明",), TEXT)
    html = (
        f"<html><head><meta property='og:title' content='{TITLE}'><title>{TITLE}</title></head><body><h1>{TITLE}</h1>"
    )
    html += "".join(f"<p>{line}</p>" for line in TEXT.split("\n")) + "</body></html>"
    assert article(jsonl(tmp_path / "y.jsonl", {"html": html, **other})).title == TITLE


def test_a_day_in_the_text_gets_its_hour_from_the_table(tmp_path: Path) -> None:
    row = {"text": f"{TITLE}\n2024-10-08\n{TEXT}", "publish_time": "2024-10-08T09:30:00+08:00"}
    found = article(jsonl(tmp_path / "x.jsonl", row))
    assert found.published and found.published.isoformat() == "2024-10-08T09:30:00+08:00"


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"source": "c4"}, EntryFields(source="c4")),  # read, and refused when it is judged
        ({"source": "转载", "author": "nan", "title": " ", "date": None}, EntryFields(source="转载")),
        (
            {"authors": ["王小明", "李雷", 3], "published": 1728351000},
            EntryFields(author="王小明、李雷", published="2024-10-08T01:30:00+00:00"),
        ),
        ({"time": 1728351000123.0, "title": True}, EntryFields(published="2024-10-08T01:30:00+00:00")),
        ({"pubDate": 20241008, "媒体": "水乡晚报"}, EntryFields(published="20241008", source="水乡晚报")),
        ({"date": "2024-10-08", "dump": "CC-MAIN-2024-42"}, EntryFields()),
    ],
)
def test_what_cells_hold(tmp_path: Path, columns: dict[str, object], said: EntryFields) -> None:
    (page,) = pages(jsonl(tmp_path / "x.jsonl", {"text": TEXT, **columns}))
    assert page.columns == said
    found = clean(page)
    assert isinstance(found, Article) and found.source == ("水乡晚报" if said.source == "水乡晚报" else None)


@pytest.mark.parametrize(
    "url", ["https://[::1", "https://news.example:99999/1", "https://news.example/\ud83d", "http://", "ftp://x/1"]
)
def test_what_is_no_address_costs_no_page(tmp_path: Path, url: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(json.dumps({**ENGLISH, "url": url, "source": "水乡晚报\ud83d"}))
    found = article(path)
    assert (found.url, found.text, found.source) == (None, TEXT, "水乡晚报")


def test_the_day_of_a_crawl_is_when_the_page_was_fetched(tmp_path: Path) -> None:
    (page,) = pages(jsonl(tmp_path / "x.jsonl", {"text": TEXT, "date": "2024-10-08", "dump": "CC-MAIN-2024-42"}))
    assert page.fetched_at and page.fetched_at.isoformat() == "2024-10-08T00:00:00+00:00"


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00", "0001-01-01T00:00:00+08:00", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59-08:00"]
)
def test_a_moment_of_fetching_that_is_none_makes_no_date_one_of_the_future(tmp_path: Path, moment: str) -> None:
    (page,) = pages(jsonl(tmp_path / "x.jsonl", {**ENGLISH, "fetched_at": moment}))
    assert page.fetched_at is None
    found = clean(page)
    assert isinstance(found, Article) and found.published


def test_a_moment_of_fetching_is_told_in_utc(tmp_path: Path) -> None:
    (page,) = pages(jsonl(tmp_path / "x.jsonl", {"text": TEXT, "fetched_at": "2024-10-08T09:30:00+08:05:43"}))
    assert page.fetched_at and page.fetched_at.isoformat() == "2024-10-08T01:24:17+00:00"


def table(delimiter: str, *names: str) -> str:
    out = io.StringIO(newline="")
    rows = csv.writer(out, delimiter=delimiter)
    rows.writerows([names, ["1", TITLE, TEXT, "水乡晚报"], ["2", "", "", ""]])
    return out.getvalue()


@pytest.mark.parametrize(
    "names", [("编号", "标题", "正文", "来源"), ("id", "title", "content", "source")], ids=["zh", "en"]
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_sheets_as_they_are_saved(tmp_path: Path, names: tuple[str, ...], delimiter: str, encoding: str) -> None:
    (tmp_path / "x.csv").write_text(table(delimiter, *names), encoding=encoding, newline="")
    page, empty = read([tmp_path / "x.csv"])
    assert isinstance(page, Page) and page.body.decode("utf-8-sig") == TEXT
    assert (page.columns.title, page.columns.source) == (TITLE, "水乡晚报")
    assert isinstance(empty, Drop) and empty.reason == "no page in the row"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_json_in_the_encodings_that_windows_writes(tmp_path: Path, encoding: str) -> None:
    jsonl(tmp_path / "x.jsonl", CHINESE, {"正文": TEXT}, encoding=encoding)
    first, second = pages(tmp_path / "x.jsonl")
    assert (first.columns.title, second.origin) == (TITLE, f"{tmp_path / 'x.jsonl'}#2")
    assert {one.body.decode("utf-8-sig") for one in (first, second)} == {TEXT}
    (tmp_path / "y.json").write_text(json.dumps([CHINESE, CHINESE], ensure_ascii=False, indent=1), encoding=encoding)
    assert [one.columns.title for one in pages(tmp_path / "y.json")] == [TITLE, TITLE]


@pytest.mark.parametrize(
    "odd",
    [
        '"title": "渡口\\ud83d"',  # half of an emoji, as a program leaves that cuts text at a length
        '"id": 14627333968688430831',  # more than 63 bits
        f'"id": {"1" * 5000}',
        '"title": "渡口\t码头"',  # a tab that should be escaped
        '"score": NaN',
    ],
)
def test_an_odd_value_in_an_array_costs_no_row(tmp_path: Path, odd: str) -> None:
    row = json.dumps({"text": TEXT}, ensure_ascii=False)
    for name, text in (
        ("x.json", f"[{row},\n{{{odd}, {row[1:]},\n{row}]"),
        ("x.jsonl", f"{row}\n{{{odd}, {row[1:]}\n{row}"),
    ):
        if name == "x.json" or "\t" not in odd:
            (tmp_path / name).write_text(text, encoding="utf-8")
            assert [page.body.decode("utf-8-sig") for page in pages(tmp_path / name)] == [TEXT] * 3


def test_a_bad_byte_in_an_array_costs_a_character(tmp_path: Path) -> None:
    row = json.dumps({"text": TEXT}, ensure_ascii=False).encode()
    (tmp_path / "x.json").write_bytes(
        b"[" + b",".join([row] * 200 + [row.replace("老周".encode(), b"\xe8"), row]) + b"]"
    )
    assert len(pages(tmp_path / "x.json")) == 202


def test_brackets_without_end_in_an_array_cost_no_memory(tmp_path: Path) -> None:
    row = json.dumps({"text": TEXT}, ensure_ascii=False)
    (tmp_path / "x.json").write_text(f"[{row}, " + '{"a": ' + "[" * 20_000, encoding="utf-8")
    tracemalloc.start()
    page, drop = read([tmp_path / "x.json"])
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(page, Page) and isinstance(drop, Drop) and drop.reason == "not JSON"
    assert peak < 20_000_000


def test_objects_over_several_lines_may_follow_one_another(tmp_path: Path) -> None:
    row = json.dumps({"text": TEXT}, ensure_ascii=False, indent=1)
    (tmp_path / "x.json").write_text(f"{row}\n{row}\n", encoding="utf-8")
    assert [one.origin for one in pages(tmp_path / "x.json")] == [f"{tmp_path / 'x.json'}#{n}" for n in (1, 2)]


def test_a_first_row_without_a_page_costs_that_row(tmp_path: Path) -> None:
    drop, page = read([jsonl(tmp_path / "x.jsonl", {"text": None, "n": 1}, {"text": TEXT})])
    assert isinstance(drop, Drop) and drop.reason == "no page in the row"
    assert isinstance(page, Page)


def test_a_bad_byte_costs_a_character_and_not_its_row(tmp_path: Path) -> None:
    data = json.dumps({"text": TEXT}, ensure_ascii=False).encode().replace("老周".encode(), "老周".encode()[:-1])
    (tmp_path / "x.jsonl").write_bytes(b'{"text": "a"}\n' + data + b"\n")
    _, page = pages(tmp_path / "x.jsonl")
    assert "摆渡人老" in page.body.decode()


@pytest.mark.parametrize(
    "text",
    [
        f"首页\t新闻\t正文\n{TEXT}",
        f"首页,新闻,正文\n{TEXT}",
        f"标题\n{TEXT}",
        "内容，时间，来源\n" + TEXT,
        "{}\n" + TEXT,
    ],
)
def test_a_text_that_begins_nearly_like_a_table_is_a_text(tmp_path: Path, text: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        (tmp_path / "x.txt").write_text(text, encoding=encoding)
        (page,) = pages(tmp_path / "x.txt")
        assert page.body == text.encode(encoding)


def test_a_page_in_utf_16_stays_as_it_came(tmp_path: Path) -> None:
    (tmp_path / "x.txt").write_text(f"{TITLE}\n\n{TEXT}", encoding="utf-16")
    (page,) = pages(tmp_path / "x.txt")
    assert page.body.startswith(codecs.BOM_UTF16) and article(tmp_path / "x.txt").text == TEXT


def test_a_line_of_csv_without_end_costs_that_row_and_no_memory(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "x.csv.gz", "wb") as file:
        file.write(b"url,text\n,")
        for _ in range(60):
            file.write(b"0" * 1_000_000)
        file.write(f"\n,{TEXT.splitlines()[0]}\n".encode())
    tracemalloc.start()
    drop, page = read([tmp_path / "x.csv.gz"], ReadLimits(page_bytes=1_000_000))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert isinstance(drop, Drop) and drop.reason == "not CSV" and isinstance(page, Page)
    assert peak < 20_000_000


def test_a_row_beyond_the_limit_costs_that_row_in_wide_characters_too(tmp_path: Path) -> None:
    path = jsonl(tmp_path / "x.jsonl", {"text": "长" * 5000}, {"text": TEXT}, encoding="utf-16")
    drop, page = read([path], ReadLimits(page_bytes=2000))
    assert isinstance(drop, Drop) and drop.reason == "page too large"
    assert isinstance(page, Page) and page.origin.endswith("#2")


def test_parquet_says_what_other_tables_say(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    moment = datetime(2024, 10, 8, 1, 30, tzinfo=UTC)
    rows = {"标题": [TITLE] * 3, "content": [TEXT, None, "长" * 2000], "time": [moment] * 3, "n": [{"a": 1}] * 3}
    parquet.write_table(arrow.table(rows), tmp_path / "x.parquet", row_group_size=2)
    page, empty, large = read([tmp_path / "x.parquet"], ReadLimits(page_bytes=4000))
    assert isinstance(page, Page) and page.columns == EntryFields(title=TITLE, published="2024-10-08 01:30:00+00:00")
    assert isinstance(empty, Drop) and empty.reason == "no page in the row"
    assert isinstance(large, Drop) and (large.reason, large.origin) == ("page too large", f"{tmp_path / 'x.parquet'}#3")
    found = clean(page)
    assert isinstance(found, Article) and found.published == moment
    parquet.write_table(arrow.table({"html": [TEXT.encode("gb18030")]}), tmp_path / "y.parquet")
    (page,) = pages(tmp_path / "y.parquet")
    assert page.body == TEXT.encode("gb18030"), "bytes stay as they are"
    data = (tmp_path / "x.parquet").read_bytes()
    for damaged in (data[:-30], data[: len(data) // 2], b"PAR1" + data[200:]):
        (tmp_path / "z.parquet").write_bytes(damaged)
        assert all(isinstance(one, Page | Drop) for one in read([tmp_path / "z.parquet"]))
        assert [one.reason for one in read([tmp_path / "z.parquet"]) if isinstance(one, Drop)][-1:] != []


def test_a_cell_of_parquet_that_python_cannot_hold_costs_no_row(tmp_path: Path) -> None:
    arrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    text = TEXT.encode("gb18030")  # which Arrow takes for a string from whoever says so
    places = arrow.array([0, len(text)], arrow.int32()).buffers()[1]
    strings = arrow.Array.from_buffers(arrow.string(), 1, [None, places, arrow.py_buffer(text)])
    rows = {
        "text": [TEXT], "published_at": arrow.array([1728351000_123456789], arrow.timestamp("ns")),
        "date": arrow.array([1 << 62], arrow.timestamp("us")), "crawl_time": arrow.array([0], arrow.timestamp("s", "Mars/X")),
    }  # fmt: skip
    parquet.write_table(arrow.table(rows), tmp_path / "x.parquet")
    (page,) = pages(tmp_path / "x.parquet")
    assert page.columns.published == "2024-10-08 01:30:00.123456" and page.fetched_at is None
    parquet.write_table(arrow.table({"text": strings}), tmp_path / "y.parquet")
    assert article(tmp_path / "y.parquet").text == TEXT


# What columns are called, what else a row has, and how sheets are written

PROSE = (
    "盐井四月里重新出卤，盐工们用竹筒往上提，井口的热气半里外都看得见。",
    "渡口的船天亮就开，船工说今天的水很稳，两岸的人都来看。",
)


@pytest.mark.parametrize(
    "name",
    ["maintext", "Main_Text", "articleBody", "article-content", "full text", "cleaned_text", "text_content", "content_text",
     "story", "news_content", "body_html", "raw_text", "plainText", "新闻正文", "文章全文", "稿件内容", "报道正文", "网页源代码"],
)  # fmt: skip
def test_columns_of_texts_are_known_by_what_they_are_called(tmp_path: Path, name: str) -> None:
    (tmp_path / "d.jsonl").write_text(json.dumps({"n": 1, name: PROSE[0], "summary": PROSE[1] * 9}), encoding="utf-8")
    (page,) = read([tmp_path / "d.jsonl"])
    assert isinstance(page, Page)
    assert page.body.decode("utf-8-sig") == PROSE[0]


@pytest.mark.parametrize(
    "name", ["summary", "abstract", "摘要", "简介", "description", "content_type", "text_length", "comments"]
)
def test_other_columns_are_not_taken_for_texts(tmp_path: Path, name: str) -> None:
    (tmp_path / "d.jsonl").write_text(json.dumps({"url": "https://a.example/1", name: PROSE[0]}), encoding="utf-8")
    (drop,) = read([tmp_path / "d.jsonl"])
    assert isinstance(drop, Drop)
    assert name in drop.detail and "--text-column" in drop.detail


def test_columns_are_those_that_the_user_names(tmp_path: Path) -> None:
    row = {"Text": PROSE[1], "稿子": PROSE[0], "where": "https://a.example/1", "What": "盐井出卤", "title": "别的"}
    (tmp_path / "d.csv").write_text(
        ",".join(row) + "\n" + ",".join(f'"{value}"' for value in row.values()) + "\n", encoding="utf-8"
    )
    choice = ColumnChoice(text="稿子", url="WHERE", title="what")
    (page,) = read([tmp_path / "d.csv"], columns=choice)
    assert isinstance(page, Page)
    assert (page.body.decode("utf-8-sig"), page.url, page.columns.title) == (
        PROSE[0],
        "https://a.example/1",
        "盐井出卤",
    )
    assert page.extra == {"Text": PROSE[1], "title": "别的"}


def test_the_other_columns_come_along_as_they_were(tmp_path: Path) -> None:
    row = {
        "text": PROSE[0],
        "id": 4976424942960640123,
        "tags": ["盐", None],
        "score": 0.5,
        "来源": "河谷日报",
        "ok": True,
        "by": {"a": 1},
    }
    (tmp_path / "d.jsonl").write_text(json.dumps(row, ensure_ascii=False), encoding="utf-8")
    (page,) = read([tmp_path / "d.jsonl"])
    assert isinstance(page, Page)
    assert page.extra == {"id": 4976424942960640123, "tags": ["盐", None], "score": 0.5, "ok": True, "by": {"a": 1}}
    (tmp_path / "long.jsonl").write_text(
        json.dumps(row | {"text": f"{TITLE}\n{TEXT}"}, ensure_ascii=False), encoding="utf-8"
    )
    assert article(tmp_path / "long.jsonl").extra == page.extra


ROWS = [("https://a.example/1", PROSE[0]), ("https://a.example/2", PROSE[1])]


def lines_of(delimiter: str, quote: str = '"') -> str:
    return "".join(f"{url}{delimiter}{quote}{text}{quote}\n" for url, text in ROWS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("sep.csv", "sep=;\nurl;content\n" + lines_of(";")),
        ("quoted-sep.csv", '"sep=\t"\nurl\tcontent\n' + lines_of("\t")),
        ("pipe.txt", "url|content\n" + lines_of("|", "")),
        ("hive.csv", "url\x01content\n" + lines_of("\x01", "")),
        ("blank-above.csv", "\n\nurl,content\n" + lines_of(",")),
        ("line-above.csv", "河谷日报二〇二六年四月导出\nurl,content\n" + lines_of(",")),
        ("no-header.csv", lines_of(",")),
        ("no-header.txt", lines_of("\t")),
        ("spaces.csv", "URL , Content\n" + lines_of(",")),
        ("crlf.csv", ("url,content\n" + lines_of(",")).replace("\n", "\r\n")),
    ],
)
def test_sheets_are_read_however_they_are_written(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_bytes(text.encode())
    found = list(read([tmp_path / name]))
    assert [(p.url, p.body.decode("utf-8-sig")) for p in found if isinstance(p, Page)] == ROWS, found


def test_a_single_column_escaped_quotes_and_unquoted_separators(tmp_path: Path) -> None:
    def texts(name: str, text: str) -> list[str]:
        (tmp_path / name).write_text(text, encoding="utf-8")
        return [p.body.decode("utf-8-sig") if isinstance(p, Page) else p.reason for p in read([tmp_path / name])]

    assert texts("one.csv", f'正文\n"{PROSE[0]}"\n"{PROSE[1]}"\n') == list(PROSE)
    assert texts("escaped.csv", 'url,content\nhttps://a.example/1,"他说：\\"水很稳。\\"，就开船了。"\n') == [
        '他说："水很稳。"，就开船了。'
    ]
    assert texts("open.csv", "url,content\nhttps://a.example/1,水很稳, 船开了, 人都来看\n") == [
        "水很稳, 船开了, 人都来看"
    ]
    assert texts("lost.csv", "content,url\n水很稳, 船开了,https://a.example/1\n") == ["not CSV"]


@pytest.mark.parametrize("text", ["甲,乙,丙\n1,2,3\n4,5,6\n", "水位,流量\n1,2\n", "a;b\n" + PROSE[0] + ";1\n"])
def test_a_table_without_texts_is_refused_and_not_one_article(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.csv").write_text(text, encoding="utf-8")
    (drop,) = read([tmp_path / "d.csv"])
    assert isinstance(drop, Drop)
    assert drop.reason == "no page in the table" and "--text-column" in drop.detail


@pytest.mark.parametrize(
    "text", ["正文\n\n" + PROSE[0], "标题|作者|正文怎么写\n" + PROSE[0], f"{PROSE[0]}\n{PROSE[1]}"]
)
def test_a_text_that_begins_like_a_table_is_a_text(tmp_path: Path, text: str) -> None:
    (tmp_path / "d.txt").write_text(text, encoding="utf-8")
    (page,) = pages(tmp_path / "d.txt")
    assert page.body.decode() == text
