"""What jianbao is built on: every library it installs is listed with its licence, and none of them warns."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.small_server import article

ROOT = Path(__file__).resolve().parent.parent
LISTED = ROOT / "docs" / "dependencies.md"


def licence(found: metadata.Distribution) -> str:
    """As a package declares it: the expression (PEP 639), else its classifiers, else the field of old."""
    expression = found.metadata.get("License-Expression")
    named = [
        one.rpartition("::")[2].strip() for one in found.metadata.get_all("Classifier") or [] if "License ::" in one
    ]
    return expression or "; ".join(named) or (found.metadata.get("License") or "?").splitlines()[0]


def required() -> list[str]:
    """What the project asks for without extras, as it stands in the tree: an installation may be older."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return list(project["dependencies"])


def of_extras() -> list[str]:
    """What extras ask for, as far as it is installed here; what only developers need does not leave the house."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = {text for extra, texts in project["optional-dependencies"].items() if extra != "dev" for text in texts}
    here = {re.sub(r"[-_.]+", "-", one.metadata["Name"]).lower() for one in metadata.distributions()}
    return [text for text in sorted(asked) if Requirement(text).name in here]


def installed(requirements: list[str]) -> dict[str, str]:
    """Name -> licence of all that is required, of what that needs, and so on, the extras asked for among it."""
    known: dict[str, str] = {}
    looked_at: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in requirements]
    while waiting:
        needed, of_extra = waiting.pop()
        if needed.marker is not None and not needed.marker.evaluate({"extra": of_extra}):
            continue
        found = metadata.distribution(needed.name)
        known[re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()] = licence(found)
        for extra in ("", *needed.extras):
            if (needed.name, extra) not in looked_at:
                looked_at.add((needed.name, extra))
                waiting += [(Requirement(text), extra) for text in found.requires or []]
    return known


def table(found: dict[str, str]) -> str:
    return "\n".join(f"| {name} | {found[name]} |" for name in sorted(found))


def test_every_library_is_listed_with_its_licence() -> None:
    listed = set(re.findall(r"^\| ([a-z0-9-]+) \| .+ \|$", LISTED.read_text("utf-8"), re.MULTILINE))
    found = installed(required() + of_extras())
    assert not found.keys() - listed, table({name: found[name] for name in found.keys() - listed})

    assert "?" not in found.values(), table({name: said for name, said in found.items() if said == "?"})


def test_nothing_is_required_that_is_under_the_gpl_alone() -> None:
    strict = {name: said for name, said in installed(required()).items() if re.search(r"GPL|General Public", said)}
    assert strict.keys() == {"tld"} and "MPL" in strict["tld"], strict  # one of three licences, to choose from


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
