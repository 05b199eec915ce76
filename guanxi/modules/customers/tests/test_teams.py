"""The account team of a customer: whatever hangs on the customer is open to it, and closed again, at once."""

from datetime import timedelta

import pytest

from guanxi.modules.customers.models import TeamMember
from guanxi.modules.customers.tests.factories import (
    NOW,
    AddressFactory,
    AnniversaryFactory,
    ContactFactory,
    CustomerFactory,
    InteractionFactory,
    MeasureFactory,
    TeamMemberFactory,
    actor_of,
    system,
    user,
)  # fmt: skip
from guanxi.platform.access import gate
from guanxi.platform.access.models import Role, RoleGrant, UserRole
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.entities import query, registry
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.queries import Statements

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.usefixtures("roles", "codes")]
KEYS = ("customer", "contact", "interaction", "anniversary", "address", "measure", "teammember")
DONE = {"view", "export", "create", "edit", "tag", "move", "first_review"}


@pytest.fixture
def owner():
    return user("owner", "account_manager")


@pytest.fixture
def helper():
    return user("helper", "account_manager")


@pytest.fixture
def customer(owner):
    """A customer with one of each kind beside it."""
    customer = CustomerFactory(owner=owner)
    contact = ContactFactory(customer=customer)
    AnniversaryFactory(contact=contact)
    AddressFactory(customer=customer)
    MeasureFactory(customer=customer)
    InteractionFactory(customer=customer, contact=contact)
    return customer


def join(owner, customer, helper, **inputs):
    made = run(
        commands.get("customers.teammember.create"),
        actor_of(owner),
        inputs={"customer": customer.pk, "user": helper.pk} | inputs,
    )
    return TeamMember.objects.get(pk=made.ids[0])


def counts(person):
    return {name: registry.get(f"customers.{name}").rows(actor_of(person)).count() for name in KEYS}


def test_a_place_in_the_team_opens_everything_that_hangs_on_the_customer(owner, helper, customer):
    CustomerFactory(owner=owner)
    member = join(owner, customer, helper)
    note = factory_for("directory.note").create(entity="customers.contact", record_id=customer.contacts.get().pk)
    assert counts(helper) == dict.fromkeys(KEYS, 1)
    entity = registry.get("directory.note")
    assert list(entity.rows(actor_of(helper))) == [note]
    page = query.page(registry.get("customers.customer"), actor_of(helper), query.Query())
    assert page.records == [customer]
    run(commands.get("customers.teammember.delete"), actor_of(owner), ids=[member.pk])
    assert counts(helper) == dict.fromkeys(KEYS, 0)
    assert not entity.rows(actor_of(helper)).exists()


def test_a_place_lasts_from_its_first_day_to_its_last(owner, helper, customer):
    today = actor_of(owner).today()
    for since, until, open_ in ((0, 0, 1), (1, 9, 0), (-9, -1, 0), (-1, 1, 1)):
        TeamMember.objects.all().delete()
        days = {"since": str(today + timedelta(since)), "until": str(today + timedelta(until))}
        join(owner, customer, helper, **days)
        assert counts(helper)["customer"] == open_, (since, until)


@pytest.mark.parametrize(
    ("function", "carried"),
    [
        ("read", set(gate.READ_ACTIONS)),
        ("edit", DONE - {"create"} | {"reveal"}),
        ("lead", (DONE | {"share", "reveal"}) - {"create"}),
    ],
)
def test_a_function_carries_what_the_role_allows_and_no_more(owner, helper, customer, function, carried):
    join(owner, customer, helper, function=function)
    entity = registry.get("customers.customer")
    here = {command.name for command in commands.commands_of(entity) if not command.new}
    every = {
        *gate.READ_ACTIONS,
        *(here & (DONE | {"reveal", "share", "assign", "delete", "restore"})),
    }  # modules above have actions of their own
    assert {name for name in every if gate.admits(actor_of(helper), entity, [customer.pk], name)} == carried


