"""The Spark session that a run uses.

Takes the environment, gives a session: the one that is open already, as in a notebook; else a new one at
``INSIGHTHUB_SPARK_MASTER``, else where Spark's own configuration says, else on this machine. Everything else about a
cluster is Spark's own configuration. What is missing (the extra, Java) is said before Spark can fail in its own words.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from insighthub.errors import RunError

MASTER_SETTING = "INSIGHTHUB_SPARK_MASTER"
LEAST_JAVA = 17
LEAST_PYSPARK = 4
LOOPBACK = "127.0.0.1"
#: Where one of these is set, Spark's own configuration says where it runs.
OTHERWISE_CONFIGURED = ("PYSPARK_GATEWAY_PORT", "PYSPARK_SUBMIT_ARGS", "SPARK_CONF_DIR")


@contextmanager
def spark_session() -> Iterator[Any]:
    """Give a ``pyspark.sql.SparkSession``; one that was not open before is stopped afterwards.

    Raises:
        RunError: the extra or Java is missing or too old, or Spark cannot be started or reached.
    """
    require_pyspark()
    from pyspark.sql import SparkSession

    if SparkSession.getActiveSession() is not None:
        with _in_plain_words():
            yield _classic(SparkSession.getActiveSession())
        return
    if "PYSPARK_GATEWAY_PORT" not in os.environ:  # under spark-submit Java runs already
        require_java()
    session = _classic(_started(SparkSession.builder.appName("Insight Hub: link")))
    try:
        with _in_plain_words():
            yield session
    finally:
        session.stop()


@contextmanager
def _in_plain_words() -> Iterator[None]:
    from pyspark.errors import PySparkException

    try:
        yield
    except PySparkException as error:
        fault = workers_lack(error)
        if fault is None:
            raise
        raise fault from error


def workers_lack(error: Exception) -> RunError | None:
    """Return what to tell the user where Spark's workers lack a package; None where something else is wrong."""
    missing = re.search(r"No module named '([\w.]+)'", str(error))
    if missing is None:
        return None
    return RunError(
        f"Spark's workers have no Python package {missing.group(1)}",
        remedy="Install insighthub there, in the same version, or send it along: see the page on running on Spark.",
    )


def _started(builder: Any) -> Any:
    master = os.environ.get(MASTER_SETTING, "")
    if not master and not any(os.environ.get(name) for name in OTHERWISE_CONFIGURED):
        master = "local[*]"
    if master:
        builder = builder.master(master)
    if master.startswith("local"):
        # One machine: nothing listens beyond it, workers are this Python, and the driver may hold what it likes.
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        for name, value in {
            "spark.driver.host": LOOPBACK,
            "spark.driver.bindAddress": LOOPBACK,
            "spark.driver.maxResultSize": "0",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }.items():
            builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # Py4J's own errors, a PySparkRuntimeError, or none of them
        raise RunError(
            f"Spark could not be started at {master or 'the configured master'} ({type(error).__name__})",
            remedy=f"See what Spark printed above, and set {MASTER_SETTING} or Spark's own configuration.",
        ) from error
    session.sparkContext.setLogLevel("ERROR")
    return session


def _classic(session: Any) -> Any:
    if type(session).__module__.startswith("pyspark.sql.connect"):
        raise RunError(
            "this Spark session goes over Spark Connect, which has no broadcast variables",
            remedy="Run on the driver itself, with spark-submit or on a cluster with dedicated access.",
        )
    return session


def require_pyspark() -> None:
    """See that the extra is there.

    Raises:
        RunError: pyspark or sqlglot is missing, or pyspark is too old.
    """
    remedy = "Install the extra: pip install 'insighthub[spark]'"
    try:
        import pyspark
        import sqlglot  # noqa: F401
    except ImportError as error:
        raise RunError(f"the Spark engine needs the package {error.name}", remedy=f"{remedy}.") from None
    if int(pyspark.__version__.split(".")[0]) < LEAST_PYSPARK:
        raise RunError(
            f"the Spark engine needs pyspark {LEAST_PYSPARK} or later, and this is {pyspark.__version__}",
            remedy=f"{remedy}; it must be no newer than the cluster's own Spark.",
        )


def require_java() -> None:
    """See that there is a Java that Spark can run on, where Spark would look for it.

    Raises:
        RunError: there is none, or it is too old.
    """
    version = java_version()
    remedy = f"Install a Java runtime, {LEAST_JAVA} or later, and set JAVA_HOME if it is not on the path."
    if version is None:
        raise RunError("Spark needs Java, and none was found", remedy=remedy)
    if version < LEAST_JAVA:
        raise RunError(f"Spark needs Java {LEAST_JAVA} or later, and this is Java {version}", remedy=remedy)


def java_version() -> int | None:
    """Return the version of the Java that Spark would use, or None where there is none."""
    home = os.environ.get("JAVA_HOME")
    java = shutil.which(Path(home) / "bin" / "java") if home else shutil.which("java")
    if java is None:
        return None
    try:
        done = subprocess.run([java, "-version"], capture_output=True, text=True, check=True, timeout=60)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', done.stderr)
    return int(found.group(1)) if found else None
