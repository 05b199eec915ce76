"""Forms of records and commands, derived from field descriptions; reading what they send back."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.masking import BlindField
from guanxi.platform.commands.command import Command
from guanxi.platform.commands.outcome import Conflict, Rejected
from guanxi.platform.customizing.rules import Ruling
from guanxi.platform.entities import layout, links
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.options import Section
from guanxi.platform.entities.uses import Use, uses_of
from guanxi.platform.events.selectors import history
from guanxi.platform.files.errors import FileRefused
from guanxi.platform.files.services import receive
from guanxi.platform.ui import addresses, duplicates_page, filters, form_rules
from guanxi.platform.ui.contexts import ConflictRow, FormField, FormPage, FormSection, Option
from guanxi.platform.ui.present import Presenter, ago, page_kind

#: The command before which is told what uses the record.
RETIRING = "deactivate"
LISTS = (kinds.MULTICHOICE, kinds.TAGS)
SHORT = (
    kinds.INTEGER,
    kinds.DECIMAL,
    kinds.MONEY,
    kinds.DATE,
    kinds.DATETIME,
    kinds.CHOICE,
    kinds.PHONE,
    kinds.CODE,
    kinds.USER,
    kinds.BOOLEAN,
)


def read(data: QueryDict, fields: Iterable[Field]) -> dict[str, Any]:
    """The raw inputs of a form for those of the fields that it holds."""
    found: dict[str, Any] = {}
    for field in fields:
        if field.key in data:
            found[field.key] = (
                [value for value in data.getlist(field.key) if value]
                if field.kind in LISTS
                else data.getlist(field.key)[-1]
            )
        elif f"{field.key}__sent" in data:
            found[field.key] = [] if field.kind in LISTS else None
    return found


def _sent(field: Field, raw: Any) -> Any:
    """What was sent, as its input shows it again: a switch that was off sends the word for it."""
    if field.kind is not kinds.BOOLEAN:
        return raw
    try:
        return bool(field.parse(raw))
    except kinds.Invalid:
        return False


def untouched_moments(raw: Mapping[str, Any], record: Any, fields: Iterable[Field], actor: Actor) -> set[str]:
    """Keys of the moments that come back as they were shown. Where clocks are set back an hour happens twice, and its text
    cannot tell which of the two was meant: what nobody touched is not taken anew."""
    found = set()
    for field in fields:
        if field.kind is kinds.DATETIME and field.key in raw:
            value = field.get(record)
            if isinstance(value, datetime) and raw[field.key] == _local(value.astimezone(actor.zone)):
                found.add(field.key)
    return found


def take_files(files: MultiValueDict[str, UploadedFile], fields: Iterable[Field], actor: Actor) -> dict[str, int]:
    """The raw inputs of the form's uploads: they are stored, and claimed by the record that is written with them.
    Raises Rejected."""
    found: dict[str, int] = {}
    for field in fields:
        if field.kind is kinds.FILE and (brought := files.get(field.key)):
            try:
                found[field.key] = receive(brought, brought.name or "", by=actor.user_id).pk
            except FileRefused as refusal:
                raise Rejected({field.key: str(refusal)}) from refusal
    return found


def _takes_files(fields: Mapping[str, Field]) -> bool:
    return any(field.kind is kinds.FILE for field in fields.values())


class Form:
    """Builds the fields of one form for one actor. ``values`` are typed values, ``raw`` what was sent."""

    def __init__(
        self,
        entity: Entity,
        actor: Actor,
        *,
        raw: Mapping[str, Any] | None = None,
        errors: Mapping[str, str] | None = None,
        record: Any = None,
        ruling: Ruling | None = None,
        locked: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self.entity, self.actor, self.record, self.ruling = entity, actor, record, ruling or Ruling()
        self.locked = locked or {}
        self.raw, self.errors = raw or {}, errors or {}
        self._labels: dict[tuple[str, int], str] = {}

    def load(self, fields: Sequence[Field], values: Mapping[str, Any]) -> None:
        """Name the records that link fields show: one query per target."""
        for field in fields:
            value = self.raw.get(field.key, values.get(field.key)) if field.is_link else None
            if value and str(value).isdigit():
                for pk, label in links.labels(field.target, [int(value)], self.actor).items():
                    self._labels[field.target, pk] = label

    def field(self, field: Field, value: Any, *, autofocus: bool = False, check_url: str = "") -> FormField:
        """One field with the value shown in it; one that the actor may not change by themselves says why."""
        if field.key in self.locked:
            text, reason = self.locked[field.key]
            return FormField(
                name=field.key, kind=page_kind(field), label=str(field.label), help=str(field.help), value=text,
                readonly=True, readonly_reason=reason, error=self.errors.get(field.key, ""),
                width="half" if field.kind in SHORT else "full",
            )  # fmt: skip
        shown = _sent(field, self.raw[field.key]) if field.key in self.raw else self._shown(field, value)
        return FormField(
            name=field.key,
            kind=page_kind(field),
            label=str(field.label),
            help=str(field.help),
            value=shown,  # type: ignore[arg-type]
            required=self._needed(field),
            gone=field.key in self.ruling.hidden,
            error=self.errors.get(field.key, ""),
            choices=self._choices(field, shown),
            picker_url=filters.picker_url(field) if field.is_link and field.kind is not kinds.FILE else "",
            prefix="\u00a5" if field.kind is kinds.MONEY else "",
            width="half" if field.kind in SHORT else "full",
            multiple=field.kind in LISTS,
            max_length=field.max_length,
            autofocus=autofocus,
            check_url=check_url,
            create_url="1" if field.kind is kinds.TAGS else "",
            placeholder=self._masked(field),
        )

    def _needed(self, field: Field) -> bool:
        if field.kind is kinds.FILE and field.key in self.raw:
            return False
        return field.required or field.key in self.ruling.needed

    def _masked(self, field: Field) -> str:
        """What stands in the empty input of a field that the actor may only replace."""
        if not isinstance(field, BlindField) or self.record is None:
            return ""
        shown = field.shown(self.record)
        return _("%(value)s: leave empty to keep it") % {"value": shown} if shown else ""

    def _shown(self, field: Field, value: Any) -> Any:
        if field.kind in LISTS:
            return value or []
        if field.kind is kinds.BOOLEAN:
            return bool(value)
        if field.is_empty(value):
            return ""
        if isinstance(value, datetime):
            return _local(value.astimezone(self.actor.zone))
        if isinstance(value, Decimal):
            return f"{value.normalize():f}"
        return str(value)

    def _choices(self, field: Field, shown: Any) -> list[Option]:
        if field.is_link:
            if not shown or not str(shown).isdigit():
                return []
            if field.kind is kinds.FILE and field.key not in self.raw:
                return []  # a file that is not exchanged is not sent again
            label = self._labels.get((field.target, int(shown)), _("not open to you"))
            return [Option(value=str(shown), label=label, selected=True)]
        if field.kind is kinds.TAGS:
            return [Option(value=tag, label=tag, selected=True) for tag in shown]
        chosen = set(shown) if isinstance(shown, list) else {shown}
        offered = self.ruling.offered.get(field.key)
        return [
            Option(value=choice.value, label=str(choice.label), selected=choice.value in chosen)
            for choice in field.choices()
            if choice.value in chosen or not (choice.retired or (offered is not None and choice.value not in offered))
        ]

    def sections(
        self, fields: Mapping[str, Field], values: Mapping[str, Any], arranged: Sequence[Section] | None = None
    ) -> list[FormSection]:
        """The sections of the actor's layout (or of one that is tried) with those fields that the actor may set."""
        self.load(list(fields.values()), values)
        left, found = dict(fields), []
        for section in layout.sections(self.entity, self.actor) if arranged is None else arranged:
            own = [left.pop(key) for key in section.fields if key in left]
            if own:
                found.append((section.key, str(section.label), own))
        first = next(iter(self.errors), None) or (found[0][2][0].key if found else "")
        return [
            FormSection(
                id=key,
                label=label,
                fields=[
                    self.field(field, values.get(field.key), autofocus=field.key == first, check_url=self._check(field))
                    for field in own
                ],
            )
            for key, label, own in found
        ]

    def _check(self, field: Field) -> str:
        return addresses.page_of(self.entity, "check", field=field.key)

    def inputs(self, fields: Mapping[str, Field], given: Mapping[str, Any] | None = None) -> list[FormSection]:
        """One section with the inputs of a command; ``given`` are those that do not begin as usual."""
        if not fields:
            return []
        values = {key: field.start() for key, field in fields.items()} | dict(given or {})
        self.load(list(fields.values()), values)
        own = [
            self.field(field, values[key], autofocus=index == 0) for index, (key, field) in enumerate(fields.items())
        ]
        return [FormSection(id="inputs", label="", fields=own)]


