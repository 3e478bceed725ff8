"""The stories of the small web, read from ``content/``: Markdown with front matter, all of it written for this project."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

import yaml

HERE = Path(__file__).parent
ZONE = ZoneInfo("Asia/Shanghai")
_IMAGE = re.compile(r"!\[(?P<caption>[^\]]+)\]\((?P<file>\S+)\)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryBlock:
    """One element of a story's body."""

    kind: Literal["paragraph", "heading", "item", "row", "image"]
    """``row`` is a row of a table, its cells separated by ``|``; ``image`` stands for an image and its caption."""
    text: str
    file: str = ""
    """The image's file name; empty for other kinds."""

    @property
    def cells(self) -> tuple[str, ...]:
        """The cells of a row."""
        return tuple(cell.strip() for cell in self.text.split("|"))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStory:
    """One story as its author wrote it."""

    name: str
    """The file's name without suffix; stands in addresses."""
    home: str
    """Id of the site that published it first."""
    title: str
    published: datetime | None
    """With a timezone; None where the page does not say."""
    source: str
    """The publisher it is from, as 来源 names it."""
    section: str
    author: str | None
    editor: str | None
    blocks: tuple[StoryBlock, ...]
    parts: tuple[str, ...] = ()
    """Names of the stories a compilation takes its parts from."""
    edition: tuple[str, str] | None = None
    """Number and name of the page (版) of the newspaper that it stood on."""
    pages: int = 1
    """On how many pages its first publisher shows it."""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """The running text, without headings, lists, tables and captions."""
        return tuple(block.text for block in self.blocks if block.kind == "paragraph")

    def cut_to(self, kept: tuple[int, ...]) -> DemoStory:
        """The story with only these paragraphs (from 0) left; the whole story where none are named."""
        if not kept:
            return self
        running = [block for block in self.blocks if block.kind == "paragraph"]
        return replace(self, blocks=tuple(running[n] for n in kept))


def load() -> dict[str, DemoStory]:
    """All stories by name, compilations filled with the parts they take."""
    raw = {path.stem: _split(path.read_text(encoding="utf-8")) for path in sorted((HERE / "content").glob("*.md"))}
    stories = {name: _story(name, head, body) for name, (head, body) in raw.items()}
    for name, (head, _) in raw.items():
        if taken := head.get("digest"):
            stories[name] = _compile(stories[name], taken, stories)
    return stories


def moment(value: str | None) -> datetime | None:
    """``2025-09-03 09:12`` in Chinese time."""
    return datetime.fromisoformat(value).replace(tzinfo=ZONE) if value else None


def _split(text: str) -> tuple[dict[str, object], str]:
    _, head, body = text.split("---\n", 2)
    return yaml.safe_load(head), body


def _story(name: str, head: Mapping[str, object], body: str) -> DemoStory:
    def said(key: str) -> str | None:
        return str(head[key]) if head.get(key) else None

    return DemoStory(
        name=name,
        home=said("home") or "lvzhou-daily",
        title=str(head["title"]),
        published=moment(said("published")),
        source=said("source") or "绿洲晨报",
        section=str(head["section"]),
        author=said("author"),
        editor=said("editor"),
        edition=_edition(head.get("edition")),
        pages=int(str(head.get("pages", 1))),
        blocks=tuple(_block(line) for line in body.splitlines() if line.strip() and not line.startswith("| ---")),
    )


def _edition(said: object) -> tuple[str, str] | None:
    return (str(said["number"]), str(said["name"])) if isinstance(said, dict) else None


def _block(line: str) -> StoryBlock:
    if image := _IMAGE.fullmatch(line):
        return StoryBlock(kind="image", text=image["caption"], file=image["file"])
    if line.startswith("## "):
        return StoryBlock(kind="heading", text=line[3:])
    if line.startswith("- "):
        return StoryBlock(kind="item", text=line[2:])
    if line.startswith("|"):
        return StoryBlock(kind="row", text=line.strip("| "))
    return StoryBlock(kind="paragraph", text=line)


def _compile(story: DemoStory, taken: object, stories: Mapping[str, DemoStory]) -> DemoStory:
    """A compilation: its own words, then a heading and some paragraphs of each story it draws on."""
    assert isinstance(taken, dict)
    blocks = list(story.blocks)
    for name, kept in taken.items():
        blocks.append(StoryBlock(kind="heading", text=stories[name].title))
        blocks.extend(stories[name].cut_to(tuple(kept)).blocks)
    return replace(story, blocks=tuple(blocks), parts=tuple(taken))
