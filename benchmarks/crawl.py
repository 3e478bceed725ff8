"""What the crawler costs: pages a second against its peers, and memory over many pages. Loopback, no delay.

    python benchmarks/crawl.py archive [--pages 2000]    --archive-only against Scrapy with no pipeline
    python benchmarks/crawl.py store [--pages 1000]      into the store against `jianbao clean --store`
    python benchmarks/crawl.py memory [--pages 50000] [--archive-only]    resident memory on the way, small pages

The pages are made up: a distinct article each, about 100 kB of page around it (3 kB where memory is measured: what
grows grows by the page). A server process of its own serves them
on 16 loopback addresses; both sides ask one page at a time from each. Every run is a process of its own; the peers run
in turns (`--rounds`), and the median of the ratios counts.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOSTS = [f"127.0.1.{n}" for n in range(1, 17)]
PORT = 8531
_CHARACTERS = [chr(code) for code in range(0x4E00, 0x4E00 + 3000)]
_FILLER = "<script>/* " + "var a1=function(b){return b.c(d)};" * 1500 + " */</script>"
_NAVIGATION = "".join(f"<li><a href='http://elsewhere.example/{n}'>栏目{n}</a></li>" for n in range(400))


def page(number: int, small: bool) -> bytes:
    """Article ``number``: 12 paragraphs that no other one has; ``small``: 6, and nothing around them."""
    draw = random.Random(number)

    def sentence() -> str:
        return "".join(draw.choices(_CHARACTERS, k=18)) + "，" + "".join(draw.choices(_CHARACTERS, k=14)) + "。"

    body = "".join(f"<p>{sentence()}{sentence()}{sentence()}</p>" for _ in range(6 if small else 12))
    title = "".join(draw.choices(_CHARACTERS, k=14))
    filler, navigation = ("", "") if small else (_FILLER, _NAVIGATION)
    return (
        f"<html><head><meta charset=utf-8><title>{title}</title>{filler}</head><body><ul>{navigation}</ul>"
        f"<h1>{title}</h1><p>2025-10-08 08:30 来源：测速日报</p><div class=content>{body}</div></body></html>"
    ).encode()


def sitemap(host: str, pages: int) -> bytes:
    """The pages of one host: every sixteenth number."""
    own = range(HOSTS.index(host), pages, len(HOSTS))
    return (
        "<urlset>" + "".join(f"<url><loc>http://{host}:{PORT}/{n}.html</loc></url>" for n in own) + "</urlset>"
    ).encode()


def serve(pages: int, small: bool) -> None:
    """A small server; large pages are drawn before (what is timed is the crawler, not the drawing)."""
    drawn = [] if small else [page(n, small) for n in range(pages)]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                path = head.split(b" ", 2)[1].decode()
                host = writer.get_extra_info("sockname")[0]
                status, kind, body = b"200 OK", b"text/html; charset=utf-8", b""
                if path == "/sitemap.xml":
                    kind, body = b"application/xml", sitemap(host, pages)
                elif path.endswith(".html"):
                    number = int(path[1:-5])
                    body = page(number, small) if small else drawn[number]
                else:
                    status = b"404 Not Found"
                writer.write(
                    b"HTTP/1.1 " + status + b"\r\nContent-Type: " + kind + b"\r\nContent-Length: "
                    + str(len(body)).encode() + b"\r\n\r\n" + body
                )  # fmt: skip
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        async with await asyncio.start_server(answer, "0.0.0.0", PORT) as server:
            await server.serve_forever()

    asyncio.run(main())


def seeds() -> str:
    """The job: every host a site, its limits out of the way."""
    sites = "".join(
        f"- {{id: s{n}, name: s{n}, home: 'http://{host}:{PORT}/', seeds: [{{sitemap: 'http://{host}:{PORT}/sitemap.xml'}}]}}\n"
        for n, host in enumerate(HOSTS)
    )
    limits = "{pages: 1000000, minutes: 1000, megabytes: 1000000}"
    head = f"job: bench\nallow_private_hosts: {json.dumps(HOSTS)}\ndefaults: {{delay: 0, limits: {limits}}}\n"
    return f"{head}sites:\n{sites}"


CRAWL = """
import dataclasses, json, os, sys, time
from pathlib import Path
from cleaners.config import load_job
from crawler.run import crawl
options, marks, samples = json.loads(sys.argv[1]), json.loads(sys.argv[2]), {}
def resident():  # MB, without mapped files (the match index): the system takes those back when it wants
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["RssAnon"].split()[0]) / 1000
def progress(now):
    if marks and now.pages >= marks[0]:
        mark = marks.pop(0)
        samples[mark] = resident()
        print(f"at page {mark}: {samples[mark]:.0f} MB (the crawling process)", file=sys.stderr, flush=True)
