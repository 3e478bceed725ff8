"""The small web is what its manifest says, and the demo finds it so."""

from __future__ import annotations

import gzip
import http.client
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from cleaners import config, pipeline, readers
from cleaners.items import Article, Clipping, Cluster, Drop, Evidence, Match, MatchKind, NewspaperEdition, Page
from crawler.demo import disguise, saved, server
from crawler.demo.check import bare, check
from crawler.demo.expectations import promises
from crawler.demo.manifest import DemoManifest, PageTruth
from crawler.demo.plan import DemoPlan, read
from crawler.demo.server import serving
from crawler.demo.web import SmallWeb

ROOT = Path(__file__).resolve().parent.parent
ENCODINGS = {"forum": "gbk", "huawen": "big5"}


@pytest.fixture(scope="module")
def plan() -> DemoPlan:
    return read()


@pytest.fixture(scope="module")
def web(plan: DemoPlan) -> Iterator[SmallWeb]:
    with serving(plan) as served:
        yield served


def fetch(url: str, method: str = "GET") -> tuple[int, dict[str, str], bytes]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.request(method, parts.path + (f"?{parts.query}" if parts.query else ""))
    response = connection.getresponse()
    try:
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def pages(web: SmallWeb, kind: str) -> list[PageTruth]:
    return [page for page in web.manifest.pages if page.kind == kind]


def test_the_small_web_is_as_large_as_promised(web: SmallWeb) -> None:
    articles = web.manifest.articles.values()
    assert len(articles) + len(web.saved) == len(read().postings)
    assert len(web.origins) >= 6
    assert len(web.manifest.pages) >= 60
    assert len({article.story for article in articles}) >= 20
    assert sum(article.is_copy for article in articles) >= 15
    assert sum(article.is_cut for article in articles) >= 4
    assert {one for article in articles for one in article.disguises} == {"annotated", "byte-slip", "spun", "converted"}
    assert len({urlsplit(origin).netloc for origin in web.origins.values()}) == len(web.origins)


def test_every_page_answers_as_the_manifest_says(web: SmallWeb) -> None:
    wanted = {"redirect": 302, "missing": 404, "failing": 500}
    for page in web.manifest.pages:
        status, headers, body = fetch(page.url)
        assert status == wanted.get(page.kind, 200), page.url
        assert int(headers["content-length"]) == len(body)


def test_article_pages_hold_what_the_truth_keeps_and_the_noise_it_names(web: SmallWeb, plan: DemoPlan) -> None:
    for page in pages(web, "article"):
        assert page.article is not None
        encoding = ENCODINGS.get(plan.sites[page.site].template, "utf-8")
        bodies = [fetch(url)[2].decode(encoding) for url in page.article.page_urls or (page.url,)]
        visible = bare(unescape(re.sub(r"<[^>]+>", "", "".join(bodies))))
        for lines in page.article.noise.values():
            assert all(bare(line) in visible for line in lines), page.url
        if not {"annotated", "spun"} & set(page.article.disguises):
            assert all(bare(paragraph) in visible for paragraph in page.article.keep), page.url


def test_noise_is_never_part_of_the_article_it_stands_beside(web: SmallWeb) -> None:
    for page in pages(web, "article"):
        assert page.article is not None
        kept = bare("".join(page.article.keep))
        for lines in page.article.noise.values():
            assert not [line for line in lines if len(bare(line)) >= 5 and bare(line) in kept], page.url


def test_lists_of_the_mirror_are_longer_than_its_articles(web: SmallWeb) -> None:
    for page in pages(web, "article"):
        if page.site == "nuanyang-mirror":
            assert page.article is not None
            text = fetch(page.url)[2].decode()
            lists = re.sub(r"<[^>]+>", "", text[text.index("相关阅读") : text.index("Copyright")])
            assert len(bare(lists)) > sum(len(paragraph) for paragraph in page.article.keep)


