"""What jianbao is built on: every library it installs is listed with its licence, and none of them warns."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.small_server import article

ROOT = Path(__file__).resolve().parent.parent
LISTED = ROOT / "docs" / "dependencies.md"


def licence(found: metadata.Distribution) -> str:
    """As a package declares it: the expression (PEP 639), else its classifiers."""
    expression = found.metadata.get("License-Expression")
    named = [
        one.rpartition("::")[2].strip() for one in found.metadata.get_all("Classifier") or [] if "License ::" in one
    ]
    return expression or "; ".join(named) or "?"


def installed(name: str, extras: tuple[str, ...] = (), known: dict[str, str] | None = None) -> dict[str, str]:
    """Name -> licence of all that a package needs, itself not among them."""
    known = {} if known is None else known
    for text in metadata.distribution(name).requires or []:
        needed = Requirement(text)
        if needed.marker is None or any(needed.marker.evaluate({"extra": extra}) for extra in (*extras, "")):
            found = metadata.distribution(needed.name)
            own = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
            if own not in known:
                known[own] = licence(found)
                installed(needed.name, tuple(needed.extras), known)
    return known


def table(found: dict[str, str]) -> str:
    return "\n".join(f"| {name} | {found[name]} |" for name in sorted(found))


def test_every_library_is_listed_with_its_licence() -> None:
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \| .+ \|$", LISTED.read_text("utf-8"), re.MULTILINE))
    found = installed("jianbao")
    assert not found.keys() - listed, table({name: found[name] for name in found.keys() - listed})


def test_what_is_under_a_copyleft_licence_is_named() -> None:
    strict = {name for name, said in installed("jianbao").items() if re.search(r"GPL|General Public", said)}
    assert strict == {"chardet", "tld"}


@pytest.mark.parametrize("command", [
    ["clean", "good.html", "-o", "out.jsonl"], ["clean", "good.html", "--store", "news.db"], ["explain", "good.html"],
])  # fmt: skip
def test_no_command_warns(command: list[str], tmp_path: Path) -> None:
    (tmp_path / "good.html").write_text(article(1), encoding="utf-8")
    run = [sys.executable, "-W", "error", "-m", "crawler"]
    done = subprocess.run([*run, *command], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    if "--store" in command:
        for then in (["search", "渠"], ["export", "-o", "a.csv"], ["export", "-o", "a.parquet"], ["stats"], ["doctor"]):
            done = subprocess.run([*run, *then, "--store", "news.db"], cwd=tmp_path, capture_output=True, text=True)
            assert done.returncode == 0, done.stderr[-2000:]
