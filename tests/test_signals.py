"""Signals of texts: counted by hand on twenty texts, and held against the published code where it is installed."""

from __future__ import annotations

import pytest

from cleaners.signals import duplicate_ngrams, duplicates, signals, top_ngram

LONG = "昆玉县青禾镇的跨河大桥五月底合龙，全桥长四百二十米，施工队前后用了十四个月。"
# text -> signals as they were counted by hand
EXPECTED: list[tuple[str, dict[str, float]]] = [
    ("", {"characters": 0, "tokens": 0, "lines": 0, "top_2gram": 0, "chinese": 0, "duplicate_lines": 0}),
    ("新桥通车。", {"characters": 5, "tokens": 4, "lines": 1, "chinese": 0.8, "line_end_punctuation": 1}),
    ("新桥\n通车", {"lines": 2, "mean_line_length": 2, "newlines_per_token": 0.25, "line_end_punctuation": 0}),
    ("共3座桥，长12米", {"tokens": 7, "digits": 0.3333, "chinese": 0.5556}),
    ("GDP 增长 5%", {"tokens": 4, "chinese": 0.2857, "digits": 0.1429}),
    ("甲甲甲甲", {"top_2gram": 1.5, "top_3gram": 1.5, "top_4gram": 0}),
    ("通车通车", {"top_2gram": 1, "top_3gram": 0}),
    ("今天雨。今天晴。", {"top_2gram": 0.5, "top_3gram": 0}),
    ("一\n一\n二", {"duplicate_lines": 0.3333, "duplicate_line_characters": 0.2}),
    ("一行\n\n一行\n\n另行", {"duplicate_paragraphs": 0.3333, "duplicate_paragraph_characters": 0.2}),
    ("甲乙丙丁戊甲乙丙丁戊", {"duplicate_5gram": 0.5, "duplicate_6gram": 0}),
    ("甲乙丙丁戊己甲乙丙丁戊己", {"duplicate_5gram": 0.4167, "duplicate_6gram": 0.5, "duplicate_7gram": 0}),
    ("一、路灯\n二、水管\n其他", {"list_lines": 0.6667}),
    ("• 路灯\n- 水管\n3. 井盖\n（四）树", {"list_lines": 1}),
    ("他说……\n明天再来...\n完。", {"ellipsis_lines": 0.6667}),
    ("短\n" + LONG, {"short_lines": 0.5, "lines": 2}),
    (LONG, {"short_lines": 0, "line_end_punctuation": 1, "language_score": 1, "characters": len(LONG)}),
    ("他问：“通车了吗？”\n没有", {"line_end_punctuation": 0.5}),
    ("  \n\n空行不算\n \n", {"lines": 1, "mean_line_length": 4}),
    ("𠀀𠀁通", {"tokens": 3, "chinese": 1}),
]


@pytest.mark.parametrize(("text", "expected"), EXPECTED, ids=range(len(EXPECTED)))
def test_signals_as_counted_by_hand(text: str, expected: dict[str, float]) -> None:
    found = signals(text)
    assert {name: getattr(found, name) for name in expected} == pytest.approx(expected, abs=1e-4)


def test_other_languages_have_a_score_too() -> None:
    english = "The new bridge opened on Monday, and the first buses crossed it in the afternoon."
    assert signals(english).language_score > 0.9
    assert signals("新桥 the new bridge").language_score < 0.6
    assert signals("12").language_score == 0


def test_repetition_is_that_of_the_published_code() -> None:
    published = pytest.importorskip("datatrove.pipeline.filters.gopher_repetition_filter")
    for text, _ in EXPECTED:
        tokens = list(text.replace("\n", ""))
        assert duplicates(text.split("\n")) == published.find_duplicates(text.split("\n"))
        for n in range(5, 11):
            assert duplicate_ngrams(tokens, n) == published.find_all_duplicate(tokens, n)
        for n in (2, 3, 4):
            # Theirs counts the blanks that it puts between words, and a run that stands once.
            runs = ["".join(tokens[at : at + n]) for at in range(len(tokens) - n + 1)]
            if len(set(runs)) < len(runs):
                assert top_ngram(tokens, n) == published.find_top_duplicate(runs)
