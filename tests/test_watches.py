"""Watches: what was stored is judged once, a story is told once, files say what is true."""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta
from pathlib import Path

import feedparser
import pytest
from markdown_it import MarkdownIt
from typer.testing import CliRunner

from cleaners.config import WatchFile
from cleaners.errors import SeedFileError, UsageError
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article, Region
from cleaners.maintenance import takedown
from cleaners.store import Notice, Store, WatchIssue
from crawler.cli import app
from crawler.cli.watch import beside
from crawler.jobs.scheduler import crawling, watching
from crawler.notify.channel import ChannelPlugin
from crawler.notify.run import DeliveryResult, load, preview, run_watches
from tests.test_ingester import article, story

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LATER = "watches:\n  - {id: later, every: weekly mon 08:00, channels: [{document: '{issue}.md'}]}\n"
PLAIN = "watches:\n  - id: all\n    channels:\n      - rss: all.xml\n        updates: yes\n"


def watches(folder: Path, text: str = PLAIN) -> WatchFile:
    (folder / "watches.yaml").write_text(text, encoding="utf-8")
    return load(folder / "watches.yaml")


def keep(store: Path, *articles: Article) -> None:
    with Ingester(store) as ingester:
        ingester.add(articles)


def run(file: WatchFile, store: Path, **given: datetime) -> list[DeliveryResult]:
    return run_watches(file, store, **{"now": datetime.now(UTC), **given})  # type: ignore[arg-type]


def notices(store: Path, watch: str = "all") -> list[tuple[str, str]]:
    """(kind, id of the article) of all that was issued, in order."""
    with Store.open(store, create=False) as opened:
        last = opened.watch_log.last_issue(watch)
        every = range(1, last.number + 1 if last else 1)
        found: list[Notice] = []
        for number in every:
            found += opened.watch_log.notices_of(WatchIssue(watch=watch, number=number, at=NOW))
    return [(one.kind, one.detail) for one in found]


def told_of(file: WatchFile, store: Path, watch: int = 0, **given: datetime) -> list[str]:
    """The headlines that a watch would tell now."""
    found = preview(file, store, **{"now": datetime.now(UTC), **given})  # type: ignore[arg-type]
    return [entry.title for entry in found[watch].entries]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "news.db"


