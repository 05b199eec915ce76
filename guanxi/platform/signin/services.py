"""What administrators do with accounts; called by their commands, inside their transaction."""

from datetime import datetime

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import User
from guanxi.platform.signin import devices, lockout
from guanxi.platform.signin.events import MfaRemoved, SessionEnded, Unlinked, Unlocked
from guanxi.platform.signin.models import Lock
from guanxi.platform.signin.origin import origin_of
from guanxi.platform.signin.telling import tell


def _locks(user: User) -> tuple[tuple[str, str], ...]:
    return (Lock.Kind.NAME, user.username), (Lock.Kind.CODE, str(user.pk))


def is_locked(user: User, now: datetime) -> bool:
    """Whether password or second factor are locked."""
    return any(lockout.locked_until(kind, key, now) for kind, key in _locks(user))


def unlock(user: User, actor: Actor) -> None:
    """Let the person try again at once."""
    for kind, key in _locks(user):
        lockout.unlock(kind, key, by=actor.user_id, now=actor.now())
    tell(Unlocked(**origin_of(context.request).fields), user.pk, request=context.request, actor=actor)


def end_sessions(user: User, actor: Actor) -> None:
    """End all sessions and tokens of the person."""
    count = UserSession.objects.filter(user=user).count()
    devices.end_all([user.pk], actor.now())
    told = SessionEnded(**origin_of(context.request).fields, reason="administrator", count=count)
    tell(told, user.pk, request=context.request, actor=actor)


def has_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user).exists()


def remove_factors(user: User, actor: Actor) -> None:
    """For whoever has lost app, key and codes; all their sessions end."""
    kinds = sorted(set(Authenticator.objects.filter(user=user).values_list("type", flat=True)))
    Authenticator.objects.filter(user=user).delete()
    devices.end_all([user.pk], actor.now())
    told = MfaRemoved(**origin_of(context.request).fields, what=" ".join(kinds))
    tell(told, user.pk, request=context.request, actor=actor)


def is_linked(user: User) -> bool:
    return SocialAccount.objects.filter(user=user).exists()


def unlink(user: User, actor: Actor) -> None:
    """Let the claimed user name decide once more who the person at the identity provider is; all sessions end."""
    SocialAccount.objects.filter(user=user).delete()
    devices.end_all([user.pk], actor.now())
    tell(Unlinked(**origin_of(context.request).fields), user.pk, request=context.request, actor=actor)
