"""``jianbao sites check``: what a site offers, and how a job's sites do."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from cleaners.config import RenderLimits, SiteConfig, parse_job
from cleaners.ingest.ingester import Ingester
from cleaners.items import Article
from cleaners.sentences import Sentence
from crawler.cli.sites import _verdict
from crawler.jobs.site_health import SiteHealth, State
from crawler.site_survey import SeedOffer, home, linked, listed, proposal, site_id
from tests.small_server import Reply, SmallServer, article, feed, gzipped, serving, sitemap

ROOT = Path(__file__).resolve().parent.parent
DAY = date(2026, 11, 22)
SITE = SiteConfig(id="a", name="a", home="http://a.example/")


def said(found: tuple[int, Sentence | None]) -> tuple[int, str]:
    """How many articles a list names, and in words why it names none."""
    return found[0], str(found[1])


def news(count: int, start: int = 0) -> str:
    return "".join(
        f"<li><a href='/a/{n}.html'>{n}号渠的水今天上午放到了第三支渠</a></li>" for n in range(start, start + count)
    )


HOME = (
    "<html><head><title>绿洲晨报 - 首页</title>"
    "<link rel='alternate' type='application/rss+xml' href='/feed.xml'>"
    "<link rel='alternate' type='application/atom+xml' href='/dead.xml'>"
    "<link rel='alternate' hreflang='en' href='/en/'></head><body>"
    "<a href='/'>首页</a><a href='/industry/'>产业</a><a href='/about.html'>关于我们</a><a href='/app/'>客户端</a>"
    "<a href='http://other.example/x/'>友情</a><a href='/live/8812.html'>直播</a>" + news(4) + "</body></html>"
)


def page(body: str, url: str = "http://a.example/") -> HtmlResponse:
    return HtmlResponse(url, body=body.encode(), encoding="utf-8")


def test_a_home_page_points_to_feeds_and_sections() -> None:
    found = home(page(HOME), SITE, 10)
    assert found.title == "绿洲晨报"
    assert found.feeds == ("http://a.example/feed.xml", "http://a.example/dead.xml")
    paths = [link.url.removeprefix("http://a.example") for link in found.sections]
    assert paths == ["/industry/", "/about.html", "/app/"]
    assert found.articles == 4
    assert len(home(page(HOME), SITE, 2).sections) == 2


def test_an_empty_shell_of_scripts_is_called_one() -> None:
    shell = (
        "<html><head><title>绿洲晨报</title></head><body><div id=app></div><script src=/app.js></script></body></html>"
    )
    assert "`render: true`" in str(listed(page(shell), SITE)[1])
    assert "`render: true`" in str(linked(page(shell), SITE)[1])
    rendered = SITE.model_copy(update={"render": RenderLimits()})
    assert said(linked(page(shell), rendered)) == (0, "an empty shell of scripts: only a crawl has a browser read it")


def test_a_list_of_news_has_many_headlines_that_lead_to_numbers() -> None:
    assert listed(page(news(9)), SITE) == (9, None)
    assert said(listed(page(news(3)), SITE)) == (0, "3 links to articles, a list of news has 8 and more")
    menu = "".join(f"<a href='/m/x{chr(97 + n)}'>栏目</a>" for n in range(26))
    assert said(listed(page(news(9) + menu), SITE)) == (
        0,
        "9 of 35 links lead to articles, in a list of news a third and more do",
    )
    assert listed(page(news(9).replace("/a/", "http://other.example/a/")), SITE)[0] == 0, "of other sites"


def test_a_proposal_is_an_entry_of_a_seed_file() -> None:
    offers = [
        SeedOffer(kind="feed", url="http://a.example/feed.xml?x=1#{", entries=20),
        SeedOffer(kind="list", url="http://a.example/industry/", entries=34, name="产业\n  - evil: yes"),
    ]
    text = proposal(SITE, '绿洲"晨报: #1', offers, DAY)
    site = parse_job(f"job: mine\nsites:\n{text}\n").sites[0]
    assert (site.id, site.name, site.home, site.verified) == ("a", '绿洲"晨报: #1', "http://a.example/", True)
    assert [seed.url for seed in site.seeds] == [offers[0].url, offers[1].url]
    odd = proposal(
        SITE,
        "\x00\x7f\u2028\ufffe",
        [SeedOffer(kind="list", url="http://a.example/x", entries=1, name="\x07栏\x85目")],
        DAY,
    )
    assert "# 1 entry 栏 目\n" in odd
    assert parse_job(f"job: mine\nsites:\n{odd}\n").sites[0].name == "a"


def jianbao(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "crawler", *words],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=280,
    )


def fill(server: SmallServer) -> None:
    base = server.base
    server.pages |= {
        "/robots.txt": Reply(
            f"User-agent: *\nDisallow: /app/\nSitemap: {base}/map.xml.gz\n", Content_Type="text/plain"
        ),
        "/map.xml.gz": Reply(
            gzipped(sitemap(*(f"{base}/a/{n}.html" for n in range(7)))), Content_Type="application/gzip"
        ),
        "/": Reply(HOME),
        "/feed.xml": feed(*(f"{base}/a/{n}.html" for n in range(5))),
        "/industry/": Reply(news(20)),
        "/about.html": Reply(article(1)),
        "/app/": Reply(news(30)),
    }


def test_seeds_are_proposed_from_a_home_page_politely(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as server:
        fill(server)
        # The host is named by the user: loopback may be reached, at the pace of any host.
        done = jianbao(tmp_path, "sites", "check", f"{server.base}/")
    assert done.returncode == 0, done.stderr
    site = parse_job(f"job: mine\nallow_private_hosts: [127.0.0.1]\nsites:\n{done.stdout}").sites[0]
    assert [seed.url.removeprefix(server.base) for seed in site.seeds] == ["/feed.xml", "/map.xml.gz", "/industry/"]
    assert "5 entries" in done.stdout
    assert "7 entries" in done.stdout
    assert "# 20 entries 产业" in done.stdout
    assert "not proposed: feed" in done.stderr
    assert "/dead.xml: http 404" in done.stderr
    assert "/app/: robots.txt forbids" in done.stderr
    assert "/app/" not in server.paths
    assert server.most_at_once == 1
    assert not list(tmp_path.glob("*.db")), "nothing is kept"


def test_a_small_paper_is_proposed_by_its_short_lists_and_called_weak(tmp_path: Path) -> None:
    county = f"<title>渠首县报</title><a href='/xian/'>县情</a><a href='/about.html'>关于我们</a>{news(4)}"
    with serving("127.0.0.1", {"/": Reply(county), "/xian/": Reply(news(3)), "/about.html": Reply("电话")}) as server:
        done = jianbao(tmp_path, "sites", "check", f"{server.base}/")
    assert done.returncode == 0, done.stderr
    site = parse_job(f"job: mine\nallow_private_hosts: [127.0.0.1]\nsites:\n{done.stdout}").sites[0]
    assert [seed.url.removeprefix(server.base) for seed in site.seeds] == ["/xian/", "/"]
    assert not site.verified
    assert f"home page {server.base}/: 4 links to articles, a list of news has 8 and more" in done.stderr
    assert "a weak proposal: no feed, no sitemap, and 2 pages with few links to articles" in done.stderr


def test_a_home_page_without_articles_is_one_verdict_and_nothing_on_stdout(tmp_path: Path) -> None:
    with serving("127.0.0.1", {"/": Reply("<a href='/about.html'>关于我们</a>")}) as server:
        done = jianbao(tmp_path, "sites", "check", f"{server.base}/")
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert (
            f"not proposed: home page {server.base}/: 0 links to articles, a list of news has 8 and more" in done.stderr
        )
        assert "nothing to propose" in done.stderr


def test_a_list_that_a_job_reads_works_when_it_names_any_article() -> None:
    assert linked(page(news(1)), SITE) == (1, None)
    assert said(linked(page("<a href='/'>首页</a>"), SITE)) == (0, "no links to articles")


@pytest.mark.parametrize(
    ("state", "entries", "said"),
    [
        ("well", (4,), "well"),
        ("unknown", (4, 1), "seeds work; DETAIL"),
        ("well", (4, 0), "1 of 2 seeds names no articles today"),
        ("well", (0,), "no seed names an article today"),
        ("unknown", (0, 0, 9), "2 of 3 seeds name no articles today"),
        ("silent", (4,), "silent: DETAIL"),
        ("changed layout", (0,), "changed layout: DETAIL; no seed names an article today"),
    ],
)
def test_a_verdict_never_says_well_of_what_is_not(state: State, entries: tuple[int, ...], said: str) -> None:
    history = SiteHealth(
        site="a.example", state=state, last_new=None, detail=Sentence("" if state == "well" else "DETAIL")
    )
    offers = [SeedOffer(kind="list", url=f"http://a.example/{n}", entries=n) for n in entries]
    assert str(_verdict(history, offers)) == said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["https://news.example/"], "--contact"),
        (["https://news.example/", "--contact", "me"], "neither a mail address nor a web address"),
        (["http://[::1/", "--contact", "me@here.example"], "is not a web address"),
        (["news.example"], "https://news.example"),
        (["seeds/none.yaml"], "no such seed file"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_line(words: list[str], said: str, tmp_path: Path) -> None:
    done = jianbao(tmp_path, "sites", "check", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


def test_a_chinese_host_has_an_id() -> None:
    assert [site_id(host) for host in ("新闻.cn", "::1", "192.0.2.7", "--", "a_b.example")] == [
        "xn--efvy88h.cn",
        "site",
        "site",
        "site",
        "a-b.example",
    ]


def kept(path: Path, days_ago: int, monkeypatch: pytest.MonkeyPatch) -> None:
    from cleaners.store import runs
    from cleaners.store.codec import now

    then = now
    monkeypatch.setattr(runs, "now", lambda: shifted(then(), days_ago))
    text = f"{days_ago}号渠的水上午十点放到了第三支渠，比去年早了{days_ago}天。守闸的老李说，水库的水位到了{days_ago * 3}米。"
    url = f"http://127.0.0.1/a/{days_ago}.html"
    with Ingester(path, command="crawl probe") as ingester:
        ingester.add([Article(id=f"{days_ago:016}", origin=url, url=url, site="daily", text=text)])
    monkeypatch.undo()


def shifted(moment: str, days: int) -> str:
    from datetime import datetime

    return (datetime.fromisoformat(moment) - timedelta(days=days)).isoformat()


def test_a_silent_site_and_a_dead_seed_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for days_ago in (16, 15, 14, 13, 12, 11):
        kept(tmp_path / "news.db", days_ago, monkeypatch)
    with serving("127.0.0.1", {}) as server:
        fill(server)
        (tmp_path / "job.yaml").write_text(
            f"job: probe\nallow_private_hosts: [127.0.0.1]\nsites:\n"
            f"  - {{id: daily, name: 绿洲晨报, home: '{server.base}/', delay: 0,\n"
            f"     seeds: [{{feed: '{server.base}/feed.xml'}}, {{list: '{server.base}/gone/'}}]}}\n",
            encoding="utf-8",
        )
        done = jianbao(tmp_path, "sites", "check", "job.yaml", "--store", "news.db")
    assert done.returncode == 5, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("daily: silent: nothing new for 11 days, never before for more than 24 hours")
    assert f"  feed {server.base}/feed.xml: 5 entries" in lines
    assert f"  list {server.base}/gone/: http 404" in lines
    assert f"  could be a seed: list {server.base}/industry/ (20 entries)" in lines
    shown = jianbao(tmp_path, "runs", "--store", "news.db")
    assert "daily: silent" in shown.stdout
