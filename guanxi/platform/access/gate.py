"""The one read gate: which rows and fields of an entity an actor may see or touch.

Rights come as *sources*: each is one equality on an indexed scope column (mine, my department's
subtree, my region). A list is the ordered merge of one limited query per source, never an OR,
because an OR over a million rows cannot use the indexes; counts, groups and bulk selections use the
union of ids. Only where a key picks a few rows first are the rights one condition (``among``). Whatever reads records above the platform begins here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanxi.platform.access.actions import label_of
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models.role import Scope
from guanxi.platform.bulk import key_in

READ_ACTIONS = frozenset({"view", "export", "reveal"})


class NotFound(Exception):
    """No such record, or not for this actor: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__(_("The record does not exist or is not open to you."))


class Forbidden(Exception):
    """The actor lacks the right; the message says which."""


class MustConfirm(Forbidden):
    """The actor has the right, but must first prove once more who is there (see ``confirming``)."""


class Guarded(Protocol):
    """What the gate needs of an entity. ``parent`` is (path, entity) for a Line or Fact, whose rights are
    its parent's; ``attachable`` lists the entities an attached record may hang on; ``personal`` names its
    links to users who reach it whatever it hangs on."""

    key: str
    label_plural: str | Promise

    @property
    def scoped(self) -> bool: ...

    @property
    def parent_path(self) -> str: ...

    def parent_entity(self) -> "Guarded | None": ...

    def attachable(self) -> Iterable["Guarded"]: ...

    personal: tuple[str, ...]

    def base_rows(self) -> QuerySet: ...


@dataclass(frozen=True)
class Source:
    """Rows where every named column has the value (or one of the values, for a tuple)."""

    equal: tuple[tuple[str, Any], ...]

    def condition(self) -> Q:
        return Q(**{f"{column}__in" if isinstance(value, tuple) else column: value for column, value in self.equal})


EVERY_ROW = Source(())
Sources = tuple[Source, ...]


def permits(actor: Actor, entity: Guarded, action: str) -> bool:
    """Whether the actor may do this with any row at all."""
    if actor.unrestricted:
        return True
    if actor.read_only and action not in READ_ACTIONS:
        return False
    if actor.only_entities and entity.key not in actor.only_entities:
        return False
    parent = entity.parent_entity()
    if parent is not None:
        return permits(actor, parent, action if action in READ_ACTIONS else "edit")
    return bool(actor.grants.scopes(entity.key, action))


def require(actor: Actor, entity: Guarded, action: str) -> None:
    """Raise Forbidden unless the actor may do this with some row. The message names the right that is asked for."""
    if permits(actor, entity, action):
        return
    while (parent := entity.parent_entity()) is not None:
        entity, action = parent, action if action in READ_ACTIONS else "edit"
    raise Forbidden(
        _("Your roles do not allow “%(action)s” for “%(entities)s”. Ask your administrator for this right.")
        % {"action": label_of(entity.key, action), "entities": entity.label_plural}
    )


def sources(actor: Actor, entity: Guarded, action: str = "view") -> Sources:
    """The actor's sources of right, none of them contained in another; empty: no row. Found once per actor."""
    found = actor.reach.get((entity.key, action))
    if found is None:
        found = actor.reach[entity.key, action] = _sources(actor, entity, action)
    return found


def _sources(actor: Actor, entity: Guarded, action: str) -> Sources:
    if not permits(actor, entity, action):
        return ()
    if actor.unrestricted:
        return (EVERY_ROW,)
    parent = entity.parent_entity()
    if parent is not None:
        inherited = sources(actor, parent, action if action in READ_ACTIONS else "edit")
        live = ((f"{entity.parent_path}__deleted_at", None),) if parent.scoped else ()
        return tuple(
            Source((*((f"{entity.parent_path}__{column}", value) for column, value in one.equal), *live))
            for one in inherited
        )
    own = _scope_sources(actor, entity, actor.grants.scopes(entity.key, action))
    hosts = list(entity.attachable())
    return (*_attached(actor, entity, own, hosts), *_personal(actor, entity)) if hosts else own


