"""F10, the disk is full: the database on a tmpfs of a few megabytes, then the folder of files and that of backups. Writes are
refused with a clear text, reading goes on, nothing is half there, and with more room everything continues. Needs root.

    python3 -m tests.drills.f10
"""

import io
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.drills.f19 import write
from tests.drills.installation import installation

SMALL, LARGE = "16m", "128m"


@contextmanager
def small_disk() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="guanxi-disk-"))
    mount("-t", "tmpfs", "-o", f"size={SMALL}", "tmpfs", str(folder))
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=False)
        folder.rmdir()


def mount(*arguments: str) -> None:
    subprocess.run(["mount", *arguments], check=True)


def main() -> int:
    with small_disk() as disk, installation(disk):
        figures = drill(disk)
    sys.stdout.write(
        "F10 sqlite: full at {full:,} rows, refused by {error}, reads go on: {reads}, integrity {integrity}; upload refused: "
        "{upload}, backup refused: {backup}, left behind: {left}; with more room {after:,} rows, backup verified: "
        "{verified}\n".format(**figures)
    )
    return 0 if figures["held"] else 1


def drill(disk: Path) -> dict[str, Any]:
    from django.db import DatabaseError, connection

    from guanxi.platform.access.actor import System
    from guanxi.platform.files.errors import FileRefused
    from guanxi.platform.files.services import receive
    from guanxi.platform.keeping import services
    from guanxi.platform.keeping.errors import ArchiveError
    from tests.fakes.models import Company
    from tests.organisation import Organisation

    actor, chief = System("a drill"), Organisation().everything()
    found: dict[str, Any] = {"error": "nothing", "upload": False, "backup": False}
    try:
        write(chief, 200_000, "firm")
    except DatabaseError as error:
        found["error"] = str(error)
    found["full"] = Company.objects.count()
    found["reads"] = Company.objects.filter(name="firm 0").exists()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        (found["integrity"],) = cursor.fetchone()
    try:
        receive(io.BytesIO(b"x" * 20_000_000), "large.txt", by=None)
    except FileRefused as error:
        found["upload"] = error.code == "disk_full"
    try:
        services.back_up(actor)
    except ArchiveError as error:
        found["backup"] = error.code == "disk_full"
    folders = (disk / "files" / "tmp", disk / "backups")
    found["left"] = sum(len(list(folder.iterdir())) for folder in folders if folder.is_dir())
    mount("-o", f"remount,size={LARGE}", str(disk))
    write(chief, 2_000, "later")
    found["after"] = Company.objects.count()
    found["verified"] = not services.verify(actor, services.back_up(actor)).problem
    found["held"] = (
        found["reads"] and found["integrity"] == "ok" and found["upload"] and found["backup"] and not found["left"]
        and found["after"] == found["full"] + 2_000 and found["verified"]
    )  # fmt: skip
    return found


if __name__ == "__main__":
    sys.exit(main())
