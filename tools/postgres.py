"""A private PostgreSQL server for tests and measurements: own data, Unix socket only, gone afterwards."""

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

from tools.shell import Failure

NAME = "guanxi"
DEBIAN = Path("/usr/lib/postgresql")
SETTINGS = {
    "listen_addresses": "",
    # The data is thrown away, so that nothing need survive a crash of the machine.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "100",
    "shared_buffers": "256MB",
}
#: For measurements: what a save costs includes that it lasts.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
READY_WITHIN = 30.0  # seconds

Account = tuple[str, str]  # user, group


@contextmanager
def database(kind: str, **settings: str) -> Iterator[dict[str, str]]:
    """The environment variables that choose a database for a child process.

    :param kind: "sqlite", or "postgres": the server of DATABASE_URL if that is set, else a private one
    :param settings: of the private one, instead of those of SETTINGS
    """
    if kind == "sqlite":
        # Empty counts as not set, so that a DATABASE_URL of the shell does not reach the SQLite run.
        yield {"DATABASE_URL": ""}
    elif url := os.environ.get("DATABASE_URL"):
        yield {"DATABASE_URL": url}
    else:
        with private(**settings) as started:
            yield {"DATABASE_URL": started.url, "GUANXI_OWN_SERVER": "1"}


@contextmanager
def private(**settings: str) -> Iterator["Server"]:
    """A server with an empty database, stopped and removed at the end, also when interrupted.

    :param settings: instead of those of SETTINGS
    :raises Failure: when PostgreSQL is not installed or does not start
    """
    programs = find_programs()
    # Not in TMPDIR: a socket's path may have 107 characters only.
    home = Path(tempfile.mkdtemp(prefix="guanxi-pg-", dir="/tmp"))
    one = Server(programs, home, _account(), {**SETTINGS, **settings})
    try:
        one.create()
        yield one
    finally:
        one.stop()
        shutil.rmtree(home, ignore_errors=True)


class Server:
    """A PostgreSQL server in a folder of its own.

    :ivar url: its database, by its Unix socket
    """

    def __init__(self, programs: Path, home: Path, account: Account | None, settings: Mapping[str, str]) -> None:
        self.url = f"postgresql://{NAME}@{quote(str(home), safe='')}/{NAME}"
        self.socket = home / ".s.PGSQL.5432"
        self._programs, self._home, self._account = programs, home, account
        self._options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self._process: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make its files and its database, and start it."""
        home, account = self._home, self._account
        if account:
            shutil.chown(home, *account)
        who = ["--username", NAME, "--auth", "trust"]
        initdb: list[str | Path] = [self._programs / "initdb", "--pgdata", home / "data", *who, "--encoding", "UTF8"]
        _run([*initdb, "--locale", "C.UTF-8", "--no-sync"], home, account)
        self.start()
        _run([self._programs / "createdb", "--host", home, "--username", NAME, NAME], home, account)

    def start(self) -> None:
        """Start it, after a crash with what it had promised; returns when it answers."""
        where: list[str | Path] = ["-D", self._home / "data", "-k", self._home]
        command = [self._programs / "postgres", *where, *self._options]
        with (self._home / "log").open("ab") as log:
            self._process = _popen(command, self._home, self._account, log)
        _wait_until_ready(self._programs, self._home, self._process)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """Stop it and wait.

        :param how: SIGINT ends open connections in order ("fast"), SIGQUIT is a crash ("immediate")
        """
        if self._process is None or self._process.poll() is not None:
            return
        self._process.send_signal(how)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def crash(self) -> None:
        """Stop it as a crash does: nothing is written down any more."""
        self.stop(signal.SIGQUIT)


def find_programs() -> Path:
    """The folder with initdb and postgres: Debian's newest, else the path's.

    :raises Failure: with the line that installs PostgreSQL
    """
    debian = sorted(DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True)
    on_path = [Path(found).resolve().parent] if (found := shutil.which("initdb")) else []
    for folder in [*debian, *on_path]:
        if (folder / "initdb").exists() and (folder / "postgres").exists():
            return folder
    raise Failure(
        "PostgreSQL is not installed. Install it, or name a server in DATABASE_URL:\n  apt-get install postgresql"
    )


def _account() -> Account | None:
    """User and group to run the server as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return name, grp.getgrgid(user.pw_gid).gr_name
    raise Failure("PostgreSQL does not run as root, and there is no account postgres or nobody to run it as.")


def _popen(
    command: Sequence[str | Path], home: Path, account: Account | None, output: IO[bytes] | int
) -> subprocess.Popen[bytes]:
    user, group = account or (None, None)
    # In a session of its own: Ctrl-C must not stop the server before the tests have closed their connections.
    return subprocess.Popen(
        [str(part) for part in command],
        cwd=home,
        user=user,
        group=group,
        extra_groups=[] if account else None,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def _run(command: Sequence[str | Path], home: Path, account: Account | None) -> None:
    process = _popen(command, home, account, subprocess.PIPE)
    output, _ = process.communicate()
    if process.returncode:
        raise Failure(f"{Path(command[0]).name} failed:\n{output.decode(errors='replace')}")


def _wait_until_ready(programs: Path, home: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_WITHIN
    check = [str(programs / "pg_isready"), "--quiet", "--host", str(home)]
    while subprocess.run(check, check=False).returncode:
        if process.poll() is not None or time.monotonic() > deadline:
            log = (home / "log").read_text(errors="replace")
            raise Failure(f"PostgreSQL did not start:\n{log}")
        time.sleep(0.1)
