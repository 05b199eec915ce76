"""Who acts for whom during leave."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _


class Deputyship(models.Model):
    """``deputy`` may act for ``principal`` from ``since`` to ``until``, both days included, unless ``ended_at`` before.
    Rows are never deleted: they say who could have acted."""

    principal = models.ForeignKey(
        "access.User", models.CASCADE, related_name="deputies", verbose_name=_("Person on leave")
    )
    deputy = models.ForeignKey("access.User", models.CASCADE, related_name="deputy_for", verbose_name=_("Deputy"))
    since = models.DateField(_("From"))
    until = models.DateField(_("Until"))
    note = models.CharField(_("Note"), max_length=200, blank=True)
    made_by = models.ForeignKey("access.User", models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        default_permissions = ()
        indexes = [
            models.Index(fields=["deputy", "until"], name="access_deputy"),
            models.Index(fields=["principal", "until"], name="access_principal"),
        ]
        constraints = [
            models.CheckConstraint(condition=~models.Q(principal=models.F("deputy")), name="access_deputy_other"),
            models.CheckConstraint(condition=models.Q(until__gte=models.F("since")), name="access_deputy_days"),
        ]

    @classmethod
    def in_force(cls, today: date) -> "models.QuerySet[Deputyship]":
        """Appointments that stand on a day, of people who are both in use."""
        return cls._default_manager.filter(
            since__lte=today, until__gte=today, ended_at=None, principal__is_active=True, deputy__is_active=True
        )

    def __str__(self) -> str:
        return f"{self.deputy_id} {self.principal_id} {self.since} {self.until}"
