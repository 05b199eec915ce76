"""The one read gate: which rows and fields of an entity an actor may see or touch.

Rights come as *sources*: each is one equality on an indexed scope column (mine, my department's
subtree, my region) or a membership (the rows or customers of a small set given by a subquery: my
teams, what was shared with me). A list is the ordered merge of one limited query per source, never an OR,
because an OR over a million rows cannot use the indexes; counts and groups add up parts that have no row in common, bulk
selections use the union of ids. Only where a key picks a few rows first are the rights one condition (``among``). Whatever reads records above the platform begins here.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from guanxi.platform.access.about import AboutIds
from guanxi.platform.access.actions import READ_ACTIONS, label_of
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.beside import BesideIds
from guanxi.platform.access.grants import SetOf
from guanxi.platform.access.memberships import Ids, SetIds
from guanxi.platform.access.models.role import Scope
from guanxi.platform.bulk import KeyIn, key_in


class NotFound(Exception):
    """No such record, or not for this actor: nobody can tell which, unless the kind of record has a ``reason`` to say
    (explain_absence)."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason or _("The record does not exist or is not open to you."))


class Forbidden(Exception):
    """The actor lacks the right; the message says which."""


class MustConfirm(Forbidden):
    """The actor has the right, but must first prove once more who is there (see ``confirming``)."""


class Guarded(Protocol):
    """What the gate needs of an entity. ``parent`` is (path, entity) for a Line or Fact, whose rights are
    its parent's; ``parent_action`` is what changing it asks of the parent; ``attachable`` lists the entities an attached
    record may hang on; ``personal`` names its links to users who reach it whatever it hangs on; ``customer_path`` is the
    column of the customer it is or hangs on, empty for what has none; ``about`` gives the rows about kinds of record that the
    actor may see, None where nothing is left out."""

    key: str
    label_plural: str | Promise

    @property
    def scoped(self) -> bool: ...

    @property
    def parent_path(self) -> str: ...

    @property
    def customer_path(self) -> str: ...

    parent_action: str

    def parent_entity(self) -> "Guarded | None": ...

    def attachable(self) -> Iterable["Guarded"]: ...

    personal: tuple[str, ...]

    def about(self, actor: Actor) -> AboutIds | None: ...

    def base_rows(self) -> QuerySet: ...

    def every_row(self) -> QuerySet: ...


#: A small set of ids as a subquery, by membership or named by a grant.
Reached = Ids | SetIds | BesideIds | AboutIds


@dataclass(frozen=True)
class Source:
    """Rows where every named column has the value (or one of the values, for a tuple) and every path of ``within`` leads
    into its set."""

    equal: tuple[tuple[str, Any], ...] = ()
    within: tuple[tuple[str, Reached], ...] = ()

    def condition(self) -> Q:
        found = Q(**{f"{column}__in" if isinstance(value, tuple) else column: value for column, value in self.equal})
        for path, ids in self.within:
            found &= Q(**{f"{path}__in": ids.within})
        return found

    def covers(self, record: Any) -> bool:
        """Whether its columns say so of a record at hand. Who is in a set cannot be told without asking: that counts as no."""
        return not self.within and all(
            getattr(record, column) in (value if isinstance(value, tuple) else (value,)) for column, value in self.equal
        )

    def holds(self, other: "Source") -> bool:
        """Whether every row of the other one is a row of this one, as far as their terms tell."""
        return set(self.equal) <= set(other.equal) and set(self.within) <= set(other.within)

    def moved(self, path: Callable[[str], str], member: Callable[[Reached, str], str]) -> "Source":
        """The same right seen from rows that reach its columns by other paths."""
        return Source(
            tuple((path(column), value) for column, value in self.equal),
            tuple((member(ids, column), ids) for column, ids in self.within),
        )


EVERY_ROW = Source()
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
        return permits(actor, parent, _asked_of_parent(entity, action))
    return bool(actor.grants.scopes(entity.key, action))


def require(actor: Actor, entity: Guarded, action: str) -> None:
    """Raise Forbidden unless the actor may do this with some row. The message names the right that is asked for."""
    if permits(actor, entity, action):
        return
    while (parent := entity.parent_entity()) is not None:
        entity, action = parent, _asked_of_parent(entity, action)
    raise Forbidden(
        _("Your roles do not allow “%(action)s” for “%(entities)s”. Ask your administrator for this right.")
        % {"action": label_of(entity.key, action), "entities": entity.label_plural}
    )


def _asked_of_parent(entity: Guarded, action: str) -> str:
    """What an action on a line asks of its parent."""
    return action if action in READ_ACTIONS else entity.parent_action


def sources(actor: Actor, entity: Guarded, action: str = "view") -> Sources:
    """The actor's sources of right, none of them contained in another; empty: no row. Found once per actor."""
    found = actor.reach.get((entity.key, action))
    if found is None:
        found = actor.reach[entity.key, action] = _about(actor, entity, _sources(actor, entity, action))
    return found


