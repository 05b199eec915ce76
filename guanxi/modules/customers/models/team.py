"""The account team of a customer."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.memberships import Level
from guanxi.platform.access.models.record import Line


class TeamMember(Line):
    """Somebody who works on a customer beside its owner: whatever hangs on the customer is open to them at once, as far as
    their roles allow and their function carries."""

    customer = models.ForeignKey("customers.Customer", models.CASCADE, related_name="team", verbose_name=_("Customer"))
    user = models.ForeignKey("access.User", models.CASCADE, related_name="+", verbose_name=_("Colleague"))
    function = models.CharField(_("Function"), max_length=8, choices=Level, default=Level.EDIT)
    since = models.DateField(_("Since"), null=True, blank=True)
    until = models.DateField(_("Until"), null=True, blank=True)
    note = models.CharField(_("Note"), max_length=200, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("team member")
        verbose_name_plural = _("team members")
        constraints = [
            models.UniqueConstraint(fields=["user", "customer"], name="customers_team_once"),
            models.CheckConstraint(
                condition=Q(since=None) | Q(until=None) | Q(until__gte=F("since")), name="customers_team_days"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.user_id}"
