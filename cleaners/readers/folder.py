"""Any folder: its files in the order of their names, then its folders; hidden ones are passed over.

What browsers save beside a page (``NAME_files`` beside ``NAME.html``) belongs to that page: frames and scripts of it
are no pages.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from urllib.parse import quote

from cleaners.items import Drop
from cleaners.readers.reader import FolderReader

# How browsers and mail programs call it in their languages.
_BESIDE = re.compile(
    r"(.+?)(?:[_-](?:files|dateien|fichiers|archivos|arquivos|ficheiros|bestanden|pliki|filer|tiedostot|file|soubory"
    r"|elemei|dosyalar|fitxers|datoteke|bylos|failid)|\.files|_文件|\.文件)",
    re.IGNORECASE,
)
_PAGES = (".html", ".htm", ".xhtml", ".shtml", ".mht", ".php", ".asp", ".aspx")
_PART = re.compile(r"^saved_resource|\.(?:css|js|gif|png|jpe?g|webp|svg|ico|woff2?)(?:\.[^.]+)?$", re.IGNORECASE)
_FOLDER = re.compile("/")
_LOOKED_AT = 4 * 1024 * 1024  # bytes of a page in which it may name its folder


def _read(path: str) -> Iterator[Drop | str]:
    try:
        with os.scandir(path) as listing:
            entries = sorted((one for one in listing if not one.name.startswith(".")), key=lambda one: one.name)
    except OSError:
        yield Drop(origin=path, stage="read", reason="unreadable", detail="a folder that you may not open")
        return
    names = {one.name.lower(): one.path for one in entries if not _is_folder(one)}
    for entry in entries:
        if entry.is_symlink() and _is_folder(entry):
            detail = "a link to a folder: give its name to read it"
            yield Drop(origin=entry.path, stage="read", reason="not a file", detail=detail)
        elif not _is_folder(entry):
            yield entry.path
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if page := _page_beside(entry, names):
                detail = f"the pictures, scripts and frames of {os.path.basename(page)}: give the folder to read it"
                yield Drop(origin=entry.path, stage="read", reason="parts of a page", detail=detail)
            else:
                yield entry.path


def _is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder or a link to one; a link that leads in a circle is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _page_beside(folder: os.DirEntry[str], names: Mapping[str, str]) -> str | None:
    """The page whose parts are in a folder: it stands beside it, and names it or the folder holds such parts."""
    if not (found := _BESIDE.fullmatch(folder.name)):
        return None
    pages = [names[stem] for suffix in _PAGES if (stem := found[1].lower() + suffix) in names]
    pages += [names[found[1].lower()]] if found[1].lower().endswith(_PAGES) and found[1].lower() in names else []
    return next((page for page in pages if _names(page, folder.name) or _holds_parts(folder.path)), None)


def _holds_parts(folder: str) -> bool:
    try:
        return any(_PART.search(name) for name in os.listdir(folder))
    except OSError:
        return False


def parts_of_pages(names: Iterable[str]) -> frozenset[str]:
    """Which folders among the members of an archive hold the parts of a page beside them; with a ``/`` at the end."""
    there = {name.lower() for name in names}
    folders = {name[: found.end()] for name in names for found in _FOLDER.finditer(name)}
    return frozenset(
        folder
        for folder in folders
        if (found := _BESIDE.fullmatch(folder.rstrip("/").rpartition("/")[2]))
        and any(
            f"{folder.rstrip('/').rpartition('/')[0]}/{found[1]}{suffix}".lstrip("/").lower() in there
            for suffix in _PAGES
        )
    )


def _names(page: str, folder: str) -> bool:
    try:
        with open(page, "rb") as file:
            text = file.read(_LOOKED_AT)
    except OSError:
        return False
    encodings = ("utf-8", "gb18030", "utf-16-le")
    quoted = quote(folder, errors="surrogateescape")  # a name of other bytes than UTF-8
    return any(
        form.encode(encoding, "ignore") in text
        for form in {f"{folder}/", f"{quoted}/", f"{escape(folder)}/", f"{folder}\\"}
        for encoding in encodings
    )


READER = FolderReader(name="folder", accepts=lambda path: True, read=_read)
