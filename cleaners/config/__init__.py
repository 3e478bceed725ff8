"""Job and site files: what to crawl, and how each site is read. Every key is described in ``seeds/README.md``."""

from __future__ import annotations

from cleaners.config.dated_address import IssueRange, days_back, days_between
from cleaners.config.load import load_job, parse_job, require_contact
from cleaners.config.models import (
    FollowRule,
    JobConfig,
    JobDefaults,
    JobFocus,
    JobLimits,
    LineRule,
    RenderLimits,
    SeedEntry,
    SiteConfig,
    SiteExtractRule,
    is_loopback,
)

__all__ = [
    "FollowRule",
    "IssueRange",
    "JobConfig",
    "JobDefaults",
    "JobFocus",
    "JobLimits",
    "LineRule",
    "RenderLimits",
    "SeedEntry",
    "SiteConfig",
    "SiteExtractRule",
    "days_back",
    "days_between",
    "is_loopback",
    "load_job",
    "parse_job",
    "require_contact",
]  # fmt: skip
