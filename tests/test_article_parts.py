"""Articles of several pages in a crawl: fetched whatever the depth, handed in as one, lost by nothing."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
import signal
import sqlite3
import time
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners import parts, readers
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop, Page
from cleaners.maintenance import doctor, reclean, takedown
from cleaners.maintenance.merge import merge
from cleaners.maintenance.reclean import RecleanResult
from cleaners.pipeline import clean
from cleaners.store import Store
from cleaners.warc import HttpExchange, WarcArchive, folder_of, read_back
from cleaners.warc.blank import blank
from cleaners.warc.scan import place_of
from crawler.cli import app
from tests.crawling import Crawled, one_site, run, start
from tests.small_server import InTurn, Reply, SmallServer, article, listing, serving

PAGES = Path(__file__).parent / "pages" / "three-pages"
NAMES = ("canal.html", "canal_2.html", "canal_3.html")
PARAGRAPHS = 9  # the lead, then three, three and two


def three(**instead: Reply) -> dict[str, Reply]:
    """The pages of the article, and a list that names the first of them and another article."""
    pages = {f"/{name}": Reply((PAGES / name).read_text(encoding="utf-8")) for name in NAMES}
    pages |= {"/": Reply(listing("/canal.html", "/other.html")), "/other.html": Reply(article(3))}
    return pages | {f"/{name.replace('_html', '.html')}": reply for name, reply in instead.items()}


def crawled(folder: Path, pages: dict[str, Reply], extra: str = "", **options: object) -> Crawled:
    with serving("127.0.0.1", pages) as server:
        return again(folder, server, extra, **options)


def again(folder: Path, server: SmallServer, extra: str = "", **options: object) -> Crawled:
    return run(folder, one_site(server.base, f"seeds: [list: {server.base}/]{extra}"), {"a": server}, **options)


def make_due(store: Path) -> None:
    """As if the last visits had been a while ago."""
    with contextlib.closing(sqlite3.connect(store)) as raw:
        raw.execute("UPDATE ledger SET next_visit = 1, last_fetched = last_fetched - 60 WHERE next_visit IS NOT NULL")
        raw.commit()


def ledger(found: Crawled) -> dict[str, tuple[str, str | None, bool]]:
    """Path -> kind, outcome, and whether it is visited again by itself."""
    with Store.open(found.store, create=False, readonly=True) as store:
        urls = [f"{found.servers['a'].base}/{name}" for name in (*NAMES, "other.html", "canal_all.html")]
        entries = store.crawl_state.find(urls)
    return {
        url.rpartition("/")[2]: (one.found.kind, one.outcome, one.next_visit is not None)
        for url, one in entries.items()
    }


def test_an_article_of_three_pages_is_one_record(tmp_path: Path) -> None:
    found = crawled(tmp_path, three())
    articles, server = found.articles(), found.servers["a"]
    assert set(articles) == {"canal.html", "other.html"}
    whole = articles["canal.html"]
    assert len(whole.text.split("\n")) == PARAGRAPHS and whole.missing_parts == ()
    assert [url.rpartition("/")[2] for url in whole.parts] == list(NAMES)
    assert len(whole.part_origins) == 2 and all(origin.startswith("job.warc/") for origin in whole.part_origins)
    assert [server.paths.count(f"/{name}") for name in NAMES] == [1, 1, 1]
    assert (found.report["articles"], found.report["joined"], found.drops()) == (2, 2, {})
    assert ledger(found) == {
        "canal.html": ("page", "article", True), "other.html": ("page", "article", True),
        "canal_2.html": ("part", "joined", False), "canal_3.html": ("part", "joined", False),
    }  # fmt: skip


def test_pages_that_a_list_names_too_are_neither_lost_nor_articles(tmp_path: Path) -> None:
    links = ("/canal_3.html", "/canal_2.html", "/canal.html", "/other.html")
    found = crawled(tmp_path, three() | {"/": Reply(listing(*links))}, ", follow: {depth: 3}")
    assert set(found.articles()) == {"canal.html", "other.html"}
    assert len(found.articles()["canal.html"].text.split("\n")) == PARAGRAPHS
    assert not any(path.startswith("canal") for path in found.drops())
    assert {name: state[1] for name, state in ledger(found).items()} == {
        "canal.html": "article", "canal_2.html": "joined", "canal_3.html": "joined", "other.html": "article",
    }  # fmt: skip


def test_a_part_that_is_named_alone_brings_the_whole_article(tmp_path: Path) -> None:
    found = crawled(tmp_path, three() | {"/": Reply(listing("/canal_2.html"))})
    assert set(found.articles()) == {"canal.html"}
    assert len(found.articles()["canal.html"].parts) == 3
    assert [found.servers["a"].paths.count(f"/{name}") for name in NAMES] == [1, 1, 1]


def test_a_part_whose_first_page_is_gone_is_kept_and_says_so(tmp_path: Path) -> None:
    pages = three() | {"/": Reply(listing("/canal_2.html")), "/canal.html": Reply("gone", 404)}
    found = crawled(tmp_path, pages)
    alone = found.articles()["canal_2.html"]
    assert {(one.url.rpartition("/")[2], one.reason) for one in alone.missing_parts} >= {("canal.html", "http 404")}
    assert alone.quality < 0.7 and found.drops() == {"canal.html": "http 404"}


def test_a_page_that_is_not_there_is_told_and_joined_when_it_is(tmp_path: Path) -> None:
    later = InTurn(Reply("gone", 404), three()["/canal_2.html"])
    with serving("127.0.0.1", three() | {"/canal_2.html": later}) as server:
        first = again(tmp_path, server)
        found = first.articles()["canal.html"]
        assert [(one.url.rpartition("/")[2], one.reason) for one in found.missing_parts] == [
            ("canal_2.html", "http 404")
        ]
        assert found.next_url == f"{server.base}/canal_2.html" and len(found.parts) == 2
        assert found.quality < 0.7 and found.confidence is not None and found.confidence < 0.85
        assert first.drops() == {"canal_2.html": "http 404"}
        make_due(first.store)
        second = again(tmp_path, server)
    whole = second.articles()["canal.html"]
    assert whole.missing_parts == () and len(whole.text.split("\n")) == PARAGRAPHS
    assert second.drops() == {}
    with Store.open(second.store, create=False) as store:
        assert len(store.articles.revisions(whole.id)) == 2


def test_only_what_has_changed_is_new_and_a_change_of_one_page_is_a_revision(tmp_path: Path) -> None:
    changed = (PAGES / NAMES[1]).read_text(encoding="utf-8").replace("宣纸拓了碑文", "宣纸拓下碑文，又拍了照片")
    validated = {f"/{name}": Reply((PAGES / name).read_bytes(), ETag=f'"{name}"') for name in NAMES}
    second = InTurn(validated["/canal_2.html"], validated["/canal_2.html"], Reply(changed))
    with serving("127.0.0.1", three() | validated | {"/canal_2.html": second}) as server:
        make_due(again(tmp_path, server).store)
        same = again(tmp_path, server)
        assert (same.report["articles"], same.report["joined"]) == (0, 0)
        assert same.report["unchanged"] >= 4, "three pages of it, and the other article"
        make_due(same.store)
        found = again(tmp_path, server)
    assert "又拍了照片" in found.articles()["canal.html"].text
    with Store.open(found.store, create=False) as store:
        assert len(store.articles.revisions(found.articles()["canal.html"].id)) == 2


def test_a_limit_leaves_the_article_for_the_next_run(tmp_path: Path) -> None:
    pages = three() | {"/": Reply(listing("/canal.html"))}
    with serving("127.0.0.1", pages) as server:
        first = again(tmp_path, server, ", limits: {pages: 3}")
        assert first.articles()["canal.html"].missing_parts[-1].reason == "limit"
        assert first.report["left"] >= 1 and ledger(first)["canal.html"][1] is None
        second = again(tmp_path, server)
    assert len(second.articles()["canal.html"].text.split("\n")) == PARAGRAPHS
    assert second.articles()["canal.html"].missing_parts == ()


def test_a_site_may_limit_the_pages_of_an_article(tmp_path: Path) -> None:
    found = crawled(tmp_path, three(), ", limits: {parts: 2}")
    cut = found.articles()["canal.html"]
    assert len(cut.parts) == 2 and [one.reason for one in cut.missing_parts] == ["limit"]
    assert "/canal_3.html" not in found.servers["a"].paths


def test_what_a_site_denies_is_not_fetched(tmp_path: Path) -> None:
    found = crawled(tmp_path, three(), ", follow: {allow: ['/canal.html'], deny: ['_3']}")
    cut = found.articles()["canal.html"]
    assert len(cut.parts) == 2 and [one.reason for one in cut.missing_parts] == ["denied by the seed file"]
    assert "/canal_3.html" not in found.servers["a"].paths and found.drops() == {}


def test_a_kill_between_two_pages_loses_nothing(tmp_path: Path) -> None:
    with serving("127.0.0.1", three()) as server:
        server.wait = 0.4
        process = start(tmp_path, one_site(server.base, f"seeds: [list: {server.base}/]"))
        until = time.monotonic() + 120
        while "/canal_2.html" not in server.paths and time.monotonic() < until:
            time.sleep(0.02)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        assert "/canal_3.html" not in server.paths
        server.wait = 0.0
        found = again(tmp_path, server)
    assert set(found.articles()) == {"canal.html", "other.html"}
    assert len(found.articles()["canal.html"].text.split("\n")) == PARAGRAPHS
    assert found.drops() == {}


def test_a_page_with_everything_is_better_than_joining(tmp_path: Path) -> None:
    pages = three()
    texts = [(PAGES / name).read_text(encoding="utf-8") for name in NAMES]
    bodies = "".join(
        text[text.index("</p>", text.index('class="lead"')) + 4 : text.index('<div class="fenye">')] for text in texts
    )
    head = texts[0][: texts[0].index("</p>", texts[0].index('class="lead"')) + 4]
    offer = texts[0].replace("本文共3页", '本文共3页 <a href="canal_all.html">在本页阅读全文</a>')
    found = crawled(
        tmp_path, pages | {"/canal.html": Reply(offer), "/canal_all.html": Reply(f"{head}{bodies}</body></html>")}
    )
    whole = found.articles()["canal.html"]
    assert len(whole.text.split("\n")) >= PARAGRAPHS - 1 and whole.text.endswith("水声不一样。")  # the lead aside
    assert [url.rpartition("/")[2] for url in whole.parts] == ["canal.html", "canal_all.html"]
    assert "/canal_2.html" not in found.servers["a"].paths
    assert ledger(found)["canal_all.html"][1] == "joined"


def test_links_on_all_pages_are_followed_and_pages_in_a_circle_end(tmp_path: Path) -> None:
    last = (PAGES / NAMES[2]).read_text(encoding="utf-8")
    last = last.replace("</body>", '<a href="canal.html">下一页</a><a href="/far.html">放水的渠</a></body>')
    found = crawled(
        tmp_path, three(canal_3_html=Reply(last)) | {"/far.html": Reply(article(5))}, ", follow: {depth: 2}"
    )
    assert {"canal.html", "other.html", "far.html"} == set(found.articles())
    assert [found.servers["a"].paths.count(f"/{name}") for name in NAMES] == [1, 1, 1]


def test_another_story_behind_the_pager_is_no_page_of_it(tmp_path: Path) -> None:
    pages = three() | {"/canal_2.html": Reply(article(7)), "/": Reply(listing("/canal.html"))}
    found = crawled(tmp_path, pages)
    alone = found.articles()["canal.html"]
    assert set(found.articles()) == {"canal.html"} and "7号渠" not in alone.text and alone.parts == ()


def test_what_is_only_archived_is_joined_when_it_is_cleaned(tmp_path: Path) -> None:
    found = crawled(tmp_path, three(), archive_only=True)
    assert [found.servers["a"].paths.count(f"/{name}") for name in NAMES] == [1, 1, 1]
    pages = [page for page in readers.read([str(folder_of(found.store))]) if isinstance(page, Page)]
    results = list(parts.joined(map(clean, pages)))
    whole = [one for one in results if isinstance(one, Article) and one.parts]
    assert len(whole) == 1 and len(whole[0].text.split("\n")) == PARAGRAPHS
    assert sum(isinstance(one, Drop) and one.stage == "join" for one in results) == 2


def test_pages_are_asked_for_by_the_rules_of_the_site(tmp_path: Path) -> None:
    robots = Reply("User-agent: *\nDisallow: /canal_2.html\n", Content_Type="text/plain")
    found = crawled(tmp_path, three() | {"/robots.txt": robots})
    assert "/canal_2.html" not in found.servers["a"].paths
    assert found.drops() == {"canal_2.html": "robots.txt forbids"}
    missing = {one.url.rpartition("/")[2]: one.reason for one in found.articles()["canal.html"].missing_parts}
    assert missing == {"canal_2.html": "robots.txt forbids"}


# ---- in the store --------------------------------------------------------------------------------------------------

ADDRESS = "http://news.example/x/"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A store with the article, whose pages are in its archive, and with another one."""
    path = tmp_path / "news.db"
    shelf = WarcArchive(folder_of(path), name="probe", software="jianbao/0")
    bodies = {name: (PAGES / name).read_bytes() for name in NAMES} | {"other.html": article(3).encode()}
    origins = [
        shelf.write(
            HttpExchange(
                url=ADDRESS + name, status=200, headers=(("Content-Type", "text/html; charset=utf-8"),), body=body,
                fetched_at=datetime(2026, 4, 18, tzinfo=UTC), site="daily", is_page=True,
            )
        )
        for name, body in bodies.items()
    ]  # fmt: skip
    shelf.close()
    with Ingester(path) as ingester:
        ingester.add(parts.joined(clean(read_back(origin, path)) for origin in origins))
        assert ingester.kept.stored == 2
    return path


