"""What leaves the store: who is chosen, what an increment says, which exports had an article; killed at any moment."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cleaners.dedup import clusters
from cleaners.errors import InputError, UsageError
from cleaners.export import in_script, record
from cleaners.export.run import ExportRequest, ExportResult, export
from cleaners.items import Article
from cleaners.store import FilterChoice, Selection, Store
from tests.test_store import FULL, article, match

ROOT = Path(__file__).resolve().parent.parent
DAY = datetime(2024, 1, 1, tzinfo=UTC)
Records = dict[str, dict[str, Any]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "jianbao.db") as opened:
        yield opened


def put(store: Store, n: int, text: str = "", **given: Any) -> int:
    given = {"published": DAY + timedelta(days=n % 5), "quality": 0.5 + n % 7 / 20} | given
    doc = store.articles.put(article(n, text, **given))
    assert doc
    return doc


def link(store: Store, a: int, b: int) -> None:
    """Two articles, by their ids, become copies of each other."""
    docs = [store.articles.doc(f"{n:016x}") for n in (a, b)]
    assert docs[0] and docs[1]
    with store.transaction():
        store.clusters.link(docs[0], docs[1], match(b), back=0.9)
        store.clusters.save(clusters.assign(store.clusters.around([d for d in docs if d])))


def remove(store: Store, *ids: int) -> None:
    with store.transaction():
        left = store.takedowns.remove([f"{n:016x}" for n in ids])
        docs = [doc for docs in left.values() for doc in docs]
        store.clusters.save(clusters.assign(store.clusters.around(docs)))
        store.takedowns.forward(left)


def run(store: Store, path: Path, **given: Any) -> tuple[ExportResult, list[dict[str, Any]]]:
    choice = given.pop("choice", FilterChoice())
    made = export(store, ExportRequest(target=str(path), form="jsonl", choice=choice, **given))
    return made, [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def ids(lines: list[dict[str, Any]]) -> list[int]:
    return [int(line["id"], 16) for line in lines]


def replay(state: Records, lines: list[dict[str, Any]]) -> None:
    """What a ingester of a corpus does with an increment."""
    for line in lines:
        change = line.pop("change")
        if change == "removed":
            del state[line["id"]]
        else:
            assert (line["id"] in state) == (change == "changed")
            state[line["id"]] = line


# Who is chosen


def test_an_export_is_the_store(store: Store, tmp_path: Path) -> None:
    store.articles.put(replace(FULL, opt_out=()))
    for n in range(1, 8):
        put(store, n)
    link(store, 2, 3)
    link(store, 3, 5)
    made, lines = run(store, tmp_path / "x.jsonl")
    expected = list(store.clippings.select())
    assert lines == [json.loads(json.dumps(record(clipping))) for clipping in expected]
    assert len(expected) == 6 and made.added == 6
    _, every = run(store, tmp_path / "y.jsonl", choice=FilterChoice(with_duplicates=True))
    assert every == [
        json.loads(json.dumps(record(clipping))) for clipping in store.clippings.select(with_duplicates=True)
    ]
    assert len(every) == 8
    traditional = run(store, tmp_path / "z.jsonl", script="traditional")[1]
    assert traditional == [json.loads(json.dumps(record(in_script(clipping, "traditional")))) for clipping in expected]


def test_filters_combine_and_the_best_copy_among_the_selected_stands_for_its_cluster(
    store: Store, tmp_path: Path
) -> None:
    put(store, 1, site="a.example", quality=0.5)
    put(store, 2, site="b.example", quality=0.9)
    put(store, 3, site="a.example", quality=0.7, regions=FULL.regions)
    put(store, 4, site="a.example", regions=FULL.regions, published=None)
    link(store, 1, 2)
    link(store, 1, 3)
    link(store, 2, 3)
    assert ids(run(store, tmp_path / "x", choice=FilterChoice())[1]) == [2, 4]
    a = Selection(site="a.example")
    assert ids(run(store, tmp_path / "x", choice=FilterChoice(selection=a))[1]) == [3, 4]
    both = Selection(site="a.example", region="萍乡", since=DAY)
    assert ids(run(store, tmp_path / "x", choice=FilterChoice(selection=both, with_duplicates=True))[1]) == [3]
    newest = FilterChoice(with_duplicates=True, newest_first=True, limit=3)
    assert ids(run(store, tmp_path / "x", choice=newest)[1]) == [3, 2, 1]


def test_opt_outs_stay_with_what_is_copied_from_them_and_are_counted(store: Store, tmp_path: Path) -> None:
    put(store, 1, published=DAY, opt_out=("meta:noai", "tdmrep"))
    put(store, 2, published=DAY + timedelta(days=9))  # copies the story of 1
    put(store, 3, published=DAY)
    put(store, 4, published=DAY + timedelta(days=9), opt_out=("meta:noai",))  # its story comes from 3
    put(store, 5)
    link(store, 1, 2)
    link(store, 3, 4)
    first = store.clippings.get(f"{2:016x}")
    assert first and first.cluster and first.cluster.earliest_url == "http://s.example/1"
    made, lines = run(store, tmp_path / "x", choice=FilterChoice(with_duplicates=True))
    assert sorted(ids(lines)) == [3, 5]
    assert (made.opt_outs.articles, made.opt_outs.copies, dict(made.opt_outs.signals)) == (
        2,
        1,
        {"meta:noai": 2, "tdmrep": 1},
    )
    made, lines = run(store, tmp_path / "x", choice=FilterChoice(with_duplicates=True, with_opt_outs=True))
    assert sorted(ids(lines)) == [1, 2, 3, 4, 5]
    assert (made.opt_outs.articles, made.opt_outs.copies) == (0, 0)


# Increments


def test_an_increment_says_what_came_changed_and_went(store: Store, tmp_path: Path) -> None:
    for n in range(1, 7):
        put(store, n, quality=0.5)
    _, lines = run(store, tmp_path / "full", name="corpus")
    assert ids(lines) == [5, 1, 6, 2, 3, 4] and "change" not in lines[0]
    assert run(store, tmp_path / "x", name="corpus", increment=True)[1] == []
    put(store, 7)
    put(store, 1, "换了说法。")  # a new revision
    store.articles.put(article(2, published=DAY + timedelta(days=2), quality=0.5, section="要闻"))  # refreshed in place
    store.articles.put(article(3, published=DAY + timedelta(days=3), quality=0.5, opt_out=("tdmrep",)))
    remove(store, 4)
    put(store, 8, quality=0.9)
    link(store, 5, 8)  # a better copy
    made, lines = run(store, tmp_path / "x", name="corpus", increment=True)
    assert (made.added, made.changed, made.removed) == (2, 2, 3)
    assert lines[:3] == [
        {"id": f"{3:016x}", "change": "removed", "removed": True, "reason": "opt-out", "replaced_by": None},
        {"id": f"{4:016x}", "change": "removed", "removed": True, "reason": "gone", "replaced_by": None},
        {"id": f"{5:016x}", "change": "removed", "removed": True, "reason": "replaced", "replaced_by": f"{8:016x}"},
    ]
    assert [(line["change"], int(line["id"], 16)) for line in lines[3:]] == [
        ("changed", 1),
        ("changed", 2),
        ("added", 7),
        ("added", 8),
    ]
    narrowed = FilterChoice(selection=Selection(since=DAY + timedelta(days=2)))
    _, lines = run(store, tmp_path / "x", name="corpus", increment=True, choice=narrowed)
    assert [(line["id"], line["reason"]) for line in lines] == [(f"{n:016x}", "filtered") for n in (1, 6)]
    _, lines = run(store, tmp_path / "x", name="corpus", increment=True, choice=narrowed, script="traditional")
    assert {line["change"] for line in lines} == {"changed"} and len(lines) == 3


def test_the_first_increment_of_a_name_has_everything(store: Store, tmp_path: Path) -> None:
    put(store, 1)
    _, lines = run(store, tmp_path / "x", name="new", increment=True)
    assert [line["change"] for line in lines] == ["added"]
    with pytest.raises(UsageError, match="limit"):
        run(store, tmp_path / "x", name="new", increment=True, choice=FilterChoice(limit=1))


def test_a_record_is_the_same_under_other_numbers_of_the_store(tmp_path: Path) -> None:
    """A merge gives texts, pairs and recipes other numbers: that alone changes no article of a series."""
    said: list[dict[str, bytes]] = []
    for name, order in (("one", (1, 2, 3)), ("two", (9, 1, 3, 2))):
        with Store.open(tmp_path / f"{name}.db") as store:
            for n in order:  # the recipe of 9 has the first number of the second store
                put(store, n, extractor=replace(FULL.extractor, recipe="other" if n == 9 else "r"))
            link(store, 1, 2)
            link(store, 1, 3)
            docs = [store.articles.doc(f"{n:016x}") for n in (2, 3)]
            turned = replace(match(3).evidence, numbers_differ=(("4", "3"),), here=(0.0, 1.0), there=(0.0, 0.4))
            evidence = match(3).evidence if name == "one" else turned
            a, b = docs if name == "one" else docs[::-1]
            assert a and b and a < b
            store.clusters.link(a, b, replace(match(0), evidence=evidence), back=0.9)
            run(store, tmp_path / "x", name="corpus", choice=FilterChoice(with_duplicates=True))
            rows = store.export_log._db.rows("SELECT id, state FROM exported WHERE id != ?", (f"{9:016x}",))
            said.append(dict(rows))
    assert len(said[0]) == 3 and said[0] == said[1]


def test_two_increments_of_a_series_at_once_do_not_bring_the_same_twice(store: Store, tmp_path: Path) -> None:
    put(store, 1)
    run(store, tmp_path / "x", name="corpus")
    put(store, 2)
    with Store.open(store.path) as slow:
        with slow.export_log.outgoing(FilterChoice(), name="corpus", increment=True) as outgoing:
            put(store, 3)
            run(store, tmp_path / "y", name="corpus", increment=True)
        with pytest.raises(InputError, match="another export of corpus was made meanwhile: export again"):
            slow.export_log.announce(outgoing, target="z", form="jsonl")


@pytest.mark.parametrize("seed", range(4))
def test_increments_add_up_to_the_full_export_of_the_day(store: Store, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    choice = FilterChoice(with_duplicates=seed == 3)
    state: Records = {}
    there: list[int] = []
    for _ in range(12):
        for _ in range(chance.randrange(6)):
            match chance.choice(["new", "new", "new", "revise", "refresh", "link", "remove"]):
                case "new":
                    there.append(len(there) + 1000 * seed + 1)
                    put(store, there[-1], opt_out=("tdmrep",) if chance.random() < 0.2 else ())
                case "revise" if there:
                    store.articles.put(article(chance.choice(there), f"改写{chance.random()}。", published=DAY))
                case "refresh" if there:
                    n = chance.choice(there)
                    store.articles.put(article(n, published=DAY, section=f"栏目{chance.random()}"))
                case "link" if len(there) > 1:
                    a, b = chance.sample(there, 2)
                    if all(store.articles.doc(f"{n:016x}") for n in (a, b)):
                        link(store, a, b)
                case "remove" if there:
                    remove(store, chance.choice(there))
        _, lines = run(store, tmp_path / "delta", name="corpus", increment=True, choice=choice)
        replay(state, lines)
        _, full = run(store, tmp_path / "full", choice=choice)
        assert sorted(state.values(), key=lambda line: str(line["id"])) == sorted(
            full, key=lambda line: str(line["id"])
        )


# What is noted


def test_a_series_says_where_it_stands(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for n in (1, 2, 3):
        put(store, n)
    run(store, tmp_path / "a", name="corpus")
    run(store, tmp_path / "b")
    remove(store, 1)
    run(store, tmp_path / "c", name="corpus", increment=True)
    monkeypatch.setattr(store.export_log, "confirm", lambda *_: None)
    run(store, tmp_path / "d", name="begun")
    begun, corpus = store.export_log.series()
    assert (begun.name, begun.articles, begun.exports, begun.last) == ("begun", 0, 0, None)
    assert (corpus.name, corpus.articles, corpus.exports) == ("corpus", 2, 2)
    assert corpus.last and corpus.last.target == str(tmp_path / "c")
    assert [made.number for made in store.export_log.all(2)] == [4, 3]


def test_an_article_knows_its_exports(store: Store, tmp_path: Path) -> None:
    for n in range(1, 4):
        put(store, n)
    run(store, tmp_path / "full", name="corpus")
    put(store, 1, "换了说法。")
    run(store, tmp_path / "delta", name="corpus", increment=True)
    run(store, tmp_path / "one", choice=FilterChoice(selection=Selection(since=DAY + timedelta(days=3))))
    found = store.export_log.containing([f"{n:016x}" for n in (1, 2, 3, 4)])
    names = {int(id_, 16): [Path(made.target).name for made in exports] for id_, exports in found.items()}
    assert names == {1: ["delta", "full"], 2: ["full"], 3: ["one", "full"]}
    delta, full = found[f"{1:016x}"]
    assert (full.name, full.format, full.added, full.complete) == ("corpus", "jsonl", 3, True)
    assert (delta.added, delta.changed, delta.removed) == (0, 1, 0)
    assert store.export_log.last("corpus") == delta
    assert [made.number for made in store.export_log.all()] == [3, 2, 1]


def test_what_was_not_confirmed_may_be_out_there_and_comes_again(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(store, 1)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(store.export_log, "confirm", killed)
        with pytest.raises(KeyboardInterrupt):
            run(store, tmp_path / "a", name="corpus", increment=True)
    assert (tmp_path / "a").exists()
    (lost,) = store.export_log.containing([f"{1:016x}"])[f"{1:016x}"]
    assert not lost.complete and store.export_log.last("corpus") is None
    run(store, tmp_path / "b", name="corpus", increment=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_what_is_taken_down_while_it_leaves_does_not_leave(tmp_path: Path) -> None:
    with Store.open(tmp_path / "s.db") as store, Store.open(tmp_path / "s.db") as other:
        put(store, 1)
        put(store, 2)
        with pytest.raises(InputError, match="taken down"):
            export(store, ExportRequest(target=str(tmp_path / "x"), form="jsonl"), lambda _: remove(other, 2))
    assert not (tmp_path / "x").exists()


def test_nothing_of_a_failed_export_is_kept(store: Store, tmp_path: Path) -> None:
    put(store, 1)

    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    for form in ("jsonl", "csv", "html", "epub", "rss", "parquet", "hf", "markdown"):
        if form in ("parquet", "hf"):
            pytest.importorskip("pyarrow")
        with pytest.raises(KeyboardInterrupt):
            export(
                store, ExportRequest(target=str(tmp_path / "x"), form=form, name="corpus", increment=True), interrupted
            )  # type: ignore[arg-type]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["jianbao.db", "jianbao.db-shm", "jianbao.db-wal"]
    assert store.export_log.all() == []


EXPORTING = textwrap.dedent("""
    import sys
    from cleaners.export.run import ExportRequest, export
    from cleaners.store import FilterChoice, Store
    with Store.open(sys.argv[1], create=False) as store:
        print("ready", flush=True)
        while True:
            for form, target in (("jsonl", "x.jsonl.gz"), ("hf", "folder")):
                export(store, ExportRequest(target=sys.argv[2] + "/" + target, form=form, name=form, increment=True))
                store._db.execute("DELETE FROM exported")
            for limit in (300, None):
                export(store, ExportRequest(target=sys.argv[2] + "/pages", form="markdown", choice=FilterChoice(limit=limit)))
