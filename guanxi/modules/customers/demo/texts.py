"""The data files of this module's demonstration."""

from pathlib import Path
from typing import Any

from guanxi.platform.directory.demo.data_files import read

DATA = Path(__file__).parent / "data"

FIRMS: dict[str, Any] = read(DATA / "firms.json")
GROUPS: list[dict[str, Any]] = read(DATA / "groups.json")
PEOPLE: dict[str, Any] = read(DATA / "people.json")
TOPICS: dict[str, Any] = read(DATA / "topics.json")
