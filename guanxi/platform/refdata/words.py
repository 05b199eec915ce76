"""Chinese words the code works with, kept as data (data/words.json)."""

import json
from functools import cache
from pathlib import Path
from typing import Any

PATH = Path(__file__).parent / "data" / "words.json"


@cache
def words(name: str) -> Any:
    """One list or map of the file, by name."""
    return json.loads(PATH.read_text(encoding="utf-8"))[name]
