"""Saved reports, to whom they are sent, and dashboards with their tiles."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from guanxi.platform.access.models.record import Line, Record, scope_indexes
from guanxi.platform.reports.choices import Audience, ChartKind, Rhythm, TileKind, Width


class Shared(Record):
    """What its owner opens to the holders of a role, or to everybody. Every reader sees their own numbers in it."""

    audience = models.CharField(_("Open to"), max_length=12, choices=Audience, default=Audience.OWN)
    role = models.ForeignKey(
        "access.Role", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Role")
    )
    #: what it was shipped as (reports.shipped); nothing for what people made
    shipped = models.JSONField(null=True, editable=False)

    class Meta(Record.Meta):
        abstract = True


class Report(Shared):
    """A definition (reports.definition) under a name: its parts as they stand in an address."""

    name = models.CharField(_("Name"), max_length=80)
    subject = models.CharField(_("Reports on"), max_length=100)
    filter = models.TextField(_("Filter"), max_length=4_000, blank=True)
    rows = models.CharField(pgettext_lazy("report", "Rows"), max_length=200, blank=True)
    column = models.CharField(_("Across"), max_length=80, blank=True)
    measures = models.CharField(_("Measures"), max_length=300, blank=True)
    sort = models.CharField(_("Sorted by"), max_length=80, blank=True)
    top = models.PositiveSmallIntegerField(_("Groups shown"), null=True, blank=True)
    chart = models.CharField(_("Chart"), max_length=8, choices=ChartKind, default=ChartKind.BAR)

    class Meta(Record.Meta):
        verbose_name = _("report")
        verbose_name_plural = _("reports")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=models.Q(deleted_at=None), name="reports_report_code")
        ]
        indexes = [
            *scope_indexes("reports_report"),
            models.Index(fields=["audience", "role"], name="reports_report_open"),
        ]

    def __str__(self) -> str:
        return self.name


class Delivery(Line):
    """A report sent to one person again and again, at an hour of that person's zone, made with that person's rights at that
    moment. ``next_at`` is when it is due; with ``workbook`` a file waits for them as well."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="deliveries", verbose_name=_("Report"))
    recipient = models.ForeignKey("access.User", models.CASCADE, related_name="+", verbose_name=_("Recipient"))
    rhythm = models.CharField(_("How often"), max_length=8, choices=Rhythm, default=Rhythm.WEEKLY)
    hour = models.PositiveSmallIntegerField(
        _("At the hour"), default=8, validators=[MaxValueValidator(23)], help_text=_("In the recipient's time zone.")
    )
    workbook = models.BooleanField(
        _("With a workbook"), default=False, help_text=_("As far as the recipient may export it.")
    )
    active = models.BooleanField(_("Active"), default=True)
    next_at = models.DateTimeField(_("Due at"), null=True, editable=False)

    class Meta(Line.Meta):
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [models.UniqueConstraint(fields=["report", "recipient"], name="reports_delivery_once")]
        indexes = [models.Index(fields=["next_at", "id"], condition=models.Q(active=True), name="reports_delivery_due")]

    def __str__(self) -> str:
        return str(self.recipient)


class Dashboard(Shared):
    """Tiles in an order. ``home``: it stands on the workbench of those it is open to, unless they have one of their own."""

    name = models.CharField(_("Name"), max_length=80)
    home = models.BooleanField(
        _("On the workbench"), default=False, help_text=_("One of your own goes before that of a role.")
    )
    order = models.CharField(_("Order of the tiles"), max_length=400, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("dashboard")
        verbose_name_plural = _("dashboards")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=models.Q(deleted_at=None), name="reports_dashboard_code")
        ]
        indexes = [
            *scope_indexes("reports_dashboard"),
            models.Index(fields=["audience", "role"], name="reports_dashboard_open"),
        ]

    def __str__(self) -> str:
        return self.name


class Tile(Line):
    """One part of a dashboard. ``address`` is that of a list, with its filter, as it stands in the browser."""

    dashboard = models.ForeignKey(Dashboard, models.CASCADE, related_name="tiles", verbose_name=_("Dashboard"))
    kind = models.CharField(_("Shows"), max_length=8, choices=TileKind, default=TileKind.REPORT)
    title = models.CharField(_("Title"), max_length=80, blank=True)
    report = models.ForeignKey(
        Report, models.CASCADE, null=True, blank=True, related_name="tiles", verbose_name=_("Report")
    )
    address = models.CharField(
        _("Address of the list"), max_length=2_000, blank=True,
        help_text=_("For lists and key figures: filter a list and paste its address here."),
    )  # fmt: skip
    text = models.TextField(_("Text"), max_length=2_000, blank=True)
    width = models.CharField(_("Width"), max_length=8, choices=Width, default=Width.HALF)

    class Meta(Line.Meta):
        verbose_name = _("tile")
        verbose_name_plural = _("tiles")

    def __str__(self) -> str:
        return self.title or str(TileKind(self.kind).label)
