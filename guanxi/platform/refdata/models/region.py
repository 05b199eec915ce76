"""Administrative divisions of China (GB/T 2260)."""

from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.choices import RegionLevel
from guanxi.platform.refdata.models.translated import Translated, TreeNode


class Region(TreeNode):
    """A province, city or county, in force or abolished.

    Rows with `grouping` only collect others (the districts of Beijing, the counties run by Henan itself); they are
    part of the standard's tree but not of a place's full name. `r1`, `r2`, `r3` are the ids of the province, city and
    county that this row is or lies in, ready to be copied into the scope columns of records.
    """

    STEP, DEPTH = 6, 3
    SCOPES = ("r1", "r2", "r3")
    DERIVED = Translated.DERIVED | dict.fromkeys(("code", "parent", "level"), ("path", *SCOPES))

    code = models.CharField(
        _("Code"),
        max_length=6,
        unique=True,
        validators=[RegexValidator(r"^[0-9]{6}\Z", _("A region code has six digits."))],
    )
    level = models.PositiveSmallIntegerField(_("Level"), choices=RegionLevel)
    r1 = models.BigIntegerField(null=True, editable=False)
    r2 = models.BigIntegerField(null=True, editable=False)
    r3 = models.BigIntegerField(null=True, editable=False)
    grouping = models.BooleanField(_("Grouping only"), default=False)
    short = models.CharField(_("Short name"), max_length=64, blank=True)
    former_names = models.JSONField(_("Former names"), default=list, blank=True)
    since = models.PositiveSmallIntegerField(_("In force since"), null=True, blank=True)
    until = models.PositiveSmallIntegerField(_("Abolished in"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("Successor"),
    )
    source = models.CharField(_("Source"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        default_permissions = ()
        ordering = ["code"]

    def place(self) -> None:
        super().place()
        for number, name in enumerate(self.SCOPES, start=1):
            above = getattr(self.parent, name) if self.parent and number < self.level else None
            setattr(self, name, self.pk if number == self.level else above)

    def save(self, *args: Any, **kwargs: Any) -> None:
        new = self.pk is None
        super().save(*args, **kwargs)
        if new:
            self.place()
            Region.objects.filter(pk=self.pk).update(**{name: getattr(self, name) for name in self.SCOPES})
