"""Files and folders on any of Spark's file systems: what Spark itself does not offer, by Hadoop's ``FileSystem``."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from cleaners.errors import UnwritableError, UsageError
from cleaners.spark.part_files import PartFormat

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


class SparkStorage:
    """The file systems that a session reaches."""

    def __init__(self, spark: SparkSession) -> None:
        # There is no public way from Python to Hadoop's FileSystem; this one has not changed since Spark 1.
        self._hadoop = spark.sparkContext._jvm.org.apache.hadoop.fs
        self._settings = spark.sparkContext._jsc.hadoopConfiguration()

    def check_input(self, paths: Sequence[str]) -> None:
        """Raises UsageError for the first path that is not there (patterns match at least one)."""
        for path in paths:
            if not self._system(path).globStatus(self._hadoop.Path(path)):
                raise UsageError(
                    "{path}: no such file or folder on Spark's file systems; check the spelling", path=path
                )

    def check_output(self, path: str) -> None:
        """Raises UsageError when there is something already: a folder of results is never written over."""
        if self._system(path).exists(self._hadoop.Path(path)):
            raise UsageError("{path} is there already: name another folder, or remove it", path=path)

    @contextmanager
    def workshop(self, output: str) -> Iterator[str]:
        """A folder beside ``output`` for what lies between the steps; it is removed in the end."""
        head, tail = posixpath.split(output.rstrip("/"))
        folder = posixpath.join(head, f"_{tail}.{uuid4().hex[:8]}")
        try:
            yield folder
        finally:
            self._system(folder).delete(self._hadoop.Path(folder), True)

    def put(self, folder: str, output: str, form: PartFormat) -> None:
        """Give a finished folder its name, and its parts names that end as their format; raises UsageError when the
        name is taken by now."""
        if form.is_lines:  # Spark calls what it writes line by line .txt
            self._rename_parts(folder, form.suffix)
        if not self._system(output).rename(self._hadoop.Path(folder), self._hadoop.Path(output)):
            raise UsageError(
                "{output} cannot be made: is there a folder for it, and nothing of that name in it?", output=output
            )

    def _rename_parts(self, folder: str, suffix: str) -> None:
        system = self._system(folder)
        for file in system.listStatus(self._hadoop.Path(folder)):
            path = file.getPath()
            stem = path.getName().partition(".")[0]
            if stem.startswith("part-") and not system.rename(path, self._hadoop.Path(path.getParent(), stem + suffix)):
                raise UnwritableError(
                    "{path} cannot be renamed: is the file system full, or may this user not write there?", path=path
                )

    def _system(self, path: str) -> Any:
        return self._hadoop.Path(path).getFileSystem(self._settings)
