"""A job with a focus: what fits scores high, promising links come first, what is off topic becomes a Drop."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from string import Template
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.http.request import NO_CALLBACK
from scrapy.squeues import FifoMemoryQueue
from scrapy.utils.test import get_crawler

from cleaners.chinese import regions
from cleaners.config import JobFocus, SiteConfig, parse_job
from cleaners.errors import SeedFileError
from cleaners.items import Article, Drop, Page
from cleaners.store import DiscoveredUrl, Selection, Store
from crawler.demo.plan import read
from crawler.demo.server import serving
from crawler.demo.stories import HERE
from crawler.demo.web import SmallWeb
from crawler.request_context import RequestContext, request_for
from crawler.scheduling.best_first import BestFirst
from crawler.scheduling.link_score import LinkScorer, SectionExperience, TopicFilter
from crawler.scheduling.topic import TopicAim, aim

ROOT = Path(__file__).resolve().parent.parent
SILK = (
    "桑农老周把新采的桑叶铺进竹匾，蚕房里一片沙沙声。今年春蚕比去年早上山三天，缫丝厂已经派车来收茧。"
    "厂里的师傅说，茧丝洁净度好，一公斤茧能缫出一百二十克生丝。丝绸合作社打算添四台自动缫丝机，把生丝织成坯绸再卖。"
)
SILK_TOO = (
    "缫丝车间里，女工把煮好的蚕茧理出丝头，生丝绕上丝框。丝绸合作社今年收茧三十吨，比去年多两成。"
    "桑农说，春蚕上山以后天气一直晴，茧丝洁净度高，收茧的价钱也好。厂里准备再添两台自动缫丝机。"
)
CHESS = (
    "市里的围棋公开赛昨天下午落子，一百二十名棋手分成四组。十一岁的小棋手执黑先行，中盘以后连续打劫，最后赢了半目。"
    "裁判长说，今年报名的人里三分之一是第一次参赛。决赛星期六在文化馆举行，棋迷可以到现场看大盘讲解。"
)


def piece(text: str, title: str = "", url: str = "http://a.example/news/1.html") -> Article:
    return Article(id="0" * 16, origin=url, url=url, text=text, title=title, regions=regions.find(text, title))


def focus(folder: Path = Path(), **keys: object) -> JobFocus:
    text = json.dumps({"job": "a", "focus": keys, "sites": [{"id": "a", "name": "a", "home": "http://a.example/"}]})
    found = parse_job(text, folder=folder).focus
    assert found is not None
    return found


def test_regions_score_by_their_share_of_the_places_named() -> None:
    at_home = aim(focus(regions=["江西/萍乡"]))
    assert at_home.of_article(piece("萍乡市芦溪县的电瓷厂扩产，萍乡市安源区也来了订单。")).value > 0.7
    passing = piece("会议在北京召开，上海、广州、成都、重庆的代表发言，萍乡市也有人来。随后代表们去了天津和杭州。")
    assert 0 < at_home.of_article(passing).value < 0.2
    assert at_home.of_article(piece("南昌市的地铁四号线今天通车。")).value == 0.0, "江西 is not 江西/萍乡"
    assert aim(focus(regions=["江西"])).of_article(piece("萍乡市芦溪县的电瓷厂扩产。")).value > 0.5


def test_keywords_count_more_in_short_texts_and_titles_and_through_disguises() -> None:
    silk = aim(focus(keywords=["蚕茧", "缫丝"]))
    assert silk.of_article(piece(SILK)).value > silk.of_article(piece(SILK + CHESS * 10)).value > 0
    assert silk.of_article(piece(CHESS, "缫丝厂里的棋赛")).value > silk.of_article(piece(CHESS + "缫丝")).value > 0
    assert silk.of_article(piece(CHESS)).value == 0.0
    assert silk.of_article(piece("工廠今年繅(sāo)絲一百噸。")).value > 0.3


def test_sample_documents_draw_what_is_like_them(tmp_path: Path) -> None:
    (tmp_path / "silk.txt").write_text(SILK, encoding="utf-8")
    like = aim(focus(tmp_path, like=["*.txt"]))
    assert like.of_article(piece(SILK_TOO)).value > 0.5 > 0.2 > like.of_article(piece(CHESS)).value
    assert like.of_words("丝绸合作社添了缫丝机").value > like.of_words("围棋公开赛今天落子").value
    with pytest.raises(SeedFileError, match=r"missing.*no such file"):
        aim(focus(tmp_path, like=["missing/*.txt"]))


def test_kinds_of_evidence_are_averaged_and_explained() -> None:
    both = aim(focus(regions=["江西"], keywords=["缫丝"]))
    score = both.of_article(piece("萍乡市开了一家书店，萍乡市的读者很多。"))
    assert score.parts["keywords"] == 0.0
    assert score.value == pytest.approx(score.parts["regions"] / 2)
    assert str(score) == "0.40 (regions 0.80, keywords 0.00)"
    assert TopicAim().of_article(piece(CHESS)).value == 1.0, "nothing is asked for"


def test_links_without_words_are_judged_by_what_came_of_their_section() -> None:
    promises = LinkScorer(aim(focus(regions=["江西"])))
    site = SiteConfig(id="a", name="a", home="http://a.example/")
    for n in range(6):
        promises.judge(piece("萍乡市的电瓷厂扩产，萍乡市很忙。", url=f"http://a.example/jx/{n}.html"))
        promises.judge(piece(CHESS, url=f"http://a.example/qi/{n}.html"))

    def of(url: str, text: str = "", around: str = "") -> float:
        return promises.of_link(f"http://a.example/{url}", text, promises.of_title(around), site)

    assert of("jx/9.html") > of("qi/9.html") + 0.2
    assert of("jx/9.html", "更多") == of("jx/9.html"), "更多 says nothing"
    assert of("qi/9.html", "萍乡电瓷厂扩产了") > of("jx/9.html", "围棋公开赛落子了")
    assert of("x/9.html", "围棋公开赛落子了", "江西新闻") > of("x/9.html", "围棋公开赛落子了", "体育新闻")
    home = site.model_copy(update={"region": "江西/萍乡"})
    fresh = LinkScorer(promises.aim)
    assert fresh.of_link("http://a.example/1", "", None, home) > fresh.of_link("http://a.example/1", "", None, site)


def test_experience_needs_more_than_one_article() -> None:
    experience = SectionExperience()
    experience.note("http://a.example/x/1.html", 0.0)
    once = experience.expect("http://a.example/x/2.html", 0.5)
    for n in range(20):
        experience.note(f"http://a.example/x/{n}.html", 0.0)
    assert 0.2 < once < 0.5
    assert experience.expect("http://a.example/x/2.html", 0.5) < 0.02
    assert 0.02 < experience.expect("http://a.example/y/2.html", 0.5) < 0.1, "another section of the same site"
    assert experience.expect("http://b.example/x/2.html", 0.5) == 0.5


def test_what_is_off_topic_is_a_drop_that_names_the_score() -> None:
    class Cleaner:
        def submit(self, page: Page) -> Future[Article | Drop]:
            done: Future[Article | Drop] = Future()
            if page.origin == "broken":
                done.set_exception(RuntimeError("broken"))
            else:
                done.set_result(piece(page.body.decode()))
            return done

        def close(self) -> None:
            pass

    sieve = TopicFilter(Cleaner(), LinkScorer(aim(focus(regions=["江西"], min_score=0.3))))
    assert isinstance(sieve.submit(Page(body="萍乡市的电瓷厂扩产。".encode(), origin="a")).result(), Article)
    drop = sieve.submit(Page(body=CHESS.encode(), origin="b")).result()
    assert isinstance(drop, Drop)
    assert (drop.stage, drop.reason) == ("match", "off topic")
    assert drop.detail == "score 0.00 (regions 0.00) is under 0.30"
    with pytest.raises(RuntimeError, match="broken"):
        sieve.submit(Page(body=b"", origin="broken")).result()


def queue(pages: int, active: dict[str, list[Request]]) -> BestFirst:
    """A queue over hosts that have these requests on their way."""
    crawler: Any = get_crawler(settings_dict={"PAGES_OF_RUN": pages})
    slots = {host: SimpleNamespace(active=requests) for host, requests in active.items()}
    running = {request for requests in active.values() for request in requests}
    downloader = SimpleNamespace(slots=slots, active=running, get_slot_key=lambda r: urlsplit(r.url).hostname)
    crawler.engine = SimpleNamespace(downloader=downloader, scraper=SimpleNamespace(slot=None))
    return BestFirst.from_crawler(crawler, FifoMemoryQueue, "")


def asking(host: str, priority: int, kind: str = "page") -> Request:
    url = f"http://{host}.example/{priority}"
    site = SiteConfig(id=host, name=host, home=f"http://{host}.example/")
    found = DiscoveredUrl(url=url, site=host, kind="page" if kind == "page" else "feed", priority=priority)
    return request_for(url, RequestContext(site=site, found=found), callback=NO_CALLBACK, priority=priority)


def popped(some: BestFirst) -> list[str]:
    return [urlsplit(request.url).path[1:] for request in iter(some.pop, None)]


def test_the_best_request_of_all_hosts_comes_first() -> None:
    best = queue(0, {})
    for host, priority in [("a", 10), ("a", 80), ("b", 50), ("c", 95), ("b", 70)]:
        best.push(asking(host, priority))
    assert popped(best) == ["95", "80", "70", "50", "10"]


def test_poor_requests_wait_for_better_ones_only_where_pages_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    busy = {"a.example": [asking("a", 99), asking("a", 98)]}
    for pages, expected in ((0, ["10"]), (20, [])):
        best = queue(pages, busy)
        best.push(asking("a", 90))
        best.push(asking("b", 10))
        assert popped(best) == expected
    monkeypatch.setattr("crawler.scheduling.best_first._PATIENCE", 0.0)
    assert popped(best) == ["10"], "a host that is stuck holds nothing up for long"


def test_pages_wait_until_the_lists_are_read() -> None:
    reading = {"a.example": [asking("a", 1000, "seed")]}
    best = queue(20, reading)
    best.push(asking("b", 90))
    best.push(asking("c", 999, "seed"))
    assert popped(best) == ["999"]


RUN = """
import json, sys
from pathlib import Path
from cleaners.config import load_job
from crawler.run import crawl
if __name__ == "__main__":
    report = crawl([load_job("job.yaml")], store=Path("job.db").absolute(), limit=json.loads(sys.argv[1]))
    print(json.dumps({"pages": report.pages, "drops": dict(report.drops)}))
