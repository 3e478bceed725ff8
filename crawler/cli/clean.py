"""``jianbao clean``: saved pages into the store, or into a file of records."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, sentence
from crawler.cli import on_spark, watch
from crawler.cli.application import STORE, StoreOption, app, counted, say
from crawler.cli.clean_report import CleaningEnd, CountedPages, earlier_result, report
from crawler.cli.columns import (
    AuthorColumn,
    HtmlColumn,
    PublishedColumn,
    SectionColumn,
    SourceColumn,
    TextColumn,
    TitleColumn,
    UrlColumn,
)
from crawler.cli.on_spark import EngineChoice, EngineOption, MasterOption
from crawler.cli.progress import compiling_told, is_silent, progress
from crawler.cli.watch import WatchesOption

if TYPE_CHECKING:
    from cleaners.config import SiteConfig
    from cleaners.items import Article, Drop, Page
    from cleaners.parallel import Checkpoint, PageCleaner
    from cleaners.readers import ColumnChoice, ColumnSearch

_BATCH = 200
_FEW = 10
_SMALL = 1_000_000  # bytes: a page, not an archive of pages


@app.command()
def clean(
    context: typer.Context,
    paths: Annotated[list[str], typer.Argument(metavar="PATH...", help="Files, archives and folders; - is stdin.")],
    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="OUT", help="Write records (JSONL; .gz by name; - is stdout)."),
    ] = None,
    store: StoreOption = STORE,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0 uses every core.")] = 0,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on where an interrupted run of the same input was, if there was one.")
    ] = False,
    url: Annotated[
        str | None, typer.Option("--url", metavar="URL", help="Where it comes from, for an input of one page.")
    ] = None,
    seeds: Annotated[
        Path | None,
        typer.Option(
            "--seeds",
            metavar="SEEDS.yaml",
            help="Clean with its sites' `extract:`, `rules:`, charsets and time zones; pages without an address are "
            "taken to be of its site, where it has only one.",
        ),
    ] = None,
    watches: WatchesOption = None,
    html_column: HtmlColumn = None,
    text_column: TextColumn = None,
    url_column: UrlColumn = None,
    title_column: TitleColumn = None,
    published_column: PublishedColumn = None,
    source_column: SourceColumn = None,
    author_column: AuthorColumn = None,
    section_column: SectionColumn = None,
    engine: EngineOption = EngineChoice.local,
    master: MasterOption = None,
) -> None:
    """Clean saved pages, told apart by content.

    HTML, MHTML and text; WARC and WET; JSON, JSON Lines, CSV and Parquet with a column of pages; folders, zip and tar;
    gzip, bzip2, xz and zstd around any of them.

    An article of several pages becomes one record where its pages stand near each other; the others become Drops.
    In a store articles are matched with what is there already. With -o no store is needed and nothing is matched: one
    record per page in input order, and what was not an article goes to OUT.drops.jsonl with the reason. A page that
    kills its process or takes too long costs that page only (with --jobs 1 there is no other process to kill). With
    --engine spark the paths are those of Spark's file systems and OUT becomes a folder: of JSON Lines where its name
    ends in .jsonl, .jsonl.gz or .jsonl.zst, else of Parquet.

    \b
    Examples:
      jianbao clean saved-pages/ --store news.db
      jianbao clean crawl.warc.gz dump.zip page.txt -o clean.jsonl
      jianbao clean crawl.warc.gz -o clean.jsonl --resume
      jianbao clean - -o - --url https://news.example/7.html < page.html
      jianbao clean saved-pages/ --store news.db --seeds my.yaml
      jianbao clean sheet.csv -o clean.jsonl --text-column 稿件 --url-column 出处
      jianbao clean hdfs:///crawl/ -o hdfs:///clean --engine spark --master spark://host:7077
    """
    from cleaners.context import CleaningContext, context_of
    from cleaners.parallel import Checkpoint, cleaning, cores
    from cleaners.readers import ColumnChoice, ColumnSearch

    sites = _sites(seeds)
    if output is not None and context.get_parameter_source("store").name == "COMMANDLINE":  # type: ignore[union-attr]
        raise UsageError("-o writes records and needs no store: give -o or --store, not both")
    columns = ColumnChoice(
        html=html_column, text=text_column, url=url_column, title=title_column, published=published_column,
        source=source_column, author=author_column, section=section_column,
    )  # fmt: skip
    if engine is EngineChoice.spark:
        if url is not None:
            raise UsageError("--url is for one page, --engine spark for many: leave one of them out")
        if sites:
            raise UsageError("--seeds is not known to --engine spark: clean on this machine, or leave it out")
        on_spark.clean(paths, output, master=master, resume=resume, columns=columns)
        return
    if master:
        raise UsageError("--master is for --engine spark: add that, or leave it out")
    if output is not None:
        _check_name(output)
    search = ColumnSearch(columns)
    found, share = _read(paths, columns, search, url)
    pages = CountedPages(_of_site(found, sites[0].id) if len(sites) == 1 else found)
    processes = _processes(paths, jobs or cores())
    start = Checkpoint.start(columns.named(), sites, url)
    if output is None:
        watch.check(watches)
        with _turn(store), cleaning(processes, context_of(store, sites)) as work:
            names = {one.id: one.name for one in sites}
            result = _into_store(pages, work, store, paths, resume, share, names, start)
        watch.tell(watches, store)
        report(pages, result, search.missing())
        return
    with cleaning(processes, CleaningContext(sites={one.id: one for one in sites})) as work:
        if _is_file(output):
            result = _into_file(pages, work, Path(output), resume, share, start)
        elif resume:
            raise UsageError("--resume needs a file that can be gone on with; {output} is none", output=output)
        else:
            result = _into_stream(pages, work, output, share)
    report(pages, result, search.missing())


def _read(
    paths: list[str], columns: ColumnChoice, search: ColumnSearch, url: str | None
) -> tuple[Iterator[Page | Drop], Callable[[], float | None]]:
    """The pages at these paths, and what tells how much of them has been read, 0 to 1; None where nobody knows."""
    from cleaners import readers

    gauge = readers.ReadProgress()
    total = None if is_silent() else readers.size(paths)
    pages = readers.read(paths, gauge=gauge, columns=columns, search=search)
    return _addressed(pages, url) if url is not None else pages, lambda: gauge.read / total if total else None


def _addressed(pages: Iterator[Page | Drop], url: str) -> Iterator[Page | Drop]:
    """The only page of an input with the address that its user gives; raises UsageError where there are several."""
    from cleaners.items import Page
    from cleaners.urls import is_web_address

    if not is_web_address(url):
        raise UsageError("--url {url}: an address begins with http:// or https:// and a host", url=url)
    first = list(islice(pages, 2))
    if sum(isinstance(one, Page) for one in first) > 1:
        raise UsageError("--url is for an input of one page: {origin} is a second one", origin=first[1].origin)
    return (replace(one, url=url) if isinstance(one, Page) else one for one in chain(first, pages))


def _sites(seeds: Path | None) -> tuple[SiteConfig, ...]:
    """The sites of a seed file, none without one."""
    from cleaners.config import load_job

    return load_job(seeds).sites if seeds is not None else ()


def _of_site(pages: Iterator[Page | Drop], site: str) -> Iterator[Page | Drop]:
    """Pages whose site no address tells, as of this one."""
    from cleaners.items import Page

    return (replace(one, site=one.site or site) if isinstance(one, Page) and not one.url else one for one in pages)


def _turn(store: Path) -> AbstractContextManager[None]:
    """The turn to add articles, which is waited for: what another run learns until then is known to this one."""
    from cleaners.store import Store, locks

    Store.open(store).close()  # what is no store is said to be none before anything waits for it
    return locks.wait_for_writer(store, say)


def _processes(paths: list[str], wanted: int) -> int:
    """A few small files need no pool: starting one takes longer than cleaning them."""
    small = all(Path(path).is_file() and Path(path).stat().st_size < _SMALL for path in paths if path != "-")
    return 1 if small and len(paths) <= _FEW else wanted


def _check_name(output: str) -> None:
    """Raises ``UsageError`` for a name that promises another format than JSON Lines."""
    from cleaners.export.formats import formats

    suffix = Path(output).suffix.lower()
    others = {end for one in formats().values() if one.name != "jsonl" for end in one.suffixes} | {".md", ".markdown"}
    if suffix in others:
        raise UsageError(
            "{output}: clean writes JSON Lines, not what {suffix} says: name it {path}, or clean into "
            "a store (--store) and have `jianbao export` write the other format",
            output=output,
            suffix=suffix,
            path=Path(output).with_suffix(".jsonl"),
        )


def _is_file(output: str) -> bool:
    """Whether the output is, or will be, a file: not standard output, a device or a pipe."""
    return output != "-" and (Path(output).is_file() or not Path(output).exists() or Path(output).is_dir())


def _into_file(
    pages: Iterator[Page | Drop], work: PageCleaner, output: Path, resume: bool, share: Callable[[], float | None],
    start: Checkpoint,
) -> CleaningEnd:  # fmt: skip
    from cleaners.parallel import ResumableOutput, skip_done
    from cleaners.parts import joined_runs

    earlier = earlier_result(output)
    with ResumableOutput(output, resume=resume, start=start) as out:
        was_complete, before = out.complete, out.mark.done
        if resume:
            _say_where_it_goes_on(before)
        if not out.complete:
            rest = skip_done(pages, out.mark, start)
            with progress("pages", share) as advance:
                for run in joined_runs(work.map(rest)):
                    out.add(*run)
                    advance(len(run), f"{out.dropped.total()} dropped")
        done = out.mark.done - before
    told = counted(out.written, "record") if out.written else None
    where = sentence("each in {path}", path=f"{output}.drops.jsonl")
    return CleaningEnd(
        told=told, dropped=out.dropped, articles=out.written, is_new=not was_complete, drops_at=where,
        notes=[*earlier, *_shares(before, done)],
    )  # fmt: skip


def _say_where_it_goes_on(done: int) -> None:
    if done:
        say("going on after {pages}", pages=counted(done, "page"))
    else:
        say("--resume: no interrupted run of this left a mark, so this begins with the first page")


def _shares(before: int, now: int) -> list[Sentence]:
    """How much of a run that went on was done before; nothing where none was."""
    if not before:
        return []
    return [sentence("done by the earlier run: {pages}; by this one: {now:,}", pages=counted(before, "page"), now=now)]


def _into_stream(
    pages: Iterator[Page | Drop], work: PageCleaner, output: str, share: Callable[[], float | None]
) -> CleaningEnd:
    from cleaners.export import RecordOutput
    from cleaners.items import Clipping, Drop
    from cleaners.parts import joined

    dropped: Counter[str] = Counter()
    with RecordOutput(output) as out, progress("pages", share) as advance:
        for result in joined(work.map(pages)):
            if isinstance(result, Drop):
                out.drop(result)
                dropped[f"{result.stage}: {result.reason}"] += 1
            else:
                out.keep(Clipping(article=result))
            advance(1, f"{dropped.total()} dropped")
    told = counted(out.written, "record") if out.written else None
    return CleaningEnd(told=told, dropped=dropped, articles=out.written)


def _into_store(
    pages: Iterator[Page | Drop], work: PageCleaner, store: Path, paths: list[str], resume: bool,
    share: Callable[[], float | None], publishers: Mapping[str, str], start: Checkpoint,
) -> CleaningEnd:  # fmt: skip
    from cleaners.ingest.ingester import Ingester, ingest_batches
    from cleaners.items import Drop
    from cleaners.parallel import StoreCheckpoint, skip_done
    from cleaners.parts import joined_runs
    from cleaners.store import Store

    dropped: Counter[str] = Counter()
    with (
        compiling_told(),
        Ingester(store, command="clean", publishers=publishers) as ingester,
        progress("pages", share) as advance,
    ):
        book = StoreCheckpoint(ingester.store, paths)
        mark = book.mark if resume and book.mark.done else start
        before = mark.done
        if resume:
            _say_where_it_goes_on(before)

        def put_mark(batch: Sequence[Article | Drop]) -> None:
            nonlocal mark
            for result in batch:
                mark = mark.past(result.origin)
            book.put(mark)

        results = joined_runs(work.map(skip_done(pages, mark, start)))
        for batch, became in ingest_batches(ingester, results, size=_BATCH, then=put_mark):
            dropped.update(f"{r.stage}: {r.reason}" for r in batch if isinstance(r, Drop))
            turned_away = became.dropped - sum(isinstance(r, Drop) for r in batch)
            dropped.update({"keep: taken down": turned_away} if turned_away else {})
            advance(
                len(batch), f"{ingester.kept.stored} new, {ingester.kept.matched} reposts, {dropped.total()} dropped"
            )
        kept = ingester.kept
    with Store.open(store) as opened:  # the last thing: until all is closed, the run has not come to its end
        StoreCheckpoint(opened, paths).close()
    told = sentence(
        "{articles} in {store} ({matched} of them match an earlier one), {known} known already",
        articles=counted(kept.stored, "new article"), store=store, matched=kept.matched, known=kept.known,
    )  # fmt: skip
    is_nothing = not kept.stored + kept.known and not resume
    return CleaningEnd(
        told=None if is_nothing else told, dropped=dropped, articles=kept.stored, known=kept.known, before=before,
        drops_at=sentence("`jianbao drops --store {store}` lists them", store=store),
        notes=_shares(before, mark.done - before),
    )  # fmt: skip
