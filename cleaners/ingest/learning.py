"""What is learned from the texts of a store: the lines that a site repeats on page after page."""

from __future__ import annotations

from collections.abc import Iterable

from cleaners.extract.boilerplate import site_lines as repeated
from cleaners.store import NoiseLine


def repeated_lines(site: str, pages: Iterable[tuple[str, str]]) -> list[NoiseLine]:
    """The lines a site repeats on page after page, from ``(cluster id, text)`` of its articles."""
    examples: dict[str, str] = {}
    keyed = []
    families = set()
    for cluster, text in pages:
        lines = {repeated.key(line): line for line in text.split("\n")}
        examples.update(lines)
        families.add(cluster)
        keyed.append((cluster, lines))
    counts = repeated.count(keyed)
    return [
        NoiseLine(site=site, key=key, example=examples[key], clusters=counts[key])
        for key in sorted(repeated.learn(counts, len(families)))
    ]
