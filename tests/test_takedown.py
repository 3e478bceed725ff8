"""Takedown: gone from store, indexes and archive to the last byte, and neither it nor a copy comes back."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import signal
import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

import pytest
from fastwarc.warc import ArchiveIterator as FastIterator
from typer.testing import CliRunner, Result
from warcio.archiveiterator import ArchiveIterator

from cleaners import readers
from cleaners.chinese.script.conversion import to_traditional
from cleaners.errors import InputError, UnusableInput, UsageError
from cleaners.extract.boilerplate.site_lines import key
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Page
from cleaners.maintenance import doctor, takedown
from cleaners.store import DiscoveredUrl, FetchResult, FilterChoice, NoiseLine, Store
from cleaners.urls import canonical, clipping_id
from cleaners.warc import HttpExchange, WarcArchive, folder_of, read_back
from cleaners.warc.blank import blank
from cleaners.warc.scan import ArchiveDamage, WarcRecord, place_of, records
from crawler.cli import app
from tests.crawling import one_site
from tests.crawling import run as run_crawl
from tests.small_server import Reply, listing, serving
from tests.small_server import article as article_page
from tests.test_crawl_state import queue
from tests.test_ingester import story

MOMENT = datetime(2026, 11, 22, 6, 30, 15, tzinfo=UTC)


def exchange(number: int, body: bytes) -> HttpExchange:
    return HttpExchange(
        url=f"http://news.example/{number}",
        status=200,
        headers=(("Content-Type", "text/html; charset=utf-8"),),
        body=body,
        request_headers=(("User-Agent", "jianbao/0"),),
        fetched_at=MOMENT,
        site="daily",
    )


def html(number: int, size: int = 40) -> bytes:
    words = "".join(chr(0x4E00 + (n * 37 + number * 911) % 20000) for n in range(size))
    return f"<html><body><h1>第{number}条</h1><p>{words}</p></body></html>".encode()


def read_by_both(path: Path) -> list[tuple[str, int]]:
    """(type, offset) of every record, by both libraries, which must agree."""
    with path.open("rb") as file:
        slow = [(r.rec_type, None) for r in ArchiveIterator(file)]
    with path.open("rb") as file:
        fast = [(r.headers["WARC-Type"], r.stream_pos) for r in FastIterator(file)]
    assert [kind for kind, _ in fast] == [kind for kind, _ in slow]
    return fast


@pytest.mark.parametrize("size", [0, 1, 7, 40, 500, 3000, 60_000])
def test_a_blanked_record_leaves_all_others_where_they_were(tmp_path: Path, size: int) -> None:
    store = tmp_path / "a.db"
    shelf = WarcArchive(folder_of(store), name="probe", software="jianbao/0")
    origins = [shelf.write(exchange(n, html(n, size + n))) for n in range(8)]
    shelf.close()
    path = next(folder_of(store).iterdir())
    before, length = read_by_both(path), path.stat().st_size
    mine = [r.place for r in records(store) if isinstance(r, WarcRecord) and r.url == "http://news.example/3"]
    assert len(mine) == 2, "the response and its request"
    assert place_of(store, origins[3]) == mine[0]
    for _ in range(2):  # the same again changes nothing
        assert all(blank(store, place, MOMENT) for place in mine)
    after = read_by_both(path)
    assert path.stat().st_size == length
    assert [at for _, at in before] == [at for _, at in after]
    assert [kind for kind, _ in after] == [k if at not in {p.offset for p in mine} else "metadata" for k, at in before]
    for n, origin in enumerate(origins):
        if n != 3:
            assert read_back(origin, store).body == html(n, size + n)
    with pytest.raises(UnusableInput, match="not a response"):
        read_back(origins[3], store)
    plain = gzip.decompress(path.read_bytes())  # any gzip reader
    assert "第3条".encode() not in plain and b"news.example/3" not in plain and "第4条".encode() in plain
    found = [page for page in readers.read([path]) if isinstance(page, Page)]
    assert [page.url for page in found] == [f"http://news.example/{n}" for n in range(8) if n != 3]


def test_an_uncompressed_file_is_blanked_to_the_byte_whatever_the_length(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    folder_of(store).mkdir()
    for size in (*range(0, 130, 3), 9_900, 10_000):
        shelf = WarcArchive(tmp_path / "packed", name="probe", software="jianbao/0")
        for n in range(3):
            shelf.write(exchange(n, b"x" * size if n == 1 else html(n)))
        shelf.close()
        packed = next((tmp_path / "packed").iterdir())
        path = folder_of(store) / "plain.warc"
        path.write_bytes(gzip.decompress(packed.read_bytes()))
        packed.unlink()
        before = read_by_both(path)
        mine = [r.place for r in records(store) if isinstance(r, WarcRecord) and r.url == "http://news.example/1"]
        assert all(blank(store, place, MOMENT) for place in mine)
        after = read_by_both(path)
        assert [at for _, at in before] == [at for _, at in after]
        assert sum(kind == "metadata" for kind, _ in after) == 2
        assert b"news.example/1" not in path.read_bytes()


def test_a_torn_tail_is_told_from_a_whole_record(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    shelf = WarcArchive(folder_of(store), name="probe", software="jianbao/0")
    for n in range(2):
        shelf.write(exchange(n, html(n)))
    shelf.close()
    path = next(folder_of(store).iterdir())
    whole = [r for r in records(store) if isinstance(r, WarcRecord)]
    assert len(whole) == 5
    path.write_bytes(path.read_bytes()[:-3])
    *rest, last = records(store)
    assert isinstance(last, ArchiveDamage) and last.offset == whole[-1].place.offset and len(rest) == 4


def test_what_cannot_be_blanked_is_said(tmp_path: Path) -> None:
    store = tmp_path / "a.db"
    shelf = WarcArchive(folder_of(store), name="probe", software="jianbao/0")
    origin = shelf.write(exchange(1, html(1)))
    shelf.close()
    place = place_of(store, origin)
    assert place is not None
    with pytest.raises(InputError, match="too small"):
        blank(store, replace(place, length=60), MOMENT)
    assert not blank(store, replace(place, file="a.warc/gone.warc.gz"), MOMENT)
    assert not blank(store, replace(place, length=10**9), MOMENT)
    assert place_of(store, "dump.zip#a.html") is None and place_of(store, "a.warc/gone.warc.gz#12") is None


ODD = "鼉黽黿鼂鼇鼈鼎鼐鼒鼓鼕鼖鼗鼙鼚鼛鼞鼢鼨鼩鼪鼫鼬鼯"  # pairs of these stand in no other text
BODY = """{odd}。绿洲县的渠首在雪水下来之前完成了清淤，二十三台挖掘机连续作业了四十天，干渠的过水能力恢复到每秒18方。
水管所的技术员说，今年头一次在斗口装了电子水尺，农户在手机上就能看见自家的水量，水费按方收取，比去年便宜6分。
灌区管理委员会把轮灌的次序贴在村口，从上游的红柳村开始，到下游的芦苇村为止，每村三天，夜里不停。
芦苇村的老支书记得，从前守水要带着被褥睡在渠埂上，如今他的孙子在县城里点一下屏幕，闸门就开了。"""
URL = "http://news.example/water.html"
ID = clipping_id(URL, b"")


def stored(path: Path, texts: dict[str, str], *, archive: bool = True) -> dict[str, str]:
    """Keep texts by url, each page in the archive; returns url -> id."""
    shelf = WarcArchive(folder_of(path), name="probe", software="jianbao/0")
    made = []
    for url, text in texts.items():
        sent = replace(exchange(0, text.encode()), url=url)
        origin = shelf.write(sent) if archive else f"dump/{url[-6:]}"
        made.append(
            Article(
                id=clipping_id(url, b""),
                origin=origin,
                url=url,
                site="daily",
                title=text[:12],
                text=text,
                fetched_at=MOMENT,
            )
        )
    shelf.close()
    with Ingester(path) as ingester:
        ingester.add(made)
        queue(ingester.store, [DiscoveredUrl(url=url, site="daily") for url in texts], MOMENT)
    return {url: clipping_id(url, b"") for url in texts}


def rest(path: Path) -> bytes:
    """All bytes beside and in the store, compressed records inflated."""
    found = b""
    for file in sorted(path.parent.rglob("*")):
        if file.is_file():
            data = file.read_bytes()
            found += gzip.decompress(data) if file.suffix == ".gz" else data
    return found


def text(number: int, odd: str = "") -> str:
    return BODY.format(odd=odd) if odd else story(number)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "news.db"
    pages = {f"http://news.example/{n}": story(n) for n in range(12)}
    pages[URL] = text(0, ODD)
    pages["http://copy.example/a"] = "转载：" + text(0, "")[:0] + BODY.format(odd="")
    stored(path, pages)
    return path


def take(path: Path, *what: str, copies: bool = False) -> takedown.TakedownPlan:
    return takedown.take_down(path, what, "a court order", copies=copies)


def test_not_a_byte_of_the_text_stays(path: Path) -> None:
    stored(path, {URL: text(0, ODD[::-1])})  # a second revision, in the archive too
    needles = [ODD[n : n + 2].encode() for n in range(len(ODD) - 1)] + [
        ODD[n : n - 2 if n > 1 else None : -1].encode() for n in range(3, len(ODD))
    ]
    assert sum(needle in rest(path) for needle in needles) > 30
    size = {file: file.stat().st_size for file in folder_of(path).iterdir()}
    (folder_of(path) / ".other.warc.gz.part").write_text(ODD)  # of a merge that was killed
    planned = take(path, URL)
    assert [len(t.records) for t in planned.targets] == [4], "two responses and their requests"
    assert not [needle for needle in needles if needle in rest(path)]
    assert size == {file: file.stat().st_size for file in folder_of(path).iterdir()}
    with Store.open(path, create=False, readonly=True) as store:
        stone = store.tombstones.get(URL)
        assert stone and stone.done and (stone.id, stone.url, stone.reason) == (ID, URL, "a court order")
        assert store.clippings.get(URL) is None and not store.search.find(ODD[:2]) and not store.search.find(ODD[0])
        others = list(store.clippings.select(with_duplicates=True))
        assert len(others) == 13 and all(read_back(one.article.origin, path).url == one.article.url for one in others)
        assert not store.tombstones.pending()


def test_the_cluster_has_a_new_best_copy_and_its_old_id_leads_there(path: Path) -> None:
    copy = clipping_id("http://copy.example/a", b"")
    with Store.open(path, create=False) as store:
        assert {one.article.id for one in store.clippings.cluster(ID)} == {ID, copy}
        first = store.clusters.cluster_of(store.articles.doc(copy) or 0).id
    assert take(path, ID).targets[0].copies == (copy,)
    assert not take(path, ID).targets, "its id leads to the copy now, which stays"
    with Store.open(path, create=False) as store:
        kept = store.clippings.get(copy)
        assert kept and kept.cluster and kept.cluster.is_canonical and kept.cluster.size == 1 and not kept.matches
        assert [one.article.id for one in store.clippings.cluster(first)] == [copy]


def test_of_three_the_other_two_stay_a_cluster(path: Path) -> None:
    stored(path, {"http://third.example/c": "本报讯 " + BODY.format(odd="") + "\n（完）"})
    with Store.open(path, create=False) as store:
        before = store.clusters.cluster_of(store.articles.doc(URL) or 0)
        assert before.size == 3
        best = next(one for one in store.clippings.cluster(before.id) if one.cluster and one.cluster.is_canonical)
    take(path, best.article.id)
    with Store.open(path, create=False) as store:
        left = store.clippings.cluster(before.id)
        assert len(left) == 2 and best.article.id not in {one.article.id for one in left}
        assert [one.cluster.is_canonical for one in left if one.cluster].count(True) == 1
        assert all(one.cluster and one.cluster.size == 2 and len(one.matches) == 1 for one in left)


def test_copies_go_too_when_asked(path: Path) -> None:
    assert len(take(path, URL, copies=True).targets) == 2
    with Store.open(path, create=False) as store:
        assert store.statistics().articles == 12
        assert len(store.tombstones) == 2


COPIES = {
    "the same": lambda t: t,
    "cut": lambda t: "\n".join(t.split("\n")[:2]),
    "in traditional script": to_traditional,
    "with annotations": lambda t: t.replace("渠", "渠(qú)").replace("水", "水（shuǐ）"),
    "with noise": lambda t: "首页 > 新闻 > 本地\n" + t + "\n责任编辑：某某\n相关阅读：某地的庄稼丰收了",
    "spun": lambda t: (
        t.replace("完成", "告终")
        .replace("连续", "陆续")
        .replace("记得", "记取")
        .replace("农户", "农家")
        .replace("夜里", "晚上")
        .replace("从前", "畴前")
    ),
    "in a digest": lambda t: story(77) + "\n" + t + "\n" + story(78),
}


@pytest.mark.parametrize("name", COPIES)
def test_neither_it_nor_a_copy_comes_back(path: Path, name: str) -> None:
    take(path, URL, copies=True)
    again = Article(id="f" * 16, origin="back.html", url="http://elsewhere.example/b", text=COPIES[name](text(0, ODD)))
    with Ingester(path) as ingester:
        kept = ingester.add([again, Article(id="e" * 16, origin="new.html", text=story(99))])
        drops = ingester.store.runs.drops(reason="taken down")
    assert (kept.stored, kept.dropped) == (1, 1)
    assert [(d.stage, d.origin) for d in drops] == [("keep", "back.html")] and "a court order" in drops[0].detail


NEXT = (
    BODY.format(odd="")
    .replace("二十三台", "四十台")
    .replace("18方", "31方")
    .replace("6分", "9分")
    .replace("斗口", "支口")
)

REPORT = """绿洲县水文站发布{month}月水情。本月全县河道来水{water}万方，较去年同期{trend}{share}%，{river}水位{level}米，低于警戒水位。
{story}
本月全县灌溉面积{area}万亩，灌溉用水{used}万方，水费收缴率{paid}%，各灌区按轮灌次序放水，没有发生争水事件。
{rain}
水文站提醒，下月各水库继续按调度规程运行，沿河群众不要在河道内放牧、取土，发现险情及时报告值班室。"""
ISSUES = [
    REPORT.format(month=month, water=4100 + 173 * month, trend="偏多" if month % 2 else "偏少", share=3 + month, river=river,
                  level=f"{11 + month}.{month}5", area=20 + 3 * month, used=900 + 61 * month, paid=90 + month, story=told, rain=rain)
    for month, river, told, rain in (
        (4, "柳树河", "上旬气温回升快，山前积雪融化，渠首三次调整闸门开度，芦苇村一段渠堤出现渗漏，两天内处理完毕。",
         "降雨两次，总量偏少，戈壁边缘的几个村子用上了新打的机井，红柳村补种了被风沙埋掉的棉苗。"),
        (5, "白石河", "中旬有一次沙尘过程，泵站停机检修半天，技术员把备用的变压器换上，没有影响小麦灌浆水。",
         "月末一场中雨，水库蓄水接近汛限，管理处按预案开启底孔，下游的便桥封闭了一个晚上。"),
        (6, "青羊河", "进入高温期，冰川融水增多，夜间流量大于白天，值班人员改为四班倒，巡堤的骑摩托车往返八十公里。",
         "雷阵雨多在傍晚，山洪沟里的拦砂坝清淤一次，拉走泥沙，附近葡萄园的排水沟也一起挖深。"),
    )
]  # fmt: skip


@pytest.mark.parametrize("other", [NEXT, story(98), BODY.format(odd="").split("\n")[0][:30]])
def test_other_articles_come_in(path: Path, other: str) -> None:
    take(path, URL, copies=True)
    with Ingester(path) as ingester:
        assert ingester.add([Article(id="f" * 16, origin="next.html", text=other)]).stored == 1


def test_the_next_issue_of_a_series_comes_in_a_copy_of_the_one_taken_down_does_not(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    stored(path, {URL: ISSUES[0], "http://news.example/1": story(1)})
    take(path, URL)
    copies = [ISSUES[0].replace("水文站", "水文中心"), "\n".join(ISSUES[0].split("\n")[:3]), to_traditional(ISSUES[0]),
              story(50) + "\n" + ISSUES[0] + "\n" + story(51)]  # fmt: skip
    with Ingester(path) as ingester:
        for n, text in enumerate(ISSUES[1:]):
            assert ingester.add([Article(id=f"{n:016x}", origin="next.html", text=text)]).stored == 1
        for n, text in enumerate(copies):
            assert ingester.add([Article(id=f"{n + 9:016x}", origin="copy.html", text=text)]).dropped == 1


def test_the_copies_that_had_stayed_go_when_asked_for_later(path: Path) -> None:
    stored(
        path,
        {
            "http://third.example/c": "本报讯 " + BODY.format(odd="") + "\n（完）",
            "http://digest.example/d": COPIES["in a digest"](text(0, ODD)),
        },
    )
    assert len(take(path, URL).targets[0].copies) == 2
    dry = takedown.plan(path, [ID], copies=True)
    assert {target.url for target in dry.targets} == {"http://copy.example/a", "http://third.example/c"}
    told = CliRunner().invoke(app, ["takedown", URL, "--copies", "--reason", "the same", "--store", str(path)])
    assert "2 articles taken down" in told.stderr and told.exit_code == 0
    told = CliRunner().invoke(app, ["takedown", ID, "--copies", "--reason", "the same", "--store", str(path)])
    assert "the store has no copies of it" in told.stderr
    with Store.open(path, create=False) as store:
        assert len(store.tombstones) == 3 and store.clippings.get("http://digest.example/d")


def test_what_an_older_normal_form_took_down_is_told_and_its_address_stays_closed(path: Path) -> None:
    take(path, URL, copies=True)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE tombstone_traces SET recipe = replace(recipe, 'seed 1', 'seed 2')")
    connection.commit()
    assert not [one for one in doctor.examine(path) if one.problems], "nothing of this is in the traces"
    connection.execute("UPDATE tombstone_traces SET recipe = 'of long ago'")
    connection.commit()
    connection.close()
    (found,) = [one for one in doctor.examine(path, repair=True) if one.problems]
    assert found.check == "tombstones" and ID in str(found.problems[0]) and not found.repaired
    assert takedown.plan(path, [ID], copies=True).blind == (ID,)
    with Ingester(path) as ingester:
        known, copy = (Article(id=id_, origin="x", text=text(0, ODD)) for id_ in (ID, "f" * 16))
        assert ingester.add([known, copy]).dropped == 1


def test_its_address_is_not_visited_again_and_what_was_under_way_is_turned_away_and_blanked(path: Path) -> None:
    take(path, URL)
    shelf = WarcArchive(folder_of(path), name="late", software="jianbao/0")
    origin = shelf.write(replace(exchange(0, story(55).encode()), url=URL))
    shelf.close()
    visit = FetchResult(url=URL, site="daily", at=MOMENT, outcome="article", status=200, digest=b"x")
    with Ingester(path) as ingester:
        kept = ingester.add([Article(id=ID, origin=origin, url=URL, site="daily", text=story(55))], [visit])
        entry = ingester.store.crawl_state.find([URL])[canonical(URL)]
    assert (kept.stored, kept.dropped) == (0, 1)
    assert (entry.outcome, entry.next_visit) == ("taken down", None) and entry.last_fetched
    with pytest.raises(UnusableInput, match="not a response"):
        read_back(origin, path)


def test_a_copy_that_was_left_stays_when_it_is_read_again(path: Path) -> None:
    take(path, URL)
    copy = "http://copy.example/a"
    stored(path, {copy: "转载：" + BODY.format(odd="")})
    with Store.open(path, create=False) as store:
        assert store.clippings.get(copy) and not store.runs.drops(reason="taken down")


def test_lines_learned_only_from_it_are_forgotten(path: Path) -> None:
    lines = BODY.format(odd=ODD).split("\n")
    shared = story(3).split("\n")[0]
    with Store.open(path, create=False) as store:
        store.learned.note(
            NoiseLine(site="daily", key=key(line), example=line, clusters=4) for line in (lines[0], lines[1], shared)
        )
    take(path, URL, copies=True)
    with Store.open(path, create=False) as store:
        assert [line.example for line in store.learned.lines("daily")] == [shared]


def test_what_only_the_archive_knows_is_taken_down_by_its_address(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    Store.open(path).close()
    shelf = WarcArchive(folder_of(path), name="probe", software="jianbao/0")
    shelf.write(replace(exchange(0, text(0, ODD).encode()), url=URL))
    shelf.close()
    take(path, URL)
    assert ODD.encode() not in rest(path)
    with pytest.raises(UsageError, match="no article"):
        takedown.plan(path, ["http://news.example/never"])
    with pytest.raises(UsageError, match="search"):
        takedown.plan(path, ["abc"])
    assert takedown.plan(path, [URL]).known[0].url == URL


def test_files_of_the_user_are_named_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "news.db"
    stored(path, {URL: text(0, ODD)}, archive=False)
    assert take(path, URL).targets[0].elsewhere == ("dump/r.html",)


def test_a_feed_in_the_archive_that_quotes_it_is_blanked_others_stay(path: Path) -> None:
    shelf = WarcArchive(folder_of(path), name="feeds", software="jianbao/0")
    item = "<item><title>%s</title><description><![CDATA[<p>%s</p>]]></description></item>"
    for n, texts in enumerate(((story(1), text(0, ODD)), (story(1), story(2)))):
        body = (
            "<rss><channel>" + "".join(item % (t[:9], t.replace("\n", "</p><p>")) for t in texts) + "</channel></rss>"
        )
        shelf.write(replace(exchange(n, body.encode()), url=f"http://news.example/feed{n}", is_page=False))
    shelf.close()
    take(path, URL)
    assert ODD[:2].encode() not in rest(path)
    assert {r.url for r in records(path) if isinstance(r, WarcRecord) and r.role == "announcement"} == {
        "http://news.example/feed1"
    }


def test_the_commands_tell_what_goes_and_what_is_gone(path: Path) -> None:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(app, [*arguments, "--store", str(path)])

    told = run("takedown", URL, "--reason", "a court order", "--dry-run")
    assert f"{ID}  {ODD[:12]}" in told.stdout and "2 records in the archive" in told.stdout
    assert clipping_id("http://copy.example/a", b"") in told.stdout and "would be taken down" in told.stderr
    assert run("show", URL).exit_code == 0
    done = json.loads(run("takedown", URL, "--reason", "a court order", "--json").stdout)
    assert done["done"] and done["targets"][0]["id"] == ID
    assert "taken down on 20" in str(run("show", URL).exception) and "a court order" in str(run("show", ID).exception)
    again = run("takedown", URL, "--reason", "again").stderr
    assert "a court order" in again and "with --copies" in again
    assert f"{ID}  {URL}  a court order" in run("takedowns").stdout
    assert json.loads(run("takedowns", "--json").stdout)["copies_known_again"]
    assert "well" in run("doctor").stdout
    assert run("takedown", URL).exit_code == 2, "a reason is asked for"


def test_a_plan_changes_nothing(path: Path) -> None:
    before = rest(path)
    planned = takedown.plan(path, [URL])
    assert planned.targets[0].revisions == 1 and len(planned.targets[0].records) == 2
    assert rest(path) == before


def test_an_export_that_has_it_is_named(path: Path) -> None:
    with Store.open(path, create=False) as store:
        with store.export_log.outgoing(FilterChoice(with_duplicates=True)) as outgoing:
            assert list(outgoing.portions())
        store.export_log.announce(outgoing, target="out.jsonl", form="jsonl")
    assert take(path, URL).targets[0].exports[0].startswith("out.jsonl (jsonl, ")
    with Store.open(path, create=False) as store:
        stone = store.tombstones.get(ID)
        assert stone and stone.exports[0].startswith("out.jsonl")


@pytest.mark.soak
def test_a_crawl_asks_for_it_no_more_and_a_redirect_to_it_brings_nothing_back(tmp_path: Path) -> None:
    pages = {f"/{n}.html": Reply(article_page(n)) for n in range(4)}
    with serving("127.0.0.1", pages | {"/": Reply(listing(*pages))}) as server:
        run_crawl(tmp_path, one_site(server.base), {"a": server})
        store = tmp_path / "job.db"
        gone = f"{server.base}/2.html"
        with Store.open(store, create=False) as opened:
            kept = opened.clippings.get(gone)
        assert kept
        needle = kept.article.text[:20].encode()
        assert needle in rest(store)
        take(store, gone)
        asked = len(server.paths)
        server.pages["/"] = Reply(listing(*pages, "/moved", "/4.html"))
        server.pages["/moved"] = Reply(status=302, Location=gone)
        server.pages["/4.html"] = Reply(article_page(4))
        run_crawl(tmp_path, one_site(server.base), {"a": server})
        assert "/4.html" in server.paths[asked:]
        with Store.open(store, create=False) as opened:
            assert opened.clippings.get(gone) is None and opened.statistics().articles == 4
            assert opened.crawl_state.find([gone])[canonical(gone)].outcome == "taken down"
        assert "/2.html" not in server.paths[asked:] or needle not in rest(store)
        assert needle not in rest(store)


WATCHED = ("takedowns.py", "blank.py", "takedown.py", "ingester.py", "match_index.py", "segments.py")


def run_killed(path: Path, moment: int) -> int:
    """A takedown in a process of its own that is killed (as by kill -9) at its n-th call; returns how it ended."""
    planned = takedown.plan(path, [URL])
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1]
    left = moment

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal left
        if event == "call" and frame.f_code.co_filename.endswith(WATCHED):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    try:
        sys.setprofile(count)
        takedown.carry_out(path, planned, "a court order")
    finally:
        os._exit(left % 256)


def calls_of_a_takedown(path: Path) -> int:
    """How many calls a takedown makes that `run_killed` counts: made in a copy of the store's folder."""
    copy = path.parent.with_name(f"{path.parent.name}-counted")
    shutil.copytree(path.parent, copy)
    planned = takedown.plan(copy / path.name, [URL])
    calls = 0

    def count(frame: FrameType, event: str, arg: object) -> None:
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename.endswith(WATCHED)

    sys.setprofile(count)
    try:
        takedown.carry_out(copy / path.name, planned, "a court order")
    finally:
        sys.setprofile(None)
        shutil.rmtree(copy)
    return calls


