"""Import, export and print through the pages."""

import hashlib
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import FieldRule, Role
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.events.models import Event
from guanxi.platform.exchange.choices import ImportState
from guanxi.platform.exchange.models import Import, ImportTemplate
from guanxi.platform.exchange.writing import Column, Kind, Sheet, write_xlsx
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.ui import import_page
from tests.fakes.models import Company

FILE = "Code,Name,Stage,Nonsense\nA-1,Acme,New,x\nA-2,Birch,what,y\n"


@pytest.fixture
def chief(organisation, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    return organisation.everything()


@pytest.fixture
def client(organisation, chief):
    browser = Client()
    browser.force_login(organisation.users["chief"])
    return browser


def address(name, *parts):
    return reverse(name, args=["fakes", "company", *parts])


def bring(client, content=FILE, name="firms.csv"):
    response = client.post(address("import"), {"file": SimpleUploadedFile(name, content.encode())})
    assert response.status_code == 302
    run_queued_jobs()
    return Import.objects.latest("pk")


def form_of(page):
    return {row.name: next((choice.value for choice in row.choices if choice.selected), "") for row in page.mapping} | {
        field.name: field.value for field in (*page.sheet_fields, *page.options) if field.name not in ("save_shared",)
    }


def test_a_file_goes_through_all_four_steps(client):
    assert (
        "Drop the file here" in client.get(address("import"), headers={"accept-language": "en"}).content.decode()
        or client.get(address("import")).status_code == 200
    )
    chosen = bring(client)
    assert client.get(address("import_step", chosen.pk))["Location"] == address("import_columns", chosen.pk)
    page = client.get(address("import_columns", chosen.pk)).context["page"]
    assert [row.confidence for row in page.mapping] == ["sure", "sure", "sure", ""]
    assert page.preview.rows[0] == ["A-1", "Acme", "New", "x"]
    form = form_of(page) | {"save_as": "Firms"}
    assert client.post(address("import_columns", chosen.pk), form).status_code == 302
    assert client.get(address("import_step", chosen.pk)).context["page"].job.alive
    run_queued_jobs()
    assert client.get(address("import_job", chosen.pk))["HX-Redirect"] == address("import_step", chosen.pk)
    page = client.get(address("import_check", chosen.pk)).context["page"]
    assert [(problem.row, problem.column, problem.value) for problem in page.problems] == [("3", "Stage", "what")]
    assert page.blocked_reason == ""
    assert not Company.objects.exists()
    assert client.post(address("import_check", chosen.pk)).status_code == 302
    assert client.post(address("import_check", chosen.pk)).status_code == 302
    run_queued_jobs()
    page = client.get(address("import_step", chosen.pk)).context["page"]
    assert [link.url for link in page.job.downloads] == [address("import_refused", chosen.pk)]
    assert Company.objects.get().name == "Acme"
    template = ImportTemplate.objects.get()
    assert template.columns == {"Code": "code", "Name": "name", "Stage": "stage"}


def test_refused_rows_come_back_corrected(client):
    chosen = bring(client)
    client.post(
        address("import_columns", chosen.pk), form_of(client.get(address("import_columns", chosen.pk)).context["page"])
    )
    run_queued_jobs()
    client.post(address("import_check", chosen.pk))
    run_queued_jobs()
    content = b"".join(client.get(address("import_refused", chosen.pk)).streaming_content).decode("utf-8-sig")
    assert content.splitlines()[1].startswith("3,")
    again = bring(client, content.replace("what", "lost"))
    page = client.get(address("import_columns", again.pk)).context["page"]
    assert [form_of(page)[f"column-{position}"] for position in range(6)] == ["", "", "code", "name", "stage", ""]
    client.post(address("import_columns", again.pk), form_of(page))
    run_queued_jobs()
    client.post(address("import_check", again.pk))
    run_queued_jobs()
    assert set(Company.objects.values_list("code", "stage")) == {("A-1", "new"), ("A-2", "lost")}
    assert client.post(address("import_undo", again.pk)).status_code == 302
    run_queued_jobs()
    assert Company.objects.get().code == "A-1"


@pytest.mark.parametrize("name", ["import_step", "import_job"])
def test_a_job_that_ends_while_its_page_is_made_leads_on(client, monkeypatch, name):
    chosen = bring(client)
    Import.objects.filter(pk=chosen.pk).update(state=ImportState.READING)
    read = import_page.jobs.get

    def ended_meanwhile(pk):
        Import.objects.filter(pk=chosen.pk).update(state=ImportState.MAPPING)
        return read(pk)

    monkeypatch.setattr(import_page.jobs, "get", ended_meanwhile)
    answer = client.get(address(name, chosen.pk))
    assert answer.headers.get("Location" if name == "import_step" else "HX-Redirect") == address(
        "import_step", chosen.pk
    )


def test_a_bad_file_is_refused_with_its_reason(client):
    response = client.post(address("import"), {"file": SimpleUploadedFile("a.xlsx", b"<html><table></table></html>")})
    assert response.status_code == 422
    assert "xlsx" in response.context["page"].errors[0]


def test_other_headings_and_saved_mappings_propose_anew(client):
    chosen = bring(client, "Sheet of firms,,\nWhat,Who,\nA-1,Acme,\n")
    page = client.get(address("import_columns", chosen.pk)).context["page"]
    form = form_of(page) | {"header": "0"}
    response = client.post(address("import_columns", chosen.pk), form)
    assert response.status_code == 200
    assert response.context["page"].mapping[0].header == "Sheet of firms"


def test_a_saved_mapping_is_used_again_for_columns_in_another_order(client):
    first = bring(client, "Nr,Firm,State of it\nA-1,Acme,lost\n")
    form = form_of(client.get(address("import_columns", first.pk)).context["page"])
    form |= {"column-0": "code", "column-1": "name", "column-2": "", "key": "code", "existing": "update"}
    form |= {"constant-stage": "Active", "save_as": "Firms of the north"}
    assert client.post(address("import_columns", first.pk), form).status_code == 302
    run_queued_jobs()
    client.post(address("import_check", first.pk))
    run_queued_jobs()
    assert list(Company.objects.values_list("code", "name", "stage")) == [("A-1", "Acme", "active")]
    again = bring(client, "Remarkable,FIRM *,nr\nx,Acme Ltd,A-1\ny,Birch,A-2\n")
    page = client.get(address("import_columns", again.pk)).context["page"]
    assert [choice.label for choice in page.templates] == ["Firms of the north"]
    response = client.post(address("import_columns", again.pk), form_of(page) | {"template": page.templates[0].value})
    form = form_of(response.context["page"])
    assert [form[f"column-{position}"] for position in range(3)] == ["", "name", "code"]
    assert (form["constant-stage"], form["key"], form["existing"]) == ("Active", "code", "update")
    assert client.post(address("import_columns", again.pk), form).status_code == 302
    run_queued_jobs()
    client.post(address("import_check", again.pk))
    run_queued_jobs()
    assert dict(Company.objects.values_list("code", "name")) == {"A-1": "Acme Ltd", "A-2": "Birch"}


def test_the_row_of_the_heading_is_counted_as_the_spreadsheet_counts_it(client):
    chosen = bring(client, "Sheet of firms,,\n\n\nCode,Name,Stage\nA-1,Acme,new\n")
    page = client.get(address("import_columns", chosen.pk)).context["page"]
    heading = next(field for field in page.sheet_fields if field.name == "header")
    assert [choice.label for choice in heading.choices if choice.selected] == ["4: Code | Name | Stage"]
    assert any("4" in note for note in page.preview.notes)


def test_imports_of_others_do_not_exist(client, organisation):
    chosen = bring(client)
    organisation.actor("other", ("*", "*", "all"))
    stranger = Client()
    stranger.force_login(organisation.users["other"])
    for name in ("import_step", "import_columns", "import_check", "import_job", "import_refused"):
        assert stranger.get(address(name, chosen.pk)).status_code == 404
    organisation.actor("reader", ("fakes.company", "view", "all"))
    reader = Client()
    reader.force_login(organisation.users["reader"])
    assert reader.get(address("import")).status_code == 403
    assert reader.get(address("export")).status_code == 403
    assert reader.get(address("print_list")).status_code == 403


def test_decisions_unblock_the_run(client):
    first = bring(client, "Code,Name\nA-1,Acme\n")
    client.post(
        address("import_columns", first.pk), form_of(client.get(address("import_columns", first.pk)).context["page"])
    )
    run_queued_jobs()
    client.post(address("import_check", first.pk))
    run_queued_jobs()
    chosen = bring(client, "Code,Name\nA-1,Other\n")
    form = form_of(client.get(address("import_columns", chosen.pk)).context["page"]) | {"existing": "ask"}
    client.post(address("import_columns", chosen.pk), form)
    run_queued_jobs()
    assert client.get(address("import_check", chosen.pk)).context["page"].blocked_reason
    assert client.post(address("import_check", chosen.pk)).status_code == 422
    assert client.get(address("import_decide", chosen.pk)).status_code == 200
    assert client.post(address("import_decide", chosen.pk), {"rest": "update"}).status_code == 302
    client.post(address("import_check", chosen.pk))
    run_queued_jobs()
    assert Company.objects.get().name == "Other"


@pytest.mark.parametrize(("format_", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF")])
def test_export_is_a_download_and_is_remembered(client, format_, start):
    bring_and_run(client)
    assert client.get(address("export")).status_code == 200
    answer = client.post(
        address("export"),
        {"format": format_, "columns": ["code", "name"], "filter": '["eq","code","A-1"]'},
        headers={"hx-request": "true"},
    )
    response = client.get(answer["HX-Redirect"])
    content = b"".join(response.streaming_content)
    assert content.startswith(start)
    if format_ == "csv":
        assert content.decode("utf-8-sig").split() == ["Code,Name", "A-1,Acme"] or b"A-1,Acme" in content
        assert b"A-2" not in content
    event = Event.objects.get(kind="exchange.export.made")
    assert (event.payload["rows"], event.payload["columns"]) == (1, ["code", "name"])
    assert event.payload["sha256"] == hashlib.sha256(content).hexdigest()


def bring_and_run(client):
    chosen = bring(client, "Code,Name\nA-1,Acme\nA-2,Birch\n")
    client.post(
        address("import_columns", chosen.pk), form_of(client.get(address("import_columns", chosen.pk)).context["page"])
    )
    run_queued_jobs()
    client.post(address("import_check", chosen.pk))
    run_queued_jobs()


def test_large_exports_become_a_job_with_a_file(client, monkeypatch, organisation):
    monkeypatch.setattr("guanxi.platform.exchange.exporting.DIRECT_ROWS", 1)
    bring_and_run(client)
    answer = client.post(address("export"), {"format": "csv", "columns": ["code"]}, headers={"hx-request": "true"})
    (job,) = run_queued_jobs()
    assert answer["HX-Redirect"] == reverse("job", args=[job.pk])
    assert job.state == "done"
    url = job.result["files"][0]["url"]
    assert (b"A-2" in client.get(url).content) is False
    for _again in range(2):
        assert b"A-2" in b"".join(client.post(url).streaming_content)
    organisation.actor("other", ("*", "*", "all"))
    stranger = Client()
    stranger.force_login(organisation.users["other"])
    assert stranger.get(url).status_code == stranger.post(url).status_code == 404


def test_an_address_alone_begins_no_export_and_asks_for_no_approval(client, monkeypatch, settings):
    bring_and_run(client)
    asked = {"run": "1", "format": "csv", "columns": "code", "reason": "because of a link"}
    assert client.get(address("export"), asked).headers["Content-Disposition"].startswith("attachment")
    monkeypatch.setattr("guanxi.platform.exchange.exporting.DIRECT_ROWS", 1)
    jobs = Job.objects.count()
    assert "gx-dialog-form" in client.get(address("export"), asked).content.decode()
    settings.EXPORT_APPROVAL = {"rows": 1}
    assert client.get(address("export"), asked).status_code == 422
    assert (Job.objects.count(), HeldCommand.objects.count()) == (jobs, 0)


def test_print_of_list_and_record(client):
    bring_and_run(client)
    assert b"Acme" in client.get(address("print_list")).content
    acme = Company.objects.get(code="A-1")
    assert b"Acme" in client.get(address("print_record", acme.pk)).content
    pdf = b"".join(client.get(address("print_record", acme.pk), {"format": "pdf"}).streaming_content)
    assert pdf.startswith(b"%PDF")
    assert Event.objects.filter(kind="exchange.print.made").count() == 3


def test_hidden_fields_are_neither_offered_nor_exported(client, organisation):
    FieldRule.objects.create(
        role=Role.objects.get(key__startswith="chief"), entity="fakes.company", field="phone", rule=FieldRule.Rule.HIDE
    )
    chosen = bring(client, "Code,Name,Phone\nA-1,Acme,13800138000\n")
    page = client.get(address("import_columns", chosen.pk)).context["page"]
    assert "phone" not in {choice.value for row in page.mapping for choice in row.choices}
    form = form_of(page) | {"column-2": "phone"}
    assert client.post(address("import_columns", chosen.pk), form).status_code == 422
    dialog = client.get(address("export")).context["page"]
    assert "phone" not in {
        choice.value for section in dialog.sections for field in section.fields for choice in field.choices
    }
    response = client.get(address("export"), {"run": "1", "format": "csv", "columns": "phone,code"})
    assert io.BytesIO(b"".join(response.streaming_content)).readline().strip().decode("utf-8-sig").count(",") == 0


def test_ticked_rows_are_exported_alone(client):
    bring_and_run(client)
    second = Company.objects.get(code="A-2")
    bar = client.post(address("bulk"), {"ids": [second.pk], "page": "1"}).context["bar"]
    assert (bar.count, bar.total) == (1, "2")
    dialog = client.post(bar.export_url, {"ids": [second.pk]}).context["page"]
    assert ("ids", str(second.pk)) in dialog.hidden
    assert "1" in dialog.subtitle
    sent = {"format": "csv", "columns": ["code"], **dict(dialog.hidden)}
    answer = client.post(address("export"), sent, headers={"hx-request": "true"})
    content = b"".join(client.get(answer["HX-Redirect"]).streaming_content)
    assert content.decode("utf-8-sig").split() == [content.decode("utf-8-sig").split()[0], "A-2"]
    everything = client.post(bar.export_url, {"all": "1", "filter": '["eq","code","A-1"]'}).context["page"]
    assert dict(everything.hidden) == {"filter": '["eq","code","A-1"]'}


def test_an_id_out_of_reach_refuses_the_export(client):
    bring_and_run(client)
    assert client.post(address("export"), {"format": "csv", "ids": "1,999999"}).status_code == 404


def test_a_wrong_guess_of_encoding_and_separator_is_put_right_and_the_preview_renewed(client):
    content = "Code;Name, in full\nA-1;Señor\n".encode("cp1252")
    client.post(address("import"), {"file": SimpleUploadedFile("firms.csv", content)})
    run_queued_jobs()
    chosen = Import.objects.latest("pk")
    page = client.get(address("import_columns", chosen.pk)).context["page"]
    fields = {field.name: field for field in page.sheet_fields}
    assert {"encoding", "separator", "header"} <= fields.keys()
    sent = form_of(page) | {"encoding": "cp1252", "separator": "comma", "renew": "1"}
    assert client.post(address("import_columns", chosen.pk), sent).status_code == 302
    run_queued_jobs()
    page = client.get(address("import_columns", chosen.pk)).context["page"]
    assert list(page.preview.head) == ["Code;Name", "in full"]
    sent = form_of(page) | {"separator": "semicolon", "renew": "1"}
    assert client.post(address("import_columns", chosen.pk), sent).status_code == 302
    run_queued_jobs()
    page = client.get(address("import_columns", chosen.pk)).context["page"]
    fields = {field.name: field.value for field in page.sheet_fields}
    assert (fields["encoding"], fields["separator"]) == ("cp1252", "semicolon")
    assert page.preview.rows[0] == ["A-1", "Señor"]
    again = client.post(address("import_columns", chosen.pk), form_of(page) | {"renew": "1"})
    assert again.status_code == 200  # nothing differs: the page as it is, and no check


def test_a_text_that_cannot_be_read_is_read_in_another_way_without_bringing_it_again(client):
    chosen = bring(client, 'Code,Name\nA-1,"open\n' + "A-2,Birch\n" * 120_000)
    assert chosen.state == "refused"
    page = client.get(address("import_step", chosen.pk)).context["page"]
    assert [field.name for field in page.sheet_fields] == ["encoding", "separator"]
    assert client.post(page.reread_url, {"encoding": "gb18030", "separator": "tab"}).status_code == 302
    run_queued_jobs()
    chosen.refresh_from_db()
    assert chosen.state == "mapping"
    assert client.post(page.reread_url, {"encoding": "utf-7", "separator": "tab"}).status_code == 409


def test_a_workbook_asks_for_neither_encoding_nor_separator(client, chief):
    target = io.BytesIO()
    sheet = Sheet("Firms", [Column("code", "Code", Kind.TEXT)], [["A-1"]])
    write_xlsx(target, [sheet], title="Firms", author="chief", created=chief.now())
    client.post(address("import"), {"file": SimpleUploadedFile("firms.xlsx", target.getvalue())})
    run_queued_jobs()
    page = client.get(address("import_columns", Import.objects.latest("pk").pk)).context["page"]
    assert [field.name for field in page.sheet_fields] == ["header"]
