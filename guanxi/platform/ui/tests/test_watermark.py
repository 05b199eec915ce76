"""Who looks stands behind what they look at."""

import io
from zipfile import ZipFile

import pytest

from guanxi.platform.access.models import User
from guanxi.platform.access.watermark import watermark
from tests.fakes.models import Company

pytestmark = pytest.mark.django_db(databases="__all__")


@pytest.fixture
def reader(client, organisation):
    actor = organisation.everything("reader")
    User.objects.filter(pk=actor.user_id).update(staff_no="S-0815")
    Company.objects.create(
        code="C1", name="Acme", owner_id=actor.user_id, created_at=actor.now(), modified_at=actor.now()
    )
    client.force_login(organisation.user("reader"))
    return client


def test_pages_and_paper_carry_name_number_and_time(reader, settings):
    for path in ("/", "/fakes/company/", f"/fakes/company/{Company.objects.get().pk}/", "/fakes/company/print/"):
        page = reader.get(path).content.decode()
        assert "gx-watermark" in page and "reader · S-0815 · 20" in page, path
    settings.WATERMARK = False
    assert "gx-watermark" not in reader.get("/").content.decode()


def test_workbooks_carry_it_as_well(reader):
    answer = reader.get("/fakes/company/export/", {"run": "1", "format": "xlsx", "columns": "name"})
    book = ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "xl/media/watermark.png" in book.namelist()


def test_the_text_needs_no_account(organisation):
    assert watermark(organisation.everything()).startswith("chief · 20")