def _about(actor: Actor, entity: Guarded, found: Sources) -> Sources:
    """The sources without what is about kinds of record that are closed to the actor."""
    open_ones = entity.about(actor) if found and not actor.unrestricted else None
    if open_ones is None:
        return found
    return tuple(Source(one.equal, (*one.within, ("pk", _known(actor, open_ones)))) for one in found)


def _sources(actor: Actor, entity: Guarded, action: str) -> Sources:
    if not permits(actor, entity, action):
        return ()
    if actor.unrestricted:
        return (EVERY_ROW,)
    parent = entity.parent_entity()
    if parent is not None:
        path = entity.parent_path
        live = ((f"{path}__deleted_at", None),) if parent.scoped else ()
        inherited = sources(actor, parent, _asked_of_parent(entity, action))
        below = [one.moved(lambda column: f"{path}__{column}", lambda _ids, to: f"{path}__{to}") for one in inherited]
        return tuple(Source((*one.equal, *live), one.within) for one in below)
    own = _scope_sources(actor, entity, action)
    hosts = list(entity.attachable())
    if hosts:
        return (*_attached(actor, entity, action, own, hosts), *_personal(actor, entity))
    return own if EVERY_ROW in own else (*own, *_members(actor, entity, action))


def _members(actor: Actor, entity: Guarded, action: str) -> Sources:
    """Where memberships widen the reach of an action that a role allows."""
    if not entity.scoped:
        return ()
    found = [Source((), (("pk", _known(actor, ids)),)) for ids in actor.memberships.reaching(entity.key, action)]
    if path := entity.customer_path:
        found += [Source((), ((path, _known(actor, ids)),)) for ids in actor.memberships.reaching("", action)]
    return tuple(found)


def _known(actor: Actor, ids: Reached) -> Reached:
    """The same set as in the actor's other sources of right, so that its SQL is composed once."""
    return actor.sets.setdefault(ids, ids)


def _scope_sources(actor: Actor, entity: Guarded, action: str) -> Sources:
    scopes = actor.grants.scopes(entity.key, action)
    if Scope.ALL in scopes or (scopes and not entity.scoped):
        return (EVERY_ROW,)
    found: list[Source] = []
    if Scope.SUBTREE in scopes and actor.settling_subtree:
        found.append(Source((("department_id", actor.settling_subtree),)))
    elif Scope.SUBTREE in scopes and (place := actor.department_level):
        found.append(Source(((f"d{place}", actor.department_id),)))
    elif Scope.DEPARTMENT in scopes and actor.department_id:
        found.append(Source((("department_id", actor.department_id),)))
    if Scope.REGION in scopes and (place := actor.region_level):
        found.append(Source(((f"r{place}", actor.region_id),)))
    if Scope.OWN in scopes and actor.stands_for:
        found.append(Source((("owner_id", actor.stands_for),)))
    if Scope.SET in scopes:
        found += _set_sources(actor, entity, actor.grants.sets(entity.key, action))
    return tuple(found)


def _set_sources(actor: Actor, entity: Guarded, sets: Iterable[SetOf]) -> Iterable[Source]:
    """One source for the rows of the sets themselves, one for what hangs on customers in sets. What hangs on a customer
    carries its scope columns, so what a live set says of them is the same condition on both."""
    by_path: dict[tuple[str, str, bool], list[int]] = {}
    for one in sets:
        if not one.active:
            continue
        path = "pk" if one.entity == entity.key else entity.customer_path if one.of_customers else ""
        if path and not one.live:
            by_path.setdefault((path, one.entity, one.of_customers), []).append(one.id)
        elif path and all(ids.known for ids in one.beside):
            yield Source(one.terms, tuple((path, _known(actor, ids)) for ids in one.beside))
    for (path, of, customers), ids in by_path.items():
        yield Source((), ((path, _known(actor, SetIds(tuple(ids), customers, of))),))


def _attached(actor: Actor, entity: Guarded, action: str, own: Sources, hosts: list[Guarded]) -> Sources:
    """Attached records are seen only where both their own grant and their host's reach. What hangs on nothing is
    nobody's but the persons' it names."""
    by_source: dict[Source, list[str]] = {}
    for host in hosts:
        theirs = [_as_attached(one) for one in sources(actor, host, "view")]
        mine = own if EVERY_ROW in own else (*own, *(_as_attached(one) for one in _members(actor, host, action)))
        for one in _narrower(mine, theirs):
            by_source.setdefault(one, []).append(host.key)
    if len(by_source.get(EVERY_ROW, ())) == len(hosts) and not entity.personal:
        return (EVERY_ROW,)
    return tuple(Source((*one.equal, ("entity", tuple(keys))), one.within) for one, keys in by_source.items())


def _as_attached(one: Source) -> Source:
    """A right over a host as one over what is attached to it, which carries its scope columns, customer and key."""
    return one.moved(lambda column: column, lambda ids, _path: "customer_id" if ids.of_customers else "record_id")


