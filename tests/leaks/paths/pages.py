"""Pages that show many records at once."""

import json
from typing import Any

from guanxi.platform.access import kinds
from guanxi.platform.access.grants import MASKED_BY_DEFAULT
from guanxi.platform.commands.command import commands_of
from guanxi.platform.commands.record_event import by
from guanxi.platform.entities import registry
from guanxi.platform.events.services import NewEvent, append
from guanxi.platform.ui.list_state import groupable, layouts_of, may_restore
from guanxi.platform.ui.models import SavedView
from tests.contract.factories import MAKER
from tests.leaks.canaries import Canary
from tests.leaks.doors import PART, Page
from tests.leaks.registry import path

NEWEST = {"sort": "-id"}


def columns(canary: Canary) -> str:
    return ",".join(canary.words)


def layouts(canary: Canary) -> list[str]:
    """Table, board and tree; a card shows the title and little else, so the title must have a word."""
    entity = canary.entity
    told = not canary.words or entity.title_field in canary.words
    return [one for one in layouts_of(entity, MAKER) if one == "table" or (told and one not in ("group", "calendar"))]


def month_of(canary: Canary) -> str:
    calendar = canary.entity.calendar
    day = calendar and canary.entity.fields()[calendar.at].get(canary.record)
    return f"{day:%Y-%m}" if day else ""


