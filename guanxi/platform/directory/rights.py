"""What a role can be given: kinds of record, actions and fields by their names, and what of these goes together."""

from collections.abc import Iterable
from functools import lru_cache

from django.apps import apps
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from guanxi.platform.access.actions import known
from guanxi.platform.access.guarded import things
from guanxi.platform.access.kinds import Choice
from guanxi.platform.access.models import FieldRule, RoleGrant
from guanxi.platform.entities import registry
from guanxi.platform.entities.entity import Entity

EVERYTHING = "*"
#: Before the name of a kind of sensitive data, or alone for all of them.
SENSITIVE = "@"
SENSITIVE_KINDS = {
    "contact": gettext_lazy("Contact data"),
    "identity": gettext_lazy("Identity data"),
    "financial": gettext_lazy("Financial data"),
    "personal": gettext_lazy("Personal data"),
    "internal": gettext_lazy("Internal data"),
}


def entity_choices() -> list[Choice]:
    """Every entity, every module, everything, and what has rights without being an entity."""
    found = [Choice(EVERYTHING, _("Everything"))]
    modules = dict.fromkeys(one.module for one in registry.entities())
    labels = {config.label: config.verbose_name for config in apps.get_app_configs()} | registry.provided_modules()
    found += [Choice(f"{module}.*", labels.get(module, module)) for module in modules]
    found += [Choice(one.key, one.label_plural) for one in registry.entities()]
    return found + [Choice(one.key, one.label_plural) for one in things()]


def action_choices() -> list[Choice]:
    """Every action of any entity."""
    return [Choice(EVERYTHING, _("Everything")), *(Choice(action, label) for action, label in known().items())]


def field_choices() -> list[Choice]:
    """Kinds of sensitive data, then every field of any entity under the name that the first one gives it."""
    return _field_choices(registry.configuration_version(), get_language() or "")


@lru_cache(maxsize=8)
def _field_choices(_version: int, _language: str) -> list[Choice]:
    found: dict[str, str] = {SENSITIVE: _("All sensitive data")}
    entities = registry.entities()
    for kind in dict.fromkeys(field.sensitivity for one in entities for field in one.fields().values()):
        if kind:
            found[SENSITIVE + kind] = str(SENSITIVE_KINDS.get(kind, kind))
    for key, field in ((key, field) for one in entities for key, field in one.fields().items()):
        found.setdefault(key, str(field.label))
    return [Choice(key, label) for key, label in found.items()]


def covered(pattern: str) -> list[Entity]:
    """The entities that a key, a module such as customers.* or * names."""
    return [
        one
        for one in registry.entities()
        if pattern in (EVERYTHING, one.key) or (pattern.endswith(".*") and one.key.startswith(pattern[:-1]))
    ]


def misfit_of_grant(grant: RoleGrant) -> str:
    """Why the actions do not go with what they are allowed on; empty when they do."""
    keys = {grant.entity, *(one.key for one in covered(grant.entity))}
    foreign = set(grant.actions) - known(keys).keys() - {EVERYTHING}
    return _refusal(foreign, known()) if foreign else ""


def misfit_of_rule(rule: FieldRule) -> str:
    """Why the field does not go with the entity; empty when it does."""
    if rule.field.startswith(SENSITIVE) or any(rule.field in one.fields() for one in covered(rule.entity)):
        return ""
    return _refusal([rule.field], {choice.value: str(choice.label) for choice in field_choices()})


def _refusal(foreign: Iterable[str], labels: dict[str, str]) -> str:
    names = _(", ").join(sorted(labels.get(one, one) for one in foreign))
    return _("What you chose under “Entity” does not have this: %(names)s. Take it out, or choose another entity.") % {
        "names": names
    }
