"""What a request asks for, as its reader may see it; how complete the file of a customer is, and what is missing."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.dossier import policies, selectors
from guanxi.modules.dossier.choices import CUSTOMER, Group, State
from guanxi.modules.dossier.models import ChangeRequest
from guanxi.modules.dossier.policies import Required
from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Panel
from guanxi.platform.ui import addresses
from guanxi.platform.ui.present import Presenter


def changes(actor: Actor, request: ChangeRequest) -> dict[str, Any]:
    """``rows`` of label, old and new text; ``hidden`` counts fields that the reader does not see, ``gone`` those that are no
    more. ``changed`` says that the customer was changed since."""
    customers = registry.get(CUSTOMER)
    known = {key: pair for key, pair in request.changes.items() if key in customers.fields()}
    seen = {key: field for key in known if (field := customers.seen(key, actor))}
    presenter = Presenter(customers, actor, list(seen.values()))
    rows = []
    for key, field in seen.items():
        old, new = (field.imported(value) for value in known[key])
        if field.is_link:
            presenter.labels[key] = links.labels(field.target, [one for one in (old, new) if one], actor)
        rows.append({"label": field.label, "old": presenter.text(field, old), "new": presenter.text(field, new)})
    version = customers.rows_of(actor, pk=request.customer_id).values_list("version", flat=True).first()
    return {
        "rows": rows,
        "hidden": len(known) - len(seen),
        "changed": request.state == State.WAITING and version is not None and version != request.seen,
    }


REQUEST_PANELS = (
    Panel("dossier.changes", _("What is asked for"), "dossier/changerequest/changes.html", changes, place="side"),
)


def completeness(actor: Actor, customer: Any) -> dict[str, Any]:
    """``score``, ``missing`` by group with the address where each is filled in, ``hidden`` of them that the reader does not
    see, and the ``reviews`` of the file. One query for each kind of record that files need, one for the reviewers."""
    required = selectors.requirements()
    counted = selectors.counts({one.entity.key: one.entity for one in required if one.entity}.values(), [customer.pk])
    now = actor.now()
    lacking = [one for one in required if one.concerns(customer, now) and not one.met(customer, counted)]
    customers = registry.get(CUSTOMER)
    seen = [one for one in lacking if _is_open(one, customers, actor)]
    groups = [
        {
            "label": group.label,
            "missing": [
                {"label": str(one.row), "post": str(one.row.post or ""), "url": _where(one, customers, customer, actor)}
                for one in seen
                if one.row.group == group
            ],
        }
        for group in Group
    ]
    return {
        "required": bool(required),
        "score": policies.Scorer(required, counted, now).score(customer),
        "groups": [group for group in groups if group["missing"]],
        "hidden": len(lacking) - len(seen),
        "reviews": _reviews(customers, customer, actor),
    }


def _is_open(one: Required, customers: Entity, actor: Actor) -> bool:
    """Whether the reader may know of it: a field or kind of record that is hidden from them is only counted."""
    if one.entity is not None:
        return gate.permits(actor, one.entity, "view")
    return one.field is not None and one.field.key in customers.readable(actor)


def _where(one: Required, customers: Entity, customer: Any, actor: Actor) -> str:
    """Where it is filled in; empty for those who may not."""
    if one.field is not None:
        may = gate.permits(actor, customers, "edit") and one.field.key in customers.writable(actor)
        return addresses.page_of(customers, "edit", customer.pk) if may else ""
    assert one.entity is not None
    if not gate.permits(actor, one.entity, "create"):
        return ""
    link = selectors.host_column(one.entity).removesuffix("_id")
    if link == "record":
        return f"{addresses.record(customers, customer.pk)}?tab=files"
    return addresses.page_of(one.entity, "create", **{link: customer.pk})


def _reviews(customers: Entity, customer: Any, actor: Actor) -> list[dict[str, Any]]:
    """First and second review with who and when, as far as the reader sees them."""
    fields, found = customers.readable(actor), []
    names = links.labels(
        "access.user", [one for one in (customer.first_reviewed_by_id, customer.second_reviewed_by_id) if one], actor
    )
    for which in ("first", "second"):
        field = fields.get(f"{which}_reviewed_at")
        if field is not None:
            at, who = getattr(customer, f"{which}_reviewed_at"), getattr(customer, f"{which}_reviewed_by_id")
            found.append(
                {"label": field.label, "at": field.display(at, actor.zone) if at else "", "who": names.get(who, "")}
            )
    return found


FILE_PANEL = Panel("dossier.file", _("Customer file"), "dossier/customer/file.html", completeness)
