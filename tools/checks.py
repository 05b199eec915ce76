"""The check command: everything that can be said about the code without running it."""

import time
from collections.abc import Sequence

from tools import environment
from tools.environment import PYTHON
from tools.shell import Failure, call

CHECKS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "--output-format", "concise", "."],
    "types": ["-m", "mypy"],
    "layers": ["-m", "tools.layers"],
    "security": ["-m", "tools.security"],
    "bandit": ["-m", "tools.weaknesses"],
    "migrations": ["manage.py", "makemigrations", "--check", "--dry-run"],
    "translations": ["-m", "tools.translations", "check"],
}
NAMES = tuple(CHECKS)


def check(only: Sequence[str]) -> int:
    """Run the named checks, or all; one that fails does not keep the next from running.

    :returns: 0 when all passed, else 1
    """
    if unknown := set(only) - set(NAMES):
        raise Failure(f"There is no check {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.")
    environment.ready("requirements-dev.txt")
    results = {}
    for name in only or NAMES:
        print(f"── {name}", flush=True)
        began = time.monotonic()
        passed = call([PYTHON, *CHECKS[name]], {"DATABASE_URL": "", "GUANXI_DATA_DIR": "build/check"}) == 0
        results[name] = (passed, time.monotonic() - began)
    print()
    for name, (passed, seconds) in results.items():
        print(f"{name:<14} {'ok' if passed else 'FAILED':<7} {seconds:6.1f} s")
    return 0 if all(passed for passed, _ in results.values()) else 1
