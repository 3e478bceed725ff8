"""``--engine spark`` of ``jianbao clean`` and ``jianbao dedup``."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from crawler.cli.application import counted, say
from crawler.wording import with_drops

if TYPE_CHECKING:
    from cleaners.dedup.corpus import CorpusColumns, DateField, DedupSummary
    from cleaners.readers import ColumnChoice


class EngineChoice(StrEnum):
    """What does the work."""

    local = "local"
    spark = "spark"


EngineOption = Annotated[
    EngineChoice, typer.Option("--engine", help="This machine, or Spark (extra `spark`, needs Java).")
]
MasterOption = Annotated[
    str | None,
    typer.Option("--master", metavar="URL", help="Of Spark; under spark-submit, or for all cores here, leave it out."),
]


def clean(paths: list[str], output: str | None, *, master: str | None, resume: bool, columns: ColumnChoice) -> None:
    """Clean saved pages into a folder of records."""
    from cleaners.spark.pages import clean as on_spark
    from cleaners.spark.session import session

    if output is None or output == "-":
        raise UsageError("--engine spark writes a folder: name it with -o (a store is written by one machine)")
    if "-" in paths or resume:
        raise UsageError("--engine spark reads files and folders, and takes up lost tasks by itself: no -, no --resume")
    with session(master) as spark:
        done = on_spark(spark, paths, output, step=say, columns=columns)
    told = counted(done.written, "record")
    say(with_drops(told, sum(done.dropped.values()), done.dropped.items()))


def dedup(
    sources: list[str],
    output: str,
    *,
    master: str | None,
    columns: CorpusColumns,
    pairs: str | None,
    canonical_only: bool,
    dating: DateField | None,
) -> DedupSummary:
    """Match a corpus into a folder of its records."""
    from cleaners.spark.corpus import deduplicate
    from cleaners.spark.session import session

    if output == "-":
        raise UsageError("--engine spark writes a folder: name it with -o")
    with session(master) as spark:
        return deduplicate(
            spark, sources, output, columns=columns, pairs=pairs, canonical_only=canonical_only, dating=dating, step=say
        )
