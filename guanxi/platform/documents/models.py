"""Templates out of which documents of single records are made."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.files.models import File


def first_language() -> str:
    return settings.LANGUAGE_CODE


class DocumentTemplate(models.Model):
    """A Word file whose ``{{names}}`` are filled in from one record of ``target``; choices, dates and amounts are written
    in ``language``."""

    name = models.CharField(_("Name"), max_length=100)
    target = models.CharField(_("Kind of record"), max_length=100)
    file = models.ForeignKey(File, verbose_name=_("Word file"), on_delete=models.PROTECT, related_name="+")
    language = models.CharField(_("Language"), max_length=10, choices=settings.LANGUAGES, default=first_language)
    active = models.BooleanField(_("In use"), default=True)
    remarks = models.TextField(_("Remarks"), blank=True, max_length=1000)
    #: Kind of record → keys of its fields that the file names, as it was when stored.
    names = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("document template")
        verbose_name_plural = _("document templates")
        default_permissions = ()
        indexes = [models.Index(fields=["target", "active"], name="documents_template_target")]

    def __str__(self) -> str:
        return self.name
