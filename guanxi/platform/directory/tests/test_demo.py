"""The plan of the invented operator, its working time and its accounts."""

import json
import random
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override

from guanxi.platform.access.role_defaults import shipped_roles
from guanxi.platform.directory.demo import Names, WorkTime, read_accounts, write_accounts
from guanxi.platform.directory.demo.organisation import planned_offices, planned_staff

NOW = datetime(2026, 5, 20, 9, 0, tzinfo=UTC)


def test_sixty_people_hold_every_shipped_role():
    staff = planned_staff()
    assert len(staff) == 60
    assert len({one.username for one in staff}) == 60
    assert {one.role for one in staff} == set(shipped_roles())
    assert {one.department for one in staff} <= {office.code for office in planned_offices()}
    assert staff == planned_staff()


def test_administration_security_and_audit_are_three_persons():
    separate = [
        one.username for one in planned_staff() if one.role in ("system_administrator", "security_officer", "auditor")
    ]
    assert len(set(separate)) == 3


def test_parents_stand_before_their_departments():
    seen = {""}
    for office in planned_offices():
        assert office.parent in seen
        seen.add(office.code)


def test_names_follow_the_chance_given():
    assert Names(random.Random(1)).person(female=True) == Names(random.Random(1)).person(female=True)
    assert Names(random.Random(1)).person(female=False, surname="X").startswith("X")


def test_work_is_done_on_working_days_and_never_later_than_now():
    time = WorkTime(NOW - timedelta(days=400), NOW)
    dice = random.Random(5)
    for _number in range(300):
        moment = time.moment(dice).astimezone(time.zone)
        assert moment <= NOW
        assert moment.weekday() < 5
        assert 8 <= moment.hour < 18
    assert time.moment(dice, after=NOW) == NOW


def test_the_accounts_are_printed_and_kept_in_both_languages(settings, tmp_path):
    settings.DATA_DIR, settings.DEMO = tmp_path, True
    out = StringIO()
    call_command("demo_accounts", stdout=out)
    with override("zh-hans"):
        chinese = read_accounts()
    with override("en"):
        english = read_accounts()
    assert [one.username for one in chinese] == [one.username for one in english]
    assert all(one.username in out.getvalue() for one in chinese)
    assert all(one.sees != other.sees for one, other in zip(chinese, english, strict=True))
    kept = json.loads((tmp_path / "demo_accounts.json").read_text("utf-8"))
    assert kept[0].keys() >= {"username", "name", "role", "sees"}
    assert [one["role"] for one in kept] == [one.role for one in chinese]


def test_without_demonstration_there_are_no_accounts(settings, tmp_path):
    settings.DATA_DIR, settings.DEMO = tmp_path, False
    with pytest.raises(CommandError):
        call_command("demo_accounts")
    assert read_accounts() == []
    write_accounts()
    assert read_accounts()