def recleaned(path: Path) -> list[RecleanResult]:
    with Store.open(path, create=False, readonly=True) as store:
        wanted = reclean.origins(store, None, None)
        return list(
            reclean.compare(store, wanted, lambda pages: (p if isinstance(p, Drop) else clean(p) for p in pages))
        )


def test_cleaned_again_it_is_the_same(kept: Path) -> None:
    assert reclean.summary(recleaned(kept)) == {"same": 2}
    with Store.open(kept, create=False) as store:
        whole = store.clippings.get(ADDRESS + NAMES[0])
        assert whole is not None
        store.articles.put(replace(whole.article, text=whole.article.text.split("\n")[0]))
    [change] = [one.change for one in recleaned(kept) if one.change]
    assert change.kind == "text" and change.article is not None
    assert change.article.text == whole.article.text and change.article.parts == whole.article.parts


def test_without_one_of_its_pages_it_stays_what_it_is(kept: Path) -> None:
    with Store.open(kept, create=False) as store:
        whole = store.clippings.get(ADDRESS + NAMES[0])
    assert whole is not None
    place = place_of(kept, whole.article.part_origins[0])
    assert place is not None
    blank(kept, place, datetime.now(UTC))
    assert {one.missing for one in recleaned(kept)} == {"", "not a response record"}
    problems = [str(line) for one in doctor.examine(kept, sample=None) for line in one.problems]
    assert any(whole.article.part_origins[0] in line for line in problems)


