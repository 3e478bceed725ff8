"""Spreading a job over machines: each gets whole groups of sites, so that no host is asked by two of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from cleaners.config import JobConfig, SiteConfig
from cleaners.errors import UsageError
from cleaners.urls import site_of


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteShard:
    """One machine's share: ``number`` of ``of``, counted from 1."""

    number: int = 1
    of: int = 1

    @classmethod
    def parse(cls, text: str) -> SiteShard:
        """``2/5``; raises UsageError for anything else."""
        number, slash, of = text.partition("/")
        if slash and number.isdecimal() and of.isdecimal() and 1 <= int(number) <= int(of):
            return cls(number=int(number), of=int(of))
        raise UsageError(
            "--shard {text}: write it as I/N, I from 1 to N: `--shard 1/3` on the first of three machines", text=text
        )

    def holds(self, name: str) -> bool:
        """Whether a group of hosts falls to this machine, by its name (the same answer on every machine)."""
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % self.of == self.number - 1

    def of_job(self, job: JobConfig) -> JobConfig:
        """The job with this machine's sites only; may be without any.

        Pages are followed only within their site, and sites that share a domain (in their home or a seed) stay
        together: so the shards meet no host twice and, together, every address that one machine would.
        """
        groups = _groups(job.sites)
        mine = tuple(site for site in job.sites if self.holds(groups[site.id]))
        return job.model_copy(update={"sites": mine})


def _groups(sites: tuple[SiteConfig, ...]) -> dict[str, str]:
    """Site id -> the name of its group: the first, in the alphabet, of all domains its members have."""
    groups: list[set[str]] = []
    for site in sites:
        domains = {site_of(url) or "" for url in (site.home, *(seed.url for seed in site.entries))}
        touched = [group for group in groups if group & domains]
        groups = [group for group in groups if not group & domains] + [domains.union(*touched)]
    return {site.id: min(next(group for group in groups if (site_of(site.home) or "") in group)) for site in sites}
