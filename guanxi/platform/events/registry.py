"""Event kinds: what can happen, how it is called, drawn and told, and which typed fields it has.

@event("customers.customer.won", label=_("Won"), template=_("%(actor)s won %(record)s"), icon="trophy")
@dataclass(frozen=True)
class Won(Payload):
    reason: str = ""
"""

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.payloads import Payload, Upgrade, field_types, from_json
from guanxi.platform.events.registration import RegistrationError, Registry

Text = str | Promise

PLACEHOLDERS = ("actor", "record", "label", "note")
"""What every template may name; the fields of the kind's payload come on top."""

_KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*){1,3}")
_TEMPLATE = _("%(actor)s: %(label)s %(record)s")
_KEY_LENGTH = 120
_PLACE = re.compile(r"%%|%\((\w+)\)s")


@dataclass(frozen=True, eq=False)
class EventKind:
    """A kind. ``key`` is ``module.entity.what_happened`` (``room.what_happened`` on the platform).

    ``schema`` is the version of the payload's shape, ``upgrades`` lead from each older one to the next.
    """

    key: str
    label: Text
    template: Text
    icon: str
    payload: type[Payload] | None = None
    schema: int = 1
    upgrades: dict[int, Upgrade] = field(default_factory=dict)

    def upgrade(self, schema: int) -> Callable[[Upgrade], Upgrade]:
        """Decorator of the function that turns stored JSON of ``schema`` into that of ``schema + 1``."""

        def register(function: Upgrade) -> Upgrade:
            if _registry.frozen:
                raise RegistrationError(f"The upgrade of {self.key} from {schema} comes too late")
            if not 1 <= schema < self.schema:
                raise RegistrationError(f"{self.key} has schema {self.schema}: nothing upgrades from {schema}")
            if schema in self.upgrades or not callable(function):
                raise RegistrationError(f"The upgrade of {self.key} from {schema} is declared twice or no function")
            self.upgrades[schema] = function
            return function

        return register

    def read(self, data: Mapping[str, Any] | None, schema: int) -> Payload | dict[str, Any] | None:
        """The stored payload as today's dataclass.

        What cannot become one (written by a later version of the program, or by hand) is given back as it is:
        history must be readable whatever stands in it.
        """
        if data is None or self.payload is None or schema > self.schema:
            return None if data is None else dict(data)
        try:
            current = dict(data)
            for step in range(schema, self.schema):
                current = self.upgrades[step](current)
            return from_json(self.payload, current)
        except (KeyError, TypeError, ValueError, ArithmeticError):
            return dict(data)


_registry: Registry[EventKind] = Registry("Event kind", EventKind)
#: What gives the kinds that come and go with the configuration.
_more: list[Callable[[], Mapping[str, EventKind]]] = []
PayloadClass = TypeVar("PayloadClass", bound=type[Payload])


def declare(
    key: str,
    *,
    label: Text,
    template: Text = _TEMPLATE,
    icon: str = "point",
    payload: type[Payload] | None = None,
    schema: int = 1,
) -> EventKind:
    """Declare a kind at start-up; RegistrationError for a duplicate, a late or a wrongly made one.

    ``template`` is a whole sentence with the named places of PLACEHOLDERS and the payload's fields.
    """
    if not _KEY.fullmatch(key) or len(key) > _KEY_LENGTH:
        raise RegistrationError(f"Event kind {key!r} is not of the form module.entity.what_happened")
    if not isinstance(label, Text) or not isinstance(template, Text) or not isinstance(schema, int) or schema < 1:
        raise RegistrationError(f"Event kind {key}: label and template are text, schema is a number from 1")
    if payload is None and schema > 1:
        raise RegistrationError(f"Event kind {key} has no payload whose schema could be {schema}")
    if payload is not None:
        try:
            taken = {"kind", "upgrade", *PLACEHOLDERS} & field_types(payload).keys()
        except TypeError as error:
            raise RegistrationError(f"Event kind {key}: {error}") from error
        if taken:
            raise RegistrationError(f"Event kind {key}: a payload cannot have a field named {', '.join(sorted(taken))}")
    return _registry.add(key, EventKind(key, label, template, icon, payload, schema))


def event(
    key: str, *, label: Text, template: Text, icon: str = "point", schema: int = 1
) -> Callable[[PayloadClass], PayloadClass]:
    """Decorator of a frozen dataclass derived from Payload: declares the kind whose typed fields it describes."""

    def register(payload: PayloadClass) -> PayloadClass:
        payload.kind = declare(key, label=label, template=template, icon=icon, payload=payload, schema=schema)
        return payload

    return register


def declare_by(more: Callable[[], Mapping[str, EventKind]]) -> None:
    """Say what gives the kinds that come and go with the configuration, by key."""
    _more.append(more)


def declared() -> dict[str, EventKind]:
    """The kinds that stand in code, by key."""
    return _registry.all()


def kinds() -> dict[str, EventKind]:
    """Every declared kind by key, then those that come and go."""
    found = _registry.all()
    for more in _more:
        found |= more()
    return found


def kind_of(key: str) -> EventKind | None:
    """The kind, or None for one that this installation does not (or no longer) know."""
    return _registry.get(key) or next((kind for more in _more if (kind := more().get(key))), None)


def freeze() -> None:
    """Close the registry and check what could not be checked one by one."""
    for kind in _registry.entries():
        missing = set(range(1, kind.schema)) - kind.upgrades.keys()
        if missing:
            raise RegistrationError(f"Event kind {kind.key} has no upgrade from schema {min(missing)}")
        _check_template(kind)
    _registry.frozen = True


def opened() -> AbstractContextManager[None]:
    """Context manager for tests: kinds may be declared inside and are gone afterwards."""
    return _registry.opened()


def _check_template(kind: EventKind) -> None:
    known = {*PLACEHOLDERS, *(field_types(kind.payload) if kind.payload else ())}
    with translation.override("en"):
        template = str(kind.template)
    named = _PLACE.findall(template)
    if "%" in _PLACE.sub("", template) or not known.issuperset(filter(None, named)):
        raise RegistrationError(
            f"Event kind {kind.key}: template {template!r} may hold %% and %(name)s with {', '.join(sorted(known))}"
        )


def template_values(payload: Payload | dict[str, Any] | None) -> Iterator[tuple[str, Any]]:
    """The payload's fields for a template."""
    if isinstance(payload, dict):
        yield from payload.items()
    elif payload is not None:
        yield from vars(payload).items()
