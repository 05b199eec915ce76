"""What was found about a person, on the page of the request."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access.actor import Actor
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.registry import extend
from guanxi.platform.privacy import holding, persons
from guanxi.platform.privacy.choices import Fate
from guanxi.platform.privacy.finding import label_of, label_of_field
from guanxi.platform.privacy.models import SubjectRequest

#: So many lines are shown; the report has all.
SHOWN = 200


def found(actor: Actor, request: SubjectRequest) -> dict[str, Any]:
    """Where the person is named, what an erasure does with it and why something stays. No value is shown."""
    if not request.found:
        return {"empty": True}
    lines = [
        {
            "where": label_of(where), "field": label_of_field(where, field), "count": count,
            "fate": Fate(fate).label, "why": _(why) if why else "",
        }
        for where, field, fate, why, count in request.found["lines"][:SHOWN]
    ]  # fmt: skip
    return {
        "count": request.found["count"], "lines": lines, "persons": len(request.persons),
        "hindrances": holding.hindrances(persons.from_pairs(request.persons), actor.today()),
    }  # fmt: skip


extend(
    "privacy.subjectrequest",
    tab=Panel("found", gettext_lazy("What was found"), "privacy/subjectrequest/found.html", found, place="tab"),
)
