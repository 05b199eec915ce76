"""The department tree."""

from django.db import models
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _

LEVELS = 8
STEP = 6


class Department(models.Model):
    """``path`` holds the ids of all ancestors and itself in fixed-width steps, so a subtree is a range;
    ``level`` is 1 at the root and at most LEVELS, because records carry one column per level. ``settling`` counts the
    moves after which the level columns of its records are still being rewritten: until it is 0 they are not asked."""

    code = models.CharField(_("Code"), max_length=32, unique=True)
    name = models.CharField(_("Name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Parent department")
    )
    region = models.ForeignKey(
        "refdata.Region", models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("Region")
    )
    level = models.PositiveSmallIntegerField(_("Level"), default=1, editable=False)
    path = models.CharField(max_length=LEVELS * STEP, blank=True, db_index=True, editable=False)
    settling = models.PositiveIntegerField(default=0, editable=False)
    manager = models.ForeignKey(
        "access.User", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("Manager")
    )
    position = models.IntegerField(_("Position"), default=0)
    active = models.BooleanField(_("Active"), default=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        default_permissions = ()
        ordering = ["path"]

    def __str__(self) -> str:
        return self.name

    @property
    def path_range(self) -> tuple[str, str]:
        """First and last path of the subtree, this department included."""
        return self.path, self.path.ljust(LEVELS * STEP, "z")

    @classmethod
    def above(cls, department_id: int) -> "models.QuerySet[Department]":
        """A department and all above it, found by the parts of its path."""
        path = models.Subquery(cls._default_manager.filter(pk=department_id).values("path")[:1])
        return cls._default_manager.filter(path__in=[Substr(path, 1, STEP * level) for level in range(1, LEVELS + 1)])

    def ancestors(self) -> list[int]:
        """Ids from the root down to this department."""
        return [int(self.path[at : at + STEP], 36) for at in range(0, len(self.path), STEP)]


def step(department_id: int) -> str:
    """One fixed-width step of a path."""
    digits, number = "", department_id
    while number:
        number, rest = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[rest] + digits
    if len(digits) > STEP:
        raise ValueError(f"department id {department_id} does not fit a path step")
    return digits.rjust(STEP, "0")
