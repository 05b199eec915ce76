"""Who may see and change what: lines and hanging records follow their customer."""

import pytest

from guanxi.modules.customers.models import Contact, Interaction
from guanxi.modules.customers.tests.factories import (
    AddressFactory,
    AnniversaryFactory,
    BankAccountFactory,
    ContactFactory,
    ContactMediumFactory,
    ContactRelationFactory,
    CustomerFactory,
    InteractionFactory,
    MeasureFactory,
    MembershipFactory,
    PositionFactory,
    TeamMemberFactory,
    actor_of,
    department,
    region,
    system,
    user,
)  # fmt: skip
from guanxi.platform.access import deputies, gate
from guanxi.platform.access.models import Role, RoleGrant
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.keeping.rights import ACTIONS, BACKUPS
from guanxi.platform.keyring.rights import DATA_KEYS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roles")]
ENTITIES = [entity.key for entity in registry.declared() if entity.module == "customers"]


@pytest.fixture
def everything_of():
    """Makes a customer of an owner with one of everything that hangs on it."""

    def make(owner):
        customer = CustomerFactory(owner=owner)
        contact = ContactFactory(customer=customer)
        AnniversaryFactory(contact=contact)
        ContactRelationFactory(contact=contact, other=ContactFactory(customer=customer))
        for factory in (PositionFactory, ContactMediumFactory, AddressFactory, BankAccountFactory, MeasureFactory):
            factory(customer=customer)
        MembershipFactory(customer=customer)
        TeamMemberFactory(customer=customer)
        InteractionFactory(customer=customer, contact=contact)
        return customer

    return make


@pytest.mark.parametrize("key", ENTITIES)
def test_an_account_manager_sees_own_customers_and_all_that_hangs_on_them(key, everything_of):
    mine, other = user("mine", "account_manager"), user("other", "account_manager")
    everything_of(mine)
    stranger = user("stranger")
    entity = registry.get(key)
    assert entity.rows(actor_of(mine)).exists()
    assert not entity.rows(actor_of(other)).exists()
    assert not entity.rows(actor_of(stranger)).exists()


def test_every_entity_of_the_module_is_covered():
    assert len(ENTITIES) == 12


def test_a_line_is_changed_by_whoever_may_edit_the_customer(everything_of):
    owner, agent = user("owner", "account_manager"), user("agent", "executive")
    customer = everything_of(owner)
    address = customer.addresses.get()
    run(commands.get("customers.address.edit"), actor_of(owner), ids=[address.pk], inputs={"street": "3 New Street"})
    for command, ids, inputs in (
        ("edit", [address.pk], {"street": "4"}), ("delete", [address.pk], {}), ("create", [], {"customer": customer.pk, "address_type": "office", "street": "5"}),
    ):  # fmt: skip
        with pytest.raises(gate.Forbidden):
            run(commands.get(f"customers.address.{command}"), actor_of(agent), ids=ids, inputs=inputs)


def test_nothing_can_be_hung_on_a_foreign_customer(everything_of, codes):
    foreign = everything_of(user("owner", "account_manager"))
    actor = actor_of(user("intruder", "account_manager"))
    for key, inputs in (
        ("contact", {"name": "Spy"}), ("interaction", {"subject": "Call"}), ("position", {"contact": foreign.contacts.first().pk}),
        ("address", {"address_type": "office", "street": "5"}),
    ):  # fmt: skip
        with pytest.raises((Rejected, gate.NotFound)):
            run(commands.get(f"customers.{key}.create"), actor, inputs={"customer": foreign.pk, **inputs})


def test_a_group_of_others_cannot_be_joined(everything_of):
    foreign = everything_of(user("owner", "account_manager"))
    me = user("me", "account_manager")
    mine = CustomerFactory(owner=me)
    with pytest.raises(Rejected) as refusal:
        run(commands.get("customers.customer.move"), actor_of(me), ids=[mine.pk], inputs={"parent": foreign.pk})
    assert "parent" in refusal.value.errors


def test_a_handover_takes_contacts_and_interactions_along(everything_of):
    north = department("north")
    boss, old, new = (
        user("boss", "key_account_manager", department=north),
        user("old", "account_manager", department=north),
        user("new", "account_manager", department=north),
    )
    customer = everything_of(old)
    run(commands.get("customers.customer.assign"), actor_of(boss), ids=[customer.pk], inputs={"owner": new.pk})
    for model in (Contact, Interaction):
        assert set(model.objects.filter(customer=customer).values_list("owner_id", flat=True)) == {new.pk}
    assert not registry.get("customers.contact").rows(actor_of(old)).exists()


