"""Which backups there are. The folder itself is the truth: beside each archive lies a small description. A table would
lose with every restore the backups that were made since."""

import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
from django.utils import timezone

from guanxi.platform.access.gate import NotFound
from guanxi.platform.keeping.conf import keeping_settings

SUFFIXES = (".gxb", ".tar.gz")
UPLOADED = "uploaded"


@dataclass(frozen=True, kw_only=True)
class Backup:
    """``reason``: daily, asked, before-restore, uploaded. ``problem`` is what the last verification found wrong;
    ``verified_at`` is set when an archive was restored into a scratch database and every table and file compared."""

    name: str
    made_at: datetime
    reason: str = ""
    by: str = ""
    size: int = 0
    sha256: str = ""
    sealed: bool = False
    rows: int = 0
    files: int = 0
    seq: int = 0
    verified_at: datetime | None = None
    problem: str = ""
    seconds: float = 0

    @property
    def path(self) -> Path:
        return keeping_settings().folder / self.name


def ready(folder: Path) -> None:
    """Make the folder, open to its owner only."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def backups() -> list[Backup]:
    """All backups of the folder, the newest first. An archive without a description is shown by its name and time."""
    folder = keeping_settings().folder
    names = [path.name for path in folder.iterdir() if _is_archive(path)] if folder.is_dir() else []
    return sorted((_read(folder / name) for name in names), key=lambda one: (one.made_at, one.name), reverse=True)


def get(name: str) -> Backup:
    """The backup of a name. Raises NotFound; a name that leads elsewhere is no backup."""
    path = keeping_settings().folder / name
    if Path(name).name != name or not _is_archive(path):
        raise NotFound
    return _read(path)


def enter(backup: Backup) -> Backup:
    """Write the description of an archive."""
    write_json(_described(backup.path), asdict(backup))
    return backup


def note(backup: Backup, **changes: Any) -> Backup:
    """Change the description of an archive."""
    return enter(replace(backup, **changes))


def remove(backup: Backup) -> None:
    backup.path.unlink(missing_ok=True)
    _described(backup.path).unlink(missing_ok=True)


def outdated(found: Iterable[Backup]) -> list[Backup]:
    """What the rule for keeping lets go: all but the newest, and the newest of each of the last months. A backup that
    was made before a restore, or brought by somebody, is removed by hand only; and one that was verified always stays."""
    conf = keeping_settings()
    ours = [one for one in found if one.reason in ("daily", "asked")]
    kept = {one.name for one in ours[: conf.keep]}
    months: dict[str, str] = {}
    for one in ours:
        months.setdefault(f"{one.made_at:%Y-%m}", one.name)
    kept |= set(list(months.values())[: conf.keep_months])
    kept |= {one.name for one in [one for one in ours if one.verified_at and not one.problem][:1]}
    return [one for one in ours if one.name not in kept]


def sweep(folder: Path, now: datetime) -> None:
    """Remove what killed processes left half written."""
    for path in folder.glob(".*.part"):
        if path.stat().st_mtime < (now - timedelta(days=1)).timestamp():
            path.unlink(missing_ok=True)


def write_json(path: Path, values: Any) -> None:
    """Whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(orjson.dumps(values))
    part.replace(path)


def read_json(path: Path) -> dict[str, Any]:
    """Empty if there is no such file."""
    return orjson.loads(path.read_bytes()) if path.is_file() else {}


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder safely to disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_archive(path: Path) -> bool:
    return path.name.endswith(SUFFIXES) and not path.name.startswith(".") and path.is_file() and not path.is_symlink()


def _described(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _read(path: Path) -> Backup:
    known = {field.name for field in fields(Backup)}
    try:
        values = {key: value for key, value in orjson.loads(_described(path).read_bytes()).items() if key in known}
        for key in ("made_at", "verified_at"):
            values[key] = datetime.fromisoformat(values[key]) if values.get(key) else None
        return Backup(**values | {"name": path.name, "size": path.stat().st_size})
    except (OSError, ValueError, TypeError):
        facts = path.stat()
        made_at = datetime.fromtimestamp(facts.st_mtime, timezone.get_default_timezone())
        return Backup(name=path.name, made_at=made_at, size=facts.st_size, sealed=path.suffix == ".gxb")
