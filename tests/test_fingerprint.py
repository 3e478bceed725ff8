"""The normal form and the signatures."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import numpy as np
import pytest

from cleaners.chinese import script
from cleaners.dedup import fingerprint
from cleaners.dedup.fingerprint import FingerprintSettings, normalize, signatures

TEXT = (
    "昨日上午，示例县举行春季造林启动仪式，来自12个乡镇的300余名干部群众在河滩栽下胡杨、沙枣等苗木4600株。"
    "县林草局负责人说，今年计划造林2.3万亩，重点放在风口和公路两侧，并发展林下经济。"
)
SHORT = ["好", "你好", "你们好", "大家都好"]


@pytest.mark.parametrize(
    "disguised",
    [
        TEXT.replace("，", ",").replace("、", "、,"),
        TEXT.replace("，", "，，").replace("造林", "造 林"),
        " ".join(TEXT),
        "\u200b".join(TEXT),
        TEXT.replace("林", "林\u00ad").replace("县", "\ufeff县\ue5f1"),
        TEXT.replace("发展", "发(fā)展(zhǎn)"),
        TEXT.replace("发展", "发展(fāzhǎn)(fāzhǎn)"),
        TEXT.replace("重点", "重（zhòng ）点（diǎn）"),
        TEXT.replace("重点", "重[zhong4]点【diǎn\ue5f1】"),
        TEXT.replace("12", "１２"),
        TEXT.replace("2.3", "2·3"),
    ],
)
def test_disguises_do_not_show(disguised: str) -> None:
    assert disguised != TEXT
    assert normalize(disguised) == normalize(TEXT)


@pytest.mark.parametrize(
    "text", ["世界卫生组织（WHO）", "特斯拉(Tesla)", "第二条(1)", "面积(12平方米)", "网址(a1.example/3)"]
)
def test_brackets_with_content_keep_it(text: str) -> None:
    inside = text[text.index("(" if "(" in text else "（") + 1 : -1]
    assert normalize(inside) in normalize(text)


def test_what_is_kept_and_what_goes() -> None:
    assert normalize("Ａｂ① ㎡½！？“”—…🙂\n\t") == "ab1m212"
    assert len(normalize("\ufdfa")) > 10  # one character, many letters
    assert normalize("") == ""
    assert normalize("\ud800坏\udfff") == "坏"


def test_traditional_and_regional_words_fold() -> None:
    for one, other in [
        ("网络", "網路"),
        ("了解", "瞭解"),
        ("恢复", "恢復"),
        ("覆盖", "覆蓋"),
        ("凭借", "憑藉"),
        ("台湾", "臺灣"),
        ("皇后", "皇後"),
        ("复苏", "復甦"),
        ("信息", "資訊"),
        ("头发", "頭髮"),
    ]:
        assert normalize(one) == normalize(other), one
    assert normalize(script.to_traditional(TEXT)) == normalize(TEXT)


def test_short_texts_do_not_collapse() -> None:
    made = signatures([*SHORT, "", "，"])
    values = fingerprint.minhash_values(fingerprint.normal_forms([*SHORT, "", "，"]))
    assert len(np.unique(values[:4], axis=0)) == 4
    assert made.bands[:4].any(axis=1).all()
    assert not made.bands[4:].any()
    assert (values[4:] == 0xFFFFFFFF).all()


def test_signatures_do_not_depend_on_the_batch() -> None:
    texts = [TEXT, "", SHORT[0], TEXT[:40], "\ufdfa" * 30]
    whole = signatures(texts)
    for row, text in enumerate(texts):
        alone = signatures([text])
        assert np.array_equal(alone.bands[0], whole.bands[row])
        assert np.array_equal(alone.anchors, whole.anchors[whole.offsets[row] : whole.offsets[row + 1]])


def test_anchors_are_about_one_gram_in_four_and_local() -> None:
    letters = "".join(chr(0x4E00 + (7919 * k) % 4000) for k in range(2000))
    made = signatures([letters, letters[500:1500]])
    anchors = [set(made.anchors[made.offsets[row] : made.offsets[row + 1]].tolist()) for row in (0, 1)]
    assert 400 < len(anchors[0]) < 600
    assert anchors[1] < anchors[0]


def test_the_recipe_names_everything() -> None:
    assert str(FingerprintSettings()) != str(FingerprintSettings(modulus=8)) != str(FingerprintSettings(shingle=4))
    assert "nfkc" in str(FingerprintSettings())
    assert "affine32" in str(FingerprintSettings())


def test_no_disguise_shows_on_real_texts(shared: Path, floors: dict[str, dict[str, float]]) -> None:
    """The converted and annotated copies of the repost benchmark have the normal form of their originals."""
    with gzip.open(shared / "reposts" / "docs.jsonl.gz", "rt", encoding="utf-8") as lines:
        docs = [json.loads(line) for line in lines]
    originals = {doc["groups"][0]: doc["text"] for doc in docs if doc["cls"] == "orig"}
    for cls, floor in floors["fingerprint"].items():
        copies = [doc for doc in docs if doc["cls"] == cls]
        forms = fingerprint.normal_forms(
            [text for doc in copies for text in (doc["text"], originals[doc["groups"][0]])]
        )
        same = [np.array_equal(forms[at], forms[at + 1]) for at in range(0, len(forms), 2)]
        assert np.mean(same) >= floor, cls
