"""What the Spark engine needs is asked for before Spark is started, in words that say what to do."""

import sys

import pytest
from typer.testing import CliRunner

from insighthub.cli import app
from insighthub.errors import RunError
from insighthub.linkage.spark.session import java_version, require_java, require_pyspark, workers_lack
from insighthub.sources.examples import example_text

needs_shell = pytest.mark.skipif(sys.platform == "win32", reason="a shell script stands in for an old Java")


@pytest.fixture
def java_home(tmp_path, monkeypatch):
    """Set JAVA_HOME to a folder whose java says it is of a version, or to one that has none."""

    def set_to(version=None):
        monkeypatch.setenv("JAVA_HOME", str(tmp_path))
        if version is not None:
            (tmp_path / "bin").mkdir()
            java = tmp_path / "bin" / "java"
            java.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2020-01-01' >&2\n", encoding="utf-8")
            java.chmod(0o755)

    return set_to


def test_without_java_the_user_is_told_to_install_it(java_home):
    java_home()
    with pytest.raises(RunError, match=r"none was found. Install a Java runtime, 17 or later"):
        require_java()


@needs_shell
@pytest.mark.parametrize(("said", "version"), [("1.8.0_392", 8), ("11.0.21", 11)])
def test_an_old_java_is_refused(java_home, said, version):
    java_home(said)
    with pytest.raises(RunError, match=f"needs Java 17 or later, and this is Java {version}"):
        require_java()


@needs_shell
@pytest.mark.parametrize("said", ["17.0.15", "21", "25-ea"])
def test_a_newer_java_will_do(java_home, said):
    java_home(said)
    require_java()
    assert java_version() == int(said[:2])


@pytest.mark.parametrize("package", ["pyspark", "sqlglot"])
def test_without_the_extra_the_user_is_told_to_install_it(monkeypatch, package):
    pytest.importorskip("pyspark")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RunError, match=rf"needs the package {package}. Install the extra: .*insighthub\[spark\]"):
        require_pyspark()


def test_a_pyspark_that_is_too_old_is_refused(monkeypatch):
    pyspark = pytest.importorskip("pyspark")
    monkeypatch.setattr(pyspark, "__version__", "3.5.9")
    with pytest.raises(RunError, match=r"needs pyspark 4 or later, and this is 3.5.9"):
        require_pyspark()


def test_the_command_says_so_and_writes_nothing(java_home, tmp_path):
    pytest.importorskip("pyspark")
    java_home()
    contract = tmp_path / "contract.toml"
    contract.write_text(example_text("council_tax"), encoding="utf-8")
    called = CliRunner().invoke(app, ["link", str(contract), "--out", str(tmp_path / "out"), "--engine", "spark"])
    assert called.exit_code == 1
    assert "Spark needs Java, and none was found" in called.output
    assert not (tmp_path / "out").exists()


def test_a_package_that_workers_lack_is_named():
    error = RuntimeError("... ModuleNotFoundError: No module named 'insighthub.linkage' ...")
    assert "insighthub.linkage" in str(workers_lack(error))
    assert workers_lack(RuntimeError("anything else")) is None
