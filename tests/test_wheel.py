"""What is installed: a wheel that is whole, a container that knows what it copies, a public API with types."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from tests import typed_program

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


def tracked(*folders: str) -> set[str]:
    listed = subprocess.run(["git", "ls-files", "-z", *folders], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git tracks, so that nothing that lies about in the tree gets into it or helps it."""
    source, dist = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("dist")
    for name in tracked("cleaners", "crawler", "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, source / name)
    for build in ("build_sdist", "build_wheel"):
        run = [sys.executable, "-c", BUILD, build, str(dist)]
        done = subprocess.run(run, cwd=source, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-2000:]
    assert [path.name for path in dist.glob("*.tar.gz")] == [f"jianbao-{PROJECT['version']}.tar.gz"]
    return next(dist.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_packages(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert not tracked("cleaners", "crawler") - names
    assert {name.rpartition("licenses/")[2] for name in names if "/licenses/" in name} == {"LICENSE", "NOTICE"}


def test_the_wheel_cleans_a_page_far_from_its_source(wheel: Path, tmp_path: Path) -> None:
    unpacked, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    zipfile.ZipFile(wheel).extractall(unpacked)
    elsewhere.mkdir()
    page = (
        "<title>渠水通了</title><h1>渠水通了</h1>"
        + "<p>河口村的干渠修好了，今年春灌比去年早了十二天，村民都说好。</p>" * 4
    )
    (elsewhere / "page.html").write_text(page, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "crawler", "clean", "page.html", "-o", "-"],
        cwd=elsewhere, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(unpacked)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "春灌比去年早了十二天" in done.stdout


@pytest.mark.skipif(
    not os.environ.get("CI"), reason="installs everything from the package index: in CI, or `make wheel`"
)
def test_the_demo_runs_from_the_wheel_in_an_empty_environment(wheel: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", tmp_path / "venv"], check=True)
    python, elsewhere = tmp_path / "venv" / "bin" / "python", tmp_path / "elsewhere"
    elsewhere.mkdir()
    install = [python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel]
    done = subprocess.run(install, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    demo = [python, "-m", "crawler", "demo"]
    done = subprocess.run(demo, cwd=elsewhere, capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Everything that this version promises was kept" in done.stdout
    assert (elsewhere / "demo-out" / "jianbao.db").exists()


def test_the_package_says_that_it_has_types() -> None:
    """What they are for a program outside, ``make lint`` asks mypy about ``typed_program``."""
    assert all((ROOT / package / "py.typed").exists() for package in ("cleaners", "crawler"))
    assert typed_program.main() == ["渠水通了", 2]


def test_what_is_required_has_a_lower_bound_and_no_extra_of_lxml() -> None:
    """pip 23, which comes with Python 3.11 and 3.12, fails over ``lxml[html-clean]`` beside ``lxml[html_clean]``."""
    for text in PROJECT["dependencies"]:
        needed = Requirement(text)
        assert any(one.operator in (">=", "==") for one in needed.specifier), f"{text}: from which version on?"
        assert not needed.extras, text
        assert needed.name != "readability-lxml", "it requires lxml[html-clean]"


def test_the_container_copies_what_is_there_and_runs_as_nobody_special() -> None:
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", text, re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists(), f"Dockerfile copies {name}"
            assert f"!{name}" in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines(), name
    assert int(re.findall(r"^USER (\d+)$", text, re.MULTILINE)[-1]) > 0
    extras = re.search(r"'\.\[([\w,]+)\]'", text)
    assert extras is not None
    assert set(extras[1].split(",")) <= PROJECT["optional-dependencies"].keys()


def test_the_services_ask_for_commands_and_options_that_there_are() -> None:
    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"crawl", "room"}
    for service in services.values():
        name, *words = service["command"]
        run = [sys.executable, "-m", "crawler", name, "--help"]
        told = subprocess.run(run, cwd=ROOT, capture_output=True, text=True).stdout
        for option in (word for word in words if word.startswith("--")):
            assert re.search(rf"{option}\b", told), f"{option} is no option of {name}"
        assert service["healthcheck"]["test"][0] == "CMD"
        assert service["read_only"] is True
        assert any(volume.endswith(":/data") for volume in service["volumes"])
