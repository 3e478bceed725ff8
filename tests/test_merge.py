"""Merging: two stores brought together are the store that saw everything, also after a kill, also twice."""

from __future__ import annotations

import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cleaners.errors import UsageError
from cleaners.export.run import ExportRequest, export
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Drop
from cleaners.maintenance import takedown
from cleaners.maintenance.doctor import examine
from cleaners.maintenance.merge import merge
from cleaners.store import FetchResult, FilterChoice, Selection, Store
from cleaners.store.crawl_state import DiscoveredUrl
from cleaners.urls import clipping_id
from cleaners.warc import read_back
from cleaners.warc.write import HttpExchange, WarcArchive, folder_of
from tests.test_ingester import ROOT, story

DAY = datetime(2024, 3, 1, 6, tzinfo=UTC)
NAMES = {"east": "东城日报", "west": "西城晚报"}


def article(site: str, number: int, text: str, hour: int, **more: object) -> Article:
    url = f"https://{site}.example/{number}.html"
    made: dict[str, object] = {
        "title": f"第{number}号消息", "site": site, "published": DAY + timedelta(hours=number), "source": NAMES["east"],
        "fetched_at": DAY + timedelta(hours=hour),
    }  # fmt: skip
    return Article(id=clipping_id(url, b""), origin=f"{site}-{number}.html", url=url, text=text, **(made | more))  # type: ignore[arg-type]


def corpus() -> list[Article]:
    """Stories of two sites in the order fetched: some reprinted by the other one, some changed later."""
    made = []
    for n in range(24):
        site, other = ("east", "west") if n % 2 else ("west", "east")
        text = story(n)
        made.append(article(site, n, text, 10 * n))
        if n % 3 == 0:
            made.append(article(other, 100 + n, "本报讯　" + text, 10 * n + 3))
        if n % 5 == 0:
            made.append(article(other, 200 + n, "\n".join(text.split("\n")[:4]), 10 * n + 5))
        if n % 7 == 0:
            made.append(article(site, n, text + f"\n{story(900 + n)[:60]}", 10 * n + 7))
    for site in ("east", "west"):  # a line that each site repeats
        made += [
            article(
                site, 300 + n, f"{story(300 + n + len(site + 'x') * (site == 'east'))}\n扫码关注{site}客户端", 400 + n
            )
            for n in range(9)
        ]
    return made


def drop(site: str) -> Drop:
    return Drop(origin=f"{site}-x.html", url=f"https://{site}.example/x", stage="extract", reason="empty")


def visit(one: Article) -> FetchResult:
    return FetchResult(url=one.url or "", site=one.site or "", at=one.fetched_at or DAY, outcome="article", detail=one.id,
                 digest=one.text.encode()[:16], found=(DiscoveredUrl(url=f"{one.url}?next", site=one.site or ""),))  # fmt: skip


def fill(path: Path, articles: Sequence[Article], sites: Sequence[str]) -> None:
    with Ingester(path, command="crawl x", publishers=NAMES) as ingester:
        for i in range(0, len(articles), 7):
            part = articles[i : i + 7]
            ingester.add(part, [visit(one) for one in part])
        ingester.add([drop(site) for site in sites])


def shards(folder: Path, made: Sequence[Article]) -> list[Path]:
    for site in ("east", "west"):
        fill(folder / f"{site}.db", [a for a in made if a.site == site], [site])
    return [folder / "east.db", folder / "west.db"]


