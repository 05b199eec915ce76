"""The configuration as one file: written in one installation, compared with another and brought into it.

Everything is known by keys that are the same in all installations. Bringing it in goes through the commands, in one
transaction; what does not fit is left out and said. Doing it again changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import orjson
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import override

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Refusal
from guanxi.platform.customizing.carried import DASHBOARD, REPORT, Carrier, Dashboards, Reports
from guanxi.platform.customizing.choices import CHOOSING, FieldKind
from guanxi.platform.customizing.models import CustomChoice, CustomField, FormRule, Layout
from guanxi.platform.entities import registry
from guanxi.platform.refdata.fields import complete_labels
from guanxi.platform.refdata.models import Code
from guanxi.platform.refdata.registry import code_tables
from guanxi.platform.reports import definition

FORMAT, VERSION = "guanxi.configuration", 1
MOST_BYTES, MOST_ITEMS = 2_000_000, 5_000

Values = dict[str, Any]


class State(StrEnum):
    """How an entry of a file stands to this installation."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


class NotAConfiguration(ValueError):
    """The file is none of ours; the message says why."""


@dataclass(frozen=True)
class Part:
    """One list of the file: which entity it holds, by which of its values an entry is known, and which never change. An
    ``optional`` one is left out for those who have no right to it. What belongs to another room brings its ``carrier``;
    ``called`` is what its entries are, where they are no records of ``entity``."""

    name: str
    entity: str
    known_by: tuple[str, ...]
    values: tuple[str, ...]
    stays: tuple[str, ...] = ()
    labels: bool = True
    optional: bool = False
    carrier: Carrier | None = None
    called: str | Promise = ""


PARTS = (
    Part(
        "fields", "customizing.customfield", ("entity", "key"),
        ("kind", "help", "required", "start", "max_length", "decimals", "target", "formula", "sensitivity", "purpose",
         "retention", "position", "active"), stays=("kind", "target"),
    ),
    Part("choices", "customizing.customchoice", ("entity", "field", "key"), ("color", "position", "active")),
    Part("rules", "customizing.formrule", ("entity", "key"), ("condition", "field", "effect", "options", "active")),
    Part("layouts", "customizing.layout", ("entity", "role"), ("changes", "active"), labels=False),
    Part("codes", "refdata.code", ("table", "key"), ("parent", "position", "active"), optional=True),
    Part("reports", REPORT, ("subject", "name", "role"), definition.PARTS, labels=False, optional=True, carrier=Reports()),
    Part("dashboards", DASHBOARD, ("name", "role"), ("home", "tiles"), labels=False, optional=True, carrier=Dashboards()),
)  # fmt: skip
#: Those of upper rooms, which register themselves, before and behind our own.
_before: list[Part] = []
_behind: list[Part] = []


def register(part: Part, *, first: bool = False) -> None:
    """Add a part to the file, behind all others, or as the ``first`` where others build on it."""
    (_before if first else _behind).append(part)


def parts() -> tuple[Part, ...]:
    return (*_before, *PARTS, *_behind)


@dataclass
class Entry:
    """One entry of a file. ``differs`` are the names of its values that are other here; ``message`` says what is against it."""

    part: Part
    values: Values
    state: State = State.NEW
    differs: tuple[str, ...] = ()
    message: str = ""
    here: Values | None = None
    pk: int | None = None

    @property
    def known_by(self) -> tuple[str, ...]:
        return tuple(str(self.values.get(name) or "") for name in self.part.known_by)

    @property
    def label(self) -> str:
        return " / ".join(filter(None, self.known_by))


@dataclass
class Plan:
    entries: list[Entry] = field(default_factory=list)

    def count(self, state: State) -> int:
        return sum(entry.state is state for entry in self.entries)


# --- out ------------------------------------------------------------------------------------------------------
def written(actor: Actor) -> bytes:
    """The configuration of this installation. Raises Forbidden."""
    lists: dict[str, Any] = {}
    for part in parts():
        entity = registry.get(part.entity)
        if part.optional and not gate.permits(actor, entity, "export"):
            continue
        gate.require(actor, entity, "export")
        if part.carrier:
            lists[part.name] = list(part.carrier.leaving(actor))
            continue
        found = _codes(made_here=True) if part.name == "codes" else _here(part, actor).values()
        lists[part.name] = [values for _pk, values in found]
    content = {"format": FORMAT, "version": VERSION, **lists}
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS)


def _here(part: Part, actor: Actor) -> dict[tuple[str, ...], tuple[int, Values]]:
    """What there is of a part, by what it is known by, of several alike the oldest. One query; bounded by the limits per
    kind of record."""
    rows = part.carrier.here(actor) if part.carrier else _OWN[part.name]()
    found: dict[tuple[str, ...], tuple[int, Values]] = {}
    for pk, values in rows:
        found.setdefault(tuple(str(values[name] or "") for name in part.known_by), (pk, values))
    return found


