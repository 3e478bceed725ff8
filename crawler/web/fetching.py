"""One page by its address, asked for as a crawl would: robots.txt, the guard, limits, an honest agent."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from cleaners.items import Drop, Page
from crawler.jobs.typed_addresses import job_of
from crawler.run import fetch_page

_LONGEST = 120.0  # seconds, with a wait that robots.txt asks for


def fetch(url: str, contact: str | None, private_hosts: Sequence[str] = ()) -> Page | Drop:
    """Fetch a page in a process of its own: Twisted's reactor starts once in a process.

    ``private_hosts``: hosts of this machine or network that may be reached; else the guard refuses all of them, since
    who reads in the room is not always who sits at the machine. Raises ``UsageError`` for an address that is none, and
    where beyond loopback nobody is named who asks.
    """
    job_of([url], contact)  # tells at once what is wrong with the address
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as process:
        try:
            return process.submit(_fetched, url, contact, tuple(private_hosts)).result(timeout=_LONGEST)
        except TookTooLong:
            for worker in (process._processes or {}).values():  # a pool has no public way to end a worker
                worker.terminate()
            return Drop(origin=url, url=url, stage="fetch", reason="timeout", detail=f"no page in {_LONGEST:.0f} s")
        except BrokenProcessPool as why:
            return Drop(origin=url, url=url, stage="fetch", reason="failed", detail=repr(why))


def _fetched(url: str, contact: str | None, private_hosts: Sequence[str]) -> Page | Drop:
    job = job_of([url], contact).model_copy(update={"allow_private_hosts": tuple(private_hosts)})
    return fetch_page(url, job, job.sites[0])
