"""The scores of all files anew, after requirements have changed."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.modules.dossier import services
from guanxi.modules.dossier.choices import CUSTOMER
from guanxi.platform.entities import registry
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.registry import job
from guanxi.platform.jobs.services import enqueue

SCORES = "dossier.scores"


def start(owner: int | None) -> None:
    """Rate all files in the background."""
    enqueue(SCORES, {}, owner_id=owner, label=_("Rate customer files"))


@job(SCORES, label=_("Rate customer files"))
def carry_out(context: JobContext) -> None:
    """Chunk and cursor commit together; scores are no changes that anybody made."""
    rows = registry.get(CUSTOMER).base_rows().order_by("pk")
    context.stage("rate", gettext_noop("Rating files"), total=rows.count())
    cursor, done = context.cursor or 0, context.counters.get("written", 0)
    while not context.cancelled():
        with transaction.atomic():
            customers: list[Any] = list(rows.filter(pk__gt=cursor)[: 500 if context.shared() else 2_000])
            if not customers:
                break
            services.rate(customers, timezone.now())
            cursor, done = customers[-1].pk, done + len(customers)
            context.checkpoint(cursor, done=done, counters={"written": len(customers)})
        context.pause()
    context.result(link="/customers/customer/")
