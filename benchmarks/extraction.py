"""Extraction compared in one run: quality on a folder with gold, and pages a second of one core.

    python benchmarks/extraction.py FOLDER [--tools jianbao,trafilatura,...] [--json]

FOLDER holds ``html/ID.html.gz`` and ``gold.jsonl`` (``id``, ``body``, optionally ``optional``: credit lines that may
stay or go). Metric: the article-extraction-benchmark's (Scrapinghub 2020) 4-shingle precision, recall and F1, means
over pages, one token per CJK character and one per other word; exact: the tokens are the gold's. Speed is process time,
every tool on every page in turn; what a tool loads once was loaded before (:func:`warm_up`). jianbao starts from the
bytes and does everything (decoding, metadata, repairs, regions); the others get the text decoded by jianbao. Tools that
are not installed are named and left out.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

from cleaners.errors import UnusableInput
from cleaners.items import Article, Page
from cleaners.page import decode

CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
TOKEN = re.compile(f"[{CJK}]|[^\\W{CJK}]+")
Tool = Callable[[bytes, str], str]


def jianbao() -> Tool:
    from cleaners.pipeline import clean

    def run(body: bytes, text: str) -> str:
        result = clean(Page(body=body, origin="benchmark"))
        return result.text if isinstance(result, Article) else ""

    return run


def trafilatura() -> Tool:
    from trafilatura import bare_extraction

    return lambda body, text: getattr(bare_extraction(text, with_metadata=True), "text", None) or ""


def trafilatura_fast() -> Tool:
    from trafilatura import bare_extraction

    return lambda body, text: getattr(bare_extraction(text, with_metadata=False, fast=True), "text", None) or ""


def readability() -> Tool:
    from lxml import html
    from readability import Document

    return lambda body, text: "\n".join(html.fromstring(Document(text).summary()).itertext())


def newspaper4k() -> Tool:
    from newspaper import Article as Paper

    def run(body: bytes, text: str) -> str:
        paper = Paper("http://localhost/", language="zh")
        paper.download(input_html=text)
        paper.parse()
        return paper.text

    return run


def resiliparse() -> Tool:
    from resiliparse.extract.html2text import extract_plain_text

    return lambda body, text: extract_plain_text(text, main_content=True)


TOOLS: dict[str, Callable[[], Tool]] = {
    "jianbao": jianbao,
    "trafilatura+metadata": trafilatura,
    "trafilatura fast": trafilatura_fast,
    "readability-lxml": readability,
    "newspaper4k": newspaper4k,
    "resiliparse": resiliparse,
}


def shingles(tokens: list[str]) -> Counter[tuple[str, ...]]:
    return Counter(tuple(tokens[i : i + 4]) for i in range(max(1, len(tokens) - 3)) if tokens)


def compare(gold: list[str], found: list[str]) -> tuple[float, float]:
    """Precision and recall of one page."""
    a, b = shingles(gold), shingles(found)
    both = sum((a & b).values())
    if not a and not b:
        return 1.0, 1.0
    return both / max(1, b.total()), both / max(1, a.total())


def without(text: str, lines: list[str]) -> str:
    for line in sorted(lines, key=len, reverse=True):
        if len(line) >= 4:
            text = text.replace(line, "", 1)
    return text


def pages(folder: Path) -> Iterator[tuple[dict[str, object], bytes, str]]:
    for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines():
        gold = json.loads(line)
        body = gzip.decompress((folder / "html" / f"{gold['id']}.html.gz").read_bytes())
        yield gold, body, decode.decode(body).text


def load(names: list[str]) -> dict[str, Tool]:
    tools = {}
    for name in names:
        try:
            tools[name] = TOOLS[name]()
            warm_up(tools[name])
        except ImportError as missing:
            print(f"{name}: not installed ({missing.name}), left out", file=sys.stderr)
    return tools


def warm_up(tool: Tool) -> None:
    """Read the project's own pages, which are not measured: what a tool loads once is loaded behind them."""
    for page in sorted((Path(__file__).parent.parent / "tests" / "pages").glob("*.html")):
        body = page.read_bytes()
        with suppress(UnusableInput, ValueError, TypeError, AttributeError, LookupError):
            tool(body, decode.decode(body).text)


def measure(folder: Path, tools: dict[str, Tool]) -> dict[str, dict[str, float]]:
    scores: dict[str, list[tuple[float, float, bool]]] = defaultdict(list)
    seconds: Counter[str] = Counter()
    for gold, body, text in pages(folder):
        wanted = TOKEN.findall(str(gold["body"]))
        for name, tool in tools.items():
            start = time.process_time()
            try:
                found = tool(body, text)
            except Exception as error:
                print(f"{name}: {gold['id']}: {error!r}", file=sys.stderr)
                found = ""
            seconds[name] += time.process_time() - start
            tokens = TOKEN.findall(without(found, list(gold.get("optional") or ())))  # type: ignore[call-overload]
            scores[name].append((*compare(wanted, tokens), tokens == wanted))
    return {name: summary(scores[name], seconds[name]) for name in tools}


def summary(scores: list[tuple[float, float, bool]], seconds: float) -> dict[str, float]:
    precision, recall = (statistics.mean(score[i] for score in scores) for i in (0, 1))
    return {
        "f1": 2 * precision * recall / max(1e-9, precision + recall),
        "precision": precision,
        "recall": recall,
        "exact": statistics.mean(score[2] for score in scores),
        "below .8": sum(2 * p * r / max(1e-9, p + r) < 0.8 for p, r, _ in scores),
        "pages/s": len(scores) / max(1e-9, seconds),
    }


def table(results: dict[str, dict[str, float]]) -> Iterator[str]:
    base = results.get("trafilatura+metadata", {}).get("pages/s")
    yield "| tool | F1 | precision | recall | exact | below .8 | pages/s | ratio |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, r in results.items():
        ratio = f"{r['pages/s'] / base:.1f}" if base else "-"
        yield (
            f"| {name} | {r['f1']:.3f} | {r['precision']:.3f} | {r['recall']:.3f} | {r['exact']:.2f} "
            f"| {r['below .8']:.0f} | {r['pages/s']:.1f} | {ratio} |"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--tools", default=",".join(TOOLS), help="names, joined by commas")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results = measure(arguments.folder, load(arguments.tools.split(",")))
    print(json.dumps(results) if arguments.json else "\n".join(table(results)))


if __name__ == "__main__":
    main()
