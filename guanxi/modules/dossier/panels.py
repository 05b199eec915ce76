"""What a request asks for, as its reader may see it."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.modules.dossier.choices import CUSTOMER, State
from guanxi.modules.dossier.models import ChangeRequest
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.options import Panel
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
