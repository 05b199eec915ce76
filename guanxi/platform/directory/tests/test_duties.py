"""Who administers, who grants rights and who checks their use are three people; administrators see no customers."""

import pytest

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import Role, UserRole
from guanxi.platform.access.role_defaults import load_roles, shipped_roles
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for

CONTROL = ("system_administrator", "security_officer", "auditor")
SETTING_UP = System("tests of duties")


@pytest.fixture
def roles(db):
    load_roles()
    return {role.key: role for role in Role.objects.all()}


def give(user, role):
    inputs = {"user": user.pk, "role": role.pk}
    return run(commands.get("access.userrole.create"), SETTING_UP, inputs=inputs).ids[0]


def refused(act):
    before = digest_of_tables()
    with pytest.raises(Rejected) as refusal:
        act()
    assert "role" in refusal.value.errors
    assert digest_of_tables() == before


@pytest.mark.parametrize("first", CONTROL)
@pytest.mark.parametrize("second", CONTROL)
def test_two_duties_of_control_are_never_one_persons(organisation, roles, first, second):
    user = organisation.user("ann")
    give(user, roles[first])
    if first != second:
        refused(lambda: give(user, roles[second]))
    give(user, roles["account_manager"])


def test_neither_by_a_changed_link_nor_by_a_set_nor_by_a_changed_role(organisation, roles):
    user, plain = organisation.user("ann"), Role.objects.create(key="plain", labels={"en": "plain"})
    give(user, roles["auditor"])
    link = give(user, plain)
    edit = commands.get("access.userrole.edit")
    refused(lambda: run(edit, SETTING_UP, ids=[link], inputs={"role": roles["security_officer"].pk}))
    links = [UserRole(user=user, role=roles["security_officer"])]
    refused(lambda: create_many(registry.get("access.userrole"), SETTING_UP, links))
    change = commands.get("access.role.edit")
    refused(lambda: run(change, SETTING_UP, ids=[plain.pk], inputs={"duty": "security"}))
    run(change, SETTING_UP, ids=[plain.pk], inputs={"duty": "audit"})


@pytest.mark.parametrize("key", CONTROL)
def test_the_duties_of_control_see_no_business_record(organisation, roles, key):
    business = [one for one in registry.entities() if one.module in ("customers", "fakes")]
    for one in business:
        factory_for(one.key).create()
    user = organisation.user("ann")
    give(user, roles[key])
    actor = Actor.for_user(user)
    assert [one.key for one in business if one.rows(actor).exists()] == []


def test_the_shipped_roles_know_their_duty(roles):
    assert {key: role.duty for key, role in roles.items() if role.duty != "business"} == {
        "system_administrator": "administration", "security_officer": "security", "auditor": "audit",
    }  # fmt: skip
    Role.objects.update(duty="business")
    load_roles()
    assert Role.objects.get(key="auditor").duty == shipped_roles()["auditor"]["duty"] == "audit"
