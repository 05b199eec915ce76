"""What is known of records that may be the same: their keys, pairs for a person to judge, and merges with what they moved."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.encrypted_json import EncryptedJSONField
from guanxi.platform.access.models.record import Attached


class DuplicateKey(models.Model):
    """A keyed digest of one value of one record, so that equal values are found by an indexed equality and none can be read
    here. ``kind`` is the field, or how a block of alike names was made (digests.BLOCKS)."""

    entity = models.CharField(max_length=100)
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=40)
    digest = models.BigIntegerField()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["entity", "digest", "record_id"], name="duplicates_key_digest"),
            models.Index(fields=["entity", "record_id"], name="duplicates_key_record"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id} {self.kind}"


class DuplicatePair(Attached):
    """Two records that may be the same, hanging on the older one. ``reasons`` are [kind, hundredths]: which fields agree and
    how alike the names are, never their values."""

    class State(models.TextChoices):
        OPEN = "open", _("To be judged")
        DIFFERENT = "different", _("Not the same")

    other_id = models.BigIntegerField(editable=False)
    score = models.PositiveSmallIntegerField(_("Likeness"), default=0, editable=False)
    reasons = models.JSONField(default=list, editable=False)
    state = models.CharField(_("State"), max_length=12, choices=State, default=State.OPEN, editable=False)

    class Meta(Attached.Meta):
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        constraints = [
            models.UniqueConstraint(fields=["entity", "record_id", "other_id"], name="duplicates_pair_once"),
        ]
        indexes = [
            models.Index(fields=["entity", "other_id"], name="duplicates_pair_other"),
            models.Index(fields=["-score", "-id"], name="duplicates_pair_score"),
            models.Index(fields=["owner", "-score", "-id"], name="duplicates_pair_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.record_id} {self.other_id}"


class Merge(Attached):
    """One record (``merged_id``) became part of the record this hangs on. ``before`` holds what the merge changed of that
    record, field → [old, new] in JSON form; ``summary`` how many rows of which kind were moved, ``kept`` how many stayed
    because the other record had the like; ``left`` what a later un-merge could not put back."""

    merged_id = models.BigIntegerField(editable=False)
    at = models.DateTimeField(_("Merged at"), editable=False)
    undone_at = models.DateTimeField(_("Taken apart at"), null=True, editable=False)
    before = EncryptedJSONField(editable=False)
    summary = models.JSONField(default=dict, editable=False)
    kept = models.JSONField(default=dict, editable=False)
    left = models.JSONField(default=dict, editable=False)

    class Meta(Attached.Meta):
        verbose_name = _("merge")
        verbose_name_plural = _("merges")
        indexes = [
            models.Index(fields=["entity", "merged_id"], name="duplicates_merge_merged"),
            models.Index(fields=["entity", "record_id"], name="duplicates_merge_record"),
            models.Index(fields=["owner", "-id"], name="duplicates_merge_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.merged_id} {self.record_id}"


class MovedRow(models.Model):
    """A row that a merge gave to the record that stays: ``column`` of ``table`` (model label) led to the merged one.
    ``version`` is the row's own after the move, None where it has none; ``before`` holds other fields that the move changed,
    field → value in JSON form."""

    merge = models.ForeignKey(Merge, models.CASCADE, related_name="rows")
    table = models.CharField(max_length=100)
    column = models.CharField(max_length=63)
    row_id = models.BigIntegerField()
    version = models.PositiveIntegerField(null=True)
    before = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.table} {self.row_id}"
