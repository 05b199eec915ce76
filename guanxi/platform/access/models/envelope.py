"""Keys that lie in the database, encrypted under the data keys."""

from django.db import models
from django.utils import timezone


class EnvelopeKey(models.Model):
    """``wrapped`` can be read with a data key only. ``uid`` rises with time: the last one encrypts."""

    uid = models.UUIDField(primary_key=True)
    wrapped = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.uid.hex
