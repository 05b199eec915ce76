"""Asking for changes of protected fields, carrying out what was approved, and keeping the scores of files."""

import copy
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.modules.dossier import policies, selectors
from guanxi.modules.dossier.choices import CUSTOMER, State
from guanxi.modules.dossier.events import FILED
from guanxi.modules.dossier.models import ChangeRequest, FileScore, ProtectedField, Requirement
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role
from guanxi.platform.bulk import insert_many, key_in
from guanxi.platform.commands import command as commands
from guanxi.platform.commands import unique
from guanxi.platform.commands.executor import claim_files, run
from guanxi.platform.commands.held import first_person
from guanxi.platform.commands.outcome import Change, Refusal, Rejected
from guanxi.platform.commands.record_event import by, event_for
from guanxi.platform.commands.saving import insert_records
from guanxi.platform.entities import registry
from guanxi.platform.events.services import append

DATA = Path(__file__).parent / "data"
#: What the value of a file is called in its table.
COMPLETENESS = "completeness"
#: (customer id, field) of what has been approved and is being written now.
_approved: ContextVar[frozenset[tuple[int, str]]] = ContextVar("approved changes", default=frozenset())


def refused(customer: Any, actor: Actor, changed: Mapping[str, bool]) -> dict[str, str]:
    """Field → why the actor does not change it themselves, of those that differ (entities.features.Feature.protects)."""
    rows, approved = selectors.protected_fields(), _approved.get()
    found = [
        key
        for key, held in changed.items()
        if key in rows and (customer.pk, key) not in approved and policies.is_protected(rows[key], customer, held)
    ]
    customers = registry.get(CUSTOMER)
    if not found or policies.may_change_directly(actor, customers, customer):
        return {}
    fields = customers.fields()
    return {
        key: _("“%(field)s” is protected. Ask for the change with “Request a change” on the page of the customer.")
        % {"field": fields[key].label}
        for key in found
    }


def ask(customer: Any, values: Mapping[str, Any], actor: Actor) -> ChangeRequest:
    """File a request for what differs from the customer. Raises Rejected."""
    rows = selectors.protected_fields()
    wanted = {key: value for key, value in values.items() if key in rows}
    changes = _differences(customer, wanted)
    if not changes:
        raise Rejected({"": _("Nothing differs from what the file of the customer says. Enter the new values.")})
    errors = _wrong(customer, {key: wanted[key] for key in changes}, actor)
    errors |= policies.evidence_problems([row for key in changes for row in rows[key]], values, actor.today())
    if errors:
        raise Rejected(errors)
    entity = registry.get(ChangeRequest)
    made = ChangeRequest(
        customer=customer,
        changes=changes,
        seen=customer.version,
        reason=values["reason"],
        checked_by_id=values.get("checked_by"),
        checked_on=values.get("checked_on"),
        evidence_id=values.get("evidence"),
        requested_by_id=actor.me,
        on_behalf_of_id=actor.on_behalf_of_id,
    )
    (made.code,) = entity.codes(1, actor)
    filed = insert_records(entity, [made], actor)
    claim_files(entity, filed)
    append([event_for(FILED, entity, Change(made, {}, created=True), by(actor), note=made.reason)])
    entity.after(filed, actor)
    return made


