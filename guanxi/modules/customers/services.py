"""Writes that follow from a command: the place in the group, the last contact, the one main contact, the figures that
count.

``path``, ``level`` and ``last_contact_at`` are derived columns that nobody edits. They are rewritten
without a new version and without an event of their own: moving a head office must not put everybody in
conflict who has one of its thousand subsidiaries open, and the event of the move (or of the interaction)
says what happened. They never appear in forms, imports or differences.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Max, OuterRef, Subquery, Value
from django.db.models.functions import Concat, Length, Substr
from django.utils.translation import gettext as _

from guanxi.modules.customers.choices import DEPTH, STEP
from guanxi.modules.customers.models import Contact, Customer, LatestMeasure, Measure
from guanxi.modules.customers.models.customer import path_ids, path_range, path_step
from guanxi.platform import bulk
from guanxi.platform.access.actor import Actor
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Change, Rejected


# --- the group tree ---------------------------------------------------------------------------------------
def place(customers: Sequence[Customer]) -> None:
    """Set path and level of those that are new or have another parent, before they are saved.

    Raises Rejected({"parent": …}) for a circle or a group deeper than DEPTH. No query if nothing moves.
    """
    moving = [one for one in customers if one.pk is None or not one.path or parent_in(one.path) != one.parent_id]
    if not moving:
        return
    unnumbered = [one for one in moving if one.pk is None]
    for one, pk in zip(unnumbered, bulk.reserve_ids(Customer, len(unnumbered)), strict=True):
        one.pk = pk
    paths = _lock_parents(moving)
    placing = _Placing({one.pk: one for one in moving}, paths)
    for one in moving:
        path = placing.path_of(one)
        one.moved_from = one.path if one.path and one.path != path else ""
        one.path, one.level = path, len(path) // STEP
    _refuse_too_deep(moving)


def parent_in(path: str) -> int | None:
    """The id of the parent that a path names."""
    ids = path_ids(path)
    return ids[-2] if len(ids) > 1 else None


def _lock_parents(moving: Sequence[Customer]) -> dict[int, str]:
    """Id → path of the parents outside the set. The heads of all groups concerned are locked first (in key
    order), because two moves in one group, or a move and a new child, would not see each other's paths."""
    wanted = {one.parent_id for one in moving if one.parent_id}
    left = {path_ids(one.path)[0] for one in moving if one.path}
    locked: set[int] = set()
    while True:
        paths = dict(Customer.everything.filter(bulk.key_in("id", wanted)).values_list("pk", "path")) if wanted else {}
        heads = left | {path_ids(path)[0] for path in paths.values() if path}
        if heads <= locked:
            return paths
        list(
            Customer.everything.filter(bulk.key_in("id", heads))
            .order_by("pk")
            .select_for_update(no_key=True)
            .values_list("pk")
        )
        locked |= heads


class _Placing:
    """The final path of every moving customer, wherever its parent stands: in the set, below it or outside."""

    def __init__(self, moving: dict[int, Customer], paths: dict[int, str]) -> None:
        self._moving, self._paths = moving, paths
        self._found: dict[int, str] = {}

    def path_of(self, customer: Customer) -> str:
        if not customer.parent_id:
            return self._found.setdefault(customer.pk, path_step(customer.pk))
        chain: list[tuple[int, str]] = []  # (customer still to be placed, what stands between it and the next)
        seen: set[int] = set()
        current, below = customer, ""
        while True:
            if current.pk in self._found:
                base = self._found[current.pk] + below
                break
            if current.pk in seen:
                raise Rejected(
                    {
                        "parent": _("“%(name)s” would come to stand below itself. Choose another parent company.")
                        % {"name": customer.name}
                    }
                )
            seen.add(current.pk)
            chain.append((current.pk, below))
            above, between = self._above(current)
            if above is None:
                base = between
                break
            current, below = above, between
        for pk, rest in reversed(chain):
            self._found[pk] = base + path_step(pk)
            base = self._found[pk] + rest
        return self._found[customer.pk]

    def _above(self, customer: Customer) -> tuple[Customer | None, str]:
        """The nearest moving ancestor and the steps between, or None and the whole path above."""
        if not customer.parent_id:
            return None, ""
        if customer.parent_id in self._moving:
            return self._moving[customer.parent_id], ""
        path = self._paths.get(customer.parent_id)
        if path is None:
            raise Rejected({"parent": _("The parent company is gone. Choose another.")})
        ids = path_ids(path)
        for index in range(len(ids) - 1, -1, -1):
            if ids[index] in self._moving:
                return self._moving[ids[index]], path[(index + 1) * STEP :]
        return None, path


