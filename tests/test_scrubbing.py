"""Personal data replaced by marks: every planted number is found, and nothing else is touched."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from cleaners.scrubbing import KINDS, scrub

MARKS = {kind.name: kind.mark for kind in KINDS}
# None of these belongs to anybody: ID numbers of a region code that was never given out or a made serial with its
# check digit, the test numbers of card issuers, reserved domains.
PLANTED = {
    "mobile": [
        "13800138000",
        "138-0013-8000",
        "138 0013 8000",
        "+86 13800138000",
        "8613800138000",
        "１３８００１３８０００",
    ],
    "email": ["someone@example.com", "a.b-c+d@mail.example.org", "ｓｏｍｅｏｎｅ＠example.com"],
    "id_number": [
        "11010519491231002X",
        "11010519491231002x",
        "440524198001010013",
        "１１０１０５１９４９１２３１００２X",
    ],
    "bank_card": ["6222020000000000000", "4111111111111111", "5555 5555 5555 4444", "4111-1111-1111-1111"],
    "plate": ["京A12345", "沪B·D1234", "粤B12345D", "浙AD12345", "川A·F0X12", "皖A1234警"],
}
KEPT = [
    "热线电话12345，传真0571-88888888，邮编310000。",
    "订单号202403151380013800012，批号13800138000123。",
    "身份证号码为110105194912310021的样例校验位不对。",  # the check digit is wrong
    "本期中奖号码4111111111111112。",  # no check digit of a card
    "总投资13800138000.00元。",
    "京九铁路、沪A股、粤B组12345人。",
    "微博@新桥日报，微信公众号newbridge。",
    "文号：昆政发〔2024〕13号，编号A13800138000。",
    "气温-13.8至18.6度，时间2024-03-15 13:45。",
]


@pytest.mark.parametrize(("kind", "planted"), [(kind, one) for kind, every in PLANTED.items() for one in every])
def test_every_planted_number_is_found_wherever_it_stands(kind: str, planted: str) -> None:
    for text in (
        planted,
        f"联系人王先生，{planted}。",
        f"（{planted}）",
        f"号码：{planted}，请保存",
        f"{planted}\n{planted}",
    ):
        found = scrub(text)
        assert found.text == text.replace(planted, MARKS[kind]), text
        assert found.counts == {kind: text.count(planted)}


@pytest.mark.parametrize("text", KEPT)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert scrub(text).text == text


def test_scrubbing_again_changes_nothing() -> None:
    text = "，".join(one for every in PLANTED.values() for one in every)
    once = scrub(text)
    assert sum(once.counts.values()) == sum(map(len, PLANTED.values()))
    assert scrub(once.text).text == once.text


def test_no_mark_in_articles_without_personal_data(shared: Path) -> None:
    with gzip.open(shared / "reposts" / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        texts = [json.loads(line)["text"] for line in file]
    assert len(texts) > 9000
    assert not [text for text in texts[::3] if scrub(text).counts]