""")


def killed_while_exporting(tmp_path: Path, moment: float) -> None:
    """Nothing half-written stands under the final name, and the same comes again."""
    path, out = tmp_path / "s.db", tmp_path / "out"
    (out / "pages").mkdir(parents=True)
    (out / "pages" / "mine.md").write_text("我的")
    with Store.open(path) as store, store.transaction():
        for n in range(1, 800):
            put(store, n, f"第{n}篇。" * 60)
    process = subprocess.Popen([sys.executable, "-c", EXPORTING, str(path), str(out)], cwd=ROOT, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    time.sleep(moment)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    with Store.open(path) as store:
        store._db.execute("DELETE FROM exported")
        for form, name in (("jsonl", "x.jsonl.gz"), ("hf", "folder")):
            export(store, ExportRequest(target=str(tmp_path / name), form=form, name=form, increment=True))  # type: ignore[arg-type]
            if (out / name).exists():
                assert contents(out / name) == contents(tmp_path / name)
            export(store, ExportRequest(target=str(out / name), form=form))  # type: ignore[arg-type]
        for folder in (out, tmp_path):
            made = export(store, ExportRequest(target=str(folder / "pages"), form="markdown"))
            assert made.tidied.kept == ()
    assert contents(out / "pages") == contents(tmp_path / "pages") | {"mine.md": "我的".encode()}
    assert sorted(path.name for path in out.iterdir()) == ["folder", "pages", "x.jsonl.gz"], (
        "what the dead left is removed"
    )


def contents(path: Path) -> dict[str, bytes]:
    files = [path] if path.is_file() else [one for one in sorted(path.rglob("*")) if one.is_file()]
    return {one.name: one.read_bytes() for one in files}


def test_killed_while_exporting(tmp_path: Path, chance: random.Random) -> None:
    pytest.importorskip("pyarrow")
    killed_while_exporting(tmp_path, chance.uniform(0.1, 1.0))


@pytest.mark.soak
@pytest.mark.parametrize("moment", range(20))
def test_killed_at_twenty_moments_of_exporting(tmp_path: Path, chance: random.Random, moment: int) -> None:
    pytest.importorskip("pyarrow")
    killed_while_exporting(tmp_path, moment * 0.05 + chance.uniform(0.0, 0.05))


def test_the_text_of_an_article_of_any_kind_leaves(store: Store, tmp_path: Path) -> None:
    odd = Article(id="1" * 16, origin="a\udce4.html", text="一半\udce4\u2028二\x00", title="\U0001f600 <b>&")
    store.articles.put(odd)
    _, (line,) = run(store, tmp_path / "x")
    kept = store.clippings.get("1" * 16)
    assert kept and line["text"] == kept.article.text and line["title"] == odd.title
