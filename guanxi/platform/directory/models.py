"""Notes and files on any record, the known tags, and what people have pinned."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models.record import Attached


class Note(Attached):
    text = models.TextField(_("Note"), max_length=10_000)
    pinned = models.BooleanField(_("Pinned"), default=False)

    class Meta(Attached.Meta):
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        indexes = [
            models.Index(fields=["entity", "record_id", "-created_at", "-id"], name="directory_note_host"),
            models.Index(fields=["owner", "-id"], name="directory_note_owner"),
        ]

    def __str__(self) -> str:
        return self.text[:60]


class Attachment(Attached):
    """A file on a record. Name, size and type are copies of the stored file's, which goes thirty days after the
    attachment was deleted."""

    file = models.ForeignKey("files.File", models.SET_NULL, null=True, related_name="+", verbose_name=_("File"))
    name = models.CharField(_("Name"), max_length=255, editable=False)
    size = models.BigIntegerField(_("Size in bytes"), default=0, editable=False)
    content_type = models.CharField(_("Content type"), max_length=100, editable=False)

    class Meta(Attached.Meta):
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            models.Index(fields=["entity", "record_id", "-id"], name="directory_attachment_host"),
            models.Index(fields=["owner", "-id"], name="directory_attachment_owner"),
        ]

    def __str__(self) -> str:
        return self.name


class Tag(models.Model):
    """A tag that pickers offer; ``entity`` limits it to one kind of record, empty means all."""

    name = models.CharField(_("Tag"), max_length=40)
    entity = models.CharField(_("For"), max_length=100, blank=True)
    color = models.CharField(_("Colour"), max_length=20, blank=True)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("tag")
        verbose_name_plural = _("tags")
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["name", "entity"], name="directory_tag_once")]

    def __str__(self) -> str:
        return self.name


class Pin(models.Model):
    """A record that a person keeps at hand."""

    user = models.ForeignKey("access.User", models.CASCADE, related_name="+")
    entity = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "entity", "record_id"], name="directory_pin_once")]
        indexes = [models.Index(fields=["entity", "record_id"], name="directory_pin_record")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.entity} {self.record_id}"
