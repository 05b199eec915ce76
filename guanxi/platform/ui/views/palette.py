"""What the palette finds beside the menu and the buttons of the page: records, new ones, personal pages, pinned and recent ones."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.requests import Request
from guanxi.platform.entities import registry
from guanxi.platform.ui import addresses, home_page, search_page
from guanxi.platform.ui.contexts import Card
from guanxi.platform.ui.doors import signed_in

Item = dict[str, str]
MOST = 8
LONGEST = 200


@require_GET
@signed_in
def show(request: Request) -> HttpResponse:
    """GET ?q=: {"groups": [{"label", "items": [{"label", "hint", "icon", "url", "key"}]}]}; groups without hits are left out."""
    text = request.GET.get("q", "").replace("\0", " ").strip()[:LONGEST]
    words = text.casefold().split()[:8]
    records = _records(request.actor, text) if text else []
    groups = (
        (_("Pinned"), _opened(home_page.pinned(request.actor))),
        (_("Recent"), _opened(home_page.recent(request.actor))),
        (_("Create"), _create(request.actor)),
        (_("My pages"), _personal()),
    )
    found = [{"label": label, "items": _fitting(items, words)} for label, items in groups]
    return JsonResponse({"groups": [*records, *(group for group in found if group["items"])]})


def _records(actor: Actor, text: str) -> list[dict[str, Any]]:
    """What the search finds, a group for each kind of record, and the way to all of it."""
    groups: list[dict[str, Any]] = [
        {
            "label": str(entity.label_plural),
            "items": [_item(hit.title, addresses.record(*hit.opens), entity.icon, hit.hint) for hit in hits],
        }
        for entity, hits in search_page.for_palette(actor, text)
    ]
    everything = _item(_("Search everything for “%(text)s”") % {"text": text}, search_page.address(text), "search")
    return [*groups, {"label": _("Search"), "items": [everything]}]


def _fitting(items: Iterable[Item], words: list[str]) -> list[Item]:
    fits = [item for item in items if all(word in f"{item['label']} {item['hint']}".casefold() for word in words)]
    return fits[:MOST]


def _item(label: str, url: str, icon: str, hint: str = "") -> Item:
    return {"label": label, "hint": hint, "icon": icon, "url": url, "key": url}


def _opened(cards: Iterable[Card]) -> list[Item]:
    return [_item(card.title, card.url, home_page.icon_of(card), card.subtitle) for card in cards]


def _create(actor: Actor) -> list[Item]:
    found = []
    for entity in registry.entities():
        free = entity.personal or not entity.attachable()
        if entity.menu and free and "create" in entity.commands and gate.permits(actor, entity, "create"):
            found.append(
                _item(_("New %(entity)s") % {"entity": entity.label}, addresses.page_of(entity, "create"), entity.icon)
            )
    return found


def _personal() -> list[Item]:
    return [
        _item(_("Profile"), reverse("account", args=["profile"]), "user"),
        _item(_("Signed-in devices"), reverse("account", args=["sessions"]), "devices"),
        _item(_("API tokens"), reverse("account", args=["tokens"]), "api"),
        _item(_("Change password"), reverse("account_change_password"), "key"),
        _item(_("Help"), reverse("help"), "help-circle"),
    ]
