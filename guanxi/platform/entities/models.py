"""Configuration version and number series."""

from django.db import models


class Configuration(models.Model):
    """One row: the number that changes whenever fields, layouts or roles change."""

    version = models.BigIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.version)


class NumberSeries(models.Model):
    """The next free number of a series, e.g. the codes of customers."""

    key = models.CharField(max_length=100, unique=True)
    next = models.BigIntegerField(default=1)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.key} {self.next}"
