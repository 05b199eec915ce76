"""The navigation: groups in their order, filled by the entities that the reader may see."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.keeping.rights import BACKUPS
from guanxi.platform.keyring.rights import DATA_KEYS
from guanxi.platform.sharing import handover
from guanxi.platform.ui import access_page, addresses
from guanxi.platform.ui.contexts import NavGroup, NavItem

GROUPS = {
    "desk": gettext_lazy("Desk"),
    "customers": gettext_lazy("Customers"),
    "sales": gettext_lazy("Sales"),
    "service": gettext_lazy("Service"),
    "marketing": gettext_lazy("Marketing"),
    "partners": gettext_lazy("Partners"),
    "centre": gettext_lazy("Service centre"),
    "analysis": gettext_lazy("Analysis"),
    "settings": gettext_lazy("Settings"),
}


@dataclass(frozen=True)
class Place:
    """A page that is no list of records; it stands in the menu of those who may see what it is about."""

    group: str
    order: int
    url_name: str
    label: str | Promise
    icon: str
    guarded: Callable[[], gate.Guarded]


PAGES = (
    Place(
        "customers",
        90,
        "duplicates",
        gettext_lazy("Possible duplicates"),
        "copy",
        partial(registry.get, "duplicates.duplicatepair"),
    ),
    Place("settings", 80, "mail", gettext_lazy("Outgoing mail"), "mail", partial(registry.get, "notices.mail")),
    Place(
        "settings", 44, "layouts", gettext_lazy("Layouts"), "layout-grid", partial(registry.get, "customizing.layout")
    ),
    Place(
        "settings",
        46,
        "configuration",
        gettext_lazy("Configuration as a file"),
        "transfer",
        partial(registry.get, "customizing.customfield"),
    ),
    Place("settings", 85, "data_keys", gettext_lazy("Data keys"), "key", lambda: DATA_KEYS),
    Place("settings", 90, "backups", gettext_lazy("Backups"), "database", lambda: BACKUPS),
    Place(
        "settings", 6, "audit_incident", gettext_lazy("Incident report"), "search", partial(registry.get, "audit.event")
    ),
    Place(
        "settings",
        7,
        "audit_trail",
        gettext_lazy("State of the audit trail"),
        "certificate",
        partial(registry.get, "audit.event"),
    ),
)


def navigation(actor: Actor, path: str) -> tuple[NavGroup, ...]:
    """Groups with the entities whose list the actor may open, the place of ``path`` marked; empty groups are left out."""
    groups = registry.cached(("menu", get_language(), actor.rights), lambda: _groups(actor))
    # The pages of /access/role/ lie below /access/ as well: the nearest place is the one.
    here = max((item for group in groups for item in group.items if _leads_to(item, path)), key=_length, default=None)
    return tuple(_marked(group, here) for group in groups)


def _groups(actor: Actor) -> tuple[NavGroup, ...]:
    """The menu of everybody with these rights, in the language of the request."""
    items: dict[str, list[tuple[int, NavItem]]] = defaultdict(list)
    items["desk"] = [
        (0, _item("home", _("Workbench"), "home", reverse("home"))),
        (10, _item("inbox", _("Inbox"), "bell", reverse("inbox"), counter="inbox")),
        (20, _item("jobs", _("Jobs"), "progress", reverse("jobs"))),
    ]
    for place in PAGES:
        if gate.permits(actor, place.guarded(), "view"):
            item = _item(place.url_name, str(place.label), place.icon, reverse(place.url_name))
            items[place.group].append((place.order, item))
    for entity in registry.entities():
        if entity.menu and gate.permits(actor, entity, "view"):
            chosen = json.dumps(entity.menu.filter, separators=(",", ":")) if entity.menu.filter else ""
            address = addresses.list_of(entity, filter=chosen)
            item = _item(entity.key, str(entity.label_plural), entity.icon, address)
            items[entity.menu.group].append((entity.menu.order, item))
    if access_page.permitted(actor):
        items["settings"].append((35, _item("access", _("Effective access"), "eye", reverse("access"))))
    if handover.may_hand_over(actor):
        items["settings"].append((15, _item("handover", _("Handover"), "transfer", reverse("handover"))))
    return tuple(
        NavGroup(
            id=key,
            label=str(label),
            items=tuple(item for _order, item in sorted(items[key], key=lambda pair: pair[0])),
        )
        for key, label in GROUPS.items()
        if items[key]
    )


def _item(key: str, label: str, icon: str, url: str, counter: str = "") -> NavItem:
    return NavItem(id=key, label=label[:1].upper() + label[1:], icon=icon, url=url, counter=counter)


def _marked(group: NavGroup, here: NavItem | None) -> NavGroup:
    if here not in group.items:
        return group
    return replace(group, items=tuple(replace(item, active=item == here) for item in group.items))


def _leads_to(item: NavItem, path: str) -> bool:
    address, _query, _state = item.url.partition("?")
    return path == address if item.id in ("home", "access") else path.startswith(address)


def _length(item: NavItem) -> int:
    return len(item.url.partition("?")[0])
