"""A stored file: who brought it, what its bytes are, what it hangs on.

``entity`` and ``record_id`` name the record by text key and id, without a foreign key: files lie on the
ground floor and know no record above them.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.platform.files.choices import FileState, Purpose

#: The target of fields of kind FILE. No entity: whoever sees the record sees the file it names.
FILES = "files.file"


class File(models.Model):
    """``storage_name`` is random and says nothing; ``name`` is the user's, cleaned, and only ever shown. Of a file in
    quarantine ``scans`` counts how often the scanner could not tell, and ``next_scan`` is when it is asked again."""

    storage_name = models.CharField(_("storage name"), max_length=80, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=255)
    size = models.BigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    content_type = models.CharField(_("content type"), max_length=100)
    purpose = models.CharField(_("purpose"), max_length=20, choices=Purpose.choices)
    state = models.CharField(_("state"), max_length=20, choices=FileState.choices, default=FileState.STORED)
    state_reason = models.CharField(_("reason of the state"), max_length=500, blank=True, default="")
    scans = models.PositiveSmallIntegerField(default=0, editable=False)
    next_scan = models.DateTimeField(null=True, editable=False)
    entity = models.CharField(_("entity"), max_length=100, null=True, blank=True)
    record_id = models.BigIntegerField(_("record"), null=True, blank=True)
    customer_id = models.BigIntegerField(_("customer"), null=True, blank=True)
    created_by_id = models.BigIntegerField(_("created by"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, blank=True)
    deleted_by_id = models.BigIntegerField(_("deleted by"), null=True, blank=True)

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        indexes = [
            models.Index(fields=["entity", "record_id", "-id"], name="files_file_record"),
            models.Index(fields=["customer_id", "-id"], name="files_file_customer"),
            models.Index(fields=["expires_at"], name="files_file_expires"),
            models.Index(fields=["deleted_at"], name="files_file_deleted"),
            models.Index(fields=["next_scan"], condition=models.Q(state="quarantined"), name="files_file_next_scan"),
        ]

    def __str__(self) -> str:
        return self.name
