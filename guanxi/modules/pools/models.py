"""Public pools: customers that nobody looks after at present, and who may claim them."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.modules.pools.choices import CountsFrom, Reason, State
from guanxi.platform.access.memberships import Level
from guanxi.platform.access.models.record import Line, Record, scope_indexes

#: What is known of a customer before it is claimed; nothing by which anybody could reach it. Derived: copies of its columns.
COPIED = ("name", "kind", "industry_id", "tier", "lifecycle", "employees")


class Pool(models.Model):
    """``belonging`` is the filter of the customers that may lie in it (empty: all), ``kept`` the filter of those that never
    go into it. Of the numbers an empty one is no limit."""

    name = models.CharField(_("Name"), max_length=80, unique=True)
    belonging = models.TextField(_("Which customers"), blank=True, max_length=4000)
    kept = models.TextField(_("Never these"), blank=True, max_length=4000)
    most_held = models.PositiveIntegerField(
        _("Held by one person"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    most_a_day = models.PositiveIntegerField(
        _("Claims a day"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    most_seen = models.PositiveIntegerField(
        _("Pages seen a day"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    again_after = models.PositiveSmallIntegerField(
        _("Days before claiming again"), default=30, validators=[MaxValueValidator(3650)]
    )
    note = models.CharField(_("Note"), max_length=200, blank=True)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("public pool")
        verbose_name_plural = _("public pools")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class Participant(Line):
    """Who takes part in a pool: those of a department and below, those with a role, or those for whom both is true."""

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="participants", verbose_name=_("Public pool"))
    unit = models.ForeignKey(
        "access.Department",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Department, with all below"),
    )
    role = models.ForeignKey(
        "access.Role", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("Role")
    )
    permission = models.CharField(_("Permission"), max_length=8, choices=Level, default=Level.EDIT)

    class Meta(Line.Meta):
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints = [
            models.CheckConstraint(condition=~Q(unit=None) | ~Q(role=None), name="pools_participant_somebody"),
            models.UniqueConstraint(
                fields=["pool", "unit", "role"], nulls_distinct=False, name="pools_participant_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pool_id} {self.unit_id} {self.role_id}"


class RecycleRule(Line):
    """When customers of those who take part go back to the pool by themselves: so many days after the last sign of somebody's
    care, or after a date of the customer (``date_field`` is the key of that field). ``only`` is a filter of customers
    (empty: all that belong in the pool)."""

    pool = models.ForeignKey(Pool, models.CASCADE, related_name="rules", verbose_name=_("Public pool"))
    counts_from = models.CharField(_("Counted from"), max_length=8, choices=CountsFrom, default=CountsFrom.CONTACT)
    date_field = models.CharField(_("Date"), max_length=100, blank=True)
    days = models.PositiveSmallIntegerField(_("Days until it goes back"), validators=[MaxValueValidator(3650)])
    warn_days = models.PositiveSmallIntegerField(
        _("Days of warning before"), default=7, validators=[MaxValueValidator(365)]
    )
    only = models.TextField(_("Only these customers"), blank=True, max_length=4000)

    class Meta(Line.Meta):
        verbose_name = _("recycling rule")
        verbose_name_plural = _("recycling rules")

    def __str__(self) -> str:
        return f"{self.get_counts_from_display()} + {self.days}"


class DueReturn(models.Model):
    """The day on which a customer goes back to the pool of a rule, of which its owner was told. Derived (services.recycle); it
    goes as soon as somebody cares for the customer. A table beside customers, so that lists filter and sort by it."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=20)
    value = models.DateField()
    rule = models.ForeignKey(RecycleRule, models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["customer", "name"], name="pools_due_once")]
        indexes = [models.Index(fields=["name", "value", "customer"], name="pools_due_value")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.value}"


class Placement(Record):
    """The stay of a customer in a pool, from the day it was put there until somebody takes it over. The customer itself,
    with all that hangs on it, stays as it is: it only has no owner meanwhile."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="placements", verbose_name=_("Customer"), db_index=False
    )
    pool = models.ForeignKey(Pool, models.PROTECT, related_name="placements", verbose_name=_("Public pool"))
    state = models.CharField(_("State"), max_length=8, choices=State, default=State.WAITING)
    reason = models.CharField(_("Reason"), max_length=16, choices=Reason, default=Reason.OTHER)
    entered_at = models.DateTimeField(_("In the pool since"))
    former_owner = models.ForeignKey(
        "access.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Former owner")
    )
    former_department = models.ForeignKey(
        "access.Department", models.PROTECT, null=True, related_name="+", editable=False, db_index=False
    )
    taken_by = models.ForeignKey(
        "access.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Taken over by"),
        db_index=False,
    )
    taken_at = models.DateTimeField(_("Taken over at"), null=True, blank=True)
    name = models.CharField(_("Name"), max_length=120, blank=True)
    kind = models.CharField(_("Kind"), max_length=16, blank=True)
    industry = models.ForeignKey(
        "refdata.Industry", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Industry")
    )
    tier = models.CharField(_("Tier"), max_length=2, blank=True)
    lifecycle = models.CharField(_("Life cycle"), max_length=12, blank=True)
    employees = models.PositiveIntegerField(_("Employees"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("pool customer")
        verbose_name_plural = _("pool customers")
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(state=State.WAITING, deleted_at=None), name="pools_placement_waiting"
            )
        ]
        indexes = [
            *scope_indexes("pools", customer=True),
            models.Index(fields=["pool", "state", "-id"], name="pools_placement_pool"),
            models.Index(fields=["taken_by", "pool", "taken_at"], name="pools_placement_taken"),
        ]

    def __str__(self) -> str:
        return self.name
