"""The pages of the reading room: what they show, and what their addresses say."""

from __future__ import annotations

import gzip
import json
import re
import sqlite3
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop
from cleaners.store import FetchResult, Store
from crawler.web.room import ReadingStores
from tests.reading_room import STORY, ReadingRoom, reading_room

BENCHMARKS = Path(__file__).resolve().parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> ReadingRoom:
    return reading_room(tmp_path_factory.mktemp("room"))


def titles(html: str) -> list[str]:
    return re.findall(r"<h2><a href=\"/cluster/[0-9a-f]+\"><bdi>(.*?)</bdi>", html)


def cluster(room: ReadingRoom, name: str) -> str:
    with Store.open(room.store, create=False, readonly=True) as store:
        found = store.clippings.get(room.ids[name])
        assert found
        assert found.cluster
        return found.cluster.id


def test_the_front_page_has_each_cluster_once_newest_first(room: ReadingRoom) -> None:
    found = titles(room.get("/").text)
    assert len(found) == 3
    assert "号渠放水" in found[0]
    assert found[-1] == "渠首换上自动闸"
    assert "3 copies" in room.get("/").text


def test_by_date_the_cluster_stands_at_its_newest_copy(room: ReadingRoom) -> None:
    assert "渠首换上自动闸" in titles(room.get("/?order=date").text)[-1]
    assert "渠首换上自动闸" in titles(room.get("/?order=date&until=2025-10-03").text)[0]


@pytest.mark.parametrize(("query", "there"), [
    ("q=自动闸", True), ("q=放水 自动闸", False), ("site=mirror.example", True), ("site=nowhere.example", False),
    ("copied=yes", True), ("copied=no", False), ("since=2025-10-02&until=2025-10-02", True), ("until=2025-09-30", False),
    ("source=绿洲晨报", True), ("confidence=0", True), ("q=自动闸&order=date&site=oasis.example", True), ("region=广东", False),
])  # fmt: skip
def test_search_and_filters_are_in_the_address(room: ReadingRoom, query: str, there: bool) -> None:
    answer = room.get(f"/?{query}")
    assert answer.status_code == 200
    assert ("渠首换上自动闸" in titles(answer.text)) is there


def test_a_filter_shows_the_copy_that_it_lets_through(room: ReadingRoom) -> None:
    html = room.get("/?site=mirror.example").text
    assert "mirror.example" in html
    assert "2025-10-02 09:30" in html


@pytest.mark.parametrize("query", ["since=yesterday", "confidence=2", "after=x", "q=%22", "q=NOT", "order=match&q=NOT"])
def test_a_wrong_address_says_what_is_wrong(room: ReadingRoom, query: str) -> None:
    assert room.get(f"/?{query}").status_code == 400


def test_what_came_since_the_last_visit(room: ReadingRoom) -> None:
    room.client.cookies.clear()
    room.client.cookies.set("jianbao_visit", "0.3.1000")  # long ago, after three texts
    assert "Since my last visit" in room.get("/").text
    assert len(titles(room.get("/?visit=new").text)) == 2
    room.client.cookies.clear()


def test_the_cluster_page_has_the_best_copy_and_all_others(room: ReadingRoom) -> None:
    html = room.get(f"/cluster/{cluster(room, 'first')}").text
    assert all(line in html for line in STORY)
    assert html.count("<circle") == 3
    for site in ("oasis.example", "mirror.example", "spin.example"):
        assert site in html
    assert f"/article/{room.ids['copy']}/comparison" in html


def test_the_page_of_an_article_says_that_the_original_is_gone(room: ReadingRoom) -> None:
    address = room.get(f"/article/{room.ids['alone']}/record").json()["url"]
    assert "Page gone since" not in room.get(f"/cluster/{room.ids['alone']}").text
    gone = FetchResult(url=address, site="a", at=datetime(2026, 3, 1, 8, tzinfo=UTC), outcome="drop", status=404)
    with Store.open(room.store) as store:
        store.crawl_state.record([gone])
    assert "2026-03-01 08:00" in room.get(f"/cluster/{room.ids['alone']}").text


