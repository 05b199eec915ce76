"""Where values lie that the data keys protect: what a rotation writes anew, what counts as "this key is still needed".

Encrypted columns are found by themselves; whoever calls ``keys.encrypt`` for anything else registers a place for it.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from django.db import models
from django.db.models import CharField, Count, F, TextField
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import envelope, keys, unreadable
from guanxi.platform.access.encrypted import EncryptedField, Sealed
from guanxi.platform.access.encrypted_json import EncryptedJSONField
from guanxi.platform.access.models import EnvelopeKey
from guanxi.platform.bulk import update_changed


@dataclass(frozen=True)
class Renewed:
    """``last`` is the key of the last row looked at (None: there are no more), as JSON; ``done`` values were written anew,
    ``unreadable`` ones left as they are."""

    last: Any = None
    done: int = 0
    unreadable: int = 0


class Place(Protocol):
    """Somewhere sealed values lie."""

    @property
    def key(self) -> str: ...

    @property
    def label(self) -> str | Promise: ...

    def counts(self, using: str = "default") -> Counter[str]:
        """Header of the sealed text (``keys.HEADER`` characters) → number of values."""

    def renew(self, after: Any, limit: int) -> Renewed:
        """Write the next values anew that are not under the newest key and the chosen suite; the caller's transaction."""

    def reads(self, header: str, using: str = "default") -> bool:
        """Whether a value with this header can be read with the keys at hand: a key of the same number may be another."""


def header_of(stored: bytes) -> str:
    return stored[: keys.HEADER // 2].hex()


@dataclass(frozen=True)
class ColumnPlace:
    """Sealed texts in a column of their own. ``context`` says of (primary key, uid) where a value belongs."""

    model: type[models.Model]
    name: str
    label: str | Promise
    uid: str
    context: Callable[[Any], bytes]

    @property
    def key(self) -> str:
        return f"{self.model._meta.label_lower}.{self.name}"

    def _rows(self, using: str) -> models.QuerySet:
        rows = self.model._base_manager.using(using).exclude(**{self.name: ""})
        return rows.annotate(
            header=Substr(F(self.name), 1, keys.HEADER, output_field=CharField()),
            stored=Substr(
                F(self.name), 1, output_field=TextField()
            ),  # as it lies there, whatever the column makes of it
        )

    def counts(self, using: str = "default") -> Counter[str]:
        found = self._rows(using).order_by().values_list("header").annotate(number=Count("pk"))
        return Counter(dict(found))

    def renew(self, after: Any, limit: int) -> Renewed:
        rows = self._rows("default").exclude(header=keys.current_header()).order_by("pk").select_for_update()
        if after is not None:
            rows = rows.filter(pk__gt=after)
        found = list(rows.values_list("pk", self.uid, "stored")[:limit])
        changes = []
        for pk, uid, stored in found:
            try:
                changes.append((pk, None, self._renewed(uid, stored)))
            except keys.Undecipherable as problem:
                unreadable.tell(self.model._meta.label_lower, pk, self.name, str(problem))
        update_changed(self.model, changes)
        last = found[-1][0] if len(found) == limit else None
        return Renewed(
            last if last is None or isinstance(last, int) else str(last), len(changes), len(found) - len(changes)
        )

    def _renewed(self, uid: Any, stored: str) -> dict[str, Any]:
        plain = keys.decrypt(keys.from_text(stored), self.context(uid))
        field = self.model._meta.get_field(self.name)
        if isinstance(field, EncryptedField):
            if stored[2:4] == keys.current_header()[2:4]:  # the digests follow the suite alone
                return {self.name: field.seal(uid, plain.decode())}
            return field.sealed(uid, plain.decode())
        sealed = keys.to_text(keys.encrypt(plain, self.context(uid)))
        return {self.name: Sealed(sealed) if isinstance(field, EncryptedJSONField) else sealed}

    def reads(self, header: str, using: str = "default") -> bool:
        row = self._rows(using).filter(header=header).values_list(self.uid, "stored").first()
        if row is None:
            return True
        try:
            keys.decrypt(keys.from_text(row[1]), self.context(row[0]))
        except keys.Undecipherable:
            return False
        return True


_places: list[Place] = []


def register(place: Place) -> None:
    """Make a place known at start-up."""
    _places.append(place)


def all_places() -> list[Place]:
    """Every place, in an order that does not change while the program runs."""
    models_ = sorted((one for one in apps.get_models() if one._meta.managed), key=lambda one: one._meta.label_lower)
    columns = [place for model in models_ for column in model._meta.local_fields if (place := _column_place(column))]
    return [*_places, *columns]


def _column_place(field: models.Field) -> ColumnPlace | None:
    label = format_lazy("{model}: {field}", model=field.model._meta.verbose_name_plural, field=field.verbose_name)
    if isinstance(field, EncryptedField):
        return ColumnPlace(field.model, field.name, label, "uid", field.place)
    if isinstance(field, EncryptedJSONField):
        place = field.place
        return ColumnPlace(field.model, field.name, label, "pk", lambda pk: place)
    return None


def missing(using: str = "default") -> list[str]:
    """Sentences, in English, about keys that values of a database need and that are not at hand; empty: all can be read.

    One value of each key and place is tried, so that another key of the same number is found out."""
    found = []
    for place in all_places():
        for header, number in sorted(place.counts(using).items()):
            if not place.reads(header, using):
                found.append(f"{number} values of {place.key} need data key {number_of(header)}, which is not here")
    return found


def number_of(header: str) -> int:
    """The number of the key of a header; 0 for what is no header."""
    try:
        return keys.key_id(bytes.fromhex(header))
    except (keys.Undecipherable, ValueError):
        return 0


register(ColumnPlace(EnvelopeKey, "wrapped", _("Keys of the history"), "uid", envelope.context_of))
