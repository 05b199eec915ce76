"""Word files as PDF, by LibreOffice where the server has one."""

import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.utils.translation import gettext as _

from guanxi.platform.documents.errors import NoOffice

_NAMES = ("soffice", "libreoffice")
_SECONDS = 90


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
    with TemporaryDirectory(prefix="guanxi-office-") as folder:
        place = Path(folder)
        (place / "document.docx").write_bytes(document)
        # A profile of its own: two conversions at once would wait for each other, or share what the last one opened.
        command = [
            _program(settings.OFFICE_PROGRAM), f"-env:UserInstallation={(place / 'profile').as_uri()}",
            "--headless", "--norestore", "--nolockcheck", "--convert-to", "pdf:writer_pdf_Export", "--outdir", folder, str(place / "document.docx"),
        ]  # fmt: skip
        try:
            done = subprocess.run(  # noqa: S603 - the administrator's own program; the file goes by a path of ours
                command, cwd=folder, capture_output=True, timeout=_SECONDS, check=False,
                env={"PATH": os.environ.get("PATH", ""), "HOME": folder, "LANG": "C.UTF-8"},
            )  # fmt: skip
        except (subprocess.TimeoutExpired, OSError) as error:
            raise NoOffice(_("LibreOffice did not make the PDF. Take the Word file instead.")) from error
        made = place / "document.pdf"
        if done.returncode or not made.is_file():
            raise NoOffice(_("LibreOffice did not make the PDF. Take the Word file instead."))
        return made.read_bytes()
