"""F19, the restore drill: a backup made while an import writes is verified, restored after everything has changed, and
every table, file and number of an event compared. Prints one line of figures.

    python3 -m tests.drills.f19 [--rows 20000]
"""

import argparse
import io
import sys
import threading
import time
from typing import Any

from tests.drills.installation import installation


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    options = parser.parse_args()
    with installation():
        figures = drill(options.rows)
    sys.stdout.write(
        "F19 {database}: {rows:,} rows, {files} files, {size:,} bytes; backup {backup:.1f} s during an import, verified "
        "{verify:.1f} s, restored {restore:.1f} s; whole: {whole}\n".format(**figures)
    )
    return 0 if figures["whole"] else 1


def drill(rows: int) -> dict[str, Any]:
    from django.db import connection

    from guanxi.platform.access.actor import System
    from guanxi.platform.events.sealer import seal
    from guanxi.platform.files.services import receive
    from guanxi.platform.keeping import catalogue, services
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    actor, chief = System("a drill"), Organisation().everything()
    for number in range(20):
        receive(io.BytesIO(f"bytes {number}".encode() * 1000), f"{number}.txt", by=None)
    write(chief, rows, "before")
    while seal(5_000):
        pass
    importing = threading.Thread(target=write_beside, args=(chief, rows // 4))
    importing.start()
    began = time.perf_counter()
    made = services.back_up(actor)
    took = {"backup": time.perf_counter() - began}
    importing.join()
    checked = services.verify(actor, made)
    held = Company.objects.count()
    began = time.perf_counter()
    done = services.restore(actor, made.path)
    took["restore"] = time.perf_counter() - began
    stands = Company.objects.count()
    back = services.restore(actor, catalogue.get(done.before.name).path)
    whole = not checked.problem and not back.report.problems and rows <= stands <= held == Company.objects.count()
    return {
        "database": connection.vendor, "rows": made.rows, "files": made.files, "size": made.size, "verify": checked.seconds,
        "whole": whole, **took,
    }  # fmt: skip


def write(actor: Any, rows: int, name: str) -> None:
    """Records as an import writes them, in sets of 500."""
    from guanxi.platform.commands.sets import create_many
    from guanxi.platform.entities import registry
    from tests.fakes.models import Company

    entity = registry.get("fakes.company")
    for start in range(0, rows, 500):
        firms = [Company(name=f"{name} {start + n}", owner_id=actor.user_id) for n in range(min(500, rows - start))]
        create_many(entity, actor, firms)


def write_beside(actor: Any, rows: int) -> None:
    from django.db import connections

    write(actor, rows, "during")
    connections.close_all()


if __name__ == "__main__":
    sys.exit(main())
