"""What a page says of itself: title, date, authors, editors, source, section, and the lines that said it."""

from __future__ import annotations

from cleaners.metadata.find import find_metadata
from cleaners.metadata.opt_out import TdmReservation, opt_out_head, opt_out_headers, opt_out_host, reservations
from cleaners.metadata.selected import SelectedTexts

__all__ = [
    "SelectedTexts",
    "TdmReservation",
    "find_metadata",
    "opt_out_head",
    "opt_out_headers",
    "opt_out_host",
    "reservations",
]
