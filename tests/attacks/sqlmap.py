"""sqlmap at level 2: every parameter of lists, counts, groups and pages, none of which may reach the database as SQL (N20).

Run: python3 -m tests.attacks.sqlmap. Needs .venv-nightly (run.py nightly)."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.attacks.target import NIGHTLY, Target, target

#: Address → the parameters that are attacked. Filter trees are attacked inside their text.
ADDRESSES: tuple[tuple[str, str], ...] = (
    ("/api/customers/customer/?q=a&sort=name&fields=name&limit=10&cursor=next-a", "q,sort,fields,limit,cursor"),
    ('/api/customers/customer/?filter=["contains","name","a*"]', ""),
    ('/api/customers/customer/?filter=["eq","a*","x"]', ""),
    ("/api/customers/customer/count/?q=a&count=exact", "q,count"),
    ("/api/customers/customer/groups/?by=tier&total=registered_capital&q=a", "by,total,q"),
    ("/api/customers/customer/1*/", ""),
    ("/api/customers/customer/1/history/?cursor=1&limit=5", "cursor,limit"),
    ("/api/audit/event/?q=a&sort=id", "q,sort"),
)


def attack(on: Target) -> int:
    """Attack each address and print one line of figures; 0 if no parameter gives way and the server had no fault."""
    found: list[str] = []
    silent: list[str] = []
    with tempfile.TemporaryDirectory(prefix="guanxi-sqlmap-") as folder:
        for number, (address, parameters) in enumerate(ADDRESSES):
            text = _run(on, address, parameters, Path(folder) / str(number))
            if "sqlmap identified" in text:
                found.append(address)
            elif "do not appear to be injectable" not in text:
                silent.append(address)
    told = f"{len(ADDRESSES)} addresses, {len(found)} give way, {len(silent)} not attacked, {on.faults()} faults"
    sys.stdout.write(f"\nsqlmap: {told}\n")
    return int(bool(found or silent) or on.faults() > 0)


def _run(on: Target, address: str, parameters: str, folder: Path) -> str:
    chosen: Sequence[str] = ("-p", parameters) if parameters else ()
    command = [
        str(NIGHTLY / "sqlmap"), "-u", on.url + address, "--headers", on.header, "--batch", "--level", "2", "--risk", "1",
        "--technique", "BEUST", "--threads", "2", "--time-sec", "2", "--disable-coloring", "--flush-session",
        "--ignore-code", "400,404", "--output-dir", str(folder), *chosen,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    sys.stdout.write(done.stdout)
    return done.stdout


if __name__ == "__main__":
    with target() as one:
        sys.exit(attack(one))
