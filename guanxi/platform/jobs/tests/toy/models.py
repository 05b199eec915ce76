from django.db import models


class Unit(models.Model):
    """One unit of toy work; no unique constraint, so that doing it twice would show."""

    job_id = models.BigIntegerField()
    number = models.IntegerField()
    worker = models.CharField(max_length=100)

    class Meta:
        app_label = "toy"

    def __str__(self) -> str:
        return f"{self.job_id}/{self.number}"
