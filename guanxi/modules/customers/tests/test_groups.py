"""The group tree: paths, moves, circles, depth, size, sums."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanxi.modules.customers import selectors, services
from guanxi.modules.customers.choices import DEPTH, STEP
from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.models.customer import path_ids, path_step
from guanxi.modules.customers.tests.factories import CustomerFactory, MeasureFactory, actor_of, department, system, user
from guanxi.platform import bulk
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.commands.sets import create_many
from guanxi.platform.entities import registry
from tests.queries import Statements

pytestmark = pytest.mark.django_db


def move(parent: Customer | None, *customers: Customer) -> None:
    run(
        commands.get("customers.customer.move"),
        system(),
        ids=[one.pk for one in customers],
        inputs={"parent": parent.pk if parent else None},
    )


def assert_tree_is_whole() -> None:
    """Every path is the parent's path and the own step, every level its length."""
    paths = dict(Customer.everything.values_list("pk", "path"))
    for pk, parent, path, level in Customer.everything.values_list("pk", "parent_id", "path", "level"):
        assert path == (paths[parent] if parent else "") + path_step(pk)
        assert level == len(path) // STEP


def chain(length: int) -> list[Customer]:
    """A group of one branch, made in one set."""
    customers = CustomerFactory.build_batch(length, industry=None)
    for customer, pk in zip(customers, bulk.reserve_ids(Customer, length), strict=True):
        customer.pk = pk
    for above, below in pairwise(customers):
        below.parent_id = above.pk
    create_many(registry.get("customers.customer"), system(), customers)
    return customers


def test_a_new_customer_stands_below_its_parent():
    head = CustomerFactory()
    child = CustomerFactory(parent=head)
    assert (head.path, head.level) == (path_step(head.pk), 1)
    assert (child.path, child.level) == (head.path + path_step(child.pk), 2)


def test_a_set_may_hold_parents_and_children_in_any_order():
    customers = CustomerFactory.build_batch(5, industry=None)
    for customer, pk in zip(customers, bulk.reserve_ids(Customer, 5), strict=True):
        customer.pk = pk
    for above, below in pairwise(customers):
        below.parent_id = above.pk
    create_many(registry.get("customers.customer"), system(), customers[::-1])
    assert_tree_is_whole()
    assert Customer.objects.get(pk=customers[-1].pk).level == 5


def test_a_move_takes_everything_below_along_without_a_new_version():
    head, other = CustomerFactory(), CustomerFactory()
    middle = CustomerFactory(parent=head)
    leaf = CustomerFactory(parent=middle)
    deleted = CustomerFactory(parent=middle)
    run(commands.get("customers.customer.delete"), system(), ids=[deleted.pk])
    move(other, middle)
    assert_tree_is_whole()
    leaf = Customer.objects.get(pk=leaf.pk)
    assert path_ids(leaf.path) == [other.pk, middle.pk, leaf.pk]
    assert leaf.version == 1
    assert Customer.objects.get(pk=middle.pk).version == 2


def test_moving_a_subsidiary_and_its_own_child_together_keeps_both_places():
    head, target = CustomerFactory(), CustomerFactory()
    middle = CustomerFactory(parent=head)
    child = CustomerFactory(parent=middle)
    grandchild = CustomerFactory(parent=child)
    move(target, middle, child)
    assert_tree_is_whole()
    assert path_ids(Customer.objects.get(pk=grandchild.pk).path) == [target.pk, child.pk, grandchild.pk]


def test_a_move_out_of_the_group_makes_a_head():
    child = CustomerFactory(parent=CustomerFactory())
    move(None, child)
    assert Customer.objects.get(pk=child.pk).level == 1


def test_a_circle_is_refused_and_changes_nothing():
    head = CustomerFactory()
    leaf = CustomerFactory(parent=CustomerFactory(parent=head))
    before = list(Customer.everything.order_by("pk").values())
    for parent in (leaf, head):
        with pytest.raises(Rejected) as refusal:
            move(parent, head)
        assert "parent" in refusal.value.errors
    assert list(Customer.everything.order_by("pk").values()) == before


def test_two_moves_in_one_set_cannot_make_a_circle():
    first, second = CustomerFactory(), CustomerFactory()
    first.parent_id, second.parent_id = second.pk, first.pk
    with pytest.raises(Rejected), transaction.atomic():
        services.place([first, second])


def test_moving_below_a_descendant_that_leaves_in_the_same_set_is_no_circle():
    head = CustomerFactory()
    child = CustomerFactory(parent=head)
    leaf = CustomerFactory(parent=child)
    child.parent_id, head.parent_id = None, leaf.pk
    with transaction.atomic():
        services.place([head, child])
        assert child.path == path_step(child.pk)
        assert head.path == child.path + path_step(leaf.pk) + path_step(head.pk)


