"""The scheduler for many runs over a small web whose sites change, fail, move, come back: what grows, what gets lost?

    python benchmarks/soak.py [--runs 200] [--folder DIR]

What runs is `jianbao schedule` as a user starts it, its crawls and `jianbao sites check`, over HTTP on loopback. Two
things are not as at a user's: the pages are the demo's and generated ones, and the time of day is driven: six hours
pass between two runs, as on a machine that slept, by a library that is compiled here (a C compiler is needed;
libfaketime 0.9.10 breaks Python's sleep). The clocks by which programs wait are the real ones. Ctrl-C ends it early and
judges what was done.

Ends with exit code 1 where an article that a site published is not in the store, or one is there twice.
"""

from __future__ import annotations

import argparse
import mmap
import os
import queue
import shutil
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from string import Template
from typing import Literal
from urllib.parse import urlsplit

from generated import Newsroom
from rich.console import Console
from rich.table import Table

from cleaners.ingest.match_index import index_folder
from cleaners.store import Selection, Store
from cleaners.urls import canonical
from cleaners.warc import folder_of
from crawler.demo import plan as demo_plan
from crawler.demo.stories import HERE, DemoStory, StoryBlock
from crawler.demo.web import SmallWeb, WebAnswer, build

ROOT = Path(__file__).resolve().parent.parent
PORT = 8571
STEP = timedelta(hours=6)
BEGIN = datetime(2027, 3, 1, tzinfo=UTC)
ELSEWHERE = "127.0.0.40"  # where the forum moves to
CLOCK = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
static int (*real)(clockid_t, struct timespec *);
static const volatile int64_t *ahead;  /* seconds, in a file that all programs map */
__attribute__((constructor)) static void begin(void) {
    real = dlsym(RTLD_NEXT, "clock_gettime");
    int file = open(getenv("JIANBAO_SOAK_CLOCK"), O_RDONLY | O_CLOEXEC);
    void *place = mmap(0, 8, PROT_READ, MAP_SHARED, file, 0);
    if (place == MAP_FAILED) abort();
    ahead = place;
}
int clock_gettime(clockid_t which, struct timespec *now) {
    if (!ahead) begin();
    int code = real(which, now);
    if (!code && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) now->tv_sec += *ahead;
    return code;
}
int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec t;
    int code = clock_gettime(CLOCK_REALTIME, &t);
    now->tv_sec = t.tv_sec, now->tv_usec = t.tv_nsec / 1000;
    return code;
}
time_t time(time_t *to) {
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    if (to) *to = t.tv_sec;
    return t.tv_sec;
}
"""
Trouble = Literal[
    "", "pages fail", "all fails", "refuses", "hangs", "empty shells", "moved away", "moved paths", "silent"
]
TROUBLES: dict[str, tuple[tuple[float, float, Trouble], ...]] = {
    "yuequan-snapshot": ((0.10, 0.15, "pages fail"), (0.15, 0.20, "all fails")),
    "nuanyang-mirror": ((0.25, 0.32, "refuses"), (0.60, 0.68, "empty shells")),
    "jinsui-finance": ((0.40, 0.415, "hangs"),),
    "pingshui-forum": ((0.30, 0.70, "moved away"),),
    "baixiao-spun": ((0.45, 0.70, "moved paths"),),
    "nanyang-huawen": ((0.55, 0.80, "silent"),),
}
"""Site -> between which parts of the time what is wrong with it."""
NOTICED = 0.06  # so much later the operator writes the forum's new address into the seed file
LAST = 0.95  # then nothing new comes, so that all can have been found at the end
CHECKS = (0.09, 0.195, 0.29, 0.345, 0.67, 0.79, 0.95)  # when `jianbao sites check` is asked
SHELL = b"<!DOCTYPE html><title>.</title><body><div id=app></div><script src=/a.js></script></body>"


class DrivenClock:
    """The time of day of the programs that are watched: so many seconds before that of the machine."""

    def __init__(self, folder: Path) -> None:
        source, library, file = folder / "clock.c", folder / "clock.so", folder / "clock"
        source.write_text(CLOCK)
        subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-o", library, source, "-ldl"], check=True)
        file.write_bytes(bytes(8))
        with file.open("r+b") as opened:
            self._ahead = mmap.mmap(opened.fileno(), 8)
        temporary = folder / "tmp"
        temporary.mkdir()
        self.environment = {
            "PATH": "/usr/bin:/bin", "HOME": str(folder), "TMPDIR": str(temporary), "TZ": "UTC", "LANG": "C.UTF-8",
            "PYTHONPATH": str(ROOT), "LD_PRELOAD": str(library), "JIANBAO_SOAK_CLOCK": str(file),
        }  # fmt: skip

    def set(self, moment: datetime) -> None:
        """It is now so late."""
        self._ahead[:] = struct.pack("=q", round(moment.timestamp() - time.time()))


@dataclass
class Published:
    """What the sites have published."""

    story_of: dict[str, str] = field(default_factory=dict)
    """Every address of an article that a site has shown -> its story."""
    wanted: dict[tuple[str, str], int] = field(default_factory=dict)
    """(site, story) -> the run in which it was first there."""
    edited: dict[str, str] = field(default_factory=dict)
    """Name of a story that was changed -> what was added to it."""
    withdrawn: set[str] = field(default_factory=set)
    """Names of stories whose page is gone."""


class ChangingWeb:
    """The small web, run by run."""

    def __init__(self, runs: int) -> None:
        self._runs = runs
        self._plan = demo_plan.read()
        self._served = [site for site in self._plan.sites.values() if site.left == "all"]
        self._news = (one.article for one in Newsroom(7).articles(100_000) if one.original is None)
        self._begun: dict[str, int] = {}
        self._restored: dict[str, DemoStory] = {}
        self.published = Published()
        self.troubles: dict[str, Trouble] = {}
        self.hosts = {site.id: f"127.0.0.{20 + site.host}" for site in self._served}
        self.origins = {site: f"http://{host}:{PORT}" for site, host in self.hosts.items()}
        self.web: SmallWeb = build(self._plan, self.origins)
        self.known_as = dict(self.origins)
        """Site -> its origin as the seed file has it."""

    def advance(self, run: int) -> None:
        """Bring the web to where it is at a run: new articles, some changed, sites that fail or have moved."""
        at = run / self._runs
        now = BEGIN + run * STEP
        self.troubles = {
            site: next((what for begin, end, what in spans if begin <= at < end), "")
            for site, spans in TROUBLES.items()
        }
        stories, postings = dict(self._plan.stories), list(self._plan.postings)
        for number, site in enumerate(self._served):
            if site.template == "paper" or self.troubles.get(site.id) == "silent" or (run + number) % 2 or at >= LAST:
                continue
            name = f"{site.id}-{run}"
            article = next(self._news)
            blocks = tuple(StoryBlock(kind="paragraph", text=line) for line in article.text.split("\n") if line)
            stories[name] = DemoStory(
                name=name, home=site.id, title=article.title or name, published=now - timedelta(minutes=40),
                source=site.name, section="要闻", author=article.authors[0], editor=None, blocks=blocks,
            )  # fmt: skip
            self._begun[name] = run
            postings.append(demo_plan.PlannedPosting(site=site.id, story=name, published=stories[name].published))
            if site.template == "daily" and run % 3 == 0:
                postings.append(
                    demo_plan.PlannedPosting(site="jinsui-finance", story=name, published=now, is_copy=True)
                )
        for name, begun in self._begun.items():
            if run == begun + 3 and begun % 5 == 0:  # a line is added
                more = f"编辑部第{begun}次补充：{stories[name].paragraphs[-1][:40]}，记者还在核实。"
                stories[name] = replace(
                    stories[name], blocks=(*stories[name].blocks, StoryBlock(kind="paragraph", text=more))
                )
                self.published.edited[name] = more
            if run == begun + 20 and begun % 7 == 0 and stories[name].home == "lvzhou-daily":
                self.published.withdrawn.add(name)
        self._plan = replace(self._plan, stories=stories, postings=tuple(postings))
        self.web = build(self._plan, self.origins)
        if self.troubles["pingshui-forum"] == "moved away":
            moved = {**self.origins, "pingshui-forum": f"http://{ELSEWHERE}:{PORT}"}
            self.web = build(self._plan, moved)
        for began, ends, what in TROUBLES["pingshui-forum"]:
            if what == "moved away":
                is_known = began + NOTICED <= at < ends + NOTICED
                self.known_as["pingshui-forum"] = (
                    f"http://{ELSEWHERE}:{PORT}" if is_known else self.origins["pingshui-forum"]
                )
        for page in self.web.manifest.pages:
            if page.article is not None:
                self.published.story_of[canonical(self._moved(page.site, page.url))] = page.article.story
                self.published.wanted.setdefault((page.site, page.article.story), run)

    def _moved(self, site: str, url: str) -> str:
        return url.replace("/news/", "/xinwen/") if self.troubles.get(site) == "moved paths" else url

    def answer(self, host: str, path: str) -> WebAnswer:
        """What a host says to a path."""
        site = next((site for site, one in self.hosts.items() if one == host), "pingshui-forum")
        trouble = self.troubles.get(site, "")
        if trouble == "all fails" or (trouble == "pages fail" and path != "/robots.txt"):
            return WebAnswer(kind="failing", body=b"<h1>503</h1>", status=503)
        home = self.web.manifest and self.origins[site]
        if site == "pingshui-forum":
            home = f"http://{ELSEWHERE if trouble == 'moved away' else self.hosts[site]}:{PORT}"
            if urlsplit(home).hostname != host:
                return WebAnswer(kind="redirect", body=b"", status=301, location=home + path)
        if trouble == "moved paths":
            if path.startswith("/news/"):
                return WebAnswer(kind="redirect", body=b"", status=301, location=path.replace("/news/", "/xinwen/"))
            path = path.replace("/xinwen/", "/news/")
        elif site == "baixiao-spun" and path.startswith("/xinwen/"):
            return WebAnswer(kind="redirect", body=b"", status=301, location=path.replace("/xinwen/", "/news/"))
        if any(f"/{name}.html" in path for name in self.published.withdrawn):
            return WebAnswer(kind="missing", body=b"<h1>404</h1>", status=404)
        found = self.web.answers.get(home + path) or self.web.answer(site, path)
        if trouble == "empty shells" and found.kind == "article":
            return replace(found, body=SHELL)
        if trouble == "moved paths" and found.kind == "index":
            return replace(found, body=found.body.replace(b"/news/", b"/xinwen/"))
        return found

    def seeds(self) -> str:
        """The demo's seed file, for where the sites are believed to be."""
        hosts = sorted([*self.hosts.values(), ELSEWHERE])
        origins = {site.replace("-", "_"): origin for site, origin in self.known_as.items()}
        text = (HERE / "seeds.yaml").read_text(encoding="utf-8")
        named = Template(text).substitute(origins, hosts="[" + ", ".join(f'"{host}"' for host in hosts) + "]")
        return named.replace("job: demo", f'job: soak\nschedule: "0 */{STEP.seconds // 3600} * * *"')


