"""One export from the store to its file or folder, noted in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from cleaners.errors import UsageError
from cleaners.export.additions import ExportAdditions
from cleaners.export.dataset_card import DatasetFacts
from cleaners.export.formats import ExportFormat, ExportTask, FolderCleanup, format_named, formats
from cleaners.export.records import ScriptChoice
from cleaners.store import ExportRemoval, FilterChoice, OptOuts, Store

_PACKED = (".gz", ".zst")
_PORTION = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is to be exported, how, and where to."""

    target: str
    """A file or a folder, ``-`` for standard output."""
    form: str
    """The name of the format."""
    choice: FilterChoice = FilterChoice()
    """Which articles."""
    script: ScriptChoice = "keep"
    """The script they are converted to."""
    additions: ExportAdditions = ExportAdditions()
    """What is added to their records, and by what they are chosen further."""
    name: str | None = None
    """The series of exports it belongs to."""
    increment: bool = False
    """Only what differs from the series so far."""
    note: bool = True
    """Whether the store notes it; a store that cannot be written has no choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportResult:
    """What an export came to."""

    added: int
    """Articles in it; of an increment: those that its series did not have."""
    changed: int
    """Articles in it that its series had otherwise."""
    removed: int
    """Articles it takes back."""
    opt_outs: OptOuts
    """What was left out because its publisher does not want mining."""
    filtered: int
    """Articles that a filter left out."""
    copies: int
    """Articles left out because another copy stands for their cluster."""
    number: int | None
    """The number the store notes it under."""
    tidied: FolderCleanup = FolderCleanup()
    """Of a folder of pages: what became of those that were there."""


def format_of(target: str) -> str:
    """The name of the format that a file name speaks of; JSON Lines for standard output, a device, a pipe.

    Raises UsageError, with the cure, for a folder and for a name that speaks of none.
    """
    path = Path(target)
    if target == "-" or (path.exists() and not path.is_file() and not path.is_dir()):
        return "jsonl"
    if target.endswith("/") or path.is_dir():
        folders = " or ".join(f"--format {name}" for name, one in formats().items() if one.is_folder)
        raise UsageError("{target} is a folder: say {folders}, or name a file", target=target, folders=folders)
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    known = _suffixes()
    if suffixes and suffixes[-1] in known:
        return known[suffixes[-1]]
    if suffixes and suffixes[-1] == ".md":
        raise UsageError(
            "{target}: Markdown is a folder with a page an article: name one, and add --format markdown", target=target
        )
    raise UsageError(
"{target} does not say what to write: say it with --format, or name a file that ends in "
"{names} ({packed} behind it compresses)",
target=target, names=', '.join(known), packed=' or '.join(_PACKED))  # fmt: skip


def export(
    store: Store, order: ExportRequest, advance: Callable[[int], object] = lambda articles: None
) -> ExportResult:
    """Make an export: whole or not at all, and the same for the same store.

    The store notes it before it takes its name and confirms it after: killed at any moment, the next increment of the
    series brings the same again. ``advance`` is told how many articles were written. Raises UsageError,
    UnwritableError, StoreBusyError.
    """
    form = format_named(order.form)
    _check(order, form)
    number: int | None = None

    def announce() -> None:
        nonlocal number
        if order.note:
            number = store.export_log.announce(outgoing, target=_place(order.target), form=order.form)

    with (
        ExitStack() as file,
        store.export_log.outgoing(
            order.choice, name=order.name, increment=order.increment, form=order.script
        ) as outgoing,
    ):
        left_out, copies = outgoing.opt_outs(), outgoing.copies()
        facts = DatasetFacts(choice=order.choice, script=order.script, name=order.name, increment=order.increment,
                      additions=order.additions, opt_outs=left_out,
                      recipes=store.settings.matched_by())  # fmt: skip
        writer = file.enter_context(form.writer(ExportTask(target=order.target, facts=facts, ready=announce)))
        for withdrawals in _some(outgoing.removals()):
            writer.write_removals(withdrawals)
        for portion in outgoing.portions():
            writer.put(portion)
            advance(portion.size)
    if number is not None:
        store.export_log.confirm(number, outgoing)
    counts = outgoing.counts
    return ExportResult(
        added=counts["added"] - writer.left_out, filtered=writer.left_out, changed=counts["changed"],
        removed=counts["removed"], opt_outs=left_out, copies=copies, number=number,
        tidied=writer.tidied,
    )  # fmt: skip


def _check(order: ExportRequest, form: ExportFormat) -> None:
    if form.is_folder and (order.target == "-" or Path(order.target).is_file()):
        raise UsageError("{form} is a folder: name one with -o, or say --format jsonl", form=order.form)
    if form.is_folder and Path(order.target).suffix in {*_suffixes(), *_PACKED, ".md"}:
        raise UsageError(
            "{target} is the name of a file, {form} is a folder: name one with -o", target=order.target, form=order.form
        )
    if order.name is not None and order.choice.limit is not None:
        raise UsageError("a series of exports has no --limit: what is beyond it would be lost to the series")
    if order.additions.with_notes and not (form.has_columns or form.has_notes):
        able = " or ".join(name for name, one in formats().items() if one.has_columns or one.has_notes)
        raise UsageError("{form} has no place for tags and notes: say --format {able}", form=order.form, able=able)
    if order.additions.needs_columns and not form.has_columns:
        able = " or ".join(name for name, one in formats().items() if one.has_columns)
        raise UsageError(
            "{form} has no columns that signals, marks or filters could go by: say --format {able}",
            form=order.form,
            able=able,
        )
    if order.name is not None and order.additions.filters:
        raise UsageError("a series of exports has no --filter: what it leaves out would be lost to the series")
    if order.name is not None and order.additions.with_notes:
        raise UsageError("a series of exports has no --notes: what is noted later would not come with an increment")
    if order.name is not None and not order.note:
        raise UsageError("the store cannot be written: a series of exports is noted there; leave the name out")


def _suffixes() -> dict[str, str]:
    """End of a file name -> the format that it asks for."""
    return {suffix: one.name for one in formats().values() for suffix in one.suffixes}


def _place(target: str) -> str:
    return target if target == "-" else str(Path(target).absolute())


def _some(withdrawals: Iterator[ExportRemoval]) -> Iterator[list[ExportRemoval]]:
    while part := list(islice(withdrawals, _PORTION)):
        yield part