def told(path: Path) -> dict[str, object]:
    """All that a store can be asked, without numbers that count arrivals."""
    with Store.open(path, create=False, readonly=True) as store:
        clippings = list(store.clippings.select(with_duplicates=True))
        ids = [one.article.id for one in clippings]
        clusters = {one.cluster.id: store.clusters.cluster(one.cluster.id) for one in clippings if one.cluster}
        docs = store.articles.ids([d for f in clusters.values() if f for d in f.members])
        stories = {
            key: (sorted(docs[d] for d in f.members), docs[f.canonical],
                  f.earliest and (docs[f.earliest.doc], f.earliest.confidence, f.earliest.evidence))
            for key, f in clusters.items() if f
        }  # fmt: skip
        ledger = store.crawl_state.find(
            [f"https://{s}.example/{n}.html{q}" for s in NAMES for n in range(400) for q in ("", "?next")]
        )
        return {
            "articles": {one.article.id: (one.article, one.revision, one.matches) for one in clippings},
            "clusters": stories,
            "revisions": {id_: store.articles.revisions(id_) for id_ in ids},
            "search": sorted(store.articles.ids(store.search.docs("合作社")).values()),
            "ledger": {key: replace(entry, number=0) for key, entry in ledger.items()},
            "queue": sorted(e.found.url for site in NAMES for e in store.crawl_state.unfinished(site)),
            "drops": store.runs.drops(),
            "lines": sorted((n.site, n.key, n.clusters) for n in store.learned.lines()),
            "pairs": store.learned.pairs(),
            "taken": sorted(stone.id for stone in store.tombstones.all()),
        }


@pytest.fixture(scope="module")
def made() -> list[Article]:
    return corpus()