def _values(part: Part, row: Any, **more: Any) -> tuple[int, Values]:
    found = {name: getattr(row, name) for name in (*part.known_by, *part.values) if name not in more}
    return row.pk, {**found, **more, **({"labels": row.labels} if part.labels else {})}


def _fields() -> Iterator[tuple[int, Values]]:
    for row in CustomField.objects.order_by("entity", "position", "key"):
        yield _values(PARTS[0], row)


def _choices() -> Iterator[tuple[int, Values]]:
    for row in CustomChoice.objects.select_related("field").order_by("field__entity", "field__key", "position", "key"):
        yield _values(PARTS[1], row, entity=row.field.entity, field=row.field.key)


def _rules() -> Iterator[tuple[int, Values]]:
    for row in FormRule.objects.order_by("entity", "key"):
        yield _values(PARTS[2], row)


def _layouts() -> Iterator[tuple[int, Values]]:
    for row in Layout.objects.select_related("role").order_by("entity", "role__key"):
        yield _values(PARTS[3], row, role=row.role.key if row.role else "")


def _codes(*, made_here: bool = False) -> Iterator[tuple[int, Values]]:
    """The entries of code tables; ``made_here``: those that people made or changed. Parents were made before what is below."""
    for row in Code.objects.select_related("parent").order_by("pk"):
        if not made_here or row.shipped is None or row.edited:
            yield _values(PARTS[4], row, parent=row.parent.key if row.parent else "")


#: How the parts of this room are read.
_OWN = {"fields": _fields, "choices": _choices, "rules": _rules, "layouts": _layouts, "codes": _codes}


# --- in -------------------------------------------------------------------------------------------------------
def read(content: bytes, actor: Actor) -> Plan:
    """The entries of a file, compared with what is here. Raises NotAConfiguration."""
    entries = _entries(_parsed(content))
    here = {part.name: _here(part, actor) for part in {entry.part.name: entry.part for entry in entries}.values()}
    roles = set(Role.objects.values_list("key", flat=True))
    coming = {entry.part.carrier.brings(entry.values) for entry in entries if entry.part.carrier} - {""}
    for entry in entries:
        _compare(entry, here[entry.part.name], roles, coming)
    return Plan(entries)


def _parsed(content: bytes) -> Mapping[str, Any]:
    if len(content) > MOST_BYTES:
        raise NotAConfiguration(_("The file is too large to be a configuration."))
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise NotAConfiguration(_("This is no configuration file. Export one in the other installation.")) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise NotAConfiguration(_("This is no configuration file. Export one in the other installation."))
    if found.get("version") != VERSION:
        raise NotAConfiguration(_("The file was written by another version. Bring this installation up to date first."))
    return found


def _entries(content: Mapping[str, Any]) -> list[Entry]:
    found = []
    for part in parts():
        listed = content.get(part.name, [])
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise NotAConfiguration(_("The part “%(part)s” of the file cannot be read.") % {"part": part.name})
        names = {*part.known_by, *part.values, *(["labels"] if part.labels else [])}
        found += [Entry(part, {name: value for name, value in one.items() if name in names}) for one in listed]
    if len(found) > MOST_ITEMS:
        raise NotAConfiguration(_("The file is too large to be a configuration."))
    return found


def _compare(
    entry: Entry, here: Mapping[tuple[str, ...], tuple[int, Values]], roles: set[str], coming: set[str]
) -> None:
    """``coming`` are the kinds of record that the file itself brings."""
    role = str(entry.values.get("role") or "")
    if missing := next((key for key in _not_installed(entry) if key not in coming), ""):
        entry.state, entry.message = State.UNKNOWN, _("“%(key)s” is not installed here.") % {"key": missing}
        return
    if role and role not in roles:
        entry.state, entry.message = State.UNKNOWN, _("There is no role “%(key)s” here.") % {"key": role}
        return
    found = here.get(entry.known_by)
    if found is None:
        return
    entry.pk, entry.here = found
    entry.differs = tuple(
        name
        for name, value in entry.values.items()
        if name not in entry.part.known_by and _other(name, value, found[1])
    )
    if stays := sorted({*entry.part.stays} & {*entry.differs}):
        entry.state = State.CONFLICT
        entry.message = _("It is here already with another value of: %(names)s.") % {"names": ", ".join(stays)}
    else:
        entry.state = State.CHANGED if entry.differs else State.SAME


def _not_installed(entry: Entry) -> Iterator[str]:
    """What the entry is for and what it leads to, where there is no such thing here."""
    if entry.part.name == "codes":
        table = str(entry.values.get("table"))
        yield from [] if table in {one.name for one in code_tables()} else [table]
        return
    for key in (str(entry.values.get(name) or "") for name in ("entity", "target", "subject", "host")):
        if key and registry.find(key) is None:
            yield key


