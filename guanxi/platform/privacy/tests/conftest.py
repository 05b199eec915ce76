"""What the tests of this room share: a file store, a list of the erased and a data folder of their own."""

from pathlib import Path

import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings) -> Path:
    storages = {name: dict(value) for name, value in settings.STORAGES.items()}
    storages["default"] = {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": tmp_path / "files"},
    }
    settings.STORAGES = storages
    settings.PRIVACY = {"erased": str(tmp_path / "erased.log")}
    settings.DATA_DIR = tmp_path
    return tmp_path


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def second(organisation):
    return organisation.actor("second", ("*", "*", "all"))
