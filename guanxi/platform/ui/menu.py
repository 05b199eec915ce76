"""The navigation: groups in their order, filled by the entities that the reader may see."""

from collections import defaultdict
from dataclasses import replace

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.ui import addresses
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


#: Pages that are no list of an entity but belong to one: group, order, route, label, icon, the entity one must see.
PAGES = (
    ("settings", 6, "audit_incident", gettext_lazy("Incident report"), "search", "audit.event"),
    ("settings", 7, "audit_trail", gettext_lazy("State of the audit trail"), "certificate", "audit.event"),
)


def navigation(actor: Actor, path: str) -> tuple[NavGroup, ...]:
    """Groups with the entities whose list the actor may open, the place of ``path`` marked; empty groups are left out."""
    groups = registry.cached(("menu", get_language(), actor.rights), lambda: _groups(actor))
    return tuple(_marked(group, path) for group in groups)


def _groups(actor: Actor) -> tuple[NavGroup, ...]:
    """The menu of everybody with these rights, in the language of the request."""
    items: dict[str, list[tuple[int, NavItem]]] = defaultdict(list)
    items["desk"] = [
        (0, _item("home", _("Workbench"), "home", reverse("home"))),
        (10, _item("inbox", _("Inbox"), "bell", reverse("inbox"), counter="inbox")),
        (20, _item("jobs", _("Jobs"), "progress", reverse("jobs"))),
    ]
    for group, order, route, label, icon, key in PAGES:
        entity = registry.find(key)
        if entity is not None and gate.permits(actor, entity, "view"):
            items[group].append((order, _item(route, str(label), icon, reverse(route))))
    for entity in registry.entities():
        if entity.menu and gate.permits(actor, entity, "view"):
            item = _item(entity.key, str(entity.label_plural), entity.icon, addresses.list_of(entity))
            items[entity.menu.group].append((entity.menu.order, item))
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


def _marked(group: NavGroup, path: str) -> NavGroup:
    if not any(_active(item, path) for item in group.items):
        return group
    return replace(group, items=tuple(replace(item, active=_active(item, path)) for item in group.items))


def _active(item: NavItem, path: str) -> bool:
    return path == item.url if item.id == "home" else path.startswith(item.url)
