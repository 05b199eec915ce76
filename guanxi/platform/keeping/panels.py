"""What a rule would do now, beside the rule."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.gate import Forbidden
from guanxi.platform.entities.options import Panel
from guanxi.platform.entities.registry import extend
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.keeping.cleaning import trial
from guanxi.platform.keeping.models import CleanupRule


def dry_run(actor: Actor, rule: CleanupRule) -> dict[str, Any]:
    """Counts and samples, within what the reader may clean up; nothing is changed."""
    try:
        return {"trial": trial(rule, actor)}
    except (FilterError, Forbidden) as error:
        return {"refusal": str(error)}


extend(
    "keeping.cleanuprule", panel=Panel("trial", _("What it would do now"), "keeping/cleanuprule/trial.html", dry_run)
)