@pytest.mark.parametrize("asked", NAMES)
def test_taken_down_by_any_of_its_addresses_no_page_of_it_stays(kept: Path, asked: str) -> None:
    with Store.open(kept, create=False) as store:
        found = store.clippings.get(ADDRESS + asked)
        assert found is not None and found.article.url == ADDRESS + NAMES[0]
    planned = takedown.take_down(kept, [ADDRESS + asked], "court order")
    assert len(planned.targets[0].records) == 6, "three responses and their requests"
    packed = b"".join(gzip.decompress(file.read_bytes()) for file in folder_of(kept).iterdir() if file.suffix == ".gz")
    for paragraph in ("老渠修了九十年", "石碑的消息", "四月十六日"):
        assert paragraph.encode() not in packed and paragraph.encode() not in kept.read_bytes()
    assert "3号渠".encode() in packed
    with Store.open(kept, create=False) as store:
        assert {one.outcome for one in store.crawl_state.find(ADDRESS + name for name in NAMES).values()} == {
            "taken down"
        }


def test_a_merge_knows_where_all_pages_are(kept: Path, tmp_path: Path) -> None:
    merge([kept], tmp_path / "all.db")
    with Store.open(tmp_path / "all.db", create=False) as store:
        whole = store.clippings.get(ADDRESS + NAMES[0])
    assert whole is not None and len(whole.article.part_origins) == 2
    assert all(read_back(origin, tmp_path / "all.db").body for origin in whole.article.part_origins)
    assert reclean.summary(recleaned(tmp_path / "all.db")) == {"same": 2}


