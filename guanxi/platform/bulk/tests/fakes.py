"""Tables of the tests, in a registry of their own, so that no other test and no migration sees them."""

import uuid
from decimal import Decimal

from django.apps.registry import Apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

apps = Apps()


class ScaledField(models.BigIntegerField):
    """A decimal kept as 1/10000: a field that prepares its values itself."""

    def get_prep_value(self, value: Decimal | None) -> int | None:
        return None if value is None else int(value * 10000)

    def from_db_value(self, value: int | None, expression: object, connection: object) -> Decimal | None:
        return None if value is None else Decimal(value) / 10000


class Colour(models.TextChoices):
    RED = "red", "Red"
    BLUE = "blue", "Blue"


class Shelf(models.Model):
    code = models.CharField(max_length=20, unique=True)
    number = models.IntegerField(null=True)
    day = models.DateField(null=True)

    class Meta:
        app_label = "bulk_fakes"
        apps = apps


class Thing(models.Model):
    """One column of every kind."""

    uid = models.UUIDField(default=uuid.uuid4)
    name = models.CharField(max_length=40)
    text = models.TextField(null=True)
    colour = models.CharField(max_length=5, choices=Colour.choices, default=Colour.RED)
    active = models.BooleanField(default=True)
    maybe = models.BooleanField(null=True)
    number = models.IntegerField(null=True)
    big = models.BigIntegerField(null=True)
    ratio = models.FloatField(null=True)
    price = models.DecimalField(max_digits=12, decimal_places=2, null=True)
    scaled = ScaledField(null=True)
    day = models.DateField(null=True)
    moment = models.DateTimeField(null=True)
    hour = models.TimeField(null=True)
    extra = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    data = models.BinaryField(null=True)
    shelf = models.ForeignKey(Shelf, models.PROTECT, null=True)
    version = models.IntegerField(default=1)

    class Meta:
        app_label = "bulk_fakes"
        apps = apps


class Reading(models.Model):
    pk = models.CompositePrimaryKey("at", "number")
    at = models.DateTimeField()
    number = models.BigIntegerField()
    value = models.IntegerField(null=True)

    class Meta:
        app_label = "bulk_fakes"
        apps = apps
