"""Which script and which language a text is in."""

from __future__ import annotations

from functools import cache
from typing import Any

from cleaners.chinese.script.census import census
from cleaners.chinese.script.characters import scripts
from cleaners.chinese.script.conversion import standard_traditional, to_simplified, to_traditional
from cleaners.items import Script

_SAMPLE = 5000  # characters that are enough to tell a language
_MIXED = 0.15  # share of the rarer script's own characters from which on a text is mixed
_LATIN_PER_HAN = 3  # a Chinese character says as much as about three letters
_FEWEST_LETTERS = 20  # under this no language is named
_SURE = 0.7
# Characters that traditional writers use for two: 公布 and 公佈, 周六 and 週六, 水表, 了解, 占有, 標志, 雇用.
_IN_USE = frozenset("周表布占了注托志游台才群升伙杰炮岩梁欲折卷家局扎扣雇泛秘恤咨克借核溪烟灶背奸")
_FEWEST_MISTAKEN = 2
# Languages a news crawl meets. Written with characters of their own, zh, ja and ko never reach the model.
_LANGUAGES = (
    *("ar", "bg", "bn", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id"),
    *("it", "ka", "kk", "km", "ky", "lo", "lt", "lv", "mn", "ms", "ne", "nl", "no", "pl", "ps", "pt", "ro", "ru"),
    *("sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th", "tl", "tr", "ug", "uk", "ur", "vi"),
)


def detect(text: str) -> Script:
    """The script of a text; ``other`` when it is not Chinese (Japanese included)."""
    counts = census(text)
    if counts.han == 0 or counts.kana > 0.1 * counts.han or counts.hangul > counts.han:
        return "other"
    if counts.simplified + counts.traditional == 0:
        return "simplified"
    share = counts.traditional / (counts.simplified + counts.traditional)
    if share <= _MIXED:
        return "simplified"
    return "traditional" if share >= 1 - _MIXED else "mixed"


def language(text: str) -> str | None:
    """The ISO 639-1 code of the text's language, None when there is too little to tell.

    Chinese, Japanese and Korean by their characters; the rest by py3langid (loaded at first use).
    """
    sample = text[:_SAMPLE]
    counts = census(sample)
    chinese = counts.han + counts.kana
    if (chinese + counts.hangul) * _LATIN_PER_HAN > counts.letters:
        if counts.hangul > chinese:
            return "ko"
        return "ja" if counts.kana > 0.1 * chinese else "zh"
    if counts.letters < _FEWEST_LETTERS:
        return None
    code, probability = _identifier().classify(sample)
    return str(code) if probability >= _SURE else None


def language_score(text: str) -> float:
    """How sure :func:`language` is, 0..1: for Chinese, Japanese and Korean the share of their characters among all
    letters (a Latin letter counts as a part of one), for the rest the probability that py3langid gives; 0 where there
    is too little to tell."""
    sample = text[:_SAMPLE]
    counts = census(sample)
    east_asian = (counts.han + counts.kana + counts.hangul) * _LATIN_PER_HAN
    if east_asian > counts.letters:
        return east_asian / (east_asian + counts.letters)
    if counts.letters < _FEWEST_LETTERS:
        return 0.0
    return float(_identifier().classify(sample)[1])


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(list(_LANGUAGES))
    return identifier


def conversion_mistakes(text: str) -> tuple[int, int]:
    """How often traditional text has a character that only a careless conversion leaves, and how often it could.

    One character alone is a habit of its writer (周 for 週, 表 for 錶 in meters are usual in many places), however
    often: then no mistake is counted. Machines make several.

    A machine that converts character by character leaves 里 in 这里 or 云 in 风云; OpenCC, which goes by phrases,
    knows better. Both counts are of characters for which simplified writing has one form and traditional several.
    """
    standard = standard_traditional(text)
    again = to_traditional(to_simplified(standard))
    if len(standard) != len(again):
        return 0, 0
    table = scripts()
    mistaken = [
        mine
        for mine, theirs in zip(standard, again, strict=True)
        if mine != theirs and mine not in table.to_simplified and theirs in table.to_simplified and mine not in _IN_USE
    ]
    mistakes = len(mistaken) if len(set(mistaken)) >= _FEWEST_MISTAKEN else 0
    chances = sum(char in table.to_simplified for char in again)
    return mistakes, chances