class WebServers:
    """A server a host; one that refuses is not there."""

    def __init__(self, web: ChangingWeb) -> None:
        self._web = web
        self._servers: dict[str, ThreadingHTTPServer] = {}

    def follow(self) -> None:
        """Listen where the web says so now."""
        for site, host in [*self._web.hosts.items(), ("", ELSEWHERE)]:
            refuses = self._web.troubles.get(site) == "refuses"
            if refuses and host in self._servers:
                server = self._servers.pop(host)
                server.shutdown()
                server.server_close()
            elif not refuses and host not in self._servers:
                server = self._servers[host] = ThreadingHTTPServer((host, PORT), _handler(self._web, site, host))
                server.daemon_threads = True
                threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()


def _handler(web: ChangingWeb, site: str, host: str) -> type[BaseHTTPRequestHandler]:
    class SoakHandler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if web.troubles.get(site) == "hangs":
                time.sleep(100)
                self.close_connection = True
                return
            answer = web.answer(host, self.path)
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            if answer.location:
                self.send_header("Location", answer.location)
            self.end_headers()
            self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nobody reads it."""

    return SoakHandler


@dataclass(frozen=True)
class SoakSample:
    """What a run left."""

    run: int
    resident: float
    """Of the scheduler, MB without mapped files."""
    handles: int
    threads: int
    crawl_peak: float
    """Of the crawling process, MB, mapped files included."""
    articles: int
    store: int
    """Bytes, with its log."""
    index: int
    archive: int
    ledger: int
    """Addresses that it knows."""
    files: int
    """In the folder, archive and index not counted, and in the folder for temporary files."""
    seconds: float


def status(process: int, key: str) -> int:
    """A figure of /proc/PID/status; 0 where the process is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{key}:")), 0)


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


