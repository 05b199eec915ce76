"""Command: what can be done with it? Declared once, at hand as button, bulk action, REST call and job."""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext as _

from guanxi.platform.access import confirming, gate, kinds
from guanxi.platform.access.actions import name_action, name_actions_by
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field, fixed
from guanxi.platform.commands.outcome import Blocked, Hindrance
from guanxi.platform.entities import registry as entity_registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.events.registry import EventKind, declare, declare_by

#: What a record-level rule answers: True, or the reason why not.
Answer = bool | str | Promise
Rule = Callable[[Any, Actor], Answer]
#: What a rule for whole sets answers: record id → hindrance, for those it hinders.
SetRule = Callable[[Sequence[Any], Actor], dict[int, Hindrance]]
Undo = str | None


@dataclass(frozen=True)
class Input:
    """Annotation of a parameter: ``reason: Annotated[str, Input(_("Reason"))]``."""

    label: str | Promise
    kind: kinds.Kind | None = None
    help: str | Promise = ""
    target: str = ""


_KIND_OF: dict[type, kinds.Kind] = {
    str: kinds.TEXT,
    int: kinds.INTEGER,
    Decimal: kinds.DECIMAL,
    date: kinds.DATE,
    datetime: kinds.DATETIME,
    bool: kinds.BOOLEAN,
}


def always(record: Any, actor: Actor) -> Answer:
    """The rule of a command that is never blocked."""
    return True


@dataclass
class Command:
    """``apply(records, values, actor)`` sets fields of the records; the executor does everything else.

    ``past`` names the event it leaves (customers.customer.won), ``told`` its sentence; ``undo`` is "diff" (the inverse change),
    the name of an inverse command, or None; ``new`` commands make a record instead of taking one;
    ``many`` allows a selection; ``beside`` says that what it does lies beside the records, which stay as they are;
    ``hold`` says whether these inputs need a second person; ``confirm`` whether a person at a browser must have proved
    lately who they are. One that ``tells_itself`` leaves the events of the service it calls. ``starts`` gives what its form
    shows of a record at first; inputs that are not handed in are then no values at all. ``asks`` names the right it needs where
    that is not one of its own ("view": whoever sees the record); such a command ``tells_itself`` and leaves the record as it is."""

    entity_key: str
    name: str
    label: str | Promise
    past: str
    past_label: str | Promise
    apply: Callable[[Sequence[Any], dict[str, Any], Actor], None]
    inputs: Callable[[Actor], dict[str, Field]] = lambda actor: {}
    told: str | Promise = ""
    icon: str = "player-play"
    help: str | Promise = ""
    undo: Undo = "diff"
    new: bool = False
    many: bool = True
    primary: bool = False
    danger: bool = False
    on_deleted: bool = False
    removes: bool = False
    confirm: bool = False
    tells_itself: bool = False
    asks: str = ""
    beside: bool = False
    built_in: bool = False
    rule: Rule = always
    set_rule: SetRule | None = None
    starts: Callable[[Any, Actor], dict[str, Any]] | None = None
    hold: Callable[[Actor, Sequence[Any], dict[str, Any]], bool] | None = None
    function: Callable[..., None] | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return f"{self.entity_key}.{self.name}"

    @property
    def event(self) -> str:
        return f"{self.entity_key}.{self.past}"

    @property
    def entity(self) -> Entity:
        return entity_registry.get(self.entity_key)

    @property
    def right(self) -> str:
        """The action that the actor's rights must hold."""
        return self.asks or self.name

    def permits(self, actor: Actor) -> bool:
        """Whether the actor may run it on any record at all. Who only reads runs nothing, whatever right is asked for."""
        return gate.permits(actor, self.entity, self.right) and not (self.asks and actor.read_only)

    def require(self, actor: Actor) -> None:
        """Raise Forbidden unless the actor may run it on some record."""
        gate.require(actor, self.entity, self.right)
        if not self.permits(actor):
            raise gate.Forbidden(_("“%(command)s” needs a token that may write.") % {"command": self.label})

    @property
    def takes_fields(self) -> bool:
        """Whether its inputs are fields of the record (create, edit, assign), not parameters."""
        return self.function is None

    def note_of(self, values: Mapping[str, Any]) -> str:
        """What is said about the event. Where a record is made or edited "note" is a field of it, which field rules would not
        reach in the event."""
        return "" if self.built_in and self.name in ("create", "edit") else str(values.get("note") or "")

    def require_confirmation(self, actor: Actor) -> None:
        """Raise gate.MustConfirm if the command is dangerous and nobody has proved lately who they are."""
        if self.confirm or self.name in self.entity.confirmed:
            confirming.require(actor)

    def allowed(self, rule: Rule) -> Rule:
        """Decorator: the rule that says when the command is possible, or why not."""
        self.rule = rule
        return rule

    def held_when(self, condition: Callable[[Actor, Sequence[Any], dict[str, Any]], bool]) -> Callable[..., bool]:
        """Decorator: when a second person must approve."""
        self.hold = condition
        return condition

    def blocked(self, record: Any, actor: Actor) -> str:
        """Why the command cannot be run on the record now; empty if it can."""
        answer = self.rule(record, actor)
        return "" if answer is True else str(answer or self.help or self.label)

    def hindrances(self, records: Sequence[Any], actor: Actor) -> dict[int, Hindrance]:
        """Record id → why the command cannot be run on it now. The rule of the set is asked once, when it matters: buttons
        only ask ``blocked``."""
        found = {record.pk: Hindrance(reason) for record in records if (reason := self.blocked(record, actor))}
        if self.set_rule is not None:
            found |= self.set_rule([record for record in records if record.pk not in found], actor)
        return found

    def refuse_hindered(self, records: Sequence[Any], actor: Actor) -> None:
        """Raise Blocked if there is a hindrance for one of the records."""
        found = self.hindrances(records, actor)
        if found:
            raise Blocked(
                {pk: one.reason for pk, one in found.items()},
                [each for one in found.values() for each in one.hanging],
                [each for one in found.values() for each in one.uses],
            )


