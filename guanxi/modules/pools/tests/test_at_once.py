"""Two claims at the same moment, committed for good: threads with connections of their own on PostgreSQL. SQLite lets one
writing transaction in after the other, which is what happens there; its database of tests belongs to one connection."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections
from django.utils import translation

from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.tests.factories import actor_of
from guanxi.modules.pools.models import Placement
from guanxi.modules.pools.tests.scene import Scene, claim
from guanxi.platform.access import gate
from guanxi.platform.access.role_defaults import load_roles
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Blocked

pytestmark = pytest.mark.django_db(databases="__all__", transaction=True)
PEOPLE = 4


def at_once(*tasks: Callable[[], Any]) -> list[str]:
    """What each of the tasks came to: "done", or the refusal."""
    start = Barrier(len(tasks)) if connection.vendor == "postgresql" else None

    def attempt(task: Callable[[], Any]) -> str:
        try:
            if start:
                start.wait(timeout=30)
            with translation.override("en"):  # the language of a thread
                task()
        except (Blocked, gate.NotFound) as refusal:  # at the same moment, a moment later
            return str(refusal)
        finally:
            if start:
                connections.close_all()
        return "done"

    if start is None:
        return [attempt(task) for task in tasks]
    with ThreadPoolExecutor(len(tasks)) as threads:
        return list(threads.map(attempt, tasks))


@pytest.fixture
def scene():
    load_roles()
    return Scene()


def test_of_several_who_claim_the_same_customer_one_gets_it_and_the_others_are_told(scene):
    (stay,) = scene.put_in(scene.customer(scene.lead), by=scene.lead)
    people = [scene.anna, scene.bert] * (PEOPLE // 2)
    answers = at_once(*[lambda who=who: claim(who, stay) for who in people])
    assert sorted(answers) == ["Somebody has already taken it over."] * (PEOPLE - 1) + ["done"]
    stay.refresh_from_db()
    assert stay.taken_by == people[answers.index("done")]
    assert Customer.objects.get(pk=stay.customer_id).owner == stay.taken_by


def test_two_windows_of_one_person_do_not_get_beyond_the_limit(scene):
    pool = scene.make_pool("one each", most_held=1)
    stays = scene.put_in(*[scene.customer(scene.lead) for _turn in range(PEOPLE)], by=scene.lead, pool=pool)
    answers = at_once(*[lambda stay=stay: claim(scene.bert, stay) for stay in stays])
    assert answers.count("done") == 1
    assert Placement.objects.filter(taken_by=scene.bert).count() == 1
    assert Customer.objects.filter(owner=scene.bert).count() == 1


def test_a_manager_who_assigns_while_somebody_claims_leaves_one_owner(scene):
    (stay,) = scene.put_in(scene.customer(scene.lead), by=scene.lead)
    assign = commands.get("customers.customer.assign")
    at_once(
        lambda: claim(scene.bert, stay),
        lambda: run(assign, actor_of(scene.lead), ids=[stay.customer_id], inputs={"owner": scene.anna.pk}),
    )
    stay.refresh_from_db()
    customer = Customer.objects.get(pk=stay.customer_id)
    assert stay.state in ("claimed", "assigned") and customer.owner in (scene.anna, scene.bert)
    assert not Placement.objects.filter(state="waiting").exists()