def test_a_reader_of_the_team_adds_nothing_to_the_customer(owner, helper, customer):
    member = join(owner, customer, helper, function="read")
    for key, inputs in (
        ("customers.contact", {"customer": customer.pk, "name": "New"}),
        ("customers.address", {"customer": customer.pk, "address_type": "office", "street": "5"}),
        ("customers.teammember", {"customer": customer.pk, "user": owner.pk, "function": "lead"}),
    ):
        before = digest_of_tables()
        with pytest.raises((gate.Forbidden, gate.NotFound)) as refusal:
            run(commands.get(f"{key}.create"), actor_of(helper), inputs=inputs)
        assert refusal.type is gate.Forbidden
        assert digest_of_tables() == before
    member.function = "edit"
    member.save()
    run(commands.get("customers.contact.create"), actor_of(helper), inputs={"customer": customer.pk, "name": "New"})


def test_who_works_on_a_customer_appoints_nobody(owner, helper, customer):
    member = join(owner, customer, helper, function="edit")
    third = user("third", "account_manager")
    before = digest_of_tables()
    with pytest.raises(gate.Forbidden):
        join(helper, customer, third)
    with pytest.raises(gate.Forbidden):
        run(commands.get("customers.teammember.edit"), actor_of(helper), ids=[member.pk], inputs={"function": "lead"})
    assert digest_of_tables() == before
    run(commands.get("customers.teammember.edit"), actor_of(owner), ids=[member.pk], inputs={"function": "lead"})
    assert join(helper, customer, third).pk


def test_a_team_gives_no_rights_that_no_role_gives(owner, customer):
    executive, nobody = user("executive", "executive"), user("nobody")
    for person in (executive, nobody):
        join(owner, customer, person, function="lead")
    assert counts(nobody) == dict.fromkeys(KEYS, 0)
    with pytest.raises(gate.Forbidden):
        run(commands.get("customers.customer.edit"), actor_of(executive), ids=[customer.pk], inputs={"name": "X"})


def test_lists_of_a_team_member_are_one_statement_for_each_source_and_one_for_the_page(owner, helper, customer):
    TeamMemberFactory(customer=customer, user=helper)
    CustomerFactory(owner=helper)
    for name in ("customer", "contact", "address"):
        actor, entity = actor_of(helper), registry.get(f"customers.{name}")
        assert len(gate.sources(actor, entity)) == 2
        with Statements() as sent:
            query.page(entity, actor, query.Query())
        assert len(sent) == 3


def test_a_person_who_has_left_holds_no_rights_at_any_door(owner, customer):
    entity = registry.get("customers.customer")
    assert entity.rows(actor_of(owner)).exists()
    owner.is_active = False
    owner.save()
    assert not entity.rows(actor_of(owner)).exists()
    assert actor_of(owner).at(NOW).grants.grants == ()


def test_a_role_limited_to_a_set_of_customers_reaches_what_hangs_on_them(owner, helper, customer):
    CustomerFactory(owner=owner)
    inputs = {"name": "Named accounts", "entity": "customers.customer"}
    made = run(commands.get("access.recordset.create"), system(), inputs=inputs).ids[0]
    run(commands.get("customers.customer.include"), system(), ids=[customer.pk], inputs={"record_set": made})
    role = Role.objects.create(key="named", labels={"en": "named"})
    RoleGrant.objects.create(role=role, entity="customers.*", actions=["view"], scope="set", record_set_id=made)
    UserRole.objects.create(user=helper, role=role)
    assert counts(helper) == dict.fromkeys(KEYS, 1) | {"teammember": 0}


def test_a_set_of_owners_reaches_what_hangs_on_their_customers_without_being_worked_out(owner, helper, customer):
    inputs = {"name": "Theirs", "entity": "customers.customer", "filter": f'["eq","owner",{owner.pk}]'}
    made = run(commands.get("access.recordset.create"), system(), inputs=inputs).ids[0]
    role = Role.objects.create(key="theirs", labels={"en": "theirs"})
    RoleGrant.objects.create(role=role, entity="customers.*", actions=["view"], scope="set", record_set_id=made)
    UserRole.objects.create(user=helper, role=role)
    assert counts(helper) == dict.fromkeys(KEYS, 1) | {"teammember": 0}
