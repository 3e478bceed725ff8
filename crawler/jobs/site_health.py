"""Whether a site has fallen silent or changed its layout, told from its own past in the store's journal. Pure.

Silent: no new article for four times as long as it ever took before (at least a day), after at least five runs that
brought something new: a weekly is not silent on its third day, a news agency is. Changed layout: of the latest pages
that were read (20 and more) less than half of the share became articles that did before (40 pages and more).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

from cleaners.sentences import Sentence, sentence
from cleaners.store import RunEntry
from cleaners.store.runs import of
from crawler.wording import counted

State = Literal["well", "unknown", "silent", "changed layout"]
STATES: Mapping[State, Sentence] = {
    "well": sentence("well"), "unknown": sentence("unknown"), "silent": sentence("silent"),
    "changed layout": sentence("changed layout"),
}  # fmt: skip
"""How a state is said."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthSettings:
    """When a site counts as silent or changed."""

    times: float = 4.0
    """So many times its longest gap."""
    least: timedelta = timedelta(days=1)
    """No shorter gap counts."""
    runs: int = 5
    """Runs with something new that make a history."""
    latest: int = 20
    """Pages that show today's layout."""
    before: int = 40
    """Pages that show yesterday's."""
    share: float = 0.5
    """Of the earlier share of articles: less is a change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHealth:
    """How a site does."""

    site: str
    """Its id in the seed file; the registered domain of what is of none of a job's sites."""
    state: State
    last_new: datetime | None
    """When a run last brought something new from it."""
    detail: Sentence = Sentence("")
    """What the state rests on."""


def removed_sites(runs: Sequence[RunEntry]) -> set[str]:
    """The sites that earlier runs of a job visited and the latest one did not: they have left the job.

    Runs that do not note what they visit (``archive-only``, those of an older jianbao) tell nothing.
    """
    noted = [of(run.counts, "visits") for run in sorted(runs, key=lambda run: run.run)]
    noted = [visits for visits in noted if visits]
    return {site for visits in noted for site in visits} - noted[-1].keys() if noted else set()


def standing(
    site: str, runs: Sequence[RunEntry], now: datetime, signs: HealthSettings = HealthSettings()
) -> SiteHealth:
    """How a site does, by the finished runs of its job, in any order."""
    past = sorted((run for run in runs if run.status in {"done", "interrupted"}), key=lambda run: run.started)
    news = [run.started for run in past if of(run.counts, "new").get(site)]
    last = news[-1] if news else None
    state, detail = _layout(site, past, signs) or _silence(news, now, signs) or ("well", Sentence(""))
    return SiteHealth(site=site, state=state, last_new=last, detail=detail)


def _silence(news: Sequence[datetime], now: datetime, signs: HealthSettings) -> tuple[State, Sentence] | None:
    if len(news) < signs.runs:
        runs = counted(len(news), "run")
        told = sentence("{runs} brought something new, {least} are needed to tell", runs=runs, least=signs.runs)
        return "unknown", told
    longest = max(later - earlier for earlier, later in pairwise(news))
    quiet = now - news[-1]
    if quiet <= max(signs.times * longest, signs.least):
        return None
    return "silent", sentence(
        "nothing new for {quiet}, never before for more than {longest}", quiet=_told(quiet), longest=_told(longest)
    )


def _layout(site: str, past: Sequence[RunEntry], signs: HealthSettings) -> tuple[State, Sentence] | None:
    pages = articles = 0
    at = len(past)
    while at and pages < signs.latest:
        at -= 1
        pages += of(past[at].counts, "pages").get(site, 0)
        articles += of(past[at].counts, "articles").get(site, 0)
    before = sum(of(run.counts, "pages").get(site, 0) for run in past[:at])
    kept = sum(of(run.counts, "articles").get(site, 0) for run in past[:at])
    if pages < signs.latest or before < signs.before or not kept:
        return None
    if articles / pages >= signs.share * kept / before:
        return None
    return "changed layout", sentence(
        "{articles} of the latest {pages} pages became articles, {kept} of {before} before",
        articles=articles,
        pages=pages,
        kept=kept,
        before=before,
    )


def _told(span: timedelta) -> Sentence:
    hours = span.total_seconds() / 3600
    return counted(round(hours / 24), "day") if hours >= 48 else counted(round(hours), "hour")
