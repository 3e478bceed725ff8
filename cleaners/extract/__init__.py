"""The article of a page: its container, its lines judged, its text."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cleaners.blocks import Blocks
from cleaners.errors import Unusable
from cleaners.extract import container
from cleaners.items import Line, Metadata
from cleaners.noise import html as noise
from cleaners.sites import ExtractRule


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """The article of a page, and what was decided about every line."""

    lines: tuple[Line, ...]
    """All lines of the page, judged."""
    text: str
    """The body without its title, one paragraph a line."""
    markdown: str | None = None
    """The body as Markdown, where the page had structure."""
    confidence: float = 1.0
    """0..1, how sure the choice is."""
    extractor: str = ""
    """What decided (``walk``, ``walk+trafilatura``, ``text`` ...)."""


def extract(
    blocks: Blocks, meta: Metadata, *, learned: frozenset[str] = frozenset(), rules: ExtractRule | None = None
) -> Body:
    """Choose and clean the article; raises ``Unusable("extract", "not an article: ...")``."""
    if blocks.media == "text":
        from cleaners.noise import plain

        lines = tuple(plain.judge(blocks.lines, meta, learned=learned))
        return Body(lines=lines, text=_text(lines), extractor="text")
    signals = noise.Signals(blocks.lines)
    found = container.choose(blocks, meta.title_line, signals)
    if found is None:
        raise Unusable("extract", "not an article: no prose")
    lines = noise.judge(blocks.lines, meta, signals, first=found.first, last=found.last, learned=learned)
    text = _text(lines)
    if not text:
        raise Unusable("extract", "not an article: no prose")
    return Body(lines=lines, text=text, confidence=found.share, extractor="walk")


def _text(lines: tuple[Line, ...]) -> str:
    return "\n".join(line.text for line in lines if line.verdict == "keep")
