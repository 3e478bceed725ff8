"""A program of somebody else that uses the public names: ``make lint`` has mypy confirm what it says of their types."""

from __future__ import annotations

from typing import Any, assert_type

from cleaners import Article, Deduplicator, Drop, Page, clean, deduplicate, record

SENTENCE = "河口村的干渠修好了，今年春灌比去年早了十二天，村民都说好，收水费的办法也改了。"
OTHER = "清淤的工程从去年十月开始，挖机一共用了四台，三百多户人家的水田从此不必再等上游放水。"


def main() -> list[str | int | None]:
    """The title of a page, and how many clusters there are among three texts."""
    body = f"<title>渠水通了</title><h1>渠水通了</h1><p>{SENTENCE}{OTHER}</p><p>{OTHER}</p>"
    result = clean(Page(body=body.encode(), origin="page.html"))
    assert_type(result, Article | Drop)
    if isinstance(result, Drop):
        assert_type(result.reason, str)
        return [result.reason]
    assert_type(result.title, str | None)
    assert_type(record(result), dict[str, Any])
    clusters = [label.cluster for label in deduplicate([SENTENCE, OTHER, SENTENCE])]
    assert_type(clusters, list[int])
    assert_type(Deduplicator().__class__, type[Deduplicator])
    return [result.title, len(set(clusters))]
