"""Custom fields and their choices as records, kept by administrators."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.commands.retiring import hinder_retirement
from guanxi.platform.customizing import jobs, layout_entity, rule_entity  # noqa: F401 - declares its own
from guanxi.platform.customizing.choices import CHOOSING, FieldKind, Result
from guanxi.platform.customizing.configured import Configured, customizable_entities, fixed, plain_key
from guanxi.platform.customizing.described import MOST_TEXT, describe
from guanxi.platform.customizing.formulas import result_of
from guanxi.platform.customizing.models import CustomChoice, CustomField
from guanxi.platform.customizing.naming import PREFIX, give_key, key_for
from guanxi.platform.customizing.over_fields import WrongExpression
from guanxi.platform.directory.rights import SENSITIVE_KINDS
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import entity
from guanxi.platform.entities.options import EntityKind, Menu, Related, Section
from guanxi.platform.entities.uses import Naming, Wanted
from guanxi.platform.privacy.declared import days_of
from guanxi.platform.privacy.register import refresh
from guanxi.platform.refdata.fields import label_of

FIELD, CHOICE = "customizing.customfield", "customizing.customchoice"
#: Kinds whose decimal places can be chosen.
COUNTING = (FieldKind.DECIMAL, FieldKind.FORMULA)
LIMIT = 100  # fields per kind of record: each makes every form and every row of the list longer
OFFERED = 200  # choices per field


def linkable_entities() -> list[Choice]:
    """What a link can lead to: records of their own and reference lists."""
    kinds_of_records = (EntityKind.RECORD, EntityKind.REFERENCE)
    return [Choice(one.key, one.label_plural) for one in registry.entities() if one.kind in kinds_of_records]


def sensitive_kinds() -> list[Choice]:
    return [Choice(key, label) for key, label in SENSITIVE_KINDS.items()]


@entity
class CustomFieldEntity(Configured):
    model = CustomField
    icon = "forms"
    menu = Menu("settings", 42)
    help = gettext_lazy(
        "Fields that your organisation adds to customers and other records. They are there at once, everywhere."
    )
    title = "label"
    hint = ("entity", "key")
    columns = ("label", "entity", "kind", "key", "required", "active")
    form = (
        Section(gettext_lazy("Field"), "entity", "label", "kind", "key", "help", "required", "start"),
        Section(gettext_lazy("Its values"), "target", "max_length", "decimals", "formula", "gives", key="values"),
        Section(gettext_lazy("Sensitive data"), "sensitivity", "purpose", "retention"),
        Section(gettext_lazy("Order and use"), "searched", "position", "active", key="place"),
    )
    group_by = ("entity", "kind", "sensitivity", "active")
    order = "id"
    naming = Naming("entity", feel=("formula",), stops=True)
    related = (Related("customizing.customchoice", "field", columns=("label", "key", "color", "position", "active")),)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=customizable_entities)
        fields["target"] = fields["target"].with_(kind=kinds.CHOICE, choices=linkable_entities)
        fields["sensitivity"] = fields["sensitivity"].with_(kind=kinds.CHOICE, choices=sensitive_kinds)
        fields["key"] = fields["key"].with_(check=plain_key)
        return fields

    def written(self, changes: Sequence[Any], actor: Actor) -> None:
        super().written(changes, actor)
        for change in changes:
            if any(map(change.touches, ("sensitivity", "retention", "active"))):
                refresh(change.record.entity, change.record.key)
        if any(change.touches("index") for change in changes):
            jobs.start(actor)
        for change in changes:
            record = change.record
            if record.kind == FieldKind.FORMULA and any(map(change.touches, ("formula", "active", "decimals"))):
                jobs.work_out_anew(record, actor)

    def known_as(self, record: CustomField) -> Wanted:
        return Wanted(record.entity, record.key)

    def clean(self, record: CustomField, actor: Actor) -> dict[str, str]:
        if record.kind == FieldKind.FORMULA and registry.find(record.entity) is None:
            return {"": _("The kind of record to which it belongs is not there. Bring that back first.")}
        before = CustomField.objects.filter(pk=record.pk).first() if record.pk else None
        wrong = fixed(before, record, ("entity", "kind", "key", "target")) if before else _refuse_many(record)
        if not wrong and before and before.active and not record.active:
            hindered = hinder_retirement(self, [record], actor)
            wrong = {"active": hindered[record.pk].reason} if hindered else {}
        return wrong or _misfits(record)

    def prepare(self, records: Sequence[CustomField], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            if not record.key.startswith(PREFIX):
                taken = set(CustomField.objects.filter(entity=record.entity).values_list("key", flat=True))
                wanted = record.key or label_of(record.labels, language="en") or label_of(record.labels)
                record.key = key_for(wanted, taken, PREFIX)
            if record.kind == FieldKind.FORMULA:
                record.gives = result_of(registry.get(record.entity), record.formula)


def _refuse_many(record: CustomField) -> dict[str, str]:
    if CustomField.objects.filter(entity=record.entity).count() < LIMIT:
        return {}
    return {"entity": _("A kind of record takes at most %(limit)d fields of your own.") % {"limit": LIMIT}}


def _misfits(record: CustomField) -> dict[str, str]:
    """What does not go together within one field."""
    wrong = {}
    if (record.kind == FieldKind.LINK) != bool(record.target):
        wrong["target"] = _("Say for a link, and for a link only, to which kind of record it leads.")
    if record.max_length is not None and not (record.kind == FieldKind.TEXT and 1 <= record.max_length <= MOST_TEXT):
        wrong["max_length"] = _("Only a text has a longest length, of 1 to 400 characters.")
    if record.decimals is not None and not (record.kind in COUNTING and record.decimals <= 4):
        wrong["decimals"] = _("Only a decimal number or a formula has decimal places, 0 to 4 of them.")
    if record.searched and record.kind not in (FieldKind.TEXT, FieldKind.LONGTEXT):
        wrong["searched"] = _("Only texts are searched.")
    if record.sensitivity and not record.purpose:
        wrong["purpose"] = _("Say why this sensitive data is kept.")
    if record.retention and days_of(record.retention) is None:
        wrong["retention"] = _("Write a period as P3Y (years), P6M (months) or P90D (days).")
    return wrong or _wrong_start(record) or _wrong_formula(record)


def _wrong_formula(record: CustomField) -> dict[str, str]:
    """Whether there is a formula where one belongs, of a kind that stays, over fields that exist."""
    if (record.kind == FieldKind.FORMULA) != bool(record.formula.strip()):
        return {"formula": _("Write a formula for a field of the kind “Formula”, and for such a field only.")}
    if record.kind != FieldKind.FORMULA:
        return {}
    if record.required or record.start:
        return {"required" if record.required else "start": _("Nobody fills in a formula.")}
    try:
        result = result_of(registry.get(record.entity), record.formula)
    except WrongExpression as error:
        return {"formula": str(error)}
    if record.gives and result != record.gives:
        message = _("The formula gave “%(before)s” so far and would now give “%(after)s”. Make a new field for it.")
        return {"formula": message % {"before": Result(record.gives).label, "after": result.label}}
    return {}


def _wrong_start(record: CustomField) -> dict[str, str]:
    if not record.start:
        return {}
    if record.kind in (FieldKind.LINK, FieldKind.USER, FieldKind.FILE, FieldKind.FORMULA):
        return {"start": _("New records cannot begin with a link or a file.")}
    try:
        describe(record, CustomChoice.objects.filter(field=record.pk, active=True) if record.pk else ()).parse(
            record.start
        )
    except Invalid as error:
        return {"start": str(error)}
    return {}


@entity
class CustomChoiceEntity(Configured):
    model = CustomChoice
    icon = "list-check"
    parent = "field"
    title = "label"
    hint = ("key",)
    columns = ("label", "key", "field", "color", "position", "active")
    form = (Section(gettext_lazy("Choice"), "field", "label", "color", "position", "active", "key"),)
    order = "id"

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["key"] = fields["key"].with_(check=plain_key)
        return fields

    def known_as(self, record: CustomChoice) -> Wanted:
        return Wanted(record.field.entity, record.field.key, record.key)

    def clean(self, record: CustomChoice, actor: Actor) -> dict[str, str]:
        before = CustomChoice.objects.filter(pk=record.pk).first() if record.pk else None
        if before:
            return fixed(before, record, ("field", "key"))
        if record.field.kind not in CHOOSING:
            return {"field": _("Only a field of the kind “Choice” or “Several choices” offers choices.")}
        if CustomChoice.objects.filter(field=record.field_id).count() >= OFFERED:
            return {"field": _("A field offers at most %(limit)d choices.") % {"limit": OFFERED}}
        return {}

    def prepare(self, records: Sequence[CustomChoice], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            give_key(record, CustomChoice.objects.filter(field=record.field_id))
