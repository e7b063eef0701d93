"""A Java machine with Spark in it: found, started, watched, ended."""

import contextlib
import functools
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
import time
import warnings
import weakref
from pathlib import Path
from typing import Any

from .trainer import TrainingError

MIN_JAVA = 17
"""What Spark 4 asks for."""

WAIT_SECONDS = 60
"""How long a cluster may take to give the first process of ours."""

_CHATTER = ("WARNING: Using incubator", "Picked up ", "NOTE: Picked up ")
"""What Java writes when nothing is wrong."""

_LOGGING = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""


def missing() -> str | None:
    """What Spark lacks here, in words and with what to do, or None."""
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed: pip install pyspark (about 430 MB)"
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    advice = f"install Java {MIN_JAVA} or later and put it on the PATH, or set JAVA_HOME"
    if java is None:
        return f"Spark needs Java, and there is no java on the PATH: {advice}"
    version = _java_version(java)
    if version is None:
        return f"Spark needs Java, and {java}{' of JAVA_HOME' if home else ''} does not run: {advice}"
    if version < MIN_JAVA:
        return f"Spark needs Java {MIN_JAVA} or later, and {java} is Java {version}: {advice}"
    return None


@functools.cache
def _java_version(java: str) -> int | None:
    """Main version of a Java program, or None where it does not run or does not tell."""
    try:
        told = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30)
    except (OSError, subprocess.SubprocessError):
        return None
    match = re.search(r'version "(?:1\.)?(\d+)', told.stderr + told.stdout)
    return int(match[1]) if match and told.returncode == 0 else None


class SparkProgram:
    """One application of Spark: its driver is a Java machine that is this process's child.

    It ends with this process however that ends: it reads our pipe and exits when that closes, and it is in our process
    group, which the launcher kills. What it writes to disk, its log included, is in a temporary directory that is
    removed with it.

    Attributes:
        session: the ``SparkSession``.
        context: its ``SparkContext``.
    """

    def __init__(self, *, master: str, threads: int, memory: str) -> None:
        """Start it.

        Args:
            master: ``local``, or the address of a cluster.
            threads: of the local one, or cores to be taken of the cluster.
            memory: largest heap of the driver, and of every process of a cluster, as Java writes it: ``2g``.

        Raises:
            TrainingError: it does not start, or the cluster gives nothing.
        """
        from pyspark import SparkConf, SparkContext
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession

        warnings.filterwarnings("ignore", "PySpark does not yet fully support pandas", FutureWarning)  # not used here
        self._directory = Path(tempfile.mkdtemp(prefix="word2vec-bench-spark-"))
        self._log = self._directory / "log.txt"
        settings = _settings(self._directory, master, threads, memory)
        configuration = SparkConf(loadDefaults=False).setAll(list(settings.items()))
        process: subprocess.Popen[bytes] | None = None
        try:
            with self._log.open("wb") as log:
                output = {"stdout": log, "stderr": subprocess.STDOUT}
                gateway = launch_gateway(configuration, popen_kwargs=output)
            process = gateway.proc
            self.context = SparkContext(conf=configuration, gateway=gateway)
        except BaseException as error:
            message = f"Spark does not start: {_first_line(error)}{self.log_tail()}"
            _end(process, self._directory)
            _forget()
            if isinstance(error, Exception):
                raise TrainingError(message) from error
            raise
        self.session = SparkSession(self.context)
        self._process = process
        self.close = weakref.finalize(self, _close, self.session, gateway, process, self._directory)
        if not master.startswith("local"):
            self._wait_for_cluster(memory)

    @property
    def pid(self) -> int:
        """Of the driver."""
        return int(self._process.pid)

    def explained(self, error: Exception) -> TrainingError:
        """What went wrong in Spark, in a sentence."""
        if self._process.poll() is not None:
            return TrainingError(f"Spark's program ended with exit code {self._process.returncode}{self.log_tail()}")
        cause = getattr(error, "java_exception", None)
        chain: list[str] = []
        while cause is not None and len(chain) < 20:
            chain.append(str(cause.toString()))
            cause = cause.getCause()
        told = next((text for text in chain if "OutOfMemory" in text), chain[-1] if chain else _first_line(error))
        hint = "; give it more memory, for instance spark[memory=8g]" if "OutOfMemory" in told else ""
        return TrainingError(f"Spark failed: {told.splitlines()[0][:400]}{hint}")

    def log_tail(self) -> str:
        """The last lines of its log, to be put behind a message."""
        try:
            lines = self._log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        told = [line.strip() for line in lines if line.strip() and not line.startswith(_CHATTER)]
        return f"; its log ends: {' | '.join(told[-3:])[-400:]}" if told else ""

    def _wait_for_cluster(self, memory: str) -> None:
        deadline = time.monotonic() + WAIT_SECONDS
        tracker = self.context._jsc.sc().statusTracker()
        while len(tracker.getExecutorInfos()) < 2:  # the driver is one of them
            if time.monotonic() > deadline:
                self.close()
                raise TrainingError(
                    f"the Spark cluster has given no process in {WAIT_SECONDS} s; it needs a worker with a free core "
                    f"and {memory} of free memory (spark[memory=…])"
                )
            time.sleep(0.1)


def _settings(directory: Path, master: str, threads: int, memory: str) -> dict[str, str]:
    logging = directory / "log4j2.properties"
    logging.write_text(_LOGGING, encoding="utf-8")
    settings = {
        "spark.app.name": "word2vec-bench",
        "spark.master": f"local[{threads}]" if master == "local" else master,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.driver.memory": memory,
        "spark.driver.maxResultSize": "0",  # a model comes back from every partition
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={directory} -Dlog4j2.configurationFile={logging.as_uri()}",
        "spark.local.dir": str(directory),
        "spark.sql.warehouse.dir": (directory / "warehouse").as_uri(),
    }
    if master != "local":
        settings |= {
            "spark.cores.max": str(threads),
            "spark.executor.memory": memory,
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",  # else the first process gets all partitions
            "spark.scheduler.maxRegisteredResourcesWaitingTime": "20s",
        }
    if master == "local" or re.match(r"spark://(127\.|localhost)", master):
        settings |= {"spark.driver.host": "127.0.0.1", "spark.driver.bindAddress": "127.0.0.1"}
    return settings


def _close(session: Any, gateway: Any, process: "subprocess.Popen[bytes]", directory: Path) -> None:
    if process.poll() is None:
        with contextlib.suppress(Exception):  # whatever state it is in, it is ended next
            session.stop()
    with contextlib.suppress(Exception):
        gateway.shutdown()
    _end(process, directory)
    _forget()


def _end(process: "subprocess.Popen[bytes] | None", directory: Path) -> None:
    if process is not None:
        if process.stdin is not None:
            with contextlib.suppress(OSError):
                process.stdin.close()  # it exits when this closes
        try:
            process.wait(5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    shutil.rmtree(directory, ignore_errors=True)


def _forget() -> None:
    """Let pyspark start another program in this process."""
    from pyspark import SparkContext

    SparkContext._active_spark_context = SparkContext._gateway = SparkContext._jvm = None


def _first_line(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:400]
