"""What the store holds: ``stats``, ``drops``, ``takedowns`` and ``runs``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, listed, sentence
from crawler.cli.application import STORE, TROUBLE, JsonOption, StoreOption, answer, app, counted, say
from crawler.cli.filters import SiteName, day
from crawler.cli.layout import glossed, padded, reason_told, titled

if TYPE_CHECKING:
    from cleaners.store import Store

_MOST = 20  # lines of each table
_LABELS = {
    "articles": sentence("articles"),
    "clusters": sentence("clusters"),
    "duplicates": sentence("duplicates"),
    "revisions": sentence("revisions"),
    "doubtful": sentence("doubtful"),
}
_HEADINGS = {
    "drops": sentence("pages dropped, by stage and reason"),
    "sites": sentence("articles by site"),
    "regions": sentence("articles that speak of a region"),
    "matches": sentence("pairs of articles that match, by kind"),
    "noise_removed": sentence("characters of noise cut, by class"),
    "disguises": sentence("articles by disguise"),
    "repairs": sentence("repairs made to the texts, by kind"),
    "matched_by": sentence("articles by the recipe that matched them"),
}  # the unit of the numbers under each
_KINDS = {
    "matches": "match", "noise_removed": "noise", "disguises": "disguise", "repairs": "repair",
}  # fmt: skip


@app.command()
def stats(store: StoreOption = STORE, as_json: JsonOption = False) -> None:
    """Count what the store holds: articles, clusters of copies, drops, noise removed, by site and region.

    \b
    Example:
      jianbao stats --store news.db
    """
    from cleaners.ingest.match_index import beyond_reach

    with _open(store) as opened:
        numbers = asdict(opened.statistics())
    if advice := beyond_reach(numbers["articles"]):
        say(advice)
    if as_json:
        typer.echo(json.dumps(numbers, ensure_ascii=False))
        return
    for name, value in numbers.items():
        if isinstance(value, int):
            answer("{name} {count:,}", name=padded(_LABELS[name], 14), count=value)
    for name, value in numbers.items():
        if isinstance(value, dict) and value:
            typer.echo()
            answer(_HEADINGS[name])
            for key, n in list(value.items())[:_MOST]:
                told = reason_told(key) if name == "drops" else glossed(_KINDS.get(name, ""), key)
                typer.echo(f"  {n:>9,}  {told}")
            if (more := len(value) - _MOST) > 0:
                answer("        ...  and {count:,} more (--json gives all)", count=more)


@app.command()
def drops(
    store: StoreOption = STORE,
    reason: Annotated[str | None, typer.Option("--reason", metavar="REASON", help="Only this reason.")] = None,
    stage: Annotated[str | None, typer.Option("--stage", metavar="STAGE", help="Only this stage.")] = None,
    site: SiteName = None,
    since: Annotated[
        datetime | None, typer.Option("--since", parser=day, metavar="DATE", help="Dropped then or later (7d, 昨天).")
    ] = None,
    doubtful: Annotated[
        bool, typer.Option("--doubtful", help="Instead: what was kept although it is not sure, the least sure first.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most so many.")] = 100,
    as_json: JsonOption = False,
) -> None:
    """List the pages that did not become articles, each with its stage and reason.

    --doubtful lists instead what a person should look at first: articles that were kept with a confidence under 0.9.

    \b
    Examples:
      jianbao drops --store news.db
      jianbao drops --reason 'off topic' --limit 1000
      jianbao drops --stage fetch --json
      jianbao drops --site example-daily --since yesterday
      jianbao drops --doubtful
    """
    if doubtful:
        if any(one is not None for one in (reason, stage, site, since)):
            raise UsageError("--doubtful lists articles: leave out --reason, --stage, --site and --since")
        _doubtful(store, limit, as_json=as_json)
        return
    from cleaners.export import drop_record

    with _open(store) as opened:
        found = opened.runs.drops(reason=reason, stage=stage, site=site, since=since, limit=limit)
        kinds = opened.runs.kinds()
        for drop in found:
            if as_json:
                typer.echo(json.dumps(drop_record(drop), ensure_ascii=False))
            else:
                detail = f"  ({drop.detail})" if drop.detail else ""
                why = reason_told(f"{drop.stage}: {drop.reason}")
                typer.echo(f"{why}{detail}  {drop.url or drop.origin}")
    if site is not None or since is not None:
        if not found:
            say("no drop is of this site, time, stage and reason; without --site and --since all are listed")
        elif len(found) == limit:
            say("{limit:,} drops: --limit shows more, if there are", limit=limit)
    elif note := _left_out(kinds, len(found), stage, reason):
        say(note)


def _doubtful(store: Path, limit: int, *, as_json: bool) -> None:
    with _open(store) as opened:
        found, total = opened.doubtful(limit), opened.statistics().doubtful
    for one in found:
        if as_json:
            typer.echo(json.dumps(asdict(one), ensure_ascii=False))
        else:
            typer.echo(f"{one.confidence:.2f}  {one.id}  {titled(one.title)}  {one.url or one.origin}")
    if not found:
        say("no article is doubtful (`jianbao reclean` measures those that an older jianbao kept)")
    elif len(found) < total:
        say("{count:,} of {articles}: --limit shows more", count=len(found), articles=counted(total, "article"))


def _left_out(
    kinds: Mapping[tuple[str, str], int], shown: int, stage: str | None, reason: str | None
) -> Sentence | None:
    """What the list does not tell: that it was cut, or why it is empty and which names were meant."""
    from crawler.cli.filters import meant

    total = sum(n for (s, r), n in kinds.items() if stage in (None, s) and reason in (None, r))
    if shown:
        drops = counted(total, "drop")
        return sentence("{count:,} of {drops}: --limit shows more", count=shown, drops=drops) if shown < total else None
    if not kinds:
        return sentence("no drops: every page that was read became an article")
    stages = list(dict.fromkeys(s for s, _ in kinds))
    if stage is not None and stage not in stages:
        return sentence("no drop has the stage {stage}: {meant}", stage=stage, meant=meant(stage, stages))
    reasons = list(dict.fromkeys(r for s, r in kinds if stage in (None, s)))
    hint = meant(reason or "", reasons)
    if not stage:
        return sentence(
            "no drop has the reason {reason}: {meant} (`jianbao stats` lists all)", reason=reason, meant=hint
        )
    return sentence(
        "no drop of the stage {stage} has the reason {reason}: {meant} (`jianbao stats` lists all)",
        stage=stage,
        reason=reason,
        meant=hint,
    )


@app.command()
def takedowns(store: StoreOption = STORE, as_json: JsonOption = False) -> None:
    """List what was taken down, newest first: when, id, address, why, and the exports that had contained it.

    \b
    Examples:
      jianbao takedowns --store news.db
      jianbao takedowns --json | jq -r .exports[]
    """
    from cleaners.maintenance.remaining_copies import incomparable

    with _open(store) as opened:
        stones, blind = opened.tombstones.all(), set(incomparable(opened))
    for stone in stones:
        if as_json:
            told = {**asdict(stone), "copies_known_again": stone.id not in blind}
            typer.echo(json.dumps(told, ensure_ascii=False, default=str))
            continue
        facts: list[object] = [f"{stone.at:%Y-%m-%d}", stone.id, stone.url or sentence("(no address)"), stone.reason]
        if not stone.done:
            facts.append(sentence("(not finished: jianbao doctor --repair)"))
        if stone.id in blind:
            facts.append(sentence("(its copies are not known again: jianbao doctor)"))
        answer(listed(facts, "  "))
        for line in stone.exports:
            answer("            was exported: {line}", line=line)


@app.command()
def runs(
    store: StoreOption = STORE,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, metavar="N", help="At most so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """List the runs that wrote to the store, newest first: what each counted, what it dropped and why.

    Times are this machine's. An unfinished run is still at work, or was killed. Below the runs stands what is wrong:
    sites of the crawls that have fallen silent or changed their layout, by their own history, commands whose last run
    failed or does not end, a disk that fills. Then the exit code is 5, also with --json.

    \b
    Example:
      jianbao runs --store news.db
    """
    from crawler.cli.runs_text import told
    from crawler.notify.health import troubles

    with _open(store) as opened:
        latest = opened.runs.runs(limit)
        wrong = troubles(opened, datetime.now(UTC))
    for run in latest:
        if as_json:
            typer.echo(json.dumps(asdict(run), ensure_ascii=False, default=str))
        else:
            answer(told(run))
    if not as_json:
        for one in wrong:
            answer("{name}: {detail}", name=one.name, detail=one.detail)
    if wrong:
        raise typer.Exit(TROUBLE)


def _open(store: Path) -> Store:
    from cleaners.store import Store

    return Store.open(store, create=False, readonly=True)
