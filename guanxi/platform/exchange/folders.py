"""Where spools lie: one folder per import below the data folder, thrown away when nobody needs it any more."""

import shutil
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from guanxi.platform.exchange.models import Import
from guanxi.platform.exchange.reading import Spool

KEEP = timedelta(days=30)


def folder_of(chosen: Import) -> Path:
    """The spool's folder; problems and keys lie in it too."""
    return Path(settings.DATA_DIR) / "imports" / str(chosen.folder)


def spool_of(chosen: Import) -> Spool:
    return Spool(folder_of(chosen))


def throw_away(*, now: datetime, at_once: int = 200) -> int:
    """Remove the spools of imports that ended or were left long ago; gives how many."""
    found = 0
    for chosen in Import.objects.filter(created_at__lt=now - KEEP).order_by("-pk")[:at_once]:
        path = folder_of(chosen)
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
            found += 1
    return found
