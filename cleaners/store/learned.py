"""What was learned from the pages: noise lines by site, word pairs of spun text. Reviewable, undoable."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from cleaners.store.database import Database
from cleaners.store.rows import dump, load

_REMEMBERED = 24  # clusters remembered by line: enough to know that more are not needed


@dataclass(frozen=True, slots=True, kw_only=True)
class NoiseLine:
    """A line that repeats across the pages of a site."""

    site: str
    """The site's id."""
    key: str
    """What lines are compared by."""
    example: str
    """One of them as it stood."""
    pages: int
    """Pages it was seen on."""
    clusters: int
    """Different articles it was seen with (reposts of one article count once), at most 24."""
    undone: bool
    """Whether a person said that it is no noise: it never becomes active again."""


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


class Learned:
    """The learned data of a store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def observe(self, site: str, lines: Mapping[str, str], cluster_id: str) -> None:
        """Count the lines (key -> line) of one page of a site; lines seen with the same cluster count once."""
        with self._db.transaction():
            for key, example in lines.items():
                row = self._db.one("SELECT seen_in FROM noise_lines WHERE site = ? AND key = ?", (site, key))
                seen: list[str] = load(row[0]) if row else []
                if cluster_id not in seen and len(seen) < _REMEMBERED:
                    seen.append(cluster_id)
                self._db.execute(
                    "INSERT INTO noise_lines (site, key, example, pages, clusters, seen_in) VALUES (?, ?, ?, 1, ?, ?) "
                    "ON CONFLICT DO UPDATE SET pages = pages + 1, clusters = excluded.clusters, "
                    "seen_in = excluded.seen_in", (site, key, example, len(seen), dump(seen) or "[]"),
                )  # fmt: skip

    def noise(self, *, clusters: int) -> dict[str, frozenset[str]]:
        """Site -> keys of the lines seen with at least so many different articles and not undone."""
        found: dict[str, set[str]] = {}
        for site, key in self._db.rows(
            "SELECT site, key FROM noise_lines WHERE clusters >= ? AND state != 'undone'", (clusters,)
        ):
            found.setdefault(site, set()).add(key)
        return {site: frozenset(keys) for site, keys in found.items()}

    def lines(self, site: str, *, clusters: int = 1) -> list[NoiseLine]:
        """The lines of a site, most frequent first."""
        return [
            NoiseLine(site=s, key=k, example=e, pages=p, clusters=c, undone=state == "undone")
            for s, k, e, p, c, state in self._db.rows(
                "SELECT site, key, example, pages, clusters, state FROM noise_lines WHERE site = ? AND clusters >= ? "
                "ORDER BY clusters DESC, pages DESC, key", (site, clusters),
            )
        ]  # fmt: skip

    def undo(self, site: str, key: str, *, undone: bool = True) -> bool:
        """Say that a line is no noise (or, ``undone=False``, that it may be); False when it is not known."""
        state = "undone" if undone else "counted"
        return bool(self._db.execute(
            "UPDATE noise_lines SET state = ? WHERE site = ? AND key = ?", (state, site, key)
        ).rowcount)  # fmt: skip

    def add_pairs(self, pairs: Iterable[tuple[str, str, int]]) -> None:
        """Count word pairs (spun, plain, how often)."""
        self._db.executemany(
            "INSERT INTO lexicon (spun, plain, count) VALUES (?, ?, ?) "
            "ON CONFLICT DO UPDATE SET count = count + excluded.count", pairs,
        )  # fmt: skip

    def pairs(self, *, least: int = 1, undone: bool = False) -> list[WordPair]:
        """Word pairs counted at least so often, most frequent first; those undone only when asked for."""
        return [
            WordPair(spun=s, plain=p, count=c, undone=state == "undone")
            for s, p, c, state in self._db.rows(
                "SELECT spun, plain, count, state FROM lexicon WHERE count >= ? AND (? OR state != 'undone') "
                "ORDER BY count DESC, spun, plain", (least, undone),
            )
        ]  # fmt: skip

    def undo_pair(self, spun: str, plain: str, *, undone: bool = True) -> bool:
        """Say that a pair is no substitution (or take that back); False when it is not known."""
        state = "undone" if undone else "counted"
        return bool(self._db.execute(
            "UPDATE lexicon SET state = ? WHERE spun = ? AND plain = ?", (state, spun, plain)
        ).rowcount)  # fmt: skip
