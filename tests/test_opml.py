"""``jianbao sites opml``: subscriptions of a reader of feeds as a seed file, and back."""

from __future__ import annotations

from pathlib import Path

import feedparser
import pytest
from click.testing import Result
from typer.testing import CliRunner

from cleaners.config import load_job, parse_job
from cleaners.errors import FormatError, InputError, UsageError
from crawler.cli import app
from crawler.opml import FeedSubscription, feeds_of, opml, read_opml, seed_file

LIST = """\
<?xml version="1.0" encoding="{encoding}"?>
<opml version="1.0"><head><title>我的订阅</title></head><body>
<outline text="新疆"><outline text="喀什">
<outline type="rss" text="绿洲晨报" xmlUrl="https://oasis.test/rss.xml?a=1&amp;b=2" htmlUrl="https://oasis.test/"/>
</outline></outline>
<outline text="科技">
<outline text="山城日报-要闻" xmlUrl="feed://hill.com/a.xml"/>
<outline text="山城日报-产业" xmlUrl="http://news.hill.com/b.xml"/>
<outline text="又一次" xmlUrl="http://hill.com/a.xml"/>
<outline text="别的协议" xmlUrl="ftp://hill.com/a.xml"/>
<outline text="没有地址" type="rss"/>
</outline>
<outline text="&quot;引号: # 的报\u202e" xmlUrl="http://127.0.0.1:8080/{{yyyy}}.xml" htmlUrl="javascript:alert(1)"/>
</body></opml>
"""


def run(*args: str | Path, stdin: bytes | None = None) -> Result:
    return CliRunner().invoke(app, ["sites", "opml", *map(str, args)], input=stdin)


def written(tmp_path: Path) -> Path:
    path = tmp_path / "mine.opml"
    path.write_text(LIST.format(encoding="utf-8"), encoding="utf-8")
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "utf-16"])
def test_feeds_are_read_with_their_folders_and_lines(encoding: str) -> None:
    found = read_opml(LIST.format(encoding=encoding).encode(encoding), name="x.opml")
    oasis, first, second, odd = found.feeds
    assert (oasis.feed, oasis.title, oasis.home) == (
        "https://oasis.test/rss.xml?a=1&b=2", "绿洲晨报", "https://oasis.test/")  # fmt: skip
    assert (oasis.folders, oasis.line) == (("新疆", "喀什"), 4)
    assert (first.feed, first.folders, second.folders) == ("http://hill.com/a.xml", ("科技",), ("科技",))
    assert (odd.feed, odd.home) == ("http://127.0.0.1:8080/%7Byyyy%7D.xml", None)


def test_what_is_not_taken_over_is_told_with_its_line(tmp_path: Path) -> None:
    done = run(written(tmp_path), "-o", tmp_path / "seeds.yaml")
    assert done.exit_code == 0, done.output
    told = [line for line in done.stderr.splitlines() if line.startswith("left out")]
    assert [line.split(": ")[1:3] for line in told] == [
        ["line 9", "http://hill.com/a.xml"], ["line 10", "别的协议"], ["line 11", "没有地址"]]  # fmt: skip
    assert "stands in line 7 already" in told[0]


def test_the_seed_file_is_loaded_by_the_reader_of_seed_files(tmp_path: Path) -> None:
    assert run(written(tmp_path), "-o", tmp_path / "seeds.yaml", "--contact", "me@paper.test").exit_code == 0
    job = load_job(tmp_path / "seeds.yaml")
    assert (job.job, job.contact, job.allow_private_hosts) == ("seeds", "me@paper.test", ("127.0.0.1",))
    assert [(site.id, site.name, site.region) for site in job.sites] == [
        ("oasis.test", "绿洲晨报", "新疆/喀什"), ("hill.com", "山城日报", None), ("site", '"引号: # 的报', None)]  # fmt: skip
    assert [seed.feed for seed in job.sites[1].seeds] == ["http://hill.com/a.xml", "http://news.hill.com/b.xml"]
    assert "山城日报-要闻 in 科技" in (tmp_path / "seeds.yaml").read_text("utf-8")


