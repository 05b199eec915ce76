"""Entity: what is there? One declaration from which list, form, page, REST, import and rights follow."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, QuerySet, prefetch_related_objects
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from guanxi.platform import bulk
from guanxi.platform.access import gate, kinds
from guanxi.platform.access.about import AboutIds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.grants import FieldRights
from guanxi.platform.access.masking import BlindField, MaskedField
from guanxi.platform.access.models.record import SCOPE_COLUMNS, Attached, Fact, Line, Record
from guanxi.platform.access.scope import ScopeResolver, copy_scope
from guanxi.platform.entities import numbering, origins, registry
from guanxi.platform.entities.features import features
from guanxi.platform.entities.options import (
    Calendar,
    EntityKind,
    Figure,
    Handover,
    Kanban,
    Menu,
    Panel,
    Related,
    Section,
    Sensitive,
    Timeline,
    Tree,
)
from guanxi.platform.entities.source import EntitySource, ModelSource
from guanxi.platform.entities.uses import Naming, Wanted
from guanxi.platform.events.stored import StoredEvent
from guanxi.platform.feel.nodes import Node

#: Fields that decide on the scope of a record.
SCOPE_FIELDS = ("owner", "department", "region")
BUILT_IN_COMMANDS = ("create", "edit", "delete", "restore", "assign", "tag")


class Entity:
    """Subclass it, name the model, and decorate with ``@entity``. Every attribute below is an option;
    methods are hooks. Options brought by features (search, warehouse …) are declared by the feature."""

    model: ClassVar[type[models.Model]]
    key: str = ""
    was: tuple[str, ...] = ()
    label: str | Promise = ""
    label_plural: str | Promise = ""
    help: str | Promise = ""
    icon: str = "file"
    menu: Menu | None = None
    title: str = ""
    subtitle: str = ""
    hint: tuple[str, ...] = ("code",)
    badges: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    form: tuple[Section, ...] = ()
    quick: tuple[str, ...] = ()
    group_by: tuple[str, ...] = ()
    order: str = "-id"
    keys: tuple[str, ...] = ()
    import_hints: dict[str, str] = {}
    code_format: str = ""
    parent: str = ""
    parent_action: str = "edit"
    hangs_on: str = ""
    attach_action: str = "view"
    goes_with_host: bool = False
    attachments: bool = True
    personal: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()
    is_customer: bool = False
    commands: tuple[str, ...] = BUILT_IN_COMMANDS
    confirmed: tuple[str, ...] = ()
    kanban: Kanban | None = None
    tree: Tree | None = None
    calendar: Calendar | None = None
    timeline: Timeline | None = None
    handover: Handover | None = None
    sensitive: Sensitive | tuple[Sensitive, ...] = ()
    related: tuple[Related, ...] = ()
    panels: tuple[Panel, ...] = ()
    first_tab: str = ""
    figures: tuple[Figure, ...] = ()
    labels: dict[str, str | Promise] = {}
    internal: tuple[str, ...] = ()
    naming: Naming | None = None
    about_kind: str = ""

    def __init__(self) -> None:
        self.source: EntitySource = self.make_source()
        meta = self.source.model._meta
        self.key = self.key or f"{meta.app_label}.{meta.model_name}"
        self.label = self.label or meta.verbose_name or self.key
        self.label_plural = self.label_plural or meta.verbose_name_plural or self.label

    # --- what it is -----------------------------------------------------------------------------------
    def make_source(self) -> EntitySource:
        """Where fields and rows come from; the model's columns unless overridden."""
        return ModelSource(self.model)

    @cached_property
    def kind(self) -> EntityKind:
        for base, kind in (
            (Attached, EntityKind.ATTACHED),
            (Record, EntityKind.RECORD),
            (Line, EntityKind.LINE),
            (Fact, EntityKind.FACT),
        ):
            if issubclass(self.source.model, base):
                return kind
        return EntityKind.REFERENCE

    @property
    def module(self) -> str:
        return self.key.partition(".")[0]

    @property
    def name(self) -> str:
        return self.key.partition(".")[2]

    @property
    def is_record(self) -> bool:
        """Whether it has code, owner, scope, soft delete."""
        return self.kind in (EntityKind.RECORD, EntityKind.ATTACHED)

    def __repr__(self) -> str:
        return f"<Entity {self.key}>"

    # --- fields ---------------------------------------------------------------------------------------
    def fields(self) -> dict[str, Field]:
        """Key → description of every field, for the current configuration version."""
        return registry.cached(("fields", self.key), self._describe)

    def _describe(self) -> dict[str, Field]:
        found = {key: field for key, field in self.source.fields().items() if key not in self.internal}
        for feature in features():
            for extra in feature.fields(self):
                found[extra.key] = extra
        found = {field.key: field for field in registry.with_extensions(self.key, "column", found.values())}
        if self.hangs_on or self.kind is EntityKind.ATTACHED:
            for key in SCOPE_FIELDS:  # copies of what it hangs on
                found[key] = found[key].with_(readonly=True)
        if self.kind is EntityKind.ATTACHED:
            found["record_id"] = found["record_id"].with_(label=_("Record"))
        for group in self.sensitive_groups:
            for key in group.fields:
                found[key] = found[key].with_(
                    sensitivity=group.kind, purpose=group.purpose, basis=group.basis, retention=group.retention, mask=group.mask
                )  # fmt: skip
        for key, label in self.labels.items():
            found[key] = found[key].with_(label=label)
        return self.shape(found)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        """Hook: change, add or drop descriptions (``field.with_(required=True)``)."""
        return fields

    @property
    def sensitive_groups(self) -> tuple[Sensitive, ...]:
        return (self.sensitive,) if isinstance(self.sensitive, Sensitive) else self.sensitive

    def field_rights(self, actor: Actor) -> FieldRights:
        """Which fields the actor's roles hide, mask and freeze; worked out once per actor."""
        found = actor.field_rights.get(self.key)
        if found is None:
            found = actor.field_rights[self.key] = self._field_rights(actor)
        return found

    def _field_rights(self, actor: Actor) -> FieldRights:
        holder: Entity = self
        while (parent := holder.parent_entity()) is not None:
            holder = parent
        kinds_of_data = registry.cached(
            ("sensitivities", self.key), lambda: {key: field.sensitivity for key, field in self.fields().items()}
        )
        found = actor.grants.fields(self.key, holder.key, kinds_of_data)
        return origins.limit(self, actor, found)

    def _sensitive_fields(self, over: type[MaskedField] | type[BlindField]) -> dict[str, Any]:
        """The fields as they are for people who see all that is sensitive masked."""
        return registry.cached(
            (over.__name__, self.key),
            lambda: {key: over.over(field) for key, field in self.fields().items()},
        )

    def readable(self, actor: Actor) -> dict[str, Field]:
        """The fields this actor may see, some of them masked; all others do not exist for them."""
        hidden, masked, _frozen = self.field_rights(actor)
        fields = {key: field for key, field in self.fields().items() if key not in hidden}
        if masked:
            stand_ins = self._sensitive_fields(MaskedField)
            fields |= {key: stand_ins[key] for key in masked}
        return fields

    def seen(self, key: str, actor: Actor) -> Field | None:
        """One of the readable fields; None if it is hidden."""
        hidden, masked, _frozen = self.field_rights(actor)
        if key in hidden:
            return None
        return self._sensitive_fields(MaskedField)[key] if key in masked else self.fields()[key]

    def in_full(self, actor: Actor, *keys: str) -> bool:
        """Whether the actor sees all of these fields, none of them masked: for panels that are not derived."""
        hidden, masked, _frozen = self.field_rights(actor)
        return hidden.isdisjoint(keys) and masked.isdisjoint(keys)

    def settable(self, actor: Actor) -> dict[str, Field]:
        """The fields this actor may give a new record."""
        frozen = self.field_rights(actor).frozen
        return {
            key: field for key, field in self.fields().items() if key not in frozen and not field.readonly and field.set
        }

    def writable(self, actor: Actor) -> dict[str, Field]:
        """The fields this actor may change; those that are masked without seeing what is there."""
        fields, masked = self.settable(actor), self.field_rights(actor).masked
        if masked:
            stand_ins = self._sensitive_fields(BlindField)
            fields |= {key: stand_ins[key] for key in masked if key in fields}
        return fields

    @cached_property
    def title_field(self) -> str:
        """The field that names a record."""
        fields = self.source.fields()
        return self.title or next(
            (key for key in ("name", "label", "title", "subject", "code") if key in fields), next(iter(fields))
        )

    def title_of(self, record: Any, actor: Actor) -> str:
        """The text by which the actor knows the record; its number where the naming field is hidden from them."""
        field = self.seen(self.title_field, actor)
        if field is None:
            return f"{self.label} {record.pk}"
        value = field.get(record)
        if field.kind is kinds.CHOICE:
            value = field.choice_labels().get(value, value)
        elif field.reads_as and value:
            value = field.reads_as(value)
        return str(value) if value and not field.is_link else f"{self.label} {record.pk}"

    def hint_of(self, record: Any, actor: Actor) -> str:
        """What tells namesakes apart in a picker: the fields in ``hint`` as the actor sees them."""
        known = [field for key in self.hint if key in self.fields() and (field := self.seen(key, actor))]
        return " · ".join(text for field in known if (text := field.display(field.get(record), actor.zone)))

    def usual_order(self, filter: Node) -> str:
        """Hook: the order of a list under a filter that nobody has sorted, where no single one suits every filter."""
        return self.order

    def list_columns(self) -> tuple[str, ...]:
        """Keys of the default columns of the list."""
        if self.columns:
            return self.columns
        usual = [key for key, field in self.fields().items() if not field.readonly and field.kind is not kinds.LONGTEXT]
        return tuple(dict.fromkeys([self.title_field, *usual]))[:8]

    def added_keys(self) -> list[str]:
        """Keys of the fields that features add."""
        return [field.key for feature in features() for field in feature.fields(self)]

    def sections(self) -> tuple[Section, ...]:
        """The form's sections: as declared, else all settable fields in one; then those of features."""
        added = tuple(section for feature in features() for section in feature.sections(self))
        if self.form:
            return (*self.form, *added)
        elsewhere = {"entity"} if self.kind is EntityKind.ATTACHED else set()
        elsewhere.update(*(section.fields for section in added))
        settable = (key for key, field in self.fields().items() if not field.readonly and field.set)
        return (Section(self.label, *[key for key in settable if key not in elsewhere], key="all"), *added)

    # --- rows and rights (gate.Guarded) ---------------------------------------------------------------
    def base_rows(self) -> QuerySet:
        return self.source.rows()

    def every_row(self) -> QuerySet:
        """The rows of the entity, those of the recycle bin among them."""
        return self.source.every()

    def rows(self, actor: Actor, action: str = "view") -> QuerySet:
        """Live rows on which the actor may do this."""
        return gate.visible(actor, self, action)

    def rows_of(self, actor: Actor, *conditions: Q | bulk.KeyIn, action: str = "view", **key: Any) -> QuerySet:
        """Those of the rows that an index picks, such as ``customer=…``: for people whose rights come from several
        sources filtering ``rows`` would read all that they may see."""
        return gate.among(actor, self, action, *conditions, **key)

    def about(self, actor: Actor) -> AboutIds | None:
        """The records about kinds of record (``about_kind`` is the field with its key, or a path to one) of which the actor
        may see some; None where nothing is left out."""
        if not self.about_kind:
            return None
        kinds_there = registry.entities()
        opened = tuple(one.key for one in kinds_there if gate.permits(actor, one, "view"))
        whole = len(opened) == len(kinds_there)
        return None if whole else AboutIds(self.key, self.source.model, self.about_kind, opened)

    @property
    def scoped(self) -> bool:
        return self.is_record

    @property
    def parent_path(self) -> str:
        return self.parent

    @cached_property
    def customer_path(self) -> str:
        """The column of the customer that a record is or hangs on, by which teams reach it; empty for other records."""
        if self.is_customer:
            return "pk"
        if any(column.attname == "customer_id" for column in self.source.model._meta.concrete_fields):
            return "customer_id"
        host = registry.find(self.source.fields()[self.hangs_on].target) if self.hangs_on else None
        return f"{self.hangs_on}_id" if host is not None and host.is_customer else ""

    def parent_entity(self) -> "Entity | None":
        """The entity whose rights a line or fact has."""
        if self.kind not in (EntityKind.LINE, EntityKind.FACT):
            return None
        target = self.fields()[self.parent].target
        return registry.get(target)

    @cached_property
    def handed_over(self) -> Handover | None:
        """How its records go to a successor: as declared, else by their owner; None for what nobody owns."""
        owned = self.kind is EntityKind.RECORD and not self.hangs_on and "assign" in self.commands
        return self.handover or (Handover() if owned else None)

    def attachable(self) -> Iterable["Entity"]:
        """The entities an attached record may hang on."""
        if self.kind is not EntityKind.ATTACHED:
            return ()
        return [host for host in registry.entities() if host.attachments and host.kind is EntityKind.RECORD]

    # --- hooks of the write path ------------------------------------------------------------------------
    def initial(self, actor: Actor) -> dict[str, Any]:
        """Hook: values a new record starts with."""
        return (
            {"owner": actor.stands_for, "department": actor.department_id}
            if self.kind is EntityKind.RECORD and not self.hangs_on
            else {}
        )

    def starting(self, actor: Actor) -> dict[str, Any]:
        """The values a new record starts with, those of features among them."""
        values: dict[str, Any] = {}
        for feature in features():
            values |= feature.starting(self, actor)
        return values | self.initial(actor)

    def clean(self, record: Any, actor: Actor) -> dict[str, str]:
        """Hook: rules over several fields; returns {field key or "": message}."""
        return {}

    def follow(self, records: Sequence[Any]) -> None:
        """Fetch the links that ``clean`` and events look at (``follows``, the parent), for the whole set at once."""
        names = (*self.follows, *((self.parent,) if self.parent else ()))
        if names and len(records) > 1:
            prefetch_related_objects(list(records), *names)

    def derive(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        """What follows from the values of records that are about to be saved: derived columns, then what features derive."""
        self.prepare(records, actor, scopes)
        for feature in features():
            feature.derive(self, records)

    def prepare(self, records: Sequence[Any], actor: Actor, scopes: ScopeResolver) -> None:
        """Hook: derived columns before saving, for the whole set at once (call super)."""
        if self.hangs_on:
            self._inherit_scope(records)
        elif self.kind is EntityKind.ATTACHED:
            self._inherit_host_scope([record for record in records if record.entity])
            self._own_scope([record for record in records if not record.entity], scopes)
        elif self.kind is EntityKind.RECORD:
            scopes.fill(records)

    def _inherit_scope(self, records: Sequence[Any]) -> None:
        field = self.fields()[self.hangs_on]
        rows = (
            registry.get(field.target).base_rows().filter(bulk.key_in("pk", {field.get(record) for record in records}))
        )
        hosts = {
            pk: dict(zip(SCOPE_COLUMNS, scope, strict=True)) for pk, *scope in rows.values_list("pk", *SCOPE_COLUMNS)
        }
        for record in records:
            if host := hosts.get(field.get(record)):
                copy_scope(host, record)

    def _inherit_host_scope(self, records: Sequence[Any]) -> None:
        wanted: dict[str, set[int]] = {}
        for record in records:
            wanted.setdefault(record.entity, set()).add(record.record_id)
        hosts = {key: registry.get(key).base_rows().in_bulk(ids) for key, ids in wanted.items()}
        for record in records:
            if host := hosts[record.entity].get(record.record_id):
                copy_scope({name: getattr(host, name) for name in SCOPE_COLUMNS}, record)
                record.customer_id = registry.get(record.entity).customer_of(host)

    def _own_scope(self, records: Sequence[Any], scopes: ScopeResolver) -> None:
        """Attached records that hang on nothing belong to the person their first ``personal`` field names."""
        for record in records:
            record.entity, record.record_id, record.customer_id = "", 0, None
            record.owner_id, record.department_id = getattr(record, f"{self.personal[0]}_id"), None
        scopes.fill(records)

    def adds(self) -> Iterable[tuple[str, str, Any]]:
        """Hook of entities that are described by data: (entity key, slot, part) of what they add to pages of others, as
        ``registry.extend`` does for those in code."""
        return ()

    def codes(self, count: int, actor: Actor) -> list[str]:
        """Hook: codes for so many new records that brought none; none at all where the entity gives no codes."""
        if not self.code_format:
            return []
        return [self.code_format.format(number) for number in numbering.reserve(self.key, count)]

    def absorbed(self, records: Sequence[Any]) -> None:
        """Hook: records that a merge is about to give to another host, to which they lead already, before they are saved."""

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        """Hook: what else belongs into the same transaction; ``changes`` are commands.Change items."""

    def after(self, changes: Sequence[Any], actor: Actor) -> None:
        """All that belongs into the transaction of the changes: what the entity writes, then what features write."""
        self.written(changes, actor)
        for feature in features():
            feature.written(self, changes, actor)

    def past(self, record: Any) -> list[StoredEvent] | None:
        """Hook: the events that the record's page tells, where they do not stand under its own key in the memory."""
        return None

    def known_as(self, record: Any) -> Wanted | None:
        """Hook: the field, or the choice of one, that a record describes, by which stored things name it (uses)."""
        return None

    def customer_of(self, record: Any) -> int | None:
        """The customer whose timeline shows this record's events; its own id for a customer itself."""
        return getattr(record, self.customer_path) if self.customer_path else None


def entity(declaration: type[Entity]) -> type[Entity]:
    """Class decorator: registers the entity under its key."""
    registry.register(declaration())
    return declaration
