"""Who reaches what through the REST interface: every entity × every kind of right × every route and method."""

from dataclasses import dataclass
from typing import Any

import pytest

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import Department, User
from guanxi.platform.commands.command import commands_of
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from tests.contract.digest import digest_of_tables
from tests.contract.factories import factory_for
from tests.contract.people import ApiClient, Grants, person

pytestmark = pytest.mark.django_db(databases="__all__")

#: Name of the right → what it grants. "changes own" sees everything but may change only its own records.
RIGHTS: dict[str, Grants | None] = {
    "nothing": None,
    "views own": {"own": ["view"]},
    "views all": {"all": ["view"]},
    "edits own": {"own": ["*"]},
    "changes own": {"all": ["view"], "own": ["*"]},
}
READING = ("", "count/", "groups/", "fields/", "commands/")


@dataclass
class Scene:
    """A caller, a record of theirs and one of somebody else's."""

    entity: Entity
    right: str
    api: ApiClient
    mine: Any
    foreign: Any

    @property
    def base(self) -> str:
        return self.entity.key.replace(".", "/") + "/"

    @property
    def scoped(self) -> bool:
        """Whether rows are told apart at all: reference data belongs to nobody."""
        return (self.entity.parent_entity() or self.entity).kind is not EntityKind.REFERENCE

    def sees(self, record: Any) -> bool:
        if self.right == "nothing":
            return False
        return record is self.mine or not self.scoped or self.right in ("views all", "changes own")

    def changing(self, record: Any) -> int:
        """The status of an attempt to change a record by a command the entity has."""
        if self.right in ("nothing", "views own", "views all"):
            return 403
        if record is self.mine or not self.scoped:
            return 200
        return 403 if self.right == "changes own" else 404


#: Those that narrow the rows are asked of every database, the others of one.
NARROWING = ("views own", "changes own")


@pytest.fixture(params=[pytest.param(name, marks=() if name in NARROWING else pytest.mark.once) for name in RIGHTS])
def right(request) -> str:
    return request.param


@pytest.fixture(params=[entity.key for entity in registry.declared()])
def scene(request, right, settings) -> Scene:
    settings.API = {"rate": 0}
    entity, factory = registry.get(request.param), factory_for(request.param)
    user, other = _somebody(RIGHTS[right]), _somebody(None)
    return Scene(entity, right, ApiClient(user), factory.create(belongs_to=user), factory.create(belongs_to=other))


def _somebody(grants: Grants | None) -> User:
    """Each in a department of their own, so that nothing is shared by accident."""
    department = factory_for("access.department").create()
    return person(grants, department=Department.objects.get(pk=department.pk))


def test_a_right_reaches_exactly_so_far_and_a_refusal_leaves_no_trace(scene):
    _read(scene)
    if not scene.sees(scene.foreign) and scene.right != "nothing":
        _find_nothing_foreign(scene)
    _create(scene)
    _command(scene)
    _change(scene)


def _read(scene: Scene) -> None:
    expected = 403 if scene.right == "nothing" else 200
    by = next(key for key, field in scene.entity.fields().items() if field.lookup)
    for tail in READING:
        answer = scene.api.get(f"{scene.base}{tail}", **({"by": by} if tail == "groups/" else {}))
        assert answer.status in ({expected, 400} if tail == "groups/" and expected == 200 else {expected}), (
            tail,
            answer.text,
        )
    for record in (scene.mine, scene.foreign):
        status = 403 if scene.right == "nothing" else 200 if scene.sees(record) else 404
        tails = [
            "",
            "commands/",
            *(["history/"] if scene.entity.kind not in (EntityKind.LINE, EntityKind.FACT) else []),
        ]
        for tail in tails:
            assert scene.api.get(f"{scene.base}{record.pk}/{tail}").status == status, (tail, record)


