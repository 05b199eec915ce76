"""Which column means which field: suggestions by heading, saved mappings, and what people may choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import override

from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.entities.entity import Entity
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
    """(target or "", score from 0 to 1) per heading. Only headings that mean parts of one field (family and given
    name) share a target."""
    return [(hint.target, score) for hint, score in _hints(entity, actor, names)]


def order_of_parts(entity: Entity, actor: Actor, names: Sequence[str]) -> list[int]:
    """Positions of headings that mean parts of a field, in the order in which the parts belong together."""
    parts = list(entity.import_hints)
    found = [
        (parts.index(hint.name), position)
        for position, (hint, _score) in enumerate(_hints(entity, actor, names))
        if hint.name in entity.import_hints
    ]
    return [position for _rank, position in sorted(found)]


@dataclass(frozen=True)
class _Hint:
    """What a heading means: the name of the hint and the target it leads to."""

    name: str = ""
    target: str = ""


def _hints(entity: Entity, actor: Actor, names: Sequence[str]) -> list[tuple[_Hint, float]]:
    targets_by_hint, vocabulary = _vocabulary(entity, targets(entity, actor))
    ours = {word for label in (ROW_LABEL, REASON_LABEL) for word in in_all_languages(label)}
    shown = {word for target in targets(entity, actor) if target.entity is entity for word in _labels(entity, target)}
    found = suggest(["" if name in ours else name for name in names], vocabulary, shown)
    parts = {
        target for one in found if one.score >= SURE and (target := targets_by_hint.get(one.hint, one.hint)) != one.hint
    }
    whole = {
        one.hint
        for one in found
        if targets_by_hint.get(one.hint) == one.hint and one.score >= (SURE if one.hint in parts else GUESS)
    }
    answers = []
    for one in found:
        target = targets_by_hint.get(one.hint, "") if one.score >= GUESS else ""
        # A column for the whole makes its parts superfluous, unless it is a guess and they are certain.
        keep = target and (one.hint == target) == (target in whole)
        answers.append((_Hint(one.hint, target), one.score) if keep else (_Hint(), 0.0))
    return answers


def _vocabulary(entity: Entity, available: Sequence[Target]) -> tuple[dict[str, str], Vocabulary]:
    """Hint → target, and hint → headings. The hint of a field itself is its target: labels in all languages, key,
    and known headings; other hints are parts or other names of a field (Entity.import_hints). Headings known to mean
    something that the entity has no field for stay without a target, lest they be taken for what they resemble."""
    words: dict[str, list[str]] = {target.value: _labels(entity, target) for target in available}
    leads = {value: value for value in words}
    for hint, headings in load_vocabulary(entity.name).items():
        value = entity.import_hints.get(hint, hint)
        if value not in leads:
            words.setdefault(hint, []).extend(headings)
            continue
        name = hint if hint in entity.import_hints and hint not in leads else value
        words.setdefault(name, []).extend([hint, *headings])
        leads[name] = value
    return leads, _without_conflicts(words, available, entity)


def _labels(entity: Entity, target: Target) -> list[str]:
    own = in_all_languages(target.field.label)
    if target.entity is entity:
        return own
    names = in_all_languages(target.entity.label)
    return [
        *(f"{name} {label}" for name in names for label in own),
        *(name + label for name, label in zip(names, own, strict=True)),
    ]


def _without_conflicts(
    words: Mapping[str, list[str]], available: Sequence[Target], entity: Entity
) -> dict[str, list[str]]:
    """A heading that is the label of one field is no synonym of another, unless the entity says that the known
    headings of a hint are stronger (``import_hints = {"title": "title"}``)."""
    owner = {
        normalise(word): target.value
        for target in available
        if target.entity is entity
        for word in in_all_languages(target.field.label)
    }
    for hint, target in entity.import_hints.items():
        if hint == target:
            owner |= {normalise(word): hint for word in words.get(hint, ())}
    return {name: [word for word in known if owner.get(normalise(word), name) == name] for name, known in words.items()}


def in_all_languages(label: str | Promise) -> list[str]:
    """The texts of a label in every language, in the order of LANGUAGES."""
    found = []
    for language in LANGUAGES:
        with override(language):
            found.append(str(label))
    return found
