"""Commands that write, broken off at any moment and in any way: nothing is lost, doubled, half-written or damaged, and the
same command run again comes to what an undisturbed run gives.

`make proof` runs all of it (marker ``proof``); what has no marker is its quick form. docs/trust.md has the counts.
"""

from __future__ import annotations

import errno
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from cleaners import pipeline
from cleaners.errors import UnwritableError
from cleaners.items import Page
from cleaners.readers import files
from cleaners.store import Store
from cleaners.store import database as store_database
from cleaners.store.network_file_systems import network_type
from tests import fault_world
from tests.fault_world import (
    COMMANDS,
    GONE,
    Content,
    Ended,
    WritingCommand,
    content,
    ended_by,
    finished,
    start,
    troubles,
)

KILLS = int(os.environ.get("JIANBAO_KILLS", "42"))
"""Of each command: 504 in all."""
STORING, RECORDS, EXPORT = COMMANDS[0], COMMANDS[1], COMMANDS[4]
of_every_command = pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)


@dataclass(frozen=True)
class World:
    """A folder to copy, and what commands make of it when nothing disturbs them."""

    folder: Path
    undisturbed: dict[str, tuple[Content, float]]

    def copy(self, to: Path, command: WritingCommand) -> Path:
        shutil.copytree(self.folder, to)
        command.prepare(to)
        return to

    def after(self, command: WritingCommand, folder: Path) -> tuple[Content, float]:
        """What the folder holds after the command, and how many seconds it takes."""
        if command.name not in self.undisturbed:
            place = self.copy(folder / "undisturbed", command)
            ended = finished(start(place, command.arguments))
            assert ended.code == 0, ended.told
            self.undisturbed[command.name] = (content(place), ended.seconds)
            shutil.rmtree(place)
        return self.undisturbed[command.name]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    folder = tmp_path_factory.mktemp("world") / "made"
    folder.mkdir()
    fault_world.make(folder)
    return World(folder=folder, undisturbed={})


def survive(world: World, command: WritingCommand, folder: Path, ended: Ended) -> None:
    """The folder is whole after a fault, and the command run again ends as if nothing had been."""
    whole, _ = world.after(command, folder.parent)
    assert "Traceback" not in ended.told, ended.told[-3000:]
    before = fault_world.ids(world.folder / "news.db")
    if command.arguments.startswith("takedown"):
        before -= {one for one in before if one not in whole_ids(whole)}
    assert troubles(folder, before, whole.files) == []
    if not is_done(folder, whole):
        again = finished(start(folder, command.arguments))
        assert again.code == 0, again.told[-3000:]
    assert is_done(folder, whole)


def is_done(folder: Path, whole: Content) -> bool:
    """Whether the command has nothing left to do: a backup, for one, refuses to be made twice."""
    wrong = [one for name in fault_world.STORES for one in fault_world.examine(folder / name) if one.problems]
    return content(folder) == whole and not wrong


def whole_ids(whole: Content) -> set[object]:
    return {article[0] for article in whole.stores["news.db"].articles}  # type: ignore[attr-defined]


def killed(world: World, command: WritingCommand, folder: Path, sent: signal.Signals, after: float) -> Ended:
    """The command, sent a signal after so many seconds; what is left is checked, and removed."""
    place = world.copy(folder / "case", command)
    ended = ended_by(start(place, command.arguments), sent, after)
    survive(world, command, place, ended)
    shutil.rmtree(place)
    return ended


@pytest.mark.parametrize("command", [STORING, EXPORT, COMMANDS[7]], ids=lambda command: command.name)
def test_killed_once(world: World, command: WritingCommand, tmp_path: Path, chance: random.Random) -> None:
    _, seconds = world.after(command, tmp_path)
    killed(world, command, tmp_path, signal.SIGKILL, chance.uniform(0, seconds))


@pytest.mark.proof
@of_every_command
def test_killed_at_many_moments(world: World, command: WritingCommand, tmp_path: Path, chance: random.Random) -> None:
    _, within = world.after(command, tmp_path)
    met = 0
    for _ in range(5 * KILLS):
        ended = killed(world, command, tmp_path, signal.SIGKILL, chance.uniform(0, within))
        met += ended.code == -signal.SIGKILL
        if not ended.code:  # it was faster than the signal
            within = min(within, ended.seconds)
        if met == KILLS:
            return
    pytest.fail(f"{met} kills of {KILLS} met the command")


