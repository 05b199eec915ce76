"""One's own account, and signing in to the demonstration."""

from dataclasses import replace
from typing import Any, cast

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.core.exceptions import SuspiciousOperation
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from guanxi.platform.access import confirming, gate, tokens
from guanxi.platform.access.kinds import Invalid
from guanxi.platform.access.models import User
from guanxi.platform.access.requests import Request, whole_number
from guanxi.platform.commands.outcome import Conflict, Rejected
from guanxi.platform.entities import registry
from guanxi.platform.signin import devices, networks, oidc
from guanxi.platform.ui import account_page, form_page, mail_page, profile, shell
from guanxi.platform.ui.answers import done
from guanxi.platform.ui.doors import confirmed, page, part, signed_in
from guanxi.platform.ui.present import Presenter

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@require_GET
@signed_in
def show(request: Request, tab: str) -> HttpResponse:
    user: Any = request.user
    if tab == "profile":
        return page(request, "account/profile.html", account_page.profile_page(request.actor, user))
    if tab == "sessions":
        return page(
            request,
            "account/sessions.html",
            account_page.sessions_page(request.actor, user, request.session.session_key or ""),
        )
    if tab == "tokens":
        return page(request, "account/tokens.html", account_page.tokens_page(request.actor, user))
    if tab == "notices":
        return page(request, "account/notices.html", mail_page.notices_page(request.actor, user))
    raise gate.NotFound


@require_http_methods(["GET", "POST"])
@signed_in
def profile_field(request: Request, key: str) -> HttpResponse:
    """One property of the own profile, edited in place. The e-mail address, by which accounts are recovered, asks for
    the password again."""
    actor = request.actor
    field = profile.fields(actor).get(key)
    if field is None:
        raise gate.NotFound
    user: Any = request.user
    if request.GET.get("cancel"):
        return _shown(request, key, user)
    if key == "email":
        confirming.require(request.actor)
    errors: dict[str, str] = {}
    raw = form_page.read(request.POST, [field]) if request.method == "POST" else {}
    if request.method == "POST":
        version = request.POST.get("version", "")
        try:
            return _shown(
                request,
                key,
                profile.change(actor, key, raw.get(key) or "", version=whole_number(version) or 0),
            )
        except Rejected as refusal:
            errors = {key: str(refusal)}
        except Conflict as conflict:
            errors, user = {key: _("Your account was changed meanwhile. Look at it and save again.")}, conflict.record
    form = form_page.Form(registry.get(User), actor, raw=raw, errors=errors)
    row = account_page.property_row(Presenter(registry.get(User), actor, [field]), field, user, editable=True)
    context = {
        "row": row,
        "field": form.field(field, field.get(user), autofocus=True),
        "version": user.version,
        "page": {"version": user.version},
    }
    return part(request, "property_edit", status=422 if errors else 200, **context)


def _shown(request: Request, key: str, user: User) -> HttpResponse:
    field = profile.fields(request.actor)[key]
    presenter = Presenter(registry.get(User), request.actor, [field])
    return part(request, "property", row=account_page.property_row(presenter, field, user, editable=True))


@require_POST
@signed_in
def end_session(request: Request, pk: int) -> HttpResponse:
    """Sign out another device of one's own."""
    user: Any = request.user
    found = [device for device in devices.devices_of(user, timezone.now()) if device.pk == pk]
    if not found:
        raise gate.NotFound
    devices.end(found, user, reason="own", request=request)
    return done(reverse("account", args=["sessions"]), _("That device is signed out."), request)


@require_POST
@signed_in
def end_other_sessions(request: Request) -> HttpResponse:
    """Sign out everywhere but here."""
    user: Any = request.user
    current = request.session.session_key
    others = [device for device in devices.devices_of(user, timezone.now()) if device.key != current]
    devices.end(others, user, reason="own", request=request)
    return done(reverse("account", args=["sessions"]), _("All other devices are signed out."), request)


@sensitive_variables("secret")
@require_http_methods(["GET", "POST"])
@confirmed
def create_token(request: Request) -> HttpResponse:
    """The dialog of a new token; its answer is the only place where the secret is ever shown."""
    if request.method == "GET":
        return part(request, "command_form", page=account_page.token_form())
    sent, user = request.POST, cast(User, request.user)
    name, writes, where = sent.get("name", ""), bool(sent.get("writes")), sent.get("networks", "")
    days = whole_number(sent.get("days", "")) or 0
    try:
        found = _networks(where)
    except Invalid as error:
        form = account_page.token_form(name, days or 90, writes, where=where, wrong_where=str(error))
        return part(request, "command_form", status=422, page=form)
    try:
        secret = tokens.create(request.actor, name, days, read_only=not writes, networks=found)
    except Invalid as error:
        form = account_page.token_form(name, days or 90, writes, str(error), where)
        return part(request, "command_form", status=422, page=form)
    if request.htmx:
        return part(request, "account/token_made.html", new_token=secret, url=reverse("account", args=["tokens"]))
    return page(request, "account/tokens.html", account_page.tokens_page(request.actor, user, secret))


def _networks(text: str) -> list[str]:
    return [networks.parse(one) for one in text.replace(",", " ").split()]


@require_POST
@signed_in
def revoke_token(request: Request, pk: int) -> HttpResponse:
    tokens.revoke(request.actor, pk)
    return done(reverse("account", args=["tokens"]), _("The token no longer works."), request)


@require_POST
def demo_sign_in(request: Request) -> HttpResponse:
    """Enter the demonstration as one of its people; 404 outside demo mode and for everybody else."""
    wanted = request.POST.get("username", "")
    known = wanted in {account.username for account in account_page.demo_accounts()}
    user = User.objects.filter(username=wanted, is_active=True).first() if known else None
    if user is None:
        return HttpResponse(status=404)
    record_authentication(request, user, method="demo")
    user.backend = BACKEND  # type: ignore[attr-defined]
    get_adapter(request).login(request, user)
    return redirect("home")


def _refusal(request: Request) -> str:
    """Why the company's sign-in sent somebody back. The page that refuses an address of too many parameters asks as well."""
    try:
        return str(oidc.REFUSALS.get(request.GET.get("refused", ""), ""))
    except SuspiciousOperation:
        return ""


def login_context(request: Request) -> dict[str, Any]:
    """Context processor for the pages of the sign-in library: ``extras`` of the sign-in page, the frame of those for
    whom is signed in; asked for nowhere else."""
    match = request.resolver_match
    name = match.url_name or "" if match is not None else ""
    if name == "account_login":
        offered = {"extras": account_page.login_extras(), "company_account": oidc.offered()}
        return offered | {"refusal": _refusal(request)}
    actor = getattr(request, "actor", None)
    if actor is None or name not in account_page.LIBRARY_PAGES:
        return {}
    # No tour here: these pages may be all that is open yet.
    frame = replace(shell.build(request, actor), show_tour=False)
    return {"shell": frame, "page": account_page.library_page(name, request)}
