"""A Spark master and two workers on loopback, for tests: started, one killed, all stopped."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from pathlib import Path
from typing import Self

_STARTUP = 180  # seconds, on a busy machine


def frugal() -> dict[str, str]:
    """Settings for small data on a small machine: what Spark does for large clusters takes longer than the work."""
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    return {
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": java,
        "spark.executor.extraJavaOptions": java,
    }


class Cluster:
    """Use it in a ``with`` block."""

    def __init__(self, folder: Path, workers: int = 2, memory: str = "1g") -> None:
        self._folder = folder
        self._count = workers
        self._memory = memory
        self._processes: list[subprocess.Popen[bytes]] = []
        self.master = ""
        """Its address."""
        self.killed = False

    def __enter__(self) -> Self:
        import pyspark

        self._folder.mkdir()
        self._home = Path(pyspark.__file__).parent
        try:
            self._start("master", "master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
            self.master = self._said("master", r"Starting Spark master at (spark://\S+)")
            for number in range(self._count):
                name = f"worker-{number}"
                self._start(
                    name, "worker.Worker", self.master, "--host", "127.0.0.1", "--webui-port", "0", "-c", "1",
                    "-m", self._memory, "--work-dir", str(self._folder / name),
                )  # fmt: skip
            for number in range(self._count):
                self._said(f"worker-{number}", r"Successfully (registered)")
        except BaseException:
            self.__exit__()
            raise
        return self

    def kill_one(self) -> None:
        """Kill a worker and its executor, as when a machine is gone."""
        os.killpg(self._processes[1].pid, signal.SIGKILL)
        self.killed = True

    def __exit__(self, *exc: object) -> None:
        for process in self._processes:
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            process.wait()

    def _start(self, name: str, kind: str, *arguments: str) -> None:
        """Each in a process group of its own, with the executors that it starts."""
        command = [str(self._home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", *arguments]
        environment = {
            **os.environ, "SPARK_HOME": str(self._home), "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(self._folder),  # who is killed does not clear up
            "HOME": "/proc/none",  # as in containers, nobody lives here
            "SPARK_DAEMON_JAVA_OPTS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC", "SPARK_DAEMON_MEMORY": "256m",
        }  # fmt: skip
        with (self._folder / f"{name}.log").open("wb") as log:
            self._processes.append(
                subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
            )

    def _said(self, name: str, pattern: str) -> str:
        """Wait until the log of a process says something; returns it."""
        log = self._folder / f"{name}.log"
        until = time.monotonic() + _STARTUP
        while time.monotonic() < until:
            if found := re.search(pattern, log.read_text(errors="replace")):
                return found.group(1)
            time.sleep(0.2)
        raise TimeoutError(f"{name}: {log.read_text(errors='replace')[-2000:]}")
