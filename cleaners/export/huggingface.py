"""A folder for the Hugging Face Hub: Parquet shards, a dataset card, a Croissant description."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cleaners.atomic import nothing, whole_folder
from cleaners.export.arrow import batch, schema, withdrawn
from cleaners.export.croissant import DatasetShard, croissant
from cleaners.export.dataset_card import DatasetFacts, card
from cleaners.export.dataset_stats import DatasetStats
from cleaners.export.parquet import ParquetFile
from cleaners.store import ExportBatch, ExportRemoval

_ROWS = 100_000  # of a shard; with news of 3 kB some 100 MB, the Hub asks for less than 500
_CARD, _DESCRIPTION, _DATA = "README.md", "croissant.json", "data"


@contextmanager
def hub_folder(
    target: str | Path, facts: DatasetFacts, *, rows: int = _ROWS, ready: Callable[[], None] = nothing
) -> Iterator[HubWriter]:
    """Articles to a folder that takes its name when the block ends well; it replaces an earlier export.

    ``data/train-00000-of-00003.parquet`` and so on, ``README.md``, ``croissant.json``; ``rows``: the most of a shard.
    Raises as :func:`cleaners.atomic.whole_folder`.
    """
    with whole_folder(target, replaces=_is_export, ready=ready) as draft:
        with HubWriter(draft, facts, rows) as folder:
            yield folder
        folder.describe()


class HubWriter:
    """The folder as it is filled."""

    def __init__(self, folder: Path, facts: DatasetFacts, rows: int) -> None:
        self._folder, self._facts, self._most = folder, facts, rows
        self._schema = schema(increment=facts.increment)
        self._tally = DatasetStats()
        self._shard = ExitStack()
        self._file: ParquetFile | None = None
        self._rows = 0
        self._drafts: list[Path] = []

    def put(self, portion: ExportBatch) -> None:
        """Write some articles."""
        articles = batch(portion, self._facts.script, self._schema)
        self._tally.add(articles)
        self._write(articles)

    def write_removals(self, withdrawals: Sequence[ExportRemoval]) -> None:
        """Write what an increment takes back."""
        self._tally.withdrawn += len(withdrawals)
        self._write(withdrawn(withdrawals, self._schema))

    def describe(self) -> None:
        """Give the shards, which are all there, their names, and write the card and the description."""
        shards = []
        for n, draft in enumerate(self._drafts):
            final = draft.replace(draft.with_name(f"train-{n:05d}-of-{len(self._drafts):05d}.parquet"))
            with final.open("rb") as file:
                checksum = hashlib.file_digest(file, "sha256").hexdigest()
            path = final.relative_to(self._folder).as_posix()
            shards.append(DatasetShard(path=path, size=final.stat().st_size, sha256=checksum))
        description = croissant(self._facts, self._tally, shards, self._schema)
        text = json.dumps(description, ensure_ascii=False, indent=2) + "\n"
        (self._folder / _DESCRIPTION).write_text(text, encoding="utf-8")
        (self._folder / _CARD).write_text(card(self._facts, self._tally), encoding="utf-8")

    def __enter__(self) -> Self:
        (self._folder / _DATA).mkdir()
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._shard.__exit__(kind, error, trace)

    def _write(self, rows: Any) -> None:
        if self._rows and self._rows + rows.num_rows > self._most:
            self._shard.close()
            self._open()
        assert self._file, "use it in a with block"
        self._file.put(rows)
        self._rows += rows.num_rows

    def _open(self) -> None:
        self._drafts.append(self._folder / _DATA / f"{len(self._drafts):05d}.parquet")
        out = self._shard.enter_context(self._drafts[-1].open("wb"))
        self._file = self._shard.enter_context(ParquetFile(out, self._schema))
        self._rows = 0


def _is_export(folder: Path) -> bool:
    """Whether a folder holds what an export of this kind holds, and nothing else."""
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir()}
    data = {name for name in names if name.startswith(f"{_DATA}/train-") and name.endswith(".parquet")}
    return names - data == {_CARD, _DESCRIPTION}
