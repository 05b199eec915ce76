"""Files on records: through the page and through the interface, on the fakes."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.directory.models import Attachment
from guanxi.platform.files.models import File
from guanxi.platform.files.services import UNCLAIMED, purge, receive
from tests.contract.people import ApiClient
from tests.fakes.models import Company

FRAGMENT = {"HX-Request": "true"}
UPLOADS = "/api/files/"
ATTACHMENTS = "/api/directory/attachment/"


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def client(organisation, chief):
    organisation.users["chief"].language = "en"
    organisation.users["chief"].save()
    browser = Client()
    browser.force_login(organisation.users["chief"])
    return browser


@pytest.fixture
def company(chief):
    return Company.objects.get(pk=run(commands.get("fakes.company.create"), chief, inputs={"name": "Acme"}).ids[0])


def address(name, *parts):
    return reverse(name, args=["fakes", "company", *parts])


def bring(client, company, *files):
    sent = [SimpleUploadedFile(name, content) for name, content in files]
    return client.post(address("files", company.pk), {"file": sent}, headers=FRAGMENT)


def bytes_of(response):
    return b"".join(response.streaming_content)


def test_files_are_brought_listed_told_and_downloaded(client, company):
    answer = bring(client, company, ("offer.txt", b"first offer"), ("drawing.png", b"\x89PNG\r\n\x1a\n0000"))
    assert answer.status_code == 200
    assert [row.name for row in answer.context["files"].rows] == ["drawing.png", "offer.txt"]
    row = answer.context["files"].rows[1]
    assert (row.size, row.by) == ("11\xa0bytes", "chief")
    page = client.get(address("record", company.pk)).context["page"]
    assert next(tab.count for tab in page.tabs if tab.id == "files") == "2"
    entry = next(entry for entry in page.timeline.entries if entry.kind == "attachment")
    for url in (row.url, client.get(entry.attachments[0].url).request["PATH_INFO"]):
        assert client.get(url)["Content-Disposition"].startswith("attachment")
    assert bytes_of(client.get(row.url)) == b"first offer"
    assert client.get(f"{address('record', company.pk)}?tab=files").status_code == 200


def test_without_scripts_the_upload_ends_on_the_tab(client, company):
    answer = client.post(address("files", company.pk), {"file": SimpleUploadedFile("offer.txt", b"offer")})
    assert (answer.status_code, answer["Location"]) == (302, f"{address('record', company.pk)}?tab=files")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("run.exe", b"MZ", "not accepted here"),
        ("page.txt", b"<html><script>", "web page"),
        ("empty.txt", b"", "empty"),
        ("large.txt", b"x" * 2000, "is larger than"),
    ],
)
def test_what_is_no_welcome_file_is_refused_with_a_reason_and_leaves_nothing(
    client, company, settings, name, content, told
):
    settings.FILES = {"attachment": 1000}
    answer = bring(client, company, (name, content))
    assert answer.status_code == 422
    assert "data-gx-refusal" in answer.content.decode()
    assert told in answer.content.decode()
    assert not Attachment.objects.exists()
    assert not File.objects.exists()


def test_a_deleted_file_goes_into_the_bin_keeps_its_name_and_comes_back(client, company):
    row = bring(client, company, ("offer.txt", b"offer")).context["files"].rows[0]
    answer = client.post(row.delete_url, headers=FRAGMENT)
    assert not answer.context["files"].rows
    assert "undo_url" in answer["HX-Trigger"]
    assert client.get(row.url).status_code == 404
    assert File.objects.get().deleted_at is not None
    record = Attachment.everything.get()
    assert record.deleted_at is not None
    undo = answer["HX-Trigger"].partition('"undo_url": "')[2].partition('"')[0]
    assert client.post(undo).status_code == 204
    assert File.objects.get().deleted_at is None
    assert bytes_of(client.get(row.url)) == b"offer"


def test_bytes_go_a_month_after_the_file_was_deleted_and_the_record_stays(client, company):
    row = bring(client, company, ("offer.txt", b"offer")).context["files"].rows[0]
    client.post(row.delete_url, headers=FRAGMENT)
    assert purge(now=timezone.now() + timedelta(days=31)) == 1
    assert Attachment.everything.get().file_id is None


def test_who_does_not_see_the_record_meets_neither_its_files_nor_their_bytes(client, company, organisation):
    row = bring(client, company, ("offer.txt", b"offer")).context["files"].rows[0]
    organisation.actor("stranger", ("*", "*", "own"), place=organisation.south_one)
    stranger = Client()
    stranger.force_login(organisation.users["stranger"])
    api = ApiClient(organisation.users["stranger"])
    assert stranger.get(row.url).status_code == 404
    assert bring(stranger, company, ("more.txt", b"more")).status_code == 404
    assert stranger.post(row.delete_url).status_code == 404
    assert api.call("GET", f"{ATTACHMENTS}{row.id}/file/content/").status == 404
    assert Attachment.objects.count() == 1


def test_who_may_see_but_not_add_gets_no_place_to_drop(company, organisation):
    organisation.actor("reader", ("*", "view", "all"))
    reader = Client()
    reader.force_login(organisation.users["reader"])
    files = reader.get(address("tab", company.pk, "files")).context["files"]
    assert files.upload_url == ""
    assert bring(reader, company, ("offer.txt", b"offer")).status_code == 403
    assert not File.objects.exists()


def test_the_form_of_a_file_takes_the_upload_and_keeps_it_over_an_error(client, company):
    host = {"entity": "fakes.company", "record_id": str(company.pk)}
    form = reverse("create", args=["directory", "attachment"])
    page = client.get(form, host).context["page"]
    assert page.has_files
    answer = client.post(form, {**host, "file": SimpleUploadedFile("offer.txt", b"offer"), "remarks": "x" * 4001})
    assert answer.status_code == 422
    field = next(one for section in answer.context["page"].sections for one in section.fields if one.name == "file")
    assert field.choices[0].label == "offer.txt"
    assert client.post(form, {**host, "file": field.choices[0].value, "remarks": "short"}).status_code == 302
    assert Attachment.objects.get().name == "offer.txt"


def test_the_interface_takes_an_upload_and_then_the_record_that_claims_it(organisation, chief, company):
    api = ApiClient(organisation.users["chief"])
    sent = api.client.post(UPLOADS, {"file": io.BytesIO(b"offer")}, headers={"authorization": f"Bearer {api.secret}"})
    assert sent.status_code == 400  # BytesIO has no name with an extension
    sent = api.client.post(
        UPLOADS,
        {"file": SimpleUploadedFile("offer.txt", b"offer")},
        headers={"authorization": f"Bearer {api.secret}"},
    )
    assert (sent.status_code, sent.json()["label"], sent.json()["size"]) == (201, "offer.txt", 5)
    body = {"entity": "fakes.company", "record_id": company.pk, "file": {"id": sent.json()["id"]}}
    made = api.post("directory/attachment/", body)
    assert (made.status, made.body["name"], made.body["file"]["label"]) == (201, "offer.txt", "offer.txt")
    answer = api.client.get(
        f"{ATTACHMENTS}{made.body['id']}/file/content/", headers={"authorization": f"Bearer {api.secret}"}
    )
    assert bytes_of(answer) == b"offer"
    again = api.post("directory/attachment/", body)
    assert again.status == 400
    assert "file" in again.body["errors"]


def test_an_upload_of_somebody_else_cannot_be_claimed_and_one_that_nobody_claims_goes(organisation, chief, company):
    other = organisation.actor("other", ("*", "*", "all"))
    theirs = receive(io.BytesIO(b"secret"), "secret.txt", by=other.user_id)
    api = ApiClient(organisation.users["chief"])
    body = {"entity": "fakes.company", "record_id": company.pk, "file": theirs.pk}
    assert api.post("directory/attachment/", body).status == 400
    assert api.post("directory/attachment/", {**body, "file": {"code": "x"}}).status == 400
    assert purge(now=timezone.now() + UNCLAIMED + timedelta(minutes=1)) == 1


@pytest.mark.parametrize("before", ["9" * 30, "\u00b2", "x"])
def test_a_place_that_is_no_key_shows_the_newest_files(client, company, before):
    answer = client.get(reverse("tab", args=["fakes", "company", company.pk, "files"]), {"before": before})
    assert answer.status_code == 200
