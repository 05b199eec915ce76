"""Contacts: decision chain, further firms, relations, the main contact, leaving; the last contact."""

from datetime import timedelta

import pytest

from guanxi.modules.customers import selectors
from guanxi.modules.customers.models import Contact, Customer
from guanxi.modules.customers.tests.factories import (
    NOW,
    ContactFactory,
    ContactRelationFactory,
    CustomerFactory,
    InteractionFactory,
    MembershipFactory,
    PositionFactory,
    actor_of,
    department,
    system,
    user,
)  # fmt: skip
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.events.selectors import history
from tests.queries import Statements

pytestmark = pytest.mark.django_db


def do(command: str, *records, actor=None, **inputs):
    return run(commands.get(f"customers.{command}"), actor or system(), ids=[one.pk for one in records], inputs=inputs)


def test_the_decision_chain_is_a_tree_with_the_important_first(django_assert_num_queries):
    firm = CustomerFactory()
    boss = ContactFactory(customer=firm, importance=5)
    deputy = ContactFactory(customer=firm, reports_to=boss, importance=2)
    engineer = ContactFactory(customer=firm, reports_to=boss, importance=4)
    ContactFactory(customer=firm, reports_to=deputy)
    ContactFactory()
    with django_assert_num_queries(2):
        (top,) = selectors.decision_chain(system(), firm)
    assert top.id == boss.pk
    assert [node.id for node in top.reports] == [engineer.pk, deputy.pk]
    assert len(top.reports[1].reports) == 1


def test_one_person_in_several_firms_appears_in_each_chain_without_a_copy():
    person = ContactFactory(title="Chairman")
    first, second = CustomerFactory(), CustomerFactory()
    PositionFactory(customer=first, contact=person, title="Board member")
    PositionFactory(customer=second, contact=person, title="", until=NOW.date() - timedelta(days=1))
    (node,) = selectors.decision_chain(system(), first)
    assert (node.id, node.title, node.elsewhere) == (person.pk, "Board member", True)
    assert selectors.decision_chain(system(), second) == []
    assert [one.id for one in selectors.decision_chain(system(), person.customer)] == [person.pk]


def test_a_circle_of_reports_that_came_by_import_is_still_drawn():
    firm = CustomerFactory()
    first = ContactFactory(customer=firm)
    second = ContactFactory(customer=firm, reports_to=first)
    Contact.objects.filter(pk=first.pk).update(reports_to=second)
    assert {node.id for node in selectors.decision_chain(system(), firm)} == {first.pk, second.pk}


def test_reports_to_must_be_of_the_same_customer_and_no_circle():
    firm = CustomerFactory()
    boss, stranger = ContactFactory(customer=firm), ContactFactory()
    assistant = ContactFactory(customer=firm, reports_to=boss)
    for other, superior in ((boss, stranger), (boss, boss), (boss, assistant)):
        with pytest.raises(Rejected) as refusal:
            do("contact.edit", other, reports_to=superior.pk)
        assert "reports_to" in refusal.value.errors


def test_only_an_individual_customer_can_be_the_person_behind_a_contact():
    contact = ContactFactory()
    with pytest.raises(Rejected) as refusal:
        do("contact.edit", contact, individual=CustomerFactory().pk)
    assert "individual" in refusal.value.errors
    person = CustomerFactory(individual=True)
    do("contact.edit", contact, individual=person.pk)
    assert list(person.as_contact.all()) == [contact]


def test_relations_reach_people_of_other_customers(django_assert_num_queries):
    firm = CustomerFactory()
    ours, theirs = ContactFactory(customer=firm), ContactFactory()
    ContactRelationFactory(contact=theirs, other=ours, strength=5)
    with django_assert_num_queries(3):
        graph = selectors.relation_graph(system(), firm)
    assert {(person.id, person.elsewhere) for person in graph.people} == {(ours.pk, False), (theirs.pk, True)}
    assert [(one.first, one.second, one.strength) for one in graph.relations] == [(theirs.pk, ours.pk, 5)]


def test_relations_hide_people_out_of_reach(roles):
    north, south = department("north"), department("south")
    reader = actor_of(user("reader", "key_account_manager", department=north))
    firm = CustomerFactory(department=north)
    ours, hidden = ContactFactory(customer=firm), ContactFactory(customer=CustomerFactory(department=south))
    ContactRelationFactory(contact=ours, other=hidden)
    graph = selectors.relation_graph(reader, firm)
    assert [person.id for person in graph.people] == [ours.pk]
    assert graph.relations == []


