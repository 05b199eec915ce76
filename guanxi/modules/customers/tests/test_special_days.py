"""Anniversaries: solar and lunar, leap months, short months, rights, bounds."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanxi.modules.customers import selectors
from guanxi.modules.customers.choices import LEAP_KEY, LUNAR_KEY, Calendar
from guanxi.modules.customers.policies import birthday_key, day_key
from guanxi.modules.customers.selectors import special_days as module
from guanxi.modules.customers.tests.factories import (
    NOW,
    AnniversaryFactory,
    ContactFactory,
    CustomerFactory,
    actor_of,
    department,
    system,
    user,
)  # fmt: skip
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.refdata.chinese import lunar

days = st.dates(date(1950, 1, 1), date(2090, 12, 31))


@given(day=days, month=st.integers(1, 12), number=st.integers(1, 30), leap=st.booleans())
def test_a_lunar_day_is_kept_exactly_when_the_calendar_says(day, month, number, leap):
    key = day_key(month, number, calendar=Calendar.LUNAR, leap=leap)
    start, end = day, day + timedelta(days=40)
    found = module._keys(start, end).get(key, [])
    assert found == list(lunar.occurrences(month, number, since=start, until=end, leap=leap))


@given(born=days)
def test_the_key_of_a_lunar_birthday_is_its_lunar_day(born):
    told = lunar.to_lunar(born)
    key = birthday_key(born, Calendar.LUNAR)
    assert key == told.month * 100 + told.day + (LEAP_KEY if told.leap else LUNAR_KEY)


def test_the_29th_of_february_is_kept_on_the_28th_in_other_years():
    assert module._keys(date(2027, 2, 28), date(2027, 2, 28)).keys() >= {228, 229}
    assert 229 not in module._keys(date(2028, 2, 28), date(2028, 2, 28))
    assert module._keys(date(2028, 2, 29), date(2028, 2, 29))[229] == [date(2028, 2, 29)]


@pytest.mark.django_db
class TestLookUp:
    def find(self, start, end, actor=None, **options):
        return [
            (one.on, one.occasion, one.contact)
            for one in selectors.anniversaries(actor or system(), start, end, **options).found
        ]

    def test_birthdays_and_lines_in_order_one_query_per_table(self, django_assert_num_queries):
        person = CustomerFactory(individual=True, born_on=date(1980, 6, 2))
        contact = ContactFactory(born_on=date(1975, 6, 1))
        AnniversaryFactory(contact=contact, month=5, day=31)
        AnniversaryFactory(contact=contact, month=7, day=31)
        ContactFactory(born_on=None)
        with django_assert_num_queries(3):
            found = selectors.anniversaries(system(), date(2026, 5, 30), date(2026, 6, 3))
        assert [(one.on, one.occasion, one.contact, one.customer) for one in found.found] == [
            (date(2026, 5, 31), "wedding", contact.pk, contact.customer_id),
            (date(2026, 6, 1), "birthday", contact.pk, contact.customer_id),
            (date(2026, 6, 2), "birthday", None, person.pk),
        ]
        assert found.complete
        assert [one.years for one in found.found] == [25, 51, 46]

    def test_a_lunar_birthday_follows_the_lunar_calendar(self):
        born = date(1975, 9, 20)  # Mid-Autumn: month 8, day 15
        contact = ContactFactory(born_on=born, birthday_calendar=Calendar.LUNAR)
        assert self.find(date(2026, 9, 25), date(2026, 9, 25)) == [(date(2026, 9, 25), "birthday", contact.pk)]
        assert self.find(date(2026, 9, 20), date(2026, 9, 20)) == []

    def test_a_leap_month_is_kept_in_the_ordinary_month_of_other_years(self):
        line = AnniversaryFactory(calendar=Calendar.LUNAR, month=6, day=10, leap=True, contact__born_on=None)
        on_leap = lunar.to_solar(lunar.LunarDate(2025, 6, True, 10))
        ordinary = lunar.to_solar(lunar.LunarDate(2026, 6, False, 10))
        for day in (on_leap, ordinary):
            assert self.find(day, day) == [(day, "wedding", line.contact_id)]
        not_kept = lunar.to_solar(lunar.LunarDate(2025, 6, False, 10))
        assert self.find(not_kept, not_kept) == []

    def test_day_30_is_kept_on_the_last_day_of_a_short_month(self):
        AnniversaryFactory(calendar=Calendar.LUNAR, month=12, day=30, contact__born_on=None)
        last = lunar.anniversary(2025, 12, 30)
        assert lunar.days_in_month(2025, 12) == 29
        assert [on for on, _occasion, _contact in self.find(last, last)] == [last]

    def test_a_year_across_new_year_finds_each_day_once(self):
        AnniversaryFactory(month=1, day=1, contact__born_on=None)
        assert len(self.find(date(2026, 7, 1), date(2027, 6, 30))) == 1

    def test_at_most_a_year(self):
        for start, end in ((date(2026, 1, 1), date(2027, 1, 2)), (date(2026, 1, 2), date(2026, 1, 1))):
            with pytest.raises(ValueError, match="366"):
                selectors.anniversaries(system(), start, end)

    def test_too_many_are_said_to_be_incomplete(self, monkeypatch):
        monkeypatch.setattr(module, "ROWS_LIMIT", 2)
        ContactFactory.create_set(3, customer=CustomerFactory())
        found = selectors.anniversaries(system(), date(2026, 6, 1), date(2026, 6, 1))
        assert (len(found.found), found.complete) == (2, False)

    def test_only_of_customers_the_actor_may_see_and_of_people_still_there(self, roles):
        north, south = department("north"), department("south")
        reader = actor_of(user("reader", "key_account_manager", department=north))
        seen = ContactFactory(customer=CustomerFactory(department=north))
        ContactFactory(customer=CustomerFactory(department=south))
        ContactFactory(customer=seen.customer, left_on=NOW.date())
        AnniversaryFactory(
            contact=ContactFactory(customer=CustomerFactory(department=south), born_on=None), month=6, day=1
        )
        assert self.find(date(2026, 6, 1), date(2026, 6, 1), reader) == [(date(2026, 6, 1), "birthday", seen.pk)]

    def test_of_one_customer(self):
        contact = ContactFactory()
        ContactFactory()
        assert self.find(date(2026, 6, 1), date(2026, 6, 1), customer=contact.customer) == [
            (date(2026, 6, 1), "birthday", contact.pk)
        ]

    def test_an_edited_birthday_is_found_on_its_new_day(self):
        contact = ContactFactory()
        run(commands.get("customers.contact.edit"), system(), ids=[contact.pk], inputs={"born_on": "1975-06-09"})
        assert self.find(date(2026, 6, 9), date(2026, 6, 9)) == [(date(2026, 6, 9), "birthday", contact.pk)]

    def test_days_that_no_year_has_are_refused(self, codes):
        contact = ContactFactory()
        wrong = (
            ({"month": 2, "day": 30}, "day"), ({"month": 13, "day": 1}, "month"), ({"month": 4, "day": 4, "leap": True}, "leap"),
            ({"month": 4, "day": 31, "calendar": "lunar"}, "day"),
        )  # fmt: skip
        for values, key in wrong:
            with pytest.raises(Rejected) as refusal:
                run(
                    commands.get("customers.anniversary.create"),
                    system(),
                    inputs={"contact": contact.pk, "occasion": "wedding", **values},
                )
            assert key in refusal.value.errors
