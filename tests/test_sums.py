"""Nothing goes unaccounted: what was found is what became of it, in every crawl and every run of ``clean``."""

from __future__ import annotations

import gzip
import re
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from crawler.cli import app
from crawler.wording import balance
from tests.crawling import one_site
from tests.crawling import run as run_crawl
from tests.small_server import Reply, article, feed, gzipped, serving, sitemap


def headlines(*links: str) -> str:
    return f"<html><body><ul>{''.join(f'<li><a href={link}>放水的消息</a></li>' for link in links)}</ul></body></html>"


WEB = {
    "/robots.txt": Reply("User-agent: *\nDisallow: /private/", Content_Type="text/plain"),
    "/": Reply(headlines("/1.html", "/2.html", "/moved.html", "/gone.html", "/private/x.html", "/calendar/2099/01/01")),
    "/feed": feed("/2.html", "/3.html", "http://[x/", "/utm.html?utm_source=a", "http://elsewhere.example/"),
    "/map.xml": Reply(sitemap("/4.html", "/shell.html"), Content_Type="text/xml"),
    "/map2.xml.gz": Reply(gzipped(sitemap("/moved2.html", "/loop.html")), Content_Type="application/gzip"),
    "/broken.xml.gz": Reply(b"\x1f\x8b\x08broken", Content_Type="application/gzip"),
    **{f"/{n}.html": Reply(article(n)) for n in range(1, 7)},
    "/utm.html?utm_source=a": Reply("", 302, Location="/utm.html"),
    "/utm.html": Reply(article(8)),
    "/moved.html": Reply("", 301, Location="/5.html"),
    "/moved2.html": Reply("", 301, Location="/moved.html"),
    "/loop.html": Reply("", 302, Location="/loop2.html"),
    "/loop2.html": Reply("", 302, Location="/loop.html"),
    "/shell.html": Reply("<html><head><title>加载中</title></head><body><script src=/a.js></script></body></html>"),
}
SEEDS = (
    'seeds: [{{list: "{0}/"}}, {{feed: "{0}/feed"}}, {{sitemap: "{0}/map.xml"}}, {{sitemap: "{0}/map2.xml.gz"}}, '
    '{{sitemap: "{0}/broken.xml.gz"}}]'
)


def balanced(report: dict[str, Any]) -> dict[str, int]:
    """What a crawl's report says became of what it found, those with a number."""
    assert report["found"] == sum(report["ends"].values()), report
    return {name: count for name, count in report["ends"].items() if count}


def test_a_crawl_accounts_for_every_address(tmp_path: Path) -> None:
    with serving("127.0.0.1", WEB) as site:
        seeds = one_site(site.base, SEEDS.format(site.base))
        first = run_crawl(tmp_path, seeds, {"a": site})
        assert balanced(first.report) == {
            "articles": 6,  # 1 to 5, and the one behind utm_source
            # 404, robots, the calendar, the malformed link, the shell, the loop, the broken sitemap
            "dropped": 7,
            "lists and feeds": 4,
            "redirects": 3,
        }
        assert first.report["found"] == 20
        again = run_crawl(tmp_path, seeds, {"a": site})
        assert balanced(again.report)["unchanged"] >= 3
        deep = run_crawl(tmp_path, one_site(site.base, "follow: {depth: 3}, " + SEEDS.format(site.base)), {"a": site})
        balanced(deep.report)


@pytest.mark.parametrize(("limits", "options"), [("limits: {pages: 9}, ", {}), ("", {"limit": 5})])
def test_what_a_limit_leaves_is_part_of_the_sum(tmp_path: Path, limits: str, options: dict[str, int]) -> None:
    with serving("127.0.0.1", WEB) as site:
        seeds = one_site(site.base, limits + SEEDS.format(site.base))
        found = [balanced(run_crawl(tmp_path, seeds, {"a": site}, **options).report) for _ in range(2)]
    assert found[0]["left for later"] > 3
    assert 2 < sum(ends.get("articles", 0) for ends in found) <= 6


def test_archive_only_and_rules_that_have_changed(tmp_path: Path) -> None:
    with serving("127.0.0.1", WEB) as site:
        seeds = one_site(site.base, SEEDS.format(site.base))
        ends = balanced(run_crawl(tmp_path, seeds, {"a": site}, archive_only=True, limit=2).report)
        assert ends["only archived"] >= 1 and ends["left for later"] > 1
        denied = one_site(site.base, "follow: {deny: [html]}, " + SEEDS.format(site.base))
        assert balanced(run_crawl(tmp_path, denied, {"a": site}).report)["ruled out"] > 1


