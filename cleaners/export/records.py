"""A clipping as the record that all formats share: the same names in the same order, null or [] for the unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from cleaners.export.additions import NO_NOTES, ExportAdditions
from cleaners.fields import CONVERTED, FIELDS
from cleaners.items import Article, Clipping, Drop

if TYPE_CHECKING:
    from cleaners.store import ExportBatch, ExportRemoval

ScriptChoice = Literal["keep", "simplified", "traditional"]


def record(item: Clipping | Article) -> dict[str, Any]:
    """The record of a clipping, or of an article that was not matched, ready for JSON; dates are ISO 8601 with an
    offset. Cluster fields may be null."""
    clipping = Clipping(article=item) if isinstance(item, Article) else item
    line: dict[str, Any] = {}
    owners = {"article": clipping.article, "clipping": clipping, "cluster": clipping.cluster}
    for name, owner, attribute, show in _READ:
        value = getattr(owners[owner], attribute, None)
        line[name] = value if show is None or value is None else show(value)
    return line


_READ = tuple(
    (field.name, field.owner, field.attribute or field.name, None if field.kind.is_plain else field.kind.record)
    for field in FIELDS
)


def records(portion: ExportBatch, script: ScriptChoice, additions: ExportAdditions) -> Iterator[dict[str, Any]]:
    """The records of a portion that stay, in the script asked for, with what is added; of an increment with what each
    is to the series, ``change``."""
    lines = (record(in_script(clipping, script)) for clipping in portion.clippings())
    if portion.changes:
        lines = (line | {"change": change} for line, change in zip(lines, portion.changes, strict=True))
    if not additions:
        return lines
    return additions.apply(list(lines), portion.notes() if additions.with_notes else NO_NOTES)


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

    fields = {field.name: field.kind.converted(getattr(article, field.name), convert) for field in CONVERTED}
    return replace(clipping, article=replace(article, **fields, script=choice))


def converter(choice: Literal["simplified", "traditional"]) -> Callable[[str], str]:
    """What turns Chinese text into the script asked for."""
    from cleaners.chinese import script

    return script.to_simplified if choice == "simplified" else script.to_traditional
