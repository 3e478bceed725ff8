"""A Spark session, and the package on its way to the executors."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile

from cleaners.errors import InputError, UsageError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_SETTINGS = {
    # What goes to Python at once: bounded in documents and in bytes, whichever is reached first.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "500",
    "spark.sql.execution.arrow.maxBytesPerBatch": "67108864",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.parquet.compression.codec": "zstd",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",  # as everybody else writes them
    # The JVMs move bytes and run for minutes: compiling them best costs more than it gains. Options of one's own come
    # after these (extraJavaOptions).
    "spark.driver.defaultJavaOptions": "-XX:TieredStopAtLevel=1",
    "spark.executor.defaultJavaOptions": "-XX:TieredStopAtLevel=1",
    # A worker that is lost takes its shuffle files with it: its tasks run again, and so may those before them.
    "spark.stage.maxConsecutiveAttempts": "10",
}
_NONE: Mapping[str, str] = {}
_PACKAGES = ("cleaners", "crawler")
_UNPACKED = "jianbao"
"""The folder that has them where an executor works."""
_COMPILED = {".nbi", ".nbc"}
"""What numba leaves in ``__pycache__``: it knows by their contents for which source and processor they are."""


@contextmanager
def session(
    master: str | None = None, settings: Mapping[str, str] = _NONE, name: str = "jianbao"
) -> Iterator[SparkSession]:
    """A session on ``master`` (``local[4]``, ``spark://host:7077``, ``yarn``, ``k8s://...``).

    None takes what spark-submit has set, else every core of this machine. To a master elsewhere the package is sent
    along; under spark-submit that is the part of ``--py-files`` (see :func:`package`). ``settings``: Spark's own, by
    name. Raises ModuleNotFoundError without pyspark, UsageError without Java, and InputError for what Spark fails with
    while the session is used.
    """
    from pyspark.sql import SparkSession

    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    building = SparkSession.builder.appName(name)
    for key, value in {**_SETTINGS, **settings}.items():
        building = building.config(key, value)
    if master:
        building = building.master(master)
    with TemporaryDirectory(prefix="jianbao-") as folder, _failures():
        spark = building.getOrCreate()
        try:
            context = spark.sparkContext
            if not context.master.startswith("local"):
                # numba keeps what it compiles in the home of the user, which containers do not have: here, where the
                # executor works. Without a place for it nothing is compiled at all.
                context.environment.setdefault("XDG_CACHE_HOME", "cache")
            if master and not master.startswith("local"):
                # Unpacked, unlike with addPyFile: what is compiled already is found only so.
                context.addArchive(f"{package(Path(folder) / 'jianbao.zip')}#{_UNPACKED}")
                context.environment["PYTHONPATH"] = _UNPACKED
            yield spark
        finally:
            spark.stop()


@contextmanager
def _failures() -> Iterator[None]:
    """What Spark fails with, as one line; the rest stands in its log, which goes to stderr."""
    from py4j.protocol import Py4JJavaError
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        if error.getCondition() == "JAVA_GATEWAY_EXITED":
            raise UsageError("Spark needs Java 17 or newer: install it, or name its folder in JAVA_HOME") from error
        raise InputError(
            "Spark failed, see what it says above: {error}", error=str(error).strip().splitlines()[0]
        ) from error
    except Py4JJavaError as error:
        reason = str(error.java_exception.toString()).strip().splitlines()[0]
        raise InputError("Spark failed, see what it says above: {reason}", reason=reason) from error


def package(target: Path) -> Path:
    """Write jianbao's modules and data into a zip that executors can import from; returns its path.

    With what numba compiles of them, which is done here: executors with such a processor need not, which takes each
    25 s of CPU. What jianbao is built on (``pyproject.toml``) has to be there: on the nodes, in their image, or by
    ``--archives``.
    """
    from cleaners.spark.compiling import compile_kernels

    compile_kernels()
    root = Path(__file__).resolve().parent.parent.parent
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for package in _PACKAGES:
            for path in sorted((root / package).rglob("*")):
                if path.is_file() and ("__pycache__" not in path.parts or path.suffix in _COMPILED):
                    archive.write(path, path.relative_to(root))
    return target


if __name__ == "__main__":  # python -m cleaners.spark.session jianbao.zip
    print(package(Path(sys.argv[1])))