def _local(moment: datetime) -> str:
    """What the browser's date-time field takes; seconds only where there are any, so that saving keeps them."""
    plain = moment.replace(tzinfo=None)
    return plain.isoformat(timespec="minutes" if not (plain.second or plain.microsecond) else "auto")


def create_page(
    command: Command, actor: Actor, values: Mapping[str, Any], *, raw: Any = None, errors: Any = None, key: str = ""
) -> FormPage:
    """The form of a new record, with the values it starts with."""
    entity = command.entity
    fields = command.inputs(actor)
    initial = {name: field.start() for name, field in fields.items()}
    starting = initial | entity.starting(actor) | dict(values)
    shown = form_rules.filled(entity, None, fields, starting, raw or {})
    form = Form(entity, actor, raw=raw, errors=errors, ruling=form_rules.begin(entity, shown, actor))
    watched = [key for key in duplicates_page.watched(entity) if key in fields]
    return FormPage(
        entity_key=entity.key,
        title=_("New %(entity)s") % {"entity": entity.label},
        action_url=addresses.page_of(entity, "create"),
        sections=form.sections(fields, starting),
        rules=form_rules.described(entity, shown, fields, actor, new=True),
        submit_label=_("Create"),
        submit_again_label=_("Create and add another"),
        similar_url=addresses.page_of(entity, "similar") if watched else "",
        watched=watched,
        has_files=_takes_files(fields),
        cancel_url=addresses.list_of(entity),
        idempotency_key=key or uuid.uuid4().hex,
        errors=_general(errors, fields),
        **_host(raw or values, entity),
    )


