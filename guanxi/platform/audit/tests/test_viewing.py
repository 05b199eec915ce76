"""Who had which record before them: traces, limits, refusals; and what an incident report makes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.access.actor import Actor
from guanxi.platform.audit import incident, viewing
from guanxi.platform.audit.customer_sets import pack, unpack
from guanxi.platform.audit.models import Refusal, TakenAway, Trace, Viewed
from guanxi.platform.audit.services import taken_away
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.models import Event
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.exchange.events import Printed
from tests.fakes.models import Company

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
YEAR = (datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


@given(st.sets(st.integers(1, 2**63 - 1)) | st.sets(st.integers(1, 3000)))
def test_sets_of_customers_survive_packing(customers: set[int]):
    assert unpack(pack(customers)) == customers


def test_a_packed_set_is_small():
    assert len(pack(range(1, 100_001))) < 1_000
    assert len(pack(range(1, 1_000_000, 7))) < 2_000


@pytest.fixture
def companies(monkeypatch) -> Entity:
    """The fake company as what the product calls a customer."""
    monkeypatch.setattr(registry.get("fakes.company"), "customer_path", "pk")
    monkeypatch.setattr(type(registry.get("fakes.company")), "is_customer", True)
    return registry.get("fakes.company")


def company(pk: int) -> Company:
    return Company(pk=pk, name=f"Company {pk}")


def li(at: datetime = NOW, **more) -> Actor:
    return Actor(7, "Li", address="10.0.0.7", request="r1", clock=lambda: at, **more)


pytestmark = pytest.mark.django_db(databases="__all__")


def test_a_page_leaves_one_trace_that_is_kept_once(companies):
    viewing.saw(li(), companies, company(5))
    viewing.saw(li(NOW + timedelta(hours=1)), companies, company(5))
    assert (viewing.keep_traces(), viewing.keep_traces()) == (2, 0)
    first = Viewed.objects.order_by("at").first()
    assert (first.actor_id, first.entity, first.record_id, first.customer_id) == (7, "fakes.company", 5, 5)
    assert (first.address, first.request, first.at) == ("10.0.0.7", "r1", NOW)


def test_a_crash_between_keeping_and_noting_keeps_nothing_twice(companies, monkeypatch):
    viewing.saw(li(), companies, company(5))
    with monkeypatch.context() as patch, pytest.raises(DatabaseError):
        patch.setattr(viewing, "_note", lambda traces: (_ for _ in ()).throw(DatabaseError("gone")))
        viewing.keep_traces()
    assert (Viewed.objects.count(), Trace.objects.filter(kept=False).count()) == (1, 1)
    assert viewing.keep_traces() == 1
    assert (Viewed.objects.count(), Trace.objects.filter(kept=False).count()) == (1, 0)


def test_lists_that_everybody_uses_leave_no_trace(organisation):
    role = registry.get("access.role")
    viewing.saw(li(), role, role.source.model(pk=1))
    assert Trace.objects.count() == 0


def test_many_customers_in_a_day_alarm_once_and_then_block(companies, settings):
    settings.AUDIT = settings.AUDIT | {"alarm": 3, "block": 5}
    for number in range(1, 6):
        viewing.saw(li(), companies, company(number))
        viewing.saw(li(), companies, company(number))
        viewing.keep_traces()
    with pytest.raises(viewing.TooMany, match="5"):
        viewing.saw(li(), companies, company(6))
    with pytest.raises(viewing.TooMany):
        viewing.saw(li(), companies, company(7))
    viewing.saw(li(), companies, company(5))  # known already
    viewing.saw(li(NOW + timedelta(days=1)), companies, company(6))  # another day
    kinds = list(Event.objects.filter(actor_id=7).order_by("id").values_list("kind", "payload"))
    assert kinds == [
        ("audit.viewing.alarmed", {"customers": 4, "limit": 3}),
        ("audit.viewing.blocked", {"customers": 5, "limit": 5}),
    ]
    other = Actor(8, "Wang", clock=lambda: NOW)
    viewing.saw(other, companies, company(6))


def test_traces_of_past_days_go_when_they_were_kept(companies):
    viewing.saw(li(), companies, company(1))
    tomorrow = li().today() + timedelta(days=1)
    assert viewing.forget_traces(tomorrow) == 0
    viewing.keep_traces()
    assert (viewing.forget_traces(li().today()), viewing.forget_traces(tomorrow)) == (0, 1)


def test_refusals_of_a_person_at_a_door_become_one_event(db):
    for _turn in range(30):
        viewing.refused(li(), "record customers.customer", 404)
    viewing.refused(li(), "list access.role", 403)
    viewing.refused(None, "record", 404)
    assert (viewing.keep_refusals(), viewing.keep_refusals(), Refusal.objects.count()) == (2, 0, 0)
    events = Event.objects.filter(kind="audit.request.refused").order_by("id")
    assert [event.payload for event in events] == [
        {"route": "record customers.customer", "status": 404, "times": 30},
        {"route": "list access.role", "status": 403, "times": 1},
    ]
    assert {(event.actor_id, event.address) for event in events} == {(7, "10.0.0.7")}


# --- incident report ----------------------------------------------------------------------------------------
def printed(actor: Actor, taken: list[int], **more) -> int:
    with transaction.atomic():
        told = Printed(rows=len(taken))
        (event,) = append([NewEvent(kind="exchange.print.made", payload=told, **by(actor), **more)])
        taken_away(event, actor.now(), taken)
    return event


def test_the_report_names_looks_exports_and_prints(companies):
    viewing.saw(li(), companies, company(5))
    viewing.saw(li(NOW + timedelta(hours=1)), companies, company(5))
    viewing.saw(li(), companies, company(6))
    viewing.keep_traces()
    wang = Actor(8, "Wang", clock=lambda: NOW + timedelta(hours=2))
    event = printed(wang, [4, 5, 9])
    printed(wang, [1, 2])
    single = printed(wang.at(NOW + timedelta(hours=3)), [], record_id=5, customer_id=5)
    linked = printed(wang.at(NOW + timedelta(hours=4)), [], customer_id=1, customers=(1, 4))
    found = incident.contacts({4, 5}, *YEAR)
    assert [(one.actor_name, one.kind, one.customers, one.times, one.event_id) for one in found] == [
        ("Wang", "exchange.print.made", (4,), 1, linked),
        ("Wang", "exchange.print.made", (5,), 1, single),
        ("Wang", "exchange.print.made", (4, 5), 1, event),
        ("Li", "", (5,), 2, 0),
    ]
    assert (found[-1].first, found[-1].last, found[-1].address) == (NOW, NOW + timedelta(hours=1), "10.0.0.7")
    assert incident.contacts({4, 5}, NOW + timedelta(days=1), YEAR[1]) == []
    with pytest.raises(ValueError, match="at most"):
        incident.contacts(range(2_000), *YEAR)


def test_what_is_taken_away_is_kept_with_its_event_or_not_at_all(db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        taken_away(1, NOW, [1])
        raise ZeroDivisionError
    assert TakenAway.objects.count() == 0