def check_killed(path: Path, share: float) -> None:
    """Killed when it has made that share of its calls."""
    moment = max(1, round(share * calls_of_a_takedown(path)))
    before = {n: clipping_id(f"http://news.example/{n}", b"") for n in range(12)}
    assert run_killed(path, moment) == signal.SIGKILL, "it ended before that moment"
    with Store.open(path, create=False) as store:
        gone, stone = store.clippings.get(URL) is None, store.tombstones.get(URL) is not None
        assert gone == stone, "both or neither"
        assert store.articles.has(before.values()) == frozenset(before.values())
    if gone and moment % 2:
        assert [f.check for f in doctor.examine(path, repair=True) if f.problems] == ["takedowns"]
    else:
        assert take(path, URL).known or not gone
    assert not [f for f in doctor.examine(path, sample=None) if f.problems]
    assert ODD[:2].encode() not in rest(path)
    assert all(isinstance(record, WarcRecord) for record in records(path))
    with Store.open(path, create=False) as store:
        assert store.articles.has(before.values()) == frozenset(before.values())
        assert not store.tombstones.pending()


def test_a_record_that_was_torn_by_a_kill_is_blanked_all_the_same(path: Path) -> None:
    planned = takedown.plan(path, [URL])
    assert run_killed(path, 42) == signal.SIGKILL
    place = planned.targets[0].records[-1]
    with (path.parent / place.file).open("r+b") as file:
        file.seek(place.offset + place.length // 2)
        file.write(b"\xff" * 20)
    assert any(isinstance(record, ArchiveDamage) for record in records(path))
    takedown.carry_out(path, takedown.plan(path, [URL]), "again")
    assert all(isinstance(record, WarcRecord) for record in records(path)) and ODD[:2].encode() not in rest(path)


@pytest.mark.parametrize("share", [0.25, 0.5, 1.0])
def test_killed_in_the_middle_it_ends_right_when_run_again(path: Path, share: float) -> None:
    check_killed(path, share)


@pytest.mark.soak
@pytest.mark.parametrize("part", range(1, 25))
def test_killed_at_many_moments(path: Path, part: int) -> None:
    check_killed(path, part / 24)
