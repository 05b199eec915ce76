"""Measures: figures about customers over time, the place where revenue, usage and satisfaction arrive."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.codes import CodeField
from guanxi.platform.access.models.record import Fact
from guanxi.platform.access.money import MoneyField


class Measure(Fact):
    """``period`` is the first day of the month; a correction is a new row, the latest (highest id) counts.
    ``value`` is stored as a whole number of 1/10000 like money, so that sums are exact on both databases,
    but its unit is that of the measure (the code's ``extra.unit``)."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="measures", verbose_name=_("Customer"), db_index=False
    )
    kind = CodeField(_("Measure"), table="customers.measure", blank=False)
    period = models.DateField(_("Period"))
    value = MoneyField(_("Value"))
    source = models.CharField(_("Source"), max_length=40, blank=True)

    class Meta(Fact.Meta):
        verbose_name = _("measure")
        verbose_name_plural = _("measures")
        indexes = [models.Index(fields=["customer", "kind", "-period", "-id"], name="customers_measure_latest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"


class LatestMeasure(models.Model):
    """The figure that counts, of each customer and kind: the newest period, of several rows of that period the last loaded.
    Derived from the measures in their own transaction (services), so that customers are filtered, sorted and opened to
    people by figures through an index."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="+", db_index=False)
    kind = CodeField(table="customers.measure", blank=False)
    period = models.DateField()
    value = MoneyField()
    #: The id of the measure.
    row = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["customer", "kind"], name="customers_latest_once")]
        indexes = [models.Index(fields=["kind", "value", "customer"], name="customers_latest_value")]

    def __str__(self) -> str:
        return f"{self.kind} {self.period}"
