"""Layouts as administrators arrange them: which one is an actor's, and what it does to each place of the pages."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import orjson
from django.db import OperationalError, ProgrammingError
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.customizing import arranging
from guanxi.platform.customizing.described import customizable
from guanxi.platform.customizing.models import Layout
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.layout import COLUMNS, FIELDS, PLACES, RELATED, SECTIONS, SIDE, TABS, Parts
from guanxi.platform.refdata.fields import LANGUAGES, label_of

#: Before the keys of sections that administrators add.
OWN = "own_"
#: What a record's page shows when it is opened.
FIRST_TAB = "timeline"
MOST_PARTS, MOST_NAME = 1_000, 80


def changes_for(entity: Entity, actor: Actor) -> Mapping[str, Any]:
    """Place → differences of the layout that is this actor's: that of one of their roles (the oldest role first), else the
    one for everybody."""
    kept = _all().get(entity.key)
    if not kept or actor.unrestricted:
        return {}
    roles = sorted({grant.role_id for grant in actor.grants.grants} & kept.keys())
    return kept[roles[0]] if roles else kept.get(0, {})


def _all() -> dict[str, dict[int, dict[str, Any]]]:
    """Entity key → role (0 for everybody) → its differences. Read once per configuration version."""
    return registry.cached("layouts", _read) if registry.configuration_version() else {}


def _read() -> dict[str, dict[int, dict[str, Any]]]:
    found: dict[str, dict[int, dict[str, Any]]] = defaultdict(dict)
    try:
        for key, role, changes in Layout.objects.filter(active=True).values_list("entity", "role", "changes"):
            found[key][role or 0] = changes
    except (OperationalError, ProgrammingError):
        return {}  # an upgrade that has not come to this room's migration yet
    return found


def arrange(entity: Entity, changes: Mapping[str, Any], place: str, parts: Parts) -> Parts:
    """The parts of a place under these changes."""
    stored = changes.get(place)
    if place == FIELDS and (own := own_sections(changes)):
        parts = {**parts, **{key: [] for key in own if key not in parts}}
    if not stored:
        return parts
    return arranging.arranged(parts, stored, known=known(entity, changes, place, parts), fixed=fixed(entity, place))


def known(entity: Entity, changes: Mapping[str, Any], place: str, parts: Parts) -> set[str]:
    """All parts that a place can have."""
    there = {key for keys in parts.values() for key in keys}
    if place == SECTIONS:
        return there | own_sections(changes)
    if place in (TABS, SIDE):
        return there
    if place.startswith(RELATED):
        target = related_entity(place)
        return there | target.fields().keys() if target else there
    return there | entity.fields().keys()


def related_entity(place: str) -> Entity | None:
    """The kind of record that the related list of a place shows, if there is such a kind."""
    return registry.find(place.removeprefix(RELATED).rpartition(".")[0])


def fixed(entity: Entity, place: str) -> set[str]:
    """Parts that cannot be left out: without a field that must be filled no form could be sent; a record has its name."""
    if place.startswith(RELATED):
        target = related_entity(place)
        return {target.title_field} if target else set()
    needed = {key for key, field in entity.fields().items() if field.required and not field.readonly}
    if place == SECTIONS:
        return {section.key for section in entity.sections() if not needed.isdisjoint(section.fields)}
    return {FIELDS: needed, COLUMNS: {entity.title_field}, TABS: {FIRST_TAB}}.get(place, set())


def own_sections(changes: Mapping[str, Any]) -> set[str]:
    return {key for key in changes.get(SECTIONS, {}).get("names", {}) if key.startswith(OWN)}


def names(changes: Mapping[str, Any], place: str) -> dict[str, str]:
    """The parts that were renamed, in the reader's language."""
    return {key: label_of(labels, key) for key, labels in changes.get(place, {}).get("names", {}).items()}


def wanted_changes(
    entity: Entity, usual: Mapping[str, Parts], wanted: Mapping[str, Parts], labels: Mapping[str, Any], before: Any
) -> dict[str, Any]:
    """Place → differences that make ``wanted`` out of the code's ``usual``. ``labels`` name sections that are renamed or
    new. Differences of ``before`` about what is not installed stay."""
    found: dict[str, Any] = {}
    parts_of = {place: dict(usual[place]) for place in wanted}
    named = {SECTIONS: {"names": dict(labels)}}
    for place, parts in wanted.items():
        there = known(entity, named, place, parts_of[place])
        stored = arranging.differences(parts_of[place], parts, known=there, before=before.get(place, {}))
        if place == SECTIONS and labels:
            stored["names"] = dict(labels)
        if stored:
            found[place] = stored
    return found | {place: kept for place, kept in before.items() if place not in wanted}


def checked(text: str) -> str:
    """The text of changes in its one way of writing. Raises Invalid for what are none."""
    try:
        changes = orjson.loads(text or "{}")
    except orjson.JSONDecodeError as error:
        raise Invalid(_("A layout cannot be read. Arrange it on its page.")) from error
    if not isinstance(changes, dict) or not all(_is_place(place, stored) for place, stored in changes.items()):
        raise Invalid(_("A layout cannot be read. Arrange it on its page."))
    return orjson.dumps(changes, option=orjson.OPT_SORT_KEYS).decode()


def _is_place(place: str, stored: Any) -> bool:
    if place not in PLACES and not place.startswith(RELATED):
        return False
    if not isinstance(stored, dict) or not stored.keys() <= {"moves", "hidden", "names"}:
        return False
    moves, hidden, named = stored.get("moves", []), stored.get("hidden", []), stored.get("names", {})
    return (
        _list(moves)
        and all(_list(move) and len(move) == 3 and all(isinstance(one, str) for one in move) for move in moves)
        and _list(hidden)
        and all(isinstance(one, str) for one in hidden)
        and isinstance(named, dict)
        and all(_labels(labels) for labels in named.values())
    )


def _list(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= MOST_PARTS


def _labels(labels: Any) -> bool:
    return (
        isinstance(labels, dict)
        and bool(labels)
        and labels.keys() <= set(LANGUAGES)
        and all(isinstance(text, str) and 0 < len(text) <= MOST_NAME for text in labels.values())
    )


def unknown_parts(entity: Entity, changes: Mapping[str, Any], usual: Mapping[str, Parts]) -> list[str]:
    """The ids in a layout that nothing has: kept, without effect, and told to the administrator."""
    found = []
    for place, stored in changes.items():
        there = known(entity, changes, place, usual.get(place, {}))
        named = [move[0] for move in stored.get("moves", ())] + list(stored.get("hidden", ()))
        found += [f"{entity.key}/{place}:{key}" for key in dict.fromkeys(named) if key not in there]
    return found


def in_list(field: Field) -> bool:
    """Whether a list can have the field as a column."""
    return field.kind is not kinds.FILE


def arrangeable() -> list[Entity]:
    """The kinds of record whose pages can be arranged."""
    return [one for one in registry.entities() if customizable(one)]
