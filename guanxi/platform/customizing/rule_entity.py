"""Form rules as records, kept by administrators."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.customizing.configured import Configured, customizable_entities, fixed, plain_key
from guanxi.platform.customizing.models import FormRule
from guanxi.platform.customizing.naming import give_key
from guanxi.platform.customizing.rules import WrongRule, read, trouble
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import entity
from guanxi.platform.entities.options import Menu, Section
from guanxi.platform.entities.uses import Naming

LIMIT = 100  # rules per kind of record: each is asked at every save


@entity
class FormRuleEntity(Configured):
    model = FormRule
    icon = "git-merge"
    menu = Menu("settings", 43)
    help = gettext_lazy("When a field is shown, must be filled, stays as it is, or offers only some choices.")
    title = "label"
    hint = ("entity", "key")
    columns = ("label", "entity", "target", "effect", "active", "trouble")
    form = (
        Section(gettext_lazy("Rule"), "entity", "label", "condition", key="rule"),
        Section(gettext_lazy("What it does"), "field", "effect", "options", "active", "key", key="effect"),
    )
    group_by = ("entity", "effect", "active")
    order = "id"
    naming = Naming("entity", feel=("condition",), parts=("field",), options=("options", "field"), stops=True)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["entity"] = fields["entity"].with_(kind=kinds.CHOICE, choices=customizable_entities)
        fields["key"] = fields["key"].with_(check=plain_key)
        fields["target"] = Field("target", kinds.TEXT, gettext_lazy("About"), readonly=True, get=_target)
        fields["trouble"] = Field(
            "trouble", kinds.TEXT, gettext_lazy("Trouble"), readonly=True, get=trouble,
            help=gettext_lazy("Why the rule is not applied. Mend it, or take it out of use."),
        )  # fmt: skip
        return fields

    def clean(self, record: FormRule, actor: Actor) -> dict[str, str]:
        before = FormRule.objects.filter(pk=record.pk).first() if record.pk else None
        if before and (wrong := fixed(before, record, ("entity", "key"))):
            return wrong
        if before is None and FormRule.objects.filter(entity=record.entity).count() >= LIMIT:
            return {"entity": _("A kind of record takes at most %(limit)d rules.") % {"limit": LIMIT}}
        if not record.active:
            return {}  # what has broken can be taken out of use
        try:
            read(registry.get(record.entity), record)
        except WrongRule as error:
            return {error.part: str(error)}
        return {}

    def prepare(self, records: Sequence[FormRule], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            give_key(record, FormRule.objects.filter(entity=record.entity))


def _target(record: FormRule) -> str:
    """The name of the field that a rule is about, its key where there is none."""
    found = registry.find(record.entity)
    field = found.fields().get(record.field) if found else None
    return str(field.label) if field else record.field
