"""The workbench: today's tasks, news, what one works on, and the first steps of a new installation."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.calendar import selectors as task_selectors
from guanxi.platform.calendar.choices import Priority
from guanxi.platform.calendar.models import Task
from guanxi.platform.directory import pins
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.selectors import by_actor
from guanxi.platform.messages import selectors as notice_selectors
from guanxi.platform.messages.rules import receiving_field
from guanxi.platform.ui import addresses, inbox_page
from guanxi.platform.ui.contexts import Card, CommandButton, EmptyState, InboxItem, Link, Option
from guanxi.platform.ui.present import ago

TASKS, NEWS, RECENT, TILES = 8, 5, 8, 6
LOOKED_AT = 60
COUNT_LIMIT = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One of the first steps; ``done`` ones are ticked."""

    label: str
    hint: str
    url: str
    icon: str
    done: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HomePage:
    """Everything is already narrowed to what the reader may see; an empty part is not drawn, but for its
    ``…_empty`` state, which teaches."""

    title: str
    today: str
    tasks: Sequence[InboxItem]
    tasks_url: str
    tasks_new_url: str
    tasks_empty: EmptyState | None
    news: Sequence[InboxItem]
    news_url: str
    tiles: Sequence[Option]
    pinned: Sequence[Card]
    recent: Sequence[Card]
    recent_empty: EmptyState | None
    steps: Sequence[Step] = ()
    entity_key: str = ""
    breadcrumb: Sequence[Link] = ()


def build(actor: Actor) -> HomePage:
    """The number of queries depends on how many kinds of records there are, not on how many records."""
    tasks = registry.get(Task)
    sees_tasks, makes_tasks = gate.permits(actor, tasks, "view"), gate.permits(actor, tasks, "create")
    today = due_tasks(actor) if sees_tasks else []
    new_task = addresses.page_of(tasks, "create") if makes_tasks else ""
    found = recent(actor)
    return HomePage(
        title=_greeting(actor), today=date_format(actor.today(), "DATE_FORMAT"), tasks=today, tasks_new_url=new_task,
        tasks_url=own_tasks() if sees_tasks else "",
        tasks_empty=_no_tasks(new_task) if sees_tasks and not today else None,
        news=[inbox_page.notice_item(actor, view) for view in notice_selectors.newest(actor, unread_only=True, limit=NEWS)],
        news_url=reverse("inbox"), tiles=_tiles(actor), pinned=pinned(actor), recent=found, recent_empty=None if found else _nothing_recent(), steps=_first_steps(actor),
    )  # fmt: skip


def _greeting(actor: Actor) -> str:
    hour = actor.now().astimezone(actor.zone).hour
    name = {"name": actor.name}
    if hour < 5 or hour >= 18:
        return _("Good evening, %(name)s") % name
    return _("Good morning, %(name)s") % name if hour < 12 else _("Good afternoon, %(name)s") % name


# --- tasks ----------------------------------------------------------------------------------------------
def due_tasks(actor: Actor) -> list[InboxItem]:
    """What the reader has to do today."""
    rows = task_selectors.my_tasks_today(actor, TASKS)
    wanted: dict[str, set[int]] = defaultdict(set)
    for task in rows:
        wanted[task.entity].add(task.record_id)
    labels = {entity: links.labels(entity, ids, actor) for entity, ids in wanted.items() if entity}
    return [_task(actor, task, labels.get(task.entity, {}).get(task.record_id, "")) for task in rows]


def own_tasks() -> str:
    """The list of all that the reader still has to do."""
    return addresses.list_of(registry.get(Task), filter='["and",["me","assignee"],["in","state",["open"]]]')


def _task(actor: Actor, task: Task, host: str) -> InboxItem:
    entity = registry.get(Task)
    due = date_format(task.due_at.astimezone(actor.zone), "TIME_FORMAT") if task.due_at else ""
    late = bool(task.due_at and task.due_at < actor.now())
    complete = CommandButton(
        id=f"complete-{task.pk}",
        label=_("Complete"),
        icon="check",
        url=addresses.page_of(entity, "command", task.pk, "complete"),
        direct=True,
    )
    tone = "danger" if late else "warning" if task.priority == Priority.HIGH else "neutral"
    return InboxItem(
        id=str(task.pk), icon="checkbox", title=task.subject, text=host, at=due, iso=task.due_at.isoformat() if task.due_at and late else "",
        url=addresses.record(entity, task.pk), tone=tone, commands=[complete] if gate.permits(actor, entity, "complete") else (),  # type: ignore[arg-type]
    )  # fmt: skip


