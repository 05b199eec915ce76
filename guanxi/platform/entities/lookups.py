"""Searching in a field that the searcher sees masked: exact values and last fours only, counted and remembered.

A page asks the same question several times (rows, count, chart): the same search counts once an hour.
"""

from collections.abc import Iterator

from django.core.cache import cache
from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access import keys
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.encrypted import TAIL
from guanxi.platform.access.events import LookedUp
from guanxi.platform.access.limits import spend
from guanxi.platform.access.masking import MaskedField, mask
from guanxi.platform.access.telling import by
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.feel.nodes import All, Any_, FilterError, Node, Not, Test

AGAIN_AFTER = 3600  # seconds


def record_lookups(entity: Entity, actor: Actor, tree: Node) -> None:
    """Count and remember the searches of the tree in masked fields. Raises FilterError for too few characters, LimitReached."""
    fields = entity.readable(actor)
    for test in _tests(tree):
        field = fields.get(test.field)
        if not isinstance(field, MaskedField):
            continue
        if test.operator.key == "ends" and len(str(test.values[0])) != TAIL:
            raise FilterError(
                _("Search “%(field)s” by the whole value, or by exactly its last %(count)d characters.")
                % {"field": field.label, "count": TAIL}
            )
        _remember(entity, actor, field, test)


def _tests(tree: Node) -> Iterator[Test]:
    match tree:
        case All(nodes) | Any_(nodes):
            for node in nodes:
                yield from _tests(node)
        case Not(node):
            yield from _tests(node)
        case Test():
            yield tree


def _remember(entity: Entity, actor: Actor, field: MaskedField, test: Test) -> None:
    value = str(test.values[0])
    told = f"{actor.user_id}/{entity.key}/{field.key}/{test.operator.key}/{value}"
    key = f"lookup.{keys.blind(told, 'lookup')}"  # keyed: nobody who reads the cache can try out values
    if not cache.add(key, 1, AGAIN_AFTER):
        return
    try:
        with transaction.atomic():
            spend(actor, "lookup")
            append([_event(entity, actor, field, test, value)])
    except BaseException:
        cache.delete(key)
        raise


def _event(entity: Entity, actor: Actor, field: MaskedField, test: Test, value: str) -> NewEvent:
    payload = LookedUp(field=field.key, entity=entity.key, operator=test.operator.key, value=mask(field.beneath, value))
    return NewEvent(kind=LookedUp.kind.key, entity=entity.key, payload=payload, **by(actor))