@path("list", same=True, variants=layouts)
def show_list(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    asked = {"columns": columns(canary), **NEWEST} if variant == "table" else {}
    return caller.get(canary.entity, "list", layout=variant, **asked)


@path("month", variants=lambda canary: named(canary) if canary.entity.calendar else [])
def month(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "list", layout="calendar", month=month_of(canary))


def view_of_all(world: Any, canary: Canary, variant: str, reader: Any) -> int:
    """A view that somebody who sees everything has saved for everybody."""
    state = {"columns": columns(canary), **NEWEST}
    chief = world.users["chief"]
    view = SavedView.objects.create(
        entity=canary.entity.key, owner=chief, name="all", state=state, audience="everybody", created_at=MAKER.now()
    )
    return view.pk


@path("saved view", prepare=view_of_all, rules=("scope", "commands"))
def saved_view(caller: Page, canary: Canary, variant: str, given: int) -> str:
    return caller.get(canary.entity, "list", view=given)


def by_fields(canary: Canary) -> list[str]:
    return groupable(canary.entity)[:1]


@path("group-by", same=True, variants=by_fields)
def group_by(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """The chart and the list beneath it."""
    return caller.get(canary.entity, "list", layout="group", group=variant, columns=columns(canary), **NEWEST)


def searchable(canary: Canary) -> list[str]:
    return [key for key in canary.words if "contains" in canary.entity.fields()[key].operators][:1]


def found(canary: Canary, number: str) -> str:
    """A number that is not nought tells as much as the word that was asked for."""
    return "".join(canary.marks) if any(digit in number for digit in "123456789") else ""


@path("count", variants=searchable)
def count(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    tree = json.dumps(["contains", variant, canary.words[variant]])
    number = caller.get(canary.entity, "count", filter=tree)
    return "" if caller.shut else found(canary, number)


@path("board, further cards", variants=lambda canary: ["cards"] if "kanban" in layouts(canary) else [])
def cards(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    by = canary.entity.kanban.by
    value = canary.entity.fields()[by].get(canary.record)
    return caller.get(canary.entity, "cards", value=value, layout="kanban", headers=PART)


@path("tree, branches", variants=lambda canary: ["roots"] if "tree" in layouts(canary) else [])
def roots(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "children", 0, headers=PART)


def below(world: Any, canary: Canary, variant: str, reader: Any) -> int:
    """The record as a branch of the other one of its kind."""
    tree, key = canary.entity.tree, canary.entity.key
    other = world.far[key] if world.near[key].pk == canary.pk else world.near[key]
    column = f"{tree.parent}_id" if tree else ""
    canary.entity.source.model._base_manager.filter(pk=canary.pk).update(**{column: other.pk})
    return int(other.pk)


@path(
    "tree, a branch",
    variants=lambda canary: ["branch"] if "tree" in layouts(canary) else [],
    prepare=below,
    common=True,
)
def branch(caller: Page, canary: Canary, variant: str, given: int) -> str:
    return caller.get(canary.entity, "children", given, headers=PART)


def named(canary: Canary) -> list[str]:
    """What can be picked by its name: what has a word for a title."""
    return ["title"] if canary.entity.title_field in canary.words else []


def typed(canary: Canary) -> list[str]:
    """What is found by what its name begins with: names in several languages are asked for by their pinyin."""
    plain_name = canary.entity.fields()[canary.entity.title_field].lookup == canary.entity.title_field
    return named(canary) if plain_name else []


@path("picker", variants=typed, common=True)
def picker(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """By the beginning, the end and the whole of the name, and by nothing."""
    word = canary.words[canary.entity.title_field]
    address = f"/pick/{canary.entity.module}/{canary.entity.name}/"
    answers = [caller.open(address, q=text) for text in (word, word[:4], word[4:], "")]
    options = [
        one for answer in answers if answer.startswith("{") for one in json.loads(answer.split("\n")[0])["results"]
    ]
    return " ".join(f"{one['text']} {one['hint']}" for one in options)


def binned(world: Any, canary: Canary, variant: str, reader: Any) -> None:
    """The record as one that was deleted."""
    canary.entity.source.model._base_manager.filter(pk=canary.pk).update(deleted_at=MAKER.now())


def restorable(canary: Canary) -> list[str]:
    return ["bin"] if may_restore(canary.entity, MAKER) else []


@path("fields to filter by", rules=("commands",))
def filter_fields(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    caller.get(canary.entity, "filter")
    return found(canary, "0" if caller.shut else "1")


@path("recycle bin", variants=restorable, prepare=binned, needs="restore", common=True)
def recycle_bin(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """For those without the right the list of what is there."""
    return caller.get(canary.entity, "list", deleted="1", columns=columns(canary), **NEWEST)


# --- taken away --------------------------------------------------------------------------------------------
def plain(canary: Canary) -> list[str]:
    """Columns that leave the house without a second person's consent."""
    fields = canary.entity.fields()
    return [key for key in canary.words if fields[key].sensitivity not in MASKED_BY_DEFAULT]


@path("export", same=True, variants=lambda canary: ["csv"] if plain(canary) else [], needs="export")
def export(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.get(canary.entity, "export", run="1", format=variant, columns=",".join(plain(canary)))


@path("export of ticked", variants=lambda canary: ["csv"] if plain(canary) else [], needs="export", one=True)
def export_ticked(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    asked = {"run": "1", "format": variant, "columns": ",".join(plain(canary)), "ids": str(canary.pk)}
    return caller.get(canary.entity, "export", **asked)


@path("print of the list", same=True, variants=lambda canary: ["paper", "pdf"] if plain(canary) else [], needs="export")
def print_list(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    asked = {"columns": ",".join(plain(canary)), **NEWEST, "format": variant}
    return caller.get(canary.entity, "print_list", **asked)


# --- bulk ---------------------------------------------------------------------------------------------------
def many(canary: Canary) -> list[str]:
    wanted = [one for one in commands_of(canary.entity) if one.many and not one.new and not one.on_deleted]
    return [one.name for one in wanted]


def sampled(canary: Canary) -> list[str]:
    """Where the sample of a preview shows a word."""
    return ["edit"] if "edit" in many(canary) and set(canary.words) & set(canary.entity.list_columns()[:4]) else []


@path("bulk preview", variants=sampled, needs="edit", one=True)
def bulk_preview(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """The sample of what is ticked."""
    return caller.post(canary.entity, "bulk_command", variant, sent={"ids": str(canary.pk)})


@path("bulk bar", needs="view", common=True, rules=("scope", "commands"))
def bulk_bar(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    """How many of the ticked it finds."""
    caller.post(canary.entity, "bulk", sent={"ids": str(canary.pk)})
    return "" if caller.shut else found(canary, str(caller.last.context["bar"].count))


@path("bulk preview of everything", same=True, variants=sampled, needs="edit", rules=("scope",))
def bulk_of_all(caller: Page, canary: Canary, variant: str, given: Any) -> str:
    return caller.post(canary.entity, "bulk_command", variant, sent={"all": "1"})


# --- labels of links ------------------------------------------------------------------------------------------
def links_to(canary: Canary) -> list[str]:
    """Fields of other records that may lead to this one: "entity field"."""
    if not named(canary):
        return []
    found = []
    for entity in registry.entities():
        names = {one.name for one in commands_of(entity)}
        for key, field in entity.writable(MAKER).items() if "edit" in names and entity.is_record else ():
            above = key in (entity.hangs_on, entity.parent)
            if field.target == canary.entity.key and field.kind is not kinds.FILE and not above:
                found.append(f"{entity.key} {key}")
    return found


def linked(world: Any, canary: Canary, variant: str, reader: Any) -> Canary:
    """A record of the keeper that leads to the canary."""
    key, field = variant.split()
    holder = world.near[key]
    model = holder.entity.source.model
    if any(column.attname == f"{field}_id" for column in model._meta.concrete_fields):
        before = getattr(holder.record, f"{field}_id")
        model._base_manager.filter(pk=holder.pk).update(**{f"{field}_id": canary.pk})
        _tell(holder, field, before, canary.pk)
    else:  # its value lies among others in one column
        described, record = holder.entity.fields()[field], holder.record
        before = described.get(record)
        described.put(record, canary.pk)
        record.save()
        _tell(holder, field, before, canary.pk)
    return holder


def _tell(holder: Canary, field: str, before: int | None, after: int) -> None:
    kind = f"{holder.entity.key}.edited"
    diff = {field: [before, after]}
    append([NewEvent(kind=kind, entity=holder.entity.key, record_id=holder.pk, diff=diff, **by(MAKER))])


#: Shapes in which the reader has both records before them, as far as rights go.
PLACES = ("own", "department", "subtree", "region", "deputy", "hidden field", "masked field")


@path("label of a link", variants=links_to, prepare=linked, only=PLACES, common=True)
def label_of_link(caller: Page, canary: Canary, variant: str, given: Canary) -> str:
    field = variant.split()[1]
    entity, shown = given.entity, {"columns": field, "sort": "-id"}
    texts = [
        caller.get(entity, "list", **shown),
        caller.get(entity, "list", layout="group", group=field),
        caller.get(entity, "record", given.pk),
        caller.get(entity, "tab", given.pk, "history", headers=PART),
        caller.get(entity, "peek", given.pk, headers=PART),
        caller.get(entity, "edit", given.pk),
        caller.get(entity, "print_record", given.pk),
        caller.get(entity, "print_list", **shown),
        caller.get(entity, "export", run="1", format="csv", columns=field),
    ]
    return "\n".join(texts)
