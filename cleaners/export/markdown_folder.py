"""A folder of Markdown pages, one for each article, that people may live in: their own files and changes stay theirs.

Every page carries a seal in its front matter, a YAML comment with a checksum of its name and content. Only a page whose
seal is unbroken is ever replaced or removed, so no list of what was written has to be kept, or can be lost.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cleaners.atomic import draft_folder, nothing, sync
from cleaners.export.markdown import markdown_page, page_name
from cleaners.export.records import ScriptChoice, in_script
from cleaners.items import Clipping

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval

_NAME = re.compile(r".+-([0-9a-f]{16})\.md")
_SEAL = re.compile(rb"\n# jianbao ([0-9a-f]{16}): [^\n]*(?=\n---\n)")
_MEANING = "change this page and it is yours, no export replaces or removes it"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderCleanup:
    """What became of the pages that were there."""

    removed: int = 0
    """Pages of earlier exports that are not in this one."""
    kept: tuple[str, ...] = ()
    """Names of those that were to be replaced or removed and stay, as somebody has changed them."""


class MarkdownWriter:
    """Articles to a folder, one page for each; named ``DATE-HEADLINE-ID.md``, the same on every system.

    The folder takes its name, or the pages are moved into the folder that is there, when the ``with`` block ends well.
    Pages that this export does not hold are removed from it (with ``increment`` only those that it takes back, or that
    an article had under another name); what jianbao has not written stays, and what somebody has changed since. Raises
    UsageError when the folder is a file or stands nowhere, UnwritableError.
    """

    def __init__(
        self, target: str | Path, *, script: ScriptChoice = "keep", increment: bool = False,
        ready: Callable[[], None] = nothing,
    ) -> None:  # fmt: skip
        self._target, self._script, self._increment = Path(target), script, increment
        self._folder: AbstractContextManager[Path] = draft_folder(target, place=self._place, ready=ready)
        self._draft = self._target
        self._names: set[str] = set()
        self._settled: set[str] = set()
        self.tidied = FolderCleanup()
        """What became of the pages that were there; known when all is done."""

    def put(self, portion: ExportBatch) -> None:
        """Write some articles."""
        for clipping in portion.clippings():
            self.page(in_script(clipping, self._script))

    def page(self, clipping: Clipping) -> None:
        """Write one article."""
        name = page_name(clipping.article)
        content = sealed(name, markdown_page(clipping).encode("utf-8", "replace"))
        self._names.add(name)
        self._settled.add(clipping.article.id)
        if _content(self._target / name) != content:
            (self._draft / name).write_bytes(content)

    def write_removals(self, withdrawals: Sequence[ExportRemoval]) -> None:
        """Remove the pages that an increment takes back."""
        self._settled.update(withdrawal.id for withdrawal in withdrawals)

    def _place(self, draft: Path) -> None:
        if not self._target.is_dir() or not any(self._target.iterdir()):
            draft.replace(self._target)
            return
        there = {path.name: path for path in sorted(self._target.iterdir()) if _NAME.fullmatch(path.name)}
        kept = []
        for page in sorted(draft.iterdir()):
            if page.name in there and not is_ours(there[page.name]):
                kept.append(page.name)
            else:
                page.replace(self._target / page.name)
        gone = [path for name, path in there.items() if self._is_over(name)]
        for path in gone:
            if is_ours(path):
                path.unlink()
            else:
                kept.append(path.name)
        sync(self._target)
        self.tidied = FolderCleanup(removed=sum(not path.exists() for path in gone), kept=tuple(sorted(kept)))

    def _is_over(self, name: str) -> bool:
        """Whether a page does not belong to what the folder shows now."""
        page = _NAME.fullmatch(name)
        if page is None or name in self._names:
            return False
        return not self._increment or page[1] in self._settled

    def __enter__(self) -> Self:
        self._draft = self._folder.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._folder.__exit__(kind, error, trace)


def write_markdown_folder(clippings: Iterable[Clipping], folder: str | Path) -> int:
    """Write one page for each clipping into a folder (see :class:`MarkdownWriter`); returns how many."""
    count = 0
    with MarkdownWriter(folder) as pages:
        for clipping in clippings:
            pages.page(clipping)
            count += 1
    return count


def sealed(name: str, page: bytes) -> bytes:
    """A page with its seal as the last line of its front matter."""
    seal = f"\n# jianbao {_checksum(name, page)}: {_MEANING}".encode()
    return page.replace(b"\n---\n", seal + b"\n---\n", 1)


def is_ours(path: Path) -> bool:
    """Whether a file is a page as it was written here: under this name, and nobody has changed it."""
    page = _content(path) or b""
    seal = _SEAL.search(page)
    return seal is not None and seal[1].decode() == _checksum(path.name, page[: seal.start()] + page[seal.end() :])


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


def _checksum(name: str, page: bytes) -> str:
    return hashlib.blake2b(name.encode() + b"\0" + page, digest_size=8).hexdigest()
