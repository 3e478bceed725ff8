"""``jianbao dedup``: match a corpus that others made."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from crawler.cli import on_spark
from crawler.cli.application import JsonOption, app, counted, say
from crawler.cli.on_spark import EngineChoice, EngineOption, MasterOption
from crawler.cli.progress import compiling_told, steps

if TYPE_CHECKING:
    from cleaners.dedup.corpus import DateField, DedupSummary


@app.command()
def dedup(
    sources: Annotated[
        list[str],
        typer.Argument(metavar="IN...", help="JSONL (plain, .gz, .zst) or Parquet with `id` and `text`; - is stdin."),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="The records with their clusters; - is stdout.")
    ],
    pairs: Annotated[
        str | None, typer.Option("--pairs", metavar="PAIRS", help="Every verified pair, as JSONL.")
    ] = None,
    canonical_only: Annotated[
        bool, typer.Option("--canonical-only", help="Write only the best copy of each cluster.")
    ] = False,
    window: Annotated[
        str | None,
        typer.Option("--window", metavar="DAYS", help="Do not compare documents further apart than so many days: 90d."),
    ] = None,
    date_field: Annotated[
        str, typer.Option("--date-field", metavar="FIELD", help="Where a record has its (ISO) date, for --window.")
    ] = "published",
    engine: EngineOption = EngineChoice.local,
    master: MasterOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find the reposts in a corpus, however disguised: cut, converted, annotated, spun, compiled.

    Writes the input's records with cluster_id, cluster_size and is_canonical added; each cluster has exactly one
    canonical record. Formats go by the file names. Memory stays bounded: texts go to temporary files. With --engine
    spark there may be several inputs (files, folders) on any of Spark's file systems, and OUT becomes a folder.

    \b
    Examples:
      jianbao dedup news.jsonl.gz -o matched.jsonl --pairs pairs.jsonl
      jianbao dedup news.parquet -o unique.parquet --canonical-only
      zcat *.jsonl.gz | jianbao dedup - -o - > matched.jsonl
      jianbao dedup news.jsonl -o matched.jsonl --window 90d --date-field date
      jianbao dedup hdfs:///news/*.jsonl.gz -o hdfs:///matched --engine spark --master spark://host:7077
    """
    from cleaners.dedup.corpus import DateField
    from cleaners.dedup.index.window import DateWindow

    dating = DateField(window=DateWindow.parse(window), field=date_field) if window else None
    if engine is EngineChoice.spark:
        done = on_spark.dedup(sources, output, master=master, pairs=pairs, canonical_only=canonical_only, dating=dating)
    elif len(sources) > 1 or master:
        raise UsageError("several inputs, and --master, are for --engine spark: name one file, or add that")
    else:
        done = _here(Path(sources[0]), output, pairs, canonical_only, dating)
    if as_json and output != "-":
        typer.echo(json.dumps(asdict(done)))
    say(
        f"{counted(done.documents, 'document')}, {counted(done.pairs, 'pair')}, {counted(done.clusters, 'cluster')}; "
        f"{counted(done.written, 'record')} written"
        + (f"; {counted(done.skipped, 'record')} skipped" if done.skipped else "")
        + (f"; {counted(done.undated, 'record')} without a date, compared with all" if done.undated else "")
    )


def _here(source: Path, output: str, pairs: str | None, canonical_only: bool, dating: DateField | None) -> DedupSummary:
    """Match on this machine; what was skipped is told."""
    from cleaners.dedup.corpus import deduplicate

    if source.is_dir():
        raise UsageError(f"{source} is a folder: name one JSONL or Parquet file")
    if output != "-" and source.exists() and Path(output).exists() and source.samefile(output):
        raise UsageError(f"{output} is the input: write the result to another file")
    for name, wrong, right in ((output, ".csv", "JSONL or Parquet"), (pairs or "", ".parquet", "JSONL")):
        if name.endswith(wrong):
            raise UsageError(f"{name}: what is written there is {right}, no {wrong[1:]}: give it such a name")
    skipped: list[str] = []
    with compiling_told(), steps() as progress:
        done = deduplicate(
            source,
            output,
            pairs=pairs,
            canonical_only=canonical_only,
            dating=dating,
            progress=progress,
            problem=skipped.append,
        )
    for line in skipped[:3]:
        say(line)
    return done
