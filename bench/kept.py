"""Copies of what was loaded, so that a second run need not load again: SQLite's files; of PostgreSQL the key, beside a
database that stays on a server of one's own. No Django here."""

import hashlib
import shutil
from pathlib import Path

STAMP = "made-by"
SOURCES = ("crowd.py", "data.py", "loading.py", "own_kinds.py", "rules.py", "words.json")


def stamp() -> str:
    """Tells whether a copy was made by the loader and for the tables as they are now."""
    here = Path(__file__).parent
    files = [here / name for name in SOURCES] + sorted(here.parent.glob("guanxi/**/migrations/*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()


def keep(data: Path, template: Path) -> None:
    """Copy the databases and the key of a data folder that no process uses."""
    shutil.rmtree(template, ignore_errors=True)
    template.mkdir(parents=True)
    for name in ("guanxi.sqlite3", "side.sqlite3", "secret.key"):
        if (data / name).exists():
            shutil.copy2(data / name, template / name)
    (template / STAMP).write_text(stamp())


def take(template: Path, data: Path, *, as_it_is: bool) -> bool:
    """Begin from a kept copy; False where there is none, or one of another loader that is not to be taken ``as_it_is``."""
    made = template / STAMP
    if not made.exists() or (made.read_text() != stamp() and not as_it_is):
        return False
    for file in template.iterdir():
        shutil.copy2(file, data / file.name)
    return True