"""
ON_TOPIC = ("pingxiang-", "ganzhou-", "yichun-", "anyuan-")  # the stories of the small web that are about 江西


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    pages: int
    on_topic: int
    articles: int
    drops: dict[str, int]


def crawl(folder: Path, web: SmallWeb, focused: str, limit: int) -> Crawled:
    folder.mkdir()
    origins = {site.replace("-", "_"): origin for site, origin in web.origins.items()}
    hosts = json.dumps(sorted({urlsplit(origin).hostname for origin in web.origins.values()}))
    text = Template((HERE / "seeds.yaml").read_text(encoding="utf-8")).substitute(origins, hosts=hosts)
    (folder / "job.yaml").write_text(text + focused, encoding="utf-8")
    (folder / "run.py").write_text(RUN)
    done = subprocess.run(
        [sys.executable, "run.py", json.dumps(limit)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.splitlines()[-1])
    with Store.open(folder / "job.db", create=False) as store:
        urls = {one.article.url for one in store.clippings.select(Selection(), with_duplicates=True)}
    plan = read()
    truth = {
        web.origins[posting.site] + posting.path(plan.sites[posting.site])
        for posting in plan.postings
        if posting.story.startswith(ON_TOPIC)
    }
    return Crawled(pages=report["pages"], on_topic=len(urls & truth), articles=len(urls), drops=report["drops"])


def test_with_half_the_pages_a_focused_crawl_gathers_half_as_many_again(tmp_path: Path) -> None:
    with serving(read()) as web, ThreadPoolExecutor() as both:
        half = sum(page.kind == "article" for page in web.manifest.pages) // 2
        jobs = {"broad": "", "focused": "focus: {regions: [江西]}\n"}
        broad, focused = both.map(lambda name: crawl(tmp_path / name, web, jobs[name], half), jobs)
    print(f"\non topic of {half} pages: {broad.on_topic} breadth first, {focused.on_topic} with the focus")
    assert broad.pages <= half >= focused.pages
    assert broad.on_topic >= 3
    assert focused.on_topic >= 1.5 * broad.on_topic
    assert focused.articles == focused.on_topic, "what is off topic is not kept"
    assert focused.drops["match: off topic"] > 5
