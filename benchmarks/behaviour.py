"""Record what the tree does, and compare two recordings: for changes that must not change behaviour.

    python benchmarks/behaviour.py record OUT [--tree CHECKOUT]   # runs the command line of that checkout
    python benchmarks/behaviour.py compare OLD NEW                # exit code 1 where they differ

Recorded: the records of ``clean`` over every reference folder and over the project's own pages, ``dedup`` pairs and
clusters over ``reposts``, one store's exports in every format, its search hits for 200 questions, what ``show``,
``stats``, ``drops`` and ``explain`` print, and ``--help`` of every command. Two recordings are equal but for versions,
recipes, moments of the run, and the words cluster and cluster.
"""

from __future__ import annotations

import argparse
import difflib
import gzip
import json
import os
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = Path(os.environ.get("JIANBAO_SHARED") or ROOT.parent / "shared")

# What may differ: (pattern, what stands for it).
MASKED = [
    (r'"extractor": ?\{[^{}]*\}', '"extractor": …'),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)?", "MOMENT"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d (\+0000|GMT)", "MOMENT"),
    (r"(settings|rules|weights) [0-9a-f]{8}", r"\1 RECIPE"),
    (r"jianbao[ /]\d+\.\d+\.\d+\S*", "jianbao VERSION"),
    (r"\b[Ff]amil(y|ies)\b", "cluster"),
    (r"\b[Cc]lusters?\b", "cluster"),
    (r"\d+(\.\d+)? ?(ms|s|MB|kB|KiB|MiB)\b", "MEASURED"),
    (r"[ \t]+", " "),
]
TEXTUAL = {".jsonl", ".json", ".csv", ".md", ".rss", ".txt", ".xml"}


class Recorder:
    """Runs commands of one checkout and keeps what they give in one folder."""

    def __init__(self, tree: Path, out: Path) -> None:
        self.tree = tree
        self.out = out
        self.environment = os.environ | {"PYTHONPATH": str(tree), "COLUMNS": "100", "PYTHONHASHSEED": "0"}

    def run(self, name: str, *arguments: str | Path) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "crawler", *map(str, arguments)], cwd=self.out, env=self.environment,
            capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip
        (self.out / f"{name}.txt").write_text(f"{done.stdout}\n-- stderr\n{done.stderr}\n-- exit {done.returncode}\n")
        return done.stdout


def inputs() -> dict[str, list[Path]]:
    """Name of a set -> what is cleaned for it."""
    sets = {
        "zhnews": [SHARED / "zhnews" / "html"],
        "zhtext": [SHARED / "zhtext" / "text"],
        "ennews": [SHARED / "ennews" / "html"],
        "wildhtml": [SHARED / "wildhtml" / "html", SHARED / "wildhtml" / "nonarticles"],
        "seeds": sorted((SHARED / "seeds").glob("*.txt")),
        "samples": [ROOT / "seeds" / "samples"],
        "pages": [ROOT / "tests" / "pages"],
    }
    return {name: [path for path in paths if path.exists()] for name, paths in sets.items() if paths[0].exists()}


def record(tree: Path, out: Path) -> None:
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    recorder = Recorder(tree, out)
    _cleaning(recorder)
    _corpus(recorder)
    _store(recorder)
    _help(recorder)


def _cleaning(recorder: Recorder) -> None:
    for name, paths in inputs().items():
        recorder.run(f"clean-{name}", "-q", "clean", *paths, "-o", f"{name}.jsonl")
        for page in sorted(file for path in paths for file in ([path] if path.is_file() else path.rglob("*")))[:12]:
            if page.is_file():
                recorder.run(f"explain-{name}-{page.name}", "explain", page)


def _corpus(recorder: Recorder) -> None:
    for documents in ("docs", "series_docs"):
        source = SHARED / "reposts" / f"{documents}.jsonl.gz"
        if source.exists():
            recorder.run(f"dedup-{documents}", "-q", "dedup", source, "-o", f"{documents}.jsonl",
                         "--pairs", f"{documents}-pairs.jsonl")  # fmt: skip


