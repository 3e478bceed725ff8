"""The filters that commands share: which articles of a store are meant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from difflib import SequenceMatcher, get_close_matches
from typing import TYPE_CHECKING, Annotated

import typer

from cleaners.errors import UsageError
from cleaners.sentences import Sentence, sentence
from crawler.cli.application import say
from crawler.cli.language import translated

if TYPE_CHECKING:
    from cleaners.store import Selection, Store

# What somebody may have meant.

_CLOSE, _OTHERS = 3, 5


def meant(asked: str, known: Sequence[str]) -> Sentence:
    """A hint for a name that does not exist: those that are meant most likely, else all there are, the likest first.

    >>> [str(meant(*names)) for names in (("Corpsu", ["corpus", "news"]), ("x", ["corpus", "news"]), ("x", []))]
    ['did you mean corpus?', 'there are: corpus, news', 'there are none']
    """
    spelt = {name.casefold(): name for name in known}
    if close := get_close_matches(asked.casefold(), spelt, _CLOSE):
        return sentence("did you mean {names}?", names=", ".join(spelt[name] for name in close))
    if not known:
        return sentence("there are none")
    likeness = {name: SequenceMatcher(None, asked.casefold(), name.casefold()).ratio() for name in known}
    others = sorted(likeness, key=lambda name: -likeness[name])[:_OTHERS]
    more = [*others, "..."] if len(known) > _OTHERS else others
    return sentence("there are: {names}", names=", ".join(more))


Region = Annotated[str | None, typer.Option("--region", help="Only about this region (阿克苏, 新疆/阿克苏).")]
SiteName = Annotated[str | None, typer.Option("--site", help="Only this site (id or domain).")]
Source = Annotated[str | None, typer.Option("--source", help="Only this declared 来源.")]
Tag = Annotated[str | None, typer.Option("--tag", metavar="WORD", help="Only what you filed under it.")]

MinConfidence = Annotated[
    float | None,
    typer.Option(
        "--min-confidence", min=0.0, max=1.0, metavar="0..1",
        help="Only bodies that are right and whole with this confidence; those without one stay out.",
    ),
]  # fmt: skip


def day(text: str) -> datetime:
    """A date as people write it, for ``parser=`` of an option; ``BadParameter`` with the cure for what is none."""
    from crawler.cli.moments import FORMS, moment

    meant_by_it = moment(text, datetime.now(UTC))
    if meant_by_it is None:
        told = translated("{text} is no date: write it as one of {forms}").format(text=text, forms=FORMS)
        raise typer.BadParameter(told)
    return meant_by_it


Since = Annotated[
    datetime | None,
    typer.Option("--since", parser=day, metavar="DATE", help="Published on or after (2024-12-31, 7d, 昨天)."),
]
Until = Annotated[datetime | None, typer.Option("--until", parser=day, metavar="DATE", help="Published before.")]
ArrivedSince = Annotated[
    str | None,
    typer.Option(
        "--arrived-since", metavar="2h|DATE|RUN", help="Stored since then, or since a run began (its number)."
    ),
]


def arrival(store: Store, text: str | None) -> datetime | None:
    """The moment that ``--arrived-since`` means. Raises UsageError for what is no date and no run of the store."""
    if text is None:
        return None
    from crawler.cli.moments import FORMS, moment

    if text.isdecimal():
        started = store.runs.started(int(text))
        if started is None:
            raise UsageError(
                "--arrived-since {text}: the store has no run of this number (`jianbao runs` lists them)", text=text
            )
        return started
    meant_by_it = moment(text, datetime.now(UTC))
    if meant_by_it is None:
        raise UsageError(
            "--arrived-since {text}: no date and no run: write it as 2h, {forms}, or the number of a run",
            text=text,
            forms=FORMS,
        )
    return meant_by_it


def selection(
    region: str | None,
    site: str | None,
    source: str | None,
    since: datetime | None,
    until: datetime | None,
    *,
    disguise: str | None = None,
    copied: bool | None = None,
    min_confidence: float | None = None,
    arrived_since: datetime | None = None,
    tag: str | None = None,
) -> Selection:
    """The filters as the store takes them. Raises UsageError for a region that nobody knows, and for a tag that can be
    none."""
    from cleaners.store import Selection

    if region is not None:
        from cleaners.chinese.regions.lookup import named

        region = named(region)
    if tag is not None:
        from cleaners.store.notes import tag_of

        tag = tag_of(tag)
    return Selection(
        region=region,
        site=site,
        source=source,
        disguise=disguise,
        copied=copied,
        min_confidence=min_confidence,
        since=since,
        until=until,
        arrived_since=arrived_since,
        tag=tag,
    )


def hint(store: Store, selection: Selection) -> None:
    """Say which filters name what no article of the store has, and what may have been meant."""
    from crawler.cli.filters import meant

    for name, value in store.column_values.missing(selection).items():
        say(
            "no article has the {name} {value}: {meant}",
            name=name,
            value=value,
            meant=meant(value, store.column_values.of(name)),
        )
