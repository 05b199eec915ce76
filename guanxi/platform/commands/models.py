"""Stored traces of commands: keys already used, held commands, frozen selections."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.encrypted_json import EncryptedJSONField


class CommandKey(models.Model):
    """A caller's idempotency key with the answer it got; the same key gets the same answer again."""

    actor_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    command = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    outcome = models.JSONField(default=dict)
    at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["actor_id", "key"], name="command_key_once")]

    def __str__(self) -> str:
        return f"{self.actor_id} {self.key}"


class HeldCommand(models.Model):
    """A command waiting for a second person, with the inputs of the first."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        EXPIRED = "expired", _("Expired")
        FAILED = "failed", _("Could not be carried out")

    command = models.CharField(max_length=120)
    entity = models.CharField(max_length=100)
    records = models.JSONField(default=list)
    versions = models.JSONField(default=dict)
    inputs = EncryptedJSONField()
    state = models.CharField(_("State"), max_length=10, choices=State, default=State.WAITING)
    note = models.TextField(_("Note"), blank=True)
    requested_by = models.ForeignKey("access.User", models.PROTECT, related_name="+", verbose_name=_("Requested by"))
    on_behalf_of_id = models.BigIntegerField(null=True, editable=False)
    requested_at = models.DateTimeField(_("Requested at"))
    expires_at = models.DateTimeField(_("Expires at"))
    decided_by = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=_("Decided by")
    )
    decided_at = models.DateTimeField(_("Decided at"), null=True)
    answer = models.TextField(_("Answer"), blank=True)

    class Meta:
        verbose_name = _("held command")
        verbose_name_plural = _("held commands")
        default_permissions = ()
        indexes = [models.Index(fields=["state", "-id"], name="held_state")]

    def __str__(self) -> str:
        return self.command


class Selection(models.Model):
    """The rows of a bulk command as they were at its preview: ``rows`` is [[id, version], …];
    ``skipped`` holds [id, reason] of rows that a rule refuses."""

    actor_id = models.BigIntegerField()
    command = models.CharField(max_length=120)
    inputs = EncryptedJSONField()
    rows = models.JSONField(default=list)
    skipped = models.JSONField(default=list)
    skip_confirmed = models.BooleanField(default=False)
    batch = models.UUIDField(null=True)
    created_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.command} {len(self.rows)}"
