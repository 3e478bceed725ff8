"""Whether a store would lie on a file system of another machine, where SQLite's write-ahead log is not safe.

Processes that write one store share memory and locks through its files (https://sqlite.org/wal.html: "all processes
using a database must be on the same host"); a network file system gives neither to two machines, and some give wrong
answers to one.
"""

from __future__ import annotations

import re
from pathlib import Path

MOUNTS = Path("/proc/self/mountinfo")
"""What is mounted where, as proc_pid_mountinfo(5) describes it; only Linux has it."""
NETWORK = frozenset((
    "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse.ceph", "fuse.gcsfuse", "fuse.glusterfs", "fuse.rclone",
    "fuse.s3fs", "fuse.sshfs", "glusterfs", "gpfs", "lustre", "ncpfs", "nfs", "nfs4", "orangefs", "smb3",
    "smbfs",
))  # fmt: skip
"""Types of file systems that lie on other machines."""
_ESCAPE = re.compile(r"\\([0-7]{3})")


def network_type(path: Path, mounts: Path = MOUNTS) -> str | None:
    """The type of the network file system that holds ``path`` (which need not exist); None where it is a local one,
    or where the system does not tell."""
    try:
        table = mounts.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    place = path.absolute().resolve()
    found: tuple[int, str] = (-1, "")
    for line in table.splitlines():
        left, dash, right = line.partition(" - ")
        fields = left.split(" ")
        if not dash or len(fields) < 5:
            continue
        point = Path(_ESCAPE.sub(lambda code: chr(int(code[1], 8)), fields[4]))
        if place.is_relative_to(point) and len(point.parts) >= found[0]:  # of two on one place the later one is on top
            found = (len(point.parts), right.split(" ")[0])
    return found[1] if found[1] in NETWORK else None