class Soak:
    """One scheduler from its beginning to its end."""

    def __init__(self, folder: Path, runs: int) -> None:
        self.folder, self.runs = folder, runs
        self.store = folder / "news.db"
        self.web = ChangingWeb(runs)
        self.clock = DrivenClock(folder)
        self.servers = WebServers(self.web)
        self.told: queue.Queue[str] = queue.Queue()
        self.outcomes: Counter[str] = Counter()
        self.verdicts: dict[int, dict[str, str]] = {}
        self.found_in: dict[tuple[str, str], int] = {}
        """(site, story) -> the run after which the store had it."""

    def jianbao(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "crawler", *arguments]

    def go(self) -> Iterator[SoakSample]:
        """Run after run."""
        self._write_seeds()
        self.clock.set(BEGIN - timedelta(minutes=5))
        command = self.jianbao("schedule", "seeds.yaml", "--store", "news.db", "--metrics-file", "jianbao.prom")
        with subprocess.Popen(
            command, cwd=self.folder, env=self.clock.environment, stderr=subprocess.PIPE, text=True
        ) as scheduler:
            assert scheduler.stderr
            threading.Thread(target=self._listen, args=(scheduler.stderr,), daemon=True).start()
            self._next_line(60)  # soak: 0 */6 * * *
            try:
                for run in range(self.runs):
                    yield self._one(scheduler.pid, run)
            finally:
                scheduler.terminate()
                print(f"the scheduler ended with exit code {scheduler.wait(200)}")

    def _one(self, scheduler: int, run: int) -> SoakSample:
        self.web.advance(run)
        self.servers.follow()
        self._write_seeds()
        began = time.monotonic()
        self.clock.set(BEGIN + run * STEP + timedelta(seconds=1))
        peak = 0
        while True:
            for child in Path(f"/proc/{scheduler}/task").glob("*/children"):
                peak = max([peak, *(status(int(one), "VmHWM") for one in child.read_text().split())])
            try:
                line = self._next_line(0.3)
                break
            except queue.Empty:
                if time.monotonic() - began > 500:
                    raise SystemExit(f"run {run} does not end") from None
        self.outcomes[line.split("  ")[2]] += 1
        seconds = time.monotonic() - began
        self._look_for_new(run)
        if run in {int(part * self.runs) for part in CHECKS}:
            self._check(run)
        with Store.open(self.store, create=False, readonly=True) as store:
            articles = store.statistics().articles
            ledger = store._db.one("SELECT count(*) FROM ledger")[0]  # type: ignore[index]
        archive, index = folder_of(self.store), index_folder(self.store)
        others = [one for one in self.folder.rglob("*") if one.is_file() and not one.is_relative_to(archive)
                  and not one.is_relative_to(index) and not one.name.startswith(".numba")]  # fmt: skip
        return SoakSample(
            run=run + 1, resident=status(scheduler, "RssAnon") / 1e3, handles=len(os.listdir(f"/proc/{scheduler}/fd")),
            threads=status(scheduler, "Threads"), crawl_peak=peak / 1e3, articles=articles,
            store=sum(one.stat().st_size for one in self.folder.glob("news.db*") if one.is_file()), index=size(index),
            archive=size(archive), ledger=ledger, files=len(others), seconds=seconds,
        )  # fmt: skip

    def _write_seeds(self) -> None:
        part = self.folder / "seeds.part"
        part.write_text(self.web.seeds(), encoding="utf-8")
        part.replace(self.folder / "seeds.yaml")

    def _listen(self, lines: Iterator[str]) -> None:
        for line in lines:
            if "  soak  " in line or line.startswith("soak: "):
                self.told.put(line)
            else:
                print("the scheduler says:", line, end="", file=sys.stderr)

    def _next_line(self, seconds: float) -> str:
        return self.told.get(timeout=seconds)

    def _stored(self) -> dict[str, tuple[str, str]]:
        """Address as stored -> (cluster, text)."""
        with Store.open(self.store, create=False, readonly=True) as store:
            every = list(store.clippings.select(Selection(), with_duplicates=True))
        urls = Counter(canonical(one.article.url or "") for one in every)
        twice = [url for url, count in urls.items() if count > 1]
        if twice:
            raise SystemExit(f"stored twice: {twice}")
        return {canonical(one.article.url or ""): (one.cluster.id, one.article.text) for one in every}

    def _look_for_new(self, run: int) -> None:
        with Store.open(self.store, create=False, readonly=True) as store:
            urls = [row[0] for row in store._db.rows("SELECT url FROM articles WHERE current AND url IS NOT NULL")]
        sites = {host: site for site, host in self.web.hosts.items()} | {ELSEWHERE: "pingshui-forum"}
        for url in urls:
            story = self.web.published.story_of.get(canonical(url))
            if story is not None:
                self.found_in.setdefault((sites[urlsplit(url).hostname or ""], story), run)

    def _check(self, run: int) -> None:
        done = subprocess.run(
            self.jianbao("sites", "check", "seeds.yaml", "--store", "news.db"),
            cwd=self.folder, env=self.clock.environment, capture_output=True, text=True, timeout=600,
        )  # fmt: skip
        lines = [line for line in done.stdout.splitlines() if line[:1].strip() and ": " in line]
        self.verdicts[run] = dict(line.split(": ", 1) for line in lines)
        print(f"-- sites check after run {run + 1}, exit code {done.returncode}: troubles {self.web.troubles}")
        print("\n".join(f"   {line}" for line in lines), flush=True)

    def judge(self) -> bool:
        """Whether what was published is what is stored; prints it."""
        stored, published = self._stored(), self.web.published
        missing = sorted(set(published.wanted) - set(self.found_in))
        strange = sorted(url for url in stored if url not in published.story_of)
        clusters = defaultdict(set)
        stories = defaultdict(set)
        for url, (cluster, _) in stored.items():
            if story := published.story_of.get(url):
                clusters[story].add(cluster)
                stories[cluster].add(story)
        generated = {
            name for _, name in published.wanted if name[-1].isdigit() and name.rpartition("-")[0] in self.web.hosts
        }
        split = sorted(name for name in generated if len(clusters[name]) > 1)
        mixed = sorted(str(sorted(some)) for some in stories.values() if len(some & generated) > 1)
        texts = defaultdict(list)
        for url, (_, text) in stored.items():
            texts[published.story_of.get(url, "")].append(text)
        stale = sorted(name for name, more in published.edited.items() if not any(more in text for text in texts[name]))
        late = Counter(self.found_in[key] - run for key, run in published.wanted.items() if key in self.found_in)
        print(
            f"published {len(published.wanted)} articles at {len(published.story_of)} addresses, stored {len(stored)}"
        )
        print(f"missing {len(missing)}: {missing[:20]}")
        print(f"stored though no article: {len(strange)}: {strange[:10]}")
        print(f"changed later {len(published.edited)}, of these not in their last state {len(stale)}: {stale[:10]}")
        withdrawn = [name for name in published.withdrawn if not clusters[name]]
        print(f"withdrawn {len(published.withdrawn)}, no longer stored {len(withdrawn)}")
        print(f"stories in several clusters {len(split)}: {split[:5]}, with others in one {len(mixed)}: {mixed[:5]}")
        print(f"found after so many runs: {dict(sorted(late.items()))}")
        print(f"runs ended: {dict(self.outcomes)}")
        done = subprocess.run(
            self.jianbao("doctor", "--all", "--store", "news.db"),
            cwd=self.folder, env=self.clock.environment, capture_output=True, text=True,
        )  # fmt: skip
        print(f"doctor --all: exit code {done.returncode}")
        return not (missing or withdrawn or done.returncode)