def _personal(actor: Actor, entity: Guarded) -> Sources:
    """Rows of an attached entity that are the actor's own business, such as the tasks given to them."""
    whose = actor.stands_for
    return tuple(Source(((f"{name}_id", whose),)) for name in entity.personal) if whose else ()


def _narrower(own: Iterable[Source], host: Iterable[Source]) -> Sources:
    """The intersection of two rights over the same columns, without what another part of it holds."""
    both = {_both(one, other) for one in own for other in host}
    kept = [one for one in both if not any(other != one and other.holds(one) for other in both)]
    return tuple(sorted(kept, key=repr))


def _both(one: Source, other: Source) -> Source:
    """Rows of both. Of two levels of the same membership the narrower one says all."""
    within: dict[tuple[str, str, str], tuple[str, Reached]] = {}
    for path, ids in (*one.within, *other.within):
        known = within.get((path, ids.kind, ids.entity))
        if known is None or len(ids.levels) < len(known[1].levels):
            within[path, ids.kind, ids.entity] = (path, ids)
    return Source(tuple(sorted({*one.equal, *other.equal})), tuple(within[key] for key in sorted(within)))


def hosting(actor: Actor, entity: Guarded, host: Guarded, action: str = "create") -> Sources:
    """On which rows of a host the actor may do this with what hangs on them: a hanging record carries the scope columns
    of its host, so a right over it is one over the host."""
    found = []
    for one in sources(actor, entity, action):
        if all(ids.of_customers and host.customer_path for _path, ids in one.within):
            found.append(one.moved(lambda column: column, lambda _ids, _path: host.customer_path))
    return tuple(found)


def narrow(rows: QuerySet, rights: Sources, whole: QuerySet) -> QuerySet:
    """The rows within the rights: as they are, by one condition, or by the union of ids in ``whole``, which is every row of
    the entity: its table may hold others, and those must not be read."""
    if not rights:
        return rows.none()
    if len(rights) == 1:
        return rows.filter(rights[0].condition())
    union = whole.filter(rights[0].condition()).values("pk")
    others = [whole.filter(one.condition()).values("pk") for one in rights[1:]]
    return rows.filter(pk__in=union.union(*others))


def apart(rows: QuerySet, rights: Sources, whole: QuerySet) -> list[QuerySet]:
    """The rows that ``narrow`` gives, in parts that have none in common: each scope column by itself, then what sets and teams
    add. To count them an index of a scope column is enough; their union would first be collected."""
    columns, sets = [one for one in rights if not one.within], tuple(one for one in rights if one.within)
    parts, before = [], Q()
    for one in columns:
        parts.append(rows.filter(one.condition()).exclude(before) if before else rows.filter(one.condition()))
        before |= one.condition()
    if sets:
        added = narrow(rows, sets, whole)
        parts.append(added.exclude(before) if before else added)
    return parts


def visible(actor: Actor, entity: Guarded, action: str = "view") -> QuerySet:
    """The rows of an entity on which the actor may do this, for counts, groups and look-ups by key."""
    return narrow(entity.base_rows(), sources(actor, entity, action), entity.every_row())


def few(rows: QuerySet, rights: Sources, *conditions: Q | KeyIn, **key: Any) -> QuerySet:
    """Those of some rows that an index finds which are within the rights, in one condition: the union of ids would read
    all that the actor may see."""
    if not rights:
        return rows.none()
    reach = Q()
    for one in rights:
        reach |= one.condition()
    return rows.filter(reach, *conditions, **key)


def among(actor: Actor, entity: Guarded, action: str = "view", *conditions: Q | KeyIn, **key: Any) -> QuerySet:
    """The visible rows of a set that an index finds: some ids, the records of one host."""
    return few(entity.base_rows(), sources(actor, entity, action), *conditions, **key)


#: Key of an entity → what those may know of a record of it that was open to them a moment ago.
_absences: dict[str, Callable[[Actor, int], str]] = {}


def explain_absence(key: str, reason: Callable[[Actor, int], str]) -> None:
    """Say why a record of this kind is out of reach: ``reason(actor, pk)`` is a sentence without anything of the record, empty
    for whoever is not to know that there is one."""
    _absences[key] = reason


def get(actor: Actor, entity: Guarded, pk: int, action: str = "view") -> Any:
    """One record. Raises NotFound if it is gone or out of reach, Forbidden if the right is missing
    although the record may be seen."""
    found = among(actor, entity, action, pk=pk).first()
    if found is not None:
        return found
    if action != "view" and among(actor, entity, pk=pk).exists():
        require(actor, entity, action)
        raise Forbidden(_("You may see this record but not change it. Its owner or your administrator can help."))
    reason = _absences.get(entity.key)
    raise NotFound(reason(actor, pk) if reason else "")


def admits(actor: Actor, entity: Guarded, ids: Iterable[int], action: str) -> bool:
    """Whether the actor may do this with every one of the rows; a foreign or missing id makes it False."""
    wanted = set(ids)
    return among(actor, entity, action, key_in("id", wanted)).count() == len(wanted)
