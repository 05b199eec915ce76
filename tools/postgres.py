"""A private PostgreSQL server for tests and measurements: own data, Unix socket only, gone afterwards."""

import grp
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
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
READY_WITHIN = 30.0  # seconds

Account = tuple[str, str]  # user, group


@contextmanager
def database(kind: str) -> Iterator[dict[str, str]]:
    """The environment variables that choose a database for a child process.

    :param kind: "sqlite", or "postgres": the server of DATABASE_URL if that is set, else a private one
    """
    if kind == "sqlite":
        # Empty counts as not set, so that a DATABASE_URL of the shell does not reach the SQLite run.
        yield {"DATABASE_URL": ""}
    elif url := os.environ.get("DATABASE_URL"):
        yield {"DATABASE_URL": url}
    else:
        with server() as url:
            yield {"DATABASE_URL": url}


@contextmanager
def server() -> Iterator[str]:
    """Start a server with an empty database and stop it at the end, also when interrupted.

    :returns: the database's URL
    :raises Failure: when PostgreSQL is not installed or does not start
    """
    programs = find_programs()
    # Not in TMPDIR: a socket's path may have 107 characters only.
    home = Path(tempfile.mkdtemp(prefix="guanxi-pg-", dir="/tmp"))
    process = None
    try:
        account = _account()
        if account:
            shutil.chown(home, *account)
        _run(
            [
                programs / "initdb",
                "--pgdata",
                home / "data",
                "--username",
                NAME,
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
                "--no-sync",
            ],
            home,
            account,
        )
        options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
        with (home / "log").open("wb") as log:
            process = _popen([programs / "postgres", "-D", home / "data", "-k", home, *options], home, account, log)
        _wait_until_ready(programs, home, process)
        _run([programs / "createdb", "--host", home, "--username", NAME, NAME], home, account)
        yield f"postgresql://{NAME}@{quote(str(home), safe='')}/{NAME}"
    finally:
        if process and process.poll() is None:
            process.send_signal(signal.SIGINT)  # "fast": ends open connections
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        shutil.rmtree(home, ignore_errors=True)


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