def table(samples: list[SoakSample]) -> Table:
    made = Table("run", "scheduler MB", "handles", "threads", "crawl peak MB", "articles", "store kB an article",
                 "index kB an article", "archive MB", "ledger", "files", "s a run", box=None)  # fmt: skip
    before = 0
    for one in samples:
        some = [other.seconds for other in samples if before < other.run <= one.run]
        if one.run % max(1, len(samples) // 10) and one.run != len(samples):
            continue
        made.add_row(
            f"{one.run}", f"{one.resident:.1f}", f"{one.handles}", f"{one.threads}", f"{one.crawl_peak:.0f}",
            f"{one.articles}", f"{one.store / 1e3 / one.articles:.1f}", f"{one.index / 1e3 / one.articles:.1f}",
            f"{one.archive / 1e6:.1f}", f"{one.ledger}", f"{one.files}", f"{sum(some) / len(some):.1f}",
        )  # fmt: skip
        before = one.run
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--folder", type=Path, help="where store and archive go, and stay; else they are removed")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="jianbao-soak-"))
    folder.mkdir(parents=True, exist_ok=True)
    soak = Soak(folder.absolute(), given.runs)
    samples: list[SoakSample] = []
    try:
        with suppress(KeyboardInterrupt):  # then what was done is judged
            for sample in soak.go():
                samples.append(sample)
                if sample.run % max(1, given.runs // 20) == 0:
                    print(sample, flush=True)
        Console(width=160).print(table(samples))
        is_well = soak.judge()
    finally:
        if given.folder is None:
            shutil.rmtree(folder)
    raise SystemExit(not is_well)


if __name__ == "__main__":
    main()
