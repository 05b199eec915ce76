"""One's own account: profile, signed-in devices, tokens; and the accounts of the demonstration."""

import re
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import tokens
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.models import ApiToken, User
from guanxi.platform.directory.demo.accounts import read_accounts
from guanxi.platform.entities import registry
from guanxi.platform.signin import devices, passwords, second_factor
from guanxi.platform.ui import profile
from guanxi.platform.ui.contexts import (
    AccountPage,
    CommandButton,
    DemoAccount,
    FormField,
    FormPage,
    FormSection,
    LoginExtras,
    Option,
    PropertyGroup,
    PropertyRow,
    Session,
    Tab,
    Token,
)
from guanxi.platform.ui.present import Presenter, ago

TABS = {
    "profile": gettext_lazy("Profile"),
    "sessions": gettext_lazy("Signed-in devices"),
    "tokens": gettext_lazy("API tokens"),
    "notices": gettext_lazy("Notifications"),
    "deputies": gettext_lazy("Deputies"),
}
SHOWN = ("username", "staff_no", "title", "department", "region")
DAYS = (7, 30, 90, 365)
_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari")
_SYSTEMS = {
    "Windows": "Windows",
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}
_NAMES = {"Edg": "Edge", "OPR": "Opera"}


def frame(tab: str, user: User) -> dict[str, Any]:
    """Title and tabs, the same on every page of the account."""
    tabs = [
        Tab(id=key, label=str(label), url=reverse("account", args=[key]), active=key == tab)
        for key, label in TABS.items()
    ]
    if user.has_usable_password():
        tabs.append(_tab("password", _("Password"), "account_change_password", tab))
    if second_factor.offered():
        tabs.append(_tab("factor", _("Second factor"), "mfa_index", tab))
    return {"title": _("My account"), "tab": tab, "tabs": tabs}


def _tab(key: str, label: str, address: str, active: str) -> Tab:
    return Tab(id=key, label=label, url=reverse(address), active=key == active)


#: Pages that the sign-in library makes for whom is signed in, and the tab each belongs to.
LIBRARY_PAGES = {
    "account_change_password": "password",
    "mfa_index": "factor",
    "mfa_activate_totp": "factor",
    "mfa_deactivate_totp": "factor",
    "mfa_list_webauthn": "factor",
    "mfa_add_webauthn": "factor",
    "mfa_edit_webauthn": "factor",
    "mfa_remove_webauthn": "factor",
    "mfa_view_recovery_codes": "factor",
    "mfa_generate_recovery_codes": "factor",
}


def library_page(name: str, request: Any) -> AccountPage:
    """The frame of such a page, with what must be done before anything else is open."""
    notice = ""
    if passwords.is_due(request.user):
        notice = _("Choose a new password; then everything else is open to you.")
    elif second_factor.is_missing(request):
        notice = _(
            "Your role asks for a second factor. Set up an app or a passkey; then everything else is open to you."
        )
    return AccountPage(**frame(LIBRARY_PAGES[name], request.user), notice=notice)


# --- profile --------------------------------------------------------------------------------------------
def profile_page(actor: Actor, user: User) -> AccountPage:
    """What one may change oneself, edited in place, and what the administrator keeps."""
    own = profile.fields(actor)
    described = registry.get(User).readable(actor)
    kept = {key: described[key] for key in SHOWN if key in described}
    presenter = Presenter(registry.get(User), actor, [*own.values(), *kept.values()])
    presenter.load([user])
    groups = [
        PropertyGroup(
            id="own",
            label=_("Yours to change"),
            rows=[property_row(presenter, field, user, editable=True) for field in own.values()],
        ),
        PropertyGroup(
            id="kept",
            label=_("Kept by the administrator"),
            rows=[property_row(presenter, field, user) for field in kept.values()],
        ),
    ]
    return AccountPage(**frame("profile", user), properties=groups)


def property_row(presenter: Presenter, field: Field, user: User, *, editable: bool = False) -> PropertyRow:
    url = reverse("profile_field", args=[field.key]) if editable else ""
    return PropertyRow(id=field.key, label=str(field.label), cell=presenter.cell(field, user), edit_url=url)


