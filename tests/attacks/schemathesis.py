"""Schemathesis: calls made up from our OpenAPI document, none of which may end in a fault or break what it says.

Run: python3 -m tests.attacks.schemathesis [further arguments of schemathesis]. Needs .venv-nightly (run.py nightly)."""

import re
import subprocess
import sys

from tests.attacks.target import NIGHTLY, Target, target

#: What a server may never do, whatever it is sent. What the answers look like is compared with the document as well.
CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance,ignored_auth"
EXAMPLES = "15"


def attack(on: Target, further: list[str]) -> int:
    """Attack and print one line of figures; 0 if nothing was found."""
    command = [
        NIGHTLY / "schemathesis", "run", f"{on.url}/api/schema.json", "--header", on.header,
        "--checks", CHECKS, "--phases", "examples,coverage,fuzzing", "--max-examples", EXAMPLES, "--continue-on-failure",
        "--no-color", "--generation-database", "none", "--exclude-path-regex", "^/api/(schema.json|docs/)$", *further,
    ]  # fmt: skip
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout + done.stderr)
    calls = re.search(r"(\d[\d,]*) generated", done.stdout)
    failures = re.search(r"(\d+) unique failures?", done.stdout)
    told = f"{calls[1] if calls else '?'} calls, {failures[1] if failures else 0} findings, {on.faults()} faults"
    sys.stdout.write(f"\nschemathesis: {told}\n")
    return int(bool(done.returncode) or on.faults() > 0)


if __name__ == "__main__":
    with target() as one:
        sys.exit(attack(one, sys.argv[1:]))
