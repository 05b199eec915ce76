"""Lock files: every package with version and hashes, no address of a registry."""

import shutil

from tools.environment import UV_ENVIRONMENT
from tools.shell import Failure, run

# The others agree with the first, so that one environment can hold them all.
AGREE = ["--constraints", "requirements.txt"]
LOCKS = {
    "requirements": [],
    "requirements-ldap": AGREE,
    "requirements-dev": AGREE,
    "requirements-node": [],
    "requirements-nightly": [],
}


def lock() -> int:
    """Resolve every requirements*.in anew to the newest versions that fit together."""
    uv = shutil.which("uv")
    if not uv:
        raise Failure("Locking needs uv:\n  pipx install uv")
    for name, constraints in LOCKS.items():
        run(
            [
                uv,
                "pip",
                "compile",
                "--quiet",
                "--upgrade",
                "--universal",
                "--python-version",
                "3.11",
                "--generate-hashes",
                "--no-emit-index-url",
                "--no-header",
                *constraints,
                f"{name}.in",
                "--output-file",
                f"{name}.txt",
            ],
            UV_ENVIRONMENT,
        )
    return 0
