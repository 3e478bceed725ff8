"""A mutation fuzzer: the project's own pages, seed files and queries, damaged by chance, given to each stage.

    python benchmarks/fuzz.py [--seconds 60] [--seed 1] [--only TARGET] [--keep FOLDER]

Nothing may come out but a result or an error of its own (`JianbaoError`, `UnusableInput`), and each input has a bound
of CPU time. Prints inputs and CPU time for each target, and other exceptions by the place in our code that they left.
"""

from __future__ import annotations

import argparse
import random
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from cleaners.chinese.disguise import diagnose, repair
from cleaners.config.load import load_job
from cleaners.errors import JianbaoError, UnusableInput
from cleaners.items import Drop, Page
from cleaners.metadata import dates
from cleaners.page import decode
from cleaners.page.lines import html
from cleaners.pipeline import clean
from cleaners.readers import files
from cleaners.store import query
from crawler import feeds

ROOT = Path(__file__).resolve().parent.parent
NOW = datetime(2026, 1, 2, tzinfo=UTC)
BOUND = 20.0  # seconds of CPU that one input may take
PIECES = (
    b"<",
    b">",
    b"</",
    b"<!--",
    b"-->",
    b"<![CDATA[",
    b"]]>",
    b"&#x110000;",
    b"&#0;",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"<table>",
    b"<td rowspan=99999999>",
    b"<a href='http://[::1'>",
    b"{",
    b"[",
    b'"',
    b"'",
    b"(",
    b")",
    b"\\u0000",
    b"\\",
    b"99999999999999999999",
    b"-1",
    b"0000-00-00",
    "二〇二六年十三月".encode(),
    "\u200b\u202e".encode(),
    b"\xed\xa0\x80",
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"WARC/1.0\r\n",
    b"&a;",
    b": &x *x",
    b"!!python/object:os.system",
    b"\r",
    b"\n",
    b"%",
)
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>a</title><item><title>b</title>
<link>http://a.example/1.html</link><pubDate>Fri, 02 Jan 2026 08:00:00 +0800</pubDate></item></channel></rss>"""
SITEMAP = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url>
<loc>http://a.example/1.html</loc><lastmod>2026-01-02T08:00:00+08:00</lastmod></url></urlset>"""
QUERIES = ('铁路 OR (桥 -旧) "开通 仪式" title:站', 'a AND NOT (b OR "c d")')
DATES = (
    "发布时间：2026年1月2日 08:05",
    "Fri, 02 Jan 2026 08:00:00 +0800",
    "3小时前",
    "二〇二六年一月二日",
    "/202601/02/t1.html",
)


class TooSlowError(BaseException):
    """An input took more CPU time than it may."""


@dataclass(slots=True, kw_only=True)
class TargetReport:
    """What came of one target."""

    inputs: int = 0
    seconds: float = 0.0
    sites: Counter[str] = field(default_factory=Counter)
    """Where exceptions came from -> how often."""


def mutate(sample: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """One to eight changes: bits, bytes, pieces put in, parts cut, doubled, or taken from another sample."""
    data = bytearray(sample)
    for _ in range(rng.choice((1, 1, 2, 3, 5, 8))):
        at, length = rng.randrange(len(data) + 1), rng.choice((1, 2, 8, 64, 1000))
        match rng.randrange(6):
            case 0 if at < len(data):
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at:at] = rng.choice(PIECES) * rng.choice((1, 1, 1, 2, 50, 2000))
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = data[at : at + length] * rng.choice((1, 3, 30))
            case 4:
                other = rng.choice(others)
                start = rng.randrange(len(other) + 1)
                data[at : at + length] = other[start : start + length]
            case _:
                data[at : at + length] = rng.randbytes(min(length, 64))
    return bytes(data)


