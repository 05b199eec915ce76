"""Customers come into pools, are taken over out of them, and keep everything meanwhile. All of it in the transaction of the
command that asked for it."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _

from guanxi.modules.pools import policies, selectors
from guanxi.modules.pools.choices import State
from guanxi.modules.pools.events import LET_GO, TAKEN
from guanxi.modules.pools.models import COPIED, DueReturn, Placement, Pool, RecycleRule
from guanxi.modules.pools.selectors import CUSTOMER
from guanxi.platform import bulk
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import SET_LIMIT, run
from guanxi.platform.commands.outcome import Blocked, Change, Rejected
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.commands.saving import insert_records, rewrite_records
from guanxi.platform.entities import registry
from guanxi.platform.events.services import append

#: What the day of a return is called in its table.
RETURNS_ON = "returns_on"


# --- in -------------------------------------------------------------------------------------------------------
def put_in(customers: Sequence[Any], pool_id: int, reason: str, note: str, actor: Actor) -> None:
    """Place locked customers in a pool; they lose their owner, which the caller saves. Raises Rejected, Blocked."""
    pool = Pool.objects.filter(pk=pool_id, active=True).first()
    if pool is None:
        raise Rejected({"pool": _("This pool is out of use. Choose another.")})
    rows = registry.get(CUSTOMER).base_rows().filter(bulk.key_in("id", [one.pk for one in customers]))
    fit = set(selectors.eligible(pool, rows).values_list("pk", flat=True))
    if unfit := [one.pk for one in customers if one.pk not in fit]:
        raise Blocked(dict.fromkeys(unfit, _("It does not belong in the pool “%(pool)s”.") % {"pool": pool.name}))
    made = [
        Placement(
            customer=one, pool=pool, reason=reason, entered_at=actor.now(), remarks=note,
            former_owner_id=one.owner_id, former_department_id=one.department_id,
        )
        for one in customers
    ]  # fmt: skip
    insert_records(registry.get(Placement), made, actor)
    for one in customers:
        one.owner_id = None


def copy_known(placements: Sequence[Placement]) -> None:
    """Give those who wait what is known of their customers. One query."""
    waiting = [one for one in placements if one.state == State.WAITING]
    rows = registry.get(CUSTOMER).every_row().filter(bulk.key_in("id", {one.customer_id for one in waiting}))
    known = {pk: values for pk, *values in rows.values_list("pk", *COPIED)} if waiting else {}
    for one in waiting:
        for name, value in zip(COPIED, known[one.customer_id], strict=True):
            setattr(one, name, value)


def renew_known(customers: Iterable[int]) -> None:
    """The same for customers that have just changed: one statement."""
    bulk.copy_columns(
        Placement,
        COPIED,
        source=registry.get(CUSTOMER).source.model,
        link="customer_id",
        among=("id", customers),
        where={"state": State.WAITING.value},
    )


# --- out ------------------------------------------------------------------------------------------------------
def claim(placements: Sequence[Placement], actor: Actor) -> None:
    """Take locked stays over. What one person may claim is counted once more while nobody else can claim for them, so
    that two windows at once do not get beyond it. Raises Blocked."""
    list(User.objects.filter(pk=actor.stands_for or 0).select_for_update(no_key=True).values_list("pk"))
    if hindered := selectors.in_the_way(actor, placements):
        raise Blocked(hindered)
    for one in placements:
        one.state, one.taken_by_id, one.taken_at = State.CLAIMED, actor.stands_for, actor.now()


def carry_out(changes: Sequence[Change], actor: Actor) -> None:
    """Make owners of customers what the state of their stays has become. Raises Blocked."""
    moved = [change for change in changes if change.touches("state")]
    taken = {one.record.customer_id: one.record for one in moved if one.record.state != State.WAITING}
    back = {one.record.customer_id: one.record for one in moved if one.record.state == State.WAITING}
    _give(taken, actor)
    if back:
        _take_back(back, [change for change in moved if change.record.state == State.WAITING], actor)


def _give(taken: Mapping[int, Placement], actor: Actor) -> None:
    """Each customer to whom its stay names, with the department of that person."""
    customers = [one for one in _locked(taken) if one.owner_id != taken[one.pk].taken_by_id]
    claimed = [one for one in customers if taken[one.pk].state == State.CLAIMED]
    assigned = [one for one in customers if taken[one.pk].state == State.ASSIGNED]

    def apply(some: Sequence[Any]) -> None:
        for one in some:
            one.owner_id, one.department_id = taken[one.pk].taken_by_id, None

    _rewrite(claimed, lambda: apply(claimed), TAKEN, actor)
    _rewrite(assigned, lambda: apply(assigned), commands.get("customers.customer.assign").event, actor)


def _take_back(back: Mapping[int, Placement], changes: Sequence[Change], actor: Actor) -> None:
    """A claim was undone: by whoever claimed, or whoever may assign, and as long as the customer is still theirs."""
    may_assign = gate.permits(actor, registry.get(Placement), "give")
    before = {one.record.customer_id: (one.diff.get("taken_by") or [None])[0] for one in changes}
    customers = [one for one in _locked(back) if one.owner_id]  # without one: its own undo took the owner away (reopen)
    for one in customers:
        if one.owner_id != before[one.pk]:
            raise Blocked({back[one.pk].pk: _("The customer has been given to somebody else since.")})
        if before[one.pk] != actor.stands_for and not may_assign:
            raise Blocked({back[one.pk].pk: _("Only whoever claimed it can take the claim back.")})

    def apply() -> None:
        for one in customers:
            one.owner_id, one.department_id = None, back[one.pk].former_department_id

    _rewrite(customers, apply, LET_GO, actor)


def _locked(ids: Iterable[int]) -> Iterable[Any]:
    rows = registry.get(CUSTOMER).base_rows().filter(bulk.key_in("id", ids)).order_by("pk")
    return rows.select_for_update(of=("self",))


def _rewrite(customers: Sequence[Any], apply: Any, kind: str, actor: Actor) -> None:
    if not customers:
        return
    entity, told = registry.get(CUSTOMER), by(actor)
    changes = rewrite_records(entity, customers, actor, apply)
    append([event_for(kind, entity, change, told) for change in changes])
    entity.after(changes, actor)


def settle(customers: Sequence[Any], actor: Actor) -> None:
    """Customers have just been given an owner: whatever stays of theirs were waiting are over."""
    owners = {one.pk: one.owner_id for one in customers}
    waiting = list(selectors.waiting(owners).order_by("pk").select_for_update(of=("self",)))
    if not waiting:
        return

    def apply() -> None:
        for one in waiting:
            one.state, one.taken_by_id, one.taken_at = State.ASSIGNED, owners[one.customer_id], actor.now()

    entity, told = registry.get(Placement), by(actor)
    kind = commands.get(f"{entity.key}.give").event
    changes = rewrite_records(entity, waiting, actor, apply)
    append([event_for(kind, entity, change, told) for change in changes])
    entity.after(changes, actor)


def reopen(former: Mapping[int, int | None], actor: Actor) -> None:
    """Customers have just lost their owner (id → who that was), for example because somebody undid it in their history. One that
    the owner had out of a pool, and that waits nowhere, waits there again: otherwise nobody would find it."""
    known = set(selectors.waiting(former).values_list("customer_id", flat=True))
    ended = Placement.objects.filter(bulk.key_in("customer_id", former.keys() - known)).exclude(state=State.WAITING)
    last = {one.customer_id: one for one in ended.order_by("taken_at", "pk").select_for_update(of=("self",))}
    again = [one for pk, one in last.items() if one.taken_by_id == former[pk]]
    if not again:
        return

    def apply() -> None:
        for one in again:
            one.state, one.taken_by_id, one.taken_at = State.WAITING, None, None

    entity, told = registry.get(Placement), by(actor)
    changes = rewrite_records(entity, again, actor, apply)
    append([event_for(LET_GO, entity, change, told) for change in changes])
    entity.after(changes, actor)


# --- by rule --------------------------------------------------------------------------------------------------
def recycle(
    rules: Sequence[RecycleRule], customers: Collection[int], day: date, actor: Actor, batch: uuid.UUID
) -> selectors.Falling:
    """Carry out what the rules say of these customers on a day, and say what that was: warnings that are over go, new ones
    are noted, and whose day has come goes back to the pool by the ordinary command. The caller's transaction."""
    list(_locked(customers))  # whoever cares for one at this moment is before us or after us
    found = selectors.falling(rules, customers, day)
    forget_due(found.over)
    noted = [
        DueReturn(customer_id=pk, name=RETURNS_ON, value=day + timedelta(days=rule.warn_days), rule=rule)
        for rule, ids in found.warned.items()
        for pk in ids
    ]
    DueReturn.objects.bulk_create(noted, batch_size=500)
    fields, put = registry.get(CUSTOMER).fields(), commands.get(f"{CUSTOMER}.to_pool")
    for rule, ids in found.back.items():
        note = policies.why(rule, fields[rule.date_field].label if rule.date_field else "")
        inputs = {"pool": rule.pool_id, "reason": policies.reason_of(rule), "note": note}
        for at in range(0, len(ids), SET_LIMIT):
            run(put, actor, ids=ids[at : at + SET_LIMIT], inputs=inputs, batch=batch)
    return found


def forget_due(customers: Iterable[int]) -> None:
    """These customers go back to no pool any more."""
    DueReturn.objects.filter(bulk.key_in("customer_id", customers)).delete()
