"""Keeping: matched, grouped and stored in one transaction, found again after any kind of ending."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cleaners.dedup import match
from cleaners.dedup.index.segments import SegmentIndex, SegmentManifest
from cleaners.errors import UnwritableError
from cleaners.export.run import ExportRequest, export
from cleaners.ingest import matching
from cleaners.ingest.ingester import WINDOW, Ingester
from cleaners.ingest.match_index import MANIFEST, index_folder
from cleaners.items import Article, Drop
from cleaners.maintenance import doctor
from cleaners.store import Store

ROOT = Path(__file__).resolve().parent.parent
PLACES = ["喀什", "阿克苏", "和田", "伊宁", "库尔勒", "萍乡", "芦溪", "湘东", "莲花", "上栗"]
THINGS = ["棉花", "苹果", "电瓷", "辣椒", "核桃", "光伏玻璃", "烟花", "锂电池", "葡萄干", "驼奶"]
DOINGS = ["产量创下新高", "首次出口海外", "换上了智能装备", "建起了合作社", "赢得了采购商的订单", "用上了节水技术"]


def story(number: int) -> str:
    """A text of about 400 characters that is like no other."""
    rng = random.Random(number)
    lines = []
    for _ in range(6):
        place, thing, doing = rng.choice(PLACES), rng.choice(THINGS), rng.choice(DOINGS)
        figures = [rng.randrange(1000, 99999) for _ in range(3)]
        words = "".join(chr(rng.randrange(0x4E00, 0x9000)) for _ in range(30))
        lines.append(
            f"{place}的{thing}{doing}，今年达到{figures[0]}吨，比上年多{figures[1]}吨，{words}，涉及{figures[2]}户。"
        )
    return "\n".join(lines)


def article(key: str, text: str, **more: object) -> Article:
    return Article(id=f"{key:0>16}"[:16], origin=f"{key}.html", text=text, title=f"题目{key}", **more)  # type: ignore[arg-type]


def clusters(path: Path) -> set[frozenset[str]]:
    with Store.open(path, create=False, readonly=True) as store:
        found: dict[str, set[str]] = {}
        for one in store.clippings.select(with_duplicates=True):
            assert one.cluster
            found.setdefault(one.cluster.id, set()).add(one.article.id)
    return {frozenset(ids) for ids in found.values()}


def corpus(n: int) -> list[Article]:
    """Stories, each third one with a whole copy and a cut copy, in a fixed mixed order."""
    made = []
    for i in range(n):
        text = story(i)
        made.append(article(f"a{i}", text))
        if i % 3 == 0:
            made.append(article(f"b{i}", "本网讯 " + text))
            made.append(article(f"c{i}", "\n".join(text.split("\n")[:4])))
    random.Random(1).shuffle(made)
    return made


def test_copies_join_their_story_and_the_same_again_adds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    made = corpus(30)
    with Ingester(path) as ingester:
        first = ingester.add(made)
    with Ingester(path) as ingester:
        again = ingester.add(made)
    assert (first.stored, first.known) == (50, 0)
    assert (again.stored, again.known, again.matched) == (0, 50, 0)
    assert sorted(len(f) for f in clusters(path)) == [1] * 20 + [3] * 10


def test_the_way_into_batches_and_reopening_do_not_change_the_clusters(tmp_path: Path) -> None:
    made = corpus(30)
    with Ingester(tmp_path / "one.db") as ingester:
        ingester.add(made)
    for start in range(0, 50, 7):
        with Ingester(tmp_path / "many.db") as ingester:
            ingester.add(made[start : start + 7])
    assert clusters(tmp_path / "one.db") == clusters(tmp_path / "many.db")


def test_the_recipe_of_matching_is_noted_with_what_it_matched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        ingester.add([article("a", story(1)), article("b", story(2))])
    monkeypatch.setattr(matching, "matching_recipe", lambda: "of a later version")
    for number in (3, 4):
        with Ingester(path) as ingester:
            ingester.add([article(f"c{number}", story(number))])
    with Store.open(path, create=False, readonly=True) as store:
        assert store.settings.matched_by() == (match.matching_recipe(), "of a later version")
        assert store.statistics().matched_by == {match.matching_recipe(): 2, "of a later version": 2}
        export(store, ExportRequest(target=str(tmp_path / "hub"), form="hf", note=False))
    assert "- of a later version" in (tmp_path / "hub" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("order", range(4))
def test_the_order_of_arrival_does_not_change_the_clusters(tmp_path: Path, order: int) -> None:
    parts = [story(n).split("\n") for n in range(200, 203)]
    digest = article("digest", "一周要闻\n" + "\n".join(line for lines in parts for line in lines[:4]))
    made = [*corpus(9), digest, *(article(f"part{n}", "\n".join(lines)) for n, lines in enumerate(parts))]
    with Ingester(tmp_path / "given.db") as ingester:
        ingester.add(made)
    random.Random(order).shuffle(made)
    with Ingester(tmp_path / "shuffled.db") as ingester:
        for start in range(0, len(made), 5 + order):
            ingester.add(made[start : start + 5 + order])
    assert clusters(tmp_path / "given.db") == clusters(tmp_path / "shuffled.db")
    assert frozenset({digest.id}) in clusters(tmp_path / "given.db")


@pytest.mark.parametrize("damage", ["gone", "cut", "empty"])
def test_the_match_index_is_disposable(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "s.db"
    made = corpus(12)
    with Ingester(path) as ingester:
        ingester.add(made)
    folder = index_folder(path)
    if damage == "gone":
        shutil.rmtree(folder)
    else:
        for file in folder.iterdir():
            file.write_bytes(b"" if damage == "empty" else file.read_bytes()[:-4])
    with Ingester(path) as ingester:
        kept = ingester.add([article("later", "转载：\n" + story(5))])
    assert kept.matched == 1


def test_copies_of_what_is_there_do_not_swell_the_match_index(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        ingester.add([article("first", story(1))])
        ingester.add([article(f"copy{n}", story(1)) for n in range(50)])
    size = sum(file.stat().st_size for file in index_folder(path).iterdir())
    with Ingester(tmp_path / "single.db") as ingester:
        ingester.add([article("first", story(1))])
    assert size == sum(file.stat().st_size for file in index_folder(tmp_path / "single.db").iterdir())
    assert [len(f) for f in clusters(path)] == [51]


def test_a_batch_that_fails_leaves_no_trace_and_the_next_one_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        ingester.add([article("a", story(1))])

        def fail(*args: object) -> None:
            raise RuntimeError("planted")

        with monkeypatch.context() as patch:
            patch.setattr(ingester.store.clusters, "save", fail)
            with pytest.raises(RuntimeError, match="planted"):
                ingester.add(
                    [article("b", story(2)), article("c", story(1)), Drop(origin="x", stage="read", reason="r")]
                )
        assert ingester.add([article("d", story(2))]).matched == 0, "b was never kept"
        assert ingester.add([article("e", story(1))]).matched == 1
    assert clusters(path) == {frozenset({article("a", "").id, article("e", "").id}), frozenset({article("d", "").id})}


def test_a_batch_that_was_taken_back_is_in_no_manifest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingester = Ingester(tmp_path / "s.db")
    ingester.add([article("a", story(1))])

    def interrupt(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(SegmentIndex, "full", True)
        patch.setattr(ingester.store.manifests, "put", interrupt)  # when the index has taken the batch in
        patch.setattr(ingester.store.manifests, "get", interrupt)  # Ctrl-C again, while that is set right
        with pytest.raises(KeyboardInterrupt):
            ingester.add([article("b", story(2))])
    ingester.close("interrupted")
    with Store.open(tmp_path / "s.db", create=False, readonly=True) as store:
        saved = store.manifests.get(MANIFEST)
        assert saved is None or SegmentManifest.from_json(saved.decode()).last <= 1


def test_a_keeper_that_cannot_close_well_lets_the_store_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ingester = Ingester(tmp_path / "s.db")
    ingester.add([article("a", story(1))])

    def full(*args: object) -> None:
        raise UnwritableError("no room")

    monkeypatch.setattr(SegmentIndex, "flush", full)
    with pytest.raises(UnwritableError):
        ingester.close()
    assert not ingester._turn.is_locked


def test_a_changed_page_is_a_revision_and_the_old_text_matches_no_more(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        ingester.add([article("a", story(1))])
        ingester.add([article("a", story(2))])
        assert ingester.add([article("b", story(1))]).matched == 0
        assert ingester.add([article("c", story(2))]).matched == 1


def test_a_changed_page_keeps_its_copies_though_the_index_knew_them_by_its_old_text(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    edited = story(1).replace("今年", "去年") + "\n编辑后来补充了一段话。"
    with Ingester(path) as ingester:
        ingester.add([article("a", story(1))])
        ingester.add([article("b", story(1))])
    with Ingester(path) as ingester:
        assert ingester.add([article("a", edited)]).matched == 1
        assert ingester.add([article("b", edited)]).matched == 1, "now both were superseded"
        assert ingester.add([article("c", "转载 " + story(1))]).matched == 1
    assert [len(f) for f in clusters(path)] == [3]


def test_a_page_that_becomes_another_article_leaves_its_copies_together(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    with Ingester(path) as ingester:
        for name, text in (("a", story(1)), ("b", story(1)), ("c", "转载 " + story(1))):
            ingester.add([article(name, text)])
        ingester.add([article("a", story(2))])
    assert sorted(len(f) for f in clusters(path)) == [1, 2]


SPINS = {"提高": "进步", "发展": "成长", "技术": "技能", "建设": "培植", "产业": "家当", "设备": "装备", "工人": "工人们",
         "企业": "厂商", "生产": "临盆", "公司": "株式会社", "优势": "上风", "战略": "计策", "工作": "事情", "重要": "主要"}  # fmt: skip
PLAIN = """县里的产业园今年加快建设，三家企业的生产设备全部更新，自动化技术让产量提高了四成。公司负责人说，发展电瓷产业是全县的战略。
工人的工作环境也变了样。车间里的设备由电脑控制，生产线上的技术人员只需查看数据。企业还和大学一起建设实验室，提高产品的技术优势。
当地把这个产业当作重要的发展方向，计划三年内再建设两个园区，引进二十家企业，让优势产业的生产规模再提高一倍，公司总数达到六十家。"""


def test_the_id_of_a_cluster_is_not_given_to_another_one_while_it_leads_to_the_first(tmp_path: Path) -> None:
    first, other = story(1), story(2)
    with Ingester(tmp_path / "s.db") as ingester:
        for one in (article("a", first), article("b", "本报讯 " + first), article("c", first + "\n（完）"),
                    article("a", other), article("d", "本报讯 " + other)):  # fmt: skip
            ingester.add([one])
        a, b, c, d = (article(key, "").id for key in "abcd")

        def named(id_: str) -> tuple[str, set[str]]:
            doc = ingester.store.articles.doc(id_)
            assert doc is not None
            cluster = ingester.store.clusters.cluster_of(doc).id
            return cluster, {one.article.id for one in ingester.store.clippings.cluster(cluster)}

        assert named(b) == (b, {b, c})
        assert named(a) == (d, {a, d}), "a led to the first cluster, and still does"
        assert ingester.store.clusters.resolve(a) == b
        ingester.add([article("e", other + "\n（完）")])  # decided anew it keeps its name
        assert named(a)[0] == d and ingester.store.clusters.resolve(a) == b
        ingester.add([article("a", "快讯　" + first)])  # back again
        assert named(a) == (a, {a, b, c}) and ingester.store.clusters.resolve(b) == a
        assert named(d)[1] == {d, article("e", "").id}


def test_what_a_taken_down_copy_held_together_is_linked_within_the_window_only(tmp_path: Path) -> None:
    from cleaners.maintenance import takedown

    path = tmp_path / "s.db"
    with Store.open(path) as store:
        store.settings.put(WINDOW, "90d")
    days = {key: datetime(2024, month, 1, tzinfo=UTC) for key, month in (("a", 3), ("b", 1), ("c", 5), ("d", 6))}
    texts = {"a": story(1), "b": "本报讯 " + story(1), "c": story(1) + "\n（完）", "d": "转载：" + story(1)}
    with Ingester(path) as ingester:
        for key, day in days.items():
            ingester.add([article(key, texts[key], published=day)])
    assert [len(cluster) for cluster in clusters(path)] == [4]
    takedown.take_down(path, [article("a", "").id], "asked for")
    assert sorted(map(len, clusters(path))) == [1, 2], "January and May are further apart"


def test_a_spun_copy_is_flagged_by_its_original_whichever_came_first(tmp_path: Path) -> None:
    spun = PLAIN
    for plain, odd in SPINS.items():
        spun = spun.replace(plain, odd)
    for name, order in {"original first": (PLAIN, spun), "copy first": (spun, PLAIN)}.items():
        path = tmp_path / f"{name}.db"
        pages = [article("p" if text == PLAIN else "q", text) for text in order]
        with Ingester(path) as ingester:
            for page in pages:
                ingester.add([page])
            ingester.add(pages)  # the same pages again: the flag stays
            flagged = {a.id: a.disguises for p in pages if (a := ingester.store.clippings.get(p.id).article)}  # type: ignore[union-attr]
            cluster = ingester.store.clippings.cluster(pages[0].id)
            learned = {(pair.spun, pair.plain) for pair in ingester.store.learned.pairs()}
        assert flagged == {article("p", "").id: (), article("q", "").id: ("spun",)}, name
        assert [one.article.id for one in cluster if one.cluster and one.cluster.is_canonical] == [article("p", "").id]
        assert ("家当", "产业") in learned


def test_a_spun_copy_that_changes_within_its_batch_is_no_trouble(tmp_path: Path) -> None:
    spun = PLAIN
    for plain, odd in SPINS.items():
        spun = spun.replace(plain, odd)
    with Ingester(tmp_path / "s.db") as ingester:
        ingester.add([article("p", PLAIN)])
        assert ingester.add([article("q", spun), article("q", story(1))]).stored == 2
        assert ingester.add([article("r", spun)]).matched == 1


def test_batches_of_any_size_give_the_same_matches_and_best_copies(tmp_path: Path) -> None:
    made = corpus(12) + [article(f"d{n}", story(n) + "\n完") for n in range(0, 12, 2)]
    seen = []
    for size in (1, 4, 100):
        path = tmp_path / f"{size}.db"
        for i in range(0, len(made), size):
            with Ingester(path) as ingester:
                ingester.add(made[i : i + size])
        with Store.open(path, readonly=True) as store:
            seen.append([(c.article.id, c.matches, c.cluster) for c in store.clippings.select(with_duplicates=True)])
    assert seen[0] == seen[1] == seen[2]


KILLED = """
import sys
from pathlib import Path
sys.path[:0] = [{root!r}, {root!r} + "/tests"]
from test_ingester import corpus
from cleaners.ingest.ingester import Ingester
made = corpus(60)
with Ingester(Path(sys.argv[1])) as ingester:
    print("ready", flush=True)
    for start in range(0, len(made), 4):
        ingester.add(made[start:start + 4])
        print(start + 4, flush=True)
