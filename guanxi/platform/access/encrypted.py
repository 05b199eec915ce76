"""A text column that is encrypted at rest and looks like any other to the code above.

    id_number = EncryptedField(_("Document number"), max_length=32, blank=True)

is all a model declares. Beside the column stand two digests, ``id_number_blind`` of the whole value and ``id_number_tail``
of its last four, each with a key of its own and different for each field; they come by themselves, in models and in
migrations. Querysets find equal values (``exact``, ``in``) and last fours (``endswith``) by them and refuse everything
else. The model needs a column ``uid`` before it: a value is bound to model, field and uid of its row, so that it cannot be
read in another one. ``pre_save`` has nothing left to do: a value is encrypted when it is set on the record.

A record's ``__dict__`` holds ``Sealed``, its attribute gives the text; the Field description of such a column therefore
has no ``attribute``. A value that cannot be read is ``Unreadable``: empty to code, told to people, kept on save.
"""

import secrets
import time
import unicodedata
import uuid
from typing import Any

from django.core import checks
from django.db import models
from django.db.models.expressions import Col
from django.db.models.lookups import Exact, IsNull, Lookup
from django.db.models.query_utils import DeferredAttribute
from django.utils.translation import gettext as _

from guanxi.platform.access import keys, unreadable
from guanxi.platform.bulk.keys import one_of

#: So many of the last characters of a value can be looked for.
TAIL = 4


def new_uid() -> uuid.UUID:
    """A UUID of version 7 (RFC 9562): 48 bits of time in milliseconds, then random."""
    value = (time.time_ns() // 1_000_000) << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 7 << 76
    return uuid.UUID(int=value & ~(0b11 << 62) | 0b10 << 62)


def normalised(value: str) -> str:
    """The form in which values are compared: widths, case and spaces make no difference."""
    return "".join(unicodedata.normalize("NFKC", value).split()).upper()


class Sealed:
    """An encrypted value as its column holds it; what was read of it once is kept."""

    __slots__ = ("_plain", "stored")

    def __init__(self, stored: str, plain: str | None = None) -> None:
        self.stored, self._plain = stored, plain

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sealed) and other.stored == self.stored

    def __hash__(self) -> int:
        return hash(self.stored)

    def __repr__(self) -> str:
        return "<sealed>"

    def open(self, aad: bytes) -> str:
        """The text. Raises keys.Undecipherable."""
        if self._plain is None:
            self._plain = keys.decrypt(keys.from_text(self.stored), aad).decode()
        return self._plain


class Unreadable(str):
    """Stands for a value that cannot be read: an empty text, so that nothing is worked out from it."""

    sealed: Sealed | None

    def __new__(cls, sealed: Sealed | None = None) -> "Unreadable":
        self = super().__new__(cls, "")
        self.sealed = sealed
        return self

    @property
    def told(self) -> str:
        """What people see in its place."""
        return _("cannot be read")


