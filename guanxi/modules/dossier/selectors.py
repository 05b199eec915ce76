"""What is protected and what is required, as every process knows it; what is there of customers."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Count

from guanxi.modules.dossier.choices import CUSTOMER
from guanxi.modules.dossier.models import ProtectedField, Requirement
from guanxi.modules.dossier.policies import Required
from guanxi.platform.bulk import key_in
from guanxi.platform.customizing.over_fields import WrongExpression, checked, readable
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import EntityKind
from guanxi.platform.feel import types
from guanxi.platform.feel.tree import names_used


def protected_fields() -> dict[str, list[ProtectedField]]:
    """Key of a field of customers → what protects it. One query per configuration, none before there is one."""
    if not registry.configuration_version():
        return {}
    found: dict[str, list[ProtectedField]] = registry.cached("dossier.protected", _protected)
    return found


def _protected() -> dict[str, list[ProtectedField]]:
    known, found = registry.get(CUSTOMER).fields(), defaultdict(list)
    for row in ProtectedField.objects.filter(active=True).order_by("pk"):
        if row.field in known:  # a custom field may be out of use
            found[row.field].append(row)
    return dict(found)


def requirements() -> tuple[Required, ...]:
    """The active requirements in their order. What no longer fits is left out. One query per configuration."""
    if not registry.configuration_version():
        return ()
    found: tuple[Required, ...] = registry.cached("dossier.requirements", _requirements)
    return found


def _requirements() -> tuple[Required, ...]:
    rows = Requirement.objects.filter(active=True).select_related("post").order_by("position", "pk")
    return tuple(one for row in rows if (one := _fitting(row)))


def _fitting(row: Requirement) -> Required | None:
    try:
        return read(row)
    except WrongExpression:
        return None


def read(row: Requirement) -> Required:
    """A requirement with its parts found. Raises WrongExpression."""
    customers = registry.get(CUSTOMER)
    field = customers.fields().get(row.part)
    entity = registry.find(row.part) if field is None else None
    if field is None and (entity is None or entity not in countable()):
        raise WrongExpression("")
    if not row.condition.strip():
        return Required(row, field, entity, None, {})
    expression, found = checked(customers, row.condition)
    if found.kind != types.BOOLEAN_:
        raise WrongExpression(found.label)
    fields = readable(customers)
    return Required(
        row, field, entity, expression, {key: fields[key] for key in names_used(expression.tree) if key in fields}
    )


def countable() -> list[Entity]:
    """The kinds of record of which a file can need some: lines of customers, what hangs on them, files."""
    return [entity for entity in registry.entities() if host_column(entity)]


def host_column(entity: Entity) -> str:
    """The attribute of a record that holds its customer; empty for kinds that do not hang on customers themselves."""
    if entity.key == "directory.attachment":
        return "record_id"
    if not registry.stands_in_code(entity.key):
        return ""
    link = entity.parent if entity.kind is EntityKind.LINE else entity.hangs_on
    leads = link and entity.key != CUSTOMER and entity.source.fields()[link].target == CUSTOMER
    return f"{link}_id" if leads else ""


def counts(kinds: Iterable[Entity], customers: Collection[int]) -> dict[str, dict[int, int]]:
    """Kind of record → customer → how many there are, whoever may see them. One query per kind."""
    found = {}
    for entity in kinds:
        column = host_column(entity)
        rows = entity.base_rows().filter(key_in(column, customers))
        if entity.kind is EntityKind.ATTACHED:
            rows = rows.filter(entity=CUSTOMER)
        found[entity.key] = dict(rows.order_by().values_list(column).annotate(Count("pk")))
    return found
