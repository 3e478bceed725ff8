"""Verified pairs: kept in a file until the clusters are decided, then written with whether they make one."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from cleaners.dedup.corpus.cluster_assignment import KINDS
from cleaners.dedup.corpus.reading import Id
from cleaners.dedup.corpus.writing import json_line
from cleaners.dedup.match import MatchFound
from cleaners.dedup.passages import SharedPassage
from cleaners.items import Evidence

_ROW = struct.Struct("<IIBddd")
_NO_EVIDENCE = Evidence(shared=0)


class PairFile:
    """Matches in a file of ``folder``, in the order in which they were added; 33 bytes each."""

    def __init__(self, folder: Path) -> None:
        self._file = (folder / "pairs").open("w+b")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def add(self, found: MatchFound) -> None:
        """One match; its evidence is not kept."""
        shares = (found.similarity, found.containment, found.covered)
        self._file.write(_ROW.pack(found.doc, found.other, KINDS.index(found.kind), *shares))

    def __iter__(self) -> Iterator[MatchFound]:
        self._file.seek(0)
        while row := self._file.read(_ROW.size):
            doc, other, kind, similarity, containment, covered = _ROW.unpack(row)
            yield MatchFound(
                doc=doc,
                other=other,
                kind=KINDS[kind],
                similarity=similarity,
                containment=containment,
                covered=covered,
                evidence=_NO_EVIDENCE,
            )


def pair_line(
    found: MatchFound,
    ids: Sequence[Id] | Mapping[int, Id],
    *,
    same_cluster: bool,
    passages: Sequence[SharedPassage] | None = None,
) -> bytes:
    """A verified pair as a line of JSON, the earlier record first; ``passages``: what both have, where it is asked
    for."""
    line: dict[str, Any] = {
        "a": ids[found.other],
        "b": ids[found.doc],
        "kind": found.kind,
        "similarity": round(found.similarity, 4),
        "containment": round(max(found.containment, found.covered), 4),
        "a_in_b": round(found.covered, 4),
        "b_in_a": round(found.containment, 4),
        "same_cluster": same_cluster,
    }
    if passages is not None:
        line["passages"] = [{"a": [p.begin_a, p.end_a], "b": [p.begin_b, p.end_b], "text": p.text} for p in passages]
    return json_line(line) + b"\n"
