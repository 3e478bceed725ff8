"""What tasks run, compiled before it is sent to executors: each would do it anew, at 26 s of CPU."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from cleaners.dedup.corpus import deduplicate
from cleaners.dedup.corpus.growing import GrowingAnchorSettings
from cleaners.dedup.fingerprint import normal_forms
from cleaners.dedup.index.search_kernels import KIND
from cleaners.dedup.partitioned.candidates import candidates
from cleaners.dedup.partitioned.grown import GrownRanges
from cleaners.dedup.partitioned.layout import PartitionLayout
from cleaners.dedup.partitioned.postings import dealt
from cleaners.dedup.verify.fragments import count_fragments

_TEXT = "渠水流到第三村以后，种棉花的人家都把滴灌带铺到了地头，一共三百二十亩。合作社说，今年的苗比去年早出了五天。"


def compile_kernels() -> None:
    """Have numba compile what matching runs, for the types that tasks give it; it keeps that on the disk.

    Takes a second or two where all of it is there already.
    """
    texts = [_TEXT, _TEXT[:40], _TEXT.replace("合作社", "供销社"), _TEXT[::-1]]
    with TemporaryDirectory(prefix="jianbao-") as folder:
        source, out = Path(folder, "texts.jsonl"), Path(folder, "matched.jsonl")
        records = (json.dumps({"id": str(number), "text": text}) for number, text in enumerate(texts))
        source.write_text("\n".join(records), encoding="utf-8")
        for documents_from in (0, len(texts) + 1):
            deduplicate(source, out, growing=GrowingAnchorSettings(documents_from=documents_from))
    _compile_for_tasks()


def _compile_for_tasks() -> None:
    """What only tasks run: two documents of one block that share an anchor and a band; forms as they come, read-only;
    and what is asked of few pairs."""
    layout = PartitionLayout(starts=np.array([0, 2], dtype=np.int64), key_bits=0, documents=2)
    keys = np.array([2, 2, 2 | int(KIND), 2 | int(KIND)], dtype=np.uint64)
    postings = keys << np.uint64(layout.doc_bits) | np.array([0, 1, 0, 1], dtype=np.uint64)
    (own,) = dealt(0, [postings], layout).lists
    candidates(own.block, [own.words], layout)
    forms = normal_forms([_TEXT, _TEXT])
    count_fragments(forms, np.array([0]), np.array([1]))
    forms.points.flags.writeable = False
    GrownRanges(layout, GrowingAnchorSettings()).add(forms, np.arange(2, dtype=np.uint32))
