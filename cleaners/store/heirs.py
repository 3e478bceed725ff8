"""Who stands in for a text that was superseded: the match index knows a family by one of its texts."""

from __future__ import annotations

from collections.abc import Sequence

from cleaners.store.database import Database


class Heirs:
    """The texts that superseded ones represented in the match index."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def of(self, docs: Sequence[int], *, within: float) -> dict[int, tuple[int, ...]]:
        """For each of the docs that is superseded or gone, the current ones of which it held the share ``within``.

        An heir may be superseded in its turn: then its heirs take its place.
        """
        found: dict[int, tuple[int, ...]] = {}
        for doc in self._superseded(docs):
            current: set[int] = set()
            met, open_ = {doc}, [doc]
            while open_:
                for heir, is_current in self._represented(open_.pop(), within):
                    if is_current:
                        current.add(heir)
                    elif heir not in met:
                        met.add(heir)
                        open_.append(heir)
            found[doc] = tuple(sorted(current))
        return found

    def holders(self, doc: int, *, within: float) -> frozenset[int]:
        """The current texts that hold the share ``within`` of a text and came before it."""
        rows = self._db.rows(
            "SELECT doc_a FROM matches JOIN articles ON doc = doc_a WHERE doc_b = ? AND current AND kind != 'spun' "
            "AND containment_b >= ?", (doc, within),
        )  # fmt: skip
        return frozenset(r[0] for r in rows)

    def left_by(self, doc: int) -> list[int]:
        """The current texts that an earlier text of the same article matched and this one does not."""
        rows = self._db.rows(
            "WITH old AS "
            "(SELECT doc FROM articles WHERE NOT current AND id = (SELECT id FROM articles WHERE doc = :doc)) "
            "SELECT doc FROM articles WHERE current AND doc != :doc "
            "AND doc IN (SELECT doc_b FROM matches WHERE doc_a IN old UNION "
            "SELECT doc_a FROM matches WHERE doc_b IN old) "
            "AND doc NOT IN (SELECT doc_a FROM matches WHERE doc_b = :doc UNION "
            "SELECT doc_b FROM matches WHERE doc_a = :doc) ORDER BY doc", {"doc": doc},
        )  # fmt: skip
        return [r[0] for r in rows]

    def _superseded(self, docs: Sequence[int]) -> list[int]:
        standing: set[int] = set()
        for i in range(0, len(docs), 500):
            part = docs[i : i + 500]
            marks = ",".join("?" * len(part))
            rows = self._db.rows(f"SELECT doc FROM articles WHERE current AND doc IN ({marks})", part)
            standing.update(r[0] for r in rows)
        return [doc for doc in docs if doc not in standing]

    def _represented(self, doc: int, within: float) -> list[tuple[int, bool]]:
        rows = self._db.rows(
            "SELECT doc_b, current FROM matches JOIN articles ON doc = doc_b "
            "WHERE doc_a = ? AND kind != 'spun' AND containment_b >= ?", (doc, within),
        )  # fmt: skip
        return [(heir, bool(current)) for heir, current in rows]
