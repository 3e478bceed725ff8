"""Looking after a store: ``takedown``, ``reclean``, ``doctor`` and ``backup``."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import FormatError, UsageError
from cleaners.sentences import Sentence, listed, sentence
from crawler.cli.application import STORE, JsonOption, StoreOption, answer, app, counted, say
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
from crawler.cli.layout import padded, titled
from crawler.cli.progress import is_silent, progress, steps

if TYPE_CHECKING:
    from cleaners.maintenance.reclean import RecleanResult
    from cleaners.maintenance.takedown import TakedownPlan, TakedownTarget

# ``jianbao window``: how far apart in time a store's articles may be to be compared.


@app.command()
def window(
    days: Annotated[
        str | None, typer.Argument(metavar="DAYS", help="A number of days, as 90d; none to compare all again.")
    ] = None,
    store: StoreOption = STORE,
) -> None:
    """Set, show or lift the window in days outside of which a store's articles are not compared.

    An article that comes later than that after the last one of a cluster is not matched with it; what has no date is
    compared with all. Holds for every later crawl and clean into this store; what is matched stays matched.

    \b
    Examples:
      jianbao window 90d --store news.db
      jianbao window none --store news.db
      jianbao window
    """
    from cleaners.dedup.index.window import DateWindow
    from cleaners.ingest.ingester import WINDOW
    from cleaners.store import Store

    wanted = None if days is None else "" if days == "none" else f"{DateWindow.parse(days).days}d"
    with Store.open(store, create=wanted is not None, readonly=wanted is None) as opened:
        if wanted is not None:
            opened.settings.put(WINDOW, wanted)
        now = sentence("window: {days}", days=opened.settings.get(WINDOW) or sentence("none"))
    if days is None:
        answer(now)
    else:
        say(now)


# ``jianbao merge``: several stores as one.


@app.command()
def merge(
    stores: Annotated[list[Path], typer.Argument(metavar="STORE...", help="The stores to bring together.")],
    store: StoreOption = STORE,
    as_json: JsonOption = False,
) -> None:
    """Bring several stores into one (--store, made when it is not there): the same clusters as if one had seen all.

    Everything comes along: texts and their revisions, the queue of the crawl, drops, runs, what was learned, what was
    taken down, which exports there were; and the raw pages, copied into the archive beside the new store. The stores
    themselves stay as they are. Run it again when it was interrupted, or when the stores have grown: what is there
    already is passed over.

    \b
    Examples:
      jianbao merge shard1.db shard2.db --store news.db
      jianbao merge colleague.db --store news.db --json
    """
    from cleaners.maintenance.merge import merge as merged

    done = merged(stores, store, step=_step)
    if as_json:
        typer.echo(json.dumps(asdict(done)))
        return
    say(
        "{articles} new in {store}, {known:,} known already, {matched:,} match another one; {files} beside it",
        articles=counted(done.stored, "article"),
        store=store,
        known=done.known,
        matched=done.matched,
        files=counted(done.files, "archive file"),
    )
    if done.refused:
        say("{articles} turned away, for they were taken down before", articles=counted(done.refused, "article"))


def _step(what: str, done: int, of: int | None) -> None:
    if not is_silent() and done and done % 500 == 0:
        say("{what}: {share}", what=what, share=f"{done:,}/{of:,}" if of else f"{done:,}")


_SAMPLE = 1000  # articles
_CHECKS = {
    "file": sentence("file"), "texts": sentence("texts"), "values": sentence("values"), "schema": sentence("schema"),
    "takedowns": sentence("takedowns"), "tombstones": sentence("tombstones"), "search": sentence("search"),
    "clusters": sentence("clusters"), "match index": sentence("match index"), "pages": sentence("pages"),
    "archive": sentence("archive"),
}  # fmt: skip
_STATES = {"repaired": sentence("repaired"), "wrong": sentence("wrong"), "well": sentence("well")}


@app.command()
def takedown(
    what: Annotated[list[str], typer.Argument(metavar="ID|URL...", help="The articles.")],
    reason: Annotated[str, typer.Option("--reason", help="Why; it stays with the tombstone.", metavar="TEXT")],
    store: StoreOption = STORE,
    copies: Annotated[bool, typer.Option("--copies", help="Also every copy of it that the store has.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would go, change nothing.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Take articles down: out of the store with all revisions, search, match index and archive, and never back in.

    Its address is not visited again; what comes back as it was or as a near copy is dropped as "taken down". What stays
    is a tombstone: address, reason, date and hashes, no text. Exports that contained it are listed: they, backups and
    files that you gave are yours to deal with. The store is rewritten so that no byte of the text stays; that takes
    as long, and as much free room, as a copy of the store.

    \b
    Examples:
      jianbao takedown 3f2a9c0011d2e4b7 --reason 'request of the publisher, 2026-11-20' --dry-run
      jianbao takedown https://news.example/a.html --reason 'court order 12/2026' --copies
      jianbao takedown 3f2a9c0011d2e4b7 --reason 'the same' --copies     # later: the copies that had stayed
    """
    from cleaners.maintenance import takedown as work

    with steps() as step:
        if dry_run:
            planned = work.plan(store, what, copies=copies, step=step)
        else:
            planned = work.take_down(store, what, reason, copies=copies, step=step)
    if as_json:
        typer.echo(json.dumps({"done": not dry_run, **asdict(planned)}, ensure_ascii=False, default=str))
        return
    _tell(planned, done=not dry_run)
    if copies and planned.known and not planned.targets:
        say("the store has no copies of it")
    elif planned.known and not copies:
        say("with --copies: also the copies of it that the store still has")