"""


def killed_run(path: Path, after: int) -> int:
    """Keep the corpus in another process, kill -9 it somewhere after ``after`` articles; returns what was reported."""
    process = subprocess.Popen([sys.executable, "-c", KILLED.format(root=str(ROOT)), str(path)], stdout=subprocess.PIPE)
    assert process.stdout
    reported = 0
    for line in process.stdout:
        reported = int(line) if line.strip().isdigit() else 0
        if reported >= after:
            time.sleep(random.Random(after).random() * 0.05)
            os.kill(process.pid, signal.SIGKILL)
            break
    rest = process.stdout.read().split()
    process.wait()
    return max([reported, *(int(n) for n in rest if n.isdigit())])


def run_killed_and_resumed(tmp_path: Path, after: int) -> None:
    made = corpus(60)
    with Ingester(tmp_path / "whole.db") as ingester:
        for start in range(0, len(made), 4):
            ingester.add(made[start : start + 4])
    path = tmp_path / f"killed{after}.db"
    reported = killed_run(path, after)
    with Store.open(path, create=False, readonly=True) as store:
        there = store.articles.has([a.id for a in made])
    assert not [one for one in doctor.examine(path, sample=None) if one.problems]
    assert {a.id for a in made[:reported]} <= there, "what was reported as kept is kept"
    with Ingester(path) as ingester:
        for start in range(0, len(made), 4):
            ingester.add(made[start : start + 4])
    assert clusters(path) == clusters(tmp_path / "whole.db")


@pytest.mark.parametrize("after", [0, 20, 70])
def test_killed_in_the_middle_and_started_again_gives_the_same_clusters(tmp_path: Path, after: int) -> None:
    run_killed_and_resumed(tmp_path, after)


@pytest.mark.soak
@pytest.mark.parametrize("after", range(0, 96, 5))
def test_killed_at_twenty_moments(tmp_path: Path, after: int) -> None:
    run_killed_and_resumed(tmp_path, after)
