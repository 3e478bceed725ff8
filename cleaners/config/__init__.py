"""Job and site files: what to crawl, and how each site is read. Every key is described in ``seeds/README.md``."""

from __future__ import annotations

from cleaners.config.load import load, parse, require_contact
from cleaners.config.models import Defaults, ExtractRule, Focus, Follow, Job, Limits, Seed, Site

__all__ = [
    "Defaults", "ExtractRule", "Focus", "Follow", "Job", "Limits", "Seed", "Site", "load", "parse", "require_contact",
]  # fmt: skip
