"""The house rules that a machine can check: who may import whom, and the one home of each library."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# Imports go up this list only: a room may import rooms of lower floors, never a peer of its own floor.
FLOORS: list[set[str]] = [
    {"sentences"},
    {"errors", "data", "diff", "escaping", "disguises", "progress", "compression"},
    {"items", "atomic", "characters", "plugins", "parquet_library", "publication_time"},
    {"urls", "quality", "page", "chinese", "fields"},
    {"config", "metadata", "warc", "dedup", "parts", "signals", "scrubbing"},
    {"extract", "readers", "store"},
    {"context", "export", "watches"},
    {"pipeline", "ingest"},
    {"parallel", "maintenance"},
    {"spark"},
]
LEVEL = {room: n for n, floor in enumerate(FLOORS) for room in floor}

# library -> the only rooms (below cleaners/) or packages that may import it
HOMES = {
    "trafilatura": {"cleaners/extract"},
    "readability": {"cleaners/extract"},
    "datasketch": {"cleaners/dedup"},
    "datatrove": {"cleaners/dedup/datatrove_block"},
    "opencc": {"cleaners/chinese/script"},
    "sqlite3": {"cleaners/store"},
    "scrapy": {"crawler"},
    "twisted": {"crawler"},
    "warcio": {"cleaners/warc"},
    "fastwarc": {"cleaners/readers"},
    "backports": {"cleaners/compression"},
    "compression": {"cleaners/compression"},
    "typer": {"crawler/cli"},
    "feedparser": {"crawler", "cleaners/readers/feed"},
    "apscheduler": {"crawler/jobs"},
    "prometheus_client": {"crawler/jobs/metrics"},
    "filelock": {"cleaners/store"},
    "playwright": {"crawler/browser"},
    "apprise": {"crawler/notify/apprise_service"},
    "urllib3": {"crawler/notify/webhook"},
    "smtplib": {"crawler/notify/mail"},
    "pydantic": {"cleaners/config"},
    "pyspark": {"cleaners/spark"},
    "starlette": {"crawler/web"},
    "mcp": {"crawler/mcp_server"},
    "uvicorn": {"crawler/web"},
    "jinja2": {"crawler/web"},
    "markdown_it": {"crawler/web", "cleaners/export/story_markup"},
    "yaml": {"cleaners/config", "cleaners/export", "crawler/demo"},
}


def modules(package: str) -> list[Path]:
    return sorted(p for p in (ROOT / package).rglob("*.py") if "__pycache__" not in p.parts)


def room_of(path: Path) -> str:
    """``cleaners/extract/boilerplate/html_lines.py`` -> ``extract``; ``cleaners/urls.py`` -> ``urls``."""
    parts = path.relative_to(ROOT / "cleaners").parts
    return parts[0].removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Every imported module with its line, names of ``from package import module`` spelt out."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute here"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


@pytest.mark.parametrize("path", modules("cleaners"), ids=lambda p: str(p.relative_to(ROOT)))
def test_rooms_import_downwards_only(path: Path) -> None:
    room = room_of(path)
    if room == "__init__":
        return  # the front door shows everything
    assert room in LEVEL, f"cleaners/{room} has no floor: add it to FLOORS here and to CONTRIBUTING"
    for line, name in imports(path):
        assert not name.startswith("crawler"), f"{path.name}:{line} imports the crawler"
        if not name.startswith("cleaners."):
            continue
        other = name.split(".")[1]
        if other != room and other in LEVEL:
            assert LEVEL[other] < LEVEL[room], f"{path.name}:{line}: {room} may not import {other}"


@pytest.mark.parametrize("path", modules("crawler"), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_command_line_stands_on_top(path: Path) -> None:
    if "cli" in path.relative_to(ROOT).parts or path.name == "__main__.py":
        return
    for line, name in imports(path):
        assert not f"{name}.".startswith("crawler.cli."), f"{path.name}:{line} imports the command line"


@pytest.mark.parametrize("library", sorted(HOMES))
def test_each_library_has_one_home(library: str) -> None:
    for path in modules("cleaners") + modules("crawler"):
        where = path.relative_to(ROOT).with_suffix("").as_posix()
        if any(where == home or where.startswith(home + "/") for home in HOMES[library]):
            continue
        for line, name in imports(path):
            assert name.split(".")[0] != library, f"{where}:{line}: {library} lives in {sorted(HOMES[library])}"


def test_the_rooms_of_the_crawler_import_in_one_direction() -> None:
    """No circle between them. A room is a folder of ``crawler/``, or a file beside the folders."""
    uses: dict[str, set[str]] = defaultdict(set)
    for path in modules("crawler"):
        room = path.relative_to(ROOT / "crawler").parts[0].removesuffix(".py")
        named = {name.split(".")[1] for _, name in imports(path) if name.startswith("crawler.")}
        uses[room] |= {other for other in named if other != room and is_room(other)}
    uses.pop("__init__", None)
    try:
        list(TopologicalSorter(uses).static_order())
    except CycleError as circle:
        pytest.fail(f"a circle: {' -> '.join(reversed(circle.args[1]))}")


def is_room(name: str) -> bool:
    """Whether ``crawler.name`` is a module and not a name that ``crawler/__init__`` defines."""
    return (ROOT / "crawler" / name).is_dir() or (ROOT / "crawler" / f"{name}.py").is_file()


def test_a_class_name_stands_for_one_class() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for path in modules("cleaners") + modules("crawler"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert len(places) > 300
    twice = {name: where for name, where in places.items() if len(where) > 1}
    assert not twice, f"call each what only it is: {twice}"


@pytest.mark.parametrize(
    "package", [p for p in modules("cleaners") + modules("crawler") if p.name == "__init__.py"],
    ids=lambda p: str(p.parent.relative_to(ROOT)),
)  # fmt: skip
def test_no_module_is_hidden_by_a_name_of_its_package(package: Path) -> None:
    """``from room import name`` gives the module wherever ``room`` has a module ``name``."""
    own = ".".join(package.parent.relative_to(ROOT).parts)
    below = {p.stem for p in package.parent.glob("*.py")} | {
        p.parent.name for p in package.parent.glob("*/__init__.py")
    }
    hidden = below & set(bound(ast.parse(package.read_text(encoding="utf-8")).body, own))
    assert not hidden, f"{own} has both a module and a name {hidden}: rename one of them"


def bound(body: Iterable[ast.stmt], package: str) -> Iterator[str]:
    """The names that the statements of a package give to something else than its own modules."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (a.asname or a.name for a in node.names if a.asname or node.module != package)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            yield from (name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.If | ast.Try):
            yield from bound([*node.body, *node.orelse], package)


def test_modules_stay_small() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in modules("cleaners") + modules("crawler")
        if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long, f"split these by what they do: {long}"


def test_cleaners_work_without_scrapy() -> None:
    names = [
        ".".join(p.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for p in modules("cleaners")
        if p.stem not in {"spark"}
    ]
    code = (
        "import sys\n"
        "class Block:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        "        if name.split('.')[0] in {'scrapy', 'twisted'}: raise ImportError(name + ' is not installed')\n"
        "sys.meta_path.insert(0, Block())\n" + "\n".join(f"import {n}" for n in names)
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_items_are_frozen_slotted_keyword_only() -> None:
    import dataclasses

    from cleaners import items

    kinds = [v for v in vars(items).values() if isinstance(v, type) and dataclasses.is_dataclass(v)]
    assert len(kinds) >= 10
    for kind in kinds:
        params = kind.__dataclass_params__  # type: ignore[attr-defined]
        assert params.frozen, f"{kind.__name__} is not frozen"
        assert "__slots__" in vars(kind), f"{kind.__name__} has no slots"
        assert all(f.kw_only for f in dataclasses.fields(kind)), f"{kind.__name__} takes positional arguments"
