"""Where spools lie: one folder per import below the data folder, thrown away when nobody needs it any more."""

import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from uuid import UUID

from django.conf import settings

from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.reading import UNFINISHED, Spool

KEEP = timedelta(days=30)
#: A reader writes all the time: where nothing was written for so long, it was killed.
STILL = timedelta(hours=1)
AT_ONCE = 200


def root() -> Path:
    return Path(settings.DATA_DIR) / "imports"


def folder_of(chosen: Import) -> Path:
    """The spool's folder; problems and keys lie in it too."""
    return root() / str(chosen.folder)


def spool_of(chosen: Import) -> Spool:
    return Spool(folder_of(chosen))


def throw_away(*, now: datetime) -> int:
    """Remove the spools of imports that are gone or were begun long ago, and what killed readers left half written; gives
    how many. It goes by what lies there, so that nothing is overlooked whatever became of its import."""
    found = 0
    folders = iter(root().iterdir() if root().is_dir() else ())
    while some := list(islice(folders, AT_ONCE)):
        wanted = _wanted(some, now)
        for path in some:
            if path.name not in wanted and _touched(path) < (now - STILL).timestamp():
                shutil.rmtree(path, ignore_errors=True)
                found += 1
    return found


def _wanted(folders: list[Path], now: datetime) -> set[str]:
    """The names of whole spools whose import may still need them."""
    names = [one.name for one in folders if UNFINISHED not in one.name and _is_uuid(one.name)]
    rows = Import.objects.filter(folder__in=names, created_at__gte=now - KEEP)
    return {str(one) for one in rows.values_list("folder", flat=True)}


def _is_uuid(name: str) -> bool:
    try:
        return str(UUID(name)) == name
    except ValueError:
        return False


def _touched(folder: Path) -> float:
    """When something was last written in it; 0 for what is gone meanwhile."""

    def times() -> Iterator[float]:
        for path in (folder, *folder.glob("*")):
            try:
                yield path.stat().st_mtime
            except FileNotFoundError:
                continue

    return max(times(), default=0.0)
