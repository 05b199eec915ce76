"""Backups in the browser: each step has its own right; nothing happens by a slip of the hand."""

import io
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.events.models import Event
from guanxi.platform.jobs.models import Job
from guanxi.platform.keeping import catalogue
from guanxi.platform.keeping.archive import writing
from guanxi.platform.keeping.catalogue import Backup
from tests.contract.people import person

NAME = "guanxi-20260310-020000-abcd.gxb"
KEY = "a long enough passphrase"
ALL = ("view", "make", "verify", "download", "upload", "restore", "delete")


@pytest.fixture(autouse=True)
def folder(db, tmp_path, settings):
    settings.KEEPING = {"folder": str(tmp_path), "key": KEY}
    (tmp_path / NAME).write_bytes(archive())
    catalogue.enter(
        Backup(name=NAME, made_at=datetime(2026, 3, 10, 2, 0, tzinfo=UTC), reason="daily", rows=12, files=3)
    )
    return tmp_path


def archive(key=KEY):
    target = io.BytesIO()
    with writing(target, key) as made:
        made.add(
            "about.json", b'{"format":1,"made_at":"2026-03-10T02:00:00","database":"sqlite","seq":7,"migrations":[]}'
        )
        made.add("manifest.json", b'{"tables":{},"files":{}}')
    return target.getvalue()


def client_with(*actions):
    client = Client()
    client.force_login(person({"all": list(actions)} if actions else None, entity="keeping.backup"))
    return client


def test_the_page_shows_what_there_is_and_warns(settings):
    client = client_with("view")
    text = client.get(reverse("backups")).content.decode()
    assert NAME in text
    assert "12 rows, 3 files" in text
    assert "not verified" in text
    page = client.get(reverse("backups")).context["page"]
    assert (page.make_url, page.upload_url, page.backups[0].download_url, list(page.backups[0].commands)) == (
        "",
        "",
        "",
        [],
    )
    settings.KEEPING = {**settings.KEEPING, "key": ""}
    assert len(client.get(reverse("backups")).context["page"].warnings) == 2


@pytest.mark.parametrize("action", ALL)
def test_each_step_needs_its_own_right(action):
    others = client_with(*(one for one in ALL if one != action))
    url = (
        reverse("backups")
        if action == "view"
        else reverse(f"backup_{action}", args=[] if action in ("make", "upload") else [NAME])
    )
    call = others.get if action in ("view", "download") else others.post
    assert call(url).status_code == 403
    assert not Job.objects.exists()
    assert catalogue.get(NAME)
    assert client_with().get(reverse("backups")).status_code == 403


def test_making_and_verifying_are_jobs():
    client = client_with("view", "make", "verify")
    assert client.post(reverse("backup_make")).status_code == 302
    assert client.post(reverse("backup_verify", args=[NAME])).status_code == 302
    assert list(Job.objects.order_by("pk").values_list("kind", flat=True)) == ["keeping.backup", "keeping.verify"]


def test_a_restore_asks_for_the_name_of_the_file():
    client = client_with("view", "restore")
    url = reverse("backup_restore", args=[NAME])
    form = client.get(url)
    assert form.status_code == 200
    assert NAME in form.content.decode()
    assert client.post(url, {"phrase": "yes"}).status_code == 422
    assert not Job.objects.exists()
    assert client.post(url, {"phrase": NAME}).status_code == 302
    job = Job.objects.get()
    assert (job.kind, job.payload) == ("keeping.restore", {"name": NAME})


def test_a_download_is_remembered_and_can_never_become_a_page():
    response = client_with("download").get(reverse("backup_download", args=[NAME]))
    assert b"".join(response.streaming_content)[:6] == b"GXKEEP"
    assert response["Content-Disposition"].startswith("attachment")
    assert "sandbox" in response["Content-Security-Policy"]
    assert Event.objects.get(kind="keeping.backup.downloaded").payload == {"name": NAME}


@pytest.mark.parametrize("name", ["..%2Fsecret.key", "missing.gxb", f"{NAME}.json"])
def test_a_name_leads_nowhere_else(name):
    client = client_with(*ALL)
    assert client.get(f"/settings/backups/{name}/download/").status_code == 404


def upload(client, data):
    file = io.BytesIO(data)
    file.name = "../../x.gxb"
    return client.post(reverse("backup_upload"), {"file": file})


def test_only_what_our_key_has_sealed_is_taken_from_a_browser(folder, settings):
    client = client_with("view", "upload")
    assert upload(client, archive()).status_code == 302
    uploaded = next(one for one in catalogue.backups() if one.reason == "uploaded")
    assert uploaded.name.startswith("uploaded-")
    before = sorted(path.name for path in folder.iterdir())
    for wrong in (archive(""), archive("somebody else's key"), b"nonsense", archive()[:200]):
        assert upload(client, wrong).status_code == 422
    settings.KEEPING = {**settings.KEEPING, "key": ""}
    assert upload(client, archive()).status_code == 422
    assert sorted(path.name for path in folder.iterdir()) == before


def test_deleting_asks_first(folder):
    client = client_with("view", "delete")
    url = reverse("backup_delete", args=[NAME])
    assert client.get(url).status_code == 200
    assert (folder / NAME).exists()
    assert client.post(url).status_code == 302
    assert [path.name for path in folder.iterdir()] == []
    assert Event.objects.filter(kind="keeping.backup.removed").count() == 1
