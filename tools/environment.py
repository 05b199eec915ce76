"""The Python environment in .venv, installed from lock files with hashes."""

import fcntl
import hashlib
import importlib.util
import shutil
import sys
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.shell import ROOT, Failure, call, run

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# uv must take the Python of this machine and never download one.
UV_ENVIRONMENT = {"UV_PYTHON_DOWNLOADS": "never"}


def ready(lock: str = "requirements.txt") -> None:
    """Make sure that .venv exists and holds what the lock file names; does nothing when it already does.

    Packages beyond the lock file stay, so that a demonstration does not remove the tools of a developer.

    :param lock: name of a lock file in the project's root
    :raises Failure: when the machine lacks a part of Python, or packages cannot be installed
    """
    with set_up_lock():
        if not PYTHON.exists():
            _create()
        install(lock)


def install(lock: str) -> None:
    """Install what a lock file names into .venv, unless that has been done; the set-up lock is held."""
    stamp = VENV / f".{lock}.sha256"
    wanted = digest(ROOT / lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing Python packages ({lock}) …", flush=True)
    if uv := shutil.which("uv"):
        run([uv, "pip", "install", "--quiet", "--require-hashes", "--python", PYTHON, "-r", lock], UV_ENVIRONMENT)
    else:
        if call([PYTHON, "-c", "import pip"], {"PYTHONWARNINGS": "ignore"}):
            run([PYTHON, "-m", "ensurepip"])
        run([PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r", lock])
    stamp.write_text(wanted)


def digest(*files: Path) -> str:
    """SHA-256 over the contents of some files and the version of Python."""
    total = hashlib.sha256(sys.version.encode())
    for file in files:
        total.update(file.read_bytes())
    return total.hexdigest()


@contextmanager
def set_up_lock() -> Iterator[None]:
    """Two commands started at the same time set up one after the other."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "setup.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _create() -> None:
    print("Creating the Python environment …", flush=True)
    if uv := shutil.which("uv"):
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, VENV], UV_ENVIRONMENT)
        return
    # Debian ships venv without ensurepip until python3-venv is installed.
    if not importlib.util.find_spec("ensurepip"):
        raise Failure(
            "Python's venv module is not complete on this machine. Install it, then start again:\n"
            "  apt install python3-venv"
        )
    try:
        venv.create(VENV, with_pip=True, clear=True, symlinks=True)
    except Exception as error:
        shutil.rmtree(VENV, ignore_errors=True)
        raise Failure(
            f"The environment in .venv could not be made ({error}). On Debian this helps:\n  apt install python3-venv"
        ) from error
