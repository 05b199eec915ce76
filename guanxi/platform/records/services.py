"""What follows when a kind of record of one's own comes back or goes for good."""

from guanxi.platform import bulk
from guanxi.platform.access.models.record import SCOPE_COLUMNS
from guanxi.platform.customizing.choices import Index
from guanxi.platform.customizing.models import CustomField
from guanxi.platform.entities import registry
from guanxi.platform.privacy.register import refresh
from guanxi.platform.records.models import CustomEntity, CustomRecord
from guanxi.platform.records.own import key_of

AT_ONCE = 2_000


def catch_up(kind: CustomEntity) -> None:
    """Give the records of a kind that comes back the scope of what they hang on, which may have gone to others meanwhile:
    nobody may see them by rights of yesterday, not for a second. The caller's transaction."""
    host = registry.find(kind.host)
    if host is None:
        return
    rows = CustomRecord.everything.filter(kind=kind.pk, host__isnull=False).order_by("host").distinct()
    last: int | None = 0
    while ids := list(rows.filter(host__gt=last).values_list("host", flat=True)[:AT_ONCE]):
        bulk.copy_columns(
            CustomRecord, SCOPE_COLUMNS, source=host.source.model, link="host", among=("id", ids), where={"kind": kind.pk}
        )  # fmt: skip
        last = ids[-1]


def clear_away(kind: CustomEntity) -> None:
    """Delete the fields of a kind that is deleted for good, with their indexes. The caller's transaction."""
    fields = CustomField.objects.filter(entity=key_of(kind))
    for field in fields.exclude(index=Index.NONE):
        bulk.drop_index(CustomRecord, field.key, ("kind", kind.pk))
    fields.delete()
    refresh()
