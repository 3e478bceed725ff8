"""Pages that only a browser can read, in a real headless Chromium against servers on loopback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cleaners import __version__, pipeline, readers
from cleaners.config import RenderLimits, SiteConfig
from cleaners.items import Article, Page
from cleaners.maintenance.takedown import take_down
from cleaners.store import Store
from cleaners.warc import read_back
from cleaners.warc.scan import WarcRecord, records
from crawler.browser import chromium, missing
from tests.crawling import Crawled, one_site, run, start
from tests.small_server import Reply, article, listing, serving

WITHOUT = missing()
real_browser = pytest.mark.skipif(bool(WITHOUT), reason=f"no browser on this machine: {WITHOUT}")

NOSCRIPT = "<noscript>We are sorry but this page needs JavaScript.</noscript>"
SHELL = "<!DOCTYPE html><html><head><meta charset=utf-8><title>绿洲晨报</title></head><body><div id=app></div>{}</body></html>"


def shell(script: str) -> Reply:
    """A page that shows nothing until its script has run."""
    return Reply(SHELL.format(f"{NOSCRIPT}<script>{script}</script>"))


def body(n: int) -> str:
    return article(n).partition("<body>")[2].partition("<ul>")[0]


def data(n: int) -> Reply:
    """An article as data."""
    return Reply(json.dumps({"body": body(n)}), Content_Type="application/json")


def show(n: int) -> str:
    """A script that puts an article into the page."""
    return f"document.getElementById('app').innerHTML = {json.dumps(body(n))};"


def fetching(*addresses: str) -> str:
    """A script that shows the article of the first address when it has asked for all of them."""
    return (
        "const ask = url => fetch(url).then(answer => answer.json()).catch(() => null);"
        f"Promise.all({json.dumps(addresses)}.map(ask)).then(all => document.getElementById('app').innerHTML = all[0].body);"
    )


APP = "fetch('/api' + location.pathname + location.hash.slice(1)).then(a => a.json()).then(a => app.innerHTML = a.body)"


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    inside_pages = {"/inside": Reply("{}"), "/own": Reply("{}"), "/page": shell(fetching("/own"))}
    with serving("127.0.0.1", {}) as server, serving("127.0.0.2", inside_pages) as inside:
        server.pages |= {
            "/robots.txt": Reply("User-agent: *\nDisallow: /secret/\n", Content_Type="text/plain"),
            "/": shell(
                f"document.getElementById('app').innerHTML = {json.dumps(listing('/a/1', '/a/2', '/a/3', '/a/4', '/a/5'))}"
            ),
            "/app.js": Reply(APP, Content_Type="text/javascript"),
            "/a/1": Reply(
                SHELL.format("<link rel=stylesheet href=/look.css><img src=/photo.jpg><script src=/app.js></script>"),
                X_Robots_Tag="noai",
            ),
            "/a/2": Reply(SHELL.format("<script src=/app.js></script>")),
            "/a/3": shell(fetching("/api/a/3", "/secret/count", f"{inside.base}/inside")),
            "/a/4": Reply(article(4) + "<script>fetch('/never')</script>"),
            "/a/5": shell("location.href = ['', 'a', '6'].join('/')"),
            "/a/6": Reply(article(6)),
            **{f"/api/a/{n}": data(n) for n in (1, 2, 3)},
        }
        servers = {"server": server, "inside": inside}
        seeds = one_site(server.base, "render: true").replace(
            "allow_private_hosts: [", 'allow_private_hosts: ["127.0.0.2", '
        )
        seeds = seeds.replace("sites: [", f'sites: [{{id: b, name: b, home: "{inside.base}/page", render: true}}, ')
        yield run(tmp_path_factory.mktemp("rendered"), seeds, servers)


@real_browser
def test_what_scripts_show_is_read_on_lists_and_pages(rendered: Crawled) -> None:
    articles = rendered.articles()
    assert set(articles) == {"a/1", "a/2", "a/3", "a/4", "a/6"}
    assert all(one.title == f"{path[-1]}号渠放水" and len(one.text.split("\n")) == 6 for path, one in articles.items())
    assert not any("JavaScript" in one.text for one in articles.values())
    assert rendered.report["rendered"] == 4  # the list and three pages; what a script led on to is none of its own
    assert rendered.drops() == {"page": "script shell"}


@real_browser
def test_only_shells_are_rendered_and_only_what_may_bring_text_is_asked_for(rendered: Crawled) -> None:
    server = rendered.servers["server"]
    assert not {"/never", "/look.css", "/photo.jpg", "/favicon.ico"} & set(server.paths)
    assert server.paths.count("/app.js") == 1  # the pages of a run share their scripts
    assert all(server.paths.count(f"/a/{n}") == 1 for n in range(1, 7))  # the browser gets what was fetched
    assert {agent for _, _, agent in server.seen} == {f"jianbao/{__version__} (+loopback only)"}
    assert server.most_at_once == 1


@real_browser
def test_scripts_reach_neither_private_addresses_nor_what_robots_txt_forbids(rendered: Crawled) -> None:
    # The private host is one that another site of the job may reach.
    assert set(rendered.servers["inside"].paths) == {"/robots.txt", "/page", "/own"}
    assert "/secret/count" not in rendered.servers["server"].paths
    assert rendered.report["kept_off"] == {"robots.txt forbids": 1, "guard: private address": 1}
    notes = b"".join(path.read_bytes() for path in _unpacked(rendered.store))
    base = rendered.servers["inside"].base
    assert f"refused: {base}/inside guard: private address\r\n".encode() in notes
    assert b"/secret/count robots.txt forbids\r\n" in notes


def _unpacked(store: Path) -> list[Path]:
    out = []
    for path in store.with_suffix(".warc").glob("*.warc.gz"):
        plain = path.with_suffix("")
        with plain.open("wb") as file:
            subprocess.run(["gzip", "-dc", path], stdout=file, check=True)
        out.append(plain.rename(path.with_suffix(".plain")))
    return out


@real_browser
def test_what_was_rendered_is_cleaned_again_from_the_archive(rendered: Crawled) -> None:
    for article_ in rendered.articles().values():
        page = read_back(article_.origin, rendered.store)
        again = pipeline.clean(page)
        assert isinstance(again, Article)
        assert (again.id, again.text, again.title, again.fetched_at, again.opt_out) == (
            article_.id, article_.text, article_.title, article_.fetched_at, article_.opt_out,
        )  # fmt: skip
    assert len(rendered.articles()["a/1"].opt_out) == 1
    kinds = [one.kind for one in records(rendered.store) if isinstance(one, WarcRecord)]
    assert kinds.count("conversion") == 4
    pages = [one for one in readers.read([rendered.store.with_suffix(".warc")]) if isinstance(one, Page)]
    kept = {one.url for one in map(pipeline.clean, pages) if isinstance(one, Article)}
    assert kept == {one.url for one in rendered.articles().values()}


@real_browser
def test_what_was_rendered_is_taken_down_with_the_answer_it_was_made_from(rendered: Crawled, tmp_path: Path) -> None:
    store = tmp_path / "job.db"
    shutil.copy(rendered.store, store)
    shutil.copytree(rendered.store.with_suffix(".warc"), store.with_suffix(".warc"))
    one = rendered.articles()["a/3"]
    take_down(store, [one.id], "asked for")
    left = [found for found in records(store) if isinstance(found, WarcRecord) and found.url == one.url]
    assert left == []
    words = one.text[:12].encode()
    assert not any(words in path.read_bytes() for path in _unpacked(store))
    assert any(words in path.read_bytes() for path in _unpacked(rendered.store))


@real_browser
def test_a_page_that_shows_the_same_again_is_unchanged_though_only_its_script_knows(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as server:
        server.pages |= {
            "/app.js": Reply(APP, Content_Type="text/javascript"),
            "/a/1": Reply(SHELL.format("<script src=/app.js></script>"), ETag='"1"'),
            "/a/2": Reply(SHELL.format("<script src=/app.js></script>"), ETag='"2"'),
            **{f"/api/a/{n}": data(n) for n in (1, 2)},
        }
        seeds = f'render: true, seeds: [{{page: "{server.base}/a/1"}}, {{page: "{server.base}/a/2"}}]'
        first = run(tmp_path, one_site(server.base, seeds), {"server": server})
        assert first.report["articles"] == 2
        server.pages["/api/a/2"] = data(3)
        with closing(sqlite3.connect(tmp_path / "job.db")) as database, database:
            database.execute("UPDATE ledger SET next_visit = 1")  # all is due
        again = run(tmp_path, one_site(server.base, seeds), {"server": server})
    assert server.conditional == []  # that the shell is the same would say nothing
    assert (again.report["unchanged"], again.report["articles"]) == (1, 1)
    assert {path: one.title for path, one in again.articles().items()} == {"a/1": "1号渠放水", "a/2": "3号渠放水"}


@real_browser
def test_each_route_of_a_page_is_rendered_for_itself(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as server:
        server.pages |= {
            "/app.js": Reply(APP, Content_Type="text/javascript"),
            "/x": Reply(SHELL.format("<script src=/app.js></script>")),
            **{f"/api/x/a/{n}": data(n) for n in (1, 2)},
        }
        seeds = f'render: true, seeds: [{{page: "{server.base}/x#/a/1"}}, {{page: "{server.base}/x#/a/2"}}]'
        crawled = run(tmp_path, one_site(server.base, seeds), {"server": server})
    assert {path: one.title for path, one in crawled.articles().items()} == {
        "x#/a/1": "1号渠放水",
        "x#/a/2": "2号渠放水",
    }


# name -> script, what becomes of the page: the number of its article, or what its Drop says.
HOSTILE: dict[str, tuple[str, int | str]] = {
    "a script that never ends": ("while (true) {}", "do not come to an end in 8 s"),
    "dialogs without end": ("while (true) alert(1)", "do not come to an end in 8 s"),
    "dialogs": ("alert(1); confirm(2); prompt(3);" + show(1), 1),
    "a large answer": ("fetch('/large').then(a => a.text()).catch(() => 0).then(() => {" + show(2) + "})", 2),
    "a page that grows": (
        "app.style.display = 'none'; let s = 'x'; setInterval(() => { if (s.length < 4e6) s += s; app.textContent = s }, 20)",
        "it grows beyond 1000000 characters",
    ),
    "a download": (
        "const a = document.createElement('a'); a.href = URL.createObjectURL(new Blob(['x']));"
        "a.download = 'x.bin'; a.click();" + show(3),
        3,
    ),
    "windows": ("for (let i = 0; i < 5; i++) window.open('/window');" + show(4), 4),
    "frames": ("const f = document.createElement('iframe'); f.src = '/frame'; document.body.append(f);" + show(5), 5),
    "a page that loads itself again": ("location.reload()", "it only leads to"),
    "a page that stays empty": ("void 0", "it shows nothing"),
    "an application of the phone": ("location.href = 'weixin://open'", "it "),
    "requests without end": ("setInterval(() => fetch('/tick').catch(() => 0), 100);" + show(6), 6),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    names = list(HOSTILE)
    with serving("127.0.0.1", {}) as server:
        server.pages |= {f"/{n}": shell(HOSTILE[name][0]) for n, name in enumerate(names)}
        server.pages |= {"/large": Reply(b"x" * 3_000_000, Content_Type="text/plain"), "/tick": Reply("1")}
        seeds = ", ".join(f'{{page: "{server.base}/{n}"}}' for n in range(len(names)))
        extra = f"render: {{seconds: 8, requests: 20, megabytes: 1}}, seeds: [{seeds}]"
        yield run(tmp_path_factory.mktemp("hostile"), one_site(server.base, extra), {"server": server})


@real_browser
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pages_end_as_what_they_show_or_as_a_drop(hostile: Crawled, name: str) -> None:
    path, outcome = str(list(HOSTILE).index(name)), HOSTILE[name][1]
    if isinstance(outcome, int):
        assert hostile.articles()[path].title == f"{outcome}号渠放水"
    else:
        with Store.open(hostile.store, create=False) as store:
            found = {drop.url: drop for drop in store.runs.drops(limit=99)}
        drop = found[f"{hostile.servers['server'].base}/{path}"]
        assert drop.reason == "not an article: script shell"
        assert outcome in drop.detail


@real_browser
def test_nothing_is_said_of_what_went_as_it_should(hostile: Crawled, rendered: Crawled) -> None:
    assert (hostile.log, rendered.log) == ("", "")


@real_browser
def test_neither_windows_nor_frames_are_fetched_and_requests_have_a_limit(hostile: Crawled) -> None:
    paths = hostile.servers["server"].paths
    assert not {"/window", "/frame"} & set(paths)
    assert paths.count("/tick") <= 20
    assert hostile.report["kept_off"]["too large"] == 1


@real_browser
def test_ten_thousand_requests_are_sixty(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as server:
        server.pages["/"] = shell("for (let i = 0; i < 10000; i++) fetch('/x/' + i).catch(() => 0);" + show(1))
        extra = f'render: {{seconds: 40}}, seeds: [{{page: "{server.base}/"}}]'
        crawled = run(tmp_path, one_site(server.base, extra), {"server": server}, archive_only=True)
        asked = [path for path in server.paths if path.startswith("/x/")]
        assert 0 < len(asked) <= RenderLimits().requests
    assert crawled.report["pages"] == 1
    assert 0 < crawled.report["kept_off"]["more than 60 requests"] <= 100  # the first hundred are told


@real_browser
def test_no_trick_of_a_page_reaches_an_address_of_this_machine(tmp_path: Path) -> None:
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.9", 0)) as tcp, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("127.0.0.9", 0))
        udp.setblocking(False)
        port, datagrams = tcp.getsockname()[1], udp.getsockname()[1]
        threading.Thread(target=_take, args=(tcp, taken), daemon=True).start()
        there = f"127.0.0.9:{port}"
        tricks = f"""
            const tried = trick => {{ try {{ trick() }} catch (error) {{}} }};
            const link = (rel, path) => {{
                const one = document.createElement('link');
                one.rel = rel; one.href = 'http://{there}/' + path; document.head.append(one);
            }};
            const code = text => URL.createObjectURL(new Blob([text]));
            tried(() => new WebSocket('ws://{there}/socket'));
            tried(() => navigator.sendBeacon('http://{there}/beacon', 'x'));
            for (const rel of ['preconnect', 'dns-prefetch', 'prefetch', 'preload', 'modulepreload', 'icon', 'manifest'])
                link(rel, rel);
            tried(() => new Worker(code("fetch('http://{there}/w').catch(() => 0); new WebSocket('ws://{there}/ww')")));
            tried(() => new SharedWorker(code("fetch('http://{there}/sw')")));
            tried(() => new EventSource('http://{there}/events'));
            tried(() => new WebTransport('https://{there}/transport'));
            tried(() => new Image().src = 'http://{there}/image');
            tried(() => {{
                const servers = ['stun:127.0.0.9:{datagrams}', 'stun:127.0.0.9:{port}?transport=tcp'];
                const turn = {{urls: 'turn:{there}?transport=tcp', username: 'a', credential: 'b'}};
                const call = new RTCPeerConnection({{iceServers: [{{urls: servers[0]}}, turn]}});
                call.createDataChannel('x');
                call.createOffer().then(offer => call.setLocalDescription(offer));
            }});
            fetch('http://{there}/fetch').catch(() => 0);
            fetch('/moved').catch(() => 0);
            fetch('http://localhost:{port}/name').catch(() => 0);
            fetch('http://2130706433:{port}/number').catch(() => 0);
            setTimeout(() => {{ {show(1)} }}, 2500);
        """
        with serving("127.0.0.1", {}) as server:
            server.pages |= {"/": shell(tricks), "/moved": Reply(status=302, Location=f"http://{there}/moved")}
            extra = f'render: true, seeds: [{{page: "{server.base}/"}}]'
            crawled = run(tmp_path, one_site(server.base, extra), {"server": server})
        with pytest.raises(BlockingIOError):
            udp.recv(1)
    assert crawled.report["articles"] == 1
    assert taken == []
    assert crawled.report["kept_off"]["guard: private address"] >= 3


def _take(listening: socket.socket, taken: list[bytes]) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        with connection:
            taken.append(connection.recv(100))


@real_browser
def test_what_a_limit_of_the_site_cuts_short_is_left_for_the_next_run(tmp_path: Path) -> None:
    with serving("127.0.0.1", {}) as server:
        server.pages |= {"/": shell(fetching("/api/1", "/api/2")), "/api/1": data(1), "/api/2": data(2)}
        seeds = f'render: true, seeds: [{{page: "{server.base}/"}}]'
        short = run(tmp_path, one_site(server.base, f"{seeds}, limits: {{pages: 1}}"), {"server": server})
        assert (short.report["articles"], short.report["drops"], short.report["left"]) == (0, {}, 1)
        whole = run(tmp_path, one_site(server.base, seeds), {"server": server})
    assert whole.report["articles"] == 1


@real_browser
def test_killed_while_it_renders_a_crawl_loses_nothing_and_leaves_no_browser(tmp_path: Path) -> None:
    pages = {f"/a/{n}": Reply(article(n)) for n in range(1, 4)}
    slow = shell(fetching("/api/4"))
    with serving("127.0.0.1", {"/": Reply(listing(*pages, "/slow")), **pages, "/slow": slow}) as server:
        server.pages["/api/4"] = data(4)
        reached = threading.Event()
        answers = server.pages
        server.pages = _Held(answers, "/api/4", reached)
        process = start(tmp_path, one_site(server.base, "render: true"))
        assert reached.wait(60)
        family = _descendants(process.pid)
        assert any("chromium" in name for name in family.values())
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=10)
        until = time.monotonic() + 20
        while (left := [pid for pid in family if _runs(pid, family[pid])]) and time.monotonic() < until:
            time.sleep(0.1)
        assert not left, [family[pid] for pid in left]
        server.pages = answers
        crawled = run(tmp_path, one_site(server.base, "render: true"), {"server": server})
    assert set(crawled.articles()) == {"a/1", "a/2", "a/3", "slow"}


@real_browser
def test_told_to_end_a_crawl_finishes_the_pages_that_are_open_and_leaves_the_others(tmp_path: Path) -> None:
    pages = {f"/a/{n}": shell(f"fetch('/open/{n}'); while (true) {{}}") for n in range(12)}
    with serving("127.0.0.1", {"/": Reply(listing(*pages)), **pages}) as server:
        process = start(tmp_path, one_site(server.base, "render: {seconds: 6}"))
        while not any(path.startswith("/a/11") for path in server.paths):
            assert process.poll() is None
            time.sleep(0.05)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        out, log = process.communicate(timeout=120)
    report = json.loads(out.splitlines()[-1])
    assert process.returncode == 0, log
    assert report["interrupted"]
    assert report["pages"] + report["left"] == 12
    assert report["left"] >= 4


class _Held(dict[str, Reply]):
    """Answers that say when one of them is asked for, and give that one late."""

    def __init__(self, pages: dict[str, Reply], path: str, reached: threading.Event) -> None:
        super().__init__(pages)
        self._path, self._reached = path, reached

    def get(self, path: str, default: Reply | None = None) -> Reply | None:  # type: ignore[override]
        if path == self._path:
            self._reached.set()
            time.sleep(3)
        return super().get(path, default)


def _descendants(root: int) -> dict[int, str]:
    """Process id -> name, of all that a process has started."""
    found: dict[int, str] = {root: _name(root)}
    while True:
        more = {
            int(entry): _name(int(entry))
            for entry in os.listdir("/proc")
            if entry.isdigit() and int(entry) not in found and _parent(int(entry)) in found
        }
        if not more:
            return found
        found |= more


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError):
        return -1


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def _runs(pid: int, name: str) -> bool:
    """Whether a process still runs: not one that has ended and that nobody has asked after, nor another of its number."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z" and _name(pid) == name


