"""Crawls in processes of their own: the network library's event loop runs once in a process."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cleaners.items import Article
from cleaners.store import Selection, Store
from tests.small_server import SmallServer

ROOT = Path(__file__).resolve().parent.parent
_RUN = """
import dataclasses, json, sys
from datetime import date
from pathlib import Path
from cleaners.config import IssueRange, load_job
from crawler import settings
from crawler.run import crawl
options = json.loads(sys.argv[2])
for name, value in options.pop("settings", {}).items():
    setattr(settings, name, value)
if days := options.pop("issues", None):
    options["issues"] = IssueRange(first=date.fromisoformat(days[0]), last=date.fromisoformat(days[1]))
if __name__ == "__main__":
    report = crawl([load_job(path) for path in sys.argv[1].split(";")], store=Path("job.db").absolute(), **options)
    print(json.dumps(dataclasses.asdict(report)))
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """What a crawl came to."""

    report: dict[str, Any]
    store: Path
    servers: dict[str, SmallServer]
    log: str

    def drops(self) -> dict[str, str]:
        """Path -> reason."""
        with Store.open(self.store, create=False) as store:
            return {drop.url.split("/", 3)[3]: drop.reason for drop in store.runs.drops(limit=999) if drop.url}

    def articles(self) -> dict[str, Article]:
        """Path -> article."""
        with Store.open(self.store, create=False) as store:
            found = [one.article for one in store.clippings.select(Selection(), with_duplicates=True)]
        return {article.url.split("/", 3)[3]: article for article in found if article.url}


def start(
    folder: Path,
    seeds: str,
    names: tuple[str, ...] = ("job.yaml",),
    variables: Mapping[str, str] = MappingProxyType({}),
    **options: object,
) -> subprocess.Popen[str]:
    """Begin a crawl; ``settings`` among the options are put over ``crawler.settings``, ``variables`` are environment."""
    (folder / "run.py").write_text(_RUN)
    (folder / "job.yaml").write_text(seeds, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(folder / "run.py"), ";".join(names), json.dumps(options)],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "HOME": str(folder), **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(folder: Path, seeds: str, servers: dict[str, SmallServer], **options: Any) -> Crawled:
    """A crawl from its beginning to its end."""
    process = start(folder, seeds, **options)
    out, log = process.communicate(timeout=280)  # compiles the matcher on a machine that has not yet
    assert process.returncode == 0, log
    return Crawled(report=json.loads(out.splitlines()[-1]), store=folder / "job.db", servers=servers, log=log)


def one_site(base: str, extra: str = "", host: str = "127.0.0.1") -> str:
    """A job with one site."""
    return f"""
job: probe
allow_private_hosts: ["{host}"]
sites: [{{id: a, name: a, home: "{base}/", delay: 0, {extra}}}]
"""
