"""Reported cuts as samples: a folder that ``benchmarks/train_lines.py`` reads (``gold.jsonl`` and ``html/``)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from cleaners.atomic import whole_file
from cleaners.errors import UnwritableError
from cleaners.items import Article, Page
from cleaners.page import decode

_WRITING = Lock()


def corrections_of(store: Path) -> Path:
    """Where reports go that nobody named a folder for: ``news.db`` -> ``news.corrections``."""
    return store.with_suffix(".corrections")


def write_correction(folder: Path, page: Page, text: str, article: Article, expected: Sequence[str]) -> Path:
    """Keep a page with the lines of it that are the article; a later report of the same page replaces the earlier one.

    ``text``: the page as it was decoded. Returns the file of the page. Raises ``UnwritableError``.
    """
    name = article.id if page.origin == article.origin else f"{article.id}-{_part(article, page)}"
    path = folder / "html" / f"{name}.html.gz"
    gold = folder / "gold.jsonl"
    row = {"id": name, "site": article.site or article.id, "title": article.title, "body": "\n".join(expected)}
    try:
        with _WRITING:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(gzip.compress(_bytes(page, text), mtime=0))
            rows = gold.read_text(encoding="utf-8").splitlines() if gold.exists() else []
            kept = [line for line in rows if json.loads(line)["id"] != name]
            with whole_file(gold) as file:
                file.write("".join(f"{line}\n" for line in (*kept, json.dumps(row, ensure_ascii=False))).encode())
    except (OSError, ValueError) as error:
        raise UnwritableError(
"{folder} cannot be written, or holds no samples ({error}): name another folder with "
"--corrections",
folder=folder, error=error) from None  # fmt: skip
    return path


def _part(article: Article, page: Page) -> int:
    return 1 + (article.origin, *article.part_origins).index(page.origin)


def _bytes(page: Page, text: str) -> bytes:
    """The page as it came; as UTF-8 (with its mark) where only the header of its response told the charset."""
    alone = decode.decode(page.body).text
    return page.body if alone == text else b"\xef\xbb\xbf" + text.encode()