def test_without_chromium_the_drop_says_what_to_install(tmp_path: Path) -> None:
    if "pip install" in WITHOUT:
        pytest.skip(WITHOUT)
    with serving(
        "127.0.0.1", {"/": Reply(listing("/a/1", "/a/2")), "/a/1": shell(show(1)), "/a/2": Reply(article(2))}
    ) as server:
        seeds = one_site(server.base, "render: true")
        crawled = run(tmp_path, seeds, {"server": server}, variables={"JIANBAO_CHROMIUM": "/no/chromium"})
    assert set(crawled.articles()) == {"a/2"}
    with Store.open(crawled.store, create=False) as store:
        [drop] = store.runs.drops(limit=9)
    assert drop.reason == "not an article: script shell"
    assert "apt install chromium" in drop.detail


def test_without_the_key_the_drop_names_it_and_the_extra(tmp_path: Path) -> None:
    with serving("127.0.0.1", {"/": Reply(listing("/a/1")), "/a/1": shell(show(1))}) as server:
        crawled = run(tmp_path, one_site(server.base), {"server": server})
    with Store.open(crawled.store, create=False) as store:
        [drop] = store.runs.drops(limit=9)
    assert drop.reason == "not an article: script shell"
    assert "`render: true`" in drop.detail
    assert "pip install 'jianbao[browser]'" in drop.detail


def test_without_the_extra_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium.importlib.util, "find_spec", lambda name: None)
    assert missing() == "pip install 'jianbao[browser]'"


def test_render_is_yes_or_limits() -> None:
    def of(render: object) -> RenderLimits | None:
        return SiteConfig.model_validate({"id": "a", "name": "a", "home": "http://a.example/", "render": render}).render

    assert of(True) == RenderLimits()
    assert of(False) is None
    assert of({"seconds": 5}) == RenderLimits(seconds=5)
    with pytest.raises(ValueError, match="minutes"):
        of({"minutes": 5})