@pytest.fixture(scope="module")
def one(made: list[Article], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store that saw everything."""
    path = tmp_path_factory.mktemp("one") / "one.db"
    fill(path, made, ["east", "west"])
    return path


@pytest.fixture(scope="module")
def parts(made: list[Article], tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """What each of two shards saw; to be read only."""
    return shards(tmp_path_factory.mktemp("parts"), made)


def test_two_shards_merged_are_the_store_that_saw_everything(
    one: Path, made: list[Article], parts: list[Path], tmp_path: Path
) -> None:
    out = tmp_path / "out.db"
    done = merge(parts, out)
    assert (done.stored, done.known, done.refused) == (len(made), 0, 0) and done.matched > 10
    expected = told(one)
    assert expected["clusters"] and expected["revisions"] and expected["lines"] and len(expected["drops"]) == 2
    got = told(out)
    for what, value in expected.items():
        assert got[what] == value, what
    with Store.open(out, readonly=True) as store:
        assert sorted(run.command for run in store.runs.runs()) == ["crawl x", "crawl x", "merge"]


def test_merged_twice_and_after_growth_nothing_is_doubled(
    one: Path, made: list[Article], parts: list[Path], tmp_path: Path
) -> None:
    early = [a for a in made if a.fetched_at and a.fetched_at < DAY + timedelta(hours=100)]
    out = tmp_path / "out.db"
    merge(shards(tmp_path, early), out)
    assert merge(parts, out).stored == len(made) - len(early)
    assert merge(parts, out).stored == 0
    expected, got = told(one), told(out)
    assert got == expected


def test_ids_of_clusters_still_lead_somewhere(made: list[Article], tmp_path: Path) -> None:
    text = story(0)
    copies = [
        article("east", 1, text, 5),
        article("east", 2, "本报讯　" + text, 6),
        article("west", 3, text + "（完）", 1),
    ]
    merge(shards(tmp_path, copies), tmp_path / "out.db")
    with Store.open(tmp_path / "east.db", readonly=True) as store:
        old = store.clusters.cluster_of(1).id
    with Store.open(tmp_path / "out.db", readonly=True) as store:
        assert old == copies[0].id != store.clusters.resolve(old) == copies[2].id
        assert len(store.clusters.members(old)) == 3


def test_raw_pages_come_along_and_are_found(tmp_path: Path) -> None:
    for number, site in enumerate(("east", "west")):
        path = tmp_path / f"{site}.db"
        archive = WarcArchive(folder_of(path), name="news-1", software="test")
        origin = archive.write(
            HttpExchange(url=f"https://{site}.example/1.html", status=200, body=site.encode(), fetched_at=DAY)
        )
        archive.close()
        for file in folder_of(path).iterdir():  # two machines may give the same name
            file.rename(file.with_name("news-1.warc.gz"))
        origin = f"{site}.warc/news-1.warc.gz#{origin.rpartition('#')[2]}"
        with Ingester(path) as ingester:
            ingester.add([replace(article(site, 1, story(number), number), origin=origin)])
    out = tmp_path / "elsewhere" / "out.db"
    out.parent.mkdir()
    for _ in range(2):
        merge([tmp_path / "east.db", tmp_path / "west.db"], out)
        assert len(list(folder_of(out).iterdir())) == 2
        with Store.open(out, readonly=True) as store:
            for site in ("east", "west"):
                found = store.clippings.get(f"https://{site}.example/1.html")
                assert found and found.article.origin.startswith("out.warc/news-1")
                assert read_back(found.article.origin, out).body == site.encode()


def test_what_was_taken_down_anywhere_is_taken_down(made: list[Article], tmp_path: Path) -> None:
    parts = shards(tmp_path, made)
    out = tmp_path / "out.db"
    merge([parts[1]], out)  # the merged store holds the reprint already
    gone = next(a for a in made if a.site == "west" and a.url and a.url.endswith("/6.html"))
    shutil.copy(parts[1], tmp_path / "colleague.db")  # who still has it, and gave it away
    parts.append(tmp_path / "colleague.db")
    for path, name in ((parts[1], "mine"), (parts[2], "theirs")):
        with Store.open(path) as store:
            export(store, ExportRequest(target=str(tmp_path / f"{name}.jsonl"), form="jsonl"))
    takedown.carry_out(parts[1], takedown.plan(parts[1], [gone.id]), "asked for")
    done = merge(parts, out)
    assert done.refused  # its reprint on the other site
    for _ in range(2):
        with Store.open(out, readonly=True) as store:
            assert store.clippings.get(gone.id) is None
            stone = store.tombstones.get(gone.id)
            assert stone and stone.done and stone.reason == "asked for"
            assert sorted(Path(line.partition(" ")[0]).stem for line in stone.exports) == ["mine", "theirs"]
            assert store.articles.texts(store.search.docs(gone.text[:12])) == {}
        assert merge(parts, out).stored == 0


def test_a_copy_that_was_left_when_another_was_taken_down_comes_along(tmp_path: Path) -> None:
    text = story(1)
    gone, left, later = (article(site, 1, text, hour) for site, hour in (("east", 1), ("west", 2), ("north", 3)))
    fill(tmp_path / "a.db", [gone, left], [])
    fill(tmp_path / "b.db", [later], [])
    takedown.carry_out(tmp_path / "a.db", takedown.plan(tmp_path / "a.db", [gone.id]), "asked for")
    merged = merge([tmp_path / "a.db", tmp_path / "b.db"], tmp_path / "out.db")
    assert (merged.stored, merged.refused) == (1, 1)
    with Store.open(tmp_path / "out.db", readonly=True) as store:
        assert store.articles.has([gone.id, left.id, later.id]) == {left.id}, (
            "nobody who took it down had kept the last"
        )


def test_exports_come_along_with_their_articles(made: list[Article], tmp_path: Path) -> None:
    parts = shards(tmp_path, made)
    for path in parts:
        with Store.open(path) as store:
            with store.export_log.outgoing(FilterChoice(), name="corpus") as outgoing:
                assert sum(portion.size for portion in outgoing.portions())
            store.export_log.confirm(
                store.export_log.announce(outgoing, target=f"{path.stem}.jsonl", form="jsonl"), outgoing
            )
    out = tmp_path / "out.db"
    for _ in range(2):
        merge(parts, out)
        with Store.open(out, readonly=True) as store:
            assert sorted(e.target for e in store.export_log.all()) == ["east.jsonl", "west.jsonl"]
            found = store.export_log.containing([made[0].id])
            assert [e.target for e in found[made[0].id]] == [f"{made[0].site}.jsonl"]
            assert [e.name for e in store.export_log.all()].count("corpus") == 1  # two series of one name stay apart


def test_an_export_of_some_articles_comes_along(tmp_path: Path) -> None:
    """Numbers 7 and 8: a set of them does not come in their order."""
    fill(tmp_path / "a.db", [article("east" if n < 6 else "west", n, story(n), n) for n in range(8)], [])
    with Store.open(tmp_path / "a.db") as store:
        west = FilterChoice(selection=Selection(site="west"))
        assert export(store, ExportRequest(target=str(tmp_path / "x.jsonl"), form="jsonl", choice=west)).added == 2
    merge([tmp_path / "a.db"], tmp_path / "out.db")
    with Store.open(tmp_path / "out.db", readonly=True) as store:
        ids = [clipping_id(f"https://west.example/{n}.html", b"") for n in (5, 6, 7)]
        assert [len(found) for found in store.export_log.containing(ids).values()] == [1, 1]


def test_a_series_that_went_on_after_a_merge_goes_on_from_there_after_the_next(
    made: list[Article], tmp_path: Path
) -> None:
    def left(path: Path, increment: bool = True) -> int:
        with Store.open(path) as store:
            order = ExportRequest(target=str(tmp_path / "x.jsonl"), form="jsonl", name="corpus", increment=increment)
            done = export(store, order)
            return done.added + done.changed + done.removed

    east, out = tmp_path / "east.db", tmp_path / "out.db"
    articles = [a for a in made if a.site == "east"]
    fill(east, articles[:8], [])
    assert left(east, increment=False)
    merge([east], out)
    fill(east, articles[8:16], [])
    assert left(east)
    merge([east], out)
    assert left(out) == 0, "what has left already, from the other store, does not leave once more"
    fill(east, articles[16:], [])
    assert left(east)
    merge([east], out)
    assert left(out), "this store has gone on with the series by itself: what its own has not is new to it"


def test_a_merge_into_itself_or_of_one_store_twice_is_refused(tmp_path: Path) -> None:
    Store.open(tmp_path / "a.db").close()
    for stores in ([tmp_path / "a.db"], [tmp_path / "b.db", tmp_path / "b.db"]):
        with pytest.raises(UsageError, match=r"name (it only|each)"):
            merge(stores, tmp_path / "a.db")
    with pytest.raises(UsageError, match="no store at"):
        merge([tmp_path / "none.db"], tmp_path / "out.db")


_MERGE = """
import sys
from pathlib import Path
from cleaners.maintenance import merge
merge._BATCH = 3
print("ready", flush=True)
merge.merge([Path(p) for p in sys.argv[2:]], Path(sys.argv[1]))
"""


def _killed(parts: Sequence[Path], out: Path, enough: Callable[[], bool]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", _MERGE, str(out), *map(str, parts)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert process.stdout
    process.stdout.readline()
    while process.poll() is None and not enough():
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()


def _stored(out: Path) -> int:
    try:
        with sqlite3.connect(f"file:{out}?mode=ro", uri=True) as raw:
            return int(raw.execute("SELECT count(*) FROM articles").fetchone()[0])
    except sqlite3.Error:
        return 0


def _killed_and_begun_again(one: Path, parts: Sequence[Path], out: Path, after: int) -> None:
    _killed(parts, out, lambda: _stored(out) > after)
    assert _stored(out) > after
    assert not [problem for finding in examine(out) for problem in finding.problems]
    merge(parts, out)
    assert told(out) == told(one)
    assert not [problem for finding in examine(out, sample=None) for problem in finding.problems]


@pytest.mark.parametrize("after", [0, 12, 40])
def test_killed_in_the_middle_and_begun_again(one: Path, parts: list[Path], tmp_path: Path, after: int) -> None:
    _killed_and_begun_again(one, parts, tmp_path / "out.db", after)


@pytest.mark.soak
@pytest.mark.parametrize("after", range(0, 40, 2))
def test_killed_at_twenty_moments(one: Path, parts: list[Path], tmp_path: Path, after: int) -> None:
    _killed_and_begun_again(one, parts, tmp_path / "out.db", after)
