"""Lists as sites write them: entries in scripts and frames, where a list goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from crawler import list_pages
from tests.crawling import one_site, run
from tests.small_server import Reply, article, listing, serving

HERE = "http://a.example/zw/list?p=1"


def response(markup: str, url: str = HERE) -> HtmlResponse:
    return HtmlResponse(url, body=markup.encode(), encoding="utf-8")


def following(markup: str, url: str = HERE) -> str | None:
    return list_pages.next_page(response(markup, url))


def entries(markup: str) -> list[str]:
    page = response(markup)
    return [link.url for link in list_pages.entries(page, list_pages.next_page(page))]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<a href='/x'>别的</a><a href='?p=2'>下一页</a>", "/zw/list?p=2"),
        ("<a href='?p=2'><span>下页</span> &gt;</a>", "/zw/list?p=2"),
        ("<link rel=next href='/list?p=2'>", "/list?p=2"),
        ("<a href='/x'>下一页讲的是什么</a>", None),
        ("<a href='?p=1#top'>下一页</a><a href='javascript:next()'>下一页</a>", None),
        ("<a href='node_3.htm'>下一版</a>", "/zw/node_3.htm"),
        ("<head><base href='/zx/'></head><a href='list_2.html'>[下一页]</a>", "/zx/list_2.html"),
        ("<a class='btn next' href='?p=2'>&gt;</a>", "/zw/list?p=2"),
        ("<li class=next><a href='?p=2'><i></i></a></li>", "/zw/list?p=2"),
        ("<a class=next href='/album/9.html'>下一组图</a>", None),
        ("<a class='next disabled' href='?p=2'>&gt;</a>", None),
        ("<a href='?p=2' title='下一页'>»</a>", "/zw/list?p=2"),
        ("<a href='?p=2' aria-label='Next page'>›</a>", "/zw/list?p=2"),
        ("<a href='?p=2'><img src=n.gif alt='下一页'></a>", "/zw/list?p=2"),
        ("<script>createPageHTML(3,0,'index','html');</script>", "/zw/index_1.html"),
        ("<script>createPageHTML(3, 1, \"list\", \"shtml\");</script>", "/zw/list_2.shtml"),
        ("<script>createPageHTML(3,2,'index','html');</script>", None),
        ("<script>createPageHTML(1,0,'index','html');</script>", None),
        ("<script>createPageHTML('pager', 4, 1, 'tzgg', 'shtml', 77);</script>", "/zw/tzgg_2.shtml"),
        ("<script>createPageHTML('pager', 4, 4, 'tzgg', 'shtml', 77);</script>", None),
        (
            "<script>var currentPage = 0; var nextPage = currentPage+1; var countPage = 5;"
            "document.write('<a href=\"index_'+nextPage+'.html\">下一页</a>')</script>".replace("'<a href=\"index_'", "\"index_\""),
            "/zw/index_1.html",
        ),
        ("<div><span>1</span><a href='?p=2'>2</a><a href='?p=3'>3</a><a href='javascript:goPage(2)'>下一页</a></div>",
         "/zw/list?p=2"),
        ("<ul><li><b>1</b></li><li><a href='?p=2'>2</a></li><li><a href='?p=3'>3</a></li></ul>", "/zw/list?p=2"),
        ("<div><a href='?p=1'>[1]</a> <a href='?p=2'>[2]</a></div>", "/zw/list?p=2"),
        ("<div><a href='?p=0'>1</a> <a href='?p=1'>2</a></div>", None),
        ("<table><tr>" + "".join(f"<td><a href='/day/{n}'>{n}</a></td>" for n in range(1, 29)) + "</tr></table>", None),
    ],
)  # fmt: skip
def test_where_a_list_goes_on(markup: str, expected: str | None) -> None:
    assert following(markup) == (expected and f"http://a.example{expected}")


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        (
            "<script type='text/xml'><datastore><nextgroup><![CDATA[<a href='/module/proxy.jsp?page=2'></a>]]></nextgroup>"
            "<recordset><record><![CDATA[<li><a href='/art/7_1.html'>公示</a></li>]]></record></recordset></datastore></script>",
            ["/art/7_1.html"],
        ),
        ("<script>document.write('<a href=\\\"/n/5.html\\\">放水<\\/a>')</script>", ["/n/5.html"]),
        ("<script>var list=[{'title':'放水','url':'./t20261005_7.html'},{title:\"修渠\", url:\"\\/zw\\/8.shtml\"}]</script>",
         ["/zw/t20261005_7.html", "/zw/8.shtml"]),
        ("<script>var config={url:'/api/2026/10.json',link:'/a.css'}</script>", []),
        ("<script>document.write('<a href=\"' + place + '\">放水</a>')</script>", []),
        ("<html><body><a href='/1.html'>头</a></body></html><div><a href='/2.html'>二</a></div></body></html>",
         ["/1.html", "/2.html"]),
    ],
)  # fmt: skip
def test_entries_wherever_they_stand(markup: str, expected: list[str]) -> None:
    assert entries(markup) == [f"http://a.example{path}" for path in expected]


def test_a_hanweb_list_goes_on() -> None:
    markup = "<script type='text/xml'><datastore><nextgroup><![CDATA[<a href='/p.jsp?page=2&amp;n=9'></a>]]></nextgroup></datastore></script>"
    assert following(markup) == "http://a.example/p.jsp?page=2&n=9"


def test_a_list_in_frames_and_by_numbers_is_crawled(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as server:
        server.pages |= {
            "/": Reply(
                "<html><body><iframe src='/inner.html'></iframe><iframe src='http://127.0.0.2/x'></iframe></body></html>"
            ),
            "/inner.html": Reply(listing("/a/1.html") + "<div><b>1</b> <a href='/inner_1.html'>2</a></div>"),
            "/inner_1.html": Reply(listing("/a/2.html")),
            "/a/1.html": Reply(article(1)),
            "/a/2.html": Reply(article(2)),
        }
        seeds = f'seeds: [{{list: "{server.base}/", pages: 2}}]'
        found = run(tmp_path, one_site(server.base, seeds), {"": server})
    assert set(found.articles()) == {"a/1.html", "a/2.html"}
