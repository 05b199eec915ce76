"""The matrix itself: with a rule gone every path that it guards must leak, and a new address must be asked."""

import pytest
from django.urls import path

from guanxi.platform.entities import registry
from tests.leaks import addresses, matrix
from tests.leaks.conditions import conditions
from tests.leaks.registry import paths
from tests.leaks.shapes import SCOPE, SHAPES
from tests.leaks.switches import SWITCHES, without
from tests.leaks.world import OWN_KEYS, World

pytestmark = [pytest.mark.django_db(databases="__all__"), pytest.mark.long]


@pytest.fixture
def world():
    with conditions():
        yield World()


@pytest.mark.once
@pytest.mark.parametrize("rule", SWITCHES)
def test_every_path_that_a_rule_guards_notices_that_it_is_gone(rule, world):
    with without(rule):
        found = matrix.until_each_leaks(world, rule)
    assert found.paths
    assert found.paths - found.leaking == set()


def test_every_kind_of_membership_is_a_shape(world):
    shapes = {shape.name for shape in SHAPES if shape.rule == SCOPE}
    assert {key.rpartition(".")[2] for key in world.memberships} <= shapes


def test_every_entity_is_in_the_matrix_by_itself(world):
    asked = {cell.entity for cell in matrix.cells(world, full=False)}
    assert asked == {entity.key for entity in registry.declared()} | OWN_KEYS


def test_addresses_that_are_excused_exist():
    assert addresses.listed().keys() <= addresses.names()
    assert all(len(reason) > 10 for reason in addresses.listed().values())


def test_an_address_that_nothing_asks_is_named(monkeypatch):
    known = addresses.names()
    assert addresses.unasked(known) == set()
    patterns = [*addresses.get_resolver().url_patterns, path("backdoor/", lambda request: None, name="backdoor")]
    resolver = type("Resolver", (), {"url_patterns": patterns})
    monkeypatch.setattr(addresses, "get_resolver", lambda: resolver)
    assert addresses.unasked(known) == {"backdoor"}


def test_names_of_paths_say_at_which_door():
    assert {one.door for one in paths()} == {"page", "token"}
