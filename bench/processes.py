"""The programs under measurement: starting them as run.py does, and what the kernel knows about them."""

import http.client
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import demo, supervisor
from tools.environment import PYTHON
from tools.shell import ROOT, keep_bytecode
from tools.supervisor import Child

READY_WITHIN = 60.0  # seconds
TICK = os.sysconf("SC_CLK_TCK")
#: How Linux marks the clock of another process: the complement of its number, and this in the low bits.
PROCESS_CPU_CLOCK = 2


def own_cpu() -> float:
    """User and system time of this process and of the programs it started that have ended."""
    times = os.times()
    return time.process_time() + times.children_user + times.children_system


class NotReady(Exception):
    """The server did not answer in time; the message ends with its log."""


class Process:
    """A running program of ours. Times are seconds, memory is MB."""

    def __init__(self, child: Child, port: int = 0, started_in: float = 0.0) -> None:
        assert child.process
        self.pid, self.port, self.started_in, self.log = child.process.pid, port, started_in, child.log

    def cpu(self) -> float:
        """User and system time of the process with all its threads, ended ones included."""
        return time.clock_gettime(~self.pid << 3 | PROCESS_CPU_CLOCK)

    def cpu_with_children(self) -> float:
        """The same with the programs it started, as soon as they have ended."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return self.cpu() + (int(fields[13]) + int(fields[14])) / TICK

    def anonymous(self) -> float:
        """Memory of its own: neither shared nor read from files."""
        lines = Path(f"/proc/{self.pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("Anonymous:")) / 1024


@contextmanager
def web(folder: Path) -> Iterator[Process]:
    """The web server on a free port of loopback, from its first answer at /healthz to the end of the block."""
    keep_bytecode()
    port = _free_port()
    child = Child("The web server", demo._web("127.0.0.1", port, 1), os.environ, folder / "web.log")
    begin = time.monotonic()
    child.start()
    try:
        while not _healthy(port):
            if time.monotonic() - begin > READY_WITHIN or (child.process and child.process.poll() is not None):
                raise NotReady(f"The web server does not answer at /healthz.{_tail(folder / 'web.log')}")
            time.sleep(0.02)
        yield Process(child, port, time.monotonic() - begin)
    finally:
        supervisor.stop([child])


@contextmanager
def worker(folder: Path) -> Iterator[Process]:
    """The process that runs jobs."""
    child = Child("The worker", [PYTHON, "manage.py", "worker"], os.environ, folder / "worker.log")
    child.start()
    try:
        yield Process(child)
    finally:
        supervisor.stop([child])


def run(*command: str) -> None:
    """A program of the project to its end; its output is ours."""
    subprocess.run([str(PYTHON), *command], cwd=ROOT, check=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _tail(log: Path) -> str:
    lines = log.read_text(errors="replace").splitlines()[-20:] if log.exists() else []
    return "\n".join([f" The end of {log}:", *lines])