def test_the_deepest_group_has_64_levels():
    customers = chain(DEPTH)
    assert Customer.objects.get(pk=customers[-1].pk).level == DEPTH
    with pytest.raises(Rejected) as refusal:
        CustomerFactory(parent=customers[-1])
    assert str(DEPTH) in refusal.value.errors["parent"]


def test_a_move_that_would_make_a_group_too_deep_is_refused():
    long, short = chain(60), chain(5)
    with pytest.raises(Rejected):
        move(long[-1], short[0])
    move(long[-2], short[0])
    assert Customer.objects.get(pk=short[-1].pk).level == DEPTH
    assert_tree_is_whole()


@given(st.lists(st.tuples(st.integers(0, 11), st.integers(0, 12)), min_size=1, max_size=12))
@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_of_moves_leaves_the_tree_whole(moves):
    with transaction.atomic():
        customers = CustomerFactory.create_set(12, industry=None)
        for one, target in moves:
            parent = customers[target] if target < 12 else None
            try:
                move(parent, customers[one])
            except Rejected:
                below = Customer.objects.filter(path__startswith=Customer.objects.get(pk=customers[one].pk).path)
                assert parent is not None and below.filter(pk=parent.pk).exists()
        assert_tree_is_whole()
        transaction.set_rollback(True)


@pytest.fixture
def big_group():
    """5,000 nodes, 60 levels deep: a branch of 60 and the rest spread below its first 20 places."""
    customers = CustomerFactory.build_batch(5000, industry=None)
    for customer, pk in zip(customers, bulk.reserve_ids(Customer, 5000), strict=True):
        customer.pk = pk
    for index, customer in enumerate(customers[1:], start=1):
        customer.parent_id = customers[index - 1 if index < 60 else index % 20].pk
    for start in range(0, 5000, 1000):
        create_many(registry.get("customers.customer"), system(), customers[start : start + 1000])
    return customers


def test_a_group_of_5000_is_read_summed_and_moved_in_few_queries(big_group, django_assert_max_num_queries):
    head = big_group[0]
    MeasureFactory.create_set(2000, customer=None, customer_id=head.pk, value=Decimal("0.0001"))
    rows = [(one.pk, "revenue", date(2026, 4, 1), Decimal("0.1000"), system().now()) for one in big_group]
    bulk.insert_many(MeasureFactory._meta.model, ["customer_id", "kind", "period", "value", "created_at"], rows)
    with django_assert_max_num_queries(4):
        overview = selectors.group_overview(system(), head)
    assert overview.count == 5000
    assert overview.children_count == len(Customer.objects.filter(parent=head))
    assert sum(node.count for node in overview.children) <= 4999
    assert selectors.subtree(system(), big_group[59]).count() == 1
    with django_assert_max_num_queries(2):
        assert selectors.rollup(system(), head, "revenue", date(2026, 4, 1)) == Decimal("500")
    target = CustomerFactory()
    with Statements() as few:
        move(None, CustomerFactory(parent=target))
    with Statements() as many:
        move(target, head)
    assert len(many) <= len(few) + 6
    assert selectors.subtree(system(), target).count() == 5001
    assert Customer.objects.get(pk=big_group[59].pk).level == 61
    assert_tree_is_whole()


def test_an_edit_that_moves_nothing_does_not_look_at_the_tree(django_assert_num_queries):
    child = CustomerFactory(parent=CustomerFactory())
    with django_assert_num_queries(0):
        services.place([child])


def test_group_overview_shows_only_what_the_reader_may_see(roles):
    north, south = department("north"), department("south")
    reader = actor_of(user("reader", "key_account_manager", department=north))
    head = CustomerFactory(department=south)
    mine = CustomerFactory(parent=head, department=north)
    CustomerFactory.create_set(3, parent=mine, department=north)
    CustomerFactory.create_set(2, parent=mine, department=south)
    overview = selectors.group_overview(reader, mine)
    assert overview.ancestors == []
    assert (overview.count, overview.children_count) == (4, 3)


def test_rollup_takes_the_latest_figure_of_each_and_only_what_the_actor_may_see(roles):
    north, south = department("north"), department("south")
    reader = actor_of(user("reader", "key_account_manager", department=north))
    head = CustomerFactory(department=north)
    child, foreign = CustomerFactory(parent=head, department=north), CustomerFactory(parent=head, department=south)
    MeasureFactory(customer=head, value=Decimal("1"))
    MeasureFactory(customer=head, value=Decimal("0.1"))
    MeasureFactory(customer=child, value=Decimal("0.2"))
    MeasureFactory(customer=child, value=Decimal("7"), period=date(2026, 3, 1))
    MeasureFactory(customer=foreign, value=Decimal("0.3"))
    assert selectors.rollup(system(), head, "revenue", date(2026, 4, 1)) == Decimal("0.6")
    assert selectors.rollup(reader, head, "revenue", date(2026, 4, 1)) == Decimal("0.3")
    assert selectors.latest_measure(reader, child, "revenue").value == Decimal("0.2")
    assert selectors.latest_measures(system(), head)["revenue"].value == Decimal("0.1")
