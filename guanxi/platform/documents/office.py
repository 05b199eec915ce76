"""Word files as PDF, by LibreOffice where the server has one."""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.platform.documents.errors import NoOffice
from guanxi.platform.files.confining import CONFINED

_NAMES = ("soffice", "libreoffice")
#: What one conversion may take: seconds by the clock and of processor, bytes of memory and of one file.
_SECONDS, _MEMORY, _FILE = 90, 3 << 30, 200 << 20
#: Conversions at once in one process; others wait for their turn.
_turns = BoundedSemaphore(2)


@lru_cache(maxsize=1)
def _program(chosen: str) -> str:
    return shutil.which(chosen) or "" if chosen else next(filter(None, map(shutil.which, _NAMES)), "")


def why_not() -> str:
    """Why there can be no PDF; empty where there can."""
    if _program(settings.OFFICE_PROGRAM):
        return ""
    return _("PDF needs LibreOffice on the server, which is not installed. Open the Word file and save it as PDF.")


def to_pdf(document: bytes) -> bytes:
    """A Word file as PDF. Takes seconds; call it outside of transactions.

    :raises NoOffice: there is none, or it failed
    """
    if missing := why_not():
        raise NoOffice(missing)
    with _turns, TemporaryDirectory(prefix="guanxi-office-") as folder:
        place = Path(folder)
        (place / "document.docx").write_bytes(document)
        made = place / "document.pdf"
        if not _ends_well(_command(place), folder) or not made.is_file():
            raise NoOffice(_("LibreOffice did not make the PDF. Take the Word file instead."))
        return made.read_bytes()


def _command(place: Path) -> list[str]:
    """A profile of its own: two conversions at once would wait for each other, or share what the last one opened."""
    return [
        sys.executable, "-I", str(CONFINED), str(_MEMORY), str(_SECONDS), str(_FILE),
        _program(settings.OFFICE_PROGRAM), f"-env:UserInstallation={(place / 'profile').as_uri()}",
        "--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf:writer_pdf_Export", "--outdir", str(place),
        str(place / "document.docx"),
    ]  # fmt: skip


def _ends_well(command: list[str], folder: str) -> bool:
    """Whether it came to a good end in time. Whatever it started ends with it: the office is a starter and its child."""
    try:
        process = subprocess.Popen(  # noqa: S603 - the administrator's own program; the file goes by a path of ours
            command, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, env={"PATH": os.environ.get("PATH", ""), "HOME": folder, "LANG": "C.UTF-8"},
        )  # fmt: skip
    except OSError:
        return False
    try:
        return process.wait(_SECONDS) == 0
    except subprocess.TimeoutExpired:
        return False
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
