"""What people were told."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.messages.choices import Kind


class Notification(models.Model):
    """One thing one person was told, once per ``key``.

    ``sentence`` is stored as in jobs.sentences and translated when it is read; it may also name %(record)s,
    %(entity)s, %(entities)s and %(count)s, which are filled in at that time, so that nobody reads the name of a
    record that is no longer open to them. ``url`` is for what is no record. ``failed`` tells of something that
    went wrong."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=200)
    kind = models.CharField(_("Kind"), max_length=12, choices=Kind)
    sentence = models.JSONField(default=dict)
    text = models.TextField(_("Text"), blank=True, max_length=2000)
    count = models.PositiveIntegerField(default=1)
    failed = models.BooleanField(default=False)
    url = models.CharField(max_length=500, blank=True)
    entity = models.CharField(max_length=100, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    event_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(_("At"))
    read_at = models.DateTimeField(_("Read at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="notices_once")]
        indexes = [
            models.Index(fields=["user", "-id"], name="notices_user"),
            models.Index(fields=["user"], condition=models.Q(read_at=None), name="notices_unread"),
            models.Index(fields=["created_at"], name="notices_created"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.key}"
