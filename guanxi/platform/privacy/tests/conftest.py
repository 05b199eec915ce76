"""What the tests of this room share: a file store, a list of the erased and a data folder of their own."""

from pathlib import Path

import pytest


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
def organisation(organisation):
    """Its people read English, on pages and in what jobs say."""
    made = organisation.user

    def user(*given):
        one = made(*given)
        one.language = "en"
        one.save(update_fields=["language"])
        return one

    organisation.user = user
    return organisation


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def second(organisation):
    return organisation.actor("second", ("*", "*", "all"))