def targets(folder: Path) -> dict[str, tuple[Callable[[bytes], object], list[bytes]]]:
    """What is called for each target, and what its inputs are made from."""
    pages = [path.read_bytes() for path in sorted((ROOT / "tests" / "pages").glob("*.html"))]
    texts = [decode.decode(page).text.encode() for page in pages]
    seeds = [path.read_bytes() for path in sorted((ROOT / "seeds").glob("*.yaml"))]

    def as_text(body: bytes) -> str:
        return body.decode("utf-8", "replace")

    def disguise(body: bytes) -> object:
        return repair(as_text(body), diagnose(as_text(body)))

    def found_dates(body: bytes) -> object:
        text = as_text(body)
        return dates.stamps(text), dates.declared(text), dates.relative(text, NOW), dates.in_address(text)

    def from_file(body: bytes) -> object:
        path = folder / "input"
        path.write_bytes(body)
        return list(files.read([path]))

    def cleaned(body: bytes) -> object:
        found = clean(Page(body=body, origin="fuzz"))
        # What the pipeline runs into costs the page: it is told there, and would not be seen here.
        assert not (isinstance(found, Drop) and found.reason == "failed"), found.detail
        return found

    def seed_file(body: bytes) -> object:
        path = folder / "job.yaml"
        path.write_bytes(body)
        return load_job(path)

    return {
        "decode": (decode.decode, pages),
        "lines": (lambda body: html.read(as_text(body), "http://a.example/"), texts),
        "clean": (cleaned, pages),
        "disguise": (disguise, texts),
        "dates": (found_dates, [text.encode() for text in DATES]),
        "readers": (from_file, [*pages, FEED, b"id,text\n1,abc\n", b'{"text": "abc"}\n']),
        "seed files": (seed_file, seeds),
        "queries": (lambda body: query.parse(as_text(body)), [text.encode() for text in QUERIES]),
        "feeds": (lambda body: feeds.feed(body, "http://a.example/f", 100, 1 << 20), [FEED]),
        "sitemaps": (lambda body: feeds.sitemap(body, "http://a.example/s", 100, 1 << 20), [SITEMAP]),
    }


def site_of(error: BaseException) -> str:
    """The exception and the innermost line of ours that it passed."""
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if str(ROOT) in frame.filename]
    last = ours[-1]
    said = f" ({str(error)[:80]})" if isinstance(error, AssertionError) else ""
    return f"{type(error).__name__}{said} at {Path(last.filename).relative_to(ROOT)}:{last.lineno} {last.name}"


def _too_slow(*_: object) -> None:
    raise TooSlowError


def run(
    call: Callable[[bytes], object], samples: list[bytes], seconds: float, seed: int, keep: Path | None, name: str
) -> TargetReport:
    """Mutated samples for so many seconds of CPU."""
    rng, report, start = random.Random(f"{name} {seed}"), TargetReport(), time.process_time()
    while time.process_time() - start < seconds:
        body = mutate(rng.choice(samples), samples, rng)
        signal.setitimer(signal.ITIMER_PROF, BOUND)
        try:
            call(body)
        except (JianbaoError, UnusableInput):
            pass
        except (Exception, TooSlowError) as error:
            site = site_of(error)
            report.sites[site] += 1
            if keep is not None and report.sites[site] == 1:
                keep.mkdir(parents=True, exist_ok=True)
                (keep / f"{name.replace(' ', '-')}-{len(report.sites)}").write_bytes(body)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        report.inputs += 1
    report.seconds = time.process_time() - start
    return report


def main() -> None:
    """Fuzz what is asked for, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60, help="of CPU, for all targets together")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", metavar="TARGET")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="the first input of every site goes here")
    arguments = parser.parse_args()
    signal.signal(signal.SIGPROF, _too_slow)
    with TemporaryDirectory() as folder:
        chosen = {name: target for name, target in targets(Path(folder)).items() if arguments.only in (None, name)}
        for name, (call, samples) in chosen.items():
            done = run(call, samples, arguments.seconds / len(chosen), arguments.seed, arguments.keep, name)
            print(f"{name:12s}{done.inputs:8,} inputs {done.seconds:7.1f} s  {len(done.sites)} sites", flush=True)
            for site, times in done.sites.most_common():
                print(f"    {times:6,}  {site}", flush=True)


if __name__ == "__main__":
    main()
