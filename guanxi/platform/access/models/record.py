"""What every business record has (P-01), and the two smaller kinds.

Record   an independent thing with code, owner, scope columns, version and soft delete
Line     a part of a record: rights, scope and history are its parent's
Fact     append-only, bulk-loaded, without a form
Attached a record that hangs on any other record, e.g. a note or a task
"""

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models.department import LEVELS
from guanxi.platform.access.words import WordsField
from guanxi.platform.bulk.values import ValuesField

#: Columns copied from department and region, one per level, so that a subtree is one equality.
DEPARTMENT_COLUMNS = tuple(f"d{level}" for level in range(1, LEVELS + 1))
REGION_COLUMNS = ("r1", "r2", "r3")
SCOPE_COLUMNS = ("owner_id", "department_id", "region_id", *DEPARTMENT_COLUMNS, *REGION_COLUMNS)


def scope_indexes(
    prefix: str,
    *order: str,
    levels: tuple[str, ...] = ("d2", "d3", "r2", "r3"),
    customer: bool = False,
    counted: tuple[str, ...] = (),
) -> list[models.Index]:
    """The indexes of the sources of right on the default sort (at most six): owner, the department and
    region levels in use, and the customer a record hangs on. ``order`` defaults to newest first. ``counted`` are the columns by
    which lists of very many are grouped and narrowed: every index tells them, the owner and whether a row is live, so that counts read no
    rows."""
    sort = order or ("-id",)
    columns = ("owner", *(("customer",) if customer else ()), *levels)
    if len(columns) > 6:
        raise ValueError(f"{prefix}: at most six scope indexes, not {columns}")
    told = ("deleted_at", "owner", *counted) if counted else ()
    scopes = [
        models.Index(fields=[column, *sort, *(one for one in told if one != column)], name=f"{prefix}_{column[:8]}")
        for column in columns
    ]
    return scopes + [models.Index(fields=[column, "deleted_at"], name=f"{prefix}_{column}") for column in counted]


class LiveManager(models.Manager):
    """Rows that are not in the recycle bin."""

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().filter(deleted_at=None)


def _who(label: Any) -> models.ForeignKey:
    """A person whom the program notes; nobody looks records up by it."""
    return models.ForeignKey(
        "access.User", models.PROTECT, null=True, related_name="+", verbose_name=label, editable=False, db_index=False
    )


class Record(models.Model):
    uid = models.UUIDField(null=True, unique=True, editable=False)
    code = models.CharField(_("Code"), max_length=40, blank=True)
    owner = models.ForeignKey(
        "access.User", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Owner"), db_index=False
    )
    department = models.ForeignKey(
        "access.Department",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Department"),
        db_index=False,
    )
    region = models.ForeignKey(
        "refdata.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("Region"),
        db_index=False,
    )
    d1 = models.BigIntegerField(null=True, editable=False)
    d2 = models.BigIntegerField(null=True, editable=False)
    d3 = models.BigIntegerField(null=True, editable=False)
    d4 = models.BigIntegerField(null=True, editable=False)
    d5 = models.BigIntegerField(null=True, editable=False)
    d6 = models.BigIntegerField(null=True, editable=False)
    d7 = models.BigIntegerField(null=True, editable=False)
    d8 = models.BigIntegerField(null=True, editable=False)
    r1 = models.BigIntegerField(null=True, editable=False)
    r2 = models.BigIntegerField(null=True, editable=False)
    r3 = models.BigIntegerField(null=True, editable=False)
    tags = WordsField(_("Tags"))
    remarks = models.TextField(_("Remarks"), blank=True, max_length=4000)
    created_at = models.DateTimeField(_("Created at"), editable=False)
    created_by = _who(_("Created by"))
    modified_at = models.DateTimeField(_("Modified at"), editable=False)
    modified_by = _who(_("Modified by"))
    version = models.PositiveIntegerField(default=1, editable=False)
    deleted_at = models.DateTimeField(null=True, editable=False)
    custom = ValuesField(default=dict, blank=True, editable=False)

    objects = LiveManager()
    everything = models.Manager()

    class Meta:
        abstract = True
        default_permissions = ()
        base_manager_name = "everything"


class Reviewed(models.Model):
    """First and second review of a record, each with its reviewer and time; ``…_for`` is whom a deputy acted for. Both are
    compared with the second reviewer, however long ago the appointment ended."""

    first_reviewed_at = models.DateTimeField(_("First review"), null=True, editable=False)
    first_reviewed_by = _who(_("First reviewer"))
    first_reviewed_for = _who(_("First review on behalf of"))
    second_reviewed_at = models.DateTimeField(_("Second review"), null=True, editable=False)
    second_reviewed_by = _who(_("Second reviewer"))
    second_reviewed_for = _who(_("Second review on behalf of"))

    class Meta:
        abstract = True


class Attached(Record):
    """``entity`` and ``record_id`` name the record it hangs on, ``customer_id`` that record's customer.
    Its scope columns are copies of that record's, so it is seen by whoever sees the record."""

    entity = models.CharField(_("Attached to"), max_length=100, editable=False)
    record_id = models.BigIntegerField(editable=False)
    customer_id = models.BigIntegerField(null=True, editable=False, db_index=True)

    class Meta(Record.Meta):
        abstract = True


class Line(models.Model):
    created_at = models.DateTimeField(_("Created at"), default=timezone.now, editable=False)
    modified_at = models.DateTimeField(_("Modified at"), default=timezone.now, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
        default_permissions = ()


class Fact(models.Model):
    batch = models.UUIDField(null=True, editable=False)
    created_at = models.DateTimeField(_("Loaded at"), editable=False)

    class Meta:
        abstract = True
        default_permissions = ()
