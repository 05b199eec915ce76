"""Fake business models on which the platform is tested; never installed in the product."""

from django.db import models

from guanxi.platform.access.encrypted import EncryptedField
from guanxi.platform.access.models.record import Line, Record, scope_indexes
from guanxi.platform.access.money import MoneyField
from guanxi.platform.bulk.values import ValuesField


class Company(Record):
    class Stage(models.TextChoices):
        NEW = "new", "New"
        ACTIVE = "active", "Active"
        LOST = "lost", "Lost"

    name = models.CharField("Name", max_length=60)
    stage = models.CharField("Stage", max_length=10, choices=Stage, default=Stage.NEW)
    phone = models.CharField("Phone", max_length=32, blank=True)
    email = models.EmailField("E-mail", blank=True)
    employees = models.IntegerField("Employees", null=True, blank=True)
    capital = MoneyField("Capital", null=True, blank=True)
    rate = models.DecimalField("Rate", max_digits=6, decimal_places=2, null=True, blank=True)
    founded_on = models.DateField("Founded on", null=True, blank=True)
    met_at = models.DateTimeField("Met at", null=True, blank=True)
    trusted = models.BooleanField("Trusted", default=False)
    website = models.URLField("Website", blank=True)
    account = EncryptedField("Account", max_length=40, blank=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name="Parent"
    )
    industry = models.ForeignKey(
        "refdata.Industry", models.PROTECT, null=True, blank=True, related_name="+", verbose_name="Industry"
    )

    class Meta(Record.Meta):
        verbose_name = "company"
        verbose_name_plural = "companies"
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=models.Q(deleted_at=None), name="fakes_company_code"),
            models.UniqueConstraint(
                fields=["account_blind"],
                condition=models.Q(deleted_at=None) & ~models.Q(account_blind=""),
                name="fakes_company_account",
            ),
        ]
        indexes = [*scope_indexes("fakes_company"), models.Index(fields=["name", "id"], name="fakes_company_name")]

    def __str__(self) -> str:
        return self.name


class Person(Record):
    company = models.ForeignKey(Company, models.PROTECT, related_name="people", verbose_name="Company", db_index=False)
    name = models.CharField("Name", max_length=60)

    class Meta(Record.Meta):
        verbose_name = "person"
        verbose_name_plural = "people"

    def __str__(self) -> str:
        return self.name


class Address(Line):
    company = models.ForeignKey(Company, models.CASCADE, related_name="addresses", verbose_name="Company")
    text = models.CharField("Address", max_length=100)

    class Meta(Line.Meta):
        verbose_name = "address"
        verbose_name_plural = "addresses"

    def __str__(self) -> str:
        return self.text


class Row(Record):
    """A record whose fields are described by data and kept in one JSON column."""

    table = models.CharField(max_length=40)
    data = ValuesField(default=dict)

    class Meta(Record.Meta):
        indexes = [*scope_indexes("fakes_row", levels=("d2",))]

    def __str__(self) -> str:
        return f"{self.table} {self.pk}"


class Score(models.Model):
    """Values that lie beside companies."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=20)
    value = MoneyField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["company", "name"], name="fakes_score_once")]
        indexes = [models.Index(fields=["name", "value", "company"], name="fakes_score_value")]

    def __str__(self) -> str:
        return f"{self.name} {self.value}"
