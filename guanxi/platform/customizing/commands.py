"""What is done with a custom field."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.actor import Actor
from guanxi.platform.commands.command import Answer, command
from guanxi.platform.customizing.choices import INDEXABLE, Index
from guanxi.platform.customizing.models import CustomField

#: Each index makes every save of such a record a little slower.
MOST = 8


@command(
    CustomField, label=_("Build an index"), past="index_wanted", past_label=_("Index asked for"), icon="sort-descending",
    undo="without_index", many=False,
)  # fmt: skip
def with_index(field: CustomField, actor: Actor) -> None:
    """Let lists of any size be sorted and filtered by it quickly. It is built in the background."""
    field.index = Index.WANTED


@with_index.allowed
def _may_have_one(field: CustomField, actor: Actor) -> Answer:
    if field.index != Index.NONE:
        return gettext("It has an index.")
    if field.kind not in INDEXABLE:
        return gettext("Long texts, several choices and files cannot be indexed.")
    if CustomField.objects.filter(entity=field.entity).exclude(index=Index.NONE).count() >= MOST:
        return gettext("A kind of record has at most %(count)d such indexes. Take another one away first.") % {
            "count": MOST
        }
    return True


@command(
    CustomField, label=_("Take the index away"), past="index_removed", past_label=_("Index taken away"), icon="trash",
    undo="with_index", many=False,
)  # fmt: skip
def without_index(field: CustomField, actor: Actor) -> None:
    """Saving becomes a little faster, long lists can no longer be sorted by it."""
    field.index = Index.NONE


@without_index.allowed
def _has_one(field: CustomField, actor: Actor) -> Answer:
    return field.index != Index.NONE or gettext("It has no index.")
