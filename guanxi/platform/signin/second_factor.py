"""Who needs a second factor, and who has one. The demonstration asks nobody."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest

from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.models import User, UserRole
from guanxi.platform.signin.networks import demanding_roles

#: In the session, once it is known that the person has a second factor: then no page asks the database again.
HAS = "gx_second_factor"


def policy() -> str:
    """off, optional, roles or all."""
    return "optional" if settings.DEMO else signin_settings().mfa


def offered() -> bool:
    return policy() != "off"


def demanded_of(user: User) -> bool:
    """Whether this person must have a second factor."""
    if policy() == "roles":
        return UserRole.objects.filter(user=user, role__key__in=signin_settings().mfa_roles, role__active=True).exists()
    return policy() == "all"


def has_one(user: User) -> bool:
    """Whether the person has an app or a passkey; recovery codes alone are none."""
    return Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.RECOVERY_CODES).exists()


def note(request: HttpRequest, user: User) -> None:
    """Remember in the session that there is one."""
    if has_one(user):
        request.session[HAS] = True
    else:
        request.session.pop(HAS, None)


def is_missing(request: Any) -> bool:
    """Whether the person of the request must set one up before anything else. Asks the rights that the page reads
    anyway; the database only of those who may be concerned."""
    if policy() in ("off", "optional") or request.session.get(HAS):
        return False
    if policy() == "roles":
        mine = {grant.role_id for grant in request.actor.grants.grants}
        if mine.isdisjoint(demanding_roles()):
            return False
    return not has_one(request.user)