def test_what_is_beyond_the_bounds_of_feeds_and_sitemaps_is_told(tmp_path: Path) -> None:
    pages = {
        "/feed": feed("/1.html", "/2.html", "/3.html"),
        "/index.xml": Reply(sitemap("/a.xml", "/b.xml", index=True), Content_Type="text/xml"),
        "/a.xml": Reply(sitemap("/3.html"), Content_Type="text/xml"),
        **{f"/{n}.html": Reply(article(n)) for n in (1, 2, 3)},
    }
    with serving("127.0.0.1", pages) as site:
        seeds = one_site(site.base, f'seeds: [{{feed: "{site.base}/feed"}}, {{sitemap: "{site.base}/index.xml"}}]')
        bounds = {"FEED_MAX_ENTRIES": 2, "SITEMAP_MAX_FILES": 1}
        done = run_crawl(tmp_path, seeds, {"a": site}, settings=bounds)
    assert done.drops() == {"feed": "too many entries", "b.xml": "too many sitemaps"}
    assert balanced(done.report) == {"articles": 3, "dropped": 2, "lists and feeds": 3}


def mixed(folder: Path) -> int:
    """A folder of all sorts of files; returns how many pages and unreadable things are in it."""
    pages = [article(n).encode() for n in range(12)]
    (folder / "a.html").write_bytes(pages[0])
    (folder / "again.html").write_bytes(pages[0])
    (folder / "empty.html").write_bytes(b"")
    (folder / "style.css").write_text("body { color: red } p { margin: 0 }")
    (folder / "b.html.gz").write_bytes(gzip.compress(pages[1]))
    (folder / "broken.html.gz").write_bytes(gzip.compress(pages[2])[:-20])
    (folder / "noise.bin").write_bytes(bytes(range(256)) * 20)
    (folder / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(500))
    (folder / "rows.csv").write_text("url,text\nhttp://a.example/1," + "水渠放水了。" * 30 + "\nhttp://a.example/2,\n")
    (folder / "c_files").mkdir()
    (folder / "c_files" / "x.css").write_text("a {}")
    (folder / "c.html").write_bytes(pages[3])
    (folder / ".hidden.html").write_bytes(pages[4])
    with zipfile.ZipFile(folder / "d.zip", "w") as archive:
        archive.writestr("1.html", pages[5])
        archive.writestr("2.html", pages[6])
        archive.writestr("x.png", b"\x89PNG\r\n\x1a\n")
    with tarfile.open(folder / "e.tar.gz", "w:gz") as archive:
        archive.add(folder / "a.html", "in/a.html")
    (folder / "gone.html").symlink_to(folder / "nowhere.html")
    return 17


_LINE = re.compile(r"found ([\d,]+) = (.+)")


def sums(output: str) -> tuple[int, dict[str, int]]:
    """The line with the sums; it must be there, and agree."""
    told = _LINE.search(output)
    assert told, output
    ends = {name: int(count) for count, name in re.findall(r"(\d+) ([a-z ]+?)(?= \+|$)", told[2])}
    assert sum(ends.values()) == int(told[1])
    return int(told[1]), ends


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_clean_accounts_for_every_file_and_member(tmp_path: Path, jobs: str) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    expected = mixed(folder)
    runner = CliRunner()
    out = runner.invoke(app, ["clean", str(folder), "-o", str(tmp_path / "out.jsonl"), "-j", jobs])
    found, ends = sums(out.stderr)
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    dropped = (tmp_path / "out.jsonl.drops.jsonl").read_text().splitlines()
    assert (found, ends["articles"], ends["dropped"]) == (expected, len(lines), len(dropped))
    store = ["--store", str(tmp_path / "s.db")]
    _, first = sums(runner.invoke(app, ["clean", str(folder), *store, "-j", jobs]).stderr)
    _, second = sums(runner.invoke(app, ["clean", str(folder), *store, "-j", jobs]).stderr)
    assert first["articles"] + first["unchanged"] == len(lines)
    assert (second["articles"], second["unchanged"]) == (0, len(lines))


def test_where_nothing_is_an_article_the_sums_are_told_too(tmp_path: Path) -> None:
    (tmp_path / "empty.html").touch()
    told = CliRunner().invoke(app, ["clean", str(tmp_path / "empty.html"), "-o", "-"])
    assert told.exit_code == 1 and sums(told.stderr) == (1, {"articles": 0, "dropped": 1, "unchanged": 0, "left for later": 0})  # fmt: skip


def test_sums_that_differ_say_so() -> None:
    assert "differ by 2" in str(balance(5, {"articles": 3, "dropped": 0}))
