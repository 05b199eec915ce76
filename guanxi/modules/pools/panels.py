"""The figures on the page of a pool: how many wait, and how much the reader may still claim."""

import json
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.modules.pools import selectors
from guanxi.modules.pools.choices import State
from guanxi.modules.pools.models import Placement, Pool
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.entities.options import Figure
from guanxi.platform.ui import addresses


def _list(*tests: list[Any]) -> str:
    return addresses.list_of(registry.get(Placement), filter=json.dumps(["and", *tests]))


def _of(now: int, most: int | None) -> str:
    return f"{now:,}" if most is None else _("%(now)s of %(most)s") % {"now": f"{now:,}", "most": f"{most:,}"}


def waiting(actor: Actor, pool: Pool) -> tuple[str, str, str]:
    """How many customers wait in the pool."""
    rows = registry.get(Placement).rows_of(actor, pool=pool, state=State.WAITING)
    link = _list(["eq", "pool", str(pool.pk)], ["eq", "state", State.WAITING.value])
    return f"{rows.count():,}", "", link


def claimed_today(actor: Actor, pool: Pool) -> tuple[str, str, str]:
    """How many the reader has claimed today, of how many a day."""
    mine = selectors.allowances(actor, [pool])[pool.pk]
    tests = [["eq", "pool", str(pool.pk)], ["eq", "taken_by", str(actor.stands_for)]]
    return _of(mine.today, pool.most_a_day), "", _list(*tests)


def held(actor: Actor, pool: Pool) -> tuple[str, str, str]:
    """How many customers out of the pool the reader looks after, of how many at most."""
    mine = selectors.allowances(actor, [pool])[pool.pk]
    tests = [["eq", "pool", str(pool.pk)], ["eq", "owner", str(actor.stands_for)]]
    return _of(mine.held, pool.most_held), "", _list(*tests)


POOL_FIGURES = (
    Figure("waiting", gettext_lazy("Waiting customers"), waiting, icon="inbox"),
    Figure("claimed_today", gettext_lazy("My claims today"), claimed_today, icon="hand-grab"),
    Figure("held", gettext_lazy("Held by me"), held, icon="users"),
)
