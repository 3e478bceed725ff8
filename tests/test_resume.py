"""Crawls of the small web that are killed and started again, run twice, interrupted, or shared out to machines."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import pytest

from cleaners import readers
from cleaners.config import parse_job
from cleaners.errors import UsageError
from cleaners.items import Article, Drop, Page
from cleaners.parts import JOINED, joined
from cleaners.pipeline import clean
from cleaners.store import Store
from crawler.demo import run as demo
from crawler.demo.plan import read
from crawler.demo.server import serving as serving_web
from crawler.demo.web import SmallWeb, WebAnswer
from crawler.jobs.shard import SiteShard
from tests.small_server import Reply, article, listing, serving

ROOT = Path(__file__).resolve().parent.parent
RUN = """
import dataclasses, json, sys
from pathlib import Path
from cleaners.config import load_job
from crawler.run import crawl
from crawler.jobs.shard import SiteShard
from crawler import settings
settings.PAGES_IN_MEMORY = 3  # so that the ledger is the queue
options = json.loads(sys.argv[1])
number, of = options.pop("shard", (1, 1))
options["shard"] = SiteShard(number=number, of=of)
if __name__ == "__main__":
    print(json.dumps(dataclasses.asdict(crawl([load_job(Path("job.yaml"))], store=Path("job.db").absolute(), **options))))
