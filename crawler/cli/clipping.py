"""A clipping as text for a terminal: the article, then its family."""

from __future__ import annotations

from collections.abc import Sequence

from cleaners.items import Article, Clipping, Match


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
        ("regions", "、".join(f"{region.name} ({region.count})" for region in article.regions)),
        ("disguises", ", ".join(article.disguises)),
        ("repairs", _counts(article.repairs)),
        ("noise cut", _counts(article.noise_removed)),
        ("opt-out", ", ".join(article.opt_out)),
        ("next page", article.next_url),
        ("quality", f"{article.quality:.2f}"),
        ("revision", str(clipping.revision) if clipping.revision > 1 else ""),
    ]
    head = [f"{name:10} {value}" for name, value in facts if value]
    return "\n".join([article.title or "(no title)", "", *head, "", article.text])


def family(members: Sequence[Clipping], shown: str) -> str:
    """Who has the story: the best copy first, each with how it relates to the others; ``shown`` is marked."""
    ranked = sorted(members, key=lambda one: (not (one.cluster and one.cluster.is_canonical), _when(one.article)))
    center = ranked[0].article.id  # each copy is told against the best one
    lines = ["", f"{len(members)} copies of this story:"]
    for one in ranked:
        article = one.article
        best = "  best copy" if one.cluster and one.cluster.is_canonical else ""
        here = "  <- this one" if article.id == shown else ""
        lines.append(f"  {_when(article)}  {article.id}  {article.site or article.origin}{best}{here}")
        lines += [f"      {_told(match)}" for match in one.matches if match.other == center][:1]
    if first := next((one.cluster for one in ranked if one.cluster and one.cluster.earliest_url), None):
        lines.append(f"  seems to come from {first.earliest_url}")
    return "\n".join(lines)


def _told(match: Match) -> str:
    differ = "; ".join(f"{this} here, {other} there" for this, other in match.evidence.numbers_differ[:2])
    return (
        f"{match.kind} {match.other}: {match.containment:.0%} of this text is in it"
        f"{'; numbers differ: ' + differ if differ else ''}"
    )


def _when(article: Article) -> str:
    return f"{article.published:%Y-%m-%d %H:%M}" if article.published else "no date         "


def _counts(counts: object) -> str:
    return ", ".join(f"{kind} {n}" for kind, n in counts.items()) if isinstance(counts, dict) else ""