def test_there_is_one_main_contact_and_history_shows_the_change():
    firm = CustomerFactory()
    first, second, elsewhere = (
        ContactFactory(customer=firm, main=True),
        ContactFactory(customer=firm),
        ContactFactory(main=True),
    )
    do("contact.make_main", second)
    assert list(Contact.objects.filter(main=True).order_by("pk")) == [second, elsewhere]
    first.refresh_from_db()
    assert first.version == 2
    assert history("customers.contact", first.pk)[0].diff["main"] == [True, False]
    with pytest.raises(Blocked):
        do("contact.make_main", second)


def test_whoever_has_left_is_out_of_the_chain():
    contact = ContactFactory(main=True)
    do("contact.leave", contact)
    contact.refresh_from_db()
    assert (contact.left_on, contact.main) == (NOW.date(), False)
    assert selectors.decision_chain(system(), contact.customer) == []
    for command in ("contact.leave", "contact.make_main"):
        with pytest.raises(Blocked):
            do(command, contact)


def test_the_last_contact_moves_forward_only_and_without_a_new_version():
    firm = CustomerFactory()
    InteractionFactory(customer=firm, at=NOW - timedelta(days=2))
    InteractionFactory(customer=firm, at=NOW - timedelta(days=9))
    firm.refresh_from_db()
    assert (firm.last_contact_at, firm.version) == (NOW - timedelta(days=2), 1)
    latest = InteractionFactory(customer=firm, at=NOW - timedelta(days=5))
    do("interaction.edit", latest, at=(NOW - timedelta(days=1)).isoformat())
    firm.refresh_from_db()
    assert firm.last_contact_at == NOW - timedelta(days=1)


def test_a_set_of_interactions_touches_its_customers_in_as_many_queries_as_a_small_one():
    InteractionFactory()  # makes the number series
    counts = []
    for size in (5, 50):
        firms = CustomerFactory.create_set(size)
        made = [
            InteractionFactory.build(customer=firm, contact=None, at=NOW - timedelta(days=index))
            for index, firm in enumerate(firms)
        ]
        with Statements() as queries:
            InteractionFactory.write(made)
        counts.append(len(queries))
    assert Customer.objects.exclude(last_contact_at=None).count() == 56
    assert counts[0] == counts[1]


def test_only_what_has_happened_with_people_of_the_customer_is_recorded():
    firm = CustomerFactory()
    for key, values in {"at": {"at": NOW + timedelta(days=1)}, "contact": {"contact": ContactFactory()}}.items():
        with pytest.raises(Rejected) as refusal:
            run(
                commands.get("customers.interaction.create"), system(),
                inputs={"customer": firm.pk, "subject": "Call"} | {name: getattr(value, "pk", value) for name, value in values.items()},
            )  # fmt: skip
        assert key in refusal.value.errors


def test_a_visit_by_somebody_of_a_further_firm_is_recorded_there():
    firm, person = CustomerFactory(), ContactFactory()
    PositionFactory(customer=firm, contact=person)
    outcome = run(
        commands.get("customers.interaction.create"), system(),
        inputs={"customer": firm.pk, "contact": person.pk, "subject": "Visit"},
    )  # fmt: skip
    assert outcome.ids


def test_members_of_a_group_on_a_day():
    group = CustomerFactory()
    current = MembershipFactory(customer=group)
    MembershipFactory(customer=group, until=NOW.date() - timedelta(days=1))
    MembershipFactory(customer=group, since=NOW.date() + timedelta(days=1))
    assert [member.id for member in selectors.members(system(), group)] == [current.member_id]
    assert selectors.members_count(system(), group) == 1
    assert selectors.members_count(system(), group, on=NOW.date() + timedelta(days=1)) == 2


def test_a_member_is_in_a_group_once_per_number_and_never_of_itself():
    membership = MembershipFactory()
    for inputs in (
        {"customer": membership.customer_id, "member": membership.member_id, "number": membership.number},
        {"customer": membership.customer_id, "member": membership.customer_id},
    ):
        with pytest.raises(Rejected):
            run(commands.get("customers.membership.create"), system(), inputs=inputs)
