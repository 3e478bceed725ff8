"""A clipping as the record that all formats share: the same names in the same order, null or [] for the unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from cleaners.items import Clipping, Drop, Match

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval

ScriptChoice = Literal["keep", "simplified", "traditional"]
NAMES = (
    "id", "url", "site", "origin", "title", "text", "markdown", "section", "source", "language", "published", "authors",
    "editors", "regions", "script", "disguises", "repairs", "noise_removed", "quality", "opt_out", "next_url",
    "fetched_at", "extractor", "revision", "cluster_id", "cluster_size", "is_canonical", "earliest_url",
    "earliest_published", "matches",
)  # fmt: skip
"""The names of a record, in order."""


def record(clipping: Clipping) -> dict[str, Any]:
    """The record of a clipping, ready for JSON; dates are ISO 8601 with an offset. Cluster fields may be null."""
    article, cluster = clipping.article, clipping.cluster
    return {
        "id": article.id,
        "url": article.url,
        "site": article.site,
        "origin": article.origin,
        "title": article.title,
        "text": article.text,
        "markdown": article.markdown,
        "section": article.section,
        "source": article.source,
        "language": article.language,
        "published": _iso(article.published),
        "authors": list(article.authors),
        "editors": list(article.editors),
        "regions": [{"name": r.name, "code": r.code, "count": r.count} for r in article.regions],
        "script": article.script,
        "disguises": list(article.disguises),
        "repairs": dict(article.repairs),
        "noise_removed": dict(article.noise_removed),
        "quality": article.quality,
        "opt_out": list(article.opt_out),
        "next_url": article.next_url,
        "fetched_at": _iso(article.fetched_at),
        "extractor": {name: getattr(article.extractor, name) for name in ("name", "version", "recipe")},
        "revision": clipping.revision,
        "cluster_id": cluster and cluster.id,
        "cluster_size": cluster and cluster.size,
        "is_canonical": cluster and cluster.is_canonical,
        "earliest_url": cluster and cluster.earliest_url,
        "earliest_published": _iso(cluster.earliest_published) if cluster else None,
        "matches": [_match(match) for match in clipping.matches],
    }


def records(portion: ExportBatch, script: ScriptChoice) -> Iterator[dict[str, Any]]:
    """The records of a portion in the script asked for; of an increment with what each is to the series, ``change``."""
    for n, clipping in enumerate(portion.clippings()):
        line = record(in_script(clipping, script))
        if portion.changes:
            line["change"] = portion.changes[n]
        yield line


def withdrawal_record(withdrawal: ExportRemoval) -> dict[str, Any]:
    """The record of an article that an increment takes back."""
    return {"id": withdrawal.id, "change": "removed", "removed": True, "reason": withdrawal.reason,
            "replaced_by": withdrawal.replaced_by}  # fmt: skip


def drop_record(drop: Drop) -> dict[str, Any]:
    """The record of a page that was not kept."""
    return {
        "origin": drop.origin, "url": drop.url, "stage": drop.stage, "reason": drop.reason, "detail": drop.detail,
    }  # fmt: skip


def in_script(clipping: Clipping, choice: ScriptChoice) -> Clipping:
    """The clipping with everything a reader sees in the script asked for; texts that are not Chinese stay."""
    article = clipping.article
    if choice == "keep" or article.script in (choice, "other"):
        return clipping
    convert = converter(choice)

    def converted(text: str | None) -> str | None:
        return convert(text) if text else text

    return replace(
        clipping,
        article=replace(
            article,
            title=converted(article.title),
            text=convert(article.text),
            markdown=converted(article.markdown),
            source=converted(article.source),
            section=converted(article.section),
            authors=tuple(map(convert, article.authors)),
            editors=tuple(map(convert, article.editors)),
            script=choice,
        ),
    )


def converter(choice: Literal["simplified", "traditional"]) -> Callable[[str], str]:
    """What turns Chinese text into the script asked for."""
    from cleaners.chinese import script

    return script.to_simplified if choice == "simplified" else script.to_traditional


def _match(match: Match) -> dict[str, Any]:
    evidence = asdict(match.evidence)
    evidence["numbers_differ"] = [list(pair) for pair in match.evidence.numbers_differ]
    evidence |= {"here": list(match.evidence.here), "there": list(match.evidence.there)}
    return {
        "id": match.other, "kind": match.kind, "similarity": match.similarity, "containment": match.containment,
        "evidence": evidence,
    }  # fmt: skip


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
