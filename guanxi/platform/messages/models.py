"""What people were told, how they want to be told, and the mail that leaves for it."""

from uuid import uuid4

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.messages.choices import Kind, MailKind, MailState


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


class NoticeSettings(models.Model):
    """How one person wants to be told: ``channels`` {kind: channel} where it differs from the usual; no mail between
    ``quiet_from`` and ``quiet_until`` (in the person's zone); with ``digest`` one mail a day instead of many. These are
    the person's own settings, not records: no event tells of them."""

    user = models.OneToOneField("access.User", models.CASCADE, primary_key=True, related_name="+")
    channels = models.JSONField(default=dict)
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    digest = models.BooleanField(default=False)

    def __str__(self) -> str:
        return str(self.user_id)


class Mail(models.Model):
    """One mail to one person, at the address that the account holds. ``uid`` makes the Message-ID, so that a mail sent
    twice can be recognised; ``key`` names the occasion, of which nobody is mailed twice. ``next_try``: not before then;
    of a mail that is being sent, when it may be taken up again. Bodies of notifications are written when they leave."""

    uid = models.UUIDField(default=uuid4, unique=True, editable=False)
    user = models.ForeignKey(
        "access.User", models.CASCADE, related_name="+", verbose_name=_("Recipient"), db_index=False
    )
    address = models.EmailField(_("Address"))
    kind = models.CharField(_("Kind"), max_length=12, choices=MailKind)
    key = models.CharField(max_length=240, null=True, editable=False)
    language = models.CharField(max_length=10, editable=False)
    subject = models.CharField(_("Subject"), max_length=200, blank=True)
    text = models.TextField(blank=True, editable=False)
    html = models.TextField(blank=True, editable=False)
    state = models.CharField(_("State"), max_length=12, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("Attempts"), default=0)
    error = models.CharField(_("Reason"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("Created at"))
    next_try = models.DateTimeField(_("Next attempt"), null=True, blank=True)
    sent_at = models.DateTimeField(_("Sent at"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"], name="notices_mail_once", condition=models.Q(key__isnull=False)
            )
        ]
        indexes = [
            models.Index(
                fields=["next_try", "id"],
                name="notices_mail_due",
                condition=models.Q(state__in=["queued", "sending"]),
            ),
            models.Index(fields=["state", "-id"], name="notices_mail_state"),
            models.Index(fields=["sent_at"], name="notices_mail_sent"),
            models.Index(fields=["created_at"], name="notices_mail_created"),
        ]

    def __str__(self) -> str:
        return self.subject or str(self.uid)


class MailServer(models.Model):
    """One row: how the mail server is. After several failures in a row it is left alone for a while."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    failures = models.PositiveIntegerField(default=0)
    closed_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)
    failed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.failures} failures"
