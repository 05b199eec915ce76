"""Which column means which field: suggestions by heading, saved mappings, and what people may choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import override

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity
from guanxi.platform.exchange.models import Import, ImportTemplate
from guanxi.platform.exchange.plan import OTHER, hanging, importable
from guanxi.platform.exchange.problems import REASON_LABEL, ROW_LABEL
from guanxi.platform.exchange.reading import Vocabulary, load_vocabulary, suggest
from guanxi.platform.exchange.reading.headings import normalise

#: From here on a suggestion is taken to be certain.
SURE = 0.9
#: Below it a suggestion is not made.
GUESS = 0.5
LANGUAGES = ("zh-hans", "zh-hant", "en")


@dataclass(frozen=True)
class Target:
    """A field that a column can be assigned to: ``value`` as stored in a mapping."""

    value: str
    field: Field
    entity: Entity

    @property
    def label(self) -> str:
        return str(self.field.label)


def targets(entity: Entity, actor: Actor) -> list[Target]:
    """Every field that a column may fill: the entity's own, then those of what hangs on it."""
    found = [Target(key, field, entity) for key, field in importable(entity, actor).items()]
    for child in hanging(entity, actor):
        found += [
            Target(f"{child.key}{OTHER}{key}", field, child)
            for key, field in importable(child, actor).items()
            if key != child.hangs_on
        ]
    return found


def suggestions(entity: Entity, actor: Actor, names: Sequence[str]) -> list[tuple[str, float]]:
    """(target or "", score from 0 to 1) per heading, each target at most once."""
    vocabulary = _vocabulary(entity, targets(entity, actor))
    ours = {word for label in (ROW_LABEL, REASON_LABEL) for word in in_all_languages(label)}
    found = suggest(["" if name in ours else name for name in names], vocabulary)
    return [(one.hint, one.score) if one.score >= GUESS else ("", 0.0) for one in found]


def _vocabulary(entity: Entity, available: Sequence[Target]) -> Vocabulary:
    """Target → headings: labels in all languages, keys, and the known headings of other programs."""
    words: dict[str, list[str]] = {target.value: [] for target in available}
    for hint, headings in load_vocabulary(entity.name).items():
        value = entity.import_hints.get(hint, hint)
        if value in words:
            words[value] += [hint, *headings]
    for target in available:
        own = in_all_languages(target.field.label)
        if target.entity is not entity:
            own = [f"{name} {label}" for name in in_all_languages(target.entity.label) for label in own]
            own += [name + label for name, label in zip(in_all_languages(target.entity.label), in_all_languages(target.field.label), strict=True)]
        words[target.value] = [*own, *words[target.value]]
    return _without_conflicts(words, available, entity)


def _without_conflicts(words: Mapping[str, list[str]], available: Sequence[Target], entity: Entity) -> dict[str, list[str]]:
    """A heading that is the label of one field is no synonym of another."""
    labels = {normalise(word): target.value for target in available if target.entity is entity for word in in_all_languages(target.field.label)}
    return {value: [word for word in known if labels.get(normalise(word), value) == value] for value, known in words.items()}


def in_all_languages(label: str | Promise) -> list[str]:
    """The texts of a label in every language, in the order of LANGUAGES."""
    found = []
    for language in LANGUAGES:
        with override(language):
            found.append(str(label))
    return found


# --- saved mappings ---------------------------------------------------------------------------------
def templates(entity: Entity, actor: Actor) -> QuerySet[ImportTemplate]:
    """The actor's own saved mappings of an entity and the shared ones."""
    return ImportTemplate.objects.filter(Q(owner_id=actor.user_id) | Q(shared=True), entity=entity.key).order_by("name", "pk")


def save_template(entity: Entity, actor: Actor, name: str, chosen: Import, names: Sequence[str], *, shared: bool = False) -> ImportTemplate:
    """Keep the mapping of an import under a name; one's own of the same name is replaced."""
    columns = {names[int(position)]: target for position, target in chosen.mapping.get("columns", {}).items() if int(position) < len(names)}
    options = {key: value for key, value in chosen.options.items() if key not in ("decisions", "rest")}
    values: dict[str, Any] = {"columns": columns, "constants": chosen.mapping.get("constants", {}), "options": options, "shared": shared}
    template, _made = ImportTemplate.objects.update_or_create(entity=entity.key, owner_id=actor.user_id, name=name[:60], defaults=values)
    return template


def apply_template(template: ImportTemplate, names: Sequence[str]) -> dict[str, str]:
    """Position → target for the headings that the saved mapping knows."""
    known = {normalise(heading): target for heading, target in template.columns.items()}
    return {str(position): known[normalise(name)] for position, name in enumerate(names) if normalise(name) in known}
