"""The keys of records: keyed digests of their values in one way of writing, kept beside them by whatever door they are saved."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Any

from guanxi.platform import bulk
from guanxi.platform.access import keys
from guanxi.platform.commands.outcome import Change
from guanxi.platform.duplicates import naming
from guanxi.platform.duplicates.declared import Duplicates, duplicates_of
from guanxi.platform.duplicates.models import DuplicateKey
from guanxi.platform.entities.entity import Entity
from guanxi.platform.refdata.chinese.names import EmailProblem, normalise_email
from guanxi.platform.refdata.chinese.phones import PhoneProblem, parse_phone
from guanxi.platform.refdata.chinese.script import normalise_width

#: Kinds of keys that say nothing by themselves: they only bring alike names together.
BLOCKS = frozenset({"~head", "~tail", "~sound"})
#: The kind of the key of a name.
NAME = "~name"
#: Fewer signs are no number of anything.
LEAST = 4
_SIZE = 8

#: (kind, digest)
Digest = tuple[str, int]
_COLUMNS = ("entity", "record_id", "kind", "digest")


def _code(text: str) -> str:
    return "".join(letter for letter in normalise_width(text).upper() if letter.isalnum())


def _phone(text: str) -> str:
    try:
        return parse_phone(text).text
    except PhoneProblem:
        return ""


def _email(text: str) -> str:
    try:
        return normalise_email(text).casefold()
    except EmailProblem:
        return ""


FORMS: Mapping[str, Callable[[str], str]] = {"code": _code, "phone": _phone, "email": _email}


class Digester:
    """Makes the keys of one entity's records. The secret is read once: a digest per value costs a microsecond."""

    def __init__(self, entity: Entity) -> None:
        option = duplicates_of(entity)
        if option is None:
            raise ValueError(f"{entity.key} is not looked through for duplicates")
        self.entity, self.option = entity, option
        self._secret = bytes.fromhex(keys.blind(entity.key, "duplicates.duplicatekey.digest"))
        fields = entity.fields()
        self._keys = [(key.field, FORMS[key.form], fields[key.field]) for key in option.keys]
        self._name = fields[option.name.field]

    def digest(self, kind: str, text: str) -> int:
        found = blake2b(f"{kind}\0{text}".encode("utf-8", "replace"), digest_size=_SIZE, key=self._secret)
        return int.from_bytes(found.digest(), "big", signed=True)

    def of(self, record: Any) -> list[Digest]:
        """The keys of a record."""
        return list(self.of_kinds(record, {name for name, _form, _field in self._keys} | {self.option.name.field}))

    def of_kinds(self, record: Any, allowed: Iterable[str]) -> Iterator[Digest]:
        """The keys that follow from some of its fields."""
        allowed = set(allowed)
        for name, form, field in self._keys:
            if name in allowed and (value := field.get(record)):
                text = form(str(value))
                if len(text) >= LEAST:
                    yield name, self.digest(name, text)
        if self.option.name.field in allowed and (value := self._name.get(record)):
            yield from self._of_name(record, str(value))

    def _of_name(self, record: Any, text: str) -> Iterator[Digest]:
        option = self.option.name
        if option.is_person(record):
            host = getattr(record, f"{option.within}_id", None) if option.within else None
            if (not option.within or host) and (key := naming.person(text)):
                yield NAME, self.digest(NAME, f"{host or ''}|{key}")
            return
        name = naming.organisation(text)
        if name.key:
            yield NAME, self.digest(NAME, name.key)
        for kind, block in name.blocks:
            yield f"~{kind}", self.digest(f"~{kind}", block)


def concerned(option: Duplicates, change: Change) -> bool:
    """Whether a change touches what the keys are made of."""
    name = option.name
    fields = (name.field, name.within, *(name.persons or ()), *(key.field for key in option.keys))
    return change.created or change.touches(*filter(None, fields))


def keep(entity: Entity, records: Sequence[Any], *, fresh: bool = False) -> None:
    """Write the keys of saved records anew; ``fresh`` ones have none yet. The caller's transaction."""
    if not records:
        return
    digester = Digester(entity)
    if not fresh:
        forget(entity, [record.pk for record in records])
    rows = [(entity.key, record.pk, kind, digest) for record in records for kind, digest in digester.of(record)]
    bulk.insert_many(DuplicateKey, _COLUMNS, rows)


def forget(entity: Entity, ids: Sequence[int]) -> None:
    """Drop the keys of records."""
    DuplicateKey.objects.filter(bulk.key_in("record_id", ids), entity=entity.key).delete()
