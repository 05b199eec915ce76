"""What stops the server: keys that cannot be used, side tables without the indexes that rights and lists go by."""

from typing import Any

from django.core.checks import Error, Tags, register
from django.core.exceptions import ImproperlyConfigured
from django.db.models import UniqueConstraint

from guanxi.platform.access import beside, keys

TAG = "keys"


@register(TAG, Tags.security)
def check_keys(app_configs: Any, **_more: Any) -> list[Error]:
    """The data keys can be read, are random, and the suite exists."""
    try:
        keys.current_header()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), hint="docs/settings.md: GUANXI_DATA_KEYS, GUANXI_CIPHER_SUITE", id="access.E001")]
    return []


@register("guanxi")
def check_side_tables(app_configs: Any = None, **_more: Any) -> list[Error]:
    """Each finds records by name and value, and the values of a record, in an index."""
    found = []
    for table in beside.tables():
        meta = table.model._meta
        unique = {tuple(one.fields) for one in meta.constraints if isinstance(one, UniqueConstraint)}
        indexes = {tuple(one.fields) for one in meta.indexes}
        columns = [name.removesuffix("_id") for name in (table.host, table.name, table.value)]
        if (columns[0], columns[1]) not in unique or (columns[1], columns[2], columns[0]) not in indexes:
            told = f"{table.key} needs UniqueConstraint({columns[:2]}) and Index({[*columns[1:], columns[0]]})"
            found.append(Error(told, obj=table.model, id="access.E002"))
    return found
