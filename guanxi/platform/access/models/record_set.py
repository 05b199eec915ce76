"""Sets of records that a grant reaches."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RecordSet(models.Model):
    """Records of one kind: picked by hand, or those that a saved filter found when it was last looked at. ``filter`` is
    its JSON (empty: by hand), ``refreshed_at`` when the members were last worked out. Derived: ``of_customers``, a grant on
    this set also reaches what hangs on its members; ``live``, the filter as JSON, where it only asks scope columns (pairs of column and value) and
    values that lie beside the records (table, name, operator, values): such a set has no members, its grants ask the indexes
    themselves."""

    name = models.CharField(_("Name"), max_length=80, unique=True)
    entity = models.CharField(_("Kind of record"), max_length=100)
    filter = models.TextField(_("Filter"), blank=True, max_length=4000)
    of_customers = models.BooleanField(default=False, editable=False)
    live = models.TextField(default="", blank=True, editable=False)
    note = models.CharField(_("Note"), max_length=200, blank=True)
    refreshed_at = models.DateTimeField(_("Worked out"), null=True, blank=True, editable=False)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("record set")
        verbose_name_plural = _("record sets")
        default_permissions = ()

    def __str__(self) -> str:
        return self.name


class RecordSetMember(models.Model):
    """One record of a set."""

    record_set = models.ForeignKey(RecordSet, models.CASCADE, related_name="members")
    record_id = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["record_set", "record_id"], name="access_set_member_once")]
        indexes = [models.Index(fields=["record_id"], name="access_set_member")]

    def __str__(self) -> str:
        return f"{self.record_set_id} {self.record_id}"
