"""Forms of the second factor: attempts are counted like those of a password, and no code counts twice."""

from typing import Any

from allauth.core import context
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as library
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as keys_library
from django import forms
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access.conf import signin_settings
from guanxi.platform.signin import lockout
from guanxi.platform.signin.events import Failed, Locked
from guanxi.platform.signin.models import Lock
from guanxi.platform.signin.origin import origin_of
from guanxi.platform.signin.telling import tell


def spend(user_id: int, code: str) -> bool:
    """Use up a code of an app; False if it was used before, in this process or another. Kept in the shared cache for as
    long as any clock could still take the code for a valid one."""
    life = app_settings.TOTP_PERIOD * (2 * app_settings.TOTP_TOLERANCE + 1)
    return bool(cache.add(f"signin.code:{user_id}:{normalize_user_code(code)}", True, timeout=life))


class _Counted(forms.Form):
    """Attempts at a code, five before the account's second factor is locked."""

    user: Any

    def _take(self) -> int:
        left = lockout.take(Lock.Kind.CODE, str(self.user.pk), timezone.now())
        if left < 0:
            self._tell("locked", left)
            raise get_adapter().validation_error("incorrect_code")
        return left

    def _tell(self, reason: str, left: int) -> None:
        request, name = context.request, self.user.get_username()
        origin = origin_of(request)
        tell(Failed(**origin.fields, given=name, reason=reason), self.user.pk, request=request)
        if left == 0:
            minutes = signin_settings().lock_minutes
            tell(Locked(**origin.fields, given=name, minutes=minutes), self.user.pk, request=request)

    def _right(self) -> None:
        lockout.succeeded(Lock.Kind.CODE, str(self.user.pk))


class _CodeForm(_Counted):
    def clean_code(self) -> str:
        left = self._take()
        try:
            code: str = super().clean_code()  # type: ignore[misc]
            if self.authenticator.type == Authenticator.Type.TOTP and not spend(self.user.pk, code):  # type: ignore[attr-defined]
                raise get_adapter().validation_error("incorrect_code")
        except ValidationError:
            self._tell("code", left)
            raise
        self._right()
        return code


class CodeForm(_CodeForm, library.AuthenticateForm):
    """The second step of signing in."""


class ConfirmByCodeForm(_CodeForm, library.ReauthenticateForm):
    """A code to confirm who is there."""


class _KeyForm(_Counted):
    def clean_credential(self) -> Authenticator:
        left = self._take()
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
        except ValidationError:
            self._tell("key", left)
            raise
        self._right()
        return found


class KeyForm(_KeyForm, keys_library.AuthenticateWebAuthnForm):
    """The second step of signing in, by a passkey."""


class ConfirmByKeyForm(_KeyForm, keys_library.ReauthenticateWebAuthnForm):
    """A passkey to confirm who is there."""


class AddKeyForm(keys_library.AddWebAuthnForm):
    """A passkey as a second factor."""

    name = forms.CharField(label=_("Name"), required=False, max_length=60)
