"""The texts of the demonstration stand in data files, because code holds no language."""

import json
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).parent / "data"


@cache
def read(path: Path) -> Any:
    """A JSON file, read once per process: do not change what it gives."""
    return json.loads(path.read_text(encoding="utf-8"))
