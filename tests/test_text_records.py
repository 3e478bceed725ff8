"""Plain texts that hold many articles: each becomes one page, with what its head says."""

from __future__ import annotations

from pathlib import Path

import pytest

from cleaners import readers
from cleaners.items import Article, Drop, Page
from cleaners.pipeline import clean
from cleaners.readers.input_file import ReadLimits
from tests.small_server import SENTENCES

TITLES = ("渠水流到第三村", "上游水库今晨开闸", "合作社添了十台水泵")


def body(number: int) -> str:
    return "\n".join(sentence.format(n=number + 20) for sentence in SENTENCES)


def labelled(number: int) -> str:
    return (
        f"标题：{TITLES[number]}\n来源：绿洲晨报\n日期：2024-05-{number + 11}\n作者：李雷\n版次：A03\n"
        f"链接：https://news.example/{number}.html\n\n{body(number)}\n\n{'=' * 40}\n"
    )


FORMS = {
    "labels": labelled,
    "labels in brackets": lambda n: (
        f"【标　题】{TITLES[n]}\n【来　源】绿洲晨报\n【日期】2024-05-{n + 11}\n【正文】{body(n)}\n\n"
    ),
    "source first": lambda n: f"来源：绿洲晨报\n标题：{TITLES[n]}\n发布时间：2024-05-{n + 11}\n正文：\n{body(n)}\n",
    "of a database": lambda n: (
        f"Title-题名: {TITLES[n]}\nSource-文献来源: 绿洲晨报\nPubTime-发表时间: 2024-05-{n + 11}\n{body(n)}\n"
    ),
    "numbered": lambda n: (
        f"编号：{n + 1}\n标题{n + 1}：{TITLES[n]}\n时间：2024年5月{n + 11}日\n出处：绿洲晨报\n内容：{body(n)}\n\n"
    ),
    "without labels": lambda n: (
        f"{TITLES[n]}\n2024-05-{n + 11} 09:30　来源：绿洲晨报\n\n{body(n)}\n\n----------------\n"
    ),
    "of Sogou": lambda n: (
        f"<doc>\n<docno>{n}</docno>\n<contenttitle>{TITLES[n]}</contenttitle>\n<source>绿洲晨报</source>\n"
        f"<date>2024-05-{n + 11}</date>\n<content>{body(n)}</content>\n</doc>\n"
    ),
    "of WikiExtractor": lambda n: (
        f'<doc id="{n}" title="{TITLES[n]}" source="绿洲晨报" date="2024-05-{n + 11}">\n{body(n)}\n</doc>\n'
    ),
}


def results(path: Path, text: str, encoding: str = "utf-8") -> list[Article | Drop]:
    path.write_bytes(text.encode(encoding))
    return [clean(one) if isinstance(one, Page) else one for one in readers.read([str(path)])]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("form", FORMS)
def test_each_article_of_a_text_is_one(tmp_path: Path, form: str, encoding: str) -> None:
    text = "".join(FORMS[form](n) for n in range(3))
    found = results(tmp_path / "dump.txt", text.replace("\n", "\r\n" if encoding == "gb18030" else "\n"), encoding)
    assert [type(one) for one in found] == [Article] * 3, found
    for number, article in enumerate(found):
        assert isinstance(article, Article)
        assert article.origin.endswith(f"dump.txt#{number + 1}")
        assert article.title == TITLES[number] and article.source == "绿洲晨报"
        assert article.published is not None and article.published.isoformat().startswith(f"2024-05-{number + 11}")
        assert article.text.split("\n") == body(number).split("\n")


def test_what_a_head_says_is_no_text_of_the_article(tmp_path: Path) -> None:
    [article] = results(tmp_path / "one.txt", labelled(0))
    assert isinstance(article, Article) and article.origin.endswith("one.txt")
    assert (article.url, article.authors) == ("https://news.example/0.html", ("李雷",))
    assert article.text.split("\n") == body(0).split("\n") and article.extra == {"版次": "A03"}


def test_what_stands_before_the_first_head_is_told(tmp_path: Path) -> None:
    found = results(tmp_path / "dump.txt", f"共导出两篇\n\n{labelled(0)}{labelled(1)}")
    assert [getattr(one, "title", None) for one in found] == [None, *TITLES[:2]]
    assert isinstance(found[0], Drop)


@pytest.mark.parametrize(
    "text",
    [
        f"获奖作品名单\n\n标题：{TITLES[0]}\n作者：李雷\n\n标题：{TITLES[1]}\n作者：韩梅\n\n{body(0)}",
        f"{TITLES[0]}\n2024-05-11 来源：绿洲晨报\n{body(0)}\n----------\n第二天\n2024年5月12日，渠水流到了第四村。\n{body(1)}",
        f"{TITLES[0]}\n时间：2024年5月11日\n地点：第三村村委会\n{body(0)}\n老李说：水来了。\n时间：2024年5月12日\n{body(1)}",
    ],
    ids=["a list of works", "a rule inside of an article", "labels without headlines"],
)
def test_one_article_stays_one(tmp_path: Path, text: str) -> None:
    [article] = results(tmp_path / "one.txt", text)
    assert isinstance(article, Article) and article.text.endswith(
        body(1)[-8:] if "第二" in text or "地点" in text else body(0)[-8:]
    )


def test_a_record_that_is_too_large_costs_itself(tmp_path: Path) -> None:
    path = tmp_path / "dump.txt"
    path.write_text(labelled(0) + labelled(1).replace("\n\n", f"\n\n{body(1) * 40}\n" * 4, 1) + labelled(2))
    found = list(readers.read([str(path)], limits=ReadLimits(page_bytes=8000)))
    assert [type(one) for one in found] == [Page, Drop, Page]
    assert isinstance(found[1], Drop) and found[1].reason == "page too large"
    assert isinstance(found[2], Page) and found[2].url == "https://news.example/2.html"