def _host(values: Mapping[str, Any], entity: Entity) -> dict[str, Any]:
    """An attached record's form keeps what it hangs on."""
    if not entity.attachable():
        return {}
    return {"hidden": [(name, str(values[name])) for name in ("entity", "record_id") if values.get(name)]}


def _general(errors: Mapping[str, str] | None, fields: Mapping[str, Field]) -> list[str]:
    return [message for key, message in (errors or {}).items() if key not in fields]


def edit_page(
    command: Command,
    actor: Actor,
    record: Any,
    *,
    raw: Any = None,
    errors: Any = None,
    conflict: Conflict | None = None,
) -> FormPage:
    """The form of a record; after a conflict with both values of every field in question."""
    entity = command.entity
    fields = command.inputs(actor)
    values = {key: field.get(record) for key, field in fields.items()}
    shown = form_rules.filled(entity, record, fields, values, raw or {})
    ruling = form_rules.begin(entity, shown, actor)
    locked = form_rules.locked(entity, actor, record, fields)
    form = Form(entity, actor, raw=raw, errors=errors, record=record, ruling=ruling, locked=locked)
    return FormPage(
        entity_key=entity.key,
        title=_("Edit %(record)s") % {"record": entity.title_of(record, actor)},
        subtitle=str(getattr(record, "code", "")),
        action_url=addresses.page_of(entity, "edit", record.pk),
        sections=form.sections(fields, values),
        rules=form_rules.described(entity, shown, fields, actor, new=False),
        has_files=_takes_files(fields),
        submit_label=_("Save"),
        cancel_url=addresses.record(entity, record.pk),
        version=record.version,
        errors=_general(errors, fields),
        conflict=conflict_rows(entity, actor, conflict) if conflict else (),
        uses=_uses(entity, actor, record),
    )


