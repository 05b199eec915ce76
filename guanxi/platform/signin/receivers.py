"""What the sign-in library tells of, and what follows from it: events, and the end of all other sessions."""

from typing import Any

from allauth.account.signals import authentication_step_completed, password_changed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed, authenticator_reset
from allauth.usersessions.models import UserSession
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from guanxi.platform.access import sessions
from guanxi.platform.access.confirming import PROVED, RECORDS
from guanxi.platform.access.models import User
from guanxi.platform.signin import devices, second_factor
from guanxi.platform.signin.events import Confirmed, MfaAdded, MfaRemoved
from guanxi.platform.signin.origin import origin_of
from guanxi.platform.signin.telling import tell


@receiver(password_changed, dispatch_uid="signin.password_changed")
def _password_changed(request: HttpRequest, user: User, **_more: Any) -> None:
    """The password has ended every session; the one in which it was changed goes on."""
    sessions.renew(request.session, timezone.now())
    UserSession.objects.create_from_request(request)


@receiver(authenticator_added, dispatch_uid="signin.factor_added")
def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:  # they come with the first factor, by themselves
        _new(request, user, authenticator)


@receiver(authenticator_reset, dispatch_uid="signin.factor_reset")
def _reset(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    _new(request, user, authenticator)


def _new(request: HttpRequest, user: User, authenticator: Authenticator) -> None:
    tell(MfaAdded(**origin_of(request).fields, what=authenticator.type), user.pk, request=request)
    _anew(request, user)


@receiver(authenticator_removed, dispatch_uid="signin.factor_removed")
def _removed(request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:  # they go with the last factor
        return
    tell(MfaRemoved(**origin_of(request).fields, what=authenticator.type), user.pk, request=request)
    _anew(request, user)


def _anew(request: HttpRequest, user: User) -> None:
    second_factor.note(request, user)
    devices.end_others(request, user)


@receiver(authentication_step_completed, dispatch_uid="signin.confirmed")
def _confirmed(request: HttpRequest, user: User, method: str, **more: Any) -> None:
    if (proved := getattr(request, "proved_at", None)) and method == "socialaccount":
        records = request.session[RECORDS]
        records[-1][PROVED] = proved
        request.session[RECORDS] = records
    if more.get("reauthenticated") and method != "demo":
        tell(Confirmed(**origin_of(request).fields, method=str(more.get("type") or method)), user.pk, request=request)