def test_service_agents_see_their_region_and_record_contacts_but_change_nothing(codes):
    province = region("320000")
    county = region("320102", region("320100", province))
    agent = actor_of(user("agent", "service_agent", region=province))
    customer = CustomerFactory(region=county)
    CustomerFactory(region=region("110000"))
    assert list(registry.get("customers.customer").rows(agent)) == [customer]
    run(
        commands.get("customers.interaction.create"),
        agent,
        inputs={"customer": customer.pk, "subject": "Called about a bill"},
    )
    with pytest.raises(gate.Forbidden):
        run(commands.get("customers.customer.edit"), agent, ids=[customer.pk], inputs={"name": "Other"})


def test_field_staff_do_not_see_documents():
    hidden = registry.get("customers.customer").readable(actor_of(user("reader", "meter_reader"))).keys()
    assert not {"id_number", "born_on", "registered_capital"} & hidden
    assert "name" in hidden


def test_administrators_of_the_system_see_no_customers(everything_of):
    everything_of(user("owner", "account_manager"))
    for role in ("system_administrator", "security_officer", "auditor"):
        actor = actor_of(user(role, role))
        assert not any(gate.permits(actor, registry.get(key), "view") for key in ENTITIES)
        assert gate.permits(actor, registry.get("access.user"), "view")


def test_shipped_roles_name_people_and_only_what_exists():
    assert Role.objects.count() >= 19
    actions = {command.name for command in commands.all_commands()} | {
        "view",
        "import",
        "export",
        "approve",
        "explain",
        "reveal",
        "try",
        "rotate",
        "find",
        *ACTIONS,
        "*",
    }
    keys = (
        {entity.key for entity in registry.entities()}
        | {f"{entity.module}.*" for entity in registry.entities()}
        | {"*", BACKUPS.key, DATA_KEYS.key}
    )
    for grant in RoleGrant.objects.all():
        assert grant.entity in keys, grant
        assert set(grant.actions) <= actions, grant


def test_first_and_second_review_take_two_people():
    north = department("north")
    clerk, boss = (actor_of(user(name, "key_account_manager", department=north)) for name in ("clerk", "boss"))
    customer = CustomerFactory(department=north)

    def do(name, actor, **inputs):
        run(commands.get(f"customers.customer.{name}"), actor, ids=[customer.pk], inputs=inputs)
        customer.refresh_from_db()

    def blocked(name, actor) -> str:
        return commands.get(f"customers.customer.{name}").blocked(customer, actor)

    assert blocked("second_review", boss)
    assert blocked("withdraw_review", boss)
    do("first_review", clerk, note="Papers seen")
    assert (customer.first_reviewed_by_id, customer.first_reviewed_at) == (clerk.user_id, clerk.now())
    assert blocked("first_review", boss)
    assert blocked("second_review", clerk)
    assert not blocked("second_review", boss)
    do("second_review", boss)
    do("edit", boss, short_name="New")
    assert customer.second_reviewed_by_id == boss.user_id
    do("withdraw_review", clerk)
    assert (customer.first_reviewed_at, customer.second_reviewed_by_id) == (None, None)
    with pytest.raises(Rejected):
        do("first_review", system(), unknown=1)


def test_whoever_a_deputy_reviewed_for_is_no_second_person_months_later():
    north = department("north")
    people = [user(name, "key_account_manager", department=north) for name in ("leaves", "stands_in", "other")]
    principal, deputy, other = (actor_of(one) for one in people)
    customer = CustomerFactory(department=north)
    second = commands.get("customers.customer.second_review")
    appointed = deputies.appoint(principal, principal.me, deputy.me, principal.today(), principal.today())
    acting = deputies.acting(deputy, principal.me)
    run(commands.get("customers.customer.first_review"), acting, ids=[customer.pk], inputs={})
    customer.refresh_from_db()
    assert (customer.first_reviewed_by_id, customer.first_reviewed_for_id) == (deputy.user_id, principal.user_id)
    later = appointed.until.year + 1
    for actor in (principal, deputy, other):
        then = actor.at(actor.now().replace(year=later, month=6, day=1))
        assert then.same_person == {actor.user_id}
        assert bool(second.blocked(customer, then)) == (actor is not other)
    run(commands.get("customers.customer.withdraw_review"), other, ids=[customer.pk], inputs={})
    customer.refresh_from_db()
    assert (customer.first_reviewed_by_id, customer.first_reviewed_for_id) == (None, None)