def _no_tasks(new_url: str) -> EmptyState:
    return EmptyState(
        title=_("Nothing is due today"), icon="checklist", text=_("Write down what you promised: a task reminds you in time, on the record it belongs to."),
        action=Link(label=_("New task"), url=new_url, icon="plus") if new_url else None,
    )  # fmt: skip


# --- records --------------------------------------------------------------------------------------------
def recent(actor: Actor) -> list[Card]:
    """The records that the acting user changed last, as far as they still may see them."""
    latest: dict[tuple[str, int], str] = {}
    for event in by_actor(actor.user_id or 0, limit=LOOKED_AT):
        if event.record_id and registry.find(event.entity) is not None:
            latest.setdefault((event.entity, event.record_id), ago(event.at, actor.now(), actor.zone))
    return _cards(actor, latest)[:RECENT]


def pinned(actor: Actor) -> list[Card]:
    """What the reader has pinned, as far as they still may see it."""
    return _cards(actor, {(key, pk): "" for key, pk in pins.pinned_by(actor) if registry.find(key) is not None})


def _cards(actor: Actor, figures: Mapping[tuple[str, int], str]) -> list[Card]:
    """Cards of records, each with its figure; those out of reach are missing."""
    labels = {
        key: links.labels(key, {pk for entity, pk in figures if entity == key}, actor)
        for key in {entity for entity, _pk in figures}
        if gate.permits(actor, registry.get(key), "view")
    }
    return [
        Card(
            id=pk,
            title=labels[key][pk],
            url=addresses.record_of(key, pk),
            subtitle=str(registry.get(key).label),
            figure=figure,
        )
        for (key, pk), figure in figures.items()
        if pk in labels.get(key, {})
    ]


def icon_of(card: Card) -> str:
    """The icon of the card's entity, from its address."""
    entity = next((entity for entity in registry.entities() if addresses.record(entity, card.id) == card.url), None)
    return entity.icon if entity else "file"


def _nothing_recent() -> EmptyState:
    return EmptyState(
        title=_("Nothing changed by you yet"),
        text=_("The records you work on appear here, so that you find your way back to them."),
        icon="pencil",
    )


def _tiles(actor: Actor) -> list[Option]:
    """What is mine, per kind of record in the menu: number, name and the list behind it."""
    found = []
    for entity in registry.entities():
        field = receiving_field(entity) if entity.menu and entity.menu.group != "settings" else ""
        if not field or not gate.permits(actor, entity, "view"):
            continue
        mine = entity.rows_of(actor, Q(**{f"{field}_id": actor.stands_for})).order_by()
        number = mine[: COUNT_LIMIT + 1].count()
        shown = f"{number:,}" if number <= COUNT_LIMIT else f"{COUNT_LIMIT:,}+"
        label = str(entity.label_plural)
        found.append(
            Option(
                value=entity.key,
                label=_("My %(entities)s") % {"entities": label},
                hint=shown,
                icon=entity.icon,
                url=addresses.list_of(entity, filter=f'["me","{field}"]'),
            )
        )
    return found[:TILES]


# --- the beginning --------------------------------------------------------------------------------------
def _first_steps(actor: Actor) -> list[Step]:
    """What to do in a new installation, for those who may; nothing once all of it is done."""
    main = next((entity for entity in registry.entities() if entity.menu and entity.menu.group == "customers"), None)
    steps = [
        _step(
            actor,
            "access.department",
            _("Set up your departments"),
            _("Who sees what follows from the department tree."),
            at_least=2,
        ),
        _step(
            actor,
            "access.user",
            _("Add your colleagues"),
            _("Each gets an account, a department and roles."),
            at_least=2,
        ),
    ]
    if main is not None:
        name = {"entities": str(main.label_plural)}
        steps.append(
            _step(
                actor,
                main.key,
                _("Bring in your %(entities)s") % name,
                _("Import the table you already have, or begin with one record."),
                at_least=1,
            )
        )
    shown = [step for step in steps if step is not None]
    return [] if all(step.done for step in shown) else shown


def _step(actor: Actor, key: str, label: str, hint: str, *, at_least: int) -> Step | None:
    entity: Entity | None = registry.find(key)
    if entity is None or not gate.permits(actor, entity, "create"):
        return None
    done = entity.rows(actor).order_by()[:at_least].count() >= at_least
    return Step(label=label, hint=hint, url=addresses.list_of(entity), icon=entity.icon, done=done)
