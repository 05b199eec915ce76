"""Whose special day falls between two dates: birthdays and other anniversaries, solar and lunar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from guanxi.modules.customers.choices import LUNAR_KEY, Calendar, CustomerKind
from guanxi.modules.customers.models import Customer
from guanxi.modules.customers.policies import day_key
from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.refdata.chinese import lunar

DAYS_LIMIT = 366
ROWS_LIMIT = 2_000

#: The occasion of a date of birth; others are keys of the code table customers.occasion.
BIRTHDAY = "birthday"


@dataclass(frozen=True)
class Occurrence:
    """One special day. ``contact`` is None for an individual customer's own birthday; ``years`` is the
    number of years since, where the year is known; ``lunar`` says by which calendar it is kept."""

    on: date
    customer: int
    contact: int | None
    name: str
    occasion: str
    lunar: bool = False
    years: int | None = None
    remind_days: int = 0


@dataclass(frozen=True)
class Occurrences:
    """In order of date. ``complete`` is False if there were more than ROWS_LIMIT of a kind: ask for fewer days."""

    found: list[Occurrence]
    complete: bool


def anniversaries(actor: Actor, start: date, end: date, *, customer: Customer | None = None) -> Occurrences:
    """Every special day from ``start`` to ``end``, both included, at most DAYS_LIMIT days (ValueError beyond);
    of one ``customer`` and its people, or of all.

    One query per table by an indexed day key. A leap month is kept in the ordinary month of years without
    it and an ordinary month never in the leap one; day 30 on the last day of a short month; the 29th of
    February on the 28th. People who have left are left out.
    """
    if not start <= end < start + timedelta(days=DAYS_LIMIT):
        raise ValueError(f"anniversaries are looked up over 1 to {DAYS_LIMIT} days")
    keys = _keys(start, end)
    results = [look_up(actor, keys, customer) for look_up in (_of_contacts, _of_customers, _of_lines)]
    found = [occurrence for _complete, occurrences in results for occurrence in occurrences]
    found.sort(key=lambda one: (one.on, one.name, one.customer, one.contact or 0))
    return Occurrences(found, all(complete for complete, _occurrences in results))


# --- days ↔ keys ------------------------------------------------------------------------------------------
def _keys(start: date, end: date) -> dict[int, list[date]]:
    """Day key → the dates in the range on which it is kept."""
    found: dict[int, list[date]] = {}
    for offset in range((end - start).days + 1):
        day = start + timedelta(days=offset)
        for key in (*_solar_keys(day), *_lunar_keys(day)):
            found.setdefault(key, []).append(day)
    return found


def _solar_keys(day: date) -> Iterator[int]:
    yield day_key(day.month, day.day)
    if (day.month, day.day) == (2, 28) and (day + timedelta(days=1)).month == 3:
        yield day_key(2, 29)


def _lunar_keys(day: date) -> Iterator[int]:
    try:
        found = lunar.to_lunar(day)
        last = found.day == lunar.days_in_month(found.year, found.month, leap=found.leap)
        has_leap = lunar.leap_month(found.year) == found.month
    except (lunar.LunarProblem, IndexError):
        return  # beyond the tables nothing lunar is known
    for number in (found.day, 30) if last and found.day < 30 else (found.day,):
        yield day_key(found.month, number, calendar=Calendar.LUNAR, leap=found.leap)
        if not found.leap and not has_leap:
            yield day_key(found.month, number, calendar=Calendar.LUNAR, leap=True)


def _years(year: int | None, on: date) -> int | None:
    return on.year - year if year and on.year >= year else None


# --- the tables: whether all rows fit, and their special days ------------------------------------------------
Found = tuple[bool, list[Occurrence]]
NONE: Found = (True, [])


def _of_contacts(actor: Actor, keys: dict[int, list[date]], customer: Customer | None) -> Found:
    entity = registry.get("customers.contact")
    if not entity.in_full(actor, "born_on"):
        return NONE
    rows = entity.rows(actor).filter(bulk.key_in("birthday", keys)).exclude(left_on__lte=actor.today())
    rows = rows.filter(customer=customer) if customer else rows
    values = list(rows.order_by("pk").values_list("pk", "customer_id", "name", "birthday", "born_on")[: ROWS_LIMIT + 1])
    return len(values) <= ROWS_LIMIT, [
        Occurrence(on, firm, pk, name, BIRTHDAY, lunar=key >= LUNAR_KEY, years=_years(born.year, on))
        for pk, firm, name, key, born in values[:ROWS_LIMIT]
        for on in keys[key]
    ]


def _of_customers(actor: Actor, keys: dict[int, list[date]], customer: Customer | None) -> Found:
    entity = registry.get("customers.customer")
    if not entity.in_full(actor, "born_on"):
        return NONE
    rows = entity.rows(actor).filter(bulk.key_in("birthday", keys), kind=CustomerKind.INDIVIDUAL)
    rows = rows.filter(pk=customer.pk) if customer else rows
    values = list(rows.order_by("pk").values_list("pk", "name", "birthday", "born_on")[: ROWS_LIMIT + 1])
    return len(values) <= ROWS_LIMIT, [
        Occurrence(on, pk, None, name, BIRTHDAY, years=_years(born.year, on))
        for pk, name, key, born in values[:ROWS_LIMIT]
        for on in keys[key]
    ]


def _of_lines(actor: Actor, keys: dict[int, list[date]], customer: Customer | None) -> Found:
    entity = registry.get("customers.anniversary")
    if not entity.in_full(actor, "month", "day", "occasion"):
        return NONE
    rows = entity.rows(actor).filter(bulk.key_in("day_key", keys), contact__deleted_at=None)
    rows = rows.filter(contact__customer=customer) if customer else rows
    columns = ("contact_id", "contact__customer_id", "contact__name", "day_key", "occasion", "year", "remind_days")
    values = list(
        rows.exclude(contact__left_on__lte=actor.today()).order_by("pk").values_list(*columns)[: ROWS_LIMIT + 1]
    )
    return len(values) <= ROWS_LIMIT, [
        Occurrence(
            on, firm, contact, name, occasion, lunar=key >= LUNAR_KEY, years=_years(year, on), remind_days=remind
        )
        for contact, firm, name, key, occasion, year, remind in values[:ROWS_LIMIT]
        for on in keys[key]
    ]
