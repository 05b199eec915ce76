"""Interactions: every call, visit, mail or meeting with a customer (TMF683 PartyInteraction)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.modules.customers.choices import Direction, InteractionKind
from guanxi.platform.access.codes import CodeField
from guanxi.platform.access.models.record import Record, scope_indexes


class Interaction(Record):
    """Something that has happened; what is planned is a task. Visits go both ways (``direction``)."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, related_name="interactions", verbose_name=_("Customer"), db_index=False
    )
    contact = models.ForeignKey(
        "customers.Contact",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="interactions",
        verbose_name=_("Contact"),
    )
    kind = models.CharField(_("Kind"), max_length=12, choices=InteractionKind, default=InteractionKind.CALL)
    direction = models.CharField(_("Direction"), max_length=12, choices=Direction, default=Direction.OUTBOUND)
    at = models.DateTimeField(_("When"))
    minutes = models.PositiveSmallIntegerField(_("Minutes"), null=True, blank=True)
    subject = models.CharField(_("Subject"), max_length=120)
    content = models.TextField(_("Content"), max_length=10_000, blank=True)
    opinion = models.TextField(_("Customer's opinion"), max_length=4000, blank=True)
    outcome = CodeField(_("Outcome"), table="customers.interaction_outcome")
    participants = models.CharField(_("Participants"), max_length=200, blank=True)
    place = models.CharField(_("Place"), max_length=120, blank=True)
    data_changes = models.TextField(_("Changes of customer data found"), max_length=2000, blank=True)
    next_step = models.CharField(_("Next step"), max_length=200, blank=True)
    next_on = models.DateField(_("Next contact on"), null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("interaction")
        verbose_name_plural = _("interactions")
        indexes = [*scope_indexes("customers_int", "-at", "-id", customer=True)]

    def __str__(self) -> str:
        return self.subject