def _find_nothing_foreign(scene: Scene) -> None:
    listed = scene.api.get(scene.base, limit=200)
    ids = {row["id"] for row in listed.body["items"]}
    assert scene.mine.pk in ids
    assert scene.foreign.pk not in ids
    assert scene.api.get(f"{scene.base}count/", count="exact").body["count"] == len(ids)
    title = scene.entity.fields()[scene.entity.title_field]
    own, foreign = title.get(scene.mine), title.get(scene.foreign)
    if not title.is_empty(foreign) and foreign != own and not title.is_link:
        secret = str(title.get(scene.foreign))
        answers = [
            scene.api.get(scene.base, q=secret),
            scene.api.get(f"{scene.base}groups/", by=scene.entity.title_field),
        ]
        answers.append(scene.api.get(scene.base, filter='["ge", "created_at", "2000-01-01"]'))
        assert all(f'"{secret}"' not in answer.text for answer in answers)


def _change(scene: Scene) -> None:
    names = {command.name for command in commands_of(scene.entity)}
    methods = [(method, name) for method, name in (("PATCH", "edit"), ("DELETE", "delete")) if name in names]
    for record in (scene.foreign, scene.mine):
        for method, _name in methods:
            status = scene.changing(record)
            before = digest_of_tables()
            answer = scene.api.call(method, f"{scene.base}{record.pk}/", {} if method == "PATCH" else None)
            assert answer.status == (204 if status == 200 and method == "DELETE" else status), (method, answer.text)
            if status != 200:
                assert digest_of_tables() == before


def _create(scene: Scene) -> None:
    if "create" not in {command.name for command in commands_of(scene.entity)} or scene.right in (
        "edits own",
        "changes own",
    ):
        return
    body = factory_for(scene.entity.key).values(belongs_to=scene.api.user)
    before = digest_of_tables()
    assert scene.api.post(scene.base, body).status == 403
    assert digest_of_tables() == before


def _command(scene: Scene) -> None:
    for command in commands_of(scene.entity):
        if command.new or command.on_deleted or scene.changing(scene.foreign) == 200:
            continue
        if command.asks and scene.sees(scene.foreign):
            continue  # open to whoever sees the record
        status = 404 if command.asks and scene.right != "nothing" else scene.changing(scene.foreign)
        inputs = {
            # A link leads to what the caller may see: it is the record that must be refused.
            key: scene.mine.pk if field.target == scene.entity.key else factory_for(scene.entity.key).value(field, 1)
            for key, field in command.inputs(scene.api.actor).items()
            if field.required and command.name not in ("edit", "delete")
        }
        before = digest_of_tables()
        if command.name not in ("edit", "delete"):
            one = scene.api.post(f"{scene.base}{scene.foreign.pk}/commands/{command.name}/", {"inputs": inputs})
            assert one.status == status, (command.name, one.text)
        if not command.many:
            continue
        several = scene.api.post(f"{scene.base}commands/{command.name}/", {"ids": [scene.mine.pk, scene.foreign.pk]})
        assert several.status == (403 if status == 403 and scene.right != "changes own" else 404), (
            command.name,
            several.text,
        )
        assert digest_of_tables() == before, command.name


@pytest.mark.parametrize("right", ["edits own"], indirect=True)
def test_a_foreign_id_in_the_body_is_refused(scene):
    """Links, too, reach only what the caller may see."""
    if "edit" not in {command.name for command in commands_of(scene.entity)}:
        return
    for key, field in scene.entity.writable(scene.api.actor).items():
        target = registry.find(field.target) if field.is_link else None  # uploads are no entity
        if target is None or target.kind is not EntityKind.RECORD:
            continue
        foreign = factory_for(target.key).create(belongs_to=_somebody(None))
        before = digest_of_tables()
        for value in (foreign.pk, {"id": foreign.pk}, *([{"code": foreign.code}] if foreign.code else [])):
            answer = scene.api.patch(f"{scene.base}{scene.mine.pk}/", {key: value})
            assert answer.status == 400, (key, answer.text)
            assert key in answer.body["errors"]
            assert str(target.title_of(foreign, System("tests"))) not in answer.text
        assert digest_of_tables() == before


def test_the_name_of_a_line_is_for_those_who_see_what_it_is_part_of():
    """Lists, recent records and notifications take names from here."""
    owner, other = _somebody({"own": ["*"]}), _somebody({"own": ["*"]})
    line = factory_for("fakes.address").create(belongs_to=owner)
    told = [links.labels("fakes.address", [line.pk], Actor.for_user(one)) for one in (owner, other)]
    assert told == [{line.pk: line.text}, {}]
