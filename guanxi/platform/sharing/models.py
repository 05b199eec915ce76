"""A single record opened to one person or one department."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.memberships import Level
from guanxi.platform.access.models.record import Attached

#: A share never carries the rights of a lead.
LEVELS = [(Level.READ.value, Level.READ.label), (Level.EDIT.value, Level.EDIT.label)]


class Share(Attached):
    """The record it is attached to is open to ``person``, or to everybody of ``unit`` and below, until ``expires_at``.
    Revoked ones expire at once; rows stay, because they say who could have seen what."""

    person = models.ForeignKey(
        "access.User", models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("Shared with")
    )
    unit = models.ForeignKey(
        "access.Department",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Shared with department"),
    )
    permission = models.CharField(_("Permission"), max_length=8, choices=LEVELS, default=Level.READ)
    expires_at = models.DateTimeField(_("Until"), null=True, blank=True)

    class Meta(Attached.Meta):
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        indexes = [
            models.Index(fields=["entity", "record_id", "-id"], name="sharing_share_host"),
            models.Index(fields=["owner", "-id"], name="sharing_share_owner"),
            models.Index(fields=["created_by", "-id"], name="sharing_share_maker"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(person=None) ^ models.Q(unit=None), name="sharing_share_one_receiver"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id}"
