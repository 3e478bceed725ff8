"""A folder for the Hugging Face Hub: Parquet shards, a dataset card, a Croissant description."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cleaners.atomic import whole_folder
from cleaners.export.arrow import removal_batch, schema
from cleaners.export.croissant import DatasetShard, croissant
from cleaners.export.dataset_card import card
from cleaners.export.dataset_stats import DatasetStats
from cleaners.export.formats import ExportFormat, ExportTask, ExportWriter
from cleaners.export.parquet import ParquetFile, rows_of

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval

_ROWS = 100_000  # of a shard; with news of 3 kB some 100 MB, the Hub asks for less than 500
_CARD, _DESCRIPTION, _DATA = "README.md", "croissant.json", "data"


class HubWriter(ExportWriter):
    """Articles to a folder that replaces an earlier export.

    ``data/train-00000-of-00003.parquet`` and so on, ``README.md``, ``croissant.json``; ``rows``: the most of a shard.
    """

    def __init__(self, task: ExportTask, *, rows: int = _ROWS) -> None:
        super().__init__(task)
        self._most = rows
        self._tally = DatasetStats()
        self._file: ParquetFile | None = None
        self._rows = 0
        self._drafts: list[Path] = []

    def open(self, stack: ExitStack) -> None:
        """Begin a folder beside it, and the first shard."""
        self._schema = schema(increment=self.task.increment, additions=self.task.additions)
        self._folder = stack.enter_context(whole_folder(self.task.target, replaces=_is_export, ready=self.task.ready))
        (self._folder / _DATA).mkdir()
        stack.push(lambda kind, error, trace: None if error else self._describe())
        self._shard = stack.enter_context(ExitStack())
        self._next_shard()

    def put(self, batch: ExportBatch) -> None:
        """Write some articles."""
        articles = rows_of(self, batch, self._schema)
        self._tally.add(articles)
        self._write(articles)

    def write_removals(self, removals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back."""
        self._tally.withdrawn += len(removals)
        self._write(removal_batch(removals, self._schema))

    def _describe(self) -> None:
        """Give the shards, which are all there, their names, and write the card and the description."""
        shards = []
        for n, draft in enumerate(self._drafts):
            final = draft.replace(draft.with_name(f"train-{n:05d}-of-{len(self._drafts):05d}.parquet"))
            with final.open("rb") as file:
                checksum = hashlib.file_digest(file, "sha256").hexdigest()
            path = final.relative_to(self._folder).as_posix()
            shards.append(DatasetShard(path=path, size=final.stat().st_size, sha256=checksum))
        description = croissant(self.task.facts, self._tally, shards, self._schema)
        text = json.dumps(description, ensure_ascii=False, indent=2) + "\n"
        (self._folder / _DESCRIPTION).write_text(text, encoding="utf-8")
        (self._folder / _CARD).write_text(card(self.task.facts, self._tally), encoding="utf-8")

    def _write(self, rows: Any) -> None:
        if self._rows and self._rows + rows.num_rows > self._most:
            self._shard.close()
            self._next_shard()
        assert self._file, "use it in a with block"
        self._file.put(rows)
        self._rows += rows.num_rows

    def _next_shard(self) -> None:
        self._drafts.append(self._folder / _DATA / f"{len(self._drafts):05d}.parquet")
        out = self._shard.enter_context(self._drafts[-1].open("wb"))
        self._file = self._shard.enter_context(ParquetFile(out, self._schema))
        self._rows = 0


def _is_export(folder: Path) -> bool:
    """Whether a folder holds what an export of this kind holds, and nothing else."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    data = {name for name in names if name.startswith(f"{_DATA}/train-") and name.endswith(".parquet")}
    return names - data == {_CARD, _DESCRIPTION}


FORMAT = ExportFormat(
    name="hf",
    meaning="a folder for the Hugging Face Hub: `data/*.parquet`, `README.md`, `croissant.json`",
    has_columns=True,
    writer=HubWriter,
    is_folder=True,
)
"""The format, for :mod:`cleaners.export.formats`."""
