"""How much of something limited a person has used."""

from django.db import models


class Use(models.Model):
    """``count`` uses of ``what`` by one user within the window that began at ``since``."""

    user_id = models.BigIntegerField()
    what = models.CharField(max_length=60)
    since = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user_id", "what", "since"], name="use_once")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.what} {self.count}"
