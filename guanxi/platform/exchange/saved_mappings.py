"""Mappings kept under a name, to be used again. They name fields: whoever takes one out of use is told (entities.uses)."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.entities.uses import Naming, declare
from guanxi.platform.exchange.models import Import, ImportTemplate
from guanxi.platform.exchange.plan import OTHER
from guanxi.platform.exchange.reading.headings import normalise


def templates(entity: Entity, actor: Actor) -> QuerySet[ImportTemplate]:
    """The actor's own saved mappings of an entity and the shared ones."""
    return _offered(actor).filter(entity=entity.key).order_by("name", "pk")


def _offered(actor: Actor) -> QuerySet[ImportTemplate]:
    return ImportTemplate.objects.filter(Q(owner_id=actor.user_id) | Q(shared=True))


def save_template(
    entity: Entity, actor: Actor, name: str, chosen: Import, names: Sequence[str], *, shared: bool = False
) -> ImportTemplate:
    """Keep the mapping of an import under a name; one's own of the same name is replaced."""
    columns = {
        names[int(position)]: target
        for position, target in chosen.mapping.get("columns", {}).items()
        if int(position) < len(names)
    }
    options = {key: value for key, value in chosen.options.items() if key not in ("decisions", "rest")}
    values: dict[str, Any] = {
        "columns": columns,
        "constants": chosen.mapping.get("constants", {}),
        "options": options,
        "shared": shared,
    }
    template, _made = ImportTemplate.objects.update_or_create(
        entity=entity.key, owner_id=actor.user_id, name=name[:60], defaults=values
    )
    return template


def apply_template(template: ImportTemplate, names: Sequence[str]) -> dict[str, str]:
    """Position → target for the headings that the saved mapping knows."""
    known = {normalise(heading): target for heading, target in template.columns.items()}
    return {str(position): known[normalise(name)] for position, name in enumerate(names) if normalise(name) in known}


# --- the fields they name -----------------------------------------------------------------------------------
def fields_named(template: ImportTemplate) -> Mapping[str, Collection[str]]:
    """Kind of record → keys of its fields that a saved mapping fills."""
    found: dict[str, set[str]] = defaultdict(set)
    for target in (*template.columns.values(), *template.constants):
        other, separator, key = target.rpartition(OTHER)
        found[other if separator else template.entity].add(key)
    return found


def _seen(actor: Actor) -> QuerySet[ImportTemplate]:
    """Those that the actor is offered, of kinds of record that they may open."""
    return _offered(actor).filter(
        entity__in=[one.key for one in registry.entities() if gate.permits(actor, one, "view")]
    )


declare(
    ImportTemplate, Naming("", parts=("columns", "constants"), each=fields_named), label=_("saved mappings"),
    seen=_seen, address=lambda _template: ("", 0, ""),
)  # fmt: skip
