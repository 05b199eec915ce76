"""The register: every personal field is in it, and the program does not start with one that is not."""

import pytest

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import EMAIL
from guanxi.platform.access.models import Role, UserRole
from guanxi.platform.access.role_defaults import load_roles
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.privacy import checks, declared, register
from guanxi.platform.privacy.models import RegisterEntry


def test_every_personal_field_is_declared_and_stands_in_the_register(db):
    assert checks.personal_fields_are_declared() == []
    register.refresh()
    rows = {(row.entity, row.field): row for row in RegisterEntry.objects.all()}
    assert rows.keys() == {(one.entity, one.field) for one in declared.all_declared()}
    phone, name = rows["fakes.company", "phone"], rows["fakes.company", "name"]
    assert (phone.data, phone.basis, phone.retention) == ("contact", "contract", "P3Y")
    assert (name.data, name.basis) == ("name", "contract")
    assert rows["access.user", "email"].basis == "employment"


@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({}, "not in the register"),
        ({"sensitivity": "contact"}, "for which purpose"),
        ({"sensitivity": "secret", "purpose": "care", "retention": "P1Y"}, "no legal basis is usual for “secret”"),
        ({"sensitivity": "contact", "purpose": "care", "basis": "whim"}, "legal basis"),
        ({"sensitivity": "contact", "purpose": "care", "retention": "for ever"}, "how long it is kept"),
    ],
)
def test_the_check_refuses_a_personal_field_that_says_too_little(db, said, missing, monkeypatch):
    company = registry.get("fakes.company")
    field = Field("private_mail", EMAIL, "Private mail", **said)
    fields = {**company.fields(), "private_mail": field}
    monkeypatch.setattr(type(company), "fields", lambda self: fields if self is company else {})
    messages = [one.msg for one in checks.personal_fields_are_declared()]
    assert [missing in message for message in messages] == [True], messages


def test_what_the_organisation_says_outlives_the_next_start(organisation):
    register.refresh()
    row = RegisterEntry.objects.get(entity="fakes.company", field="phone")
    chief = organisation.everything()
    run(commands.get("privacy.registerentry.edit"), chief, ids=[row.pk], inputs={"retention": "p1y", "note": "board"})
    assert register.refresh() == 0
    row.refresh_from_db()
    assert (row.retention, row.basis, row.note) == ("P1Y", "contract", "board")
    assert register.days_kept("fakes.company", "contact") == 365
    row.declared, row.basis = {**row.declared, "basis": "consent"}, "consent"
    row.save()
    assert register.refresh() == 1
    row.refresh_from_db()
    assert (row.retention, row.basis) == ("P1Y", "contract")


def test_a_period_that_says_nothing_is_refused(organisation):
    register.refresh()
    row = RegisterEntry.objects.get(entity="fakes.company", field="phone")
    with pytest.raises(Rejected):
        run(
            commands.get("privacy.registerentry.edit"), organisation.everything(), ids=[row.pk],
            inputs={"retention": "three years"},
        )  # fmt: skip


def test_security_officer_and_auditor_see_and_take_it_away(organisation):
    register.refresh()
    load_roles()
    entity = registry.get("privacy.registerentry")
    for key, allowed in (("security_officer", True), ("auditor", True), ("account_manager", False)):
        user = organisation.user(key)
        UserRole.objects.create(user=user, role=Role.objects.get(key=key))
        actor = Actor.for_user(user)
        assert gate.permits(actor, entity, "view") is gate.permits(actor, entity, "export") is allowed, key


def test_the_register_is_a_list_that_is_taken_away(organisation, client):
    register.refresh()
    organisation.actor("officer", ("privacy.registerentry", "view export", "all"))
    client.force_login(organisation.user("officer"))
    page = client.get("/privacy/registerentry/", {"filter": '["eq","entity","fakes.company"]'}).content.decode()
    assert "keeping in touch" in page and "Contract with the person" in page and "3 years" in page
    assert ">P3Y<" not in page and "company · Phone" in page
    taken = client.get("/privacy/registerentry/export/", {"format": "csv"})
    text = b"".join(taken.streaming_content).decode("utf-8-sig")
    assert taken.status_code == 200
    assert len(text.splitlines()) == RegisterEntry.objects.count() + 1
    assert "3 years" in text and "P3Y" not in text
    assert client.get("/privacy/subjectrequest/").status_code == 403


def test_an_entry_is_found_by_the_name_of_its_field_and_changed_as_a_period(organisation, client):
    register.refresh()
    organisation.actor("officer", ("privacy.registerentry", "view edit", "all"))
    client.force_login(organisation.user("officer"))
    page = client.get("/privacy/registerentry/", {"q": "phone"}).content.decode()
    assert "company · Phone" in page and "E-mail" not in page
    row = RegisterEntry.objects.get(entity="fakes.company", field="phone")
    assert 'value="P3Y"' in client.get(f"/privacy/registerentry/{row.pk}/edit/").content.decode()
    assert "3 years" in client.get(f"/privacy/registerentry/{row.pk}/").content.decode()


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("P3Y", "3 years"),
        ("P1Y6M", "1 year 6 months"),
        ("P1M", "1 month"),
        ("P90D", "90 days"),
        ("for ever", "for ever"),
    ],
)
def test_a_period_in_words(period, words):
    assert declared.words_of(period) == words
