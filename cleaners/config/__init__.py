"""Job and site files: what to crawl, and how each site is read (``seeds/README.md``); files of watches
(``docs/watches.md``)."""

from __future__ import annotations

from cleaners.config.dated_address import IssueRange, days_back, days_between
from cleaners.config.load import load_job, load_watches, parse_job, require_contact
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
from cleaners.config.watches import (
    AppriseTarget,
    ChannelConfig,
    HealthWatch,
    MailTarget,
    PluginTarget,
    WatchConfig,
    WatchFile,
    WebhookTarget,
)

__all__ = [
    "AppriseTarget",
    "ChannelConfig",
    "FollowRule",
    "HealthWatch",
    "IssueRange",
    "JobConfig",
    "JobDefaults",
    "JobFocus",
    "JobLimits",
    "LineRule",
    "MailTarget",
    "PluginTarget",
    "RenderLimits",
    "SeedEntry",
    "SiteConfig",
    "SiteExtractRule",
    "WatchConfig",
    "WatchFile",
    "WebhookTarget",
    "days_back",
    "days_between",
    "is_loopback",
    "load_job",
    "load_watches",
    "parse_job",
    "require_contact",
]  # fmt: skip
