"""Build cleaners/data/fold.txt: what the normal form for comparing makes of each character and of some words.

    python benchmarks/build_fold.py -o cleaners/data/fold.txt

From Unicode (NFKC, case folding, what is a letter or digit) and from the dictionaries of the installed OpenCC
(Apache-2.0), read with its own ``opencc_dict``. Characters that any direction of any standard maps to one another
fall into one class (发 發 髮; 了 瞭; 复 復 複 覆), and so do words that the Taiwan and Hong Kong standards exchange
(网络 網路). Each class of characters is written as a simplified member, each class of words as its shortest.
Nothing of this is needed at run time.
"""

from __future__ import annotations

import argparse
import subprocess
import tempfile
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

REVISION = 2
"""Goes up when this script makes other folds of the same sources."""
CHARACTERS = ("TSCharacters", "STCharacters", "TWVariants", "HKVariants", "CJK_Compatibility_Ideographs")
WORDS = ("TWPhrases", "HKPhrases")


class Classes:
    """Union-find, then a chosen member stands for each class."""

    def __init__(self) -> None:
        self.parent: dict[str, str] = {}

    def find(self, item: str) -> str:
        """The root of the class of ``item``."""
        while (up := self.parent.setdefault(item, item)) != item:
            item = up
        return item

    def join(self, one: str, other: str) -> None:
        """Put both into one class."""
        self.parent[self.find(one)] = self.find(other)

    def chosen(self, rank: Callable[[str], object]) -> dict[str, str]:
        """Each item with the member of its class that ranks lowest."""
        members = defaultdict(list)
        for item in self.parent:
            members[self.find(item)].append(item)
        return {item: min(group, key=rank) for group in members.values() for item in group}


def dictionary(name: str) -> Iterator[tuple[str, list[str]]]:
    """The entries of one OpenCC dictionary: key, alternatives."""
    spec = find_spec("opencc")
    assert spec is not None
    assert spec.origin is not None
    home = Path(spec.origin).parent / "clib"
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder, "out.txt")
        subprocess.run(
            [
                home / "bin" / "opencc_dict",
                "-i",
                home / "share" / "opencc" / f"{name}.ocd2",
                "-o",
                out,
                "-f",
                "ocd2",
                "-t",
                "text",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        for line in sorted(out.read_text(encoding="utf-8").splitlines()):
            key, _, values = line.partition("\t")
            yield key, values.split(" ")


def character_classes() -> dict[str, str]:
    """Characters that are one and the same for comparing, with the common simplified one that stands for them."""
    classes = Classes()
    simplified = set()
    for name in CHARACTERS:
        for key, values in dictionary(name):
            for value in values if name != "TSCharacters" else values[:1]:
                classes.join(key, value)
            if name == "STCharacters":
                simplified.add(key)
    for name in WORDS:
        for key, values in dictionary(name):
            if len(key) == len(values[0]) == 1:
                classes.join(key, values[0])
    return classes.chosen(lambda char: (char not in simplified, not "\u4e00" <= char <= "\u9fff", char))


def folded(char: str, classes: dict[str, str]) -> str:
    """What the normal form makes of one character: nothing, itself, or others."""
    compat = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", char).casefold())
    return "".join(classes.get(c, c) for c in compat if c.isalnum())


def table(classes: dict[str, str]) -> tuple[list[tuple[int, int]], dict[int, str]]:
    """Ranges of code points kept as they are, and what the others that are kept become."""
    same, other = [], {}
    for point in range(0x110000):
        if 0xD800 <= point < 0xE000:
            continue
        form = folded(chr(point), classes)
        if form == chr(point):
            same.append(point)
        elif form:
            other[point] = form
    runs = []
    for _, run in groupby(enumerate(same), lambda pair: pair[1] - pair[0]):
        points = [point for _, point in run]
        runs.append((points[0], points[-1]))
    return runs, other


def word_classes(other: dict[int, str]) -> dict[str, str]:
    """Words that regional standards exchange, in the normal form, with the word that stands for them."""

    def normal(word: str) -> str:
        return "".join(other.get(ord(c), c if c.isalnum() else "") for c in word)

    classes = Classes()
    for name in WORDS:
        for key, values in dictionary(name):
            for value in values:
                if min(len(normal(key)), len(normal(value))) > 1:
                    classes.join(normal(key), normal(value))
    shortest = classes.chosen(lambda word: (len(word), word))  # so that no text grows
    return dict(sorted(shortest.items()))  # with those that stay: a word that is read takes its characters with it


def write(lines: Iterable[str], path: Path) -> None:
    """Write the data file."""
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("-o", "--out", type=Path, required=True)
    out = parser.parse_args().out
    runs, other = table(character_classes())
    words = word_classes(other)
    write(
        [
            f"# recipe: fold {REVISION}, nfkc {unicodedata.unidata_version}, casefold, alphanumerics, "
            f"opencc {version('opencc')}",
            "# written by benchmarks/build_fold.py from Unicode and OpenCC's dictionaries (Apache-2.0); do not edit",
            "# keep: ranges of code points that stay. char: code point, what it becomes. word: word, what it becomes.",
            *(f"keep\t{first:X}-{last:X}" for first, last in runs),
            *(f"char\t{point:X}\t{form}" for point, form in other.items()),
            *(f"word\t{word}\t{form}" for word, form in words.items()),
        ],
        out,
    )


if __name__ == "__main__":
    main()
