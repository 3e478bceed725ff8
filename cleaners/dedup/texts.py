"""Texts of a Python program: which are copies of each other, all at once or as they come.

>>> story = "昆玉县青禾镇的跨河大桥五月底合龙，全桥长四百二十米，施工队前后用了十四个月，比原定工期提前了近两个月。" * 2
>>> other = "临河市图书馆的新馆月初起对读者开放，馆内藏书三十二万册，阅览座位一千二百个，周末也不闭馆。" * 2
>>> [(one.cluster, one.size) for one in deduplicate([story, other, "转载：" + story])]
[(0, 2), (1, 1), (0, 2)]
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Self

import numpy as np

from cleaners.dedup import fingerprint, verify
from cleaners.dedup.corpus.cluster_assignment import ClusterAssigner
from cleaners.dedup.corpus.engine import CorpusDeduplicator
from cleaners.dedup.corpus.intake import TextFile
from cleaners.dedup.corpus.member_traits import look
from cleaners.dedup.corpus.reading import CorpusRecord, CorpusSource, Id, records
from cleaners.dedup.corpus.writing import OutputColumns, write_records
from cleaners.dedup.fingerprint import DocumentKeys, FingerprintSettings, NormalForms
from cleaners.dedup.index import IndexLimits
from cleaners.dedup.index.runs import MemoryIndex
from cleaners.errors import InputError, UsageError
from cleaners.items import MatchKind

if TYPE_CHECKING:
    from datasketch import MinHashLSH

_BATCH = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLabel:
    """What a text is among the others."""

    cluster: int
    """Number of the first text of its cluster, from 0."""
    size: int
    """Texts in the cluster."""
    is_canonical: bool
    """Whether it is the best copy: exactly one in each cluster is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextMatch:
    """An earlier text that a text was matched with."""

    id: Id
    kind: MatchKind
    similarity: float
    """Share of both together that they have in common, 0..1."""
    containment: float
    """Share of the text found in the earlier one."""
    covered: float
    """Share of the earlier one found in the text."""


def deduplicate(texts: Iterable[str]) -> list[TextLabel]:
    """The clusters of some texts, in their order; as ``jianbao dedup`` finds them. They are kept in temporary files.

    Raises TypeError, with its number, for what is no text.
    """
    source = _checked(texts)
    clusters = ClusterAssigner()
    with TemporaryDirectory(prefix="jianbao-") as name:
        folder = Path(name)
        with CorpusDeduplicator(folder) as corpus, TextFile(folder) as kept:
            while batch := list(islice(source, _BATCH)):
                corpus.add(batch)
                kept.add(batch)
            for _, found in corpus.matches():
                for one in found:
                    clusters.add(one)
            labels = clusters.labels({doc: look(kept[doc]) for doc in sorted(clusters.docs())}, len(corpus))
    rows = zip(labels.cluster.tolist(), labels.size.tolist(), labels.canonical.tolist(), strict=True)
    return [TextLabel(cluster=cluster, size=size, is_canonical=best) for cluster, size, best in rows]


def _checked(texts: Iterable[str]) -> Iterator[str]:
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise TypeError(
                f"text {number} is {type(text).__name__}, no str: leave it out, or give an empty text in its place"
            )
        yield text


