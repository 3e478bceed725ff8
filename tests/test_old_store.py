"""A store that jianbao 0.1.0 wrote (2026-11-22, schema 6) is opened, brought up to date and worked with.

`tests/stores/jianbao-0.1.0.tar.xz` was made by the 0.1.0 of the history (e9ce1b3, installed with its constraints):
`jianbao demo --store old.db`, `jianbao clean saved --store old.db` with six of its own test pages, `jianbao takedown`
of one address, then SQLite's VACUUM. All pages in it are the project's own.
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tarfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cleaners.store import Store
from crawler.cli import app

PACKED = Path(__file__).parent / "stores" / "jianbao-0.1.0.tar.xz"
ARTICLES, CLUSTERS = 57, 28
TAKEN_DOWN = "http://127.0.0.11:8471/a/2025-10-20/aksu-apple-harvest.html"


@pytest.fixture(scope="module")
def upgraded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the store, brought up to date by the command that the message names."""
    folder = tmp_path_factory.mktemp("old")
    with tarfile.open(PACKED) as packed:
        packed.extractall(folder)  # ours: Python 3.11.2, of Debian 12, has no filters
    before = told(folder, "stats", fails=True)
    assert "older jianbao" in before and "doctor --repair" in before
    told(folder, "doctor", "--repair", "--all")
    return folder


def told(folder: Path, *arguments: str, fails: bool = False) -> str:
    """What a command prints about the store in this folder."""
    found = CliRunner().invoke(app, [*arguments, "--store", str(folder / "old.db")])
    said = found.output + (str(found.exception) if found.exception else "")
    assert (found.exit_code != 0) == fails, said
    return said


def texts(database: Path) -> dict[str, str]:
    """The current texts by id, as any SQLite reads them."""
    with sqlite3.connect(database) as plain:
        query = "SELECT a.id, t.text FROM articles a JOIN texts t ON t.doc = a.doc WHERE a.current"
        return {id_: bytes(text).decode() if isinstance(text, bytes) else text for id_, text in plain.execute(query)}


def test_nothing_of_it_is_lost(upgraded: Path, tmp_path: Path) -> None:
    with tarfile.open(PACKED) as packed:
        packed.extractall(tmp_path)
    with Store.open(upgraded / "old.db", create=False, readonly=True) as store:
        kept = {one.article.id: one.article.text for one in store.clippings.select(with_duplicates=True)}
        statistics = store.statistics()
    assert kept == texts(tmp_path / "old.db")
    assert (statistics.articles, statistics.clusters) == (ARTICLES, CLUSTERS)
    assert "well" in told(upgraded, "doctor", "--all")


def test_it_is_searched_and_exported(upgraded: Path) -> None:
    assert "哈密" in told(upgraded, "search", "哈密")
    out = upgraded / "stories.jsonl"
    told(upgraded, "export", "-o", str(out))
    records = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(records) == CLUSTERS and all(one["title"] and one["text"] for one in records)


def test_what_was_taken_down_stays_away_and_copies_are_found(upgraded: Path, tmp_path: Path) -> None:
    shutil.copytree(upgraded, tmp_path / "on")
    folder = tmp_path / "on"
    with Store.open(folder / "old.db", create=False, readonly=True) as store:
        one = next(c.article for c in store.clippings.select() if c.article.url and len(c.article.text) > 300)
    page = tmp_path / "copy.html"
    lines = "".join(f"<p>{line}</p>" for line in one.text.split("\n"))
    page.write_text(f"<html><head><meta charset=utf-8></head><body><h1>{one.title}</h1>{lines}</body></html>")
    assert "1 of them match" in told(folder, "clean", str(page))
    assert "taken down" in told(folder, "show", TAKEN_DOWN, fails=True)


def test_its_pages_are_cleaned_again(upgraded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(upgraded)
    said = told(upgraded, "reclean", "-j", "1", "--sample", "20")
    assert "not found" not in said and "no page there" not in said, said