def _other(name: str, value: Any, here: Values) -> bool:
    if name == "labels":
        return not isinstance(value, dict) or complete_labels(value) != here["labels"]
    return bool(value != here[name])


def bring_in(content: bytes, actor: Actor, *, trial: bool) -> Plan:
    """Bring the file in, in one transaction; as a trial nothing stays. What a command refuses becomes a conflict and is left
    out. Raises NotAConfiguration, Forbidden."""
    _require_writing(actor, [part for part in PARTS if not part.optional])
    plan = read(content, actor)
    brought = {entry.part.name for entry in plan.entries}
    _require_writing(actor, [part for part in parts() if part.name in brought])
    with transaction.atomic():
        late: list[Entry] = []
        for entry in sorted(plan.entries, key=_turn):
            if entry.state in (State.NEW, State.CHANGED):
                _try(entry, actor, late)
        for entry in late:
            _attempt(entry, lambda one=entry: _edit(one, {"start": one.values["start"]}, actor))  # type: ignore[misc]
        if trial:
            transaction.set_rollback(True)
        elif plan.count(State.NEW) or plan.count(State.CHANGED):
            registry.configuration_changed()  # anew, as the last: nobody can have read this version before its commit
    registry.look_again()
    return plan


def _require_writing(actor: Actor, parts: Iterable[Part]) -> None:
    for part in parts:
        for action in ("create", "edit"):
            gate.require(actor, registry.get(part.entity), action)


def _turn(entry: Entry) -> tuple[int, bool]:
    """Kinds of record and fields before what names them; formulas after the fields that they read, kinds after those on which
    they hang."""
    values = entry.values
    return parts().index(entry.part), values.get("kind") == FieldKind.FORMULA or bool(values.get("host"))


def _try(entry: Entry, actor: Actor, late: list[Entry]) -> None:
    values = {name: value for name, value in entry.values.items() if name in entry.part.values}
    if entry.part.name == "fields" and values.get("kind") in CHOOSING and values.get("start"):
        values.pop("start")  # its choices come first
        late.append(entry)
    if carrier := entry.part.carrier:
        _attempt(entry, lambda: carrier.write(entry.pk, entry.values, actor))
    elif entry.here is None:
        _attempt(entry, lambda: _create(entry, values, actor))
    else:
        changed = {name: value for name, value in values.items() if name in entry.differs}
        _attempt(entry, lambda: _edit(entry, changed, actor))


def _attempt(entry: Entry, write: Any) -> None:
    try:
        with transaction.atomic():
            write()
    except (Refusal, gate.NotFound, gate.Forbidden) as refusal:
        entry.state, entry.message = State.CONFLICT, str(refusal)


def _create(entry: Entry, values: Values, actor: Actor) -> None:
    labels = _labels(entry)
    language = next(iter(labels), "")
    inputs = _inputs(entry, values) | _identity(entry) | ({"label": labels[language]} if labels else {})
    with override(language or None):
        run(commands.get(f"{entry.part.entity}.create"), actor, inputs=inputs)
    _name(entry, labels, actor)


def _edit(entry: Entry, values: Values, actor: Actor) -> None:
    pk = _here(entry.part, actor)[entry.known_by][0]
    if values:
        run(commands.get(f"{entry.part.entity}.edit"), actor, ids=[pk], inputs=_inputs(entry, values))
    if "labels" in entry.differs:
        _name(entry, _labels(entry), actor)


def _name(entry: Entry, labels: Mapping[str, str], actor: Actor) -> None:
    """Each language is a text of its own in the form."""
    if not labels:
        return
    pk, here = _here(entry.part, actor)[entry.known_by]
    for language, text in labels.items():
        if here["labels"].get(language) != text:
            with override(language):
                run(commands.get(f"{entry.part.entity}.edit"), actor, ids=[pk], inputs={"label": text})


def _labels(entry: Entry) -> dict[str, str]:
    labels = entry.values.get("labels")
    return complete_labels(labels) if isinstance(labels, dict) else {}


def _inputs(entry: Entry, values: Values) -> Values:
    """As a form would send them."""
    if entry.part.name == "codes" and "parent" in values:
        above = Code.objects.filter(table=entry.values.get("table"), key=values["parent"] or "").first()
        return {**values, "parent": above.pk if above else None}
    return {name: orjson.dumps(value).decode() if name == "changes" else value for name, value in values.items()}


def _identity(entry: Entry) -> Values:
    """What a new record is known by, links as ids."""
    values = entry.values
    if entry.part.name == "choices":
        row = CustomField.objects.filter(entity=values.get("entity"), key=values.get("field")).first()
        return {"field": row.pk if row else None, "key": values.get("key")}
    if entry.part.name == "layouts":
        role = Role.objects.filter(key=values.get("role") or "").first()
        return {"entity": values.get("entity"), "role": role.pk if role else None}
    return {name: values.get(name) for name in entry.part.known_by}
