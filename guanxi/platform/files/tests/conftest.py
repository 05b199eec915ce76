from pathlib import Path

import pytest

from guanxi.platform.files import scanners


@pytest.fixture(autouse=True)
def root(tmp_path: Path, settings) -> Path:
    """A file store of its own for each test."""
    storages = {name: dict(value) for name, value in settings.STORAGES.items()}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = storages
    return tmp_path / "files"


@pytest.fixture(autouse=True)
def no_scanners(monkeypatch) -> None:
    monkeypatch.setattr(scanners, "_scanners", [])
