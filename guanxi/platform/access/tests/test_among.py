"""The rows that a key picks are the same by one condition as by the union of ids."""

import pytest

from guanxi.platform.access import gate
from guanxi.platform.entities import registry
from tests.contract.factories import factory_for
from tests.queries import Statements


@pytest.fixture
def people(organisation):
    """Two companies with a person each, owned by ann of one branch and bob of another."""
    organisation.user("ann", organisation.north_one)
    organisation.user("bob", organisation.south_one)
    made = {}
    for name in ("ann", "bob"):
        company = factory_for("fakes.company").create(owner=organisation.users[name].pk)
        made[name] = factory_for("fakes.person").create(company=company.pk)
    return made


GRANTS = (
    (),
    (("fakes.*", "*", "all"),),
    (("fakes.*", "*", "own"),),
    (("fakes.*", "view", "subtree"), ("fakes.*", "*", "own")),
    (("fakes.*", "view", "region"), ("fakes.*", "view edit", "own")),
)


@pytest.mark.parametrize("grants", GRANTS)
def test_among_finds_what_visible_finds(organisation, people, grants):
    actor = organisation.actor("ann", *grants)
    entity = registry.get("fakes.person")
    for action in ("view", "edit", "delete"):
        for person in people.values():
            for key in ({"pk": person.pk}, {"company": person.company_id}):
                expected = gate.visible(actor, entity, action).filter(**key).values_list("pk", flat=True)
                assert set(gate.among(actor, entity, action, **key).values_list("pk", flat=True)) == set(expected)
            assert gate.admits(actor, entity, [person.pk], action) == bool(expected)
    assert not gate.among(actor, entity, pk=0).exists()


def test_rights_are_read_once_per_actor_and_anew_for_the_next(organisation, people):
    actor = organisation.actor("ann", ("fakes.*", "view", "own"), ("fakes.*", "view", "subtree"))
    entity = registry.get("fakes.person")
    first = gate.sources(actor, entity)
    with Statements() as sent:
        assert gate.sources(actor, entity) is first
    assert len(sent) == 0
    later = organisation.actor("ann", ("fakes.*", "view", "all"))
    assert gate.sources(later, entity) == (gate.EVERY_ROW,)
    assert later.rights != actor.rights
