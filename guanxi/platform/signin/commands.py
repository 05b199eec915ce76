"""What administrators do with accounts, and what reviewers do with the roles of people."""

from typing import Annotated

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import kinds
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.commands.command import Answer, Input, command
from guanxi.platform.signin import services


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