def test_there_and_back_feeds_homes_names_and_regions_are_the_same(tmp_path: Path) -> None:
    first = seed_file(read_opml(LIST.format(encoding="utf-8").encode(), name="x").feeds, job="a", contact=None)
    there = opml(feeds_of(parse_job(first)).feeds, title="a")
    again = seed_file(read_opml(there, name="x").feeds, job="a", contact=None)
    assert parse_job(again) == parse_job(first)
    assert opml(feeds_of(parse_job(again)).feeds, title="a") == there


def test_by_stdin_and_stdout_too(tmp_path: Path) -> None:
    seeds = run("-", stdin=written(tmp_path).read_bytes())
    assert parse_job(seeds.stdout).job == "subscriptions"
    back = run("-", stdin=seeds.stdout.encode())
    assert back.exit_code == 0
    assert len(read_opml(back.stdout.encode(), name="x").feeds) == 4


def test_seeds_that_are_no_feeds_are_told(tmp_path: Path) -> None:
    seeds = tmp_path / "seeds.yaml"
    seeds.write_text(
        "job: a\nsites:\n"
        "- {id: a, name: 甲报, home: 'http://a.test/', seeds: [{feed: 'http://a.test/f'}, {list: 'http://a.test/l'}]}\n"
        "- {id: b, name: 乙报, home: 'http://b.test/', seeds: [{feed: 'http://b.test/{yyyy}'}]}\n",
        encoding="utf-8",
    )
    done = run(seeds, "-o", tmp_path / "out.opml")
    assert "left out: a: list http://a.test/l" in done.stderr
    assert "left out: b: feed http://b.test/{yyyy}: its address changes by the day" in done.stderr
    assert [one.feed for one in read_opml((tmp_path / "out.opml").read_bytes(), name="x").feeds] == ["http://a.test/f"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"<opml>\n<body>\n<outline text='a'>\n</body></opml>", "x.opml:4: not valid XML: mismatched tag"),
        (b"<opml><body>", "x.opml:1: not valid XML: no element found"),
        (b"<rss version='2.0'/>", "x.opml:1: not OPML"),
        (b"<!DOCTYPE opml [\n<!ENTITY a 'aa'>\n]><opml>&a;</opml>", "x.opml:2: defines entities"),
        (b"<!DOCTYPE opml [\n<!ENTITY a SYSTEM 'file:///etc/hosts'>]><opml>&a;</opml>", "x.opml:2: defines entities"),
    ],
)
def test_what_is_no_opml_is_one_line_with_its_place(body: bytes, told: str) -> None:
    with pytest.raises(FormatError) as wrong:
        read_opml(body, name="x.opml")
    assert str(wrong.value).startswith(told)


def test_a_list_as_deep_as_it_is_long_is_read() -> None:
    deep = b"<opml><body>" + b"<outline text='a'>" * 20_000 + b"</outline>" * 20_000 + b"</body></opml>"
    assert read_opml(deep, name="x").feeds == ()


def test_nothing_is_written_where_nothing_can_be(tmp_path: Path) -> None:
    empty, out = tmp_path / "empty.opml", tmp_path / "out.yaml"
    empty.write_bytes(b"<opml version='2.0'><body/></opml>")
    assert isinstance(run(empty, "-o", out).exception, InputError)
    assert isinstance(run(written(tmp_path), "-o", out, "--contact", "nobody").exception, UsageError)
    assert not out.exists()
    out.write_text("mine")
    assert "is there already" in str(run(written(tmp_path), "-o", out).exception)
    assert out.read_text() == "mine"


def test_names_that_xml_cannot_hold_are_written_without_what_it_cannot() -> None:
    made = opml([FeedSubscription(feed="http://a.test/f", title="甲\x00\x08报", folders=("科\x01技",))], title="a\x02b")
    assert read_opml(made, name="x").feeds[0].title == "甲报"
    assert read_opml(made, name="x").feeds[0].folders == ("科技",)
    assert feedparser.parse(made).bozo == 0
