"""What happens when a stored value cannot be read: the log has it, and so has the memory, once a day for each place."""

import logging
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from guanxi.platform.access.events import Unreadable
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent

logger = logging.getLogger("guanxi.access")
AGAIN_AFTER = 24 * 3600  # seconds
#: With a key lost everything is unreadable: more events of one field within an hour would tell nothing new.
MOST = 20


def tell(entity: str, pk: Any, field: str, why: str) -> None:
    """Leave a trace of a value that could not be read; never in the way of who reads."""
    if not cache.add(f"unreadable.{entity}.{field}.{pk}", 1, AGAIN_AFTER):
        return
    logger.error("%s.%s of row %s cannot be read: %s", entity, field, pk, why)
    counted = f"unreadable.{entity}.{field}"
    cache.add(counted, 0, 3600)
    if cache.incr(counted) <= MOST:
        transaction.on_commit(lambda: _append(entity, pk, field, why), robust=True)


def _append(entity: str, pk: Any, field: str, why: str) -> None:
    payload = Unreadable(field=field, entity=entity, why=why)
    with transaction.atomic():
        append(
            [
                NewEvent(
                    kind=Unreadable.kind.key,
                    entity=entity,
                    record_id=pk if isinstance(pk, int) else None,
                    payload=payload,
                    at=timezone.now(),
                    source="system",
                )
            ]
        )
