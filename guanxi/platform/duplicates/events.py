"""Events of merges that stand in the history of other records than the one that stays."""

from django.utils.translation import gettext_lazy as _

from guanxi.platform.events.registry import declare

MERGED = "duplicates.record.merged"
MOVED = "duplicates.record.moved"
RETURNED = "duplicates.record.returned"

declare(
    MERGED,
    label=_("Merged into another record"),
    template=_("%(actor)s merged %(record)s into another record"),
    icon="git-merge",
)
declare(
    MOVED,
    label=_("Moved by a merge"),
    template=_("%(actor)s moved %(record)s by merging two records"),
    icon="git-merge",
)
declare(
    RETURNED,
    label=_("Moved back"),
    template=_("%(actor)s took a merge apart, so %(record)s went back"),
    icon="arrow-back-up",
)