def _uses(entity: Entity, actor: Actor, record: Any) -> Sequence[Use]:
    wanted = entity.known_as(record)
    return uses_of(wanted, actor) if wanted else ()


def meanwhile(entity: Entity, conflict: Conflict, seen: int) -> tuple[set[str], set[str]]:
    """What a save over a newer version is about: (fields only others changed, fields that both changed).

    :param seen: the version that the person had before them; a form sends all its fields, also those left alone
    """
    fields = entity.fields()
    before: dict[str, Any] = {}
    for event in history(entity.key, conflict.record.pk, limit=50):
        diff = event.diff or {}
        if diff.get("version", (0, 0))[1] > seen:
            before |= {key: pair[0] for key, pair in diff.items() if key in fields}
    if not before:
        return set(), set(conflict.fields)
    changed = {key for key in conflict.fields if key in before}
    theirs = {key for key in changed if _same(fields[key], before[key], conflict.fields[key][1])}
    return theirs, changed - theirs


def _same(field: Field, stored: Any, value: Any) -> bool:
    if field.is_empty(stored) or field.is_empty(value):
        return field.is_empty(stored) and field.is_empty(value)
    return bool(field.imported(stored) == value)


def conflict_rows(entity: Entity, actor: Actor, conflict: Conflict) -> list[ConflictRow]:
    """Both values of the fields that two people changed, with who and when."""
    fields = entity.readable(actor)
    shown = [fields[key] for key in conflict.fields if key in fields]
    presenter = Presenter(entity, actor, shown)
    events = history(entity.key, conflict.record.pk, limit=50)
    rows = []
    for field in shown:
        theirs, mine = conflict.fields[field.key]
        event = next((one for one in events if field.key in (one.diff or {})), None)
        presenter.labels[field.key] = (
            links.labels(field.target, [value for value in (theirs, mine) if value], actor) if field.is_link else {}
        )
        base = field.imported((event.diff or {})[field.key][0]) if event else None
        rows.append(
            ConflictRow(
                name=field.key,
                label=str(field.label),
                base=presenter.text(field, base) if base is not None else "",
                mine=presenter.text(field, mine),
                theirs=presenter.text(field, theirs),
                by=event.actor_name if event else "",
                at=ago(event.at, actor.now(), actor.zone) if event else "",
            )
        )
    return rows


def command_page(
    command: Command, actor: Actor, record: Any, *, raw: Any = None, errors: Any = None, key: str = ""
) -> FormPage:
    """The dialog of a command on one record."""
    entity, fields = command.entity, command.inputs(actor)
    form = Form(entity, actor, raw=raw, errors=errors, record=record)
    return FormPage(
        entity_key=entity.key,
        title=str(command.label),
        subtitle=entity.title_of(record, actor),
        note=str(command.help),
        action_url=addresses.page_of(entity, "command", record.pk, command.name),
        sections=form.inputs(fields, command.starts(record, actor) if command.starts else None),
        has_files=_takes_files(fields),
        submit_label=str(command.label),
        version=getattr(record, "version", 0),
        idempotency_key=key or uuid.uuid4().hex,
        errors=_general(errors, fields),
        danger=command.danger,
        uses=_uses(entity, actor, record) if command.name == RETIRING else (),
    )
