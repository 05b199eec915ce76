"""Notes on any record, and the known tags."""

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
