"""The words of the reading room: whole in both languages, and none missing."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter
from typing import get_args

import pytest

from cleaners.dedup.clusters.tree import Direction
from cleaners.disguises import Disguise
from cleaners.items import MatchKind
from cleaners.store import RunStatus
from crawler.web.language import Language, phrases, wording_for

WEB = Path(__file__).resolve().parent.parent / "crawler" / "web"


@pytest.mark.parametrize("name", sorted(phrases()))
def test_a_phrase_is_whole_in_both_languages(name: str) -> None:
    texts = phrases()[name]
    assert set(texts) == set(get_args(Language))
    values = {
        language: {field for _, field, _, _ in Formatter().parse(text) if field} for language, text in texts.items()
    }
    assert values["zh"] == values["en"]
    assert all(texts.values())
    assert not re.search("[\u4e00-\u9fff]", texts["en"])


def test_every_phrase_that_a_page_uses_is_there_and_every_other_is_not() -> None:
    used: set[str] = set()
    for path in (*WEB.glob("*.py"), *(WEB / "templates").iterdir()):
        text = path.read_text(encoding="utf-8")
        used |= set(re.findall(r"\bt\([\"'](\w+)[\"'][,)]", text)) | set(
            re.findall(r"words_for\(request\)\(\"(\w+)\"", text)
        )
    named = {name for name in phrases() if " " not in name}
    assert used <= named
    # Named by a value: orders of the list, facts of an article, the large numbers of the store.
    spoken = " ".join(path.read_text(encoding="utf-8") for path in (*WEB.glob("*.py"), *(WEB / "templates").iterdir()))
    assert [n for n in named - used if not re.search(rf"[\"']{n}[\"']", spoken) and not n.startswith("order_")] == []


def test_every_word_of_the_store_has_its_translation() -> None:
    for kind, values in (("disguise", get_args(Disguise)), ("match", get_args(MatchKind)),
                         ("direction", get_args(Direction)), ("status", get_args(RunStatus))):  # fmt: skip
        assert [one for one in values if f"{kind} {one}" not in phrases()] == []
    rules = (WEB.parent.parent / "cleaners" / "data" / "noise-rules.toml").read_text(encoding="utf-8")
    assert [
        one for one in set(re.findall(r'^noise = "(.+)"', rules, re.MULTILINE)) if f"noise {one}" not in phrases()
    ] == []


def test_every_reason_of_drops_that_stands_in_the_code_has_its_translation() -> None:
    code = "\n".join(
        path.read_text("utf-8") for room in ("cleaners", "crawler") for path in (WEB.parent.parent / room).rglob("*.py")
    )
    written = re.findall(r'UnusableInput\(\s*"[a-z]+",\s*"([^"{]+)"', code)
    written += re.findall(r'Drop\([^()]*stage="[a-z]+", reason="([^"]+)"', code)
    written += re.findall(r'AddressRefused\(\s*"([^"]+)"', code)
    assert len(written) > 50
    assert sorted({one for one in written if f"reason {one}" not in phrases()}) == []


@pytest.mark.parametrize(("chosen", "accepted", "language"), [
    (None, "zh-CN,zh;q=0.9,en;q=0.8", "zh"), (None, "en-US,en;q=0.9", "en"), (None, "de", "zh"), (None, "", "zh"),
    (None, "en;q=0, zh;q=0.1", "zh"), (None, "fr, en;q=0.3, zh-TW;q=0.7", "zh"), ("en", "zh", "en"), ("xx", "en;q=x", "zh"),
])  # fmt: skip
def test_the_language_of_the_browser(chosen: str | None, accepted: str, language: str) -> None:
    assert wording_for(chosen, accepted).language == language
