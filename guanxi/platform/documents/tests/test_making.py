"""Documents of records, through the doors people use."""

import io
from decimal import Decimal

import pytest

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import FieldRule, Role, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.directory.models import Attachment
from guanxi.platform.documents import making, office
from guanxi.platform.documents.errors import NoOffice, WrongTemplate
from guanxi.platform.documents.tests.letters import letter, texts
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.files.selectors import local_path
from guanxi.platform.files.services import receive
from tests.queries import Statements

COMPANIES = registry.get("fakes.company")


def template(actor: Actor, data: bytes, name: str = "Letter.docx", **more) -> int:
    stored = receive(io.BytesIO(data), name, by=actor.user_id)
    given = {"name": "Letter", "target": "fakes.company", "language": "en", "active": True} | more
    return run(commands.get(f"{making.TEMPLATES}.create"), actor, inputs=given | {"file": stored.pk}).ids[0]


def company(actor: Actor, **more) -> int:
    return run(commands.get("fakes.company.create"), actor, inputs={"name": "Firm", **more}).ids[0]


def person(actor: Actor, of: int, name: str) -> int:
    return run(commands.get("fakes.person.create"), actor, inputs={"name": name, "company": of}).ids[0]


def made(actor: Actor, chosen: int, pk: int, file_format: str = making.WORD) -> making.Made:
    return making.make(chosen, COMPANIES, actor, gate.get(actor, COMPANIES, pk, "export"), file_format)


@pytest.fixture
def chief(organisation) -> Actor:
    return organisation.everything()


def test_fields_by_key_and_label_links_lists_and_conditions(chief):
    data = letter(
        "{{Name}} ({{parent.name}}), {{capital}}, {{Stage}}, {{me}}",
        "{{if capital > 1000 and stage = \u201cactive\u201d}}", "large", "{{end}}",
        "{{if trusted}}", "trusted", "{{end}}",
        rows=(("Name", "Code"), ("{{people.name}}", "{{person.name}}!")),
    )  # fmt: skip
    chosen = template(chief, data)
    above = company(chief, name="Holding")
    pk = company(chief, name="Firm <&>", parent=above, capital="1234.5", stage="active")
    for name in ("Bo", "Ada"):
        person(chief, pk, name)
    found = made(chief, chosen, pk)
    assert found.name == "Letter Firm _&_.docx"
    assert texts(found.data) == [
        "Firm <&> (Holding), ¥1,234.50, Active, chief", "large", "Name", "Code", "Bo", "Bo!", "Ada", "Ada!",
    ]  # fmt: skip


def test_what_one_may_not_see_does_not_come_in(organisation, chief):
    chosen = template(
        chief, letter("{{phone}}|{{email}}|{{parent.name}}", "{{if starts with(name, \"F\")}}", "F", "{{end}}")
    )  # fmt: skip
    above = company(chief, name="Secret holding")
    pk = company(chief, phone="13812345678", email="ada@example.com", parent=above)
    reader = organisation.actor("reader", ("fakes.*", "view export", "all"), (making.TEMPLATES, "view", "all"))
    role = Role.objects.get(key__startswith="reader")
    FieldRule.objects.filter(role=role).delete()
    FieldRule.objects.create(role=role, entity="*", field="@", rule="mask")
    FieldRule.objects.create(role=role, entity="fakes.company", field="email", rule="hide")
    FieldRule.objects.create(role=role, entity="fakes.company", field="name", rule="hide")
    shown = texts(made(Actor.for_user(User.objects.get(pk=reader.user_id)), chosen, pk).data)
    assert "13812345678" not in shown[0] and "****" in shown[0] and "ada@" not in shown[0]
    assert "Secret" not in shown[0] and shown[1:] == []


def test_a_record_out_of_reach_and_a_template_of_others_are_not_found(organisation, chief):
    chosen, pk = template(chief, letter("{{name}}")), company(chief)
    own = organisation.actor("own", ("fakes.*", "view export", "own"), (making.TEMPLATES, "view", "all"))
    with pytest.raises(gate.NotFound):
        made(own, chosen, pk)
    blind = organisation.actor("blind", ("fakes.*", "view export", "all"))
    with pytest.raises(gate.NotFound):
        made(blind, chosen, pk)
    with pytest.raises(gate.NotFound):
        making.make(chosen, registry.get("fakes.person"), chief, gate.get(chief, COMPANIES, pk), making.WORD)


def test_making_is_remembered_in_the_history_of_the_record(chief):
    chosen, pk = template(chief, letter("{{name}}")), company(chief)
    made(chief, chosen, pk)
    event = Event.objects.get(kind="documents.document.made")
    assert (event.entity, event.record_id, event.actor_id) == ("fakes.company", pk, chief.user_id)
    assert event.payload["name"] == "Letter" and len(event.payload["sha256"]) == 64


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (letter("{{nothing}}"), "means nothing here"),
        (letter("{{parent.nothing}}"), "means nothing here"),
        (letter("{{people.name}}"), "table row"),
        (letter("{{if capital}}", "{{end}}"), "yes or no"),
        (letter("{{if capital > \"x\"}}", "{{end}}"), "if capital"),
        (letter("{{if phone = \"1\"}}", "{{end}}"), "if phone"),
    ],
)  # fmt: skip
def test_a_template_that_cannot_be_filled_is_refused_with_its_reason(chief, data, message):
    before = registry.get(making.TEMPLATES).base_rows().count()
    with pytest.raises(Rejected, match=message):
        template(chief, data)
    assert registry.get(making.TEMPLATES).base_rows().count() == before