if __name__ == "__main__":
    report = crawl([load_job(Path("job.yaml"))], store=Path("job.db").absolute(), progress=progress, **options)
    found = {"pages": report.pages, "articles": report.articles, "seconds": report.seconds, "memory": samples}
    print(json.dumps(found))
"""
PLAIN = """
import json, sys, time
import scrapy
from scrapy.crawler import CrawlerProcess
from scrapy.utils.sitemap import Sitemap
hosts, port = json.loads(sys.argv[1])
class Plain(scrapy.Spider):
    name = "plain"
    pages = 0
    custom_settings = dict(LOG_LEVEL="ERROR", CONCURRENT_REQUESTS=16, CONCURRENT_REQUESTS_PER_DOMAIN=1,
        DOWNLOAD_DELAY=0.001, RANDOMIZE_DOWNLOAD_DELAY=False, ROBOTSTXT_OBEY=True, COOKIES_ENABLED=False,
        TELNETCONSOLE_ENABLED=False)
    async def start(self):
        Plain.began = time.monotonic()
        for host in hosts:
            yield scrapy.Request(f"http://{host}:{port}/sitemap.xml", priority=1000)
    def parse(self, response):
        for entry in Sitemap(response.body):
            yield scrapy.Request(entry["loc"], callback=self.page)
    def page(self, response):
        Plain.pages += 1
process = CrawlerProcess()
process.crawl(Plain)
process.start()
print(json.dumps({"pages": Plain.pages, "seconds": time.monotonic() - Plain.began}))
"""
CLEAN = """
import json, sys, time
from itertools import islice
from pathlib import Path
from cleaners import readers
from cleaners.parallel import WorkerPool, cores
from cleaners.context import context_of
from cleaners.ingest.ingester import Ingester
if __name__ == "__main__":
    began, pages, store = time.monotonic(), 0, Path("clean.db").absolute()
    with WorkerPool(cores(), context_of(store)) as work, Ingester(store, command="clean") as ingester:
        results = work.map(readers.read(["job.warc"]))
        while batch := list(islice(results, 200)):
            pages += len(batch)
            ingester.add(batch)
    print(json.dumps({"pages": pages, "articles": ingester.kept.stored, "seconds": time.monotonic() - began}))
"""


def run(folder: Path, script: str, *arguments: object) -> dict[str, float]:
    """A script in a process of its own; what it printed last."""
    (folder / "bench_run.py").write_text(script)
    command = [sys.executable, "bench_run.py", *map(json.dumps, arguments)]
    done = subprocess.run(
        command, cwd=folder, env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder)},
        stdout=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(1)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def rate(result: dict[str, float]) -> float:
    return result["pages"] / result["seconds"]


def in_turns(rounds: int, goal: float, first: str, second: str, step: object) -> None:
    """Run both sides ``rounds`` times and print the ratios."""
    ratios = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "job.yaml").write_text(seeds(), encoding="utf-8")
            ours, theirs = step(Path(folder))  # type: ignore[operator]
        ratios.append(rate(ours) / rate(theirs))
        print(f"{first} {rate(ours):.1f} pages/s, {second} {rate(theirs):.1f} pages/s: {ratios[-1]:.2f}", flush=True)
    print(f"median {statistics.median(ratios):.2f} (goal {goal})")


def archive(folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    theirs = run(folder, PLAIN, [HOSTS, PORT])
    return run(folder, CRAWL, {"archive_only": True}, []), theirs


def store(folder: Path) -> tuple[dict[str, float], dict[str, float]]:
    ours = run(folder, CRAWL, {}, [])
    theirs = run(folder, CLEAN)
    if ours["articles"] != theirs["articles"]:
        raise SystemExit(f"not the same articles: {ours} {theirs}")
    return ours, theirs


def memory(pages: int, archive_only: bool) -> None:
    marks = [pages * n // 10 for n in range(1, 10)] + [pages * 99 // 100]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "job.yaml").write_text(seeds(), encoding="utf-8")
        result = run(Path(folder), CRAWL, {"archive_only": archive_only}, marks)
    print(f"{result['pages']} pages, {result['articles']} articles, {rate(result):.1f} pages/s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("archive", "store", "memory"))
    parser.add_argument("--pages", type=int)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--archive-only", action="store_true", help="memory: without cleaning and store")
    given = parser.parse_args()
    pages = given.pages or {"archive": 2000, "store": 1000, "memory": 50000}[given.what]
    small = given.what == "memory"
    server = multiprocessing.Process(target=serve, args=(pages, small), daemon=True)
    server.start()
    time.sleep(1 if small else 1 + pages / 400)  # it draws the pages first
    try:
        if given.what == "archive":
            in_turns(given.rounds, 0.8, "--archive-only", "Scrapy alone", archive)
        elif given.what == "store":
            in_turns(given.rounds, 0.7, "crawl", "clean --store", store)
        else:
            memory(pages, given.archive_only)
    finally:
        server.terminate()


if __name__ == "__main__":
    main()
