import datetime as dt
import uuid
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest
from django.utils.translation import gettext_lazy as _
from hypothesis import given
from hypothesis import strategies as st

from guanxi.platform.events import registry, selectors
from guanxi.platform.events.models import Event
from guanxi.platform.events.payloads import Payload, from_json, to_json
from guanxi.platform.events.registration import RegistrationError
from guanxi.platform.events.services import NewEvent, append


class Size(Enum):
    SMALL = "s"
    LARGE = "l"


@dataclass(frozen=True)
class Everything(Payload):
    text: str
    number: int
    yes: bool
    share: float
    amount: Decimal
    uid: uuid.UUID
    day: dt.date
    moment: dt.datetime
    size: Size
    maybe: Decimal | None = None
    days: tuple[dt.date, ...] = ()


PAYLOADS = st.builds(
    Everything,
    text=st.text(),
    number=st.integers(),
    yes=st.booleans(),
    share=st.floats(allow_nan=False),
    amount=st.decimals(allow_nan=False, allow_infinity=False),
    uid=st.uuids(),
    day=st.dates(),
    moment=st.datetimes(timezones=st.just(dt.UTC)),
    size=st.sampled_from(Size),
    maybe=st.none() | st.decimals(allow_nan=False),
    days=st.lists(st.dates(), max_size=3).map(tuple),
)


@given(PAYLOADS)
def test_payloads_survive_json(payload: Everything):
    assert from_json(Everything, to_json(payload)) == payload


def declare_won(schema: int = 1) -> type[Payload]:
    @registry.event(
        "shop.order.won",
        label=_("Won"),
        template=_("%(actor)s won %(record)s for %(amount)s"),
        icon="trophy",
        schema=schema,
    )
    @dataclass(frozen=True)
    class Won(Payload):
        amount: Decimal
        reason: str = ""

    return Won


def won(payload: Any) -> None:
    append([NewEvent(kind="shop.order.won", entity="shop.order", record_id=1, actor_name="Li", payload=payload)])


@pytest.mark.django_db
def test_a_payload_is_typed_again_when_read():
    payload_class = declare_won()
    won(payload_class(amount=Decimal("1.50"), reason="price"))
    (event,) = selectors.history("shop.order", 1)
    assert event.payload == payload_class(amount=Decimal("1.50"), reason="price")
    assert (event.label, event.icon, event.text(record="A")) == ("Won", "trophy", "Li won A for 1.50")


@pytest.mark.django_db
def test_old_payloads_are_upgraded_step_by_step():
    payload_class = declare_won(schema=3)

    @payload_class.upgrade(1)
    def _(data: dict[str, Any]) -> dict[str, Any]:
        return {"sum": data["cents"] / 100}

    @payload_class.upgrade(2)
    def _(data: dict[str, Any]) -> dict[str, Any]:
        return {"amount": str(data["sum"])}

    now = dt.datetime.now(tz=dt.UTC)
    for number, (schema, data) in enumerate([(1, {"cents": 250}), (2, {"sum": 2.5}), (3, {"amount": "2.5"})]):
        Event.objects.create(
            at=now, id=number, kind="shop.order.won", schema=schema, payload=data, entity="o", record_id=1
        )
    assert {event.payload for event in selectors.history("o", 1)} == {payload_class(amount=Decimal("2.5"))}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "schema", "data", "text"),
    [
        ("shop.order.forgotten", 1, {"a": 1}, "shop.order.forgotten"),
        ("shop.order.won", 9, {"a": 1}, "Won"),
        ("shop.order.won", 1, {"a": 1}, "Won"),
        ("shop.order.won", 1, {"amount": "much"}, "Li won A for much"),
    ],
)
def test_what_is_not_understood_is_shown_all_the_same(kind, schema, data, text):
    declare_won()
    Event.objects.create(
        at=dt.datetime.now(tz=dt.UTC),
        id=1,
        kind=kind,
        schema=schema,
        payload=data,
        entity="o",
        record_id=1,
        actor_name="Li",
    )
    (event,) = selectors.history("o", 1)
    assert event.payload == data
    assert event.text(record="A") == text


@pytest.mark.django_db
def test_a_payload_of_another_kind_is_refused():
    declare_won()
    with pytest.raises(RegistrationError, match=r"no payload of event kind shop\.order\.won"):
        won({"amount": 1})


@pytest.mark.parametrize("key", ["won", "Shop.order.won", "shop..won", "shop.order.won.really.yes", "a.b." + "c" * 120])
def test_a_malformed_key_is_refused(key):
    with pytest.raises(RegistrationError, match="form"):
        registry.declare(key, label="x")


def test_duplicates_and_late_entries_are_refused():
    with pytest.raises(RegistrationError, match="twice"):
        registry.declare("shop.order.made", label="Made")
    payload_class = declare_won(schema=2)
    payload_class.upgrade(1)(dict)
    registry.freeze()
    with pytest.raises(RegistrationError, match="too late"):
        registry.declare("shop.order.late", label="Late")
    with pytest.raises(RegistrationError, match="too late"):
        payload_class.upgrade(1)(dict)


def test_upgrades_are_complete_single_and_in_range():
    payload_class = declare_won(schema=2)
    with pytest.raises(RegistrationError, match="no upgrade from schema 1"):
        registry.freeze()
    with pytest.raises(RegistrationError, match="nothing upgrades from 2"):
        payload_class.upgrade(2)(dict)
    payload_class.upgrade(1)(dict)
    with pytest.raises(RegistrationError, match="twice"):
        payload_class.upgrade(1)(dict)


@dataclass
class Thawed(Payload):
    text: str


@dataclass(frozen=True)
class Untyped(Payload):
    anything: object


@dataclass(frozen=True)
class Clash(Payload):
    actor: str


@dataclass(frozen=True)
class Foreign:
    text: str


class Bare(Payload):
    text: str


@pytest.mark.parametrize("payload", [Thawed, Untyped, Clash, Foreign, Bare, str, 5])
def test_a_wrongly_made_payload_is_refused(payload, db):
    with pytest.raises(RegistrationError, match=r"shop\.order\.odd"):
        registry.declare("shop.order.odd", label="Odd", payload=payload)
    assert registry.kind_of("shop.order.odd") is None


@pytest.mark.parametrize("values", [{"label": 5}, {"label": "x", "template": None}, {"label": "x", "schema": 2}])
def test_a_wrongly_made_kind_is_refused(values):
    with pytest.raises(RegistrationError, match=r"shop\.order\.odd"):
        registry.declare("shop.order.odd", **values)


@pytest.mark.parametrize("template", ["%(actor)s ate %(dish)s", "100 % sure", "%s"])
def test_a_template_that_cannot_be_filled_stops_the_start(template):
    registry.declare("shop.order.odd", label="Odd", template=template)
    with pytest.raises(RegistrationError, match=r"shop\.order\.odd: template"):
        registry.freeze()
