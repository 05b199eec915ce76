"""run.py: its help, its options, what it says when something is missing, and how it tends its processes."""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import sys
import time

import pytest

import run
from tools import demo, environment, postgres, shell, supervisor, testing
from tools.shell import ROOT, Failure
from tools.supervisor import Child


def test_help_names_every_command_without_an_environment():
    done = subprocess.run([sys.executable, "-S", ROOT / "run.py", "--help"], capture_output=True, text=True)
    assert done.returncode == 0
    for command in (
        "demo",
        "test",
        "serve",
        "worker",
        "check",
        "census",
        "bench",
        "leaks",
        "nightly",
        "shots",
        "translate",
        "lock",
        "clean",
    ):
        assert f"\n    {command} " in done.stdout


@pytest.mark.parametrize(
    ("arguments", "port"),
    [([], 8000), (["--port", "81"], 81), (["--port", "81", "demo"], 81), (["demo", "--port", "82"], 82)],
)
def test_the_port_may_stand_before_or_after_the_command(arguments, port):
    options, rest = run.parser().parse_known_args(arguments)
    assert (options.port, options.host, rest) == (port, "127.0.0.1", [])


def test_further_arguments_reach_pytest_in_order():
    arguments = ["test", "tests", "--db", "postgres", "-k", "a b", "--maxfail=1"]
    options, rest = run.parser().parse_known_args(arguments)
    assert (options.db, rest) == ("postgres", ["tests", "-k", "a b", "--maxfail=1"])


def test_an_unknown_option_is_refused(capsys):
    with pytest.raises(SystemExit):
        run.main(["census", "--nosuch"])
    assert "--nosuch" in capsys.readouterr().err


def test_a_port_in_use_is_named_with_a_way_out():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(Failure, match=f"--port {port + 1}"):
            demo.demo("127.0.0.1", port)


def test_an_incomplete_python_names_the_package_that_completes_it(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(Failure, match="apt install python3-venv"):
        environment._create()


def test_missing_programs_name_the_packages_that_hold_them(monkeypatch, tmp_path):
    monkeypatch.delenv("GUANXI_CHROMIUM", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(postgres, "DEBIAN", tmp_path)
    with pytest.raises(Failure, match="apt-get install postgresql"):
        postgres.find_programs()
    with pytest.raises(Failure, match="apt-get install chromium"):
        testing._chromium()


def test_a_named_database_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://somewhere/db")
    with postgres.database("postgres") as chosen:
        assert chosen == {"DATABASE_URL": "postgresql://somewhere/db"}
    with postgres.database("sqlite") as chosen:
        assert chosen == {"DATABASE_URL": ""}


@pytest.mark.parametrize(
    ("arguments", "whole"),
    [([], True), (["-x"], True), (["tests/a.py"], False), (["-n", "4"], False), (["--pdb"], False)],
)
def test_two_processes_only_for_the_whole(arguments, whole):
    assert testing._whole(arguments) is whole


def child(code: str, **more) -> Child:
    return Child("The child", [sys.executable, "-c", code], os.environ, **more)


def until(condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_process_that_ends_is_started_again_after_a_pause(capsys):
    one = child("pass")
    one.tend(0.0)
    until(lambda: one.process.poll() is not None)
    one.tend(1.0)
    assert one.process is None
    one.tend(1.1)
    assert one.process is None
    one.tend(1.5)
    assert one.process is not None
    one.process.wait()
    assert "started again" in capsys.readouterr().out


def test_a_process_that_keeps_dying_ends_everything_with_the_end_of_its_log(tmp_path):
    one = child("print('no database')", log=tmp_path / "log")
    with pytest.raises(Failure, match=r"6 times within a minute (?s:.*)no database"):
        for second in range(40):
            one.tend(float(second))
            if one.process:
                one.process.wait()


def test_deaths_long_ago_are_forgotten():
    one = child("pass")
    for minute in range(8):
        one.tend(minute * 61.0)
        one.process.wait()
        one.tend(minute * 61.0 + 30)
    assert len(one.deaths) <= 2


def test_stopping_is_polite_first(tmp_path):
    code = "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *a: sys.exit(7)); print('up', flush=True); time.sleep(60)"
    polite = child(code, log=tmp_path / "polite")
    deaf = child(code.replace("lambda *a: sys.exit(7)", "signal.SIG_IGN"), log=tmp_path / "deaf")
    for one in (polite, deaf):
        one.start()
        until(lambda one=one: "up" in one.log.read_text())
    supervisor.STOP_WITHIN, before = 0.2, supervisor.STOP_WITHIN
    try:
        supervisor.stop([polite, deaf])
    finally:
        supervisor.STOP_WITHIN = before
    assert (polite.process.returncode, deaf.process.returncode) == (7, -signal.SIGKILL)


def test_programs_keep_bytecode_where_the_machine_forbids_it(monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")  # so that it is put back
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    shell.keep_bytecode()
    assert "PYTHONDONTWRITEBYTECODE" not in os.environ
    assert os.environ["PYTHONPYCACHEPREFIX"] == str(ROOT / "var" / "bytecode")


def test_a_machine_that_keeps_bytecode_keeps_it_where_it_likes(monkeypatch):
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", "")  # so that it is put back
    monkeypatch.delenv("PYTHONPYCACHEPREFIX")
    shell.keep_bytecode()
    assert "PYTHONPYCACHEPREFIX" not in os.environ
