"""A schedule for those who have a scheduler already: lines for crontab(5), units for systemd."""

from __future__ import annotations

import shlex
from pathlib import Path

from cleaners.errors import UsageError
from crawler.jobs.scheduler import ScheduledJob, crawling

_UNITS = """\
# jianbao-{job}.service
[Unit]
Description=jianbao: {command_name}
Wants=network-online.target
After=network-online.target

[Service]
Type=oneshot
ExecStart={command}
KillSignal=SIGINT
TimeoutStopSec=120
Nice=10

# jianbao-{job}.timer
[Unit]
Description=jianbao: when {command_name} runs

[Timer]
{calendar}
Persistent=true

[Install]
WantedBy=timers.target
"""


def cron_line(entry: ScheduledJob, store: Path) -> str:
    """The job as a line of a crontab. Raises ``UsageError`` for a path that no such line can hold."""
    words = _checked(crawling(entry, store))
    return f"{entry.cron.text} {shlex.join(words)}".replace("%", r"\%")  # an unescaped % ends the command there


def systemd_units(entry: ScheduledJob, store: Path) -> str:
    """The job as a service and its timer, which makes up a missed run. Raises as :func:`cron_line`."""
    command = " ".join(_systemd_word(word) for word in _checked(crawling(entry, store)))
    calendar = "\n".join(f"OnCalendar={line}" for line in entry.cron.calendar())
    return _UNITS.format(job=entry.job, command_name=entry.command, command=command, calendar=calendar)


def _checked(words: list[str]) -> list[str]:
    if odd := next((word for word in words if not word.isprintable()), None):
        raise UsageError("{odd!r}: neither cron nor systemd can call this path: rename it", odd=odd)
    return words


def _systemd_word(word: str) -> str:
    r"""A word of ``ExecStart`` (systemd.service(5), Command lines): quoted, ``%`` and ``$`` doubled."""
    plain = word.replace("\\", r"\\").replace('"', r"\"").replace("%", "%%").replace("$", "$$")
    return f'"{plain}"' if set(plain) & set(" '\";\\") else plain
