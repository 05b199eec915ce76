"""Reports and dashboards as records: made and changed by commands, with history, shares and rights like all others."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import Choice, Invalid
from guanxi.platform.access.memberships import Provider, register_provider
from guanxi.platform.access.models import User
from guanxi.platform.access.scope import ScopeResolver
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity, entity
from guanxi.platform.entities.options import Menu, Related, Section
from guanxi.platform.entities.uses import Naming
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.reports.choices import Audience, TileKind
from guanxi.platform.reports.definition import PARTS, Definition
from guanxi.platform.reports.models import Dashboard, Delivery, Report, Shared, Tile
from guanxi.platform.reports.rhythm import next_moment
from guanxi.platform.reports.selectors import open_to, readers_of
from guanxi.platform.reports.shipped_names import in_language


def subjects() -> list[Choice]:
    """What can be reported on."""
    return [Choice(one.key, one.label_plural) for one in registry.entities()]


def definition_of(report: Report) -> Definition:
    """The definition of a saved report. Raises ReportError; NotFound when its kind of record is no longer installed."""
    subject = registry.find(report.subject)
    if subject is None:
        raise gate.NotFound
    return Definition.read(subject, parts_of(report))


def parts_of(report: Report) -> Mapping[str, Any]:
    return {part: getattr(report, part) for part in PARTS}


def wrong_audience(record: Shared) -> dict[str, str]:
    if (record.audience == Audience.ROLE) != bool(record.role_id):
        return {"role": _("Choose the role whose holders see it, or another audience.")}
    return {}


@entity
class ReportEntity(Entity):
    model = Report
    icon = "chart-bar"
    menu = Menu("analysis", 10)
    help = gettext_lazy("Groups, totals and charts over any kind of record. Everybody sees their own numbers.")
    code_format = "BB{:05d}"
    columns = ("name", "subject", "chart", "audience", "owner", "modified_at")
    form = (
        Section(gettext_lazy("Report"), "name", "subject", "audience", "role", "remarks", "tags"),
        Section(gettext_lazy("Definition"), "rows", "column", "measures", "sort", "top", "chart", "filter"),
    )
    group_by = ("subject", "audience", "owner")
    naming = Naming("subject", parts=("filter", "rows", "column", "measures", "sort"))
    first_tab = "result"
    about_kind = "subject"
    related = (Related("reports.delivery", "report", columns=("recipient", "rhythm", "hour", "next_at", "active")),)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        fields["name"] = fields["name"].with_(reads_as=in_language)
        fields["subject"] = fields["subject"].with_(kind=kinds.CHOICE, choices=subjects)
        hint = gettext_lazy("Easier in the report's page: groups and measures are chosen there by name.")
        return fields | {part: fields[part].with_(help=hint) for part in ("rows",)}

    def clean(self, record: Report, actor: Actor) -> dict[str, str]:
        try:
            definition = definition_of(record)
            gate.require(actor, definition.entity, "view")
            definition.checked(actor)
        except FilterError as error:
            return {"": str(error)}
        except gate.Forbidden as error:
            return {"subject": str(error)}
        return wrong_audience(record)


@entity
class DeliveryEntity(Entity):
    model = Delivery
    icon = "mail"
    parent = "report"
    title = "recipient"
    columns = ("recipient", "report", "rhythm", "hour", "workbook", "next_at", "active")
    form = (Section(gettext_lazy("Delivery"), "report", "recipient", "rhythm", "hour", "workbook", "active"),)

    def prepare(self, records: Sequence[Delivery], actor: Actor, scopes: ScopeResolver) -> None:
        people = User.objects.in_bulk({record.recipient_id for record in records})
        for record in records:
            zone = Actor.for_user(people[record.recipient_id]).zone
            record.next_at = next_moment(record.rhythm, record.hour, actor.now(), zone)


#: Tiles of one dashboard: each is a request of its own.
TILES = 30


def _order(value: str) -> str:
    if not all(one.isascii() and one.isdigit() for one in value.split(",")):
        raise Invalid(_("The order is a list of tiles by their numbers."))
    return value


@entity
class DashboardEntity(Entity):
    model = Dashboard
    icon = "layout-dashboard"
    menu = Menu("analysis", 5)
    help = gettext_lazy("Reports, lists and key figures on one page, for yourself, a role or everybody.")
    code_format = "YB{:05d}"
    columns = ("name", "audience", "role", "home", "owner", "modified_at")
    form = (Section(gettext_lazy("Dashboard"), "name", "audience", "role", "home", "remarks", "tags"),)
    group_by = ("audience", "owner")
    first_tab = "board"
    related = (Related("reports.tile", "dashboard", columns=("title", "kind", "report", "width")),)

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        name = fields["name"].with_(reads_as=in_language)
        return fields | {"name": name, "order": fields["order"].with_(check=_order)}

    def clean(self, record: Dashboard, actor: Actor) -> dict[str, str]:
        return wrong_audience(record)


@entity
class TileEntity(Entity):
    model = Tile
    icon = "layout-grid"
    parent = "dashboard"
    columns = ("title", "dashboard", "kind", "report", "width")
    form = (Section(gettext_lazy("Tile"), "dashboard", "kind", "title", "width", "report", "address", "text"),)
    title = "title"
    about_kind = "report__subject"
    naming = Naming("", parts=("address",), about=lambda tile: _subject_of(tile.address))

    def shape(self, fields: dict[str, Field]) -> dict[str, Field]:
        return fields | {"title": fields["title"].with_(reads_as=in_language)}

    def title_of(self, record: Tile, actor: Actor) -> str:
        return super().title_of(record, actor) if record.title else str(TileKind(record.kind).label)

    def clean(self, record: Tile, actor: Actor) -> dict[str, str]:
        wrong = {}
        if (record.kind == TileKind.REPORT) != bool(record.report_id):
            wrong["report"] = _("Choose a report for a tile that shows one, and for such a tile only.")
        if record.kind in (TileKind.LIST, TileKind.FIGURE):
            subject, _state = list_at(record.address)
            if subject is None:
                wrong["address"] = _("Open a list, filter it and paste its whole address here.")
        if record.pk is None and Tile.objects.filter(dashboard=record.dashboard_id).count() >= TILES:
            wrong[""] = _("A dashboard has at most %(count)d tiles.") % {"count": TILES}
        return wrong


def list_at(address: str) -> tuple[Entity | None, dict[str, str]]:
    """The kind of record and the state of a list, out of its address; None for an address that is no list."""
    try:
        parts = urlsplit(address.strip())
        places = [place for place in parts.path.split("/") if place]
        return registry.find(".".join(places[-2:])) if len(places) >= 2 else None, dict(parse_qsl(parts.query))
    except ValueError:
        return None, {}


def _subject_of(address: str) -> str:
    subject, _state = list_at(address)
    return subject.key if subject else ""


def _audience(model: type[Shared], key: str, label: Any) -> Provider:
    return register_provider(
        Provider(f"audience of {key}", label, open_to(model, key), readers_of(model, key), "pk", "carries", "of_entity")
    )


REPORTS = _audience(Report, "reports.report", gettext_lazy("Open report"))
DASHBOARDS = _audience(Dashboard, "reports.dashboard", gettext_lazy("Open dashboard"))