class DigestField(models.CharField):
    """A keyed digest of the encrypted column ``of``; kept by it, never set by hand."""

    def __init__(self, *args: Any, of: str, **kwargs: Any) -> None:
        self.of = of
        kwargs |= {"max_length": 64, "blank": True, "default": "", "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"of": self.of}


class SecretAttribute(DeferredAttribute):
    """Text for whoever asks the record, ``Sealed`` for its ``__dict__``."""

    field: "EncryptedField"

    def __get__(self, instance: models.Model | None, owner: Any = None) -> Any:
        held = super().__get__(instance, owner)
        if instance is None or not isinstance(held, Sealed):
            return held
        try:
            return held.open(self.field.place_of(instance))
        except keys.Undecipherable as problem:
            unreadable.tell(instance._meta.label_lower, instance.pk, self.field.name, str(problem))
            return Unreadable(held)

    def __set__(self, instance: models.Model, value: Any) -> None:
        field, data = self.field, instance.__dict__
        if isinstance(value, Unreadable):
            value = value.sealed
        if isinstance(value, Sealed):  # from the database
            data[field.attname] = value
            return
        held = data.get(field.attname)
        if isinstance(held, Sealed) and self.__get__(instance) == (value or ""):
            return  # unchanged; and nothing over what cannot be read leaves it as it is
        data |= field.columns_for(instance, str(value)) if value else field.emptied()


class EncryptedField(models.CharField):
    """See the module's docstring. ``digests=False`` is for migrations, which name the digests' columns themselves."""

    descriptor_class = SecretAttribute

    def __init__(self, *args: Any, digests: bool = True, **kwargs: Any) -> None:
        self.digests = digests
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs | {"digests": False}

    def contribute_to_class(self, cls: type[models.Model], name: str, private_only: bool = False) -> None:
        super().contribute_to_class(cls, name, private_only)
        if self.digests and not cls._meta.abstract:
            for place, digest in enumerate((f"{name}_blind", f"{name}_tail"), 1):
                column = DigestField(of=name)
                # Before the column itself: a record that is made gets the digest's default first, then the value.
                column.creation_counter = self.creation_counter - 1 + place / 4  # type: ignore[assignment]
                column.contribute_to_class(cls, digest)

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        names = [column.name for column in self.model._meta.concrete_fields]
        found = super().check(**kwargs)
        if "uid" not in names or names.index("uid") > names.index(self.name):
            found.append(checks.Error("An encrypted field needs a column “uid” before it.", obj=self, id="access.E010"))
        if self.unique or getattr(self, "db_index", False) or self.null:
            hint = f"Declare the index or constraint on {self.name}_blind; no value is an empty text."
            found.append(checks.Error("It cannot be unique, indexed or null.", hint=hint, obj=self, id="access.E011"))
        return found

    def get_internal_type(self) -> str:
        return "TextField"  # what is stored is longer than the text

    # --- encrypting ---------------------------------------------------------------------------------------
    @property
    def purpose(self) -> str:
        """Which field it is, for keys and contexts."""
        return f"{self.model._meta.label_lower}.{self.name}"

    def place_of(self, instance: Any) -> bytes:
        """The one place in which a value of this record can be read."""
        return self.place(instance.uid)

    def place(self, uid: uuid.UUID | None) -> bytes:
        return f"{self.purpose}.{uid.hex if uid else ''}".encode()

    def columns_for(self, instance: Any, value: str) -> dict[str, Any]:
        """The columns of a record for a new value, its uid among them."""
        uid = instance.uid or new_uid()
        return {"uid": uid, **self.sealed(uid, value)}

    def sealed(self, uid: uuid.UUID, value: str) -> dict[str, Any]:
        """Column → what it holds for a value in the row of this uid."""
        return {self.attname: self.seal(uid, value), **self.digests_of(value)}

    def seal(self, uid: uuid.UUID, value: str) -> Sealed:
        """A value under the newest key, for the row of this uid."""
        return Sealed(keys.to_text(keys.encrypt(value.encode(), self.place(uid))), value)

    def digests_of(self, value: str) -> dict[str, str]:
        whole = normalised(value)
        return {
            f"{self.name}_blind": keys.blind(whole, self.purpose),
            f"{self.name}_tail": keys.blind(whole[-TAIL:], f"{self.purpose}.tail") if len(whole) >= TAIL else "",
        }

    def emptied(self) -> dict[str, Any]:
        """Column → what it holds for no value."""
        return {self.attname: "", f"{self.name}_blind": "", f"{self.name}_tail": ""}

    # --- the database -------------------------------------------------------------------------------------
    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        return model_instance.__dict__[self.attname]

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        return Sealed(value) if value else value

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Sealed):
            return value.stored
        if value in ("", None):
            return value
        raise ValueError(f"{self.purpose} is encrypted when it is set on a record: nothing else writes or compares it")

    def get_lookup(self, lookup_name: str) -> type[Lookup] | None:
        return _LOOKUPS.get(lookup_name)

    def get_transform(self, lookup_name: str) -> None:
        return None


# --- looking for values -----------------------------------------------------------------------------------
class _Digested(Lookup):
    """Compares the digests instead of the value; what nothing equals is left out."""

    prepare_rhs = False
    tail = False

    def values(self) -> list[str]:
        return [str(self.rhs)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        field = self.lhs.target
        name, purpose = ("tail", f"{field.purpose}.tail") if self.tail else ("blind", field.purpose)
        digest = field.model._meta.get_field(f"{field.name}_{name}")
        column, _none = compiler.compile(Col(self.lhs.alias, digest))
        wanted = [one for value in self.values() for one in keys.blinds(normalised(value), purpose)]
        condition, parameter = one_of(column, digest, wanted, connection)
        # No value is empty; SQLite uses an index of the filled ones only if it is told so, in the index's own words.
        return f"({condition} AND NOT ({column} = ''))", (parameter,)


class _Equal(_Digested, Exact):
    lookup_name = "exact"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        if self.rhs == "":
            column, parameters = self.process_lhs(compiler, connection)
            return f"{column} = ''", tuple(parameters)
        return super().as_sql(compiler, connection)


class _OneOf(_Digested):
    lookup_name = "in"

    def values(self) -> list[str]:
        return [str(value) for value in self.rhs if value] or [secrets.token_hex()]


class _Ends(_Digested):
    lookup_name = "endswith"
    tail = True


_LOOKUPS: dict[str, type[Lookup]] = {"exact": _Equal, "in": _OneOf, "endswith": _Ends, "isnull": IsNull}
