"""Our rules inside the sign-in library: who gets in, under which password, and where links of mails lead."""

import json
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.stagekit import clear_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import BACKEND_SESSION_KEY, authenticate
from django.core.mail import EmailMessage
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access.conf import signin_settings
from guanxi.platform.access.models import User
from guanxi.platform.signin import devices, directory_door, lockout, networks, passwords
from guanxi.platform.signin.events import Failed, Locked, RecoveryAsked, SignedIn, SignedOut
from guanxi.platform.signin.models import Lock
from guanxi.platform.signin.origin import address_of, origin_of
from guanxi.platform.signin.telling import tell

GIVEN_LENGTH = 64
#: What the library wants said, in our words; whatever is not here is not said.
SAID = {
    "account/messages/password_changed.txt": gettext_lazy("The password is changed. All other devices are signed out."),
    "mfa/messages/totp_activated.txt": gettext_lazy("The authenticator app is set up. Other devices are signed out."),
    "mfa/messages/totp_deactivated.txt": gettext_lazy("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": gettext_lazy("The passkey is added. Other devices are signed out."),
    "mfa/messages/webauthn_removed.txt": gettext_lazy("The passkey is removed."),
    "mfa/messages/recovery_codes_generated.txt": gettext_lazy(
        "New recovery codes are ready. Keep them in a safe place."
    ),
}


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by administrators, never by visitors."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        # One sentence for everything, so that it tells neither whether the account exists nor whether it is locked.
        "username_password_mismatch": gettext_lazy(
            "User name or password is wrong. After too many failures an account stays locked for a while: wait a quarter "
            "of an hour, or ask your administrator."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    # --- getting in -----------------------------------------------------------------------------------
    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """The person of name and password; None for every reason not to let them in."""
        name, address, now = str(credentials.get("username", "")), address_of(request), timezone.now()
        left = min(lockout.take(Lock.Kind.ADDRESS, address, now), lockout.take(Lock.Kind.NAME, name, now))
        user: Any = authenticate(request, **credentials) if left >= 0 else None
        reason = "locked" if left < 0 else "password"
        if user is not None and not networks.allowed(user, address):
            user, reason = None, "address"
        if user is None:
            self._refused(request, name, reason, now)
            return None
        lockout.succeeded(Lock.Kind.ADDRESS, address)
        lockout.succeeded(Lock.Kind.NAME, name)
        return user

    def pre_login(self, request: HttpRequest, user: Any, **kwargs: Any) -> HttpResponse | None:
        """For ways in without a password (a passkey, another system): they obey the list of networks as well."""
        if user.is_active and not networks.allowed(user, address_of(request)):
            clear_login(request)
            told = Failed(**origin_of(request).fields, given=user.username, reason="address")
            tell(told, user.pk, request=request)
            return redirect("account_login")
        answer: HttpResponse | None = super().pre_login(request, user, **kwargs)
        return answer

    def _refused(self, request: HttpRequest, name: str, reason: str, now: Any) -> None:
        """Leave the event of the failure, and that of the lock which it was the last one to bring."""
        origin, minutes = origin_of(request), signin_settings().lock_minutes
        given = "".join(sign for sign in name if sign.isprintable())[:GIVEN_LENGTH]
        known = User.objects.filter(username=name).values_list("pk", flat=True).first()
        tell(Failed(**origin.fields, given=given, reason=reason), known, request=request)
        if reason == "locked":
            return
        for kind, text, shown in ((Lock.Kind.NAME, name, given), (Lock.Kind.ADDRESS, origin.address, origin.address)):
            if lockout.locked_until(kind, text, now):
                about = known if kind == Lock.Kind.NAME else None
                tell(Locked(**origin.fields, given=shown, minutes=minutes), about, request=request, actor=None)

    def login(self, request: HttpRequest, user: Any) -> None:
        """Begin the session, end the oldest beyond the limit, and remember all of it."""
        super().login(request, user)
        records = get_authentication_records(request, user)
        method = "+".join(dict.fromkeys(str(one.get("type") or one.get("method")) for one in records))
        devices.entered(request, user, SignedIn(**origin_of(request).fields, method=method or "password"))

    def logout(self, request: HttpRequest) -> None:
        tell(SignedOut(**origin_of(request).fields), request.user.pk, request=request)
        super().logout(request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The password of the company's directory confirms as well; nobody but it knows it."""
        found: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if self.request.session.get(BACKEND_SESSION_KEY) == directory_door.BACKEND:
            entry = {"id": "reauthenticate", "description": _("Password"), "url": reverse("account_reauthenticate")}
            found = [entry, *(one for one in found if one["id"] != "reauthenticate")]
        return found

    # --- passwords ------------------------------------------------------------------------------------
    def set_password(self, user: Any, password: str) -> None:
        signed_in = self.request is not None and self.request.user.is_authenticated
        passwords.change(user, password, how="own" if signed_in else "recovery", request=self.request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("home")

    def send_password_reset_mail(self, user: Any, email: str, context: dict[str, Any]) -> None:
        """To the stored address, whatever was entered; the directory's people change their password there."""
        if not (user.is_active and user.has_usable_password()):
            return
        tell(RecoveryAsked(**origin_of(self.request).fields), user.pk, request=self.request)
        super().send_password_reset_mail(user, user.email, context)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Under our own address: what the request calls its host was written by whoever sent it."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.SITE_URL.rstrip("/") + path.replace("UID-KEY", key)

    # --- words ----------------------------------------------------------------------------------------
    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        said = kwargs.get("message") or SAID.get(message_template or "")
        if said:
            tone = "success" if level < messages.WARNING else "warning"
            messages.add_message(request, level, json.dumps({"message": str(said), "tone": tone}), extra_tags="toast")

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: dict[str, str] | None = None
    ) -> EmailMessage:
        """In the language of the person who gets it, whatever the browser that asked for it speaks."""
        user = context.get("user")
        with translation.override(getattr(user, "language", None) or translation.get_language()):
            return super().render_mail(template_prefix, email, context, headers)

    def format_email_subject(self, subject: str) -> str:
        """Our subjects name the sender themselves."""
        return subject

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: the person is told by our own notifications, which follow the events."""

    def get_client_ip(self, request: HttpRequest) -> str:
        return address_of(request)
