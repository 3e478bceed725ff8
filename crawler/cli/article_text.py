"""A stored article as text for a terminal: what is known of it, its body, and what differs between two texts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cleaners.diff import DiffPiece, changes, near
from cleaners.fields import SHOWN, RecordField
from cleaners.fields.kinds import ListOf, MappingOf, Moment, Structure
from cleaners.items import Article, Clipping, MissingPart, Region
from cleaners.sentences import sentence
from crawler.cli.language import spoken, translated
from crawler.cli.layout import glossed, padded, titled

if TYPE_CHECKING:
    from cleaners.store import ArticleNotes


def page(clipping: Clipping, kept: ArticleNotes, gone: datetime | None) -> str:
    """The article as a reader wants it: headline, what is known of it, what readers ``kept`` with it, body.

    ``gone``: since when its page is not there any more.
    """
    article = clipping.article
    known = [(field, shown(field, clipping)) for field in SHOWN if field.name != "title"]
    head = [f"{label(field, 10)} {value}" for field, value in known if value]
    if gone:
        name = padded(sentence("gone"), 10)
        head.append(f"{name} {gone.astimezone():%Y-%m-%d %H:%M}")
    if kept.tags:
        name = padded(sentence("tags"), 10)
        head.append(f"{name} {', '.join(kept.tags)}")
    for note in kept.notes:
        text = note.text.replace("\n", "\n" + " " * 11)
        name = padded(sentence("note"), 10)
        head.append(f"{name} {text}  ({note.at:%Y-%m-%d})")
    return "\n".join([titled(article.title), "", *head, "", article.text])


def label(field: RecordField, width: int) -> str:
    """What a field is called, in a column of so many columns of a terminal."""
    return padded(translated(field.label or field.name), width)


def shown(field: RecordField, clipping: Clipping) -> str:
    """The value of a field as a person reads it; empty for what is not known, or says nothing."""
    value = field.value(clipping)
    if value is None:
        return ""
    if field.name in _SHOWN:
        return _SHOWN[field.name](value)
    if not value:
        return ""
    match field.kind:
        case Moment():
            return str(value.isoformat(" ", "minutes"))
        case ListOf():
            return ", ".join(map(str, field.kind.record(value)))
        case MappingOf():
            return ", ".join(f"{key} {one}" for key, one in value.items())
        case Structure():
            return ", ".join(f"{name} {one}" for name, one in (field.kind.record(value) or {}).items() if one)
    return str(value)


def differences(old: Article, new: Article) -> Iterator[tuple[str, str]]:
    """What a reader would mark between two texts: (style, line); the headline first where it changed.

    Inside a changed paragraph stands ``[-what went-]{+what came+}``, as GNU wdiff writes it.
    """
    if old.title != new.title:
        yield "red", f"- {titled(old.title)}"
        yield "green", f"+ {titled(new.title)}"
    for change in near(changes(old.text, new.text)):
        if change is None:
            yield "dim", "  ..."
        elif change.kind == "same":
            yield "dim", f"  {change.old[0].text}"
        else:
            if change.old:
                yield "red", "- " + _pieces(change.old, "[-{}-]" if change.kind == "changed" else "{}")
            if change.new:
                yield "green", "+ " + _pieces(change.new, "{{+{}+}}" if change.kind == "changed" else "{}")


def _pieces(pieces: Sequence[DiffPiece], mark: str) -> str:
    return "".join(mark.format(piece.text) if piece.changed else piece.text for piece in pieces)


def _names(value: Sequence[str]) -> str:
    return "、".join(value)


def _regions(value: Sequence[Region]) -> str:
    return "、".join(f"{region.name} ({region.count}×)" for region in value)


def _missing(value: Sequence[MissingPart]) -> str:
    return ", ".join(f"{part.url} ({part.reason})" for part in value)


def _disguises(value: Sequence[str]) -> str:
    return ", ".join(glossed("disguise", name) for name in value)


def _repairs(value: Mapping[str, int]) -> str:
    return ", ".join(f"{glossed('repair', kind)} ({n:,}×)" for kind, n in value.items())


def _noise(value: Mapping[str, int]) -> str:
    counts = ", ".join(f"{glossed('noise', kind)} {n:,}" for kind, n in value.items())
    return counts and spoken(sentence("{counts} (characters)", counts=counts))


def _quality(value: float) -> str:
    return spoken(sentence("{share:.2f} of 1", share=value))


def _revision(value: int) -> str:
    return str(value) if value > 1 else ""


_SHOWN: dict[str, Callable[[Any], str]] = {
    "authors": _names,
    "editors": _names,
    "regions": _regions,
    "disguises": _disguises,
    "missing_parts": _missing,
    "repairs": _repairs,
    "noise_removed": _noise,
    "confidence": _quality,
    "quality": _quality,
    "revision": _revision,
}
