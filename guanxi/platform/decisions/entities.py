"""Decisions, their versions and test cases as records, kept by administrators."""

from collections.abc import Sequence

from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.customizing.configured import Configured, fixed, plain_key
from guanxi.platform.customizing.naming import give_key
from guanxi.platform.decisions.choices import State
from guanxi.platform.decisions.models import Decision, DecisionCase, DecisionVersion
from guanxi.platform.decisions.reading import ready
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Related, Section
from guanxi.platform.feel.dmn.xml import ModelError
from guanxi.platform.feel.expressions import check, parse
from guanxi.platform.feel.faults import ExpressionError
from guanxi.platform.feel.types import CONTEXT_

CASES = 500  # of one decision: all of them run before a version is published


@entity
class DecisionEntity(Configured):
    model = Decision
    icon = "table-options"
    menu = Menu("settings", 45)
    help = gettext_lazy("Rules as tables: what applies to whom, changed here and not in the program.")
    title = "label"
    hint = ("key",)
    columns = ("label", "key", "remarks", "active")
    form = (Section(pgettext_lazy("rules", "Decision"), "label", "remarks", "active", "key"),)
    order = "id"
    related = (
        Related("decisions.decisionversion", "decision", columns=("number", "state", "valid_from", "note")),
        Related("decisions.decisioncase", "decision", columns=("name", "given", "expected")),
    )

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["key"] = fields["key"].with_(check=plain_key)
        return fields

    def clean(self, record: Decision, actor: Actor) -> dict[str, str]:
        before = Decision.objects.filter(pk=record.pk).first() if record.pk else None
        return fixed(before, record, ("key",)) if before else {}

    def prepare(self, records: Sequence[Decision], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            give_key(record, Decision.objects.all())


@entity
class DecisionVersionEntity(Configured):
    model = DecisionVersion
    icon = "versions"
    parent = "decision"
    title = "number"
    hint = ("decision",)
    badges = ("state",)
    columns = ("number", "decision", "state", "valid_from", "note", "published_by", "published_at")
    form = (Section(gettext_lazy("Version"), "decision", "note", "source", "answer"),)
    order = "-id"
    group_by = ("decision", "state")
    first_tab = "tables"

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["number"] = fields["number"].with_(reads_as=lambda number: _("Version %(number)d") % {"number": number})
        fields["source"] = fields["source"].with_(reads_as=_length)
        return fields

    def clean(self, record: DecisionVersion, actor: Actor) -> dict[str, str]:
        before = DecisionVersion.objects.filter(pk=record.pk).first() if record.pk else None
        if before and before.state == State.DRAFT:
            wrong = fixed(before, record, ("decision",))
        elif before:
            wrong = fixed(before, record, ("decision", "source", "answer"))
        else:
            wrong = {}
        return wrong or _unreadable(record, before)

    def prepare(self, records: Sequence[DecisionVersion], actor: Actor, scopes: ScopeResolver) -> None:
        for record in records:
            if record.number:
                continue
            others = DecisionVersion.objects.filter(decision=record.decision_id)
            record.number = (others.aggregate(last=Max("number"))["last"] or 0) + 1
            latest = others.order_by("-number").first()
            if not record.source and latest:
                record.source, record.answer = latest.source, record.answer or latest.answer


def _length(source: str) -> str:
    """Nobody reads the text of a model: its page shows the tables."""
    return _("Decision model, %(length)s characters") % {"length": f"{len(source):,}"}


def _unreadable(record: DecisionVersion, before: DecisionVersion | None) -> dict[str, str]:
    if before is None and DecisionVersion.objects.filter(decision=record.decision_id, state=State.DRAFT).exists():
        return {"decision": _("There is a draft already. Go on with it, or publish it first.")}
    if not record.source or (before and (before.source, before.answer) == (record.source, record.answer)):
        return {}
    try:
        ready(record.source, record.answer)
    except ModelError as error:
        return {"source": str(error)}
    return {}


@entity
class DecisionCaseEntity(Entity):
    model = DecisionCase
    icon = "checklist"
    parent = "decision"
    title = "name"
    columns = ("name", "decision", "given", "expected")
    form = (Section(gettext_lazy("Test case"), "decision", "name", "given", "expected"),)
    order = "id"
    commands = ("create", "edit", "delete")

    def clean(self, record: DecisionCase, actor: Actor) -> dict[str, str]:
        before = DecisionCase.objects.filter(pk=record.pk).first() if record.pk else None
        if before and (wrong := fixed(before, record, ("decision",))):
            return wrong
        if before is None and DecisionCase.objects.filter(decision=record.decision_id).count() >= CASES:
            return {"decision": _("A decision has at most %(limit)d test cases.") % {"limit": CASES}}
        return _misspelt(record)


def _misspelt(record: DecisionCase) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in ("given", "expected"):
        text = getattr(record, name)
        try:
            kind = check(parse(text), {})
        except ExpressionError as error:
            found[name] = f"{error.message} ({text[error.at : error.to]})"
            continue
        if name == "given" and kind.kind != CONTEXT_:
            found[name] = _('Write the names and their values in braces, such as: {amount: 1200, tier: "A"}')
    return found
