"""Keeps a few child processes running until told to stop."""

import subprocess
import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from tools.shell import ROOT, Failure

RESTARTS = 5  # so many within WINDOW are allowed; one more ends everything
WINDOW = 60.0  # seconds
STOP_WITHIN = 10.0  # seconds until a process that does not stop is killed
TAIL = 25  # lines of a log shown when its process keeps dying


@dataclass
class Child:
    """A program that is started again when it ends by itself.

    :ivar log: file that takes its output; None leaves the output in the terminal
    """

    name: str
    command: Sequence[str | Path]
    environment: Mapping[str, str]
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    deaths: deque[float] = field(default_factory=deque)
    start_at: float = 0.0

    def start(self) -> None:
        output = None
        if self.log:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            output = self.log.open("ab")
        # In a session of its own, so that Ctrl-C in the terminal reaches only us and the order of stopping is ours.
        self.process = subprocess.Popen(
            [str(part) for part in self.command],
            cwd=ROOT,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT if output else None,
            start_new_session=True,
        )
        if output:
            output.close()

    def tend(self, now: float) -> None:
        """Start the program when it is due, and plan its next start when it has died.

        :param now: monotonic seconds
        :raises Failure: when it died too often
        """
        if self.process is None:
            if now >= self.start_at:
                self.start()
            return
        status = self.process.poll()
        if status is None:
            return
        self.process = None
        self.deaths.append(now)
        while now - self.deaths[0] > WINDOW:
            self.deaths.popleft()
        if len(self.deaths) > RESTARTS:
            raise Failure(
                f"{self.name} ended {len(self.deaths)} times within a minute (status {status}).{self._tail()}"
            )
        self.start_at = now + 2.0 ** (len(self.deaths) - 1) / 2
        print(f"{self.name} ended (status {status}); it is started again.", flush=True)

    def _tail(self) -> str:
        if not self.log:
            return ""
        lines = self.log.read_text(errors="replace").splitlines()[-TAIL:]
        return "\n".join([f" The end of {self.log}:", *("  " + line for line in lines)])


def tend(children: Sequence[Child], interval: float = 0.2) -> NoReturn:
    """Keep the children running, for ever.

    :raises Failure: when one of them died too often
    """
    while True:
        for child in children:
            child.tend(time.monotonic())
        time.sleep(interval)


def stop(children: Sequence[Child]) -> None:
    """Ask every child to stop, wait, and kill what is left."""
    running = [child.process for child in children if child.process and child.process.poll() is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + STOP_WITHIN
    for process in running:
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
