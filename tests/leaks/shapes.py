"""The shapes of rule: who may reach what, and who may not."""

from collections.abc import Callable
from dataclasses import dataclass

from guanxi.platform.access.actions import READ_ACTIONS
from guanxi.platform.access.memberships import Level, levels_for
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from tests.leaks.canaries import Canary
from tests.leaks.doors import Caller
from tests.leaks.registry import Path
from tests.leaks.world import World

SCOPE, COMMANDS, FIELDS = "scope", "commands", "fields"
BOTH = ("page", "token")


@dataclass(frozen=True)
class Case:
    """The insider meets what is shown, the outsider does not meet what is barred."""

    insider: Caller
    outsider: Caller
    shown: Canary
    barred: Canary


@dataclass(frozen=True)
class Shape:
    """``fits`` says of which records and paths the rule has something to say; ``readers`` names insider and outsider,
    ``apart`` whether they are told apart by the record (else by the person)."""

    name: str
    rule: str
    insider: str
    outsider: str
    fits: Callable[[Canary, Path, str], bool]
    doors: tuple[str, ...] = BOTH

    def case(self, world: World, key: str, door: str) -> Case:
        barred = world.far[key] if self.rule == SCOPE else world.near[key]
        outsider = self.outsider
        if outsider == "token of another":
            outsider = "token directory.tag" if key != "directory.tag" else "token refdata.code"
        return Case(world.caller(self.insider, door), world.caller(outsider, door), world.near[key], barred)


def top(entity: Entity) -> Entity:
    """The record whose rights count for a line or fact."""
    while (parent := entity.parent_entity()) is not None:
        entity = parent
    return entity


def has_scope(canary: Canary, path: Path, variant: str) -> bool:
    return top(canary.entity).scoped


def _tied(canary: Canary) -> tuple[Entity, Entity | None]:
    """The record that a set, team or share names, and what that hangs on."""
    entity, host = top(canary.entity), canary.host[0] if canary.host else None
    return (entity, host) if entity is canary.entity else (entity, None)


def in_a_set(canary: Canary, path: Path, variant: str) -> bool:
    """What is made new is in a set with its customer, in no other."""
    entity, host = _tied(canary)
    if entity.kind is EntityKind.ATTACHED:
        return host is not None and bool(host.customer_path)
    return entity.kind is EntityKind.RECORD and (path.needs != "create" or bool(entity.customer_path))


def on_a_customer(canary: Canary, path: Path, variant: str) -> bool:
    entity, host = _tied(canary)
    if entity.kind is EntityKind.ATTACHED:
        return host is not None and host.is_customer
    return entity.scoped and bool(entity.customer_path)


def shared(canary: Canary, path: Path, variant: str) -> bool:
    """A share never makes a lead."""
    entity, host = _tied(canary)
    held = host if entity.kind is EntityKind.ATTACHED else entity
    asked = _asked_of_top(canary.entity, path.action(variant))
    return held in registry.get("sharing.share").attachable() and Level.EDIT in levels_for(asked)


def opened(key: str) -> Callable[[Canary, Path, str], bool]:
    """What its owner opens to a role is read by its holders, with what stands in it."""

    def fits(canary: Canary, path: Path, variant: str) -> bool:
        if top(canary.entity).key != key:
            return False
        return Level.READ in levels_for(_asked_of_top(canary.entity, path.action(variant)))

    return fits


def in_a_pool(canary: Canary, path: Path, variant: str) -> bool:
    """Whoever leads a pool reaches what is over, its members do not."""
    return top(canary.entity).key == "pools.placement"


def _asked_of_top(entity: Entity, action: str) -> str:
    """What an action on a line asks of the record whose rights count."""
    while (parent := entity.parent_entity()) is not None:
        entity, action = parent, action if action in READ_ACTIONS else entity.parent_action
    return action


def anything(canary: Canary, path: Path, variant: str) -> bool:
    return True


def beyond_looking(canary: Canary, path: Path, variant: str) -> bool:
    return path.needs != "view"


def a_write(canary: Canary, path: Path, variant: str) -> bool:
    return path.writes


def has_words(canary: Canary, path: Path, variant: str) -> bool:
    return bool(canary.words) and (path.sets or not path.writes)


def sets_words(canary: Canary, path: Path, variant: str) -> bool:
    return bool(canary.words) and path.sets


def shows_words(canary: Canary, path: Path, variant: str) -> bool:
    return bool(canary.words) and not path.writes


def _scope(name: str, fits: Callable[[Canary, Path, str], bool], doors: tuple[str, ...] = BOTH) -> Shape:
    return Shape(name, SCOPE, name, name, fits, doors)


SHAPES = (
    _scope("own", has_scope),
    _scope("department", has_scope),
    _scope("subtree", has_scope),
    _scope("region", has_scope),
    _scope("set", in_a_set),
    _scope("team", on_a_customer),
    _scope("share", shared),
    _scope("report", opened("reports.report")),
    _scope("dashboard", opened("reports.dashboard")),
    _scope("pool", in_a_pool),
    _scope("deputy", has_scope, ("page",)),  # deputies act in person, never by a token
    Shape("no role", COMMANDS, "chief", "nobody", anything),
    Shape("only looks", COMMANDS, "chief", "viewer", beyond_looking),
    Shape("token that only reads", COMMANDS, "chief", "token read", a_write, ("token",)),
    Shape("token of another kind", COMMANDS, "chief", "token of another", anything, ("token",)),
    Shape("hidden field", FIELDS, "chief", "hide", has_words),
    Shape("masked field", FIELDS, "chief", "mask", shows_words),
    Shape("frozen field", FIELDS, "chief", "freeze", sets_words),
)