_commands: dict[str, Command] = {}
#: What derives the commands of an entity; commands.py sets it, because it needs this file.
_derive: list[Callable[[Entity], list[Command]]] = []


def register(command: Command) -> Command:
    """Add a command and the event it leaves. Refuses a second one of the same key."""
    if command.key in _commands:
        raise ImproperlyConfigured(f"two commands are called {command.key}")
    if command.asks and not command.tells_itself:
        raise ImproperlyConfigured(
            f"{command.key} asks for a right that is not its own, so it may not change the record"
        )
    _commands[command.key] = command
    if not command.asks:
        name_action(command.entity_key, command.name, command.label)
    if command.tells_itself:
        return command
    declare(command.event, label=command.past_label, template=_told(command), icon=command.icon)
    return command


def _told(command: Command) -> str | Promise:
    return command.told or format_lazy("%(actor)s · {} · %(record)s", command.past_label)


def get(key: str) -> Command:
    """The command of a key. Raises LookupError."""
    return _commands.get(key) or _provided()[key]


def commands_of(entity: Entity) -> list[Command]:
    """The commands of an entity in the order of declaration, built-in ones first."""
    found = _commands if entity_registry.stands_in_code(entity.key) else _provided()
    own = [command for command in found.values() if command.entity_key == entity.key]
    return sorted(own, key=lambda command: not command.built_in)


def all_commands() -> list[Command]:
    return [*_commands.values(), *_provided().values()]


# --- of entities that are described by data -------------------------------------------------------------
def derive_by(make: Callable[[Entity], list[Command]]) -> None:
    """Say what derives the commands of an entity."""
    _derive.append(make)


def _provided() -> dict[str, Command]:
    """Key → command of the entities that are described by data, as the configuration has them now."""
    found: dict[str, Command] = entity_registry.cached("provided commands", _derive_provided)
    return found


def _derive_provided() -> dict[str, Command]:
    entities = entity_registry.provided().values()
    return {command.key: command for entity in entities for make in _derive for command in make(entity)}


def _provided_kinds() -> dict[str, EventKind]:
    return {
        command.event: EventKind(command.event, command.past_label, _told(command), command.icon)
        for command in _provided().values()
        if not command.tells_itself
    }


declare_by(lambda: entity_registry.cached("provided kinds of events", _provided_kinds))
name_actions_by(lambda: {(one.entity_key, one.name): one.label for one in _provided().values() if not one.asks})


def command(
    entity: str | type[models.Model], *, label: str | Promise, past: str, past_label: str | Promise, **options: Any
) -> Callable[[Callable[..., None]], Command]:
    """Declare a command on an entity by its function::

        @command(Opportunity, label=_("Win"), past="won", past_label=_("Won"), icon="trophy")
        def win(opportunity: Opportunity, actor: Actor, *, reason: Annotated[str, Input(_("Reason"))]) -> None: ...

    The body only sets fields or calls services. Keyword-only parameters become the form."""

    def declare_command(function: Callable[..., None]) -> Command:
        inputs = inputs_of(function)

        def apply(records: Sequence[Any], values: dict[str, Any], actor: Actor) -> None:
            for record in records:
                function(record, actor, **values)

        key = entity if isinstance(entity, str) else entity._meta.label_lower
        return register(
            Command(
                key,
                function.__name__,
                label,
                past,
                past_label,
                apply,
                inputs=lambda actor: inputs,
                function=function,
                **options,
            )
        )

    return declare_command


def inputs_of(function: Callable[..., Any]) -> dict[str, Field]:
    """The fields of a command's form, from its keyword-only parameters. TypeError if one has no kind."""
    hints = get_type_hints(function, include_extras=True)
    found = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
            continue
        hint, note = hints[name], None
        if get_origin(hint) is Annotated:
            hint, *notes = get_args(hint)
            note = next((one for one in notes if isinstance(one, Input)), None)
        default = None if parameter.default is inspect.Parameter.empty else parameter.default
        found[name] = _input(name, hint, note or Input(name.replace("_", " ").capitalize()), default).with_(
            required=parameter.default is inspect.Parameter.empty
        )
    return found


def _input(name: str, hint: Any, note: Input, default: Any) -> Field:
    common: dict[str, Any] = {"key": name, "label": note.label, "help": note.help, "default": default}
    if note.kind is not None:
        return Field(kind=note.kind, target=note.target, **common)
    if isinstance(hint, type) and issubclass(hint, models.TextChoices):
        return Field(kind=kinds.CHOICE, choices=fixed(hint), **common)
    if isinstance(hint, type) and issubclass(hint, models.Model):
        return Field(kind=kinds.LINK, target=hint._meta.label_lower, **common)
    if hint in _KIND_OF:
        return Field(kind=_KIND_OF[hint], **common)
    raise TypeError(
        f"the parameter {name} has no kind: annotate it with a type the platform knows or with Input(kind=…)"
    )
