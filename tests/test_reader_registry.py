"""The list of readers: its order, and readers that other packages add by an entry point."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cleaners.errors import UsageError
from cleaners.items import Page
from cleaners.readers import read, registry

ROOT = Path(__file__).resolve().parent.parent
TEXT = "入秋以来，渡口的新码头一天比一天热闹，渡船每二十分钟一班，挑着担子的菜农和背着书包的学生挤在一处等船。\n" * 3

# A format that starts with a line "BOARD", then pages between lines of dashes; a folder that holds a file `board.index`.
PACKAGE = """
from pathlib import Path

from cleaners.items import Drop, Page
from cleaners.readers import FileReader, FolderReader


def boards(file):
    for number, part in enumerate(file.whole().read().partition(b"\\n")[2].split(b"\\n----\\n"), 1):
        place = f"{file.origin}#{number}"
        yield Page(body=part, origin=place) if part else Drop(origin=place, stage="read", reason="empty notice")


def listed(folder):
    for name in (Path(folder) / "board.index").read_text().split():
        yield f"{folder}/{name}"


FILE = FileReader(
    name="board", suffixes=(".board",), accepts=lambda file: file.head.startswith(b"BOARD"), read=boards, before=BEFORE
)
FOLDER = FolderReader(name="board folder", accepts=lambda path: (Path(path) / "board.index").exists(), read=listed)
"""


def install(folder: Path, points: str, before: str = "") -> Path:
    """A package as pip leaves it, with entry points."""
    about = folder / "jianbao_board-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: jianbao-board\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{registry.PLUGINS.name}]\n{points}\n")
    (folder / "jianbao_board.py").write_text(PACKAGE.replace("BEFORE", repr(before)))
    return folder


@pytest.fixture(autouse=True)
def _fresh_registry() -> Iterator[None]:
    registry.all_readers.cache_clear()
    yield
    registry.all_readers.cache_clear()
    sys.modules.pop("jianbao_board", None)


def clean(folder: Path, *paths: Path) -> tuple[list[dict[str, object]], str]:
    """The records that the command line makes with the packages in a folder, and what it says."""
    out = folder / "out.jsonl"
    command = [sys.executable, "-m", "crawler", "clean", *map(str, paths), "-o", str(out), "--jobs", "1"]
    where = os.pathsep.join((str(ROOT), str(folder)))
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": where}, capture_output=True, text=True, timeout=120)
    return [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else [], done.stderr


def test_a_format_of_another_package_is_cleaned(tmp_path: Path) -> None:
    packages = install(tmp_path / "packages", "board = jianbao_board:FILE")
    notice = tmp_path / "notice"
    notice.write_text(f"BOARD\n渡口的新码头\n\n{TEXT}\n----\n", encoding="utf-8")
    records, said = clean(packages, notice)
    assert [(one["origin"], one["title"]) for one in records] == [(f"{notice}#1", "渡口的新码头")], said
    dropped = (packages / "out.jsonl.drops.jsonl").read_text()
    assert json.loads(dropped)["reason"] == "empty notice"


def test_a_format_of_another_package_inside_of_an_archive_and_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import gzip

    points = "board = jianbao_board:FILE\nfolder = jianbao_board:FOLDER"
    monkeypatch.syspath_prepend(str(install(tmp_path / "packages", points)))
    folder = tmp_path / "in" / "deep"
    folder.mkdir(parents=True)
    (folder / "b.gz").write_bytes(gzip.compress(b"BOARD\none\n----\ntwo"))
    (folder / "a").write_bytes(b"three")
    (folder / "unlisted").write_bytes(b"four")
    (folder / "board.index").write_text("b.gz\na\n")
    found = [(one.body, one.origin) for one in read([tmp_path / "in"]) if isinstance(one, Page)]
    assert found == [(b"one", f"{folder}/b.gz#1"), (b"two", f"{folder}/b.gz#2"), (b"three", f"{folder}/a")]


@pytest.mark.parametrize(("before", "next_one"), [("", "refused"), ("json", "json"), ("warc", "warc")])
def test_where_a_reader_of_another_package_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, next_one: str
) -> None:
    monkeypatch.syspath_prepend(str(install(tmp_path, "board = jianbao_board:FILE", before)))
    names = [reader.name for reader in registry.all_readers().files]
    assert names[names.index("board") + 1] == next_one
    assert [name for name in names if name != "board"] == [reader.name for reader in registry.FILES]


@pytest.mark.parametrize(
    ("points", "before", "said"),
    [
        ("board = jianbao_board:NONE", "", "AttributeError"),
        ("board = jianbao_board_that_is_gone:FILE", "", "ModuleNotFoundError"),
        ("board = jianbao_board:boards", "", "no FileReader and no FolderReader"),
        ("one = jianbao_board:FILE\ntwo = jianbao_board:FILE", "", "there is a reader of the name board already"),
        ("board = jianbao_board:FILE", "hson", "it comes before hson, which is none of warc, "),
    ],
)
def test_a_reader_that_cannot_be_used_is_told_with_its_package(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, points: str, before: str, said: str
) -> None:
    monkeypatch.syspath_prepend(str(install(tmp_path / "packages", points, before)))
    (tmp_path / "page.html").write_bytes(b"<p>one")
    with pytest.raises(UsageError, match="of the package jianbao-board") as error:
        list(read([tmp_path / "page.html"]))
    assert said in str(error.value) and "mend or uninstall" in str(error.value)


def test_names_are_unique_and_the_last_readers_accept_anything() -> None:
    everything = (*registry.FILES, *registry.FOLDERS)
    assert len({reader.name for reader in everything}) == len(everything)
    assert not any(reader.before for reader in everything), "the order of the built-in ones is that of the list"
    assert [reader.name for reader in registry.FILES][-2:] == ["refused", "page"]


def test_the_documentation_names_every_format() -> None:
    page = (ROOT / "docs" / "cleaning.md").read_text(encoding="utf-8")
    for reader in registry.FILES:
        for suffix in reader.suffixes:
            assert f"`{suffix}`" in page, f"docs/cleaning.md does not name {suffix} of the reader {reader.name}"