def test_a_story_is_told_once_and_its_copies_are_updates(tmp_path: Path, store: Path) -> None:
    file = watches(tmp_path)
    keep(store, article("a1", story(1), source="昆玉日报"), article("b1", story(2)))
    assert {one.told for one in run(file, store)} == {2}
    keep(store, article("a2", story(1)), article("c1", story(3)))
    assert {one.told for one in run(file, store)} == {2}, "a story and an update"
    assert run(file, store) == [], "nobody was told anything"
    ids = {name: f"{name:0>16}" for name in ("a1", "a2", "b1", "c1")}
    assert notices(store) == [
        ("story", ids["a1"]), ("story", ids["b1"]), ("copy", ids["a2"]), ("story", ids["c1"]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("language", "line"), [("zh-CN", "共 5 份，最早 昆玉日报 "), ("en", "5 copies, first 昆玉日报 ")]
)
def test_copies_of_one_batch_stand_in_the_line_of_their_story(
    tmp_path: Path, store: Path, language: str, line: str
) -> None:
    file = watches(tmp_path, f"language: {language}\n{PLAIN}")
    at = datetime(2026, 12, 1, 9, 50).astimezone()
    first = article("a1", story(1), source="昆玉日报", published=at)
    keep(store, first, *(article(f"a{n}", story(1), published=at + timedelta(hours=n)) for n in range(2, 6)))
    [contents] = preview(file, store, now=datetime.now(UTC))
    assert [entry.title for entry in contents.entries] == ["题目a1"]
    assert contents.entries[0].line.startswith(line)
    assert len(contents.entries[0].story.copies) == 5  # type: ignore[union-attr]
    run(file, store)
    assert len(feedparser.parse((tmp_path / "all.xml").read_bytes()).entries) == 1, "also where updates are told"


def test_a_site_is_called_by_its_name_and_a_page_without_a_date_by_when_it_came(tmp_path: Path, store: Path) -> None:
    fetched = datetime(2026, 12, 1, 9, 50, tzinfo=UTC)
    with Ingester(store, publishers={"youzhou": "攸州新闻网"}) as ingester:
        ingester.add([article("a1", story(1), site="youzhou", fetched_at=fetched)])
    [contents] = preview(watches(tmp_path), store, now=datetime.now(UTC))
    assert re.fullmatch("攸州新闻网 (12-01 )?17:50 抓到", contents.entries[0].line)


def test_clusters_that_are_joined_later_stay_two_lines_and_a_taken_down_first_copy_keeps_its_line(
    tmp_path: Path, store: Path
) -> None:
    file = watches(tmp_path)
    keep(store, article("a1", story(1)))
    run(file, store)
    keep(store, article("a2", story(1)))
    run(file, store)
    takedown.take_down(store, [f"{'a1':0>16}"], "asked")
    run(file, store)
    keep(
        store, article("a3", story(1) + "\n补记一句，与前文无关的话也写在这里。")
    )  # matches what was taken down: dropped
    run(file, store)
    assert [kind for kind, _ in notices(store)] == ["story", "copy", "takedown"]


def test_a_takedown_says_whom_the_story_was_told(tmp_path: Path, store: Path) -> None:
    file = watches(tmp_path, PLAIN + "      - document: 'all-{issue}.md'\n")
    keep(store, article("a1", story(1)))
    run(file, store)
    keep(store, article("b1", story(2)))
    planned = takedown.plan(store, [f"{'a1':0>16}", f"{'b1':0>16}"])
    assert [[watch for watch, _ in one.told] for one in planned.targets] == [["all"], []]
    assert "all-{issue}.md" in planned.targets[0].told[0][1]


def test_what_was_taken_down_leaves_the_feed(tmp_path: Path, store: Path) -> None:
    file = watches(tmp_path, PLAIN.replace("        updates: yes\n", ""))
    keep(store, article("a1", story(1)), article("b1", story(2)))
    run(file, store)
    assert "题目a1" in (tmp_path / "all.xml").read_text(encoding="utf-8")
    takedown.take_down(store, [f"{'a1':0>16}"], "asked")
    run(file, store)
    text = (tmp_path / "all.xml").read_text(encoding="utf-8")
    assert "题目a1" not in text
    assert story(1)[:10] not in text
    assert "题目b1" in text


def test_a_changed_page_is_an_update_and_a_page_cleaned_anew_is_none(tmp_path: Path, store: Path) -> None:
    file = watches(tmp_path)
    early, late = NOW, NOW + timedelta(hours=5)
    keep(store, article("a1", story(1), fetched_at=early))
    run(file, store)
    keep(store, article("a1", story(1) + "\n更正：数字有误。", fetched_at=early))  # as `reclean` gives it
    run(file, store)
    keep(store, article("a1", story(4), fetched_at=late))
    run(file, store)
    assert [kind for kind, _ in notices(store)] == ["story", "revision"]


def test_what_is_found_by_each_filter(tmp_path: Path, store: Path) -> None:
    keep(
        store,
        article("a1", "喀什的棉花今年丰收。" + story(1), site="kashi", source="喀什日报", published=NOW, confidence=0.9,
                regions=(Region(name="新疆/喀什", code="653100", count=2),)),
        article("b1", "萍乡的电瓷出口增长。" + story(2), site="pingxiang", published=NOW - timedelta(days=400)),
        article("c1", story(3), site="kashi", regions=(Region(name="江西/萍乡", code="360300", count=1),)),
    )  # fmt: skip
    asked = {
        "query: 棉花今年丰收": ["题目a1"],
        "query: 電瓷 OR 棉花今年": ["题目a1", "题目b1"],
        "regions: [新疆]": ["题目a1"],
        "regions: [新疆/喀什, 江西]": ["题目a1", "题目c1"],
        "sites: [kashi]": ["题目a1", "题目c1"],
        "sources: [喀什日报, 别的]": ["题目a1"],
        "min_confidence: 0.5": ["题目a1"],
        "since: 2026-01-01": ["题目a1"],
        "until: 2026-01-01": ["题目b1"],
        "max_age: 30": ["题目a1"],
        "min_copies: 2": [],
    }
    text = "watches:\n" + "".join(
        f"  - id: w{n}\n    {line}\n    channels: [{{rss: {n}.xml}}]\n" for n, line in enumerate(asked)
    )
    file = watches(tmp_path, text)
    found = preview(file, store, now=NOW, since=datetime(2000, 1, 1, tzinfo=UTC))
    assert {line: sorted(e.title for e in one.entries) for line, one in zip(asked, found, strict=True)} == asked


def test_a_story_that_waits_for_copies_is_told_with_the_last_one(tmp_path: Path, store: Path) -> None:
    file = watches(tmp_path, PLAIN + "    min_copies: 3\n")
    for n in range(1, 5):
        keep(store, article(f"a{n}", story(1)))
        run(file, store)
    run(file, store, since=datetime(2000, 1, 1, tzinfo=UTC))
    assert notices(store) == [("story", f"{'a3':0>16}"), ("copy", f"{'a4':0>16}")]


def test_a_changed_query_is_judged_again_only_when_asked(tmp_path: Path, store: Path) -> None:
    keep(store, article("a1", "棉花丰收。" + story(1)), article("b1", "苹果上市。" + story(2)))
    file = watches(tmp_path, PLAIN + "    query: 棉花丰收\n")
    run(file, store)
    file = watches(tmp_path, PLAIN + "    query: 棉花丰收 OR 苹果上市\n")
    assert told_of(file, store) == []
    assert told_of(file, store, since=datetime(2000, 1, 1, tzinfo=UTC)) == ["题目b1"]
    assert told_of(file, store) == []  # nothing was kept of the look


def test_a_digest_comes_when_it_is_due_and_once(tmp_path: Path, store: Path) -> None:
    text = "watches:\n  - id: all\n    every: daily 18:00\n    channels: [{document: 'd/{date}.md'}]\n"
    file = watches(tmp_path, text)
    keep(store, article("a1", story(1)))
    noon = datetime.now(UTC).astimezone(file.zone).replace(hour=12, minute=0)
    for hours in (0, 5):
        run(file, store, now=noon + timedelta(hours=hours))
    assert not (tmp_path / "d").exists()
    for hours in (6.01, 7, 20):
        run(file, store, now=noon + timedelta(hours=hours))
    [document] = (tmp_path / "d").iterdir()
    assert document.name == f"{noon:%Y-%m-%d}.md"
    assert "题目a1" in document.read_text(encoding="utf-8")
    keep(store, article("b1", story(2)))
    run(file, store, now=noon + timedelta(hours=50))  # a day was missed: one issue tells both
    assert len(list((tmp_path / "d").iterdir())) == 2


@pytest.mark.parametrize(
    ("every", "now", "due"),
    [
        ("daily 18:00", "2026-12-01T18:00", "2026-12-01T18:00"),
        ("daily 18:00", "2026-12-01T17:59", "2026-11-30T18:00"),
        ("weekly mon 08:00", "2026-12-01T07:00", "2026-11-30T08:00"),
        ("weekly mon 08:00", "2026-11-30T07:59", "2026-11-23T08:00"),
        ("arrival", "2026-12-01T07:00", "2026-12-01T07:00"),
    ],
)
def test_when_an_issue_is_due(tmp_path: Path, every: str, now: str, due: str) -> None:
    file = watches(tmp_path, PLAIN + f"    every: {every}\n")
    moments = [datetime.fromisoformat(one).replace(tzinfo=file.zone) for one in (now, due)]
    assert file.watches[0].last_due(moments[0], file.zone) == moments[1]
    following = file.watches[0].next_due(moments[0], file.zone)
    assert (following is None) == (every == "arrival")
    if following:
        assert following > moments[0] and file.watches[0].last_due(following, file.zone) == following


def test_now_issues_what_is_not_due_and_the_next_issue_comes_when_it_would_have(tmp_path: Path, store: Path) -> None:
    file = watches(
        tmp_path, "watches:\n  - id: all\n    every: daily 18:00\n    channels: [{document: 'd/{issue}.md'}]\n"
    )
    noon = datetime.now(UTC).replace(hour=4, minute=0, second=0, microsecond=0) + timedelta(days=1)  # in China
    keep(store, article("a1", story(1)))
    assert run(file, store, now=noon) == []
    assert [one.told for one in run_watches(file, store, now=noon, early=True)] == [1]
    keep(store, article("a2", story(2)))
    assert run(file, store, now=noon + timedelta(minutes=1)) == []
    assert [one.told for one in run(file, store, now=noon + timedelta(hours=6, minutes=1))] == [1]
    assert len(list((tmp_path / "d").iterdir())) == 2


def test_a_store_that_is_tried_tells_nobody_and_leaves_the_feeds(tmp_path: Path, store: Path) -> None:
    file = watches(tmp_path, PLAIN + "      - json_feed: all.json\n      - document: 'all-{issue}.md'\n")
    keep(store, article("a1", story(1)))
    run(file, store)
    before = {path.name: path.read_bytes() for path in tmp_path.glob("all*")}
    trial = tmp_path / "trial.db"
    keep(trial, article("b1", story(2)))
    with pytest.raises(UsageError, match=r"feed of another store.*--no-watches"):
        run(file, trial)
    with Store.open(trial, create=False, readonly=True) as opened:
        assert opened.watch_log.state("all") is None
    assert {path.name: path.read_bytes() for path in tmp_path.glob("all*")} == before
    for feed in ("all.xml", "all.json"):
        (tmp_path / feed).unlink()
    run(file, trial)  # whoever goes on with another store removes the feeds, and nothing has the name of what was told
    old, new = (re.findall("urn:jianbao:store:[0-9a-f]+|all/[0-9a-f]+/1", text) for text in
                (before["all.xml"].decode(), (tmp_path / "all.xml").read_text("utf-8")))  # fmt: skip
    assert len(old) == len(new) == 2 and not set(old) & set(new)


def test_what_was_told_before_stores_had_an_identity_keeps_its_name(tmp_path: Path, store: Path) -> None:
    file = watches(tmp_path, PLAIN)
    keep(store, article("a1", story(1)))
    run(file, store)
    with Store.open(store) as opened, opened.transaction():
        opened.settings.remove("identity")  # as a store of an earlier version, whose feeds name no store
    (tmp_path / "all.xml").unlink()
    keep(store, article("a2", story(2)))
    run(file, store)
    with Store.open(store, create=False, readonly=True) as opened:
        own = opened.watch_log.identity().id
    feed = feedparser.parse((tmp_path / "all.xml").read_bytes())
    assert [entry.id for entry in feed.entries] == [f"all/{own}/2", "all/1"]


def test_feeds_are_what_their_readers_take(tmp_path: Path, store: Path) -> None:
    text = PLAIN + "        link: https://me.example/all.xml\n      - json_feed: all.json\n    title: 棉花 & <苹果>\n"
    keep(
        store, article("a1", story(1), url="https://news.example/1", source="昆玉日报"),
        Article(id="f" * 16, origin="x", text=story(2), title="<script>坏\x0c的题目</script> & 更多"),
    )  # fmt: skip
    file = watches(tmp_path, text)
    run(file, store)
    before = (tmp_path / "all.xml").stat().st_mtime_ns
    run(file, store)
    assert (tmp_path / "all.xml").stat().st_mtime_ns == before, "a file that says the same is not written again"

    data = (tmp_path / "all.xml").read_bytes()
    feed = feedparser.parse(data)
    assert not feed.bozo
    assert (feed.feed.title, feed.feed.language, feed.feed.link) == (
        "棉花 & <苹果>", "zh-CN", "https://me.example/all.xml",
    )  # fmt: skip
    with Store.open(store, create=False, readonly=True) as opened:
        own = opened.watch_log.identity().id
    assert [entry.id for entry in feed.entries] == [f"all/{own}/2", f"all/{own}/1"]
    assert feed.entries[1].link == "https://news.example/1"
    assert feed.entries[1].published_parsed
    channel = ET.fromstring(data).find("channel")
    assert channel is not None
    assert {"title", "link", "description"} <= {one.tag for one in channel}

    shown = json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))
    assert shown["version"] == "https://jsonfeed.org/version/1.1"
    assert shown["title"] == "棉花 & <苹果>"
    for item in shown["items"]:
        assert isinstance(item["id"], str)
        assert item["content_html"]
        assert datetime.fromisoformat(item["date_published"]).tzinfo
        assert "<script>" not in item["content_html"]
    assert shown["items"][1]["url"] == "https://news.example/1"


