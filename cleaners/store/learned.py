"""What was learned from the pages: noise lines by site, word pairs of spun text. Reviewable, undoable.

Nothing is counted here while pages come in: the lines that a site repeats are counted from the texts the store has
anyway (``Articles.of_site``), and only those that turned out to be noise are kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cleaners.store.codec import now
from cleaners.store.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseLine:
    """A line that repeats across the pages of a site."""

    site: str
    """The site's id."""
    key: str
    """What lines are compared by."""
    example: str
    """One of them as it stood."""
    clusters: int
    """Different articles it stood in when it was learned (reposts of one article count once)."""
    undone: bool = False
    """Whether a person said that it is no noise: it is never applied again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordPair:
    """A word of spun text and the word it stands for, found by aligning a copy with its original."""

    spun: str
    """The word in the spun text."""
    plain: str
    """The word of the original."""
    count: int
    """Alignments that had it."""
    undone: bool
    """Whether a person said that it is no substitution."""


class LearnedTables:
    """The learned data of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def note(self, lines: Iterable[NoiseLine]) -> int:
        """Keep lines that were learned; what is known already keeps its state. Returns how many are new."""
        new = 0
        with self._db.transaction():
            for line in lines:
                known = self._db.execute(
                    "UPDATE noise_lines SET clusters = max(clusters, ?) WHERE site = ? AND key = ?",
                    (line.clusters, line.site, line.key),
                ).rowcount
                if not known:
                    new += 1
                    self._db.execute(
                        "INSERT INTO noise_lines (site, key, example, clusters, at) VALUES (?, ?, ?, ?, ?)",
                        (line.site, line.key, line.example, line.clusters, now()),
                    )
        return new

    def noise(self) -> dict[str, frozenset[str]]:
        """Site -> keys of its noise lines, without those undone."""
        found: dict[str, set[str]] = {}
        for site, key in self._db.rows("SELECT site, key FROM noise_lines WHERE NOT undone"):
            found.setdefault(site, set()).add(key)
        return {site: frozenset(keys) for site, keys in found.items()}

    def lines(self, site: str | None = None) -> list[NoiseLine]:
        """The lines of a site (of all sites), most frequent first, those undone too."""
        return [
            NoiseLine(site=s, key=k, example=e, clusters=c, undone=bool(undone))
            for s, k, e, c, undone in self._db.rows(
                "SELECT site, key, example, clusters, undone FROM noise_lines WHERE :site IS NULL OR site = :site "
                "ORDER BY site, clusters DESC, key", {"site": site},
            )
        ]  # fmt: skip

    def undo(self, site: str, key: str, *, undone: bool = True) -> bool:
        """Say that a line is no noise (or, ``undone=False``, that it is after all); False when it is not known."""
        return bool(self._db.execute(
            "UPDATE noise_lines SET undone = ? WHERE site = ? AND key = ?", (undone, site, key)
        ).rowcount)  # fmt: skip

    def add_pairs(self, pairs: Iterable[tuple[str, str, int]]) -> None:
        """Count word pairs (spun, plain, how often)."""
        with self._db.transaction():
            for pair in pairs:
                self._db.execute(
                    "INSERT INTO lexicon (spun, plain, count) VALUES (?, ?, ?) "
                    "ON CONFLICT DO UPDATE SET count = count + excluded.count", pair,
                )  # fmt: skip

    def pairs(self, *, least: int = 1, undone: bool = False) -> list[WordPair]:
        """Word pairs counted at least so often, most frequent first; those undone only when asked for."""
        return [
            WordPair(spun=s, plain=p, count=c, undone=bool(u))
            for s, p, c, u in self._db.rows(
                "SELECT spun, plain, count, undone FROM lexicon WHERE count >= ? AND (? OR NOT undone) "
                "ORDER BY count DESC, spun, plain", (least, undone),
            )
        ]  # fmt: skip

    def undo_pair(self, spun: str, plain: str, *, undone: bool = True) -> bool:
        """Say that a pair is no substitution (or take that back); False when it is not known."""
        return bool(self._db.execute(
            "UPDATE lexicon SET undone = ? WHERE spun = ? AND plain = ?", (undone, spun, plain)
        ).rowcount)  # fmt: skip
