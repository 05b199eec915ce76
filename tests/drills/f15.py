"""F15, fifty thousand rows of which 3 % are bad in twelve ways: the good ones go in, each bad one comes back with its place
and reason in a file that is corrected and brought again; counts add up, within a minute and 300 MB.

    python3 -m tests.drills.f15 [--rows 50000]
"""

import argparse
import csv
import io
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from tests.drills.f01 import started
from tests.drills.installation import installation
from tests.drills.outcome import told
from tests.drills.waiting import until

COLUMNS = (
    "Code", "Name", "Stage", "E-mail", "Website", "Employees", "Capital", "Rate", "Founded on", "Trusted", "Industry",
)  # fmt: skip
#: Column and what stands wrongly in it; employees fail twice, by kind and by a rule of the entity.
WRONG = (
    ("Name", ""), ("Name", "n" * 61), ("Stage", "perhaps"), ("E-mail", "nobody at nowhere"), ("Website", "nothing"),
    ("Employees", "many"), ("Employees", "-5"), ("Capital", "a lot"), ("Rate", "1.234"), ("Founded on", "2027-02-29"),
    ("Trusted", "maybe"), ("Industry", "no such industry"),
)  # fmt: skip
SHARE = 0.03
SECONDS, MEGABYTES = 60, 300
MEASURED_FROM = 50_000


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=50_000)
    options = parser.parse_args()
    with installation() as data:
        return drill(data, options.rows)


def drill(data: Path, rows: int) -> int:
    from django.db import connection

    from guanxi.platform.exchange import refused_file
    from guanxi.platform.exchange.folders import folder_of
    from guanxi.platform.exchange.problems import problems
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    chief = Organisation().everything()
    each = int(rows * SHARE) // len(WRONG)
    bad = {number * (rows // (each * len(WRONG))): number % len(WRONG) for number in range(each * len(WRONG))}
    worker = started(data)
    try:
        began = time.monotonic()
        chosen = brought(chief, written(rows, bad))
        took = time.monotonic() - began
        first = dict(chosen.counters)
        found = list(problems(folder_of(chosen)))
        target = io.BytesIO()
        refused_file.write(target, chosen, chief)
        again = brought(chief, corrected(target.getvalue()))
        memory = peak(worker.pid)
    finally:
        worker.kill()
        worker.wait()
    kinds = Counter(
        (COLUMNS[one.column] if one.column is not None else "", reason(one.message, one.value)) for one in found
    )
    good = rows - len(bad)
    return told(
        f"F15 {connection.vendor}",
        f"{rows:,} rows, {len(bad):,} bad of {len(WRONG)} kinds: {first.get('created', 0):,} in and "
        f"{first.get('refused', 0):,} back in {took:.1f} s, {memory:.0f} MB; corrected: {Company.objects.count():,} in all",
        {
            "counts add up": first == {"created": good, "refused": len(bad)},
            "each bad row named once": sorted(one.row for one in found) == [number + 2 for number in sorted(bad)],
            f"each kind by its own reason, not {kinds}": sorted(kinds.values()) == [each] * len(WRONG),
            "the corrected file brings the rest": again.counters == {"created": len(bad)}
            and Company.objects.count() == rows,
            f"within {SECONDS} s": rows < MEASURED_FROM or took <= SECONDS,
            f"within {MEGABYTES} MB": memory <= MEGABYTES,
        },
    )


def written(rows: int, bad: dict[int, int]) -> str:
    """The file: good rows, and the bad ones at their places."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for number in range(rows):
        row = right(f"M-{number:06d}")
        if number in bad:
            column, value = WRONG[bad[number]]
            row[column] = value
        writer.writerow(row)
    return text.getvalue()


def right(code: str) -> dict[str, str]:
    return {
        "Code": code, "Name": f"Firm {code}", "Stage": "new", "E-mail": "a@example.org", "Website": "https://example.org",
        "Employees": "12", "Capital": "1,000.50", "Rate": "1.25", "Founded on": "2028-02-29", "Trusted": "1", "Industry": "",
    }  # fmt: skip


def corrected(refused: bytes) -> str:
    """The refused rows with right values, still with the two columns in front that say what was wrong."""
    text = io.StringIO()
    lines = list(csv.reader(io.StringIO(refused.decode("utf-8-sig"))))
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(lines[0])
    for number, why, code, *_rest in lines[1:]:
        writer.writerow([number, why, *right(code).values()])
    return text.getvalue()


def brought(actor: Any, content: str) -> Any:
    """Upload, check and run, done by the worker; gives the Import."""
    from guanxi.platform.entities import registry
    from guanxi.platform.exchange import services
    from guanxi.platform.exchange.choices import ImportState
    from guanxi.platform.exchange.models import Import

    chosen = services.begin(registry.get("fakes.company"), actor, io.BytesIO(content.encode()), "firms.csv")

    def reach(*states: str) -> Any:
        until(lambda: Import.objects.get(pk=chosen.pk).state in states, within=600)
        return Import.objects.get(pk=chosen.pk)

    read = reach(ImportState.MAPPING, ImportState.REFUSED)
    services.choose(read, actor, {**read.mapping, "constants": {}}, {**read.options, "existing": "update"})
    services.start(reach(ImportState.CHECKED, ImportState.MAPPING), actor)
    return reach(ImportState.DONE, ImportState.STOPPED)


def reason(message: str, value: str) -> str:
    """The reason without the value it quotes, so that one kind is one text."""
    return message.replace(value, "…") if value else message


def peak(pid: int) -> float:
    """Most memory the process has held, in MB."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


if __name__ == "__main__":
    sys.exit(main())
