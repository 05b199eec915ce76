"""Sentences that the scripts show. Templates hand them over as JSON, so that scripts hold no language."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_TEXTS: dict[str, Promise] = {
    "undo": _("Undo"),
    "close": _("Close"),
    "cancel": _("Cancel"),
    "offline": _("No connection. What you see may be out of date."),
    "online": _("Connected again."),
    "failed": _("The server did not answer. Check the connection and try again."),
    "file_too_large": _("The file is larger than this place takes. Make it smaller, or split it."),
    "refused": _("You may not do this. Ask your administrator for the right."),
    "gone": _("This is gone or not yours. Reload the page."),
    "signed_out": _("You have been signed out. Sign in again; what you typed stays on this page."),
    "leave": _("What you typed is not saved yet. Leave the page?"),
    "leave_yes": _("Leave"),
    "leave_no": _("Stay"),
    "no_hits": _("Nothing found. Try another word."),
    "menu": _("Go to"),
    "actions": _("Actions"),
    "choose": _("Choose …"),
    "value": _("Value"),
    "and": _("and"),
    "loading": _("Loading"),
    "record_changed": _("%(name)s has just changed this record. Reload to see it."),
    "no_data": _("Nothing to draw here."),
    "now": _("just now"),
    "minutes": _("%(count)s min ago"),
    "hours": _("%(count)s h ago"),
    "days": _("%(count)s d ago"),
    "try_kind": _("Gives: %(kind)s"),
    "try_value": _("Result: %(value)s"),
    "try_holds": _("The condition holds."),
    "try_fails": _("The condition does not hold."),
    "tour_next": _("Next"),
    "tour_back": _("Back"),
    "tour_skip": _("Skip"),
    "tour_done": _("Start working"),
    "tour_step": _("%(step)s of %(count)s"),
    "tour_nav_title": _("Everything has its place"),
    "tour_nav": _(
        "The menu shows what your role may use. Numbers call for action. Fold it to icons with the button below."
    ),
    "tour_search_title": _("One box for everything"),
    "tour_search": _("Ctrl-K or / opens it from any page: records, commands, menu."),
    "tour_create_title": _("Begin something new"),
    "tour_create": _("Create a record from wherever you are; you come back to the same place."),
    "tour_jobs_title": _("Long work runs by itself"),
    "tour_jobs": _("Imports and bulk changes go on while you do something else. Progress and results are here."),
    "tour_user_title": _("Your own way"),
    "tour_user": _("Language, light or dark, density. The tour can be seen again under Help."),
}


def script_texts() -> dict[str, Promise]:
    """Key → sentence; the keys are those asked for by ``gx.text(key)`` in static/guanxi/js."""
    return _TEXTS