@app.command()
def doctor(
    store: StoreOption = STORE,
    repair: Annotated[bool, typer.Option("--repair", help="Set right what can be made anew.")] = False,
    salvage: Annotated[
        bool, typer.Option("--salvage", help="Repair, and where texts are lost go on with what can be read.")
    ] = False,
    everything: Annotated[
        bool, typer.Option("--all", help="Look at every article and every record, not at 1,000 articles.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Check a store: its file, schema, search, clusters, match index, pages in the archive, unfinished takedowns.

    What was made from the articles (search, match index, clusters, indexes of the file) can be made anew with --repair;
    the articles themselves only come back from a backup, or from their pages. A damaged file is read around the damage
    into a new one; where articles are lost only with --salvage. The damaged file stays beside it (NAME.db.damaged).
    Ends with 0 when all is well in the end, with 4 otherwise.

    \b
    Examples:
      jianbao doctor --store news.db
      jianbao doctor --all --repair
      jianbao doctor --store news.db --salvage
    """
    from cleaners.maintenance.doctor import examine

    with steps() as step:
        found = examine(store, repair=repair, losing=salvage, sample=None if everything else _SAMPLE, step=step)
    for one in found:
        if as_json:
            typer.echo(json.dumps(one.record(), ensure_ascii=False))
            continue
        state = _STATES["repaired" if one.repaired else "wrong" if one.problems else "well"]
        answer("{check} {state}", check=padded(_CHECKS[one.check], 12), state=state)
        for problem in one.problems:
            answer("    {problem}", problem=problem)
        if one.problems and not one.repaired:
            answer("    -> {cure}", cure=one.cure)
        if one.advice:
            answer("    {advice}", advice=one.advice)
    if wrong := [one.check for one in found if one.problems and not one.repaired]:
        raise FormatError("{store}: not well: {names}", store=store, names=listed(_CHECKS[name] for name in wrong))


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(metavar="DEST", help="A folder that is not there yet.")],
    store: StoreOption = STORE,
    as_json: JsonOption = False,
) -> None:
    """Copy the store with its archive into a new folder, as of one moment, while crawls go on.

    What comes out is a store like any other: use it with --store, or copy its files back. The match index is made anew
    when it is first written to. Backups keep what is taken down later.

    \b
    Examples:
      jianbao backup backups/2026-11-22 --store news.db
      jianbao search 产业园 --store backups/2026-11-22/news.db
    """
    from cleaners.maintenance.backup import back_up

    with steps() as step:
        made = back_up(store, folder, step=step)
    if as_json:
        typer.echo(json.dumps(asdict(made), ensure_ascii=False, default=str))
    say(
        "{articles} and {files} of the archive in {parent} ({size:,.1f} MB)",
        articles=counted(made.articles, "article"),
        files=counted(made.files, "file"),
        parent=made.store.parent,
        size=made.size / 1000000.0,
    )


@app.command()
def reclean(
    store: StoreOption = STORE,
    site: Annotated[str | None, typer.Option("--site", help="Only this site (id or domain).")] = None,
    seeds: Annotated[
        list[Path] | None,
        typer.Option("--seeds", metavar="SEEDS.yaml", help="The jobs of its crawls: their time zones and rules count."),
    ] = None,
    apply: Annotated[bool, typer.Option("--apply", help="Write what changes: a new text as a new revision.")] = False,
    sample: Annotated[
        int | None, typer.Option("--sample", min=1, metavar="N", help="Only N pages, evenly spread over the store.")
    ] = None,
    root: Annotated[
        Path | None,
        typer.Option("--root", metavar="DIR", help="Where paths that were given relative to a folder begin now."),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes; 0 uses every core.")] = 0,
    as_json: JsonOption = False,
    html_column: HtmlColumn = None,
    text_column: TextColumn = None,
    url_column: UrlColumn = None,
    title_column: TitleColumn = None,
    published_column: PublishedColumn = None,
    source_column: SourceColumn = None,
    author_column: AuthorColumn = None,
    section_column: SectionColumn = None,
) -> None:
    """Clean the stored pages again with today's cleaner and show what that would change, article by article.

    Pages are read from the archive and from the files that were given, where these are still there: looked for from
    this folder, from --root and from the store's own. Nothing is changed without --apply. What today's cleaner drops
    stays in the store; pages that were dropped and are articles today are kept.

    \b
    Examples:
      jianbao reclean --store news.db --sample 200 | less
      jianbao reclean --site example-daily --seeds seeds/my.yaml --apply
      jianbao reclean --store backup/news.db --root ~/dumps
      jianbao reclean --json | jq -r 'select(.kind == "dropped") | .url'
    """
    from cleaners.config import load_job
    from cleaners.context import context_of
    from cleaners.maintenance import reclean as work
    from cleaners.parallel import cleaning, cores
    from cleaners.readers import ColumnChoice
    from cleaners.store import Store, locks

    if root is not None and not root.is_dir():
        raise UsageError("--root {root}: there is no such folder", root=root)
    roots = [*([root] if root else []), store.absolute().parent]
    sites = [one for job in seeds or [] for one in load_job(job).sites]
    columns = ColumnChoice(
        html=html_column, text=text_column, url=url_column, title=title_column, published=published_column,
        source=source_column, author=author_column, section=section_column,
    )  # fmt: skip
    with (
        Store.open(store, create=False, readonly=True) as opened,
        locks.wait_for_writer(store, say) if apply else nullcontext(),
        cleaning(jobs or cores(), context_of(store, sites)) as cleaner,
        progress("pages") as advance,
    ):
        outcomes = work.compare(
            opened, work.origins(opened, site, sample), cleaner.map, site=site, roots=roots, columns=columns
        )
        if apply:
            outcomes = work.apply(store, outcomes, {one.id: one.name for one in sites if one.name})
        counts = _show_changes(outcomes, advance, as_json=as_json)
    say(_summary(counts, applied=apply))
    if lost := counts[f"missing: {work.LOST}"]:
        say(
            "the files of {pages} were looked for from here and in {names}: run it from the folder in "
            "which they were cleaned, or name that with --root DIR",
            pages=counted(lost, "page"),
            names=", ".join(map(str, roots)),
        )
    if columns.is_empty() and any(counts[f"{_MISSING}{why}"] for why in work.WITHOUT_COLUMNS):
        say(
            "if these are rows of tables and `clean` was told their columns, name the same here (--text-column, "
            "--title-column and so on)"
        )


def _show_changes(
    outcomes: Iterable[RecleanResult], advance: Callable[[int, str], object], *, as_json: bool
) -> Counter[str]:
    """Print every change as it is found; returns how many there were of each kind."""
    from cleaners.maintenance.reclean import summary

    counts: Counter[str] = Counter()
    for one in outcomes:
        counts += summary([one])
        advance(1, f"{counts.total() - counts['same']} differ")
        if one.change and as_json:
            typer.echo(json.dumps(asdict(replace(one.change, article=None)), ensure_ascii=False))
        elif one.change:
            kind, where = _CHANGES[one.change.kind], one.change.url or one.change.origin
            answer("{kind}: {where}\n{difference}\n", kind=kind, where=where, difference=one.change.difference)
    return counts


_MISSING = "missing: "
_CHANGES = {
    "text": sentence("text"), "metadata": sentence("metadata"), "dropped": sentence("dropped"),
    "found": sentence("found"),
}  # fmt: skip
# What became of a page -> how that is said.
RECLEANED = {
    "same": "{count:,} the same",
    "text": "{count:,} with another text",
    "metadata": "{count:,} with other metadata",
    "dropped": "{count:,} no articles any more (left as they are)",
    "found": "{count:,} dropped before and articles today",
}


def _summary(counts: Mapping[str, int], *, applied: bool) -> Sentence:
    told = [Sentence(text, {"count": counts[kind]}) for kind, text in RECLEANED.items() if counts[kind]]
    for name, count in counts.items():
        if name.startswith(_MISSING):
            why = name.removeprefix(_MISSING)
            told.append(sentence("{count:,} not cleaned again ({why})", count=count, why=why))
    if any(counts[kind] for kind in ("text", "metadata", "found")) and not applied:
        told.append(sentence("--apply writes it"))
    return listed(told, "; ") if told else sentence("no pages")


def _tell(planned: TakedownPlan, *, done: bool) -> None:
    for stone in planned.known:
        say("{id}  taken down on {at:%Y-%m-%d}: {reason}", id=stone.id, at=stone.at, reason=stone.reason)
    for id_ in planned.blind:
        say(
            "{id} was taken down by an older jianbao whose hashes cannot be compared with today's: "
            "its copies are not found, nor stopped when they come back; name each by its own id",
            id=id_,
        )
    for target in planned.targets:
        typer.echo(f"{target.id}  {target.title or titled(target.url)}")
        for line in _facts(target):
            answer("  {line}", line=line)
    for damage in planned.unsearched:
        say(
            "{file} cannot be read from byte {offset} on: what stands behind was not searched",
            file=damage.file,
            offset=damage.offset,
        )
    if planned.targets:
        articles = counted(len(planned.targets), "article")
        if done:
            say("{articles} taken down; files that `clip` has written are known to nobody", articles=articles)
        else:
            say("{articles} would be taken down", articles=articles)


def _facts(target: TakedownTarget) -> list[Sentence]:
    facts = [
        sentence(
            "{revisions}, {records} in the archive",
            revisions=counted(target.revisions, "revision"),
            records=counted(len(target.records), "record"),
        )
    ]
    if target.copies:
        copies = ", ".join(target.copies)
        facts.append(sentence("copies that stay (--copies takes them too): {copies}", copies=copies))
    facts += [sentence("was exported: {one}", one=one) for one in target.exports]
    facts += [
        sentence("was told: {watch} by {channel}", watch=watch, channel=channel) for watch, channel in target.told
    ]
    facts += [sentence("its page stays in your file: {one}", one=one) for one in target.elsewhere]
    return facts
