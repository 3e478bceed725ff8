"""Fit the model of the marks between clauses (cleaners/data/clause-marks.json) on news as it was written.

    python benchmarks/train_clause_marks.py SHARED [-o cleaners/data/clause-marks.json] [--folds 5]

SHARED holds reposts (originals, templates, series) and gold texts of zhnews, zhtext, wildhtml. No shuffled text is
learned from. Printed is, out of fold (by the beginning of the text, templates together), how many texts are flagged as
shuffled as they are, and when benchmarks/shufflers.py has shuffled them. Needs scikit-learn, which jianbao
itself does not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections import Counter
from pathlib import Path
from zlib import crc32

import numpy as np
from scipy.sparse import csr_matrix
from shufflers import SHUFFLERS
from sklearn.linear_model import LogisticRegression

from cleaners.chinese.disguise.clause_order import MarkModel, clause_marks, features, has_chance_marks
from cleaners.chinese.script import fold

FEWEST = 25
"""Times that a feature was met."""
STRENGTH = 0.5
"""Inverse of the L2 penalty."""
Sample = tuple[str, str, int]
"""Name of the set, text, what tells its fold."""


def samples(shared: Path) -> list[Sample]:
    """Texts as they were written, folded."""
    found: list[Sample] = []
    for name in ("docs", "series_docs"):
        with gzip.open(shared / "reposts" / f"{name}.jsonl.gz", "rt", encoding="utf-8") as lines:
            for doc in map(json.loads, lines):
                kind = doc.get("cls", "series")
                if kind in ("orig", "series"):
                    found.append((kind, fold(doc["text"]), crc32(doc["text"][:6].encode())))
                elif kind.startswith("tmpl_"):
                    found.append(("templates", fold(doc["text"]), crc32(kind.encode())))
    for name in ("zhnews", "zhtext", "wildhtml"):
        for line in (shared / name / "gold.jsonl").read_text(encoding="utf-8").splitlines():
            gold = json.loads(line)
            text = fold(gold.get("text") or gold.get("body") or "")
            found.append(("web", text, crc32(text[:6].encode())))
    return found


def fit(texts: list[str]) -> MarkModel:
    """A model of the marks of these texts."""
    rows = [(one.mark, features(one)) for text in texts for one in clause_marks(text)]
    counts = Counter(name for _, names in rows for name in names)
    place = {name: at for at, name in enumerate(sorted(name for name, count in counts.items() if count >= FEWEST))}
    indices, ends = [], [0]
    for _, names in rows:
        indices += [place[name] for name in names if name in place]
        ends.append(len(indices))
    matrix = csr_matrix((np.ones(len(indices)), indices, ends), shape=(len(rows), len(place)))
    made = LogisticRegression(C=STRENGTH, max_iter=300).fit(matrix, [mark for mark, _ in rows])
    return MarkModel(
        bias=tuple(round(float(value), 2) for value in made.intercept_),
        weights={name: tuple(round(float(v), 2) for v in made.coef_[:, at]) for name, at in place.items()},
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("shared", type=Path)
    parser.add_argument("-o", "--out", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    args = parser.parse_args()
    every, source = samples(args.shared), random.Random(1)
    flagged, asked = Counter[str](), Counter[str]()
    for part in range(args.folds):
        model = fit([text for _, text, key in every if key % args.folds != part])
        for name, text, key in every:
            if key % args.folds != part:
                continue
            made = {name: text}
            if name == "orig":
                made |= {
                    kind: SHUFFLERS[kind](text, source) for kind in ("fragments", "fragments cut", "clauses rotated")
                }
            for kind, one in made.items():
                asked[kind] += 1
                flagged[kind] += has_chance_marks(one, model)
    for kind, count in asked.items():
        print(f"{kind:20} {flagged[kind]:6} of {count:6}  {flagged[kind] / count:.4f}", flush=True)
    if args.out:
        model = fit([text for _, text, _ in every])
        recipe = f"benchmarks/train_clause_marks.py: {len(every)} texts, features met {FEWEST} times, C {STRENGTH}"
        head = json.dumps({"recipe": recipe, "bias": model.bias})[:-1]
        body = ",\n".join(f"{json.dumps(k, ensure_ascii=False)}: {json.dumps(v)}" for k, v in model.weights.items())
        args.out.write_text(f'{head}, "weights": {{\n{body}\n}}}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
