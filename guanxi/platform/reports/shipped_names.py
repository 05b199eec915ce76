"""The files of shipped reports and dashboards, and their names in the language of whoever reads them."""

import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from django.apps import apps

from guanxi.platform.refdata.fields import complete_labels, label_of

FILE = "reports.json"


@cache
def declared() -> dict[str, list[dict[str, Any]]]:
    """What all installed modules ship, reports before the dashboards that show them."""
    found: dict[str, list[dict[str, Any]]] = {"reports": [], "dashboards": []}
    files = (Path(config.path) / FILE for config in apps.get_app_configs())
    for path in filter(Path.is_file, files):
        for kind, rows in json.loads(path.read_text(encoding="utf-8")).items():
            found[kind] += rows
    return found


def in_language(name: str) -> str:
    """A name as its reader knows it: that of something shipped in their language, any other as it is."""
    labels = _labels().get(name)
    return label_of(labels, name) if labels else name


@cache
def _labels() -> dict[str, dict[str, str]]:
    """Name in any language → all of them."""
    found = {}
    for row in (*declared()["reports"], *_with_tiles()):
        labels = complete_labels(row.get("labels", {}))
        found.update(dict.fromkeys(labels.values(), labels))
    return found


def _with_tiles() -> Iterable[dict[str, Any]]:
    for dashboard in declared()["dashboards"]:
        yield dashboard
        yield from dashboard["tiles"]
