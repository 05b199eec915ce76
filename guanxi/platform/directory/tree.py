"""The department tree: every department knows its path and level, whoever makes or moves it."""

from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from guanxi.platform.access.models import Department
from guanxi.platform.access.models.department import LEVELS, STEP, step


def place(department: Department) -> list[int]:
    """Write path and level of a new or moved department and of all below it: two statements. Gives the ids of the
    departments that have moved."""
    parent = Department.objects.filter(pk=department.parent_id).first() if department.parent_id else None
    old, path = department.path, (parent.path if parent else "") + step(department.pk)
    if path == old:
        return []
    moved: list[int] = []
    if old:
        shift = (len(path) - len(old)) // STEP
        below = Department.objects.filter(path__range=department.path_range).exclude(pk=department.pk)
        moved = [department.pk, *below.values_list("pk", flat=True)]
        below.update(path=Concat(Value(path), Substr("path", len(old) + 1)), level=F("level") + shift)
    department.path, department.level = path, len(path) // STEP
    Department.objects.filter(pk=department.pk).update(path=path, level=department.level)
    return moved


def problem(department: Department) -> str:
    """Why the department cannot stand below its parent; empty if it can."""
    parent = Department.objects.filter(pk=department.parent_id).first() if department.parent_id else None
    if parent is None:
        return ""
    if department.path and parent.path.startswith(department.path):
        return _("A department cannot stand below itself. Choose another parent.")
    deepest = department.level
    if department.path:
        below = Department.objects.filter(path__range=department.path_range)
        deepest = max(below.values_list("level", flat=True), default=department.level)
    height = deepest - department.level + 1 if department.path else 1
    if parent.level + height > LEVELS:
        return _("A department tree has at most %(levels)d levels. Choose a parent further up.") % {"levels": LEVELS}
    return ""
