"""A file of anchors of each test's own."""

from pathlib import Path

import pytest

from guanxi.platform.audit import viewing


@pytest.fixture(autouse=True)
def anchors_file(settings, tmp_path: Path) -> Path:
    path = tmp_path / "anchors.log"
    settings.AUDIT = {"anchors": str(path)}
    viewing.forget_counts()
    return path