def test_the_id_of_a_copy_leads_to_its_cluster(room: ReadingRoom) -> None:
    answer = room.get(f"/cluster/{room.ids['copy']}", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == f"/cluster/{cluster(room, 'copy')}?copy={room.ids['copy']}"


def test_differences_are_marked_by_character(room: ReadingRoom) -> None:
    html = room.get(f"/article/{room.ids['spun']}/comparison").text
    assert re.search(r"<del>[今去]</del>年", html)
    assert re.search(r"<ins>[本上]</ins>年", html)
    whole = room.get(f"/article/{room.ids['copy']}/comparison?whole=yes").text
    assert STORY[0] in whole


def test_every_line_is_told_with_why(room: ReadingRoom) -> None:
    html = room.get(f"/article/{room.ids['first']}/cleaning").text
    assert html.count("checked") == len(STORY)
    assert "责任编辑：周宁" in html
    assert "credits" in html


def test_a_reported_cut_becomes_a_sample_that_the_training_reads(
    room: ReadingRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"/article/{room.ids['first']}/cleaning"
    numbers = re.findall(r'name="keep" value="(\d+)"[^>]*checked', room.get(address).text)
    nothing = room.client.post(address, data={"token": room.form_token, "keep": numbers})
    assert nothing.status_code == 400
    done = room.client.post(address, data={"token": room.form_token, "keep": numbers[:-1]})
    assert done.status_code == 200
    folder = room.store.with_suffix(".corrections")
    [row] = map(json.loads, (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines())
    assert row["body"] == "\n".join(STORY[:-1])
    assert STORY[0] in gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes()).decode()
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    from gold_pages import folder_pages, label

    [gold] = folder_pages(folder)
    lines = gold.page.lines[gold.first : gold.last + 1]
    fitted = [line.text for line, (_, kept) in zip(lines, label(gold), strict=True) if kept and line.text in STORY]
    assert fitted == [*STORY[:-1]]


def test_the_archived_page_is_text_and_nothing_else(room: ReadingRoom) -> None:
    answer = room.get(f"/article/{room.ids['first']}/archived")
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "<h1>渠首换上自动闸</h1>" in answer.text


def test_an_origin_that_is_another_file_now_is_not_shown(room: ReadingRoom) -> None:
    file = room.store.parent / "alone.html"
    held = file.read_bytes()
    try:
        file.write_bytes("口令：不给人看".encode())
        for page in ("archived", "cleaning", "repairs"):
            answer = room.get(f"/article/{room.ids['alone']}/{page}")
            assert answer.status_code == 404
            assert "口令" not in answer.text
            assert str(file.parent) not in answer.text
    finally:
        file.write_bytes(held)


class Tags(HTMLParser):
    """Every element and attribute of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_what_a_hostile_page_holds_is_shown_as_text(room: ReadingRoom) -> None:
    own = room.ids["hostile"]
    for path in ("/", "/?q=水闸", f"/cluster/{cluster(room, 'hostile')}", f"/article/{own}/cleaning",
                 f"/article/{own}/comparison?with={room.ids['first']}", f"/article/{own}/repairs",
                 f"/article/{own}/takedown", "/health"):  # fmt: skip
        answer = room.get(path)
        assert answer.status_code == 200, path
        tags = Tags()
        tags.feed(answer.text)
        for tag, attributes in tags.found:
            assert tag not in {"script", "img", "iframe", "b", "object", "style"}, (path, tag)
            assert not any(name.startswith("on") or name == "style" for name in attributes), (path, attributes)
            assert not (attributes.get("href") or "").lower().startswith("javascript"), (path, attributes)
        title = re.search("<title>(.*?)</title>", answer.text, re.DOTALL)
        assert title
        assert "\u202e" not in title[1]


def test_files_to_keep(room: ReadingRoom) -> None:
    markdown = room.get(f"/article/{room.ids['first']}/markdown")
    assert markdown.headers["content-disposition"].startswith("attachment;")
    assert markdown.text.startswith("---\n")
    html = room.get(f"/article/{room.ids['first']}/html")
    assert html.headers["content-disposition"].startswith("attachment;")
    assert html.text.startswith("<!DOCTYPE html>")
    assert "mirror.example" in html.text
    book = room.get(f"/article/{room.ids['first']}/epub")
    assert book.headers["content-disposition"].startswith("attachment;")
    assert book.content.startswith(b"PK")
    assert room.get("/article/" + "0" * 16 + "/epub").status_code == 404
    record = room.get(f"/article/{room.ids['first']}/record").json()
    assert record["id"] == room.ids["first"]


def test_tags_and_notes_are_added_shown_found_and_removed(room: ReadingRoom) -> None:
    own = room.ids["alone"]
    form = {"token": room.form_token}
    hostile = "<b>记</b>\u202e\r\n第二行"
    added = room.client.post(f"/article/{own}/notes", data={**form, "tag": "水&利=", "note": hostile})
    assert added.status_code == 200
    assert added.url.path == f"/cluster/{own}"
    assert "&lt;b&gt;记&lt;/b&gt;</bdi></p>\n<p><bdi>第二行</bdi>" in added.text
    found = re.search(r'<a href="(/\?tag=[^"]*)"', added.text)
    assert found
    assert titles(room.get(found[1]).text) == [title for title in titles(room.get("/").text)
                                                                    if "号渠放水" in title]  # fmt: skip
    assert "水&利=" in room.get(f"/article/{own}/markdown").text
    assert "第二行" in room.get(f"/article/{own}/html").text
    assert room.client.post(f"/article/{own}/notes", data={**form, "tag": "长" * 61}).status_code == 400
    number = re.search(r'name="note" value="(\d+)"', added.text)
    assert number
    for what in ({"tag": "水&利="}, {"note": number[1]}):
        left = room.client.post(f"/article/{own}/notes/remove", data={**form, **what})
    assert "水&amp;利=" not in left.text
    assert "第二行" not in left.text


def test_a_note_needs_the_token_of_a_page(room: ReadingRoom) -> None:
    for path in ("notes", "notes/remove"):
        answer = room.client.post(f"/article/{room.ids['alone']}/{path}", data={"token": "x", "tag": "渠"})
        assert answer.status_code == 403


def test_health_shows_each_chart_beside_its_table(room: ReadingRoom) -> None:
    html = room.get("/health").text
    assert html.count("<svg") == html.count("<details>") >= 5
    assert "mirror.example" in html


def test_health_of_one_job_and_of_all(tmp_path: Path) -> None:
    """A site that is silent is told with its job; one that has left its job is not."""
    room = reading_room(tmp_path)
    with Store.open(room.store) as store:
        for n in range(6):
            run = store.runs.start("crawl rivers")
            new = {"new still.example": 1, "pages still.example": 3, "new left.example": 1, "pages left.example": 3}
            store.runs.end(
                run, {"stored": 1, "visits still.example": 1, **new} | ({} if n else {"visits left.example": 1})
            )
        store.runs.end(store.runs.start("crawl <b>roads"), {"stored": 7, "pages well.example": 1})
        with sqlite3.connect(room.store) as rows:
            rows.execute(
                "UPDATE runs SET started = '2026-01-0' || run || 'T00:00:00+00:00' WHERE command = 'crawl rivers'"
            )
    html = room.get("/health").text
    assert "still.example" in html
    assert "left.example" not in html
    assert "crawl &lt;b&gt;roads" in html
    (address,) = re.findall(r'<a href="(/health\?job=[^"]*)"><bdi>crawl &lt;b&gt;roads', html)
    roads = room.get(address).text
    assert "still.example" not in roads
    assert roads.count('<th scope="row"><bdi>crawl &lt;b&gt;roads') == 1
    assert '<th scope="row"><bdi>crawl rivers' not in roads
    assert room.get("/health?job=nothing").text.count('<th scope="row"><bdi>crawl rivers') == 6


def test_health_says_why_pages_were_dropped_in_the_language_of_the_reader(tmp_path: Path) -> None:
    room = reading_room(tmp_path)
    with Store.open(room.store) as store:
        store.runs.drop(
            Drop(origin=f"{stage}.html", stage=stage, reason="empty") for stage in ("blocks", "extract", "decode")
        )
        store.runs.drop([Drop(origin="a.html", stage="extract", reason="not an article: index page")])
    chinese, english = (room.get("/health", headers={"accept-language": one}).text for one in ("zh", "en"))
    assert "不是文章：列表页" in chinese
    assert "index page" not in chinese
    assert "not an article: index page" in english
    assert re.search(r"空白</t[hd]><td[^>]*>3<", chinese), "three stages, one reason"


def test_pages_stay_small_and_have_no_foreign_address(room: ReadingRoom) -> None:
    for path in ("/", "/health", f"/cluster/{cluster(room, 'first')}", "/static/room.css"):
        answer = room.get(path)
        assert len(answer.content) < 150_000
        loaded = re.findall(r'(?:src|action)="([^"]*)"|<link[^>]*href="([^"]*)"|url\(([^)]*)\)', answer.text)
        assert all(one.startswith("/") for found in loaded for one in found if one)


def test_a_long_text_is_read_in_parts(tmp_path: Path) -> None:
    from cleaners.items import Article
    from crawler.web.typesetting import in_parts, set_blocks

    article = Article(id="0" * 16, origin="a", text="\n".join(f"{n}{STORY[0] * 4}" for n in range(2000)))
    parts = in_parts(set_blocks(article))
    assert len(parts) > 5
    assert all(sum(len(block.encode()) for block in part) < 100_000 for part in parts)
    assert sum(map(len, parts)) == 2000


def test_an_article_is_taken_down_with_a_reason_and_a_confirmation(tmp_path: Path) -> None:
    room = reading_room(tmp_path)
    address = f"/article/{room.ids['alone']}/takedown"
    assert "号渠放水" in room.get(address).text
    assert room.client.post(address, data={"token": room.form_token, "reason": "来函"}).status_code == 400
    assert room.get(f"/cluster/{room.ids['alone']}").status_code == 200
    done = room.client.post(address, data={"token": room.form_token, "reason": "来函", "confirmed": "yes"})
    assert done.status_code == 200
    gone = room.get(f"/cluster/{room.ids['alone']}")
    assert gone.status_code == 410
    assert "来函" in gone.text


def test_a_page_is_of_one_state_of_the_store_whatever_is_taken_down_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    with Ingester(path) as ingester:
        ingester.add([Article(id="a" * 16, origin="a.html", text="渠水流到第三村。" * 20)])
    stores = ReadingStores(path)
    with stores.reading() as store:
        assert store.clippings.get("a" * 16)
        with Store.open(path) as other, other.transaction():
            other.takedowns.remove(["a" * 16])
        seen = store.clippings.get("a" * 16)
        assert seen and seen.article.text, "a part of the article was gone when the rest was asked for"
    with stores.reading() as store:
        assert store.clippings.get("a" * 16) is None
    stores.close()
