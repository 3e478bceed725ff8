"""What a page says of itself: title, date, authors, editors, source, section, and the lines that said it."""

from __future__ import annotations

from cleaners.metadata.finding import find
from cleaners.metadata.optout import opt_out_headers

__all__ = ["find", "opt_out_headers"]
