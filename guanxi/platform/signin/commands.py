"""What administrators do with accounts, and what reviewers do with the roles of people."""

from collections.abc import Sequence
from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import gate, kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Department, User
from guanxi.platform.commands.command import Answer, Input, command
from guanxi.platform.commands.outcome import Hindrance
from guanxi.platform.entities import registry
from guanxi.platform.signin import reviews, services
from guanxi.platform.signin.models import AccessReview, ReviewItem


@command(
    User,
    label=_("Unlock"),
    past="unlock_asked",
    past_label=_("Unlocked by hand"),
    icon="lock-open",
    undo=None,
    tells_itself=True,
)
def unlock(user: User, actor: Actor) -> None:
    """Let the person try again at once, after too many failures."""
    services.unlock(user, actor)


@unlock.allowed
def _locked(user: User, actor: Actor) -> Answer:
    return services.is_locked(user, actor.now()) or gettext("The account is not locked.")


@command(
    User,
    label=_("Sign out everywhere"),
    past="sessions_ended",
    past_label=_("Signed out everywhere"),
    icon="logout",
    undo=None,
    tells_itself=True,
    danger=True,
)
def end_sessions(user: User, actor: Actor) -> None:
    """End all sessions and tokens of the person at once."""
    services.end_sessions(user, actor)


@command(
    User,
    label=_("Remove second factor"),
    past="factors_removed",
    past_label=_("Second factor removed"),
    icon="shield-lock",
    undo=None,
    tells_itself=True,
    danger=True,
    confirm=True,
)
def remove_factors(user: User, actor: Actor, *, note: Annotated[str, Input(_("Reason"), kind=kinds.LONGTEXT)]) -> None:
    """For a person who has lost app, key and recovery codes. They sign in with the password and set one up anew."""
    services.remove_factors(user, actor)


@remove_factors.allowed
def _has_factor(user: User, actor: Actor) -> Answer:
    return services.has_factor(user) or gettext("The account has no second factor.")


@command(
    User,
    label=_("Remove link to the identity provider"),
    past="link_removed",
    past_label=_("Link to the identity provider removed"),
    icon="unlink",
    undo=None,
    tells_itself=True,
    danger=True,
    confirm=True,
)
def unlink(user: User, actor: Actor, *, note: Annotated[str, Input(_("Reason"), kind=kinds.LONGTEXT)]) -> None:
    """For a person who has a new account at the identity provider. At the next sign-in the user name decides again."""
    services.unlink(user, actor)


@unlink.allowed
def _linked(user: User, actor: Actor) -> Answer:
    return services.is_linked(user) or gettext("The account is not linked to the identity provider.")


@command(ReviewItem, label=_("Keep"), past="kept", past_label=_("Kept"), icon="check", primary=True, undo=None)
def keep(item: ReviewItem, actor: Actor) -> None:
    """The person goes on to hold the role."""
    reviews.decide([item], ReviewItem.Decision.KEEP, actor)


@command(
    ReviewItem,
    label=_("Withdraw"),
    past="withdrawn",
    past_label=_("Withdrawn"),
    icon="x",
    danger=True,
    undo=None,
    confirm=True,
)
def withdraw(item: ReviewItem, actor: Actor) -> None:
    """The person loses the role at once."""
    reviews.decide([item], ReviewItem.Decision.WITHDRAW, actor)


def _is_open(item: ReviewItem, actor: Actor) -> Answer:
    if item.decision == ReviewItem.Decision.WITHDRAW:
        return gettext("It is decided.")
    return item.user_id != actor.user_id or gettext("Somebody else decides on your own roles.")


def _not_theirs(items: Sequence[ReviewItem], actor: Actor) -> dict[int, Hindrance]:
    """Lines that somebody else decides, or nobody any more; two queries for the whole set."""
    closed = set(
        AccessReview.objects.filter(pk__in={item.review_id for item in items}).exclude(signed_off_at=None)
        .values_list("pk", flat=True)
    )  # fmt: skip
    found = {item.pk: Hindrance(gettext("The review is signed off.")) for item in items if item.review_id in closed}
    if gate.permits(actor, registry.get(AccessReview), "sign_off"):
        return found
    managed = set(Department.objects.filter(manager=actor.user_id).values_list("pk", flat=True))
    reason = gettext("The manager of the department decides, or a security officer.")
    return {item.pk: Hindrance(reason) for item in items if item.department_id not in managed} | found


for _one in (keep, withdraw):
    _one.allowed(_is_open)
    _one.set_rule = _not_theirs


@command(
    AccessReview,
    label=_("Sign off"),
    past="signed_off",
    past_label=_("Signed off"),
    icon="clipboard-check",
    primary=True,
    undo=None,
    confirm=True,
)
def sign_off(
    review: AccessReview, actor: Actor, *, note: Annotated[str, Input(_("Note"), kind=kinds.LONGTEXT)] = ""
) -> None:
    """Answer for it that everything was looked at."""
    review.signed_off_at, review.signed_off_by_id = actor.now(), actor.user_id


@sign_off.allowed
def _all_decided(review: AccessReview, actor: Actor) -> Answer:
    if review.signed_off_at:
        return gettext("It is signed off.")
    return not review.open or gettext("Some roles are still to be decided.")