def test_a_document_is_safe_whatever_the_articles_say(tmp_path: Path, store: Path) -> None:
    text = "watches:\n  - id: all\n    channels: [{document: 'n{issue}.html'}, {document: 'n{issue}.md'}]\n"
    bad = Article(
        id="f" * 16, origin="x", text="<img src=x onerror=alert(1)>" + story(2), title="</h3><script>alert(1)</script>",
        url="javascript:alert(1)", source="[点我](javascript:alert(1))",
    )  # fmt: skip
    keep(store, bad)
    run(watches(tmp_path, text), store)
    page = (tmp_path / "n1.html").read_text(encoding="utf-8")
    assert "<script>" not in page
    assert "<img" not in page
    assert "href=" not in page
    keep(
        store, *(article(f"b{n}", f"{begin} 开头。" + story(n)) for n, begin in enumerate(("1.", "- ", "+ ", "~~~"), 3))
    )
    run(load(tmp_path / "watches.yaml"), store)
    lists = MarkdownIt().render((tmp_path / "n2.md").read_text(encoding="utf-8"))
    assert "<ol" not in lists
    assert lists.count("<li>") == 4, "the copies alone"
    assert "<code" not in lists
    rendered = MarkdownIt().render((tmp_path / "n1.md").read_text(encoding="utf-8"))
    assert "<script" not in rendered
    assert "<a " not in rendered
    assert "<img" not in rendered