def test_a_template_is_a_word_file(chief):
    with pytest.raises(Rejected, match="no Word file"):
        template(chief, b"name", "names.txt")


def test_a_list_too_long_for_a_document_says_so(chief, monkeypatch):
    monkeypatch.setattr("guanxi.platform.documents.values.MOST_ROWS", 1)
    chosen, pk = template(chief, letter(rows=(("{{people.name}}",),))), company(chief)
    for name in ("Ada", "Bo"):
        person(chief, pk, name)
    with pytest.raises(WrongTemplate, match="export them"):
        made(chief, chosen, pk)


def test_a_document_costs_the_same_for_two_rows_and_for_twenty(chief, django_assert_num_queries):
    chosen = template(
        chief, letter("{{name}} {{parent.name}} {{owner}}", rows=(("{{people.name}} {{people.owner}}",),))
    )
    few, many = company(chief, name="Few"), company(chief, name="Many")
    for number in range(22):
        person(chief, few if number < 2 else many, f"p{number}")
    made(chief, chosen, few)  # what is read once and kept
    with Statements() as counted:
        made(chief, chosen, few)
    with django_assert_num_queries(len(counted)):
        made(chief, chosen, many)


def test_pdf_says_why_it_cannot_be_and_is_made_by_the_office_where_there_is_one(chief, settings, tmp_path):
    office._program.cache_clear()
    settings.OFFICE_PROGRAM = str(tmp_path / "soffice")
    chosen, pk = template(chief, letter("{{name}}")), company(chief)
    with pytest.raises(NoOffice, match="not installed"):
        made(chief, chosen, pk, making.PDF)
    assert not Event.objects.filter(kind="documents.document.made").exists()
    program = tmp_path / "soffice"
    program.write_text('#!/bin/sh\nwhile [ "$1" != --outdir ]; do shift; done\necho "%PDF-1.7" > "$2/document.pdf"\n')
    program.chmod(0o755)
    office._program.cache_clear()
    assert made(chief, chosen, pk, making.PDF).data.startswith(b"%PDF")
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(NoOffice, match="did not make"):
        made(chief, chosen, pk, making.PDF)
    office._program.cache_clear()


def test_the_page_lists_the_templates_and_gives_the_file(chief, client):
    chosen, pk = template(chief, letter("{{name}}")), company(chief)
    client.force_login(User.objects.get(pk=chief.user_id))
    url = f"/fakes/company/{pk}/documents/"
    page = client.get(url).content.decode()
    assert "Letter" in page and f'value="{chosen}"' in page
    answer = client.post(url, {"template": chosen})
    assert answer.status_code == 200 and "attachment" in answer["Content-Disposition"]
    assert texts(b"".join(answer.streaming_content)) == ["Firm"]
    assert answer["Content-Security-Policy"].startswith("default-src 'none'")
    assert client.post(url, {"template": 0}).status_code == 404
    assert client.post(url, {"template": "x" * 40}).status_code == 404


def test_a_copy_stays_with_the_files_of_the_record_if_wanted(chief, client):
    chosen, pk = template(chief, letter("{{name}}")), company(chief)
    client.force_login(User.objects.get(pk=chief.user_id))
    url = f"/fakes/company/{pk}/documents/"
    assert 'name="keep"' in client.get(url).content.decode()
    client.post(url, {"template": chosen})
    assert not Attachment.objects.exists()
    answer = client.post(url, {"template": chosen, "keep": "1"})
    given = b"".join(answer.streaming_content)
    kept = Attachment.objects.get()
    assert (kept.entity, kept.record_id, kept.name) == ("fakes.company", pk, "Letter Firm.docx")
    assert local_path(kept.file).read_bytes() == given
    assert kept.created_by_id == chief.user_id


def test_who_may_not_add_files_keeps_no_copy(organisation, chief, client):
    chosen, pk = template(chief, letter("{{name}}")), company(chief)
    reader = organisation.actor("reader", ("fakes.*", "view export", "all"), (making.TEMPLATES, "view", "all"))
    client.force_login(User.objects.get(pk=reader.user_id))
    url = f"/fakes/company/{pk}/documents/"
    assert 'name="keep"' not in client.get(url).content.decode()
    assert client.post(url, {"template": chosen, "keep": "1"}).status_code == 403
    assert not Attachment.objects.exists()


def test_money_of_a_document_is_exact(chief):
    chosen = template(chief, letter("{{capital}}"))
    pk = company(chief, capital=str(Decimal("99999999999.99")))
    assert texts(made(chief, chosen, pk).data) == ["¥99,999,999,999.99"]
