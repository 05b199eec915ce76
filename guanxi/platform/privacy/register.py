"""The register of personal data: the declarations as rows, with what the organisation says otherwise."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS, transaction

from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.privacy.declared import Declared, all_declared, days_of
from guanxi.platform.privacy.models import RegisterEntry

_SAID = ("basis", "retention")


def refresh(entity: str = "", field: str = "") -> int:
    """Bring the rows, or that of one field, up to date with the declarations, and say how many changed; what somebody has
    changed stays."""
    rows = RegisterEntry.objects.filter(entity=entity, field=field) if field else RegisterEntry.objects.all()
    known = {(row.entity, row.field): row for row in rows}
    new, changed = [], []
    for one in all_declared():
        if field and (one.entity, one.field) != (entity, field):
            continue
        said = {name: getattr(one, name) for name in _SAID}
        row = known.pop((one.entity, one.field), None)
        if row is None:
            new.append(RegisterEntry(entity=one.entity, field=one.field, data=one.data, declared=said, **said))
        elif _follow(row, one, said):
            changed.append(row)
    with transaction.atomic():
        RegisterEntry.objects.filter(pk__in=[row.pk for row in known.values()]).delete()
        RegisterEntry.objects.bulk_create(new)
        RegisterEntry.objects.bulk_update(changed, ["data", "declared", *_SAID])
    return len(new) + len(changed) + len(known)


def _follow(row: RegisterEntry, one: Declared, said: dict[str, str]) -> bool:
    """Take over what is declared now, but for what differs from what was declared before."""
    if row.declared == said and row.data == one.data:
        return False
    for name in _SAID:
        if getattr(row, name) == row.declared.get(name):
            setattr(row, name, said[name])
    row.declared, row.data = said, one.data
    return True


def after_migrate(sender: Any, using: str = DEFAULT_DB_ALIAS, **kwargs: Any) -> None:
    """The tables are there: the register follows the program that has just been installed."""
    if using == DEFAULT_DB_ALIAS and RegisterEntry._meta.db_table in _tables(using):
        refresh()


def _tables(using: str) -> list[str]:
    from django.db import connections

    return connections[using].introspection.table_names()


def field_of(row: RegisterEntry) -> Field | None:
    """The field that an entry tells of; None when it is gone."""
    entity = registry.find(row.entity)
    return entity.fields().get(row.field) if entity else None


def days_kept(entity_key: str, data: str) -> int | None:
    """The shortest time that the register promises for a kind of data of an entity ("": for all of its personal data);
    None if there is none."""
    rows = RegisterEntry.objects.filter(entity=entity_key).values_list("data", "retention")
    found = [days_of(retention) for kind, retention in rows if data in ("", kind)]
    return min((days for days in found if days), default=None)