def test_the_web_is_the_same_every_time(plan: DemoPlan) -> None:
    with serving(plan, port=0) as one:
        origin = one.origins["lvzhou-daily"]
        first = {
            url.removeprefix(origin): answer.body.replace(origin.encode(), b"") for url, answer in one.answers.items()
        }
    with serving(plan, port=0) as two:
        origin = two.origins["lvzhou-daily"]
        again = {
            url.removeprefix(origin): answer.body.replace(origin.encode(), b"") for url, answer in two.answers.items()
        }
    same = [path for path in first if path.startswith("/") and first[path] == again[path]]
    assert len(same) >= 30


def test_nothing_listens_when_the_block_is_left(plan: DemoPlan) -> None:
    with serving(plan, port=0) as web:
        url = web.origins["lvzhou-daily"] + "/robots.txt"
        assert fetch(url)[0] == 200
    with pytest.raises(ConnectionRefusedError):
        fetch(url)


def test_a_machine_with_one_loopback_address_serves_by_ports(plan: DemoPlan, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_NETWORK", "192.0.2.{}")  # RFC 5737: no machine has it
    with serving(plan) as web:
        places = [urlsplit(origin) for origin in web.origins.values()]
        assert {place.hostname for place in places} == {"127.0.0.1"}
        assert len({place.port for place in places}) == len(places)
        assert fetch(web.origins["baixiao-spun"] + "/")[0] == 200


def test_a_port_that_is_taken_does_not_matter(plan: DemoPlan, web: SmallWeb) -> None:
    with serving(plan) as second:
        assert set(second.origins.values()).isdisjoint(web.origins.values())
        assert fetch(second.origins["baixiao-spun"] + "/")[0] == 200


def test_the_calendar_has_no_end(web: SmallWeb) -> None:
    origin = web.origins["lvzhou-daily"]
    for month in ("1999-12", "2031-01"):
        status, _, body = fetch(f"{origin}/calendar/{month}.html")
        assert status == 200
        assert "下个月".encode() in body
    assert fetch(f"{origin}/calendar/2031-13.html")[0] == 404
    assert fetch(f"{origin}/robots.txt")[2].decode().splitlines()[1] == "Disallow: /internal/"


def test_an_issue_has_two_pages_with_several_articles(web: SmallWeb) -> None:
    editions = Counter(article.edition for article in web.manifest.articles.values() if article.edition)
    assert editions == {("1", "要闻"): 2, ("2", "经济"): 2}
    home = fetch(web.origins["tahe-paper"] + "/")[2].decode()
    assert 'http-equiv="refresh"' in home
    assert "content_" not in home


def test_saved_pages_are_read_with_the_address_they_were_saved_from(web: SmallWeb, tmp_path: Path) -> None:
    folder = saved.write(web.saved, tmp_path / "saved")
    assert {path.name for path in folder.glob("*_files/*")} == {"style.css", "share.js", "advert.html", "logo.png"}
    with gzip.open(folder / "kunlun-weekly.warc.gz") as warc:
        assert b"WARC-Target-URI: <http://www.kunlun-weekly.example/" in warc.read()
    pages = [page for page in readers.read([folder]) if isinstance(page, Page)]
    assert {page.url for page in pages} == {one.truth.url for one in web.saved}
    assert len(pages) == len(web.saved) == 4
    for page in pages:
        article = pipeline.clean(page)
        assert isinstance(article, Article)
        truth = web.whole.articles[page.url or ""]
        assert all(bare(paragraph) in bare(article.text) for paragraph in truth.keep)
    before = {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    saved.write(web.saved, folder)
    assert before == {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_annotations_stand_behind_the_characters_of_the_table() -> None:
    assert disguise.annotate("電瓷產業在蘆溪") == "電(diàn)瓷產(chǎn)業(yè)在蘆(lú)溪"


def test_a_slip_loses_one_byte_and_falls_into_step_again() -> None:
    slipped = disguise.slip("遊人如織。總投資5.2億元")
    assert slipped == "遊人如織？偼顿Y5.2億元"
    assert len(slipped.encode("gbk")) == len("遊人如織。總投資5.2億元".encode("gbk")) - 1


def test_spinning_swaps_words_and_leaves_numbers() -> None:
    assert disguise.spin("基础设施建设投资4.6亿元") == "根本举动步伐培植投入资金4.6亿元"


def test_the_seed_file_of_the_demo_is_a_valid_job(web: SmallWeb, tmp_path: Path) -> None:
    from crawler.demo.run import _seeds

    job = config.parse_job(_seeds(web))
    assert {site.id for site in job.sites} == set(web.origins)
    assert job.is_local


def perfect(manifest: DemoManifest) -> list[Clipping]:
    """What a store would hold after a faultless run."""
    ids = {url: f"{n:016x}" for n, url in enumerate(manifest.articles)}
    origins = {truth.story: ids[url] for url, truth in manifest.articles.items() if not truth.is_copy}
    clippings = []
    for page in manifest.pages:
        if (truth := page.article) is None:
            continue
        origin = origins[truth.story]
        linked = [origin] if truth.is_copy else [origins[part] for part in truth.parts]
        article = Article(
            id=ids[page.url], origin="x", url=page.url, site=page.site, title=truth.title, text="\n".join(truth.keep),
            published=truth.published, source=truth.source,
            disguises=("annotated",) if "annotated" in truth.disguises else (),
            edition=NewspaperEdition(number=truth.edition[0], name=truth.edition[1]) if truth.edition else None,
            parts=truth.page_urls,
        )  # fmt: skip
        kind: MatchKind = "spun" if "spun" in truth.disguises else "contains" if truth.is_cut else "near"
        matches = [Match(kind=kind, other=o, similarity=1, containment=1, evidence=Evidence(shared=9)) for o in linked]
        first = next(url for url, own in ids.items() if own == origin)
        cluster = Cluster(id=origin, size=2, is_canonical=not truth.is_copy, earliest_url=first)
        clippings.append(Clipping(article=article, matches=tuple(matches), cluster=cluster))
    return clippings


def drops(manifest: DemoManifest) -> list[Drop]:
    return [
        Drop(origin="x", url=page.url, stage="fetch", reason="robots.txt forbids")
        for page in manifest.pages
        if page.kind not in {"article"}
    ]


def broken(manifest: DemoManifest, clippings: list[Clipping], dropped: list[Drop]) -> set[str]:
    return {str(one.name) for one in promises(check(manifest, clippings, dropped)) if one.status == "broken"}


def test_a_faultless_run_keeps_every_promise(web: SmallWeb) -> None:
    found = promises(check(web.manifest, perfect(web.manifest), drops(web.manifest)))
    assert len(found) >= 12
    assert [str(one.name) for one in found if one.status != "kept"] == []


def test_each_kind_of_fault_is_seen(web: SmallWeb) -> None:
    manifest = web.manifest
    good, dropped = perfect(manifest), drops(manifest)

    def with_first(**changes: object) -> list[Clipping]:
        return [replace(good[0], article=replace(good[0].article, **changes)), *good[1:]]  # type: ignore[arg-type]

    def with_cluster(one: Clipping, **changes: object) -> Clipping:
        return replace(one, cluster=replace(one.cluster, **changes))  # type: ignore[type-var, arg-type]

    elsewhere = [with_cluster(one, earliest_url=pages(web, "login")[0].url) for one in good]
    text = good[0].article.text
    noise = next(
        line
        for lines in check(manifest, good, dropped).pages[0].truth.noise.values()
        for line in lines
        if len(line) > 6
    )
    faults = {
        "every article is stored": good[1:],
        "no paragraph is lost": with_first(text=text[:-40]),
        "an article of several pages is one record": [
            replace(one, article=replace(one.article, parts=())) for one in good
        ],
        "no planted noise is left": with_first(text=f"{text}\n{noise}"),
        "titles, dates, sources and editions are as the pages say": with_first(title="别的标题"),
        "honest text is left alone": with_first(disguises=("spun",)),
        "nothing else is stored": with_first(url=pages(web, "login")[0].url),
        "every copy is linked to its story": [replace(one, matches=()) for one in good],
        "a compilation is linked to the stories it quotes": [replace(one, matches=()) for one in good],
        "different stories stay apart": [
            replace(one, cluster=Cluster(id="1", size=9, is_canonical=True)) for one in good
        ],
        "the site that had a story first is named": elsewhere,
        "the best copy of a story is a whole and undisguised one": [
            with_cluster(one, is_canonical=False) for one in good
        ],
    }
    for promise, clippings in faults.items():
        assert promise in broken(manifest, clippings, dropped), promise
    assert "robots.txt is obeyed" in broken(manifest, good, [])


def test_spun_copies_that_are_missed_are_called_not_yet_found(web: SmallWeb) -> None:
    alone = [replace(one, matches=()) for one in perfect(web.manifest)]
    found = {str(one.name): one.status for one in promises(check(web.manifest, alone, drops(web.manifest)))}
    assert found["spun copies are linked to their story"] == "not yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A demo that has ended."""

    code: int
    out: str
    err: str
    group: int
    """Its process group."""
    folder: Path


@pytest.fixture(scope="module")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """The demo in a process of its own, as `jianbao demo` runs it, in a folder where an older one left things."""
    folder = tmp_path_factory.mktemp("demo")
    (folder / "demo-out" / "jianbao.warc").mkdir(parents=True)
    (folder / "demo-out" / "jianbao.warc" / "old.warc.gz").touch()
    (folder / "demo-out" / "jianbao.db").write_text("no store", encoding="utf-8")
    (folder / "demo-out" / "mine.txt").touch()
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    process = subprocess.Popen(
        [sys.executable, "-c", "from crawler.cli import main; main()", "demo"],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
    )  # fmt: skip
    out, err = process.communicate(timeout=240)  # seconds; the first run compiles
    return Ended(code=process.returncode, out=out, err=err, group=process.pid, folder=folder)


def ended(group: int, seconds: float) -> bool:
    """Whether no process of a group is left after so long."""
    for _ in range(int(seconds * 10)):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_the_demo_leaves_nothing_running_and_only_its_own_files(demo_run: Ended) -> None:
    assert not (demo_run.folder / "demo-out" / "jianbao.warc" / "old.warc.gz").exists()
    assert (demo_run.folder / "demo-out" / "mine.txt").exists()
    assert {path.name for path in demo_run.folder.iterdir()} == {"demo-out"}
    assert ended(demo_run.group, seconds=5)  # the last helpers of a process pool may take a moment


def test_the_demo_keeps_its_promises(demo_run: Ended, web: SmallWeb) -> None:
    assert demo_run.code == 0, demo_run.out + demo_run.err
    kinds = Counter(page.kind for page in web.whole.pages)
    copies = sum(article.is_copy for article in web.whole.articles.values())
    hard = sum("spun" in article.disguises for article in web.whole.articles.values())
    assert f"every article is stored: {kinds['article']} of {kinds['article']}" in demo_run.out
    assert f"every copy is linked to its story: {copies - hard} of {copies - hard}" in demo_run.out
    assert "robots.txt is obeyed: 1 of 1" in demo_run.out
    assert "jianbao search" in demo_run.out
    assert "jianbao serve --store" in demo_run.out
    assert f"spun copies are linked to their story: {hard} of {hard}" in demo_run.out
    assert "BROKEN" not in demo_run.out
    assert "not yet" not in demo_run.out
    assert demo_run.err == ""


def test_what_to_type_next_works_in_the_shell_that_ran_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    from crawler.demo import report

    monkeypatch.setattr("sys.argv", [".venv/bin/jianbao", "demo"])
    for known, called in ((None, ".venv/bin/jianbao"), ("/usr/bin/jianbao", "jianbao")):
        monkeypatch.setattr("shutil.which", lambda name, known=known: known)
        assert report._called() == called
    monkeypatch.setattr("sys.argv", ["/x/crawler/__main__.py", "demo"])
    assert report._called() == "jianbao"
