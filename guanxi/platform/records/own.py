"""Kinds of record that administrators define, as entities: read once per configuration version."""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any

from django.db import OperationalError, ProgrammingError
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.customizing.described import COLUMN, described
from guanxi.platform.entities import numbering, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Kanban, Menu, Related, Section, Timeline
from guanxi.platform.entities.source import RowSource
from guanxi.platform.records import numbers
from guanxi.platform.records.models import CustomEntity, CustomRecord
from guanxi.platform.refdata.fields import label_of

#: What the keys of all such kinds begin with.
MODULE = "custom"
HOST = "host"
BELONGING = "belonging"
#: Own fields that the list shows unless somebody chooses otherwise.
SHOWN = 5
_UNSHOWN = (kinds.LONGTEXT, kinds.FILE)

_one = lazy(label_of, str)


def _several(row: CustomEntity) -> str:
    """The name of several in the reader's language; most languages have one name for both."""
    return row.plurals.get(get_language() or "") or label_of(row.labels, row.key)


_plural = lazy(_several, str)


class OwnSource(RowSource):
    """Records of one kind in the table of all kinds. Their own fields come as custom fields of the entity."""

    def __init__(self, row: CustomEntity) -> None:
        super().__init__(CustomRecord, described=lambda: (), data=COLUMN, only={"kind": row.pk})
        self._row = row

    def fields(self) -> dict[str, Field]:
        found = super().fields()
        label = {"label": _one(self._row.titles)} if self._row.titles else {}
        first = {"name": found.pop("name").with_(indexed=True, **label), "code": found.pop("code")}
        host = found.pop(HOST)
        if self._row.host:
            first[HOST] = host.with_(
                kind=kinds.LINK, target=self._row.host, label=registry.get(self._row.host).label, required=True,
                clearable=False, bounds=None, indexed=True,
            )  # fmt: skip
        return first | found


class OwnEntity(Entity):
    """One kind of record that administrators defined. What hangs on something has the rights of that."""

    title = "name"
    hint = ("code",)
    keys = ("code", "name")

    def __init__(self, row: CustomEntity) -> None:
        self.row = row
        self.key = key_of(row)
        self.label, self.label_plural = _one(row.labels, row.key), _plural(row)
        self.help, self.icon, self.menu = row.help, row.icon, Menu(row.group, row.position)
        self.code_format = row.numbering
        if row.host:
            self.hangs_on, self.timeline = HOST, Timeline()
        super().__init__()

    def __eq__(self, other: object) -> bool:
        """The same kind, though each version of the configuration makes it anew."""
        return isinstance(other, OwnEntity) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)

    def make_source(self) -> OwnSource:
        return OwnSource(self.row)

    @cached_property
    def form(self) -> tuple[Section, ...]:  # type: ignore[override]
        belonging = ("tags", "remarks") if self.row.host else ("owner", "department", "region", "tags", "remarks")
        return (
            Section(self.label, "name", *([HOST] if self.row.host else []), "code", key="basics"),
            Section(_("Belonging"), *belonging, key=BELONGING),
        )

    def sections(self) -> tuple[Section, ...]:
        """Owner, place, tags and remarks stand behind the fields that the kind was made for."""
        return tuple(sorted(super().sections(), key=lambda section: section.key == BELONGING))

    @cached_property
    def columns(self) -> tuple[str, ...]:  # type: ignore[override]
        own = [field.key for field in self._own() if field.kind not in _UNSHOWN][:SHOWN]
        return ("code", "name", *([HOST] if self.row.host else []), *own, "owner")

    @cached_property
    def kanban(self) -> Kanban | None:  # type: ignore[override]
        """A board by its first choice, with the sum of its first amount."""
        by = next((field.key for field in self._own() if field.kind is kinds.CHOICE), "")
        total = next((field.key for field in self._own() if field.kind is kinds.MONEY), "")
        return Kanban(by, total=total, facts=((HOST,) if self.row.host else ())) if by else None

    @cached_property
    def customer_path(self) -> str:
        host = registry.find(self.row.host) if self.row.host else None
        return HOST if host is not None and host.is_customer else ""

    def adds(self) -> Iterable[tuple[str, str, Any]]:
        return ((self.row.host, "related", Related(self.key, HOST)),) if self.row.host else ()

    def codes(self, count: int, actor: Actor) -> list[str]:
        pattern, day = self.row.numbering, actor.today()
        found = numbering.reserve(f"{self.key} {numbers.series(pattern, day)}", count)
        return [numbers.filled(pattern, day, number) for number in found]

    def _own(self) -> Iterator[Field]:
        return (one.field for one in described(self))


def key_of(row: CustomEntity) -> str:
    return f"{MODULE}.{row.key}"


def own_entities() -> Iterator[OwnEntity]:
    """The kinds in use. What hangs on a kind of record that is not there waits with it."""
    try:
        rows = list(CustomEntity.objects.filter(active=True).order_by("position", "pk"))
    except (OperationalError, ProgrammingError):
        return  # an upgrade that has not come to this room's first migration yet
    free = {key_of(row) for row in rows if not row.host} | {one.key for one in registry.declared()}
    for row in rows:
        if not row.host or row.host in free:
            yield OwnEntity(row)


registry.provide(MODULE, _("Kinds of record of your own"), own_entities)
