"""The dataset card of a Hugging Face folder (https://huggingface.co/docs/hub/datasets-cards): README.md."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cleaners import scrubbing, signals
from cleaners.export.additions import ExportAdditions
from cleaners.export.dataset_stats import DatasetStats
from cleaners.export.records import ScriptChoice
from cleaners.store import FilterChoice, OptOuts

_MOST = 50  # rows of a table
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
          (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))  # fmt: skip
RIGHTS = (
    "The texts belong to their authors and publishers. This export grants no right to them: whether you may use, "
    "train on or pass on what is in it follows from the law that applies to you (for text and data mining in the EU: "
    "articles 3 and 4 of Directive 2019/790) and the terms of each source. Keep `url` and `source` with every text."
)
"""What a card says of the rights."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetFacts:
    """What an export is, beyond the articles in it."""

    choice: FilterChoice
    """Which articles were asked for."""
    script: ScriptChoice = "keep"
    """The script they were converted to."""
    name: str | None = None
    """The series it belongs to."""
    increment: bool = False
    """Whether it holds only what differs from the series so far."""
    additions: ExportAdditions = ExportAdditions()
    """What was added to the records, and by what they were chosen."""
    opt_outs: OptOuts = OptOuts(signals={})
    """What was left out because its publisher does not want mining."""
    recipes: tuple[str, ...] = ()
    """By what recipes the store matched its articles, in order of use."""

    @property
    def title(self) -> str:
        """A name for people."""
        return self.name or "Chinese news articles"


def card(facts: DatasetFacts, tally: DatasetStats) -> str:
    """README.md: the YAML header that the Hub reads, then what a person wants to know before using it."""
    import yaml  # only here

    head = yaml.safe_dump(_header(facts, tally), allow_unicode=True, sort_keys=False)
    return f"---\n{head}---\n\n# {facts.title}\n\n" + "\n\n".join(_sections(facts, tally)) + "\n"


def _header(facts: DatasetFacts, tally: DatasetStats) -> dict[str, Any]:
    return {
        "pretty_name": facts.title,
        "language": sorted(tally.counts["language"]) or ["zh"],
        "license": "other",
        "license_name": "rights-of-the-publishers",
        "task_categories": ["text-generation"],
        "size_categories": [next((name for most, name in _SIZES if tally.articles < most), "n>1T")],
        "tags": ["news", "chinese", "jianbao"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "data/*.parquet"}]}],
    }


def _sections(facts: DatasetFacts, tally: DatasetStats) -> Iterator[str]:
    yield _summary(facts, tally)
    yield f"## Rights\n\n{RIGHTS}"
    yield f"## Opt-outs\n\n{_opt_outs(facts, tally)}"
    yield f"## What was asked for\n\n{_asked(facts)}"
    if facts.additions:
        yield f"## Signals, filters, personal data\n\n{_additions(facts.additions)}"
    yield "## How it was made\n\n" + _table("cleaner (name, version, recipe)", tally.counts["cleaner"])
    if facts.recipes:
        yield "## How copies were found\n\n" + "\n".join(f"- {recipe}" for recipe in facts.recipes)
    for title, name in (("Sites", "site"), ("Declared sources (来源)", "source"), ("Scripts", "script"),
                        ("Disguises found (and undone where that is possible)", "disguises")):  # fmt: skip
        if tally.counts[name]:
            yield f"## {title}\n\n" + _table(name, tally.counts[name])
    yield (
        "## Columns\n\nThose of the record of jianbao: one article a row, `text` "
        "one paragraph a line without the title; `cluster_id` names the cluster of copies it stands for, `matches` "
        "what it shares with other articles, `croissant.json` describes every column."
    )


def _summary(facts: DatasetFacts, tally: DatasetStats) -> str:
    span = f"published from {_day(tally.first)} to {_day(tally.last)}" if tally.first else "none of them dated"
    undated = f" ({tally.undated:,} without a date)" if tally.first and tally.undated else ""
    lines = [f"{tally.articles:,} articles, {tally.characters:,} characters of text, {span}{undated}."]
    if facts.increment:
        lines.append(
            f"This is an increment: the column `change` says which articles are new to `{facts.name}` (`added`), which "
            f"replace what it has under the same `id` (`changed`), and which are to be taken out of it (`removed`: "
            f"{tally.withdrawn:,})."
        )
    return "\n\n".join(lines)


def _opt_outs(facts: DatasetFacts, tally: DatasetStats) -> str:
    left = facts.opt_outs
    if facts.choice.with_opt_outs:
        inside = sum(tally.counts["opt_out"].values())
        return (
            f"Articles whose publishers reserve text and data mining were NOT left out: {inside:,} signals stand in "
            "the column `opt_out`. Do not mine them without asking."
        )
    text = (
        f"Left out: {left.articles:,} articles whose page or host says that it does not want text and data mining, and "
        f"{left.copies:,} that copy a story from such a page."
    )
    return f"{text}\n\n{_table('signal', left.signals)}" if left.signals else text


def _asked(facts: DatasetFacts) -> str:
    wanted = facts.choice.selection
    given = {"region": wanted.region, "site": wanted.site, "source": wanted.source, "since": _day(wanted.since),
             "until": _day(wanted.until), "tag": wanted.tag,
             "confidence of at least": wanted.min_confidence, "at most": facts.choice.limit}  # fmt: skip
    lines = [f"- {name}: {value}" for name, value in given.items() if value is not None] or ["- everything"]
    lines.append(
        "- every copy of an article" if facts.choice.with_duplicates
        else "- one article of each cluster of copies: the most complete, least disguised one"
    )  # fmt: skip
    if facts.script != "keep":
        lines.append(f"- converted to {facts.script} characters")
    return "\n".join(lines)


def _additions(additions: ExportAdditions) -> str:
    lines = []
    if additions.with_notes:
        lines.append("- `tags` and `notes` are what readers of the store filed an article under and wrote of it.")
    if additions.with_scrubbing:
        marks = ", ".join(f"{kind.name} ({kind.mark})" for kind in scrubbing.KINDS)
        lines.append(f"- Personal data was replaced by named marks, and counted in `scrubbed`: {marks}. Only what is "
                     "certain by its form is found: names, addresses and other numbers stay.")  # fmt: skip
    if additions.with_signals:
        lines.append(
            "- `signals` holds figures of the text by which corpora are filtered, as Gopher "
            "(https://arxiv.org/abs/2112.11446, table A1) and FineWeb (https://arxiv.org/abs/2406.17557, "
            "https://arxiv.org/abs/2506.20920) define them; a "
            f"token is one Han character or a run of other letters or digits: {', '.join(signals.NAMES)}."
        )
    lines += [f"- `{hook.name}` was given by `{hook.place}`." for hook in additions.hooks]
    lines += [f"- Only records with `{one.text.strip()}`." for one in additions.filters]
    return "\n".join(lines)


def _table(name: str, counts: Mapping[str, int]) -> str:
    rows = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    lines = [f"| {name} | articles |", "|---|---|"]
    lines += [f"| {value.replace('|', '&#124;') or '-'} | {count:,} |" for value, count in rows[:_MOST]]
    if len(rows) > _MOST:
        lines.append(f"| {len(rows) - _MOST:,} more | {sum(count for _, count in rows[_MOST:]):,} |")
    return "\n".join(lines)


def _day(moment: datetime | None) -> str | None:
    return moment.date().isoformat() if moment else None
