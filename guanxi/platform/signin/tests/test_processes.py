"""Limits and used codes hold over all processes of an installation, and over their end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long
ROOT = Path(__file__).resolve().parents[4]
PROCESSES, ATTEMPTS = 3, 4


@pytest.fixture
def installation(tmp_path: Path) -> dict[str, str]:
    """The environment of an installation of its own, with what limits and cache need."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    made = {**kept, "GUANXI_DATA_DIR": str(tmp_path), "GUANXI_LOG_LEVEL": "ERROR"}
    for arguments in (
        ("migrate", "--database", "side", "-v", "0"),
        ("createcachetable", "--database", "side", "-v", "0"),
    ):
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=made, check=True)
    return made


def test_processes_share_the_limit_and_the_used_codes(installation):
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "guanxi.platform.signin.tests.rush", str(ATTEMPTS)],
            cwd=ROOT,
            env=installation,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _number in range(PROCESSES)
    ]
    for child in children:
        assert child.stdout.readline() == "ready\n"
    for child in children:
        child.stdin.write("go\n")
        child.stdin.flush()
    lines = [line for child in children for line in child.communicate(timeout=60)[0].splitlines()]
    left = sorted(int(line) for line in lines if not line.startswith("code"))
    assert left == [-1] * (PROCESSES * ATTEMPTS - 5) + [0, 1, 2, 3, 4]
    assert sorted(line for line in lines if line.startswith("code")) == ["code False"] * (PROCESSES - 1) + ["code True"]
