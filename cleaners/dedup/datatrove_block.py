"""A block for pipelines of datatrove (extra ``corpora``, https://github.com/huggingface/datatrove)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from datatrove.data import Document, DocumentsPipeline
from datatrove.pipeline.base import PipelineStep

from cleaners.dedup.texts import deduplicate


class RepostClusters(PipelineStep):  # type: ignore[misc]
    """Gives the documents of a task ``cluster_id``, ``cluster_size`` and ``is_canonical`` in their ``metadata``.

    The documents of one task are held at once and matched with each other, not with those of other tasks: run it with
    one task, or after documents were brought together; for more than a machine holds there is
    ``jianbao dedup --engine spark``.
    """

    type = "🫂 - DEDUP"
    name = "✂️ Reposts (jianbao)"

    def __init__(self, *, canonical_only: bool = False) -> None:
        """``canonical_only``: let only the best copy of each cluster pass."""
        super().__init__()
        self.canonical_only = canonical_only

    def run(self, data: DocumentsPipeline, rank: int = 0, world_size: int = 1) -> Iterator[Document]:
        """The documents with their clusters, in their order."""
        documents: list[Any] = list(data or ())
        with self.track_time():
            labels = deduplicate(document.text for document in documents)
        for document, label in zip(documents, labels, strict=True):
            document.metadata |= {
                "cluster_id": documents[label.cluster].id,
                "cluster_size": label.size,
                "is_canonical": label.is_canonical,
            }
            self.update_doc_stats(document)
            if label.is_canonical or not self.canonical_only:
                self.stat_update("kept")
                yield document
            else:
                self.stat_update("copies")
