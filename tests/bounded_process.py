"""The command line in a process of its own that may not take more than so much memory and CPU time."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import traceback
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

_PRELOAD = "cleaners.parallel.preload"
_ADDRESSES = 6 * 1024**3  # bytes of address space: a fence for this machine, not the bound that is asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessEnd:
    """How a command ended."""

    code: int
    """Its exit code; that of the signal, negative, where the system ended it."""
    stderr: str
    memory: int
    """Bytes of memory that it took at most, beyond what its libraries take."""


def run_bounded(arguments: list[str], folder: Path, *, seconds: int) -> ProcessEnd:
    """Run ``jianbao ARGUMENTS`` in a folder; after so many seconds of CPU time the system ends it (SIGXCPU)."""
    spawning = multiprocessing.get_context("forkserver")
    spawning.set_forkserver_preload([_PRELOAD])
    ours, theirs = spawning.Pipe(duplex=False)
    process = spawning.Process(target=_run, args=(theirs, arguments, str(folder), seconds))
    process.start()
    theirs.close()
    try:
        code, memory = ours.recv()
    except EOFError:
        code, memory = None, 0
    process.join()
    told = (folder / "stderr").read_text("utf-8", "replace")
    return ProcessEnd(code=process.exitcode or 0 if code is None else code, stderr=told, memory=memory)


def _run(pipe: Connection, arguments: list[str], folder: str, seconds: int) -> None:
    from crawler.cli import main

    os.chdir(folder)
    for number, name in ((1, "stdout"), (2, "stderr")):
        os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    resource.setrlimit(resource.RLIMIT_AS, (_ADDRESSES, _ADDRESSES))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.argv = ["jianbao", *arguments]
    try:
        main()
        code = 0
    except SystemExit as done:
        code = done.code if isinstance(done.code, int) else 0 if done.code is None else 1
    except BaseException:
        traceback.print_exc()
        code = 99
    sys.stdout.flush()
    sys.stderr.flush()
    memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    pipe.send((code, memory))
