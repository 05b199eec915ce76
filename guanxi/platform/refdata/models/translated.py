"""What every row of reference data has."""

from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from guanxi.platform.refdata.fields import LabelsField, PinyinField, label_of


class Translated(models.Model):
    """A labelled row that users may rename, reorder and deactivate, and that is never deleted while in use.

    `shipped` holds the values that came with the product: a later load changes only what still equals them, so that
    nothing a user has edited is overwritten. It is null for rows users made themselves.
    """

    #: columns that follow from another one and are written with it
    DERIVED: dict[str, tuple[str, ...]] = {"labels": ("pinyin", "initials")}

    labels = LabelsField(_("Labels"))
    pinyin = PinyinField(_("Pinyin"), of="labels")
    initials = PinyinField(_("Initials"), of="labels", initials=True, max_length=64)
    active = models.BooleanField(_("Active"), default=True)
    position = models.PositiveIntegerField(_("Sort position"), default=0)
    created_at = models.DateTimeField(_("Created at"), auto_now_add=True, editable=False)
    modified_at = models.DateTimeField(_("Modified at"), auto_now=True, editable=False)
    version = models.PositiveIntegerField(_("Version"), default=1, editable=False, db_index=True)
    shipped = models.JSONField(_("Values as shipped"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None:
            derived = {name for source in update_fields for name in self.DERIVED.get(source, ())}
            update_fields = {*update_fields, *derived}
        super().save(*args, update_fields=update_fields, **kwargs)

    @property
    def label(self) -> str:
        """The label in the active language, or in the next one that has a text."""
        return label_of(self.labels)

    @property
    def edited(self) -> bool:
        """Whether a user has changed what the product shipped."""
        return any(self.shipped_form(name) != value for name, value in (self.shipped or {}).items())

    @property
    def reference(self) -> str:
        """The text that names this row in shipped data and never changes."""
        raise NotImplementedError

    def shipped_form(self, name: str) -> Any:
        """A column's present value as `shipped` would hold it: links as references."""
        value = getattr(self, name)
        return value.reference if isinstance(value, Translated) else value


class TreeNode(Translated):
    """A coded row in a tree: `path` is the fixed-width steps from the root, so that a subtree is one range."""

    DERIVED = Translated.DERIVED | {"code": ("path",), "parent": ("path",)}
    #: digits per step of the path
    STEP: int
    #: steps from the root to the deepest level
    DEPTH: int

    code: str
    level: int | None
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("Parent")
    )
    path = models.CharField(_("Path"), max_length=24, editable=False, db_index=True)

    class Meta:
        abstract = True

    @property
    def reference(self) -> str:
        return self.code

    @property
    def path_range(self) -> tuple[str, str]:
        """First and last path of the subtree, this row included: `filter(path__range=region.path_range)`.

        Paths are digits only, which every collation orders alike.
        """
        return self.path, self.path.ljust(self.STEP * self.DEPTH, "9")

    def ancestor_paths(self) -> list[str]:
        """Paths from the root down to this row."""
        return [self.path[:end] for end in range(self.STEP, len(self.path) + 1, self.STEP)]

    def path_step(self) -> str:
        """This row's own step, STEP digits."""
        return self.code.zfill(self.STEP)

    def place(self) -> None:
        """Set the columns that follow from the parent and the code: path, and level where none is given."""
        self.path = (self.parent.path if self.parent else "") + self.path_step()
        if self.level is None:
            self.level = len(self.path) // self.STEP

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.place()
        super().save(*args, **kwargs)
