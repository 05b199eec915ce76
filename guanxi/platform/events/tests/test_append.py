import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from guanxi.platform.events import selectors, subscribers
from guanxi.platform.events.models import Event
from guanxi.platform.events.registration import RegistrationError
from guanxi.platform.events.selectors import StoredEvent
from guanxi.platform.events.services import NewEvent, append

LONG_AGO = dt.datetime(2023, 5, 1, 8, 0, tzinfo=dt.UTC)


def made(record_id: int = 1, **values) -> NewEvent:
    return NewEvent(kind="shop.order.made", entity="shop.order", record_id=record_id, **values)


@pytest.mark.django_db
def test_an_event_comes_back_as_it_was_handed_in():
    batch = uuid.uuid4()
    event = made(
        actor_id=7,
        actor_name="Li \U00020bb7",
        on_behalf_of_id=8,
        source="web",
        request="r1",
        batch=batch,
        customer_id=3,
        diff={"name": [None, "\U00020bb7"], "amount": [1, 2]},
        note="by phone",
        at=LONG_AGO,
    )
    (number,) = append([event])
    (stored,) = selectors.history("shop.order", 1)
    assert (stored.id, stored.at, stored.kind, stored.entity, stored.record_id) == (
        number, LONG_AGO, "shop.order.made", "shop.order", 1
    )  # fmt: skip
    assert (stored.actor_id, stored.actor_name, stored.on_behalf_of_id) == (7, "Li \U00020bb7", 8)
    assert (stored.source, stored.request, stored.batch, stored.customer_id) == ("web", "r1", batch, 3)
    assert (stored.diff, stored.note, stored.seq, stored.schema) == (
        {"name": [None, "\U00020bb7"], "amount": [1, 2]}, "by phone", None, 1
    )  # fmt: skip
    assert stored.text(record="No. 1") == "Li \U00020bb7 made No. 1"


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_appended():
    with pytest.raises(TransactionManagementError):
        append([made()])
    assert Event.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_the_change_and_its_event_stand_or_fall_together():
    with pytest.raises(IntegrityError), transaction.atomic():
        append([made()])
        Event.objects.create(at=LONG_AGO, id=1, kind="x")
        Event.objects.create(at=LONG_AGO, id=1, kind="x")
    assert Event.objects.count() == 0


@pytest.mark.django_db
def test_an_undeclared_kind_is_refused():
    with pytest.raises(RegistrationError, match=r"shop\.order\.eaten is not declared"):
        append([NewEvent(kind="shop.order.eaten")])


@pytest.mark.django_db
def test_pages_follow_each_other_without_gap_or_repetition():
    ids = append([made() for _ in range(130)] + [made(2)])[:-1]
    seen: list[int] = []
    while page := selectors.history("shop.order", 1, before_id=seen[-1] if seen else None, limit=40):
        seen += [event.id for event in page]
    assert seen == ids[::-1]


@pytest.mark.django_db
def test_an_event_stands_in_the_timeline_of_each_of_its_customers():
    first, second, third = append(
        [made(1, customer_id=5), made(2, customer_id=6, customers=(5, 6, 7, 7)), made(3, customers=(5,))]
    )
    assert [event.id for event in selectors.for_customer(5)] == [third, second, first]
    assert [event.id for event in selectors.for_customer(5, limit=2)] == [third, second]
    assert [event.id for event in selectors.for_customer(5, before_id=third)] == [second, first]
    assert [event.id for event in selectors.for_customer(7)] == [second]
    assert selectors.customers_of(selectors.for_customer(6)[0]) == [6, 5, 7]


@pytest.mark.django_db
def test_batch_and_actor_pages():
    batch = uuid.uuid4()
    ids = append([made(n, batch=batch, actor_id=1) for n in range(60)])
    append([made(99, batch=uuid.uuid4(), actor_id=2)])
    assert [event.id for event in selectors.of_batch(batch, limit=None)] == ids[::-1]
    assert [event.id for event in selectors.of_batch(batch, before_id=ids[1])] == [ids[0]]
    assert [event.id for event in selectors.by_actor(1, limit=2)] == [ids[-1], ids[-2]]


@pytest.mark.django_db(transaction=True)
def test_subscribers_get_one_list_per_transaction_in_order():
    calls: list[list[int | None]] = []
    subscribers.on_committed("shop.order.*", lambda events: calls.append([event.record_id for event in events]))
    with transaction.atomic():
        append([made(1), made(2)])
        with transaction.atomic():
            append([made(3)])
        append([made(4)])
        assert calls == []
    with transaction.atomic():
        append([made(5)])
    assert calls == [[1, 2, 3, 4], [5]]


@pytest.mark.django_db(transaction=True)
def test_what_a_savepoint_takes_back_is_not_told():
    calls: list[list[int | None]] = []
    subscribers.on_committed("*", lambda events: calls.append([event.record_id for event in events]))
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            append([made(1)])
            raise ZeroDivisionError
        append([made(2)])
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            append([made(3)])
            raise ZeroDivisionError
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        append([made(4)])
        raise ZeroDivisionError
    assert calls == [[2]]


@pytest.mark.django_db(transaction=True)
def test_subscribers_choose_their_kinds_and_do_not_stop_each_other(caplog):
    paid: list[StoredEvent] = []

    def broken(events: list[StoredEvent]) -> None:
        raise ZeroDivisionError

    subscribers.on_committed("*", broken)
    subscribers.on_committed(["shop.order.paid"], paid.extend)
    with transaction.atomic():
        append([made(1), NewEvent(kind="shop.order.paid", record_id=2)])
    assert [event.record_id for event in paid] == [2]
    assert "Subscriber failed" in caplog.text and "broken" in caplog.text


@pytest.mark.parametrize("wanted", ["", [], "shop.*.paid", "shop*", ["shop.order.paid", 5]])
def test_a_subscription_that_cannot_match_is_refused(wanted):
    if wanted == "":
        subscribers.on_committed(wanted, print)
        with pytest.raises(RegistrationError, match="not declared"):
            subscribers.freeze()
        return
    with pytest.raises(RegistrationError):
        subscribers.on_committed(wanted, print)


def test_a_handler_must_be_callable_and_its_kind_declared():
    with pytest.raises(RegistrationError):
        subscribers.on_committed("*", "print")
    subscribers.on_committed("shop.order.eaten", print)
    with pytest.raises(RegistrationError, match=r"shop\.order\.eaten is not declared"):
        subscribers.freeze()
