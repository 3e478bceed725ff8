"""Jammer strings: the noise that forum software sets between lines against copying, left in the copied text.

Discuz! makes it of random pairs, ``chr(32..59)``, a space, ``chr(63..126)`` (its ``jammer`` function), so that what is
left is a run of single signs: ``7 x' R9 j- q! Z``. Formulas have operators only, enumerations letters only.
"""

from __future__ import annotations

import re

from cleaners.characters import HAN
from cleaners.chinese.disguise.punctuation import RepairedText

_BESIDE = rf"{HAN}，。！？；：、“”‘’（）《》【】…—"
_RUN = re.compile(
    rf"(?:^|(?<=[{_BESIDE}]))[ \t]*(?P<run>[!-~]{{1,3}}(?: [!-~]{{1,3}}){{4,40}})[ \t]*(?=$|[{_BESIDE}])", re.M
)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+|\A[ \t]*\n+|\n[ \t]*\Z")
_ODD = re.compile(r"[!\"#$&';?@\\^_`|~\[\]{}]")  # in no formula, unit or enumeration
_WORD = re.compile(r"[A-Za-z]{3}|[0-9]{3}")
_LETTER, _OTHER = re.compile("[A-Za-z]"), re.compile("[^A-Za-z ]")
_FEWEST_KINDS = 3  # of signs and digits in a run
_FEWEST_RUNS, _FEWEST_ODD, _ODD_PER_RUN = 2, 3, 0.5


def is_jammed(text: str) -> bool:
    """Whether jammer strings stand between the lines of a text."""
    if " " not in text:
        return False
    runs = [match["run"] for match in _RUN.finditer(text) if _is_noise(match["run"])]
    odd = sum(len(_ODD.findall(run)) for run in runs)
    return len(runs) >= _FEWEST_RUNS and odd >= max(_FEWEST_ODD, _ODD_PER_RUN * len(runs))


def repair(text: str) -> RepairedText:
    """Take out every jammer string of a text that is jammed, and the lines that had nothing else."""
    number = 0

    def without(match: re.Match[str]) -> str:
        nonlocal number
        if not _is_noise(match["run"]):
            return match.group()
        number += 1
        return ""

    changed = _RUN.sub(without, text)
    if not number:
        return RepairedText(text=text, repairs={})
    changed = _BLANK_LINES.sub(lambda gap: "\n" if gap.start() and gap.end() < len(changed) else "", changed)
    return RepairedText(text=changed, repairs={"jammer strings": number})


def _is_noise(run: str) -> bool:
    return not _WORD.search(run) and len(_LETTER.findall(run)) >= 2 and len(set(_OTHER.findall(run))) >= _FEWEST_KINDS
