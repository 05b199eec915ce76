"""A department that moves takes the sight of its records along, at once, and its records' columns follow."""

import pytest
from django.utils.translation import override

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Department
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.entities import registry
from guanxi.platform.entities.query import Query, page, read_filter
from guanxi.platform.events.selectors import history
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.services import cancel
from guanxi.platform.jobs.testing import run_queued_jobs
from guanxi.platform.refdata.models import Region
from tests.fakes.models import Company


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def companies(organisation, chief):
    """One company per branch and team, with a note on each."""
    made = {}
    for place in (organisation.north, organisation.north_one, organisation.south, organisation.south_one):
        pk = run(commands.get("fakes.company.create"), chief, inputs={"name": place.code, "department": place.pk}).ids[
            0
        ]
        run(
            commands.get("directory.note.create"),
            chief,
            inputs={"entity": "fakes.company", "record_id": pk, "text": place.code},
        )
        made[place.code] = pk
    return made


@pytest.fixture
def heads(organisation, companies):
    """Who sees the subtree of each department."""
    grants = [("fakes.company", "view", "subtree"), ("directory.note", "view", "subtree")]
    return {
        place.code: organisation.actor(f"head of {place.code}", *grants, place=place).user_id
        for place in (organisation.head, organisation.north, organisation.south, organisation.north_one)
    }


def seen(user_id, key="fakes.company", field="name"):
    """Names in the list, which is the set that the gate gives; by a new actor, as a new request has."""
    from guanxi.platform.access.models import User

    actor = Actor.for_user(User.objects.get(pk=user_id))
    entity = registry.get(key)
    names = sorted(getattr(row, field) for row in page(entity, actor, Query()).records)
    assert names == sorted(entity.rows(actor).values_list(field, flat=True))
    return names


def move(chief, department, parent):
    run(commands.get("access.department.edit"), chief, ids=[department.pk], inputs={"parent": parent.pk})


def test_sight_is_right_at_once_and_stays_so(organisation, chief, companies, heads):
    move(chief, organisation.north_one, organisation.south)
    for number in range(2):
        for key, field in (("fakes.company", "name"), ("directory.note", "text")):
            assert seen(heads["north"], key, field) == ["north"], number
            assert seen(heads["south"], key, field) == ["north-1", "south", "south-1"]
            assert seen(heads["north-1"], key, field) == ["north-1"]
            assert seen(heads["head"], key, field) == ["north", "north-1", "south", "south-1"]
        (job,) = run_queued_jobs() or Job.objects.filter(kind="access.rescope")
        assert job.state == "done"
    moved = Company.objects.get(pk=companies["north-1"])
    assert (moved.d2, moved.d3, moved.version) == (organisation.south.pk, organisation.north_one.pk, 1)
    assert not Department.objects.exclude(settling=0).exists()
    event = history("access.department", organisation.north_one.pk)[0]
    assert (event.kind, event.payload.rows) == ("access.department.rescoped", 2)


def test_a_whole_branch_moves_down_a_level(organisation, chief, companies, heads):
    move(chief, organisation.north, organisation.south_one)
    assert seen(heads["south"]) == ["north", "north-1", "south", "south-1"]
    run_queued_jobs()
    assert seen(heads["south"]) == ["north", "north-1", "south", "south-1"]
    deep = Company.objects.get(pk=companies["north-1"])
    assert [deep.d1, deep.d2, deep.d3, deep.d4, deep.d5, deep.d6] == [
        organisation.head.pk, organisation.south.pk, organisation.south_one.pk, organisation.north.pk,
        organisation.north_one.pk, None,
    ]  # fmt: skip


def test_the_filter_by_department_is_right_meanwhile(organisation, chief, companies):
    move(chief, organisation.north_one, organisation.south)
    entity = registry.get("fakes.company")
    for _turn in range(2):
        tree = read_filter(entity, chief, ["under", "department", organisation.south.pk])
        assert {row.name for row in page(entity, chief, Query(tree)).records} == {"north-1", "south", "south-1"}
        run_queued_jobs()


def test_a_cancelled_job_leaves_rights_right(organisation, chief, companies, heads):
    move(chief, organisation.north_one, organisation.south)
    cancel(Job.objects.get(kind="access.rescope"), by=chief.user_id)
    run_queued_jobs()
    assert seen(heads["north"]) == ["north"]
    assert seen(heads["south"]) == ["north-1", "south", "south-1"]


def test_two_moves_settle_together(organisation, chief, companies, heads):
    move(chief, organisation.north_one, organisation.south)
    move(chief, organisation.north_one, organisation.north_two)
    run_queued_jobs()
    assert not Department.objects.exclude(settling=0).exists()
    assert seen(heads["north"]) == ["north", "north-1"]
    assert seen(heads["south"]) == ["south", "south-1"]


def test_a_region_keeps_its_place(organisation, chief):
    other = Region.objects.create(code="330000", labels={"en": "other"}, level=1)
    with override("en"), pytest.raises(Rejected) as refused:
        run(commands.get("refdata.region.edit"), chief, ids=[organisation.city.pk], inputs={"parent": other.pk})
    assert refused.value.errors == {
        "parent": "It keeps its place and code, because records carry them. Make a new one and take this one out of use."
    }
    run(commands.get("refdata.region.edit"), chief, ids=[organisation.city.pk], inputs={"short": "City"})