def _differences(customer: Any, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Field → [old, new] in JSON form, of what differs."""
    fields, found = registry.get(CUSTOMER).fields(), {}
    for key, value in wanted.items():
        old, new = fields[key].exported(fields[key].get(customer)), fields[key].exported(value)
        if old != new and not (fields[key].is_empty(old) and fields[key].is_empty(new)):
            found[key] = [old, new]
    return found


def _wrong(customer: Any, values: Mapping[str, Any], actor: Actor) -> dict[str, str]:
    """What would be refused at the approval is said to whoever asks."""
    entity = registry.get(CUSTOMER)
    fields, changed = entity.fields(), copy.copy(customer)
    for key, value in values.items():
        fields[key].put(changed, value)
    empty = [key for key, value in values.items() if fields[key].required and fields[key].is_empty(value)]
    found = {key: _("“%(label)s” is needed.") % {"label": fields[key].label} for key in empty}
    if not found:
        found |= {key: str(message) for key, message in entity.clean(changed, actor).items()}
    return found | unique.duplicates(entity, changed, set(values))


def carry_out(request: ChangeRequest, reviewer: Actor, looked: bool) -> None:
    """Write the approved values by the ordinary command, as whoever asked and with their rights of now. Raises Rejected."""
    customers = registry.get(CUSTOMER)
    edit = commands.get(f"{CUSTOMER}.edit")
    edit.require_confirmation(reviewer)
    try:
        first = first_person(request, reviewer)
        customer = gate.get(first, customers, request.customer_id, "edit")
        _refuse_changed(request, customer, looked)
        with _approving(request):
            run(
                edit,
                first,
                ids=[customer.pk],
                inputs={key: new for key, (_old, new) in request.changes.items()},
                versions={customer.pk: customer.version},
                approved=True,
            )
    except Rejected:
        raise
    except (Refusal, gate.NotFound, gate.Forbidden) as refusal:
        raise Rejected({"": str(refusal)}) from refusal


def _refuse_changed(request: ChangeRequest, customer: Any, looked: bool) -> None:
    """The reviewer is told what was changed since the request was filed. Raises Rejected."""
    if customer.version == request.seen:
        return
    fields = registry.get(CUSTOMER).fields()
    for key, (old, _new) in request.changes.items():
        now = fields[key].exported(fields[key].get(customer))
        if now != old and not (fields[key].is_empty(now) and fields[key].is_empty(old)):
            raise Rejected(
                {
                    "": _(
                        "“%(field)s” was changed after this request was filed. Refuse it, and have it asked for again."
                    )
                    % {"field": fields[key].label}
                }
            )
    if not looked:
        raise Rejected(
            {
                "looked": _(
                    "The customer was changed after this request was filed. Look at it as it is now, then tick this."
                )
            }
        )


@contextmanager
def _approving(request: ChangeRequest) -> Iterator[None]:
    token = _approved.set(frozenset((request.customer_id, key) for key in request.changes))
    try:
        yield
    finally:
        _approved.reset(token)


def close(request: ChangeRequest, state: State, actor: Actor, answer: str = "") -> None:
    """Set who decided, when and how."""
    request.state, request.answer = state, answer
    request.decided_by_id, request.decided_at = actor.user_id, actor.now()


# --- completeness -------------------------------------------------------------------------------------------
def note_scores(changes: Sequence[Any], entity: Any, now: datetime) -> None:
    """After a write of customers or of what their files need: the scores of the customers concerned, in its transaction."""
    required = selectors.requirements()
    if required and entity.key == CUSTOMER:
        for fresh in (True, False):
            rate([change.record for change in changes if change.created is fresh], now, fresh=fresh)
    if not any(one.entity is entity for one in required):
        return
    column = selectors.host_column(entity)
    link = column.removesuffix("_id")
    ids = {
        getattr(change.record, column) for change in changes if getattr(change.record, "entity", CUSTOMER) == CUSTOMER
    }
    ids |= {
        change.diff[link][0] for change in changes if not change.created and change.touches(link)
    }  # where it was before
    rate(list(registry.get(CUSTOMER).base_rows().filter(key_in("pk", ids - {None}))), now)


def rate(customers: Sequence[Any], now: datetime, *, fresh: bool = False) -> None:
    """Write those scores of these customers that are others than before: two statements beside one for each kind of record
    that files need. To ``fresh`` ones, made in this transaction, nothing belongs yet: one statement."""
    if not customers:
        return
    required = selectors.requirements()
    kinds = {one.entity.key: one.entity for one in required if one.entity is not None}
    keys = [one.pk for one in customers]
    counted = {key: {} for key in kinds} if fresh else selectors.counts(kinds.values(), keys)
    scorer = policies.Scorer(required, counted, now)
    scores = {one.pk: scorer.score(one) for one in sorted(customers, key=lambda one: one.pk)}
    if fresh:
        rows = [(pk, COMPLETENESS, value) for pk, value in scores.items()]
        insert_many(FileScore, ("customer_id", "name", "value"), rows)
        return
    known = dict(
        FileScore.objects.filter(key_in("customer_id", keys), name=COMPLETENESS).values_list("customer_id", "value")
    )
    changed = [(pk, value) for pk, value in scores.items() if known.get(pk) != value]
    FileScore.objects.bulk_create(
        [FileScore(customer_id=pk, name=COMPLETENESS, value=value) for pk, value in changed],
        update_conflicts=True, unique_fields=["customer", "name"], update_fields=["value"], batch_size=2_000,
    )  # fmt: skip


def load_defaults() -> int:
    """Bring in what is shipped: requirements and protected fields. What is there already is left alone, also out of use."""
    with transaction.atomic():
        made = [*_missing_requirements(), *_missing_protected()]
        for row in made:
            row.save(force_insert=True)
        if made:
            registry.configuration_changed()
    return len(made)


def _shipped(name: str) -> Any:
    return json.loads((DATA / name).read_text(encoding="utf-8"))


def _missing_requirements() -> Iterator[Requirement]:
    known = set(Requirement.objects.values_list("key", flat=True))
    posts = dict(Role.objects.values_list("key", "pk"))
    for position, one in enumerate(_shipped("requirements.json"), 1):
        if one["key"] not in known:
            post = posts.get(one.pop("post", ""))
            yield Requirement(position=10 * position, post_id=post, **one)


def _missing_protected() -> Iterator[ProtectedField]:
    known = set(ProtectedField.objects.values_list("field", flat=True))
    yield from (ProtectedField(**one) for one in _shipped("protected_fields.json") if one["field"] not in known)
