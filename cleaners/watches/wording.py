"""The words in which a watch tells of stories, in the language of its file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchWording:
    """One language."""

    copies: str
    """How many copies a story has: ``{count}``."""
    first: str
    """Whose copy seems to be the source: ``{name}``."""
    fetched: str
    """The moment of a copy whose page has no date: ``{time}``."""
    spun: str
    """How many copies are spun: ``{count}``."""
    comma: str
    colon: str
    copy: str
    """What became of a story that was told: one more copy of it."""
    revision: str
    """Its text was changed."""
    takedown: str
    """It was taken down."""
    over: str
    """Trouble that was told is over: ``{detail}``."""

    def update(self, kind: str) -> str:
        """What is said of an update of that kind; empty for what is none."""
        return {"copy": self.copy, "revision": self.revision, "takedown": self.takedown}.get(kind, "")


_ENGLISH = WatchWording(
    copies="{count} copies", first="first {name}", fetched="fetched {time}", spun="{count} spun",
    comma=", ", colon=": ",
    copy="one more copy", revision="the text was changed", takedown="taken down", over="well again; it was: {detail}",
)  # fmt: skip
_CHINESE = WatchWording(
    copies="共 {count} 份", first="最早 {name}", fetched="{time} 抓到", spun="{count} 份是洗稿",
    comma="，", colon="：",
    copy="又有一份转载", revision="正文有改动", takedown="已撤下", over="已恢复；原来是：{detail}",
)  # fmt: skip


def wording(language: str) -> WatchWording:
    """The words of a language (BCP 47): Chinese for all of its forms, else English.

    >>> wording("zh-CN").copies.format(count=5), wording("ug").copies.format(count=5)
    ('共 5 份', '5 copies')
    """
    return _CHINESE if language.lower().split("-")[0] == "zh" else _ENGLISH
