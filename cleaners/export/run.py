"""One export from the store to its file or folder, noted in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal, Protocol

from cleaners.errors import UsageError
from cleaners.export.dataset_card import DatasetFacts
from cleaners.export.jsonl import JsonLinesWriter
from cleaners.export.markdown_folder import FolderCleanup, MarkdownWriter
from cleaners.export.records import ScriptChoice
from cleaners.store import ExportBatch, ExportRemoval, FilterChoice, OptOuts, Store

Format = Literal["jsonl", "parquet", "csv", "markdown", "rss", "hf"]
_SUFFIXES: dict[str, Format] = {
    ".jsonl": "jsonl", ".ndjson": "jsonl", ".parquet": "parquet", ".csv": "csv", ".rss": "rss", ".xml": "rss",
}  # fmt: skip
_PACKED = (".gz", ".zst")
_FOLDERS = ("markdown", "hf")
_PORTION = 500


class ExportWriter(Protocol):
    """An export as it is filled."""

    def put(self, portion: ExportBatch) -> None:
        """Write some articles."""

    def write_removals(self, withdrawals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back; it comes first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportRequest:
    """What is to be exported, how, and where to."""

    target: str
    """A file or a folder, ``-`` for standard output."""
    form: Format
    """The format."""
    choice: FilterChoice = FilterChoice()
    """Which articles."""
    script: ScriptChoice = "keep"
    """The script they are converted to."""
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
    number: int | None
    """The number the store notes it under."""
    tidied: FolderCleanup = FolderCleanup()
    """Of a folder of pages: what became of those that were there."""


def format_of(target: str) -> Format:
    """The format that a name speaks of; JSON Lines for standard output, a device, a pipe.

    Raises UsageError, with the cure, for a folder and for a name that speaks of none.
    """
    path = Path(target)
    if target == "-" or (path.exists() and not path.is_file() and not path.is_dir()):
        return "jsonl"
    if target.endswith("/") or path.is_dir():
        raise UsageError(f"{target} is a folder: say --format markdown or --format hf, or name a file")
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    named = _SUFFIXES.get(suffixes[-1]) if suffixes else None
    if named:
        return named
    if suffixes and suffixes[-1] == ".md":
        raise UsageError(f"{target}: Markdown is a folder with a page an article: name one, and add --format markdown")
    raise UsageError(f"{target} does not say what to write: say it with --format, or name a file that ends in "
                     f"{', '.join(_SUFFIXES)} ({' or '.join(_PACKED)} behind it compresses)")  # fmt: skip


def export(
    store: Store, order: ExportRequest, advance: Callable[[int], object] = lambda articles: None
) -> ExportResult:
    """Make an export: whole or not at all, and the same for the same store.

    The store notes it before it takes its name and confirms it after: killed at any moment, the next increment of the
    series brings the same again. ``advance`` is told how many articles were written. Raises UsageError,
    UnwritableError, StoreBusyError.
    """
    _check(order)
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
        left_out = outgoing.opt_outs()
        facts = DatasetFacts(choice=order.choice, script=order.script, name=order.name, increment=order.increment,
                      opt_outs=left_out)  # fmt: skip
        writer = file.enter_context(_writer(order, facts, announce))
        for withdrawals in _some(outgoing.removals()):
            writer.write_removals(withdrawals)
        for portion in outgoing.portions():
            writer.put(portion)
            advance(portion.size)
    if number is not None:
        store.export_log.confirm(number, outgoing)
    counts = outgoing.counts
    return ExportResult(
        added=counts["added"], changed=counts["changed"], removed=counts["removed"], opt_outs=left_out, number=number,
        tidied=writer.tidied if isinstance(writer, MarkdownWriter) else FolderCleanup(),
    )  # fmt: skip


def _check(order: ExportRequest) -> None:
    if order.form in _FOLDERS and (order.target == "-" or Path(order.target).is_file()):
        raise UsageError(f"{order.form} is a folder: name one with -o, or say --format jsonl")
    if order.form in _FOLDERS and Path(order.target).suffix in {*_SUFFIXES, *_PACKED, ".md"}:
        raise UsageError(f"{order.target} is the name of a file, {order.form} is a folder: name one with -o")
    if order.name is not None and order.choice.limit is not None:
        raise UsageError("a series of exports has no --limit: what is beyond it would be lost to the series")
    if order.name is not None and not order.note:
        raise UsageError("the store cannot be written: a series of exports is noted there; leave the name out")


def _writer(
    order: ExportRequest, facts: DatasetFacts, ready: Callable[[], None]
) -> AbstractContextManager[ExportWriter]:
    match order.form:
        case "parquet":
            from cleaners.export.parquet import parquet

            return parquet(order.target, script=order.script, increment=order.increment, ready=ready)
        case "hf":
            from cleaners.export.huggingface import hub_folder

            return hub_folder(order.target, facts, ready=ready)
        case "csv":
            from cleaners.export.csv import csv_file

            return csv_file(order.target, script=order.script, increment=order.increment, ready=ready)
        case "rss":
            from cleaners.export.rss import rss

            site = order.choice.selection.site
            link = f"https://{site}/" if site and "." in site else "http://localhost/"
            return rss(order.target, script=order.script, title=facts.title, link=link, ready=ready)
        case "markdown":
            return MarkdownWriter(order.target, script=order.script, increment=order.increment, ready=ready)
        case "jsonl":
            return JsonLinesWriter(order.target, script=order.script, ready=ready)


def _place(target: str) -> str:
    return target if target == "-" else str(Path(target).absolute())


def _some(withdrawals: Iterator[ExportRemoval]) -> Iterator[list[ExportRemoval]]:
    while part := list(islice(withdrawals, _PORTION)):
        yield part
