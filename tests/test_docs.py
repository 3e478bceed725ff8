"""What the documentation says is run: README's Python, its commands, its links; docstring examples everywhere."""

from __future__ import annotations

import doctest
import importlib
import re
import shlex
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
import typer
from typer.core import TyperGroup

from crawler.cli import app
from crawler.site_survey import SeedOffer, proposal

ROOT = Path(__file__).resolve().parent.parent


# What is read by people who use it, and what is read besides by those who work on it.
MANUAL = ["README.md", "README.zh.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs").rglob("*.md"))]
PAGES = [*MANUAL, "CONTRIBUTING.md", "seeds/README.md", "benchmarks/README.md"]


def commands_of(name: str) -> list[str]:
    """The lines of a page that begin with jianbao, without their comments."""
    return re.findall(r"^    jianbao (.+?)(?:  +#.*)?$", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)


def test_the_python_of_the_documentation_runs() -> None:
    page = str(ROOT / "docs" / "python.md")
    result = doctest.testfile(page, module_relative=False, optionflags=doctest.NORMALIZE_WHITESPACE)
    assert result.attempted > 8
    assert result.failed == 0


def modules_with_examples() -> list[str]:
    found = []
    for path in sorted((ROOT / "cleaners").rglob("*.py")):
        if ">>> " in path.read_text(encoding="utf-8"):
            found.append(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
    return found


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_run(name: str) -> None:
    result = doctest.testmod(importlib.import_module(name))
    assert result.attempted > 0
    assert result.failed == 0


def test_commands_of_the_documentation_exist_with_these_options() -> None:
    lines = [line for name in MANUAL for line in commands_of(name)]
    assert len(lines) > 60
    helps: dict[str, str] = {}
    for line in lines:
        words = shlex.split(re.split(r" [<>|] ", line)[0])
        command = " ".join(words[:2]) if words[0] == "sites" else words[0]
        if command not in helps:
            done = subprocess.run(
                [sys.executable, "-m", "crawler", *command.split(), "--help"], cwd=ROOT, capture_output=True, text=True
            )
            assert done.returncode == 0, f"the documentation names `jianbao {command}`: {done.stderr}"
            helps[command] = done.stdout
        for option in (word for word in words[1:] if re.match(r"--?[a-z]", word)):
            assert re.search(rf"(^|\s|,){re.escape(option)}\b", helps[command]), f"{option} is no option of {command}"


def test_a_command_of_the_documentation_stands_in_its_block() -> None:
    """Flush left the first line makes a paragraph of the whole block."""
    for name in MANUAL:
        flush = re.findall(r"^jianbao [a-z]+ .*--?[a-z].*", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE)
        assert not flush, name


def test_help_shows_examples() -> None:
    open_ = [("jianbao", typer.main.get_command(app))]
    seen = []
    for name, command in open_:
        if isinstance(command, TyperGroup):
            open_ += [(f"{name} {word}", one) for word, one in command.commands.items()]
        else:
            seen.append(name)
            told = command.help or ""
            assert re.search(rf"Examples?:\n(.*\n)*?.*\b{name}\b", told), f"{name} --help has no example"
    assert len(seen) > 20


def test_links_lead_somewhere() -> None:
    for name in PAGES:
        path = ROOT / name
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{name} links to {target}"


@pytest.mark.parametrize("name", PAGES)
def test_files_that_are_named_are_there(name: str) -> None:
    named = re.findall(
        r"`((?:cleaners|crawler|tests|seeds|benchmarks)/[\w./-]*)", (ROOT / name).read_text(encoding="utf-8")
    )
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_the_readme_is_short_and_says_the_same_in_chinese() -> None:
    for name in ("README.md", "README.zh.md"):
        assert len((ROOT / name).read_text(encoding="utf-8").splitlines()) <= 150, f"{name}: move it into docs/"
    assert commands_of("README.md") == commands_of("README.zh.md")
    links = [re.findall(r"\]\(([^)]+)\)", (ROOT / name).read_text("utf-8")) for name in ("README.md", "README.zh.md")]
    assert set(links[0]) - set(links[1]) == {"README.zh.md"}, "what only the English one links to"


def test_every_page_is_in_the_menu_and_in_the_table_of_pages() -> None:
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    contents = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    for path in (ROOT / "docs").rglob("*.md"):
        name = path.relative_to(ROOT / "docs").as_posix()
        assert f": {name}\n" in menu, f"{name} is not in mkdocs.yml"
        assert name == "index.md" or f"({name})" in contents, f"{name} is not in docs/index.md"


@pytest.mark.parametrize("name", ["docs/first-hour.md", "docs/zh/first-hour.md"])
def test_the_files_of_the_first_hour_are_read(name: str, tmp_path: Path) -> None:
    """With what `sites check` puts below it the head is a seed file; a file of watches is one as it stands."""
    from cleaners import config
    from crawler.notify.run import load

    head, *watches = re.findall(r"```yaml\n(.*?)```", (ROOT / name).read_text(encoding="utf-8"), re.DOTALL)
    site = config.SiteConfig(id="daily", name="绿洲晨报", home="https://news.example/")
    offer = SeedOffer(kind="list", url="https://news.example/a/", entries=9)
    job = config.parse_job(head + proposal(site, site.name, [offer], date(2026, 12, 1)) + "\n")
    assert [one.id for one in job.sites] == ["daily"]
    for block in watches:
        (tmp_path / "watches.yaml").write_text(block, encoding="utf-8")
        assert load(tmp_path / "watches.yaml").watches


def test_the_first_hour_is_the_same_in_chinese() -> None:
    english, chinese = (
        {line.split()[0] for line in commands_of(name)} for name in ("docs/first-hour.md", "docs/zh/first-hour.md")
    )
    assert english <= chinese


def test_every_room_is_on_the_map() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = "\n".join(line for line in text.splitlines() if line.startswith("|"))
    for package in ("cleaners", "crawler"):
        for path in sorted((ROOT / package).iterdir()):
            if path.name.startswith(("_", ".")) or not (path.is_dir() or path.suffix == ".py"):
                continue
            name = f"{path.name}/" if path.is_dir() else path.stem
            assert f"`{name}`" in rows, f"{package}/{path.name} is not on the map of CONTRIBUTING"


def test_no_machine_paths_or_registry_hosts_in_tracked_files() -> None:
    files = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout.split()
    for name in files:
        data = (ROOT / name).read_bytes()
        assert not re.search(rb"/(root|home)/[a-z]|--index-ur[l]|/simpl[e]/", data) or name == "tests/test_docs.py", (
            name
        )


def test_the_documentation_of_watches_is_true(tmp_path: Path) -> None:
    from cleaners import config
    from crawler.notify.run import load

    text = (ROOT / "docs" / "watches.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert len(blocks) >= 2
    for block in blocks:
        (tmp_path / "watches.yaml").write_text(block, encoding="utf-8")
        load(tmp_path / "watches.yaml")
    for model in (config.WatchFile, config.WatchConfig, config.ChannelConfig, config.MailTarget, config.WebhookTarget):
        for name, field in model.model_fields.items():
            assert f"`{field.alias or name}`" in text, f"docs/watches.md says nothing of {field.alias or name}"


def test_the_template_for_github_names_what_there_is() -> None:
    import yaml

    job = yaml.safe_load((ROOT / "docs" / "github-watch.yml").read_text(encoding="utf-8"))
    [line] = [run for step in job["jobs"]["watch"]["steps"] if (run := step.get("run", "")).startswith("jianbao crawl")]
    options = {name for one in typer.main.get_command(app).commands["crawl"].params for name in one.opts}  # type: ignore[attr-defined]
    assert {word for word in shlex.split(line) if word.startswith("--")} <= options
    assert shlex.split(line)[2:3] == ["seeds/mine.yaml"]