def test_a_dump_cleaned_into_a_store_goes_on_where_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile("dump.zip", "w") as packed:
        for name in ("a1.html", NAMES[2], "a2.html", NAMES[0], NAMES[1]):
            packed.writestr(name, (PAGES / name).read_bytes() if name in NAMES else article(int(name[1])))
    runner = CliRunner()
    done = runner.invoke(app, ["clean", "dump.zip", "-o", "out.jsonl", "-j", "1"], catch_exceptions=False)
    assert done.exit_code == 0
    records = [json.loads(line) for line in Path("out.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(one["origin"], one["parts"]) for one in records] == [
        ("dump.zip#a1.html", []), ("dump.zip#a2.html", []), (f"dump.zip#{NAMES[0]}", [f"dump.zip#{name}" for name in NAMES]),
    ]  # fmt: skip
    drops = [json.loads(line) for line in Path("out.jsonl.drops.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {(one["stage"], one["reason"]) for one in drops} == {("join", parts.JOINED)} and len(drops) == 2
    done = runner.invoke(app, ["clean", "dump.zip", "--store", "s.db", "-j", "1"], catch_exceptions=False)
    assert done.exit_code == 0
    with Store.open(tmp_path / "s.db", create=False) as store:
        assert store.statistics().articles == 3 and store.statistics().drops == {f"join: {parts.JOINED}": 2}