@pytest.mark.proof
@of_every_command
def test_told_to_end(world: World, command: WritingCommand, tmp_path: Path, chance: random.Random) -> None:
    _, within = world.after(command, tmp_path)
    for _ in range(5):
        ended = killed(world, command, tmp_path, signal.SIGTERM, chance.uniform(0, within))
        assert ended.code in {0, 11, -signal.SIGTERM}, ended.told  # the last: before it could listen


def limited(world: World, command: WritingCommand, folder: Path, kind: int, to: int) -> Ended:
    """A command that may use no more than so much of something."""
    place = world.copy(folder / "case", command)
    ended = finished(start(place, command.arguments, partial(limit, kind, to)))
    assert ended.code in {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, ended.told[-3000:]
    survive(world, command, place, ended)
    shutil.rmtree(place)
    return ended


def limit(kind: int, to: int) -> None:
    resource.setrlimit(kind, (to, resource.getrlimit(kind)[1]))


def test_no_file_may_grow(world: World, tmp_path: Path) -> None:
    limited(world, STORING, tmp_path, resource.RLIMIT_FSIZE, 150_000)


@pytest.mark.proof
@of_every_command
def test_no_file_may_grow_beyond_a_size(
    world: World, command: WritingCommand, tmp_path: Path, chance: random.Random
) -> None:
    for _ in range(6):
        limited(world, command, tmp_path, resource.RLIMIT_FSIZE, int(2 ** chance.uniform(10, 20)))


def test_out_of_file_descriptors(world: World, tmp_path: Path) -> None:
    limited(world, STORING, tmp_path, resource.RLIMIT_NOFILE, 20)


@pytest.mark.proof
@of_every_command
def test_out_of_file_descriptors_at_many_counts(world: World, command: WritingCommand, tmp_path: Path) -> None:
    for handles in range(8, 28, 3):
        limited(world, command, tmp_path, resource.RLIMIT_NOFILE, handles)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own, in memory."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(place)], capture_output=True)
    if made.returncode:
        pytest.skip("needs the right to mount a disk in memory (root)")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


@pytest.mark.proof
@of_every_command
def test_a_full_disk(world: World, command: WritingCommand, disk: Path, tmp_path: Path, chance: random.Random) -> None:
    whole, _ = world.after(command, tmp_path)
    for _ in range(6):
        place = world.copy(disk / "case", command)
        used = shutil.disk_usage(disk).used
        room = int(2 ** chance.uniform(12, 20))
        subprocess.run(["mount", "-o", f"remount,size={used + room}", str(disk)], check=True)
        ended = finished(start(place, command.arguments))
        subprocess.run(["mount", "-o", "remount,size=64m", str(disk)], check=True)
        assert ended.code in range(11), ended.told
        survive(world, command, place, ended)
        shutil.rmtree(place)
    assert whole


@pytest.mark.proof
@of_every_command
def test_a_disk_that_is_read_only(world: World, command: WritingCommand, disk: Path) -> None:
    place = world.copy(disk / "case", command)
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
    ended = finished(start(place, command.arguments))
    subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
    assert ended.code in range(1, 11), ended.told
    assert "jianbao: " in ended.told
    survive(world, command, place, ended)


PAIRS = ((0, 7), (0, 6), (0, 8), (0, 10), (7, 6), (9, 0), (0, 4))


@pytest.mark.proof
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: " and ".join(COMMANDS[n].name.split()[0] for n in pair))
def test_two_writers(world: World, pair: tuple[int, int], tmp_path: Path) -> None:
    first, second = (COMMANDS[n] for n in pair)
    together, apart = (world.copy(tmp_path / name, first) for name in ("together", "apart"))
    for place in (together, apart):
        second.prepare(place)
    both = [start(together, one.arguments) for one in (first, second)]
    for one, ended in zip((first, second), map(finished, both), strict=True):
        assert "Traceback" not in ended.told, ended.told
        if ended.code:  # it was told that another one writes: as the message says, it is started again
            assert "another" in ended.told or "being written" in ended.told, ended.told
            assert finished(start(together, one.arguments)).code == 0
    for one in (first, second):
        assert finished(start(apart, one.arguments)).code == 0
    here, there = content(together).stores["news.db"], content(apart).stores["news.db"]
    assert (here.articles, here.clusters) == (there.articles, there.clusters)  # type: ignore[attr-defined]
    assert not [one for one in fault_world.examine(together / "news.db") if one.problems]


