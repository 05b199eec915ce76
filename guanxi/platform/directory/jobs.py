"""Background work of the directory."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.directory import rescoping
from guanxi.platform.jobs.context import JobContext
from guanxi.platform.jobs.registry import job


@job(rescoping.KEY, label=_("Records follow a department"))
def rescope(context: JobContext) -> None:
    """Rewrite the level columns of the records of a moved department."""
    rescoping.rescope(context)
