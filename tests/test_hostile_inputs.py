"""No file hangs, bursts or ends a run: beside each the good page is kept, and the bad one is told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.bounded_process import run_bounded
from tests.hostile_inputs import MADE, page

HOSTILE = Path(__file__).parents[2] / "shared" / "cases" / "hostile"
_SECONDS = 60  # of CPU time
_MEMORY = 800 * 1024**2  # a page of 8 MB takes some hundred MB while it is judged
_GROUPS = {
    "archives": (".zip", ".tar"), "compressions": ("zip.gz", "html.gz", "html.gz.gz"), "tables": (".csv.gz",),
    "json": (".json", ".jsonl"), "pages": (".html",), "lines": (".txt",), "records": (".warc", ".mht"),
    "columns": (".parquet",),
}  # fmt: skip


def cleaned(files: Sequence[Path], folder: Path) -> tuple[Counter[str], Counter[str]]:
    """How many records and Drops each of the files gives, by its name, beside a good page."""
    (folder / "good.html").write_bytes(page(0))
    end = run_bounded(
        ["clean", "good.html", *map(str, files), "--jobs", "1", "-o", "out.jsonl"], folder, seconds=_SECONDS
    )
    assert end.code == 0, end.stderr[-2000:]
    assert "Traceback" not in end.stderr
    assert end.memory < _MEMORY, f"{end.memory / 1e6:.0f} MB"
    kept, drops = (
        Counter(Path(json.loads(line)["origin"].partition("#")[0]).name for line in path.open(encoding="utf-8"))
        if path.exists()
        else Counter[str]()
        for path in (folder / "out.jsonl", folder / "out.jsonl.drops.jsonl")
    )
    assert kept["good.html"] == 1
    return kept, drops


@pytest.mark.parametrize("group", _GROUPS)
def test_what_is_good_in_and_beside_hostile_files_is_kept(group: str, tmp_path: Path) -> None:
    files = [tmp_path / name for name in MADE if name.endswith(_GROUPS[group])]
    for file in files:
        file.write_bytes(MADE[file.name][0]())
    kept, drops = cleaned(files, tmp_path)
    assert {file.name: kept[file.name] for file in files} == {file.name: MADE[file.name][1] for file in files}, drops
    assert all(kept[file.name] or drops[file.name] for file in files)
    assert not Path("/tmp/climbed.html").exists()


def test_every_hostile_file_belongs_to_a_group() -> None:
    assert all(any(name.endswith(ends) for ends in _GROUPS.values()) for name in MADE)


@pytest.mark.skipif(not HOSTILE.is_dir(), reason="the hostile files are not part of the repository")
def test_what_once_was_fatal_is_told_and_the_good_page_beside_it_kept(tmp_path: Path) -> None:
    files = sorted(f for f in HOSTILE.iterdir() if f.is_file() and f.suffix not in {".md", ".db"} and f.stem != "good")
    kept, drops = cleaned(files, tmp_path)
    assert not [file.name for file in files if not kept[file.name] and not drops[file.name]]
    for name in ("warc-cl-2e63", "warc-cl-huge", "warc-cl-u64", "warc-date-0001", "warc-date-9999"):
        assert kept[f"{name}.warc"], name
    assert kept["zip-bad-utf8-name.zip"] == kept["zip-ver.zip"] == 2
