"""The Python environment in .venv, installed from lock files with hashes; others beside it in the same way."""

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


def python_of(venv: Path) -> Path:
    return venv / "bin" / "python"


def ready(lock: str = "requirements.txt", venv: Path = VENV) -> None:
    """Make sure that the environment exists and holds what the lock file names; does nothing when it already does.

    Packages beyond the lock file stay, so that a demonstration does not remove the tools of a developer.

    :param lock: name of a lock file in the project's root
    :param venv: folder of the environment
    :raises Failure: when the machine lacks a part of Python, or packages cannot be installed
    """
    with set_up_lock():
        if not python_of(venv).exists():
            _create(venv)
        install(lock, venv)


def install(lock: str, venv: Path = VENV) -> None:
    """Install what a lock file names into an environment, unless that has been done; the set-up lock is held."""
    stamp, python = venv / f".{lock}.sha256", python_of(venv)
    wanted = digest(ROOT / lock)
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print(f"Installing Python packages ({lock}) …", flush=True)
    if uv := shutil.which("uv"):
        run([uv, "pip", "install", "--quiet", "--require-hashes", "--python", python, "-r", lock], UV_ENVIRONMENT)
    else:
        if call([python, "-c", "import pip"], {"PYTHONWARNINGS": "ignore"}):
            run([python, "-m", "ensurepip"])
        run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes", "-r", lock])
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


def _create(folder: Path = VENV) -> None:
    print("Creating the Python environment …", flush=True)
    if uv := shutil.which("uv"):
        run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder], UV_ENVIRONMENT)
        return
    # Debian ships venv without ensurepip until python3-venv is installed.
    if not importlib.util.find_spec("ensurepip"):
        raise Failure(
            "Python's venv module is not complete on this machine. Install it, then start again:\n"
            "  apt install python3-venv"
        )
    try:
        venv.create(folder, with_pip=True, clear=True, symlinks=True)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise Failure(
            f"The environment in {folder.name} could not be made ({error}). On Debian this helps:\n  apt install python3-venv"
        ) from error