ERRORS = {
    "watches:\n  - id: a\n    querry: 棉花\n    channels: [{rss: a.xml}]\n": "3: watches[1].querry is not a key of this block: did you mean `query`?",
    "watches:\n  - id: a\n    query: '('\n    channels: [{rss: a.xml}]\n": "3: watches[1].query: a bracket of the query",
    "watches:\n  - id: a\n    every: daily 25:00\n    channels: [{rss: a.xml}]\n": "3: watches[1].every: 'daily 25:00' is no time: write \"arrival\"",
    "watches:\n  - id: a\n    channels: [{rss: a.xml, document: b.md}]\n": "a channel is one of `rss:`",
    "watches:\n  - id: a\n    channels: [{document: b.pdf}]\n": "its name ends in .html, .md",
    "watches:\n  - id: a\n    channels: [{document: '{date}.md'}]\n": "add {issue} to its name",
    "watches:\n  - id: a\n    health: yes\n    query: 棉花\n    channels: [{rss: a.xml}]\n": "`query` goes with stories",
    "watches:\n  - id: a\n    channels: [{webhook: {url: 'https://x.example/', secret_env: 'hunter2'}}]\n": "'hunter2' is no name of an environment variable: secrets stand there",
    "watches:\n  - id: a\n    channels: [{mail: {to: [a@b.example], from: c@d.example, server: mx.example, security: none}}]\n": "is for a server on this machine only",
    "watches:\n  - {id: a, channels: [{rss: a.xml}]}\n  - {id: a, channels: [{rss: b.xml}]}\n": "two watches have the id 'a'",
    "watches:\n  - {id: a, channels: [{rss: a.xml}]}\n  - {id: b, channels: [{rss: ./a.xml}]}\n": "two watches write",
    "watches:\n  - id: a\n    channels:\n      - mail:\n          sever: mx.example\n": "5: watches[1].channels[1].mail.sever is not a key of this block: did you mean `server`?",
    "job: x\n": "job is not a key of this block",
    "- a\n": "1: not a file of watches: it begins with `watches:`",
}


