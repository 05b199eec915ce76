"""Industries of the national economy (GB/T 4754)."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.choices import IndustryLevel
from guanxi.platform.refdata.models.translated import TreeNode


class Industry(TreeNode):
    """A section (letter) or division (two digits) of the standard; users may add groups and classes below."""

    STEP, DEPTH = 4, 4

    code = models.CharField(
        _("Code"),
        max_length=4,
        unique=True,
        validators=[
            RegexValidator(r"^([A-Z]|[0-9]{2,4})\Z", _("An industry code is one letter or two to four digits."))
        ],
    )
    level = models.PositiveSmallIntegerField(_("Level"), choices=IndustryLevel)
    year = models.PositiveSmallIntegerField(_("Edition of the standard"), default=2017)

    class Meta:
        verbose_name = _("industry")
        verbose_name_plural = _("industries")
        default_permissions = ()
        ordering = ["path"]

    def path_step(self) -> str:
        """Digits as they are; a section's letter as its place in the alphabet (A = 0001)."""
        step = str(ord(self.code) - ord("A") + 1) if len(self.code) == 1 else self.code
        return step.zfill(self.STEP)
