"""Removes what the other commands built."""

import shutil
from pathlib import Path

from tools.shell import ROOT

BUILT = [
    "build",
    "bench/out",
    "guanxi/static/vendor",
    "frontend/.stamp",
    ".pytest_cache",
    ".mypy_cache",
    ".ruff_cache",
    ".hypothesis",
    ".import_linter_cache",
    "var/bytecode",
    "var/prepared",
]
EVERYTHING = [".venv", ".venv-nightly", "frontend/node_modules", "var/demo"]
SCATTERED = ["__pycache__", "*.mo"]
SOURCES = ["guanxi", "tests", "tools", "bench"]


def clean(everything: bool) -> int:
    """Remove built files.

    :param everything: also the environment, the node packages and the demonstration's data
    """
    for name in BUILT + (EVERYTHING if everything else []):
        _remove(ROOT / name)
    for folder in SOURCES:
        for pattern in SCATTERED:
            for found in (ROOT / folder).rglob(pattern):
                _remove(found)
    return 0


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
