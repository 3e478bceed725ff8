"""Every sentence that the command line says to people, and the Chinese catalogue of them.

``python -m tests.catalogue`` (``make messages``) writes new sentences into ``jianbao.po`` without a translation, takes
out those that are said no more, and compiles ``jianbao.mo``, which is what the program reads.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter

import typer
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from typer.core import TyperGroup

from cleaners import fields
from cleaners.config import load
from crawler import wording
from crawler.cli import app, maintenance, typer_errors
from crawler.cli.language import CATALOGUES, DOMAIN
from crawler.cli.translated_help import paragraphs
from crawler.demo import plan as demo

ROOT = Path(__file__).resolve().parent.parent
PO = CATALOGUES / "zh" / "LC_MESSAGES" / f"{DOMAIN}.po"
MO = PO.with_suffix(".mo")
HEAD = "What jianbao says, in Chinese. After a change: make messages."
FIXED = datetime(2026, 12, 1, tzinfo=UTC)  # the same sentences give the same file
# Calls whose first argument is a sentence for people.
ERRORS = (
    "DamagedError", "FormatError", "InputError", "JobRunsError", "NotAStoreError", "SeedFileError", "StoreBusyError",
    "UnwritableError", "UsageError",
)  # fmt: skip
KEYWORDS = dict.fromkeys(("translated", "sentence", "say", "answer", *ERRORS))
# What Typer writes around our own words.
TYPERS = ("Usage: ", "Arguments:", "Options:", "Commands:", "default", "env var", "required")


def _of_commands() -> Iterator[tuple[str, str]]:
    """Each paragraph and option of every help, and the command it stands in."""
    open_ = [("jianbao", typer.main.get_command(app))]
    for name, command in open_:
        for text in (command.help, command.epilog):
            yield from ((name, paragraph) for paragraph, _ in paragraphs(text or ""))
        for parameter in command.params:
            yield from ((name, text) for text in (parameter.help, parameter.show_default) if isinstance(text, str))
        if isinstance(command, TyperGroup):
            open_ += [(f"{name} {word}", one) for word, one in command.commands.items()]


def _called(room: str, keywords: Mapping[str, tuple[int, ...] | None]) -> Iterator[tuple[str, str]]:
    """Where such a call stands, and its first plain string."""
    for path, _, message, _, _ in extract_from_dir(ROOT / room, [("**.py", "python")], keywords=keywords):
        yield f"{room}/{path}", message if isinstance(message, str) else message[0]


def said() -> Catalog:
    """The sentences as they stand in the tree, without translations."""
    catalogue = Catalog(
        locale="zh", project=DOMAIN, version="-", charset="utf-8", header_comment="# " + HEAD, creation_date=FIXED,
        revision_date=FIXED, last_translator="-", language_team="-", msgid_bugs_address="-", fuzzy=False,
    )  # fmt: skip
    for name, text in _of_commands():
        catalogue.add(text, auto_comments=[f"help: {name}"])
    for text in ("Show this message and exit.", *TYPERS, *typer_errors.FORMS.values()):
        catalogue.add(text, auto_comments=["help and errors of Typer"])
    for text in (*wording.ENDS.values(), *maintenance.RECLEANED.values(), *load.PLAIN_WORDS.values()):
        catalogue.add(text, auto_comments=["tables of sums and of what is wrong in a seed file"])
    for site in demo.read().sites.values():
        catalogue.add(site.about, auto_comments=["what a site of the demo is"])
    for field in fields.SHOWN:
        catalogue.add(field.label or field.name, auto_comments=["label of a field"])
    for room in ("cleaners", "crawler"):
        for place, message in _called(room, KEYWORDS):
            catalogue.add(message, auto_comments=[place])
        for place, noun in _called(room, {"counted": (2,)}):
            for text in wording.counted_forms(noun):
                catalogue.add(text, auto_comments=[place])
    for message in list(catalogue):
        if message.id and not re.search(r"[A-Za-z]", re.sub(r"\{[^{}]*\}", "", str(message.id))):
            catalogue.delete(message.id)  # nothing but places, as "{key}: {why}"
        message.flags.clear()  # Babel takes every % for a place of printf's
    return catalogue


def kept() -> Catalog:
    """The catalogue as it stands in its file."""
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def compiled(catalogue: Catalog) -> bytes:
    """The catalogue in the form that gettext reads."""
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def places(sentence: str) -> list[str]:
    """The places of a sentence that are filled with values, in order of their names."""
    return sorted(re.split(r"\W", name)[0] for _, name, _, _ in Formatter().parse(sentence) if name)


def main() -> None:
    """Bring the catalogue up to what the tree says."""
    before, now = kept(), said()
    for message in now:
        if message.id and (known := before.get(message.id)) is not None:
            message.string = known.string
    with PO.open("wb") as file:
        write_po(file, now, width=120, no_location=True, omit_header=False, sort_output=False)
    MO.write_bytes(compiled(now))
    print(
        f"{len(now)} sentences, {sum(not one.string for one in now if one.id)} to translate in {PO.relative_to(ROOT)}"
    )


if __name__ == "__main__":
    main()
