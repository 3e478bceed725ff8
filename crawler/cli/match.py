"""``jianbao dedup``: match a corpus that others made."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli.app import JsonOption, app, say
from crawler.cli.progress import steps


@app.command()
def dedup(
    source: Annotated[
        Path, typer.Argument(metavar="IN", help="JSONL (plain, .gz, .zst) or Parquet with `id` and `text`.")
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="The records with their clusters; - is stdout.")
    ],
    pairs: Annotated[
        Path | None, typer.Option("--pairs", metavar="PAIRS", help="Every verified pair, as JSONL.")
    ] = None,
    canonical_only: Annotated[
        bool, typer.Option("--canonical-only", help="Write only the best copy of each cluster.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Find the reposts in a corpus, however disguised: cut, converted, annotated, spun, compiled.

    Writes the input's records with cluster_id, cluster_size and is_canonical added; each cluster has exactly one
    canonical record. Formats go by the file names. Memory stays bounded: texts go to temporary files.

    \b
    Examples:
      jianbao dedup news.jsonl.gz -o matched.jsonl --pairs pairs.jsonl
      jianbao dedup news.parquet -o unique.parquet --canonical-only
    """
    from cleaners.corpus import deduplicate

    skipped: list[str] = []
    with steps() as progress:
        done = deduplicate(
            source, output, pairs=pairs, canonical_only=canonical_only, progress=progress, problem=skipped.append
        )
    for line in skipped[:3]:
        say(line)
    if as_json and output != "-":
        typer.echo(json.dumps(asdict(done)))
    say(
        f"{done.documents} documents, {done.pairs} pairs, {done.clusters} clusters; {done.written} records written"
        + (f"; {done.skipped} records skipped" if done.skipped else "")
    )
