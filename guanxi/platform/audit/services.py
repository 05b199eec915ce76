"""The doors by which other rooms tell the audit what no event can hold."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.transaction import TransactionManagementError

from guanxi.platform.audit.customer_sets import pack
from guanxi.platform.audit.models import TakenAway


def taken_away(event_id: int, at: datetime, customers: Iterable[int | None]) -> None:
    """Remember whose data an export or print held, beside its event and in the same transaction."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("What was taken away is kept in the transaction of its event")
    known = {one for one in customers if one is not None}
    if known:
        TakenAway(event_id=event_id, at=at, customers=pack(known)).save(force_insert=True)
