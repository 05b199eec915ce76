"""Help: what is what, the keys, import, views, rights, and what runs here."""

import platform
import tomllib
from functools import cache
from importlib.metadata import version

from django import get_version
from django.conf import settings
from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.models import Role
from guanxi.platform.entities import registry
from guanxi.platform.ui import addresses
from guanxi.platform.ui.contexts import FormField, FormPage, FormSection, HelpPage, HelpTopic, Link


def build(actor: Actor) -> HelpPage:
    return HelpPage(
        title=_("Help"),
        topics=[_what(actor), _lists(), _keys(), _import(), _rights(actor), _work(), _ask()],
        about=_about(),
    )


def _what(actor: Actor) -> HelpTopic:
    """One line per kind of record in the reader's menu."""
    entities = [
        entity
        for entity in registry.entities()
        if entity.menu and entity.menu.group != "settings" and gate.permits(actor, entity, "view")
    ]
    return HelpTopic(
        id="what", title=_("What is what"),
        text=[_("The menu shows what your roles let you use. Each entry is a list; each line of it is a record with one page on which everything stands.")]
        + [_("%(entities)s: %(help)s") % {"entities": entity.label_plural, "help": entity.help} for entity in entities if entity.help],
        links=[Link(label=str(entity.label_plural), url=addresses.list_of(entity)) for entity in entities[:8]],
    )  # fmt: skip


def _lists() -> HelpTopic:
    return HelpTopic(
        id="views", title=_("Lists and views"),
        text=[
            _("Click + Filter above a list to narrow it; several conditions may be joined by and or by or. The search box looks within what is left."),
            _("Columns, sort order, grouping and layout (table, board, tree, chart) are at the right. What you see stands in the address: send it to a colleague, or keep it under a name as a view of your own or a shared one."),
            _("Tick records to change, give, tag or delete many at once. You see beforehand how many are touched, and can undo it afterwards."),
        ],
    )  # fmt: skip


def _keys() -> HelpTopic:
    return HelpTopic(
        id="keys", title=_("Keyboard"),
        text=[
            _("Ctrl-K or / opens the search box, ? shows all keys, [ folds the menu, Ctrl-S saves, Esc closes."),
            _("In a list: j and k move, Enter opens, e edits, x selects; a double click changes a cell in place."),
        ],
    )  # fmt: skip


def _import() -> HelpTopic:
    return HelpTopic(
        id="import", title=_("Import"),
        text=[
            _("Bring your own table: Excel, OpenDocument, CSV or vCard. Guanxi recognises the encoding, the header row and most columns by itself, and asks where it is not sure."),
            _("Before anything is written you see what would become new, changed or refused. Refused rows come back as a table that says what is wrong in each cell: repair it and import it again."),
            _("An import can be undone, also where it changed records that were there before."),
        ],
    )  # fmt: skip


def _rights(actor: Actor) -> HelpTopic:
    roles = _(", ").join(str(role) for role in Role.objects.filter(user_links__user=actor.stands_for, active=True))
    return HelpTopic(
        id="rights", title=_("Who may see and do what"),
        text=[
            _("Your roles say what you may do, and how far: with your own records, those of your department and what is below it, of your region, or all."),
            _("Your roles: %(roles)s.") % {"roles": roles} if roles else _("You hold no role yet. Ask your administrator for one."),
            _("A grey button says on hover why it cannot be used now. What is missing altogether is not open to you."),
            _("Some changes need a second person: they wait in that person’s inbox until they are approved or refused, and you are told."),
        ],
    )  # fmt: skip


def _work() -> HelpTopic:
    return HelpTopic(
        id="work", title=_("Tasks, messages and long work"),
        text=[
            _("Write @ and a colleague’s name into a note to draw their attention to it. A task can be given to anybody; it reminds them in time."),
            _("Imports, exports and changes of many records run by themselves. Leave the page: you are told when they end."),
        ],
        links=[Link(label=_("Inbox"), url=reverse("inbox")), Link(label=_("Jobs"), url=reverse("jobs"))],
    )  # fmt: skip


def _ask() -> HelpTopic:
    return HelpTopic(
        id="ask", title=_("Ask the administrator"), text=[_("Your question reaches everybody who holds the role of system administrator, with your name.")],
        links=[Link(label=_("Write a question"), url=reverse("help_ask"))],
    )  # fmt: skip


def _about() -> list[tuple[str, str]]:
    database = "PostgreSQL" if connection.vendor == "postgresql" else "SQLite"
    return [
        (_("Version"), program_version()),
        (_("Licence"), "Apache-2.0"),
        (_("Runs on"), f"Python {platform.python_version()}, Django {get_version()}, {database}"),
    ]


@cache
def program_version() -> str:
    """The version of the source tree, else of the installed package."""
    project = settings.BASE_DIR / "pyproject.toml"
    return tomllib.loads(project.read_text())["project"]["version"] if project.is_file() else version("guanxi")


def question_form(question: str = "", error: str = "", url: str = "") -> FormPage:
    """The form in which the administrator is asked."""
    field = FormField(
        name="question",
        kind="long_text",
        label=_("Your question"),
        value=question,
        required=True,
        error=error,
        autofocus=True,
        max_length=2000,
    )
    return FormPage(
        entity_key="", title=_("Ask the administrator"), action_url=reverse("help_ask"), submit_label=_("Send"), cancel_url=reverse("help"),
        sections=[FormSection(id="question", label="", fields=[field])], hidden=[("url", url)] if url else (),
        breadcrumb=[Link(label=_("Help"), url=reverse("help"))],
    )  # fmt: skip