@pytest.mark.parametrize("text", ERRORS, ids=range(len(ERRORS)))
def test_an_error_names_line_key_and_cure(tmp_path: Path, text: str) -> None:
    with pytest.raises(SeedFileError) as wrong:
        watches(tmp_path, text)
    assert ERRORS[text] in str(wrong.value)
    assert str(wrong.value).startswith(f"{tmp_path / 'watches.yaml'}:")


def test_the_command_tells_and_the_other_commands_tell_too(tmp_path: Path, store: Path) -> None:
    runner = CliRunner()
    (tmp_path / "a.html").write_text(
        f"<html><body><h1>渠水放到第三支渠</h1><p>{'守闸的老李说，今年水位到了七米。' * 12}</p></body></html>",
        encoding="utf-8",
    )
    watches(tmp_path)
    given = ["--store", str(store), "--watches", str(tmp_path / "watches.yaml")]
    done = runner.invoke(app, ["clean", str(tmp_path / "a.html"), *given])
    assert done.exit_code == 0, done.output
    assert "all: 1 entry by rss" in done.stderr
    assert len(feedparser.parse((tmp_path / "all.xml").read_bytes()).entries) == 1
    done = runner.invoke(app, ["watch", str(tmp_path / "watches.yaml"), "--store", str(store), "--dry-run"])
    assert (done.exit_code, done.stdout) == (0, "all: 0 entries\n")
    watches(tmp_path, LATER)
    done = runner.invoke(app, ["watch", str(tmp_path / "watches.yaml"), "--store", str(store), "--dry-run"])
    assert done.stdout.startswith("later: 1 entry, the next issue is due ")
    watches(tmp_path, PLAIN.replace("    channels", "    sources: [塔河日报]\n    channels"))
    done = runner.invoke(app, ["watch", str(tmp_path / "watches.yaml"), "--store", str(store), "--dry-run"])
    assert "no article has the source 塔河日报" in done.stderr
    watches(tmp_path, LATER)
    done = runner.invoke(app, ["watch", str(tmp_path / "watches.yaml"), "--store", str(store)])
    assert "later: 1 entry waits for the issue of " in done.stderr
    watches(tmp_path, LATER.replace("weekly mon 08:00", "arrival"))
    for told in ("later: 1 entry by document", "nothing new"):
        done = runner.invoke(app, ["watch", str(tmp_path / "watches.yaml"), "--store", str(store)])
        assert told in done.stderr


