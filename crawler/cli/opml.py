"""``jianbao sites opml``: the subscriptions of a reader of feeds as a seed file, and back."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from cleaners.errors import InputError, UsageError
from crawler.cli.application import counted, say
from crawler.cli.learned import sites

_JOB = "subscriptions"


@sites.command()
def opml(
    what: Annotated[str, typer.Argument(metavar="FILE.opml|SEEDS.yaml", help="What to turn over; - is stdin.")],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="OUT", help="The other file, not there yet; - is stdout.")
    ] = "-",
    job: Annotated[
        str | None, typer.Option("--job", metavar="NAME", help="The job of the seed file; else as OUT is called.")
    ] = None,
    contact: Annotated[
        str | None,
        typer.Option("--contact", metavar="MAIL|URL", envvar="JIANBAO_CONTACT", help="Stands in the seed file."),
    ] = None,
) -> None:
    """Turn subscriptions of a feed reader (OPML) into a seed file, or the feeds of a seed file into OPML.

    Which of the two it is shows in the content. The feeds of one domain become one site; folders that are regions
    become its region, others a remark. A feed that stands twice or has no web address is told on stderr and left out,
    as are, on the way to OPML, seeds that are no feeds.

    \b
    Examples:
      jianbao sites opml subscriptions.opml -o seeds.yaml --contact you@your.domain
      jianbao sites opml seeds.yaml -o out.opml
      jianbao sites opml - < subscriptions.opml
    """
    from cleaners.atomic import whole_file

    if output != "-" and Path(output).is_file():
        raise UsageError("{output} is there already: name another file, or delete it", output=output)
    body, name = _read(what), "stdin" if what == "-" else what
    if _is_xml(body):
        made = _seeds(body, name, job or _job_name(output), contact)
    elif job is not None:
        raise UsageError("--job is for OPML, and {name} is none: leave it out", name=name)
    else:
        made = _outlines(body, name)
    with whole_file(output) as file:
        file.write(made)


def _read(what: str) -> bytes:
    if what == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(what).read_bytes()
    except FileNotFoundError:
        raise UsageError("{what}: no such file; check the spelling", what=what) from None
    except OSError as error:
        raise InputError("{what}: cannot be read: {strerror}", what=what, strerror=error.strerror) from None


def _is_xml(body: bytes) -> bool:
    """Whether the first sign is <, in UTF-8 or UTF-16."""
    return body[:1000].lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def _job_name(output: str) -> str:
    name = re.sub(r"[^a-z0-9.\-]+", "-", Path(output).name.partition(".")[0].lower()).strip(".-")
    return name or _JOB


def _seeds(body: bytes, name: str, job: str, contact: str | None) -> bytes:
    from crawler.opml import read_opml, seed_file

    found = read_opml(body, name=name)
    _tell(found.left_out)
    if not found.feeds:
        raise InputError("{name}: no outline with an xmlUrl: there is no feed in it", name=name)
    text = seed_file(found.feeds, job=job, contact=contact)
    say(
        "{feeds} in a seed file; `jianbao sites check` tells which of them work",
        feeds=counted(len(found.feeds), "feed"),
    )
    return text.encode()


def _outlines(body: bytes, name: str) -> bytes:
    from cleaners.config import load_job, parse_job
    from crawler.opml import feeds_of, opml

    try:
        job = parse_job(body.decode("utf-8-sig"), name=name) if name == "stdin" else load_job(name)
    except UnicodeDecodeError:
        raise InputError("{name}: not UTF-8 text: save the seed file as UTF-8", name=name) from None
    found = feeds_of(job)
    _tell(found.left_out)
    if not found.feeds:
        raise InputError("{name}: no `feed:` in it, and OPML knows feeds only", name=name)
    say("{feeds} of {sites}", feeds=counted(len(found.feeds), "feed"), sites=counted(len(job.sites), "site"))
    return opml(found.feeds, title=job.job)


def _tell(left_out: tuple[str, ...]) -> None:
    for line in left_out:
        say("left out: {line}", line=line)
