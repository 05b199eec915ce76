"""Imports and their saved mappings. The rows of the file lie in a spool on disk, not here."""

import uuid

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.exchange.choices import ImportState


class Import(models.Model):
    """One file on its way into an entity. A deputy's runs with the rights of whom they acted for (``on_behalf_of``), as long
    as they are their deputy, and is found while they act for them.

    ``folder`` names the spool and what goes with it; ``mapping`` says which column means what and ``options`` how
    rows are treated (plan.py); ``found`` is what the check counted, with examples; ``counters`` what the run did.
    ``error`` is a stored sentence; ``left`` lists what an undo could not put back.
    """

    entity = models.CharField(_("entity"), max_length=100)
    owner = models.ForeignKey("access.User", models.PROTECT, related_name="+", verbose_name=_("owner"))
    on_behalf_of = models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", db_index=False, verbose_name=_("on behalf of")
    )
    state = models.CharField(_("state"), max_length=12, choices=ImportState.choices, default=ImportState.READING)
    file_id = models.BigIntegerField(_("file"))
    file_name = models.CharField(_("file name"), max_length=255)
    file_size = models.BigIntegerField(_("size in bytes"), default=0)
    folder = models.UUIDField(default=uuid.uuid4, unique=True)
    batch = models.UUIDField(default=uuid.uuid4, unique=True)
    mapping = models.JSONField(default=dict)
    options = models.JSONField(default=dict)
    found = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    counters = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    left = models.JSONField(default=list)
    job_id = models.BigIntegerField(_("job"), null=True)
    created_at = models.DateTimeField(_("created"))
    finished_at = models.DateTimeField(_("finished"), null=True)

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["owner", "entity", "-id"], name="exchange_import_owner")]

    def __str__(self) -> str:
        return f"{self.file_name} → {self.entity}"


class ImportTemplate(models.Model):
    """A mapping by headings, to be used again: ``columns`` is {heading: target}."""

    entity = models.CharField(_("entity"), max_length=100)
    name = models.CharField(_("name"), max_length=60)
    owner = models.ForeignKey("access.User", models.CASCADE, related_name="+", verbose_name=_("owner"))
    shared = models.BooleanField(_("shared"), default=False)
    columns = models.JSONField(default=dict)
    constants = models.JSONField(default=dict)
    options = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("saved mapping")
        verbose_name_plural = _("saved mappings")
        constraints = [models.UniqueConstraint(fields=["entity", "owner", "name"], name="exchange_template_name")]

    def __str__(self) -> str:
        return self.name
