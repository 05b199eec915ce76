"""Memberships: individuals (and firms) that belong to a group customer."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.codes import CodeField
from guanxi.platform.access.models.record import Line


class Membership(Line):
    """One member of a group or household; ``number`` is the service number used as a member."""

    customer = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="members", verbose_name=_("Group or household")
    )
    member = models.ForeignKey(
        "customers.Customer", models.CASCADE, related_name="memberships", verbose_name=_("Member")
    )
    role = CodeField(_("Role"), table="customers.member_role")
    number = models.CharField(_("Member number"), max_length=40, blank=True)
    since = models.DateField(_("Since"), null=True, blank=True)
    until = models.DateField(_("Until"), null=True, blank=True)

    class Meta(Line.Meta):
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["customer", "member", "number"], name="customers_membership_once"),
            models.CheckConstraint(condition=~Q(customer=F("member")), name="customers_membership_other"),
        ]

    def __str__(self) -> str:
        return self.number or str(self.pk)
