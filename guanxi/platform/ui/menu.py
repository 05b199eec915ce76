"""The navigation: groups in their order, filled by the entities that the reader may see."""

from collections import defaultdict

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

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


def navigation(actor: Actor, path: str) -> list[NavGroup]:
    """Groups with the entities whose list the actor may open; empty groups are left out."""
    items: dict[str, list[tuple[int, NavItem]]] = defaultdict(list)
    items["desk"] = [
        (0, _item("home", _("Workbench"), "home", reverse("home"), path)),
        (10, _item("inbox", _("Inbox"), "bell", reverse("inbox"), path, counter="inbox")),
        (20, _item("jobs", _("Jobs"), "progress", reverse("jobs"), path)),
    ]
    for entity in registry.entities():
        if entity.menu and gate.permits(actor, entity, "view"):
            item = _item(entity.key, str(entity.label_plural), entity.icon, addresses.list_of(entity), path)
            items[entity.menu.group].append((entity.menu.order, item))
    return [
        NavGroup(
            id=key, label=str(label), items=[item for _order, item in sorted(items[key], key=lambda pair: pair[0])]
        )
        for key, label in GROUPS.items()
        if items[key]
    ]


def _item(key: str, label: str, icon: str, url: str, path: str, counter: str = "") -> NavItem:
    active = path == url if url == reverse("home") else path.startswith(url)
    return NavItem(id=key, label=label[:1].upper() + label[1:], icon=icon, url=url, active=active, counter=counter)