# --- sessions -------------------------------------------------------------------------------------------
def sessions_page(actor: Actor, user: User, current: str) -> AccountPage:
    """Where the person is signed in; sessions that are over are not shown."""
    shown = [
        Session(
            device=device(found.agent), address=found.address, current=found.key == current,
            last_seen=_("last used %(when)s") % {"when": ago(found.seen_at, actor.now(), actor.zone)},
            end_url=reverse("session_end", args=[found.pk]),
        )
        for found in devices.devices_of(user, actor.now())
    ]  # fmt: skip
    others = any(not session.current for session in shown)
    return AccountPage(
        **frame("sessions", user), sessions=shown, end_others_url=reverse("sessions_end") if others else ""
    )


def device(agent: str) -> str:
    """Browser and system of a User-Agent, as people call them."""
    browser = next((name for name in _BROWSERS if re.search(rf"\b{name}\w*/", agent)), "")
    system = next((label for word, label in _SYSTEMS.items() if word in agent), "")
    if not browser and not system:
        return _("Unknown device")
    return " · ".join(part for part in (_NAMES.get(browser, browser), system) if part)


# --- tokens ---------------------------------------------------------------------------------------------
def tokens_page(actor: Actor, user: User, new_token: str = "") -> AccountPage:
    """The tokens that are in force; ``new_token`` is shown this one time."""
    rows = tokens.tokens_of(actor).filter(revoked_at=None)
    create = CommandButton(
        id="token-create", label=_("New token"), icon="plus", url=reverse("token_create"), primary=True
    )
    return AccountPage(
        **frame("tokens", user), tokens=[_token(actor, row) for row in rows], token_create=create, new_token=new_token
    )


def _token(actor: Actor, row: ApiToken) -> Token:
    reach = _("reads only") if row.read_only else _("reads and writes")
    expired = row.expires_at <= actor.now()
    day = date_format(row.expires_at.astimezone(actor.zone), "SHORT_DATE_FORMAT")
    return Token(
        label=row.name, prefix=row.prefix, scopes=_(" · ").join([reach, *row.entities]) if row.entities else reach,
        last_used=date_format(row.last_used_on, "SHORT_DATE_FORMAT") if row.last_used_on else _("never"),
        expires=_("%(day)s (over)") % {"day": day} if expired else day, revoke_url=reverse("token_revoke", args=[row.pk]),
    )  # fmt: skip


def token_form(
    name: str = "", days: int = 90, writes: bool = False, error: str = "", where: str = "", wrong_where: str = ""
) -> FormPage:
    """The dialog of a new token."""
    choices = [
        Option(value=str(number), label=_("%(days)d days") % {"days": number}, selected=number == days)
        for number in DAYS
    ]
    fields = [
        FormField(
            name="name",
            kind="text",
            label=_("What is it for?"),
            value=name,
            required=True,
            error=error,
            autofocus=True,
            max_length=100,
        ),
        FormField(name="days", kind="choice", label=_("Valid for"), value=str(days), choices=choices, required=True),
        FormField(
            name="writes",
            kind="boolean",
            label=_("May also write"),
            value=writes,
            help=_("Without it a program can only read."),
        ),
        FormField(
            name="networks",
            kind="text",
            label=_("Only from these networks"),
            value=where,
            error=wrong_where,
            help=_("Addresses or networks such as 10.1.0.0/16, separated by commas. Empty: from anywhere."),
            max_length=500,
        ),
    ]
    return FormPage(
        entity_key="", title=_("New token"), action_url=reverse("token_create"), submit_label=_("Create"),
        sections=[FormSection(id="token", label="", fields=fields)],
    )  # fmt: skip


# --- demonstration --------------------------------------------------------------------------------------
def demo_accounts() -> list[DemoAccount]:
    """The accounts that may be entered by one click, in the reader's language. None outside demo mode or before the
    demo data are there."""
    accounts = read_accounts() if settings.DEMO else []
    return [
        DemoAccount(username=one.username, name=one.name, role=one.role, sees=one.sees, initials=one.name[-1:])
        for one in accounts
    ]


def login_extras() -> LoginExtras | None:
    """What the sign-in page offers in demo mode, else None."""
    if not settings.DEMO:
        return None
    accounts = demo_accounts()
    filling = "" if accounts else _("The demonstration is being prepared. Reload the page in a moment.")
    return LoginExtras(demo_url=reverse("demo_sign_in"), accounts=accounts, filling=filling)
