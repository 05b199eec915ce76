"""After a department has moved its records follow: their level columns are rewritten by a job.

Until the job is done nobody sees too much or too little: every department whose level columns may be old is marked as
settling, in the transaction of the move, and rights over it go by the departments of the tree instead (access.gate).
A job that fails or is cancelled leaves the mark, so that rights stay right and only cost more.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.access.models import Department
from guanxi.platform.access.models.record import DEPARTMENT_COLUMNS, Record
from guanxi.platform.bulk import key_in
from guanxi.platform.commands.record_event import by
from guanxi.platform.directory.events import Rescoped
from guanxi.platform.events.services import append
from guanxi.platform.events.stored import NewEvent
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.models import Job
from guanxi.platform.jobs.sentences import sentence
from guanxi.platform.jobs.services import enqueue

KEY = "access.rescope"
#: The second round catches records written by transactions that had read the tree before the move.
ROUNDS = 2
ROWS, ROWS_BESIDE_OTHERS = 2_000, 500


def start_rescoping(department: Department, moved: Sequence[int], above: Sequence[int], actor: Actor) -> Job:
    """Mark what settles and queue the job; in the transaction of the move. ``moved`` is the department and all below it,
    ``above`` the ids of its ancestors before the move."""
    concerned = sorted({*moved, *above, *department.ancestors()})
    Department.objects.filter(pk__in=concerned).update(settling=F("settling") + 1)
    return enqueue(
        KEY,
        {"department": department.pk, "moved": sorted(moved), "concerned": concerned},
        owner_id=actor.user_id or 0,
        label=sentence(_("Records follow “%(department)s”"), department=department.name),
    )


def rescope(context: JobContext) -> None:
    """Rewrite table by table in the order of ids; the cursor is [round, table, last id, rows rewritten],
    None at the beginning."""
    tables = _tables()
    moved = context.payload["moved"]
    turn, at, last, rows = context.cursor or [0, 0, 0, 0]
    context.stage("rescope", gettext_noop("Records"))
    while turn < ROUNDS and not context.cancelled():
        size = ROWS_BESIDE_OTHERS if context.shared() else ROWS
        with transaction.atomic():
            found, changed = _rewrite(tables[at], moved, last, size)
            turn, at, last = (turn, at, found[-1]) if len(found) == size else _next_table(turn, at, len(tables))
            rows += changed
            context.checkpoint([turn, at, last, rows], done=rows, counters={"changed": changed})
            if turn == ROUNDS:
                _settle(context, rows)
        context.pause()


def _tables() -> list[type[models.Model]]:
    """Every table whose rows carry level columns, in a stable order."""
    found = [model for model in apps.get_models() if issubclass(model, Record)]
    return sorted(found, key=lambda model: model._meta.label_lower)


def _next_table(turn: int, at: int, tables: int) -> tuple[int, int, int]:
    return (turn, at + 1, 0) if at + 1 < tables else (turn + 1, 0, 0)


def _rewrite(model: type[models.Model], moved: Sequence[int], last: int, size: int) -> tuple[list[int], int]:
    """The ids of the next rows, and how many of them carried an old place. Deleted rows too: they may come back."""
    rows = model._base_manager.filter(key_in("department_id", moved), pk__gt=last).order_by("pk")
    found = list(rows.values_list("pk", "department_id", *DEPARTMENT_COLUMNS)[:size])
    places = _places({department for _pk, department, *_columns in found})
    old: dict[int, list[int]] = defaultdict(list)
    for pk, department, *columns in found:
        if columns != places[department]:
            old[department].append(pk)
    for department, ids in sorted(old.items()):
        columns = dict(zip(DEPARTMENT_COLUMNS, places[department], strict=True))
        # A record that somebody gave to another department meanwhile has its right place already.
        model._base_manager.filter(key_in("id", ids), department_id=department).update(**columns)
    return [pk for pk, *_rest in found], sum(map(len, old.values()))


def _places(departments: set[int]) -> dict[int, list[int | None]]:
    """Department id → the level columns of its records, by the tree as it is now."""
    found: dict[int, list[int | None]] = {}
    for department in Department.objects.filter(pk__in=departments):
        above: list[Any] = department.ancestors()
        found[department.pk] = above + [None] * (len(DEPARTMENT_COLUMNS) - len(above))
    return found


def _settle(context: JobContext, rows: int) -> None:
    """The end, in the transaction of the last rows."""
    Department.objects.filter(pk__in=context.payload["concerned"], settling__gt=0).update(settling=F("settling") - 1)
    actor = System("records follow a moved department", clock=context.now)
    append(
        [
            NewEvent(
                kind="access.department.rescoped",
                entity="access.department",
                record_id=context.payload["department"],
                payload=Rescoped(rows=rows),
                **by(actor),
            )
        ]
    )
