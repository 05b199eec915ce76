"""Which events tell whom. A rule takes the events of one transaction and says who is told what; whoever did it
is never told. Several rows of one batch become one notification per person."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.grants import Grant
from guanxi.platform.access.models import Department, RoleGrant, User, UserRole
from guanxi.platform.commands import held
from guanxi.platform.commands.models import HeldCommand
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.jobs.sentences import as_sentence, sentence
from guanxi.platform.messages import mentions
from guanxi.platform.messages.choices import Kind
from guanxi.platform.messages.services import Notice

Told = list[tuple[int, Notice]]
Rule = Callable[[Sequence[StoredEvent]], Told]

#: At most so many people are asked to decide about one held command, or told of one alarm.
DECIDERS = 50

#: At most so many people of a department are told of a record that was shared with it, those nearest to it first.
COLLEAGUES = 200

#: The role of those who are told when somebody looks at too much.
OFFICERS = "security_officer"

#: The entity by which a single record is opened to somebody, and what its receivers are told of one and of several.
SHARE = "sharing.share"
_SHARED = {
    "person": (
        gettext_noop("%(actor)s shared “%(record)s” with you"),
        gettext_noop("%(actor)s shared %(count)s %(entities)s with you"),
    ),
    "unit": (
        gettext_noop("%(actor)s shared “%(record)s” with your department"),
        gettext_noop("%(actor)s shared %(count)s %(entities)s with your department"),
    ),
}


def receiving_field(entity: Entity) -> str:
    """The field that says whose work a record is: its assignee, else its owner; empty for what has neither."""
    if "assignee" in entity.fields():
        return "assignee"
    independent = entity.kind is EntityKind.RECORD and not entity.hangs_on
    return "owner" if independent and "owner" in entity.fields() else ""


def given(events: Sequence[StoredEvent]) -> Told:
    """A record or task became yours through somebody else."""
    found: dict[tuple[int, str, str], list[StoredEvent]] = defaultdict(list)
    entities = {key: registry.find(key) for key in {event.entity for event in events}}
    fields = {key: receiving_field(entity) for key, entity in entities.items() if entity}
    for event in events:
        change = (event.diff or {}).get(fields.get(event.entity, ""))
        old, user = change or (None, None)
        if user and user not in (old, event.actor_id):
            occasion = str(event.batch) if event.batch else str(event.id)
            found[user, event.entity, occasion].append(event)
    return [(user, _given(entity, occasion, own)) for (user, entity, occasion), own in found.items()]


def _given(entity: str, occasion: str, events: Sequence[StoredEvent]) -> Notice:
    first, actor = events[0], events[0].actor_name
    return Notice(
        key=f"given:{entity}:{occasion}", kind=Kind.ASSIGNED, count=len(events), entity=entity, record_id=first.record_id, event_id=first.id,
        sentence=sentence(gettext_noop("%(actor)s gave you “%(record)s”"), actor=actor),
        many=sentence(gettext_noop("%(actor)s gave you %(count)s %(entities)s"), actor=actor) if first.batch else None, text=first.note[:2000],
    )  # fmt: skip


def due(events: Sequence[StoredEvent]) -> Told:
    """A record whose time has come; its event carries ``assignee_id`` and ``due_at``."""
    found = []
    for event in events:
        data = event.data or {}
        due_notice = Notice(
            key=f"due:{event.entity}:{event.record_id}:{data['due_at']}", kind=Kind.DUE, entity=event.entity, record_id=event.record_id,
            event_id=event.id, sentence=sentence(gettext_noop("Due: %(record)s")),
        )  # fmt: skip
        found.append((data["assignee_id"], due_notice))
    return found


def submitted(events: Sequence[StoredEvent]) -> Told:
    """A command waits for a second person: everybody who may decide is asked."""
    found: Told = []
    for row in _held(events):
        asks = Notice(
            key=f"held:{row.pk}", kind=Kind.APPROVAL, entity=row.entity, record_id=_only(row.records), text=row.note[:2000],
            sentence=sentence(gettext_noop("%(actor)s asks for your decision: %(command)s"), actor=row.requested_by.name, command=_label(row)),
        )  # fmt: skip
        found += [(user.pk, asks) for user in deciders(row)]
    return found


def decided(events: Sequence[StoredEvent]) -> Told:
    """Whoever asked learns of the decision."""
    found: Told = []
    for row in _held(events):
        approved = row.state == HeldCommand.State.APPROVED
        template = (
            gettext_noop("%(actor)s approved your request: %(command)s")
            if approved
            else gettext_noop("%(actor)s refused your request: %(command)s")
        )
        who = row.decided_by.name if row.decided_by else ""
        answer = Notice(
            key=f"decided:{row.pk}", kind=Kind.DECIDED, entity=row.entity, record_id=_only(row.records), text=row.answer[:2000],
            failed=not approved, sentence=sentence(template, actor=who, command=_label(row)),
        )  # fmt: skip
        found.append((row.requested_by_id, answer))
    return found


def _held(events: Sequence[StoredEvent]) -> list[HeldCommand]:
    """The held commands of the events, once each: an event of every record names the same one."""
    ids = {event.diff["held"][1] for event in events if event.diff and "held" in event.diff}
    return list(HeldCommand.objects.filter(pk__in=ids).select_related("requested_by", "decided_by"))


def _label(row: HeldCommand) -> Any:
    return as_sentence(held.label_of(row))


def _only(records: Sequence[int]) -> int | None:
    return records[0] if len(records) == 1 else None


def deciders(row: HeldCommand) -> list[User]:
    """Active users, other than who asked, who hold the approval right over all records of a held command."""
    users = allowed(registry.get(row.entity), "approve").exclude(pk=row.requested_by_id).order_by("pk")
    found: list[User] = []
    for user in users.iterator(chunk_size=200):
        if len(found) == DECIDERS:
            break
        if held.may_decide(Actor.for_user(user), row):
            found.append(user)
    return found


def allowed(entity: Entity, action: str) -> QuerySet[User]:
    """Active users to whom a role allows an action on some record of an entity, however far it reaches."""
    grants = RoleGrant.objects.filter(role__active=True).values_list("role_id", "entity", "actions", "scope")
    roles = {
        role
        for role, key, actions, scope in grants
        if Grant(role, key, frozenset(actions), scope).covers(entity.key, action)
    }
    return User.objects.filter(is_active=True, pk__in=UserRole.objects.filter(role__in=roles).values("user"))


def mentioned(events: Sequence[StoredEvent]) -> Told:
    """Somebody wrote @Name into a text on a record that the named person may see."""
    found: Told = []
    for event in events:
        entity = registry.find(event.entity)
        if entity is None or entity.timeline is None:
            continue
        old, new = (event.diff or {}).get(entity.timeline.body, (None, None))
        users = mentions.users_named(new or "") if new else []
        if not users:
            continue
        before = {user.pk for user in mentions.users_named(old)} if old else set()
        host, record_id = _host(entity, event)
        if host is None or record_id is None:
            continue
        notice = Notice(
            key=f"mention:{event.id}", kind=Kind.MENTION, entity=host.key, record_id=record_id, event_id=event.id,
            sentence=sentence(gettext_noop("%(actor)s mentioned you on “%(record)s”"), actor=event.actor_name),
        )  # fmt: skip
        told = [user for user in users if user.pk != event.actor_id and user.pk not in before]
        found += [(user.pk, notice) for user in told if gate.admits(Actor.for_user(user), host, [record_id], "view")]
    return found


def _host(entity: Entity, event: StoredEvent) -> tuple[Entity | None, int | None]:
    """The record that a text stands on: what an attached one hangs on, else the record itself."""
    if entity.kind is not EntityKind.ATTACHED:
        return entity, event.record_id
    place = entity.base_rows().filter(pk=event.record_id).values_list("entity", "record_id").first()
    if place is None or not place[0]:
        return entity, event.record_id
    return registry.find(place[0]), place[1]


def unreadable(events: Sequence[StoredEvent]) -> Told:
    """Encrypted values cannot be read: the security officers are told of each."""
    users = officers()
    found: Told = []
    for event in events:
        template = gettext_noop("A stored value cannot be read: %(place)s. Somebody changed it, or its key is missing.")
        place = f"{(event.data or {}).get('entity', '')}.{(event.data or {}).get('field', '')} {event.record_id or ''}".strip()
        notice = Notice(
            key=f"unreadable:{event.id}", kind=Kind.ALARM, entity=event.entity, record_id=event.record_id, event_id=event.id,
            failed=True, sentence=sentence(template, place=place),
        )  # fmt: skip
        found += [(user, notice) for user in users]
    return found


def alarmed(events: Sequence[StoredEvent]) -> Told:
    """Somebody looks at very many customers: the security officers are told, once a day for each person."""
    users = officers()
    found: Told = []
    for event in events:
        data = event.data or {}
        template = gettext_noop("%(actor)s has looked at %(count)s customers today, more than %(limit)s")
        notice = Notice(
            key=f"alarm:{event.id}", kind=Kind.ALARM, entity="access.user", record_id=event.actor_id, event_id=event.id, failed=True,
            sentence=sentence(template, actor=event.actor_name, count=data.get("customers", 0), limit=data.get("limit", 0)),
        )  # fmt: skip
        found += [(user, notice) for user in users if user != event.actor_id]
    return found


def officers() -> list[int]:
    """The security officers with an account in use."""
    found = User.objects.filter(is_active=True, role_links__role__key=OFFICERS, role_links__role__active=True)
    return list(found.values_list("pk", flat=True).distinct()[:DECIDERS])


def found_harmful(events: Sequence[StoredEvent]) -> Told:
    """The virus scanner found something in a file: the security officers are told."""
    users = officers()
    found: Told = []
    for event in events:
        data = event.data or {}
        template = gettext_noop("The virus scanner found %(found)s in a file, which was refused")
        notice = Notice(
            key=f"harmful:{event.id}", kind=Kind.ALARM, entity="access.user", record_id=event.actor_id, event_id=event.id, failed=True,
            sentence=sentence(template, found=data.get("found", "")), text=str(data.get("file", "")),
        )  # fmt: skip
        found += [(user, notice) for user in users]
    return found


def shared(events: Sequence[StoredEvent]) -> Told:
    """Records were opened to a person, or to a department, who now may see them: they are told; several at once make one
    notification."""
    opened: dict[tuple[str, int, str, str], list[StoredEvent]] = defaultdict(list)
    for event in events:
        new = {key: change[1] for key, change in (event.diff or {}).items()}
        if registry.find(new.get("entity", "")):
            for receiver in ("person", "unit"):
                if new.get(receiver):
                    opened[receiver, new[receiver], new["entity"], str(event.batch or "")].append(event)
    found: Told = []
    for (receiver, who, host, occasion), own in opened.items():
        records = [event.diff["record_id"][1] for event in own if event.diff]
        told = (
            _person(who, registry.get(host), records) if receiver == "person" else _colleagues(who, registry.get(host))
        )
        notice = _shared(host, occasion, own[0], records, receiver)
        found += [(user, notice) for user in told if user != own[0].actor_id]
    return found


def _person(user: int, host: Entity, records: Sequence[int]) -> list[int]:
    found = User.objects.filter(pk=user).first()
    return [user] if found and gate.admits(Actor.for_user(found), host, records, "view") else []


def _colleagues(unit: int, host: Entity) -> list[int]:
    """Who works in a department or below it and may see records of this kind where a share opens them. A share reaches
    whomever a role allows to look at all, so that nobody is asked one by one."""
    place = Department.objects.filter(pk=unit).first()
    if place is None:
        return []
    within = allowed(host, "view").filter(department__path__range=place.path_range)
    return list(within.order_by("department__path", "pk").values_list("pk", flat=True)[:COLLEAGUES])


def _shared(host: str, occasion: str, event: StoredEvent, records: Sequence[int], receiver: str) -> Notice:
    actor, several = event.actor_name, event.batch or len(records) > 1
    one, many = _SHARED[receiver]
    return Notice(
        key=f"shared:{host}:{occasion or event.id}", kind=Kind.SHARED, count=len(records), entity=host, record_id=records[0], event_id=event.id,
        sentence=sentence(one, actor=actor), many=sentence(many, actor=actor) if several else None,
    )  # fmt: skip


def kinds_of(rule: Rule) -> Iterable[str]:
    """The event kinds a rule wants to see. Asked while the server starts: no field is looked at, because some are
    described by data."""
    for entity in registry.entities():
        independent = entity.kind is EntityKind.RECORD and not entity.hangs_on
        if rule is given and (independent or entity.personal):
            yield f"{entity.key}.*"
        if rule is mentioned and entity.timeline and entity.timeline.body:
            yield from (f"{entity.key}.created", f"{entity.key}.edited")
