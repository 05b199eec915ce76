"""The frame of every signed-in page."""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role, User
from guanxi.platform.access.requests import Request
from guanxi.platform.access.watermark import watermark
from guanxi.platform.entities import registry
from guanxi.platform.jobs import selectors as jobs
from guanxi.platform.messages.selectors import unread_count
from guanxi.platform.ui import addresses, menu
from guanxi.platform.ui.answers import toasts_of
from guanxi.platform.ui.contexts import Link, NavItem, Option, RunningJob, Shell, ShellUser, Toast


def build(request: Request, actor: Actor) -> Shell:
    """The shell for a request: two queries (department, roles) beside the rights."""
    return Shell(
        user=_user(request, actor),
        nav=menu.navigation(actor, request.path),
        bottom=_bottom(request.path),
        create=_quick_create(actor),
        product=_("Guanxi"),
        home_url=reverse("home"),
        palette_url=reverse("palette"),
        preferences_url=reverse("preferences"),
        live_url=reverse("live") if settings.LIVE else "",
        inbox_url=reverse("inbox"),
        inbox_count=unread_count(actor.user_id or 0),
        jobs_url=reverse("jobs"),
        jobs=_running(actor),
        help_url=reverse("help"),
        sidebar=request.COOKIES.get("gx_sidebar", "open"),
        demo=settings.DEMO,
        watermark=watermark(actor, request.user),
        show_tour=not getattr(request.user, "toured", True),
        toasts=[Toast(**said) for said in toasts_of(request)],
    )


def _user(request: Request, actor: Actor) -> ShellUser:
    user: Any = request.user
    roles = Role.objects.filter(user_links__user=user.pk, active=True)
    return ShellUser(
        name=user.name,
        initials=user.name[-1:] if not user.name[:1].isascii() else user.name[:1].upper(),
        department=user.department.name if user.department_id else "",
        role=_(", ").join(str(role) for role in roles),
        acting_for=_principal(actor),
        stop_acting_url=reverse("deputy_stop"),
        deputies_url=reverse("deputies"),
        theme=user.theme,
        density=user.density,
        profile_url=reverse("account", args=["profile"]),
        password_url=reverse("account_change_password") if user.has_usable_password() else "",
        sessions_url=reverse("account", args=["sessions"]),
        tokens_url=reverse("account", args=["tokens"]),
        logout_url=reverse("account_logout"),
        language_url=reverse("language"),
        languages=tuple(
            Option(value=code, label=get_language_info(code)["name_local"], selected=code == user.language)
            for code, _label in settings.LANGUAGES
        ),
    )


def _principal(actor: Actor) -> str:
    """The name of the person acted for; asked only while somebody is."""
    if not actor.on_behalf_of_id:
        return ""
    return str(User.objects.filter(pk=actor.on_behalf_of_id).values_list("name", flat=True).first() or "")


def _running(actor: Actor) -> list[RunningJob]:
    """The reader's unfinished jobs, for the ring in the top bar."""
    unfinished = jobs.views(jobs.unfinished(actor.user_id)[:5])
    return [
        RunningJob(
            id=str(job.id),
            label=job.label,
            percent=job.percent or 0,
            url=reverse("job", args=[job.id]),
        )
        for job in unfinished
    ]


def _bottom(path: str) -> tuple[NavItem, ...]:
    """The bar of the phone: workbench, customers, new, to do, me."""
    home, inbox = reverse("home"), reverse("inbox")
    first = next((entity for entity in registry.entities() if entity.menu and entity.menu.group == "customers"), None)
    customers = addresses.list_of(first) if first else home
    return (
        NavItem(id="home", label=_("Workbench"), icon="home", url=home, active=path == home),
        NavItem(id="customers", label=_("Customers"), icon="building", url=customers, active=path == customers),
        NavItem(id="create", label=_("New"), icon="plus", url=""),
        NavItem(id="inbox", label=_("To do"), icon="checklist", url=inbox, active=path == inbox, counter="inbox"),
        NavItem(id="me", label=_("Me"), icon="user", url=reverse("account", args=["profile"]), active=False),
    )


def _quick_create(actor: Actor) -> tuple[Link, ...]:
    """What the actor may create. Made once per language and set of rights, like the navigation."""
    return registry.cached(("quick create", get_language(), actor.rights), lambda: _creatable(actor))


def _creatable(actor: Actor) -> tuple[Link, ...]:
    found = []
    for entity in registry.entities():
        if entity.menu and entity.is_record and "create" in entity.commands and gate.permits(actor, entity, "create"):
            label = str(entity.label)
            found.append(
                Link(label=label[:1].upper() + label[1:], url=addresses.page_of(entity, "create"), icon=entity.icon)
            )
    return tuple(found[:12])
