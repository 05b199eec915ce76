"""Rules by which records are cleaned up."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.keeping.choices import CleanupAction


class CleanupRule(models.Model):
    """Which records go: those of ``target`` that ``filter`` finds and that nobody has changed (or that lie in the recycle
    bin) for ``days`` days. ``filter`` is the JSON of a list's filter; empty finds all. ``data`` is the kind of personal data
    that is emptied, where that is what happens; empty means all kinds."""

    name = models.CharField(_("Name"), max_length=100)
    target = models.CharField(_("Records"), max_length=100)
    filter = models.TextField(_("Filter"), blank=True, max_length=4000)
    action = models.CharField(_("What happens"), max_length=8, choices=CleanupAction, default=CleanupAction.BIN)
    data = models.CharField(_("Kind of data"), max_length=20, blank=True)
    days = models.PositiveIntegerField(_("Untouched for so many days"), default=365)
    active = models.BooleanField(_("In use"), default=True)
    run_at = models.DateTimeField(_("Last carried out"), null=True, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("clean-up rule")
        verbose_name_plural = _("clean-up rules")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
