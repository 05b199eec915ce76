"""Before a page is made: does the session hold, may one work from here, is something to be done first?"""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from guanxi.platform.access import confirming, sessions
from guanxi.platform.signin import confirmation, devices, networks, passwords, second_factor
from guanxi.platform.signin.origin import address_of

#: Pages that a person may open before the password is changed or the second factor set up.
ALWAYS_OPEN = frozenset(
    {"account_logout", "account_login", "account_reauthenticate", "confirm_again", "language", "healthz"}
)
PASSWORD_PAGES = frozenset({"account_change_password"})
FACTOR_PREFIX = "mfa_"
#: Pages of the sign-in library that change how somebody signs in.
DANGEROUS = frozenset(
    {
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_add_webauthn",
        "mfa_remove_webauthn",
        "mfa_edit_webauthn",
        "mfa_generate_recovery_codes",
        "mfa_view_recovery_codes",
        "mfa_download_recovery_codes",
    }
)
#: Requests that the browser makes by itself do not prolong a session.
UNATTENDED = frozenset({"live"})


class SessionMiddleware:
    """Stands behind the authentication and before whatever reads ``request.user``."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        user = request.user
        if user.is_authenticated:
            now = timezone.now()
            reason = sessions.ended_because(request.session, user, now)
            if not reason and not networks.allowed(user, address_of(request)):
                reason = "network"
            if reason:
                return self._over(request, reason)
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """What must be done before anything else, once the address is resolved."""
        if not request.user.is_authenticated:
            return None
        name = request.resolver_match.url_name or ""
        if name not in UNATTENDED:
            sessions.note_use(request.session, timezone.now())
        if name in DANGEROUS and second_factor.offered() and not self._confirmed(request):
            return redirect(confirmation.page_for(request))
        if name.startswith(FACTOR_PREFIX) and not second_factor.offered():
            return redirect("home")
        return self._first_of_all(request, name)

    def _confirmed(self, request: Any) -> bool:
        return confirming.recently(request.actor)

    def _first_of_all(self, request: Any, name: str) -> HttpResponse | None:
        if name in ALWAYS_OPEN or name in PASSWORD_PAGES:
            return None
        if passwords.is_due(request.user):
            return self._lead(request, reverse("account_change_password"), _("Choose a new password first."))
        if not name.startswith(FACTOR_PREFIX) and second_factor.is_missing(request):
            return self._lead(request, reverse("mfa_index"), _("Set up a second factor first."))
        return None

    def _lead(self, request: Any, url: str, message: str) -> HttpResponse:
        """To the page where it is done; a program or a part of a page is told so instead."""
        if request.resolver_match.url_name in UNATTENDED:
            return HttpResponse(status=204)  # do not come back
        if request.path.startswith("/api/"):
            return JsonResponse({"code": "first", "message": message, "errors": {}}, status=403)
        return _go(request, url)

    def _over(self, request: Any, reason: str) -> HttpResponse:
        user = request.user
        with override(user.language):
            devices.went(request, user, reason)
            request.user = AnonymousUser()
            if request.path.startswith(("/api/", "/live/")):
                return JsonResponse(
                    {"code": "not_authenticated", "message": _("Your session has ended. Sign in again."), "errors": {}},
                    status=401,
                )
            back = request.path if request.method == "GET" and not request.headers.get("HX-Request") else "/"
            return _go(request, redirect_to_login(back).url)


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return redirect(url)
