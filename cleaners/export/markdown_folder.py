"""A folder of Markdown pages, one for each article, that people may live in: their own files and changes stay theirs.

Every page carries a seal in its front matter, a YAML comment with a checksum of its name and content. Only a page whose
seal is unbroken is ever replaced or removed, so no list of what was written has to be kept, or can be lost.

Beside a page that somebody has changed, an article that has changed since is offered as ``NAME.new.md``. It is sealed
under the name of the page: moved over it, it is a page like any other; its seal copied into the page says that the
offer was seen.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from cleaners.atomic import draft_folder, sync
from cleaners.export.additions import NO_NOTES
from cleaners.export.formats import ExportFormat, ExportTask, ExportWriter, FolderCleanup
from cleaners.export.markdown import markdown_page, page_name
from cleaners.export.records import in_script
from cleaners.items import Clipping

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval

_NAME = re.compile(r".+-([0-9a-f]{16})(?:\.new)?\.md")
_SEAL = re.compile(rb"\n# jianbao ([0-9a-f]{16}): [^\n]*(?=\n---\n)")
_MEANING = "change this page and it is yours, no export replaces or removes it"


class MarkdownWriter(ExportWriter):
    """Articles to a folder, one page for each; named ``DATE-HEADLINE-ID.md``, the same on every system.

    The folder takes its name, or the pages are moved into the folder that is there, when the ``with`` block ends well.
    Pages that this export does not hold are removed from it (of an increment only those that it takes back, or that an
    article had under another name); what jianbao has not written stays, and what somebody has changed since; beside
    that the article of today is offered. Raises UsageError when the folder is a file or stands nowhere,
    UnwritableError.
    """

    def __init__(self, task: ExportTask) -> None:
        super().__init__(task)
        self._target = self._draft = Path(task.target)
        self._names: set[str] = set()
        self._settled: set[str] = set()

    def open(self, stack: ExitStack) -> None:
        """Begin a folder beside it."""
        self._draft = stack.enter_context(draft_folder(self._target, place=self._place, ready=self.task.ready))

    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""
        notes = batch.notes() if self.task.additions.with_notes else NO_NOTES
        for clipping in batch.clippings():
            kept = notes.get(clipping.article.id)
            page = in_script(clipping, self.task.script)
            self.page(page, tags=kept.tags, note=kept.text) if kept else self.page(page)

    def page(self, clipping: Clipping, *, tags: Sequence[str] = (), note: str = "") -> None:
        """Write one article, with what somebody filed it under and wrote of it."""
        name = page_name(clipping.article)
        content = sealed(name, markdown_page(clipping, tags=tags, note=note).encode("utf-8", "replace"))
        self._names.add(name)
        self._settled.add(clipping.article.id)
        if _content(self._target / name) != content:
            (self._draft / name).write_bytes(content)

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Remove the pages that an increment takes back."""
        self._settled.update(removal.id for removal in removals)

    def _place(self, draft: Path) -> None:
        if not self._target.is_dir() or not any(self._target.iterdir()):
            draft.replace(self._target)
            return
        there = {path.name: path for path in sorted(self._target.iterdir()) if _NAME.fullmatch(path.name)}
        kept, offered = [], []
        for page in sorted(draft.iterdir()):
            if page.name not in there or is_ours(there[page.name]):
                page.replace(self._target / page.name)
                continue
            kept.append(page.name)
            offer = self._target / f"{page.stem}.new.md"
            if _is_news(page, there[page.name]) and (offer.name not in there or is_ours(offer)):
                page.replace(offer)
                offered.append(offer.name)
        self._names.update(offered)
        gone = [path for name, path in there.items() if self._is_over(name)]
        for path in gone:
            if is_ours(path):
                path.unlink()
            else:
                kept.append(path.name)
        sync(self._target)
        removed = sum(not path.exists() for path in gone)
        self.tidied = FolderCleanup(removed=removed, kept=tuple(sorted(kept)), offered=tuple(offered))

    def _is_over(self, name: str) -> bool:
        """Whether a page does not belong to what the folder shows now."""
        page = _NAME.fullmatch(name)
        if page is None or name in self._names:
            return False
        return not self.task.increment or page[1] in self._settled


def write_markdown_folder(clippings: Iterable[Clipping], folder: str | Path) -> int:
    """Write one page for each clipping into a folder (see :class:`MarkdownWriter`); returns how many."""
    from cleaners.export.dataset_card import DatasetFacts  # which loads the store
    from cleaners.store import FilterChoice

    count = 0
    with MarkdownWriter(ExportTask(target=folder, facts=DatasetFacts(choice=FilterChoice()))) as pages:
        for clipping in clippings:
            pages.page(clipping)
            count += 1
    return count


def sealed(name: str, page: bytes) -> bytes:
    """A page with its seal as the last line of its front matter."""
    seal = f"\n# jianbao {_checksum(name, page)}: {_MEANING}".encode()
    return page.replace(b"\n---\n", seal + b"\n---\n", 1)


def is_ours(path: Path) -> bool:
    """Whether a file is a page as it was written here: under this name, or as an offer, and nobody has changed it."""
    page, name = _content(path) or b"", path.name.removesuffix(".new.md").removesuffix(".md") + ".md"
    seal = _SEAL.search(page)
    return seal is not None and seal[1].decode() == _checksum(name, page[: seal.start()] + page[seal.end() :])


def _is_news(today: Path, theirs: Path) -> bool:
    """Whether somebody's page neither holds the article as it is today nor comes from it as it is today."""
    page, other = _content(today) or b"", _content(theirs)
    if other is None:
        return False
    if page.partition(b"\n---\n")[2].strip() in other:
        return False
    new, old = _SEAL.search(page), _SEAL.search(other)
    return new is None or old is None or new[1] != old[1]


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() and not path.is_symlink() else None


def _checksum(name: str, page: bytes) -> str:
    return hashlib.blake2b(name.encode() + b"\0" + page, digest_size=8).hexdigest()


FORMAT = ExportFormat(
    name="markdown",
    meaning=(
        "a folder, one page an article with a short front matter; into one that is there too: its pages "
        "become those of today, your own files and the pages that you changed stay as they are; beside a page "
        "that you changed, `NAME.new.md` has what changed in the article since"
    ),
    writer=MarkdownWriter,
    is_folder=True,
    has_notes=True,
)
"""The format, for :mod:`cleaners.export.formats`."""