@pytest.mark.proof
def test_a_clock_that_jumps(world: World, tmp_path: Path) -> None:
    if shutil.which("faketime") is None:
        pytest.skip("needs faketime")
    whole, _ = world.after(STORING, tmp_path)
    place = world.copy(tmp_path / "case", STORING)
    for jump, command in (("+400d", STORING), ("-400d", STORING), ("-20y", EXPORT), ("+3d", COMMANDS[8])):
        done = subprocess.run(
            ["faketime", "-f", jump, sys.executable, "-m", "crawler", *command.arguments.split()],
            cwd=place, env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(Path(__file__).parent.parent), "HOME": str(tmp_path)},
            capture_output=True, text=True, timeout=300,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
    assert content(place).stores["news.db"] == whole.stores["news.db"]
    assert not [one for one in fault_world.examine(place / "news.db") if one.problems]


@pytest.mark.proof
@pytest.mark.parametrize("part", range(10))
def test_random_bytes_over_store_and_index(world: World, part: int, tmp_path: Path) -> None:
    draw = random.Random(7000 + part)
    stored = fault_world.addresses(world.folder / "news.db")
    for _ in range(20):
        place = world.copy(tmp_path / "case", STORING)
        files = [place / "news.db", *(path for path in (place / "news.index").iterdir() if path.stat().st_size)]
        damaged = draw.choice(files)
        data = bytearray(damaged.read_bytes())
        data[draw.randrange(len(data))] ^= draw.randrange(1, 256)
        damaged.write_bytes(data)
        for command in (
            "search 老农 --store news.db",
            "doctor --all --store news.db",
            "doctor --salvage --store news.db",
        ):
            ended = finished(start(place, command))
            assert ended.code in range(11) and "Traceback" not in ended.told, (damaged.name, command, ended.told)
        lost = stored.keys() - fault_world.ids(place / "news.db")
        assert all(one in ended.told or stored[one] in ended.told for one in lost), (damaged.name, lost, ended.told)
        again = finished(start(place, "doctor --all --store news.db"))
        assert again.code == 0, (damaged.name, again.told)
        shutil.rmtree(place)


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENOSPC])
def test_no_page_is_dropped_for_a_fault_of_the_machine(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    (tmp_path / "a.html").write_text("<p>渠水昨天到了村口。</p>", encoding="utf-8")
    page = Page(origin="a.html", body=b"<p></p>")
    monkeypatch.setattr(pipeline, "_drafted", fails)
    with pytest.raises(OSError, match=os.strerror(number)):
        pipeline.clean(page)
    for name in ("file_reader", "pages"):  # what a reader meets, and what opening a file does
        with monkeypatch.context() as patch:
            patch.setattr(files, name, fails)
            with pytest.raises(OSError, match=os.strerror(number)):
                list(files.read([tmp_path]))


def test_a_store_on_a_network_file_system_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        f"40 22 0:35 / {tmp_path}/share\\040of\\040all rw,relatime - nfs4 host:/x rw\n"
        f"41 40 0:36 / {tmp_path}/share\\040of\\040all/local rw - ext4 /dev/vdb rw\n"
        f"42 22 0:37 / {tmp_path}/windows rw shared:3 master:4 - cifs //host/x rw\n"
        "broken line\n"
    )
    assert network_type(tmp_path / "share of all" / "deep" / "news.db", table) == "nfs4"
    assert network_type(tmp_path / "share of all" / "local" / "news.db", table) is None
    assert network_type(tmp_path / "windows" / "news.db", table) == "cifs"
    assert network_type(tmp_path / "news.db", table) is None
    assert network_type(tmp_path / "windows-too" / "news.db", table) is None
    assert network_type(tmp_path / "news.db", tmp_path / "not there") is None
    monkeypatch.setattr(store_database, "network_type", lambda path: "nfs4")
    with pytest.raises(UnwritableError, match=r"network file system \(nfs4\).*jianbao backup"):
        Store.open(tmp_path / "news.db")


def test_the_article_to_take_down_is_there(world: World) -> None:
    with Store.open(world.folder / "news.db", create=False, readonly=True) as store:
        urls = [one.article.url for one in store.clippings.select(with_duplicates=True)]
    assert f"https://news.example/{GONE}" in urls and len(urls) == 30
