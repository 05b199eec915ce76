"""Once a day the rules of the pools are looked at: owners are warned, and what nobody cares for goes back."""

import uuid
from collections import defaultdict
from datetime import date, timedelta
from itertools import chain
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.modules.pools import selectors, services
from guanxi.modules.pools.models import DueReturn
from guanxi.platform.access.actor import System
from guanxi.platform.entities import registry
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.registry import job, periodic
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.services import Notice, notify_each
from guanxi.platform.ui import addresses

RECYCLE = "pools.recycle"
#: Customers looked at together, alone and beside people.
ROWS, ROWS_BESIDE_OTHERS = 2_000, 500


def start(day: date) -> Job | None:
    """Look at the rules as of a day, once for each day; nothing where there is neither a rule nor what one left."""
    if not selectors.rules() and not DueReturn.objects.exists():
        return None
    payload = {"day": day.isoformat(), "batch": str(uuid.uuid4())}
    return enqueue(RECYCLE, payload, owner_id=None, label=_("Recycle customers into public pools"), key=f"{day}")


@periodic(every=timedelta(hours=1), name="pools.recycle")
def start_today() -> None:
    start(timezone.localdate())


@job(RECYCLE, label=_("Recycle customers into public pools"))
def carry_out(context: JobContext) -> None:
    """Customers in the order of their keys. What the rules find is looked for outside of the transaction, and once more under
    lock inside of it, where it is carried out, told and confirmed together."""
    day, batch = date.fromisoformat(context.payload["day"]), uuid.UUID(context.payload["batch"])
    actor = System("recycling rules of public pools", clock=context.now)
    rows = registry.get(selectors.CUSTOMER).base_rows().exclude(owner=None).order_by("pk").values_list("pk", flat=True)
    context.stage("recycle", gettext_noop("Looking at customers"), total=rows.count())
    cursor, done = context.cursor or (0, 0)
    while not context.cancelled():
        rules = selectors.rules()
        ids = list(rows.filter(pk__gt=cursor)[: ROWS_BESIDE_OTHERS if context.shared() else ROWS])
        if not ids:
            break
        cursor, done = ids[-1], done + len(ids)
        concerned = selectors.falling(rules, ids, day).customers
        if concerned:
            with transaction.atomic():
                found = services.recycle(rules, concerned, day, actor, batch)
                notify_each(chain(_warnings(found, day), _farewells(found, day)), at=context.now())
                counters = {"warned": _number(found.warned), "returned": _number(found.back)}
                context.checkpoint([cursor, done], done=done, counters=counters)
        context.progress(done=done)
        context.pause()


def _number(by_rule: dict[Any, list[int]]) -> int:
    return sum(map(len, by_rule.values()))


def _warnings(found: selectors.Falling, day: date) -> list[tuple[int, Notice]]:
    """Each owner learns which customers go back on which day unless somebody cares for them."""
    told = []
    customers, owners = registry.get(selectors.CUSTOMER), _owners(found)
    by_owner: dict[tuple[int, date], list[int]] = defaultdict(list)
    for rule, ids in found.warned.items():
        for pk in ids:
            by_owner[owners[pk], day + timedelta(days=rule.warn_days)].append(pk)
    for (owner, last), ids in by_owner.items():
        mine = ["and", ["eq", "owner", str(owner)], ["eq", services.RETURNS_ON, last.isoformat()]]
        notice = Notice(
            key=f"pools.due:{last}", kind=Kind.DUE, count=len(ids), entity=customers.key, record_id=ids[0],
            sentence=sentence(gettext_noop("“%(record)s” goes back to the public pool on %(day)s, unless somebody cares for it before"), day=last.isoformat()),
            many=sentence(gettext_noop("%(count)s customers go back to the public pool on %(day)s, unless somebody cares for them before"), day=last.isoformat()),
            url=addresses.list_of(customers, filter=orjson.dumps(mine).decode()),
        )  # fmt: skip
        told.append((owner, notice))
    return told


def _farewells(found: selectors.Falling, day: date) -> list[tuple[int, Notice]]:
    """Whoever looked after them learns which customers have gone back. They see the stays, no longer the customers."""
    stays = registry.get(selectors.PLACEMENT)
    by_owner: dict[int, list[int]] = defaultdict(list)
    gone = selectors.waiting(list(chain.from_iterable(found.back.values()))).exclude(former_owner=None)
    for pk, owner in gone.order_by("pk").values_list("pk", "former_owner_id"):
        by_owner[owner].append(pk)
    return [
        (
            owner,
            Notice(
                key=f"pools.gone:{day}", kind=Kind.DUE, count=len(ids), entity=stays.key, record_id=ids[0],
                sentence=sentence(gettext_noop("“%(record)s” has gone back to the public pool by rule")),
                many=sentence(gettext_noop("%(count)s customers have gone back to the public pool by rule")),
            ),
        )
        for owner, ids in by_owner.items()
    ]  # fmt: skip


def _owners(found: selectors.Falling) -> dict[int, int]:
    ids = list(chain.from_iterable(found.warned.values()))
    rows = registry.get(selectors.CUSTOMER).base_rows().in_bulk(ids)
    return {pk: one.owner_id for pk, one in rows.items()}