"""


@dataclass
class WatchedWeb:
    """The small web, who asked it for what, and a bell that rings at a given request."""

    seeds: str
    asked: list[str] = field(default_factory=list)
    bell_at: int = 0
    bell: Event = field(default_factory=Event)

    def note(self, url: str) -> None:
        self.asked.append(url)
        if len(self.asked) == self.bell_at:
            self.bell.set()

    def start(self, folder: Path, **options: object) -> subprocess.Popen[str]:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "run.py").write_text(RUN)
        (folder / "job.yaml").write_text(self.seeds, encoding="utf-8")
        self.asked.clear()
        return subprocess.Popen(
            [sys.executable, "run.py", json.dumps(options)],
            cwd=folder,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, folder: Path, **options: object) -> dict[str, Any]:
        out, log = (process := self.start(folder, **options)).communicate(timeout=280)
        assert process.returncode == 0, log
        report: dict[str, Any] = json.loads(out.splitlines()[-1])
        return report

    def stop_at(self, moment: int, folder: Path, how: signal.Signals) -> None:
        """Start a run and end it when it asks for the n-th time."""
        self.bell_at, self.bell = moment, Event()
        process = self.start(folder)
        while not self.bell.wait(0.05):
            assert process.poll() is None, "the run ended before the moment came"
        process.send_signal(how)
        process.communicate(timeout=60)
        self.bell_at = 0

    @property
    def pages(self) -> list[str]:
        return [url for url in self.asked if not url.endswith(("/robots.txt", "/tdmrep.json"))]


@pytest.fixture(scope="module")
def web() -> Iterator[WatchedWeb]:
    answer = SmallWeb.answer
    with serving_web(read()) as served:
        small = WatchedWeb(seeds=demo._seeds(served))

        def noted(self: SmallWeb, site: str, path: str) -> WebAnswer:
            small.note(self.origins[site] + path)
            time.sleep(0.01)
            return answer(self, site, path)

        patch = pytest.MonkeyPatch()
        patch.setattr(SmallWeb, "answer", noted)
        yield small
        patch.undo()


@dataclass(frozen=True)
class Final:
    """All that a store holds, without what depends on the order of arrival."""

    articles: frozenset[tuple[object, ...]]
    clusters: frozenset[frozenset[str]]
    drops: frozenset[tuple[str | None, str, str]]
    ledger: frozenset[tuple[str, str | None]]


def final(path: Path) -> Final:
    with Store.open(path / "job.db", create=False) as store:
        clippings = list(store.clippings.select(with_duplicates=True))
        clusters: dict[str, set[str]] = {}
        for one in clippings:
            assert one.cluster
            clusters.setdefault(one.cluster.id, set()).add(one.article.id)
        drops = [(drop.url, drop.stage, drop.reason) for drop in store.runs.drops(limit=9999)]
        assert len(drops) == len(set(drops)), "no Drop twice"
        return Final(
            articles=frozenset(
                (one.article.id, one.article.title, one.article.text, one.revision) for one in clippings
            ),
            clusters=frozenset(map(frozenset, clusters.values())),
            drops=frozenset(drops),
            ledger=frozenset((url, entry.outcome) for url, entry in store.crawl_state.find(stored_urls(store)).items()),
        )


def stored_urls(store: Store) -> list[str]:
    return [row[0] for row in store._db.rows("SELECT url FROM ledger")]


def done(path: Path) -> set[str]:
    """What the store calls done."""
    if not (path / "job.db").exists():
        return set()
    with Store.open(path / "job.db", create=False) as store:
        entries = store.crawl_state.find(stored_urls(store)).values()
        return {entry.found.url for entry in entries if entry.outcome}


@pytest.fixture(scope="module")
def undisturbed(web: WatchedWeb, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("undisturbed")
    web.run(folder)
    return folder, list(web.pages)


def killed_and_resumed(web: WatchedWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path, at: list[int]) -> None:
    stored: set[str] = set()
    for moment in at:
        web.stop_at(moment, tmp_path, signal.SIGKILL)
        assert not stored & set(web.pages), "what was stored is not fetched again"
        stored = done(tmp_path)
    web.run(tmp_path)
    assert not stored & set(web.pages)
    assert final(tmp_path) == final(undisturbed[0])


def test_killed_three_times_and_started_again(
    web: WatchedWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path, chance: random.Random
) -> None:
    killed_and_resumed(web, undisturbed, tmp_path, moments(len(undisturbed[1]), chance))


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(7))
def test_killed_at_twenty_one_moments(
    web: WatchedWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path, seed: int
) -> None:
    killed_and_resumed(web, undisturbed, tmp_path, moments(len(undisturbed[1]), random.Random(1000 + seed)))


def moments(requests: int, draw: random.Random) -> list[int]:
    """At which request each of three runs is killed; all leave something to the next."""
    return [draw.randrange(1, requests // 3) for _ in range(3)]


def test_interrupted_it_finishes_what_is_in_flight_and_goes_on_later(
    web: WatchedWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path
) -> None:
    web.stop_at(30, tmp_path, signal.SIGINT)
    fetched, stored = set(web.pages), done(tmp_path)
    # An article of several pages is done with its last page, and a newspaper's cover with the issue that it leads to:
    # what was read of them is read again.
    unfinished = {url for url in fetched if "xinjiang-industrial-parks" in url or f"paper: {url} " in web.seeds}
    once = {url for url in fetched if "/calendar/" not in url} - unfinished
    assert once <= stored | moved(tmp_path)
    web.run(tmp_path)
    assert not [url for url in web.pages if url in stored]
    assert final(tmp_path) == final(undisturbed[0])


def test_the_second_run_stores_nothing_new(web: WatchedWeb, undisturbed: tuple[Path, list[str]]) -> None:
    folder, _ = undisturbed
    before = final(folder)
    report = web.run(folder)
    assert (report["articles"], report["joined"], report["drops"]) == (0, 0, {})
    # An article of several pages is read whole to see whether it has changed, if its turn comes: few wait in memory.
    assert report["pages"] in {0, 3}
    # Its first page is asked for in any case, and is not told to be unchanged before the others are.
    assert report["unchanged"] in {len(web.pages), len(web.pages) - 1}
    assert final(folder) == before


def test_shards_fetch_together_what_one_machine_fetches_and_nothing_twice(
    web: WatchedWeb, undisturbed: tuple[Path, list[str]], tmp_path: Path
) -> None:
    fetched: list[str] = []
    hosts: list[set[str]] = []
    for number in (1, 2, 3):
        web.run(tmp_path / str(number), shard=[number, 3], archive_only=True)
        fetched += web.pages
        hosts.append({urlsplit(url).netloc for url in web.pages})
    assert sorted(fetched) == sorted(undisturbed[1])
    assert sum(map(len, hosts)) == len(set().union(*hosts)) == 8, "no host is asked by two machines"
    assert sum(map(bool, hosts)) > 1


def one_site(base: str, **more: str) -> str:
    extra = "".join(f"\n    {key}: {value}" for key, value in more.items())
    return f"""
job: probe
allow_private_hosts: ["127.0.0.1"]
sites:
  - id: a
    name: a
    home: "{base}/"
    delay: 0{extra}
