"""The public pools of the demonstration, at a thirtieth of its size, with what it tells of customer files."""

from datetime import UTC, datetime

import pytest
from django.db.models import F

from guanxi.modules.customers.models import Contact, Customer
from guanxi.modules.dossier.models import ChangeRequest, FileScore
from guanxi.modules.pools import jobs
from guanxi.modules.pools.models import DueReturn, Placement, Pool
from guanxi.platform.access.actor import Actor
from guanxi.platform.directory.demo import fill_all
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.exchange.tests.importing import finish

UNTIL = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)


@pytest.fixture
def filled(db, tmp_path, settings):
    settings.DATA_DIR = tmp_path
    assert fill_all(UNTIL, scale=0.03, tell=lambda text: None)


def test_customers_lie_in_two_pools_some_were_claimed_and_files_wait_for_a_decision(filled):
    assert [pool.name for pool in Pool.objects.order_by("pk")] == ["苏州分公司公海", "全省中小客户公海"]
    assert {(one.counts_from, one.days) for pool in Pool.objects.all() for one in pool.rules.all()} == {
        ("contact", 180),
        ("date", 30),
    }
    waiting = Placement.objects.filter(state="waiting").select_related("customer")
    assert waiting and not [one for one in waiting if one.customer.owner_id or one.customer.key_account]
    assert {one.reason for one in waiting} & {"idle", "ended"}
    taken = Placement.objects.exclude(state="waiting").select_related("customer", "taken_by__department")
    assert taken and not [one for one in taken if one.customer.owner_id != one.taken_by_id]
    assert not taken.filter(taken_at__lt=F("entered_at")).exists()
    assert not Contact.objects.filter(customer__placements__state="waiting").exclude(owner=None).exists()
    told = Event.objects.filter(kind="pools.customer.taken_over")
    assert {(one.record_id, one.actor_id) for one in told} == {
        (one.customer_id, one.taken_by_id) for one in taken if one.state == "claimed"
    }
    member = Actor.for_user(taken[0].former_owner)
    assert set(registry.get("pools.placement").rows(member).filter(state="waiting"))
    assert not Event.objects.filter(at__gt=UNTIL).exists()

    assert FileScore.objects.count() == Customer.objects.count()
    assert len(set(FileScore.objects.values_list("value", flat=True))) > 3
    states = list(ChangeRequest.objects.order_by("created_at", "pk").values_list("state", flat=True))
    assert states == ["approved", "refused", "waiting", "waiting"]
    for request in ChangeRequest.objects.select_related("customer"):
        ((field, (old, new)),) = request.changes.items()
        now = getattr(request.customer, field)
        assert (now or "") == ((new if request.state == "approved" else old) or ""), request
        assert request.decided_by_id != request.requested_by_id and request.customer.second_reviewed_at

    # The daily job finds nothing that the demonstration has not noted.
    before = set(DueReturn.objects.values_list("customer", "value")), Placement.objects.count()
    jobs.start(UNTIL.date())
    finish()
    assert (set(DueReturn.objects.values_list("customer", "value")), Placement.objects.count()) == before
