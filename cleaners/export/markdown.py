"""Markdown (CommonMark): a folder with one page for each article, what is known of it as YAML front matter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from cleaners.export.files import nothing, told, whole_file, whole_folder
from cleaners.export.records import ScriptChoice, in_script, record
from cleaners.items import Article, Clipping

if TYPE_CHECKING:
    from cleaners.store import Portion, Withdrawal

# What a person looks for or sorts by. Repairs, matches with their evidence and the like are in the other formats.
_FRONT = (
    "title", "url", "site", "source", "section", "authors", "editors", "published", "fetched_at", "regions", "script",
    "disguises", "opt_out", "id",
)  # fmt: skip
_PAGE = re.compile(r".+-([0-9a-f]{16})\.md")
# Signs that Markdown would read as markup: anywhere, and at the beginning of a line.
_MARKUP = re.compile(r"[\\`*_\[\]<>#|~]")
_ORDERED = re.compile(r"(?m)^(\s*\d+)([.)])(?=\s)")
_BULLET = re.compile(r"(?m)^(\s*)([-+=])")
_LONGEST = 40  # characters of a headline in a file name: at most 160 of the 255 bytes a name may have


class Markdown:
    """Articles to a folder, one page for each; named ``DATE-HEADLINE-ID.md``, the same on every system.

    A new folder takes its name when the ``with`` block ends well. Into one that is there pages are put one by one, each
    whole: an older page of the same article is replaced, whatever it was called, what an increment takes back is
    removed, everything else stays. Raises UsageError when the folder is a file or stands nowhere, UnwritableError.
    """

    def __init__(
        self, target: str | Path, *, script: ScriptChoice = "keep", ready: Callable[[], None] = nothing
    ) -> None:
        self._target, self._script, self._ready = Path(target), script, ready
        self._stack = ExitStack()
        self._pages: dict[str, str] | None = None
        self._folder = self._target

    def put(self, portion: Portion) -> None:
        """Write some articles."""
        for clipping in portion.clippings():
            self.page(in_script(clipping, self._script))

    def page(self, clipping: Clipping) -> None:
        """Write one article."""
        name, content = page_name(clipping.article), markdown_page(clipping).encode("utf-8", "replace")
        if self._pages is None:
            (self._folder / name).write_bytes(content)  # the whole folder is still a draft
            return
        with whole_file(self._folder / name) as file:
            file.write(content)
        if self._pages.get(clipping.article.id, name) != name:
            self._remove(clipping.article.id)

    def take_back(self, withdrawals: Sequence[Withdrawal]) -> None:
        """Remove the pages that an increment takes back."""
        for withdrawal in withdrawals:
            self._remove(withdrawal.id)

    def _remove(self, article_id: str) -> None:
        if self._pages and (name := self._pages.pop(article_id, None)):
            (self._folder / name).unlink(missing_ok=True)

    def __enter__(self) -> Self:
        if self._target.is_dir() and any(self._target.iterdir()):
            self._stack.enter_context(told(self._target))
            found = (_PAGE.fullmatch(path.name) for path in self._target.iterdir())
            self._pages = {name[1]: name[0] for name in found if name}
        else:
            folder = whole_folder(self._target, replaces=lambda _: False, ready=self._ready)
            self._folder = self._stack.enter_context(folder)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if error is None and self._pages is not None:
            self._ready()


def markdown_folder(clippings: Iterable[Clipping], folder: str | Path) -> int:
    """Write one page for each clipping into a folder (see :class:`Markdown`); returns how many."""
    count = 0
    with Markdown(folder) as pages:
        for clipping in clippings:
            pages.page(clipping)
            count += 1
    return count


def markdown_page(clipping: Clipping) -> str:
    """One clipping as a page: front matter with what a reader asks for (only what is known), headline, body."""
    import yaml  # only here

    article = clipping.article
    front = _front(clipping)
    settings: dict[str, Any] = {"allow_unicode": True, "sort_keys": False, "width": 10_000}
    try:
        head = yaml.dump(front, Dumper=getattr(yaml, "CSafeDumper", yaml.SafeDumper), **settings)
    except UnicodeEncodeError:  # libyaml, which is eight times as fast, knows no lone surrogates
        head = yaml.dump(front, Dumper=yaml.SafeDumper, **settings)
    parts = [f"---\n{head}---"]
    if article.title:
        parts.append(f"# {escaped(article.title)}")
    parts.append(article.markdown.strip("\n") if article.markdown else _paragraphs(article.text))
    return "\n\n".join(parts) + "\n"


def _front(clipping: Clipping) -> dict[str, Any]:
    """What is known, under the names of the record; where the family is more than this copy, its size and source."""
    article, cluster = clipping.article, clipping.cluster
    line = record(clipping)
    front = {name: line[name] for name in _FRONT} | {"regions": [region.name for region in article.regions]}
    if cluster and cluster.size > 1:
        front |= {name: line[name] for name in ("cluster_id", "cluster_size")}
        if cluster.earliest_url != article.url:
            front["earliest_url"] = cluster.earliest_url
    return {name: value for name, value in front.items() if value not in (None, [])}


def page_name(article: Article) -> str:
    """A file name that every file system takes, unique by the id at its end."""
    date = article.published.date().isoformat() if article.published else "undated"
    title = unicodedata.normalize("NFC", article.title or "")
    words = "-".join(re.findall(r"[^\W_]+", title))[:_LONGEST].strip("-")
    return "-".join(filter(None, (date, words, article.id))) + ".md"


def escaped(text: str) -> str:
    """Text that Markdown shows as it stands."""
    text = _MARKUP.sub(lambda sign: "\\" + sign.group(), text)
    text = _ORDERED.sub(r"\1\\\2", text)
    return _BULLET.sub(r"\1\\\2", text)


def _paragraphs(text: str) -> str:
    return "\n\n".join(escaped(line) for line in text.split("\n") if line.strip())