"""


def test_the_second_run_only_asks_what_has_changed(tmp_path: Path) -> None:
    pages = {f"/{n}": Reply(article(n), ETag=f'"{n}"') for n in range(3)}
    pages["/3"] = Reply(article(3), Last_Modified="Sat, 01 Nov 2025 08:00:00 GMT")
    pages["/4"] = Reply(article(4))
    pages["/go"] = Reply(status=302, Location="/5")
    pages["/5"] = Reply(article(5), ETag='"5"')
    gone = {"/gone": Reply("gone", 404)}
    lists = {
        "/": Reply(listing(*pages, *gone) + "<a href='/list2'>下一页</a>", ETag='"list"'),
        "/list2": Reply(listing("/6")),
    }
    pages["/6"] = Reply(article(6))
    with serving("127.0.0.1", {**pages, **gone, **lists}) as server:
        web = WatchedWeb(seeds=one_site(server.base, seeds=f"[{{list: '{server.base}/', pages: 2}}]"))
        first = web.run(tmp_path)
        assert (first["articles"], len(server.conditional)) == (7, 0)
        server.seen.clear()
        server.pages["/1"] = Reply(article(1).replace("放水", "停水"), ETag='"new"')
        second = web.run(tmp_path)
        asked = [path for path in server.paths if path not in {"/robots.txt", "/.well-known/tdmrep.json"}]
        assert set(asked) == {"/", "/list2", *pages} - {"/go"}, "sub-lists too, though the list itself is the same"
        assert set(asked) == set(server.conditional)
        assert not {"/gone", "/go"} & set(asked), "what failed or has moved waits"
        assert (second["pages"], second["articles"], second["drops"]) == (1, 1, {})
    with Store.open(tmp_path / "job.db", create=False) as store:
        clipping = store.clippings.get(f"{server.base}/1")
        assert clipping
        assert (clipping.revision, clipping.article.title) == (2, "1号渠停水")
        assert [old.title for old in store.articles.revisions(clipping.article.id)] == ["1号渠放水", "1号渠停水"]


def test_what_is_archived_only_is_done_once_its_record_is_written(tmp_path: Path) -> None:
    pages = {f"/{n}": Reply(article(n)) for n in range(40)}
    with serving("127.0.0.1", {**pages, "/": Reply(listing(*pages))}, wait=0.01) as server:
        web = WatchedWeb(seeds=one_site(server.base))
        process = web.start(tmp_path, archive_only=True)
        while len(server.seen) < 25:
            time.sleep(0.01)
        process.kill()
        process.communicate()
        stored = done(tmp_path)
        server.seen.clear()
        assert web.run(tmp_path, archive_only=True)["articles"] == 0
        assert not [path for path in server.paths if server.base + path in stored]
    archived = {page.url for page in readers.read([str(tmp_path / "job.warc")]) if isinstance(page, Page)}
    assert archived == {server.base + path for path in pages}, "lists were only read for their links"
    with Store.open(tmp_path / "job.db", create=False) as store:
        assert store.crawl_state.counts() == {"archived": 40, "links": 1}


def test_cleaning_the_archive_gives_what_the_crawl_gave(undisturbed: tuple[Path, list[str]]) -> None:
    pages = list(readers.read([str(undisturbed[0] / "job.warc")]))
    results = list(joined(map(clean, (page for page in pages if isinstance(page, Page)))))
    crawled = final(undisturbed[0])
    assert {(one.id, one.title) for one in results if isinstance(one, Article)} == {one[:2] for one in crawled.articles}
    cleaned = {(one.url, one.reason) for one in results if isinstance(one, Drop) and one.reason != JOINED}
    assert cleaned == {(url, reason) for url, stage, reason in crawled.drops if stage != "fetch"}


def test_limits_leave_the_rest_in_the_queue(tmp_path: Path) -> None:
    pages = {f"/{n}": Reply(article(n)) for n in range(10)}
    with serving("127.0.0.1", {**pages, "/": Reply(listing(*pages))}) as server:
        web = WatchedWeb(seeds=one_site(server.base))
        for left in (6, 2, 0):
            web.run(tmp_path, archive_only=True, limit=4)
            with Store.open(tmp_path / "job.db", create=False) as store:
                assert store.crawl_state.counts().get("queued", 0) == left
        asked = [path for path in server.paths if path in pages]
    assert sorted(set(asked)) == sorted(pages)
    assert len(asked[:10]) == len(set(asked[:10])), "new ones before those that were read"


def moved(path: Path) -> set[str]:
    with Store.open(path / "job.db", create=False) as store:
        return {
            entry.detail for entry in store.crawl_state.find(stored_urls(store)).values() if entry.outcome == "moved"
        }


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "a/b", "1/", "-1/3", "1/0"])
def test_a_shard_is_written_from_one(text: str) -> None:
    with pytest.raises(UsageError, match="--shard 1/3"):
        SiteShard.parse(text)


def test_every_site_falls_to_one_machine_and_those_of_one_domain_to_the_same() -> None:
    job = parse_job(
        "job: a\ncontact: a@b.example\nsites:\n"
        + "".join(f"- {{id: s{n}, name: s, home: 'http://www.s{n}-example.org/'}}\n" for n in range(40))
        + "- {id: sub, name: s, home: 'http://news.s7-example.org/'}\n"
        + "- {id: feed, name: s, home: 'http://other-example.org/', seeds: [{feed: 'http://feeds.s7-example.org/f'}]}\n"
    )
    shares = [[site.id for site in SiteShard(number=n, of=4).of_job(job).sites] for n in (1, 2, 3, 4)]
    assert sorted([one for share in shares for one in share]) == sorted(site.id for site in job.sites)
    assert all(3 < len(share) < 20 for share in shares)
    assert any({"s7", "sub", "feed"} <= set(share) for share in shares)
    assert SiteShard().of_job(job) == job