class Deduplicator:
    """Texts in memory, each matched with those before it as it comes.

    Whole copies are proposed by the MinHash LSH of datasketch over the signatures of
    :func:`cleaners.dedup.fingerprint.minhash`, parts and spun copies by anchors; the verifier decides.

    >>> seen = Deduplicator()
    >>> seen.add("a", "昆玉县青禾镇的跨河大桥五月底合龙，全桥长四百二十米，施工队前后用了十四个月，比工期早了两个月。")
    ()
    >>> copy = "昆玉縣青禾鎮的跨河大橋五月底合龍，全橋長四百二十米，施工隊前後用了十四個月，比工期早了兩個月。"
    >>> seen.query(copy)[0].kind
    'exact'
    """

    def __init__(
        self,
        *,
        settings: FingerprintSettings = FingerprintSettings(),
        limits: IndexLimits = IndexLimits(),
        lsh: MinHashLSH | None = None,
    ) -> None:
        """``lsh``: another index than one in memory (``MinHashLSH(params=(25, 5), storage_config=...)``), empty.

        Raises UsageError for one that is not empty, or was made for other signatures.
        """
        from datasketch import MinHashLSH

        bands = (settings.bands, settings.rows)
        self._settings = settings
        self._lsh = MinHashLSH(num_perm=settings.permutations, params=bands) if lsh is None else lsh
        if (self._lsh.b, self._lsh.r) != bands or not self._lsh.is_empty():
            raise UsageError(
                "give an empty MinHashLSH(num_perm={permutations}, params={bands})",
                permutations=settings.permutations,
                bands=bands,
            )
        self._anchors = MemoryIndex(limits)
        self._numbers: dict[Id, int] = {}
        self._ids: list[Id] = []
        self._texts: list[str] = []

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def query(self, text: str) -> tuple[TextMatch, ...]:
        """The texts that this one matches, in the order in which they were added."""
        return self._matches(fingerprint.normal_forms([text]))

    def _matches(self, forms: NormalForms) -> tuple[TextMatch, ...]:
        if not len(forms.points):
            return ()
        whole = self._lsh.query(fingerprint.minhash_of(forms, self._settings))
        parts = self._anchors.query(self._anchor_keys(forms)).docs.tolist()
        others = sorted({*map(int, whole), *parts})
        every = forms.joined(fingerprint.normal_forms([self._texts[other] for other in others]))
        right = np.arange(1, len(others) + 1, dtype=np.int64)
        verdicts = verify.verify(every, np.zeros(len(others), dtype=np.int64), right)
        return tuple(
            TextMatch(
                id=self._ids[others[one.pair]],
                kind=one.kind,
                similarity=one.similarity,
                containment=one.left,
                covered=one.right,
            )
            for one in sorted(verdicts, key=lambda one: one.pair)
        )

    def add(self, name: Id, text: str) -> tuple[TextMatch, ...]:
        """Keep a text under an id; the earlier texts that it matches. Raises InputError for an id that is there."""
        if name in self._numbers:
            raise InputError("the id {name!r} is there already: give each text an id of its own", name=name)
        forms = fingerprint.normal_forms([text])
        found = self._matches(forms)
        self._keep(name, text, forms)
        return found

    def save(self, path: Path | str) -> None:
        """Write ids and texts as JSONL (``.gz``, ``.zst``) or Parquet: what ``jianbao dedup --against`` reads too."""
        rows = ({"id": name, "text": text} for name, text in zip(self._ids, self._texts, strict=True))
        write_records(path, rows, OutputColumns(names=("id", "text"), added=(), sources=(), ids={"id": self._ids}))

    @classmethod
    def load(cls, path: Path | str, *, settings: FingerprintSettings = FingerprintSettings()) -> Self:
        """From what :meth:`save` wrote, or any corpus with ``id`` and ``text``; nothing is compared.

        Raises UsageError, FormatError, InputError.
        """
        made = cls(settings=settings)
        for record in records(CorpusSource(path=Path(path), name=str(path))):
            if isinstance(record, CorpusRecord):
                if record.id in made:
                    raise InputError(
                        "{path}: the id {id!r} occurs twice: give each record an id of its own", path=path, id=record.id
                    )
                made._keep(record.id, record.text, fingerprint.normal_forms([record.text]))
        return made

    def _keep(self, name: Id, text: str, forms: NormalForms) -> None:
        number = self._numbers[name] = len(self._ids)
        self._ids.append(name)
        self._texts.append(text)
        if len(forms.points):
            self._lsh.insert(number, fingerprint.minhash_of(forms, self._settings), check_duplication=False)
            self._anchors.add(np.array([number], dtype=np.uint32), self._anchor_keys(forms))

    def _anchor_keys(self, forms: NormalForms) -> DocumentKeys:
        """The keys of a text without its bands, which the LSH of datasketch has."""
        keys = fingerprint.signatures_of(forms, self._settings)
        return DocumentKeys(bands=keys.bands[:, :0], anchors=keys.anchors, offsets=keys.offsets)
