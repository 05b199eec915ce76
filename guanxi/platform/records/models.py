"""Kinds of record that administrators define, and the one table of all their records."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.models.record import Record
from guanxi.platform.bulk import PartField
from guanxi.platform.records.choices import Icon, MenuGroup
from guanxi.platform.refdata.fields import LabelsField, PinyinField, label_of


class CustomEntity(models.Model):
    """One kind of record. ``key`` stands in addresses, rights and events and never changes, nor does ``host``, the kind of
    record on which its records hang. What is no longer ``active`` exists for nobody; its records stay."""

    labels = LabelsField(_("Name"))
    pinyin = PinyinField(of="labels", db_index=True)
    plurals = LabelsField(
        _("Name of several"), blank=True, help_text=_("For lists and the menu, such as “Contracts”; the name if empty.")
    )
    titles = LabelsField(
        _("A record is called by its"), blank=True,
        help_text=_("What the first field asks for, such as “Subject”; “Name” if empty."),
    )  # fmt: skip
    key = models.CharField(
        _("Key"), max_length=40, blank=True, unique=True,
        help_text=_("The name in addresses, rights and REST. Left empty, it follows the name."),
    )  # fmt: skip
    help = models.CharField(_("What it is for"), max_length=200, blank=True)
    icon = models.CharField(_("Icon"), max_length=30, choices=Icon, default=Icon.FOLDER)
    group = models.CharField(_("Place in the menu"), max_length=12, choices=MenuGroup, default=MenuGroup.CUSTOMERS)
    position = models.PositiveIntegerField(_("Sort position"), default=500)
    numbering = models.CharField(
        _("Numbers"), max_length=30, blank=True,
        help_text=_("Such as HT-{year}-{0000}. Left empty, people number the records, or nobody does."),
    )  # fmt: skip
    host = models.CharField(
        _("Hangs on"), max_length=100, blank=True,
        help_text=_("Each record then belongs to such a record, is seen by whoever sees that one and stands on its page."),
    )  # fmt: skip
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("kind of record of your own")
        verbose_name_plural = _("kinds of record of your own")
        default_permissions = ()

    def __str__(self) -> str:
        return label_of(self.labels, self.key)


class CustomRecord(Record):
    """A record of a kind that an administrator defined. ``kind`` is that CustomEntity, ``host`` the record on which it
    hangs, without a foreign key because each kind has its own; the values of its fields lie in ``custom``. Every index
    begins with the kind: so the records of one are found as if they had a table of their own."""

    kind = PartField(editable=False)
    name = models.CharField(_("Name"), max_length=200)
    pinyin = PinyinField(of="name")
    initials = PinyinField(of="name", initials=True, max_length=120)
    host = models.BigIntegerField(null=True, blank=True)

    class Meta(Record.Meta):
        verbose_name = _("record of your own kind")
        verbose_name_plural = _("records of your own kinds")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "code"], condition=Q(deleted_at=None) & ~Q(code=""), name="records_code"
            )
        ]
        indexes = [
            models.Index(fields=["kind", "-id"], name="records_kind"),
            models.Index(fields=["kind", "name", "id"], name="records_kind_name"),
            models.Index(fields=["kind", "pinyin"], name="records_kind_pinyin"),
            *(
                models.Index(fields=["kind", column, "-id"], name=f"records_kind_{column}")
                for column in ("owner", "host", "d2", "d3", "r2", "r3")
            ),
        ]

    def __str__(self) -> str:
        return self.name
