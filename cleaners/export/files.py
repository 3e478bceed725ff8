"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from gzip import GzipFile
from pathlib import Path
from typing import IO, cast

from cleaners.errors import UnwritableError, UsageError


@contextmanager
def whole_file(target: str | Path) -> Iterator[IO[bytes]]:
    """A binary file to write to that takes its name only when the block ends well.

    ``-`` is standard output; devices and pipes are written directly. Compressed by suffix: ``.gz`` (RFC 1952, without
    time and name, so that the same content gives the same bytes) or ``.zst`` (RFC 8878). Raises UsageError when the
    folder is not there, UnwritableError for a full disk or a place that cannot be written.
    """
    if str(target) == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(target)
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name a file")
    if not path.parent.is_dir():
        raise UsageError(f"{path} cannot be made: there is no folder {path.parent}; make it first")
    if path.exists() and not path.is_file():
        with told(path), path.open("wb") as device:
            yield device
        return
    # Beside the target: a rename is only atomic within one file system.
    draft = path.with_name(f".{path.name[:200]}.{os.getpid()}.part")
    try:
        with told(path):
            with draft.open("wb") as file:
                with compressed(file, path.suffix) as stream:
                    yield stream
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Errors of the system while ``path`` is written, as one line with the cure."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise UnwritableError(
            f"{path} cannot be written ({error.strerror}): make room or give write access, or name another place"
        ) from error


@contextmanager
def compressed(file: IO[bytes], suffix: str) -> Iterator[IO[bytes]]:
    """A stream that compresses into ``file`` as the suffix says (.gz, .zst, else not at all): one member or frame."""
    if suffix == ".gz":
        with GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6) as stream:
            yield cast(IO[bytes], stream)
    elif suffix == ".zst":
        import zstandard

        make: Callable[..., IO[bytes]] = zstandard.ZstdCompressor(level=6).stream_writer
        with make(file, closefd=False) as stream:
            yield stream
    else:
        yield file