def test_trouble_is_told_while_it_lasts_and_when_it_is_over(tmp_path: Path, store: Path) -> None:
    keep(store, article("a1", story(1)))
    health = (
        "watches:\n  - id: all\n    health: {{free_gigabytes: {}}}\n    channels: [{{rss: all.xml, updates: yes}}]\n"
    )
    start = datetime.now(UTC)
    for n, free in enumerate((1e9, 1e9, 0, 0)):
        run(watches(tmp_path, health.format(free)), store, now=start + timedelta(hours=n))
    assert [kind for kind, _ in notices(store)] == ["trouble", "over"]


def test_runs_end_with_their_own_code_when_something_is_wrong(store: Path) -> None:
    keep(store, article("a1", story(1)))
    assert CliRunner().invoke(app, ["runs", "--store", str(store)]).exit_code == 0
    with Store.open(store) as opened:
        opened.runs.end(opened.runs.start("crawl probe"), {}, "failed")
    done = CliRunner().invoke(app, ["runs", "--store", str(store)])
    assert done.exit_code == 5
    assert "crawl probe: failed: run 2 of " in done.stdout
    with Store.open(store) as opened:
        opened.runs.end(opened.runs.start("crawl probe"), {}, "done")
    assert CliRunner().invoke(app, ["runs", "--store", str(store)]).exit_code == 0


def test_a_file_of_watches_is_found_beside_the_seeds(tmp_path: Path) -> None:
    watches(tmp_path)
    file, seeds = tmp_path / "watches.yaml", str(tmp_path / "job.yaml")
    assert beside([seeds], None) == ([seeds], file)
    assert beside([seeds, file], None) == ([seeds], file), "a glob names it too"
    assert beside([seeds], tmp_path / "mine.yaml") == ([seeds], tmp_path / "mine.yaml")
    assert beside(["https://news.example/watches.html"], None) == (["https://news.example/watches.html"], None)


@pytest.mark.parametrize(
    ("every", "minutes"), [(["arrival"], "0,30"), (["daily 07:20", "weekly mon 18:00"], "0,20,30,50")]
)
def test_the_schedule_issues_what_is_due(tmp_path: Path, every: list[str], minutes: str) -> None:
    entry = watching(tmp_path / "watches.yaml", every)
    assert entry.cron.text == f"{minutes} * * * *"
    assert crawling(entry, tmp_path / "n.db")[-4:] == [
        "watch", str(tmp_path / "watches.yaml"), "--store", str(tmp_path / "n.db"),
    ]  # fmt: skip


def test_the_crontab_has_a_line_for_the_watches(tmp_path: Path) -> None:
    (tmp_path / "job.yaml").write_text(
        "job: probe\nschedule: '*/30 * * * *'\nallow_private_hosts: [127.0.0.1]\n"
        "sites: [{id: a, name: 甲报, home: 'http://127.0.0.1/'}]\n",
        encoding="utf-8",
    )
    watches(tmp_path)
    done = CliRunner().invoke(
        app, ["schedule", str(tmp_path / "job.yaml"), "--store", str(tmp_path / "n.db"), "--cron"]
    )
    crawl, watch = done.stdout.splitlines()
    assert crawl.endswith(f"--watches {tmp_path / 'watches.yaml'}")
    assert f"--quiet watch {tmp_path / 'watches.yaml'} --store" in watch


def test_a_channel_that_breaks_is_told_and_the_others_are_served(
    tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken:
        is_feed = False

        def deliver(self, contents: object) -> None:
            raise ZeroDivisionError("its own fault")

    plugin = ChannelPlugin(name="broken", make=lambda options: Broken())
    monkeypatch.setattr("crawler.notify.registry.plugin_named", lambda name: plugin)
    keep(store, article("a1", story(1)))
    file = watches(
        tmp_path, "watches:\n  - {id: all, channels: [{plugin: {name: broken}}, {document: '{issue}.md'}]}\n"
    )
    broken, document = run(file, store)
    assert broken.failure == "ZeroDivisionError: its own fault"
    assert document.told == 1
