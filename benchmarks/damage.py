"""What damage is undone, by kind, on texts with gold: charsets that were wrong, bytes that were lost, insertions.

    python benchmarks/damage.py ../shared/zhnews [KIND...]

"restored": equal to the text before; "lost": characters that are U+FFFD now; "wrong": characters that neither the text
had nor the damaged one; "told": what is not restored and has a disguise or repairs; the first row is false changes.
"""

from __future__ import annotations

import json
import random
import re
import sys
from collections import Counter
from pathlib import Path

from cleaners.characters import HAN
from cleaners.chinese import disguise
from cleaners.page.decode import mojibake
from cleaners.page.lines import fragment

_READINGS = dict(
    zip("的一是了在有人中大年", ["de", "yī", "shì", "le", "zài", "yǒu", "rén", "zhōng", "dà", "nián"], strict=True)
)
_NARROW = str.maketrans("，。！？：；（）", ",.!?:;()")
_READ = [
    *(("utf-8", wrong) for wrong in ("latin-1", "cp1252", "cp437", "cp1251", "gb18030", "gbk", "cp932", "big5")),
    *(("gb18030", wrong) for wrong in ("latin-1", "cp1252", "cp437", "big5")),
]


def misread(text: str, right: str, wrong: str) -> str:
    """A text whose bytes were decoded in a wrong charset, as decoders of single bytes or of two do."""
    data = text.encode(right)
    if wrong in ("gb18030", "gbk", "cp932", "big5"):
        return data.decode(wrong, "replace")
    return "".join(bytes((byte,)).decode(wrong, "replace").replace("\ufffd", chr(byte)) for byte in data)


def slipped(text: str, chance: random.Random) -> str:
    """A text in which each paragraph lost the first byte of a character to a question mark."""
    lines = []
    for line in text.split("\n"):
        at = chance.randrange(len(line) // 2 + 1) if len(line) > 30 else 0
        data = line[at:].encode("gb18030")
        mark = b"?" if at and data[:1] >= b"\x81" else data[:1]
        lines.append(line[:at] + (mark + data[1:]).decode("gb18030", "replace"))
    return "\n".join(lines)


def pieces(text: str, title: str) -> str:
    """A text with pieces of its title behind its marks."""
    cut = [title[at : at + 2] for at in range(0, len(title) - 1, 2)]
    number = iter(range(len(text)))
    return re.sub("[，。；]", lambda mark: mark[0] + cut[next(number) % len(cut)], text)


def jammed(text: str, chance: random.Random) -> str:
    """A text with Discuz! jammer strings between its paragraphs, as browsers copy them: several spaces are one."""

    def jammer() -> str:
        signs = (f"{chr(chance.randrange(32, 60))} {chr(chance.randrange(63, 127))}" for _ in range(8))
        return re.sub(" +", " ", "".join(signs)).strip()

    return text.replace("\n", f"\n{jammer()}\n") + f"\n{jammer()}"


def scattered(text: str, signs: str, share: float, chance: random.Random) -> str:
    """A text with one of ``signs`` behind this share of its Chinese characters."""
    return re.sub(f"[{HAN}]", lambda char: char[0] + (chance.choice(signs) if chance.random() < share else ""), text)


def read_aloud(text: str) -> str:
    """A text with the reading behind the commonest characters, in brackets."""
    return re.sub("[的一是了在有人中大年]", lambda char: f"{char[0]}({_READINGS[char[0]]})", text)


def main(folder: Path, asked: list[str]) -> None:
    """Print a table of the kinds, or of those that are asked for."""
    bodies = [json.loads(line)["body"] for line in (folder / "gold.jsonl").read_text(encoding="utf-8").splitlines()]
    title, chance = "流动书车开进三道沟村", random.Random(7)
    kinds = {
        "undisguised": bodies,
        **{f"{right} as {wrong}": [misread(body, right, wrong) for body in bodies] for right, wrong in _READ},
        "twice cp1252": [misread(misread(body, "utf-8", "cp1252"), "utf-8", "cp1252") for body in bodies],
        "a byte lost in each paragraph": [slipped(body, chance) for body in bodies],
        "pieces of the title": [pieces(body, title) for body in bodies],
        "keyword behind paragraphs": [re.sub("(?<=。)$", "k8棋牌官网", body, flags=re.M) for body in bodies],
        "jammer strings": [jammed(body, chance) for body in bodies],
        "invisible characters": [scattered(body, "\u200b\u200c\u2060", 0.2, chance) for body in bodies],
        "private-use glyphs": [scattered(body, "\ue011\ue3a5\uf8d0", 0.05, chance) for body in bodies],
        "spaces inside words": [scattered(body, " ", 0.2, chance) for body in bodies],
        "doubled marks": [re.sub("[，。]", lambda mark: mark[0] * 2, body) for body in bodies],
        "marks in ASCII": [body.translate(_NARROW) for body in bodies],
        "readings in brackets": [read_aloud(body) for body in bodies],
        "numeric entities": ["".join(f"&#{ord(c)};" if c > "\x7f" else c for c in body) for body in bodies],
    }
    print("| kind | restored | lost | wrong | told |\n|---|---|---|---|---|")
    for kind, worn in kinds.items():
        if asked and kind not in asked:
            continue
        equal = told = lost = wrong = 0
        for before, damaged in zip(bodies, worn, strict=True):
            read = mojibake.mend(fragment.unescaped(damaged))
            diagnosis = disguise.diagnose(read.text, title)
            done = disguise.repair(read.text, diagnosis)
            equal += done.text == before
            signs = read.segments or diagnosis.disguises or disguise.lost_share(done.text) >= disguise.MUCH_LOST
            told += done.text != before and bool(signs)
            lost += done.text.count("\ufffd")
            foreign = Counter(done.text) - Counter(before) - Counter(damaged)
            wrong += sum(number for char, number in foreign.items() if char != "\ufffd")
        size = sum(map(len, bodies))
        print(
            f"| {kind} | {equal / len(bodies):.2f} | {lost / size:.3f} | {wrong / size:.4f} "
            f"| {told} of {len(bodies) - equal} |"
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