def _store(recorder: Recorder) -> None:
    store = "kept.db"
    for name, paths in inputs().items():
        if name not in {"ennews"}:
            recorder.run(f"store-{name}", "-q", "clean", *paths, "--store", store)
    copies = recorder.out / "copies.jsonl"  # articles that have reposts, disguised ones too
    with gzip.open(SHARED / "reposts" / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        copies.write_text("".join(line for line, _ in zip(lines, range(600), strict=False)), encoding="utf-8")
    recorder.run("store-copies", "-q", "clean", copies, "--store", store)
    for suffix in ("jsonl", "csv", "parquet", "rss"):
        recorder.run(f"export-{suffix}", "export", "-o", f"export.{suffix}", "--store", store)
    recorder.run("export-all", "export", "-o", "export-all.jsonl", "--with-duplicates", "--script", "traditional",
                 "--store", store)  # fmt: skip
    for format in ("markdown", "hf"):
        recorder.run(f"export-{format}", "export", "-o", f"export-{format}", "--format", format, "--store", store)
    recorder.run("stats", "stats", "--store", store)
    recorder.run("drops", "drops", "--store", store)
    records = [json.loads(line) for line in (recorder.out / "export-all.jsonl").read_text("utf-8").splitlines()]
    for question, options in questions(records):
        name = f"search-{len(list(recorder.out.glob('search-*'))):03}"
        recorder.run(name, "search", question, *options, "--json", "--store", store)
    for one in records[:: max(1, len(records) // 25)]:
        recorder.run(f"show-{one['id']}", "show", one["id"], "--store", store)


def questions(records: list[dict[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """200 questions of every kind, the same for the same records."""
    chance = random.Random(12)
    texts = sorted(text for one in records if len(text := "".join(re.findall(r"[一-鿿]+", one["text"]))) > 40)
    for number in range(200):
        text = chance.choice(texts)
        words = [text[(at := chance.randrange(len(text) - 8)) : at + chance.choice([1, 2, 3, 4, 6])] for _ in range(3)]
        shapes = ["{0}", "{0} {1}", "{0} AND {1}", "{0} OR {1}", "{0} NOT {1}", '"{0}"', "{0} AND ({1} OR {2})"]
        options = [[], [], ["--with-duplicates"], ["--copied"], ["--since", "2010-01-01"], ["--disguise", "any"]]
        yield shapes[number % len(shapes)].format(*words), options[number % len(options)]


def _help(recorder: Recorder) -> None:
    pending: list[list[str]] = [[]]
    while pending:
        command = pending.pop()
        text = recorder.run("-".join(["help", *command]), *command, "--help")
        listed = text.partition("Commands:\n")[2]
        pending += [[*command, name] for name in re.findall(r"^  (\w+) ", listed, re.M)]


def masked(path: Path, recording: Path) -> list[str]:
    """The lines of a recorded file, without what may differ: among that, where the recording itself lies."""
    text = _table(path) if path.suffix == ".parquet" else path.read_text("utf-8", errors="replace")
    text = text.replace(str(recording.resolve()), "RECORDING")
    if path.name.startswith("help"):
        text = " ".join(text.split())  # longer and shorter words wrap elsewhere
        text = re.sub(r"\. ", ".\n", text)
    for pattern, instead in MASKED:
        text = re.sub(pattern, instead, text)
    return text.splitlines()


def _table(path: Path) -> str:
    from pyarrow import parquet

    table = parquet.read_table(path)
    return f"{table.schema}\n" + "\n".join(
        json.dumps(row, ensure_ascii=False, default=str) for row in table.to_pylist()
    )


def compare(old: Path, new: Path, *, most: int = 20) -> int:
    """Print what differs, at most ``most`` lines a file; returns how many files do."""
    differing = 0
    for name in sorted({str(p.relative_to(root)) for root in (old, new) for p in root.rglob("*") if p.is_file()}):
        suffix = Path(name).suffix
        if suffix not in TEXTUAL | {".parquet"}:
            continue
        if not (old / name).exists() or not (new / name).exists():
            print(f"{name}: only in one recording")
            differing += 1
            continue
        before, after = masked(old / name, old), masked(new / name, new)
        if before != after:
            differing += 1
            print(f"{name}:")
            for line in list(difflib.unified_diff(before, after, lineterm="", n=0))[2 : 2 + most]:
                print(f"  {line[:300]}")
    return differing


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    recording = verbs.add_parser("record")
    recording.add_argument("out", type=Path)
    recording.add_argument("--tree", type=Path, default=ROOT)
    comparing = verbs.add_parser("compare")
    comparing.add_argument("old", type=Path)
    comparing.add_argument("new", type=Path)
    given = parser.parse_args()
    if given.verb == "record":
        record(given.tree.resolve(), given.out.resolve())
        return 0
    differing = compare(given.old, given.new)
    print(f"{differing} files differ")
    return int(bool(differing))


if __name__ == "__main__":
    sys.exit(main())
