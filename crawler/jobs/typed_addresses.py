"""Addresses given on the command line in place of a seed file, as a job: one site for each domain."""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from cleaners.config import JobConfig, SeedEntry, SiteConfig, is_loopback
from cleaners.errors import UsageError
from cleaners.urls import site_of
from crawler.discover import is_address

JOB = "addresses"
"""What such a job is called."""


def is_typed_address(text: str) -> bool:
    """Whether an argument is meant as an address, not as a file."""
    return re.match(r"https?://", text, re.IGNORECASE) is not None


def job_of(addresses: Sequence[str], contact: str | None) -> JobConfig:
    """A job that asks for these pages alone.

    A person who types an address of this machine means it: loopback hosts may be reached. Raises UsageError for an
    address that cannot be fetched, and where beyond loopback nobody is named who asks.
    """
    groups: dict[str, list[str]] = {}
    for address in addresses:
        if not is_address(address):
            raise UsageError("{address} is not a web address that can be fetched", address=address)
        parts = urlsplit(address)
        domain = site_of(address) or ""
        groups.setdefault(parts.netloc.lower() if _is_bare(domain) else domain, []).append(address)
    local = {host for address in addresses if is_loopback(host := urlsplit(address).hostname or "")}
    if contact is None and len(local) < len({urlsplit(address).hostname for address in addresses}):
        raise UsageError(
            "--contact is missing: add `--contact you@your.domain` (or $JIANBAO_CONTACT), so a site can reach you; "
            "for more than single pages write a seed file (`jianbao sites check ADDRESS` proposes one)"
        )
    sites = tuple(
        SiteConfig(
            id=re.sub(r"[^a-z0-9.\-]", "-", name).strip("-.") or "site",
            name=name,
            home=f"{urlsplit(urls[0]).scheme}://{urlsplit(urls[0]).netloc}/",
            seeds=tuple(SeedEntry(page=url) for url in dict.fromkeys(urls)),
        )
        for name, urls in groups.items()
    )
    return JobConfig(job=JOB, contact=contact, allow_private_hosts=tuple(sorted(local)), sites=sites)


def _is_bare(domain: str) -> bool:
    return re.fullmatch(r"[\d.]+|.*:.*|localhost", domain) is not None
