"""Changing many records at once, each as somebody at a moment."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from guanxi.platform.access import gate
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import sets
from guanxi.platform.commands.outcome import Blocked, Rejected
from guanxi.platform.commands.sets import Work, change_many, create_many
from guanxi.platform.entities import registry
from guanxi.platform.events.selectors import history
from tests.fakes.models import Company, Person

SPRING = datetime(2025, 4, 1, 9, tzinfo=UTC)
AUTUMN = datetime(2025, 10, 1, 9, tzinfo=UTC)


@pytest.fixture
def firms(organisation) -> list[Company]:
    entity, chief = registry.get("fakes.company"), organisation.everything()
    records: list[Any] = [entity.source.new() for _number in range(4)]
    for number, record in enumerate(records):
        record.name, record.owner_id = f"Firm {number}", chief.user_id
    return [change.record for change in create_many(entity, chief, records)]


def edits(*works: Work) -> dict[str, Any]:
    changes = change_many(commands.get("fakes.company.edit"), works[0].actor, works)
    return {change.record.name: change for change in changes}


def test_each_work_is_its_own_persons_at_its_own_moment(organisation, firms):
    chief, second = organisation.everything(), organisation.everything("second")
    keys = [firm.pk for firm in firms]
    edits(
        Work(second, AUTUMN, keys[2:], {"stage": "lost", "employees": "12"}),
        Work(chief, SPRING, keys[:2], {"stage": "active"}),
    )
    for firm, (stage, actor, moment) in zip(
        Company.objects.order_by("pk"), [("active", chief, SPRING)] * 2 + [("lost", second, AUTUMN)] * 2, strict=True
    ):
        assert (firm.stage, firm.modified_by_id, firm.modified_at, firm.version) == (stage, actor.user_id, moment, 2)
        event = next(one for one in history("fakes.company", firm.pk) if one.kind.endswith(".edited"))
        assert (event.at, event.actor_id) == (moment, actor.user_id)
        assert event.diff["stage"] == ["new", stage]


def test_what_does_not_differ_is_neither_saved_nor_told(organisation, firms):
    changed = edits(Work(organisation.everything(), SPRING, [firm.pk for firm in firms[:2]], {"name": "Firm 1"}))
    assert list(changed) == ["Firm 1"]
    assert sorted(firm.version for firm in Company.objects.filter(pk__in=[firms[0].pk, firms[1].pk])) == [1, 2]


def test_one_wrong_work_stops_all(organisation, firms):
    chief = organisation.everything()
    clerk = organisation.actor("clerk", ("fakes.*", "view", "all"), ("fakes.*", "edit", "own"))
    reader = organisation.actor("reader", ("fakes.*", "view", "all"))
    good = Work(chief, SPRING, [firms[0].pk], {"stage": "active"})
    for bad, refusal in (
        (Work(clerk, SPRING, [firms[1].pk], {"stage": "active"}), gate.NotFound),
        (Work(reader, SPRING, [firms[1].pk], {"stage": "active"}), gate.Forbidden),
        (Work(chief, SPRING, [firms[1].pk], {"stage": "nonsense"}), Rejected),
        (Work(chief, SPRING, [firms[1].pk, 999_999], {"stage": "active"}), gate.NotFound),
        (Work(chief, SPRING, [firms[0].pk], {"stage": "lost"}), ValueError),
    ):
        with pytest.raises(refusal):
            edits(good, bad)
    assert set(Company.objects.values_list("stage", "version")) == {("new", 1)}


def test_only_commands_on_live_records_by_one_person_go_in_sets(organisation, firms, monkeypatch):
    chief = organisation.everything()
    for name in ("create", "restore"):
        with pytest.raises(ValueError, match=name):
            change_many(commands.get(f"fakes.company.{name}"), chief, [Work(chief, SPRING, [firms[0].pk], {})])
    monkeypatch.setattr(sets, "SET_LIMIT", 3)
    with pytest.raises(ValueError, match="at most 3"):
        edits(Work(chief, SPRING, [firm.pk for firm in firms], {"stage": "active"}))


def test_what_hangs_on_a_record_follows_it_and_rules_hold(organisation, firms):
    chief, second = organisation.everything(), organisation.everything("second")
    people = registry.get("fakes.person")
    person = people.source.new()
    person.company, person.name = firms[0], "Somebody"
    create_many(people, chief, [person])
    assign = commands.get("fakes.company.assign")
    change_many(assign, chief, [Work(chief, SPRING, [firms[0].pk], {"owner": second.user_id})])
    assert Person.objects.get().owner_id == second.user_id
    with pytest.raises(Blocked):
        delete = commands.get("fakes.company.delete")
        change_many(delete, chief, [Work(chief, SPRING + timedelta(days=1), [firms[0].pk], {})])
