"""Reports through the browser's door: made, kept, shared, taken away; each reader sees their own numbers."""

import io
import zipfile
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from guanxi.platform.access.models import FieldRule, Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.reports.models import Report
from tests.fakes.models import Company
from tests.queries import Statements

PART = {"HX-Request": "true"}


@pytest.fixture
def chief(organisation):
    found = organisation.everything()
    organisation.users["chief"].language = "en"
    organisation.users["chief"].save()
    return found


@pytest.fixture
def companies(organisation, chief):
    own = organisation.user("north", organisation.north_one).pk
    other = organisation.user("south", organisation.south_one).pk
    records = [
        Company(
            name=f"=1+{number}", stage=("new", "active")[number % 2], owner_id=(own, own, other)[number % 3],
            capital=Decimal(number), employees=number, trusted=number < 3,
        )
        for number in range(9)
    ]  # fmt: skip
    create_many(registry.get("fakes.company"), chief, records)


def browser(organisation, name, *grants):
    if grants:
        organisation.actor(name, *grants)
    user = organisation.users[name]
    user.language = "en"
    user.save()
    found = Client()
    found.force_login(user)
    return found


@pytest.fixture
def client(organisation, chief):
    return browser(organisation, "chief")


def address(name, *parts):
    return reverse(name, args=["fakes", "company", *parts])


def lines(response):
    return {line.label: [cell.text for cell in line.cells] for line in response.context["page"].result.table.lines}


def test_a_report_of_the_address(client, companies):
    response = client.get(address("report"), {"rows": "stage", "column": "trusted", "measures": "count,sum:capital"})
    assert lines(response)["Total"] == ["6", "¥33.00", "3", "¥3.00", "9", "¥36.00"]
    shown = response.context["page"].result
    assert [label for label, _span in shown.table.across] == ["No", "Yes", "Total"]
    assert shown.chart.categories == ["New", "Active"]
    assert [series.name for series in shown.chart.series] == ["No", "Yes"]


def test_each_number_leads_to_its_list(client, companies):
    response = client.get(address("report"), {"rows": "stage", "column": "trusted", "filter": '["gt","employees","0"]'})
    table = response.context["page"].result.table
    for line in table.lines:
        for cell in line.cells:
            if cell.url:
                listed = client.get(cell.url)
                assert f"{len(listed.context['page'].rows)}" == cell.text


def test_choices_of_a_form_are_joined_and_the_address_follows(client, companies):
    sent = {"rows": ["stage", "", "owner"], "measures": ["count", "sum:capital", ""], "chart": "line"}
    response = client.get(address("report"), sent, headers=PART)
    assert response["HX-Push-Url"].endswith("?rows=stage%2Cowner&measures=count%2Csum%3Acapital&chart=line")
    text = response.content.decode()
    assert "<html" not in text
    assert 'id="gx-report"' in text


def test_what_cannot_be_made_is_said_in_the_page(client, companies):
    response = client.get(address("report"), {"rows": "stage,stage"})
    assert response.status_code == 400
    assert "Each group can be used once." in response.content.decode()
    response = client.get(address("report"), {"rows": "phone"})
    assert "not open to you" in response.content.decode()


def test_the_list_becomes_a_report(client, companies):
    listed = client.get(address("list"), {"filter": '["eq","stage","new"]'})
    response = client.get(listed.context["page"].report_url)
    assert lines(response) == {"Total": ["5"]}
    assert [chip.value for chip in response.context["page"].chips] == ["New"]


def saved(actor, **more):
    inputs = {"name": "By stage", "subject": "fakes.company", "rows": "stage", "measures": "count"} | more
    return Report.objects.get(pk=run(commands.get("reports.report.create"), actor, inputs=inputs).ids[0])


def test_a_report_is_kept_changed_and_shown_on_its_page(client, chief, companies):
    report = saved(chief)
    record = reverse("record", args=["reports", "report", report.pk])
    assert "Result" in client.get(record).content.decode()
    shown = client.get(reverse("tab", args=["reports", "report", report.pk, "result"])).content.decode()
    assert "Active" in shown
    built = client.get(address("report"), {"report": report.pk}).context["page"]
    assert built.title == "By stage"
    sent = {"report": report.pk, "version": built.version, "rows": ["owner", ""], "measures": "count", "top": "5"}
    response = client.post(built.save_url, sent)
    assert response["Location"] == record
    report.refresh_from_db()
    assert (report.rows, report.top, report.version) == ("owner", 5, 2)
    assert client.post(built.save_url, {**sent, "rows": "nothing"}).status_code == 409