def _scope_sources(actor: Actor, entity: Guarded, scopes: frozenset[str]) -> Sources:
    if Scope.ALL in scopes or (scopes and not entity.scoped):
        return (EVERY_ROW,)
    found = []
    if Scope.SUBTREE in scopes and actor.settling_subtree:
        found.append(Source((("department_id", actor.settling_subtree),)))
    elif Scope.SUBTREE in scopes and (place := actor.department_level):
        found.append(Source(((f"d{place}", actor.department_id),)))
    elif Scope.DEPARTMENT in scopes and actor.department_id:
        found.append(Source((("department_id", actor.department_id),)))
    if Scope.REGION in scopes and (place := actor.region_level):
        found.append(Source(((f"r{place}", actor.region_id),)))
    if Scope.OWN in scopes and actor.user_id:
        found.append(Source((("owner_id", actor.user_id),)))
    return tuple(found)


def _attached(actor: Actor, entity: Guarded, own: Sources, hosts: list[Guarded]) -> Sources:
    """Attached records are seen only where both their own grant and their host's reach. What hangs on nothing is
    nobody's but the persons' it names."""
    by_sources: dict[Sources, list[str]] = {}
    for host in hosts:
        reach = _narrower(own, sources(actor, host, "view"))
        if reach:
            by_sources.setdefault(reach, []).append(host.key)
    if len(by_sources) == 1 and not entity.personal:
        ((reach, keys),) = by_sources.items()
        if reach == (EVERY_ROW,) and len(keys) == len(hosts):
            return reach
    return tuple(Source((*one.equal, ("entity", tuple(keys)))) for reach, keys in by_sources.items() for one in reach)


def _personal(actor: Actor, entity: Guarded) -> Sources:
    """Rows of an attached entity that are the actor's own business, such as the tasks given to them."""
    return tuple(Source(((f"{name}_id", actor.user_id),)) for name in entity.personal) if actor.user_id else ()


def _narrower(own: Sources, host: Sources) -> Sources:
    """The intersection of two rights over the same scope columns."""
    if EVERY_ROW in own:
        return host
    if EVERY_ROW in host:
        return own
    both = {tuple(sorted({*one.equal, *other.equal})) for one in own for other in host}
    return tuple(Source(equal) for equal in sorted(both, key=repr))


def narrow(rows: QuerySet, rights: Sources) -> QuerySet:
    """The rows within the rights: as they are, by one condition, or by the union of ids."""
    if not rights:
        return rows.none()
    if len(rights) == 1:
        return rows.filter(rights[0].condition())
    base = rows.model._base_manager.order_by()
    union = base.filter(rights[0].condition()).values("pk")
    others = [base.filter(one.condition()).values("pk") for one in rights[1:]]
    return rows.filter(pk__in=union.union(*others))


def visible(actor: Actor, entity: Guarded, action: str = "view") -> QuerySet:
    """The rows of an entity on which the actor may do this, for counts, groups and look-ups by key."""
    return narrow(entity.base_rows(), sources(actor, entity, action))


def among(actor: Actor, entity: Guarded, action: str = "view", *conditions: Q, **key: Any) -> QuerySet:
    """The visible rows of a set that an index finds: some ids, the records of one host. The rights are compared with
    those few rows, in one condition; the union of ids would read all that the actor may see."""
    reach = Q()
    rights = sources(actor, entity, action)
    for one in rights:
        reach |= one.condition()
    rows = entity.base_rows()
    return rows.filter(reach, *conditions, **key) if rights else rows.none()


def get(actor: Actor, entity: Guarded, pk: int, action: str = "view") -> Any:
    """One record. Raises NotFound if it is gone or out of reach, Forbidden if the right is missing
    although the record may be seen."""
    found = among(actor, entity, action, pk=pk).first()
    if found is not None:
        return found
    if action != "view" and among(actor, entity, pk=pk).exists():
        require(actor, entity, action)
        raise Forbidden(_("You may see this record but not change it. Its owner or your administrator can help."))
    raise NotFound


def admits(actor: Actor, entity: Guarded, ids: Iterable[int], action: str) -> bool:
    """Whether the actor may do this with every one of the rows; a foreign or missing id makes it False."""
    wanted = set(ids)
    return among(actor, entity, action, key_in("id", wanted)).count() == len(wanted)
