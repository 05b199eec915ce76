"""What is declared of personal data: for which purpose, on which legal basis and how long each field is kept."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from guanxi.platform.access.fields import Field
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.privacy.choices import Basis, DataClass
from guanxi.platform.privacy.subject import subject_of

#: Legal basis and retention of a kind of data where the declaration says nothing else.
USUAL = {
    DataClass.NAME: (Basis.CONTRACT, "P3Y"),
    DataClass.CONTACT: (Basis.CONTRACT, "P3Y"),
    DataClass.IDENTITY: (Basis.LAW, "P5Y"),
    DataClass.FINANCIAL: (Basis.LAW, "P10Y"),
    DataClass.PERSONAL: (Basis.CONSENT, "P3Y"),
    DataClass.INTERNAL: (Basis.INTEREST, "P3Y"),
    DataClass.STAFF: (Basis.EMPLOYMENT, "P3Y"),
}
_PERIOD = re.compile(r"P(?:(\d{1,3})Y)?(?:(\d{1,3})M)?(?:(\d{1,5})D)?")
_DAYS = (365, 30, 1)
NAMING = _("knowing whom we deal with")


@dataclass(frozen=True)
class Declared:
    """One line of the register as the declarations have it."""

    entity: str
    field: str
    data: str
    purpose: str | Promise
    basis: str
    retention: str


def days_of(period: str) -> int | None:
    """The days of an ISO 8601 period of years, months and days, at least one; None for anything else."""
    match = _PERIOD.fullmatch(period)
    days = sum(int(count or 0) * size for count, size in zip(match.groups(), _DAYS, strict=True)) if match else 0
    return days or None


def words_of(period: str) -> str:
    """An ISO 8601 period as people say it; what is none stays as it is."""
    match = _PERIOD.fullmatch(period)
    years, months, days = (int(count or 0) for count in match.groups()) if match else (0, 0, 0)
    told = (
        (years, ngettext("%(count)d year", "%(count)d years", years)),
        (months, ngettext("%(count)d month", "%(count)d months", months)),
        (days, ngettext("%(count)d day", "%(count)d days", days)),
    )
    return " ".join(text % {"count": count} for count, text in told if count) or period


def declared_of(entity: Entity, field: Field) -> Declared | None:
    """What is declared of one field; None for what is no personal data."""
    data, purpose = field.sensitivity, field.purpose
    if not data and subject_of(entity) is not None and field.key == entity.title_field:
        data, purpose = DataClass.NAME, NAMING
    if not data:
        return None
    basis, retention = USUAL.get(DataClass(data), ("", "")) if data in DataClass else ("", "")
    return Declared(entity.key, field.key, str(data), purpose, str(field.basis or basis), field.retention or retention)


def all_declared() -> Iterator[Declared]:
    """Every field with personal data, in the order of the entities."""
    for entity in registry.entities():
        for field in entity.fields().values():
            if (found := declared_of(entity, field)) is not None:
                yield found


def gaps(entity: Entity) -> Iterator[str]:
    """What is missing from the declarations of an entity's personal fields."""
    for field in entity.fields().values():
        found = declared_of(entity, field)
        if found is None:
            if field.kind.personal:
                yield f"{entity.key}.{field.key} holds personal data and is not in the register: declare Sensitive(…)"
            continue
        place = f"{entity.key}.{field.key}"
        if not found.purpose:
            yield f"{place}: say for which purpose it is kept (purpose=)"
        if found.basis not in Basis:
            yield f"{place}: no legal basis is usual for “{found.data}”; name one (basis=), of {', '.join(Basis.values)}"
        if days_of(found.retention) is None:
            yield f"{place}: say how long it is kept (retention=), as P3Y"