def test_everybody_sees_their_own_numbers(organisation, chief, companies):
    report = saved(chief, audience="everybody")
    reader = browser(organisation, "north", ("fakes.company", "view", "own"), ("reports.report", "view edit", "own"))
    response = reader.get(address("report"), {"report": report.pk})
    assert lines(response)["Total"] == ["6"]
    page = response.context["page"]
    assert not page.save_url
    assert not page.result.files
    assert reader.post(address("report_save"), {"report": report.pk, "rows": "owner"}).status_code == 403


def test_who_may_not_see_the_records_sees_no_numbers(organisation, chief, companies):
    report = saved(chief, audience="everybody")
    reader = browser(organisation, "clerk", ("reports.report", "view", "own"))
    assert reader.get(address("report"), {"report": report.pk}).status_code == 403
    shown = reader.get(reverse("tab", args=["reports", "report", report.pk, "result"])).content.decode()
    assert "Active" not in shown


@pytest.mark.parametrize("audience", ["own", "role"])
def test_a_report_is_open_to_whom_its_owner_chose(organisation, chief, companies, audience):
    readers = {
        name: browser(organisation, name, ("fakes.company", "view", "all"), ("reports.report", "view", "own"))
        for name in ("holder", "other")
    }
    role = Role.objects.get(user_links__user=organisation.users["holder"])
    report = saved(chief, audience=audience, **({"role": role.pk} if audience == "role" else {}))
    answers = {name: one.get(address("report"), {"report": report.pk}).status_code for name, one in readers.items()}
    assert answers == {"holder": 200 if audience == "role" else 404, "other": 404}


def test_a_hidden_field_is_refused_in_a_shared_report(organisation, chief, companies):
    report = saved(chief, audience="everybody")
    reader = browser(organisation, "clerk", ("fakes.company", "view", "all"), ("reports.report", "view", "own"))
    role = Role.objects.get(user_links__user=organisation.users["clerk"])
    FieldRule.objects.create(role=role, entity="fakes.company", field="stage", rule=FieldRule.Rule.HIDE)
    text = reader.get(address("report"), {"report": report.pk}).content.decode()
    assert "not open to you" in text
    assert "Active" not in text


def test_a_workbook_holds_numbers_and_leaves_an_event(client, companies):
    response = client.get(
        address("report_file"), {"rows": "name,stage", "column": "trusted", "measures": "sum:capital"}
    )
    assert response.status_code == 200
    sheet = zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))).read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "=1+8" in sheet
    assert "<v>36</v>" in sheet
    told = Event.objects.get(kind="exchange.export.made")
    assert told.entity == "fakes.company"
    assert told.payload["columns"] == ["name", "stage", "trusted", "sum:capital"]


def test_on_paper_and_as_a_pdf(client, companies):
    paper = client.get(address("report_file"), {"rows": "stage", "format": "print"}).content.decode()
    assert "Active" in paper
    assert "<a " not in paper
    assert (
        b"".join(client.get(address("report_file"), {"rows": "stage", "format": "pdf"}).streaming_content)[:4]
        == b"%PDF"
    )
    assert Event.objects.filter(kind="exchange.export.made").count() == 2


def test_a_file_holds_what_may_be_exported(organisation, companies):
    reader = browser(organisation, "north", ("fakes.company", "view", "all"), ("fakes.company", "export", "own"))
    paper = reader.get(address("report_file"), {"format": "print"}).context["page"]
    assert [cell.text for cell in paper.table.lines[-1].cells] == ["6"]
    reader = browser(organisation, "looker", ("fakes.company", "view", "all"))
    assert reader.get(address("report_file"), {"format": "print"}).status_code == 403


def test_many_rows_are_not_taken_away_without_a_second_person(client, companies, settings):
    settings.EXPORT_APPROVAL = {"rows": 5}
    for form in ("xlsx", "pdf", "print"):
        response = client.get(address("report_file"), {"rows": "name", "format": form})
        assert response.status_code == 403
    assert not Event.objects.filter(kind="exchange.export.made").exists()
    assert client.get(address("report_file"), {"rows": "stage"}).status_code == 200


def test_the_number_of_statements_does_not_depend_on_the_groups(client, chief, companies):
    client.get(address("report"))
    counts = set()
    for rows in ("stage", "stage,trusted"):
        with Statements() as sent:
            client.get(address("report"), {"rows": rows})
        counts.add(len(sent))
    assert len(counts) == 1
