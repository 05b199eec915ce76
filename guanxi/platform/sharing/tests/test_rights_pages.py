"""Rights as pages: what a role allows as a table, what may be put into it, who is in a set."""

import pytest

from guanxi.platform.access.models import FieldRule, RecordSet, RecordSetMember, Role, RoleGrant, User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.contract.people import browser_of

OFFICER = ("access.*", "*", "all"), ("fakes.company", "view", "own")


@pytest.fixture
def officer(organisation):
    return organisation.actor("officer", *OFFICER, place=organisation.head)


@pytest.fixture
def browser(organisation, officer):
    User.objects.filter(pk=officer.me).update(language="en")
    return browser_of(organisation.users["officer"])


@pytest.fixture
def role():
    made = Role.objects.create(key="sellers", labels={"en": "Sellers"})
    RoleGrant.objects.create(role=made, entity="fakes.*", actions=["view", "edit"], scope="own")
    RoleGrant.objects.create(role=made, entity="fakes.company", actions=["view", "assign"], scope="region")
    FieldRule.objects.create(role=made, entity="fakes.company", field="phone", rule="hide")
    return made


def rights(browser, role):
    return " ".join(
        browser.get(f"/access/role/{role.pk}/tab/rights/", headers={"hx-request": "true"}).content.decode().split()
    )


def test_a_role_shows_how_far_each_action_reaches(browser, role):
    text = rights(browser, role)
    companies = text[text.index("Companies") : text.index("</tr>", text.index("Companies"))]
    assert "Own region and below +1" in companies
    assert "Own records" in companies
    assert "Assign" in companies
    assert "Hidden: Phone" in companies
    grant = role.grants.get(entity="fakes.company")
    assert f"/access/rolegrant/{grant.pk}/edit/" in companies
    assert f"/access/rolegrant/new/?role={role.pk}&amp;entity=fakes.company" in companies.replace(
        "&entity", "&amp;entity"
    )
    form = browser.get(f"/access/rolegrant/new/?role={role.pk}&entity=fakes.company").content.decode()
    assert '<option value="fakes.company" selected>' in " ".join(form.split())


def test_who_may_only_read_roles_gets_no_links(organisation, role):
    organisation.actor("auditor", ("access.role", "view", "all"))
    text = rights(browser_of(organisation.users["auditor"]), role)
    assert "gx-reach-4" in text
    assert "rolegrant" not in text


@pytest.mark.parametrize(
    ("entity", "inputs", "field"),
    [
        ("access.rolegrant", {"entity": "fakes.company", "actions": ["view", "complete"], "scope": "own"}, "actions"),
        ("access.rolegrant", {"entity": "fakes.company", "actions": ["nothing"], "scope": "own"}, "actions"),
        ("access.fieldrule", {"entity": "fakes.company", "field": "nothing", "rule": "hide"}, "field"),
        ("access.fieldrule", {"entity": "access.department", "field": "mobile", "rule": "hide"}, "field"),
    ],
)
def test_what_an_entity_does_not_have_is_refused(officer, role, entity, inputs, field):
    before = digest_of_tables()
    with pytest.raises(Rejected) as refusal:
        run(commands.get(f"{entity}.create"), officer, inputs={"role": role.pk, **inputs})
    assert field in refusal.value.errors
    assert digest_of_tables() == before


def test_what_an_entity_has_is_taken(officer, role):
    for name, inputs in (
        ("access.rolegrant", {"entity": "*", "actions": ["*"], "scope": "department"}),
        ("access.rolegrant", {"entity": "keeping.backup", "actions": ["restore"], "scope": "all"}),
        ("access.fieldrule", {"entity": "*", "field": "@contact", "rule": "show"}),
    ):
        assert run(commands.get(f"{name}.create"), officer, inputs={"role": role.pk, **inputs}).ids


def test_a_set_tells_how_many_are_in_it_and_names_what_the_reader_may_see(organisation, officer, browser):
    mine = factory_for("fakes.company").create(owner=officer.user_id, name="My own company")
    other = factory_for("fakes.company").create(owner=organisation.user("ann").pk, name="Somebody else's")
    chosen = RecordSet.objects.create(name="Chosen", entity="fakes.company")
    page = f"/access/recordset/{chosen.pk}/panel/members/"
    assert "Put into a set" in browser.get(page).content.decode()
    RecordSetMember.objects.bulk_create(RecordSetMember(record_set=chosen, record_id=one.pk) for one in (mine, other))
    text = browser.get(page).content.decode()
    assert "2 records." in text
    assert "My own company" in text
    assert "Somebody else" not in text
    chosen.members.filter(record_id=mine.pk).delete()
    text = browser.get(page).content.decode()
    assert "None of them is open to you." in text


def test_what_is_no_kind_of_record_can_be_given_too(officer, role):
    given = {"role": role.pk, "entity": "keyring.keys", "actions": ["view", "rotate"], "scope": "all"}
    assert run(commands.get("access.rolegrant.create"), officer, inputs=given).ids
