"""What a page says of itself: title, date, authors, editors, source, section, and the lines that said it."""

from __future__ import annotations

from cleaners.metadata.finding import find

__all__ = ["find"]
