"""The syllables of Mandarin in pinyin, without tones, ``v`` for ü (GB/T 16159, Xiandai Hanyu Cidian's table)."""

from __future__ import annotations

_GKH = "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang"
_JQX = "i ia ie iao iu ian iang in ing iong u ue uan un v ve van vn"
_CS = "a e i ai ao ou an en ang eng ong u uo ui uan un"
_FINALS = {
    "": "a o e ai ei ao ou an en ang eng er",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ei ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian iang in ing u uo uan un v ve ue",
    "l": "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian iang in ing u uo uan un v ve ue",
    "g": _GKH,
    "k": _GKH,
    "h": _GKH,
    "j": _JQX,
    "q": _JQX,
    "x": _JQX,
    "zh": "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "ch": "a e i ai ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u ua uo ui uan un",
    "z": "a e i ai ei ao ou an en ang eng ong u uo ui uan un",
    "c": _CS,
    "s": _CS,
    "y": "a o e ao ou an ang i in ing ong u ue uan un",
    "w": "a o ai ei an en ang eng u",
}
SYLLABLES = frozenset(initial + final for initial, finals in _FINALS.items() for final in finals.split())
"""All syllables."""
_LONGEST = max(map(len, SYLLABLES))
_ALONE = frozenset(("m", "n", "ng", "hm", "hng"))


def is_word(letters: str) -> bool:
    """Whether the letters are one or more syllables; 儿 may close one as ``r``. Linear in the length."""
    reached = [True] + [False] * len(letters)
    for at in range(len(letters)):
        if not reached[at]:
            continue
        for end in range(at + 1, min(at + _LONGEST, len(letters)) + 1):
            if letters[at:end] in SYLLABLES:
                reached[end] = True
                if letters[end : end + 1] == "r":
                    reached[end + 1] = True
    return bool(letters) and (reached[-1] or letters in _ALONE)