def _refuse_too_deep(moving: Sequence[Customer]) -> None:
    for one in moving:
        lowest = 0
        if one.moved_from:
            deepest = _below(one.moved_from).aggregate(most=Max(Length("path")))["most"] or 0
            lowest = max(0, (deepest - len(one.moved_from)) // STEP)
        if one.level + lowest > DEPTH:
            values = {"name": one.name, "levels": one.level + lowest, "limit": DEPTH}
            raise Rejected(
                {"parent": _("The group would have %(levels)d levels with “%(name)s”; at most %(limit)d fit.") % values}
            )


def _below(path: str) -> Any:
    """All rows below a path, deleted ones included, without the one that has it."""
    return Customer.everything.filter(path__range=path_range(path)).exclude(path=path)


def carry_along(customers: Iterable[Customer]) -> None:
    """Rewrite the paths below customers that have moved: one statement each, the deepest first, so that a
    subtree that left a moving group keeps its own new place."""
    moved = sorted((one for one in customers if one.moved_from), key=lambda one: -len(one.moved_from))
    for one in moved:
        old, levels = one.moved_from, one.level - len(one.moved_from) // STEP
        _below(old).update(path=Concat(Value(one.path), Substr("path", len(old) + 1)), level=F("level") + levels)
        one.moved_from = ""


# --- contacts and interactions ------------------------------------------------------------------------------
def touch_last_contact(contacts: Iterable[tuple[int, datetime]]) -> None:
    """Move ``last_contact_at`` of customers forward to the latest of (customer id, moment), never back."""
    latest: dict[int, datetime] = {}
    for customer, moment in contacts:
        latest[customer] = max(moment, latest.get(customer, moment))
    rows = Customer.everything.filter(bulk.key_in("id", latest)).order_by("pk").select_for_update(no_key=True)
    known = rows.values_list("pk", "last_contact_at")
    bulk.update_changed(
        Customer,
        [(pk, None, {"last_contact_at": latest[pk]}) for pk, before in known if before is None or before < latest[pk]],
    )


def keep_one_main_contact(contacts: Sequence[Contact], actor: Actor) -> None:
    """Where contacts have just become the main ones, take the mark off the others of the same customer, by
    the edit command so that history shows it. Of several in one set the last one keeps it."""
    chosen = {contact.customer_id: contact.pk for contact in contacts}
    others = Contact.objects.filter(bulk.key_in("customer_id", chosen), main=True).exclude(
        bulk.key_in("id", chosen.values())
    )
    demoted = list(others.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(demoted), 500):
        run(commands.get("customers.contact.edit"), actor, ids=demoted[start : start + 500], inputs={"main": False})


def give_way_to_main_contacts(contacts: Sequence[Contact]) -> None:
    """Contacts that come to another customer by a merge lose the mark where that one has a main contact already."""
    firms = {contact.customer_id for contact in contacts if contact.main}
    taken = set(
        Contact.objects.filter(bulk.key_in("customer_id", firms), main=True).values_list("customer_id", flat=True)
    )
    for contact in contacts:
        contact.main = contact.main and contact.customer_id not in taken


def refuse_circles(contacts: Sequence[Contact]) -> None:
    """Raise Rejected if somebody now reports to themselves over others. One query for the people of all
    customers concerned, none if nobody reports to anybody."""
    reporting = [contact for contact in contacts if contact.reports_to_id]
    if not reporting:
        return
    same_firms = Contact.objects.filter(bulk.key_in("customer_id", {contact.customer_id for contact in reporting}))
    above = dict(same_firms.exclude(reports_to=None).values_list("pk", "reports_to_id"))
    for contact in reporting:
        seen, current = set[int](), contact.reports_to_id
        while current is not None and current not in seen:
            if current == contact.pk:
                raise Rejected(
                    {
                        "reports_to": _("“%(name)s” would come to report to themselves. Choose another person.")
                        % {"name": contact.name}
                    }
                )
            seen.add(current)
            current = above.get(current)


def touched(changes: Iterable[Change], *keys: str) -> list[Any]:
    """The records among the changes that are new or in which one of the fields differs."""
    return [change.record for change in changes if change.created or change.touches(*keys)]


# --- the figures that count -----------------------------------------------------------------------------------
def note_latest(measures: Sequence[Measure]) -> None:
    """Of the figures that were just loaded, keep those that count now. In the transaction that loads them; two imports of
    the same figures wait for each other."""
    newest: dict[tuple[int, str], Measure] = {}
    for one in measures:
        known = newest.get((one.customer_id, one.kind))
        if known is None or (one.period, one.pk) > (known.period, known.pk):
            newest[one.customer_id, one.kind] = one
    older = _locked_latest(newest)
    if missing := sorted(newest.keys() - older.keys()):
        made = [LatestMeasure(customer_id=customer, kind=kind) for customer, kind in missing]
        for row in made:
            _take_over(row, newest[row.customer_id, row.kind])
        LatestMeasure.objects.bulk_create(made, ignore_conflicts=True)
        older |= _locked_latest(missing)  # another import may have been there first
    later = [row for key, row in older.items() if (newest[key].period, newest[key].pk) > (row.period, row.row)]
    for row in later:
        _take_over(row, newest[row.customer_id, row.kind])
    _save_latest(later)


def find_latest_again(gone: Sequence[Measure]) -> None:
    """After figures were taken back: what counts now of those that counted until then."""
    lost = {one.pk for one in gone}
    counted = _locked_latest({(one.customer_id, one.kind) for one in gone})
    empty = [row for row in counted.values() if row.row in lost]
    same = Measure.objects.filter(customer=OuterRef("customer"), kind=OuterRef("kind"))
    newest = same.order_by("-period", "-pk").values("pk")[:1]
    rows = LatestMeasure.objects.filter(bulk.key_in("pk", [row.pk for row in empty]))
    heirs = dict(rows.annotate(heir=Subquery(newest)).values_list("pk", "heir"))
    known = Measure.objects.in_bulk([pk for pk in heirs.values() if pk])
    for row in empty:
        if heir := known.get(heirs[row.pk]):
            _take_over(row, heir)
    _save_latest([row for row in empty if heirs[row.pk]])
    LatestMeasure.objects.filter(bulk.key_in("pk", [row.pk for row in empty if not heirs[row.pk]])).delete()


def _locked_latest(keys: Collection[tuple[int, str]]) -> dict[tuple[int, str], LatestMeasure]:
    """The rows of these customers and kinds, locked in key order."""
    wanted, kinds = set(keys), {kind for _customer, kind in keys}
    rows = LatestMeasure.objects.filter(bulk.key_in("customer_id", {one for one, _kind in wanted}), kind__in=kinds)
    locked = rows.order_by("customer_id", "kind").select_for_update()
    return {key: row for row in locked if (key := (row.customer_id, row.kind)) in wanted}


def _take_over(row: LatestMeasure, measure: Measure) -> None:
    row.period, row.value, row.row = measure.period, measure.value, measure.pk


def _save_latest(rows: Sequence[LatestMeasure]) -> None:
    values = [(row.pk, None, {"period": row.period, "value": row.value, "row": row.row}) for row in rows]
    bulk.update_changed(LatestMeasure, values)
