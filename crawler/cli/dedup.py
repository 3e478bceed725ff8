"""``jianbao dedup``: match a corpus that others made."""

from __future__ import annotations

import json
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, listed, sentence
from crawler.cli import on_spark
from crawler.cli.application import JsonOption, app, counted, end_interrupted, say
from crawler.cli.columns import FieldsOption, chosen_fields
from crawler.cli.on_spark import EngineChoice, EngineOption, MasterOption
from crawler.cli.progress import compiling_told, steps

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cleaners.dedup.corpus import CorpusColumns, DateField, DedupSummary, KnownDocument


@app.command()
def dedup(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="IN...", help="JSONL, CSV (plain, .gz, .zst) or Parquet with an id and a text; - is stdin."
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="The records with their clusters; - is stdout.")
    ],
    pairs: Annotated[
        str | None,
        typer.Option(
            "--pairs", metavar="PAIRS", help="Every verified pair, as JSONL, and which holds how much of which."
        ),
    ] = None,
    passages: Annotated[
        bool, typer.Option("--passages", help="In PAIRS also the passages that both texts share, with their places.")
    ] = False,
    against: Annotated[
        str | None,
        typer.Option(
            "--against",
            metavar="OLD",
            help="A corpus or a store: only IN is written, matched with each other and with it.",
        ),
    ] = None,
    report: Annotated[
        str | None,
        typer.Option("--report", metavar="REPORT", help="Of a benchmark as OLD: which items stand in which records."),
    ] = None,
    canonical_only: Annotated[
        bool, typer.Option("--canonical-only", help="Write only the best copy of each cluster that OLD does not have.")
    ] = False,
    copies: Annotated[
        str | None,
        typer.Option("--copies", metavar="COPIES", help="The ids of the other copies, each with that of the best one."),
    ] = None,
    fields: FieldsOption = None,
    id_field: Annotated[str, typer.Option("--id-field", metavar="FIELD", help="Where a record has its id.")] = "id",
    text_field: Annotated[
        str, typer.Option("--text-field", metavar="FIELD", help="Where a record has its text.")
    ] = "text",
    title_field: Annotated[
        str | None,
        typer.Option("--title-field", metavar="FIELD", help="Where a record has its headline (title, if it has one)."),
    ] = None,
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
    canonical record. What has no id or text is counted and passed through as it stands. Formats go by the file names.
    Memory stays bounded: texts go to temporary files. With --against, a record whose cluster OLD has already gets
    is_known, and clusters keep the names they have there. With --engine spark inputs may be folders, on any of Spark's
    file systems, and OUT becomes a folder: of JSON Lines where its name ends in .jsonl, .jsonl.gz or .jsonl.zst, else
    of Parquet.

    \b
    Examples:
      jianbao dedup news.jsonl.gz -o matched.jsonl --pairs pairs.jsonl --passages
      jianbao dedup news.parquet -o unique.parquet --canonical-only --columns id,text,url --copies copies.jsonl
      jianbao dedup may.csv june.csv -o matched.csv --id-field doc_id --text-field content
      jianbao dedup june.jsonl --against unique.jsonl -o new.jsonl --canonical-only
      jianbao dedup june.jsonl --against news.db -o new.jsonl
      jianbao dedup corpus.jsonl --against benchmark.jsonl --report met.jsonl -o marked.jsonl
      zcat *.jsonl.gz | jianbao dedup - -o - > matched.jsonl
      jianbao dedup news.jsonl -o matched.jsonl --window 90d --date-field date
      jianbao dedup hdfs:///news/*.jsonl.gz -o hdfs:///matched --engine spark --master spark://host:7077
    """
    from cleaners.dedup.corpus import CorpusColumns, DateField, deduplicate
    from cleaners.dedup.index.window import DateWindow

    columns = CorpusColumns(id=id_field, text=text_field, title=title_field)
    dating = DateField(window=DateWindow.parse(window), field=date_field) if window else None
    if passages and pairs is None:
        raise UsageError("--passages tells them in a file of pairs: name it with --pairs")
    if [output, pairs, copies].count("-") + as_json > 1:
        raise UsageError("only one thing can go to standard output: name files for the others, or leave out --json")
    if report and not against:
        raise UsageError("--report tells which items of a benchmark were met: name it with --against")
    if engine is EngineChoice.spark:
        if against or passages or copies or fields:
            raise UsageError(
                "--against, --passages, --copies and --columns are for the local engine: leave out --engine spark"
            )
        done = on_spark.dedup(
            sources, output, master=master, columns=columns, pairs=pairs, canonical_only=canonical_only, dating=dating
        )
    elif master:
        raise UsageError("--master is for --engine spark: add that")
    else:
        wanted = chosen_fields(fields)
        _check_names(sources, output, pairs, copies)
        done = _here(
            partial(
                deduplicate,
                sources,
                output,
                columns=columns,
                pairs=pairs,
                passages=passages,
                copies=copies,
                fields=wanted,
                canonical_only=canonical_only,
                dating=dating,
                known=_known(against, columns, dating) if against else None,
                report=report,
            )
        )
    if as_json:
        typer.echo(json.dumps(asdict(done)))
    say(listed(_came_to(done, against, report), "; "))


def _came_to(done: DedupSummary, against: str | None, report: str | None) -> Iterator[Sentence]:
    """What was found and what was passed through, part by part; what there is none of is not told."""
    yield sentence(
        "{documents}, {pairs}, {clusters}", documents=counted(done.documents, "document"),
        pairs=counted(done.pairs, "pair"), clusters=counted(done.clusters, "cluster"),
    )  # fmt: skip
    if done.apart:
        yield sentence("{pairs} between two clusters", pairs=counted(done.apart, "pair"))
    yield sentence("{records} written", records=counted(done.written, "record"))
    if against:
        yield sentence("{documents} of clusters in {old}", documents=counted(done.matched, "document"), old=against)
    if report:
        yield sentence("{items} of it met in the corpus", items=counted(done.contaminated, "item"))
    if done.short:
        yield sentence("{count} too short to be looked for", count=done.short)
    if done.lost:
        yield sentence("{lines} that are no records, left out", lines=counted(done.lost, "line"))
    if done.skipped > done.lost:
        records = counted(done.skipped - done.lost, "record")
        yield sentence("{records} without an id or a text, passed through", records=records)
    if done.undated:
        yield sentence("{records} without a date, compared with all", records=counted(done.undated, "record"))


def _here(work: Callable[..., DedupSummary]) -> DedupSummary:
    """Match on this machine; what was skipped is told. ``work`` is :func:`cleaners.dedup.corpus.deduplicate`, asked."""
    skipped: list[str] = []
    try:
        with compiling_told(), steps() as progress:
            done = work(progress=progress, problem=skipped.append)
    except KeyboardInterrupt:
        end_interrupted(sentence("interrupted: nothing was written; run it again, it begins anew"))
    for line in skipped[:3]:
        say(line)
    return done


def _check_names(sources: list[str], output: str, pairs: str | None, copies: str | None) -> None:
    """Raises UsageError for inputs, and names of outputs, that cannot be meant."""
    if sources.count("-") > 1:
        raise UsageError("standard input can be read once: name - once")
    for source in map(Path, sources):
        if source.is_dir():
            raise UsageError("{source} is a folder: name its files ({source}/*.jsonl)", source=source)
        for target in filter(None, (output, pairs, copies)):
            if target != "-" and source.exists() and Path(target).exists() and source.samefile(target):
                raise UsageError("{target} is the input: write the result to another file", target=target)
    if pairs and pairs.endswith((".parquet", ".csv", ".tsv")):
        raise UsageError("{pairs}: pairs are written as JSONL: give it such a name", pairs=pairs)


def _known(against: str, columns: CorpusColumns, dating: DateField | None) -> Iterator[KnownDocument]:
    """The documents of an older corpus or of a store."""
    from cleaners.dedup.corpus.intake import KnownDocument
    from cleaners.dedup.corpus.known import known_documents
    from cleaners.dedup.index.window import day_of
    from cleaners.store import Store
    from cleaners.store.database import is_database

    path = Path(against)
    if not is_database(path):
        yield from known_documents(path, columns, dating)
        return
    with Store.open(path, create=False, readonly=True) as store:
        for clipping in store.clippings.select(with_duplicates=True):
            article, cluster = clipping.article, clipping.cluster
            yield KnownDocument(
                id=article.id,
                text=article.text,
                title=article.title,
                cluster=cluster.id if cluster else None,
                day=day_of(article.published),
            )
