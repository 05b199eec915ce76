"""Editable code lists."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.models.translated import Translated


class Code(Translated):
    """One entry of a code table, such as a position, a salutation or a currency; see `registry.code_table`."""

    table = models.CharField(_("Code table"), max_length=64)
    key = models.CharField(
        _("Key"),
        max_length=64,
        validators=[RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9_.-]*\Z", _("A key has letters, digits, _ . and - only."))],
    )
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Parent")
    )
    extra = models.JSONField(_("Further values"), default=dict, blank=True)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("codes")
        default_permissions = ()
        ordering = ["table", "position", "id"]
        constraints = [models.UniqueConstraint(fields=["table", "key"], name="refdata_code_table_key")]

    @property
    def reference(self) -> str:
        return f"{self.table}/{self.key}"
