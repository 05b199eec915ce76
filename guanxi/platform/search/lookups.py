"""Looking for values that the searcher sees masked: only whole ones and last fours, counted and remembered."""

from django.core.cache import cache
from django.db import transaction

from guanxi.platform.access import keys
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.encrypted import TAIL
from guanxi.platform.access.events import LookedUp
from guanxi.platform.access.limits import spend
from guanxi.platform.access.masking import SHAPES
from guanxi.platform.access.telling import by
from guanxi.platform.entities import registry
from guanxi.platform.entities.lookups import AGAIN_AFTER
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.search import documents
from guanxi.platform.search.expressions import Token
from guanxi.platform.search.options import searched
from guanxi.platform.search.question import Question
from guanxi.platform.search.sight import Sight


def values(actor: Actor, question: Question, sight: Sight) -> tuple[Token, ...]:
    """The tokens of masked and encrypted fields that the text may be the value of. Raises LimitReached."""
    if sight.masks:
        _remember(actor, question)
    found = dict.fromkeys(question.values(sight.looked_up))
    for entity_key, key in sight.sealed:
        entity = registry.get(entity_key)
        found.update(
            (Token(text), None) for text in documents.asked_digests(entity, searched(entity)[key], question.text)
        )
    return tuple(found)


def _remember(actor: Actor, question: Question) -> None:
    """The same search counts once an hour."""
    told = f"{actor.user_id}/search/{question.whole}"
    key = f"lookup.{keys.blind(told, 'lookup')}"  # keyed: nobody who reads the cache can try out values
    if not cache.add(key, 1, AGAIN_AFTER):
        return
    operator = "ends" if len(question.whole) == TAIL else "eq"
    payload = LookedUp(field="", entity="", operator=operator, value=SHAPES["account"](question.whole))
    try:
        with transaction.atomic():
            spend(actor, "lookup")
            append([NewEvent(kind=LookedUp.kind.key, payload=payload, **by(actor))])
    except BaseException:
        cache.delete(key)
        raise
