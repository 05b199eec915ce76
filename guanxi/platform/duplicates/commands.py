"""Judging pairs, taking merges apart."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, command
from guanxi.platform.duplicates import merging
from guanxi.platform.duplicates.conf import duplicate_settings
from guanxi.platform.duplicates.models import DuplicatePair, Merge


@command(
    DuplicatePair, label=gettext_lazy("Not the same"), past="parted", past_label=gettext_lazy("Judged as not the same"),
    told=gettext_lazy("%(actor)s judged %(record)s as not the same"), icon="unlink", undo="reopen",
)  # fmt: skip
def part(pair: DuplicatePair, actor: Actor) -> None:
    """The two records are different; they are not proposed again."""
    pair.state = DuplicatePair.State.DIFFERENT


@part.allowed
def _may_part(pair: DuplicatePair, actor: Actor) -> Answer:
    return pair.state == DuplicatePair.State.OPEN or _("It is judged already.")


@command(
    DuplicatePair, label=gettext_lazy("Judge again"), past="reopened", past_label=gettext_lazy("To be judged again"),
    icon="arrow-back-up", undo="part",
)  # fmt: skip
def reopen(pair: DuplicatePair, actor: Actor) -> None:
    """Propose the two records again."""
    pair.state = DuplicatePair.State.OPEN


@reopen.allowed
def _may_reopen(pair: DuplicatePair, actor: Actor) -> Answer:
    return pair.state != DuplicatePair.State.OPEN or _("It is still to be judged.")


@command(
    Merge, label=gettext_lazy("Take apart"), past="undone", past_label=gettext_lazy("Taken apart"),
    told=gettext_lazy("%(actor)s took a merge apart"), icon="arrow-back-up", undo=None, many=False, primary=True,
)  # fmt: skip
def unmerge(merge: Merge, actor: Actor) -> None:
    """Bring the merged record back, with everything that has not changed since the merge."""
    merging.take_apart(merge, actor)


@unmerge.allowed
def _may_unmerge(merge: Merge, actor: Actor) -> Answer:
    if merge.undone_at is not None:
        return _("It has been taken apart already.")
    conf = duplicate_settings()
    if actor.now() - merge.at > conf.time:
        return _("Merges can be taken apart within %(days)d days.") % {"days": conf.days}
    return True
