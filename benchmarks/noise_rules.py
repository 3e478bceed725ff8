"""What each rule of noise does on reference pages: lines that meet it and are noise, lines that are an article's.

    python benchmarks/noise_rules.py FOLDER... [--made 300] [--write]

A FOLDER holds ``gold.jsonl`` (``id``, ``body``, ``optional``) and ``html/ID.html.gz`` or ``text/ID.txt``, or is the
folder of the five seeds (``gold.json`` with line numbers); ``--made`` adds pages of our own (made_html_pages.py). Every
line of every page is asked, wherever it stands. Prints the rules, the idle ones last; ``--write`` puts the counts into
``cleaners/data/noise-rules.toml``. A rule without a hit goes.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from made_html_pages import made_pages

from cleaners.chinese import script
from cleaners.extract.boilerplate import rules
from cleaners.extract.boilerplate.html_features import link_share
from cleaners.items import Line
from cleaners.page import decode
from cleaners.page import lines as blocks

RULES = Path(__file__).resolve().parent.parent / "cleaners" / "data" / "noise-rules.toml"
MADE_SEED = 2
_LETTERS = re.compile(r"\w")
_LONG = 12


def pages(folders: Sequence[Path], made: int) -> Iterator[tuple[tuple[Line, ...], str, tuple[str, ...]]]:
    """The lines, the gold body and the credits that may stay or go of every page."""
    for folder in folders:
        if (folder / "gold.json").exists():
            yield from _numbered(folder)
            continue
        for row in map(json.loads, (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()):
            zipped = folder / "html" / f"{row['id']}.html.gz"
            body = gzip.decompress(zipped.read_bytes()) if zipped.exists() else None
            body = body or (folder / "text" / f"{row['id']}.txt").read_bytes()
            yield blocks.read(decode.decode(body).text).lines, row["body"], tuple(row.get("optional") or ())
    for page in made_pages(made, MADE_SEED):
        yield blocks.read(page.html).lines, page.body, page.optional


def _numbered(folder: Path) -> Iterator[tuple[tuple[Line, ...], str, tuple[str, ...]]]:
    """Pages of plain text whose gold is ranges of line numbers, from 1: what stays (keep), what may (either)."""
    for name, gold in json.loads((folder / "gold.json").read_text(encoding="utf-8")).items():
        if (folder / name).exists():
            text = (folder / name).read_text(encoding="utf-8")
            kept, free = (
                [line for first, last in gold[part] for line in text.split("\n")[first - 1 : last]]
                for part in ("keep", "either")
            )
            yield blocks.read(text).lines, "\n".join(kept), tuple(free)


def _key(text: str) -> str:
    return "".join(_LETTERS.findall(text))


def count(folders: Sequence[Path], made: int) -> tuple[Counter[str], dict[str, list[str]]]:
    """Rule -> lines of noise that meet it; rule -> lines of bodies that meet it."""
    hits: Counter[str] = Counter()
    errors: dict[str, list[str]] = defaultdict(list)
    for lines, gold, optional in pages(folders, made):
        paragraphs, whole = set(map(_key, gold.split("\n"))), _key(gold)
        may_stay = set(map(_key, optional))
        for line in lines:
            if len(line.text) > rules.longest():
                continue
            key = _key(line.text)
            is_body = key not in may_stay and (key in paragraphs or (len(key) > _LONG and key in whole))
            linked, cell = link_share(line) > 0.5, line.tag in ("td", "th")
            for rule in rules.hits(script.fold(line.text), linked=linked, cell=cell):
                if is_body:
                    errors[rule.name].append(line.text)
                else:
                    hits[rule.name] += 1
    return hits, errors


def write(hits: Counter[str], errors: dict[str, list[str]], path: Path) -> None:
    """Put the counts beside the rules, also of those that have none yet; nothing else of the file changes."""
    out = [
        line
        for line in path.read_text(encoding="utf-8").rstrip("\n").split("\n")
        if not re.match(r"(?:hits|errors) = \d+$", line)
    ]
    for name in reversed([rule.name for rule in rules.shipped_rules()]):
        begin = out.index(f'name = "{name}"')
        reason = next(i for i in range(begin, len(out)) if out[i].startswith("reason = "))
        out[reason + 1 : reason + 1] = [f"hits = {hits[name]}", f"errors = {len(errors.get(name, ()))}"]
    path.write_text("\n".join(out) + "\n", encoding="utf-8")


def main() -> None:
    """Count, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--made", type=int, default=300, help="pages of our own beside them")
    parser.add_argument("--write", action="store_true", help="put the counts into the file of the rules")
    arguments = parser.parse_args()
    hits, errors = count(arguments.folders, arguments.made)
    for rule in sorted(rules.shipped_rules(), key=lambda rule: -hits[rule.name]):
        wrong = errors.get(rule.name, [])
        print(f"{hits[rule.name]:6d} hits {len(wrong):3d} errors  {rule.name}  {'; '.join(sorted(set(wrong)))[:60]}")
    if arguments.write:
        write(hits, errors, RULES)


if __name__ == "__main__":
    main()
