"""A stored article as text for a terminal: what is known of it, its body, and what differs between two texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cleaners.diff import DiffPiece, changes, near
from cleaners.items import Article, Clipping


def page(clipping: Clipping) -> str:
    """The article as a reader wants it: headline, what is known of it, body."""
    article = clipping.article
    facts = [
        ("id", article.id),
        ("url", article.url),
        ("page", article.origin),
        ("published", article.published and article.published.isoformat(" ", "minutes")),
        ("source", article.source),
        ("authors", "、".join(article.authors)),
        ("editors", "、".join(article.editors)),
        ("section", article.section),
        ("regions", regions(article)),
        ("disguises", ", ".join(article.disguises)),
        ("repairs", repairs(article)),
        ("noise cut", noise(article)),
        ("opt-out", ", ".join(article.opt_out)),
        ("next page", article.next_url),
        ("quality", quality(article)),
        ("revision", str(clipping.revision) if clipping.revision > 1 else ""),
    ]
    head = [f"{name:10} {value}" for name, value in facts if value]
    return "\n".join([article.title or "(no title)", "", *head, "", article.text])


def differences(old: Article, new: Article) -> Iterator[tuple[str, str]]:
    """What a reader would mark between two texts: (style, line); the headline first where it changed.

    Inside a changed paragraph stands ``[-what went-]{+what came+}``, as GNU wdiff writes it.
    """
    if old.title != new.title:
        yield "red", f"- {old.title or '(no title)'}"
        yield "green", f"+ {new.title or '(no title)'}"
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


def regions(article: Article) -> str:
    """The regions with how often the text names each."""
    return "、".join(f"{region.name} ({region.count}×)" for region in article.regions)


def repairs(article: Article) -> str:
    """How many repairs of each kind were made."""
    return ", ".join(f"{kind} ({n:,}×)" for kind, n in article.repairs.items())


def noise(article: Article) -> str:
    """How many characters of each class of noise were cut."""
    told = ", ".join(f"{kind} {n:,}" for kind, n in article.noise_removed.items())
    return told and f"{told} (characters)"


def quality(article: Article) -> str:
    """How complete and undisguised the copy is."""
    return f"{article.quality:.2f} of 1"
