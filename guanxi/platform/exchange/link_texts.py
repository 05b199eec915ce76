"""Texts of link columns → ids, a whole column of a chunk at a time, within the reach of the importing user.

Regions and industries are found in memory by their own resolvers; everything else by code or name with one query
per chunk and target, remembered over the chunks.
"""

import uuid
from collections.abc import Callable, Collection
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.access.fields import Field
from guanxi.platform.access.kinds import FULL_WIDTH, Invalid
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.commands.outcome import Refusal, Rejected
from guanxi.platform.entities import links, registry
from guanxi.platform.entities.entity import Entity
from guanxi.platform.refdata.errors import ReferenceProblem
from guanxi.platform.refdata.selectors import industry_resolver, region_resolver

REMEMBERED = 50_000
Answer = int | Invalid


class LinkTexts:
    """Resolves the texts of one link field. ``create`` makes missing targets (only in a run, never in a check)."""

    def __init__(self, field: Field, actor: Actor, *, create: bool = False, batch: uuid.UUID | None = None) -> None:
        self.field, self.actor, self.batch = field, actor, batch
        self.target = registry.get(field.target)
        self.creates = create and creatable(self.target, actor)
        self._known: dict[str, Answer] = {}
        self._in_memory = _IN_MEMORY[field.target]() if field.target in _IN_MEMORY else None

    def resolve(self, texts: Collection[str]) -> dict[str, Answer]:
        """Text → id, or why there is none."""
        if len(self._known) > REMEMBERED:
            self._known = {text: self._known[text] for text in texts if text in self._known}
        new = {text for text in texts if text not in self._known}
        found = self._look_up(new) if new else {}
        # What is missing now may come with a later row of the same file: only what was found is remembered.
        self._known |= {text: answer for text, answer in found.items() if isinstance(answer, int) or self._in_memory}
        return {text: found[text] if text in found else self._known[text] for text in texts}

    def _look_up(self, texts: set[str]) -> dict[str, Answer]:
        if self._in_memory:
            return {text: _by(self._in_memory, text) for text in texts}
        found = links.resolve(self.field, texts, self.actor)
        missing = [text for text, answer in found.items() if isinstance(answer, Invalid)]
        if missing:
            plain = {text: text.translate(FULL_WIDTH) for text in missing}
            again = links.resolve(self.field, {other for text, other in plain.items() if other != text}, self.actor)
            found |= {text: again[other] for text, other in plain.items() if other in again}
        return found

    def make(self, texts: Collection[str]) -> dict[str, Answer]:
        """Create the targets that no record of any reach is called by; each in a transaction of its own, so that a
        killed job finds them when it comes back."""
        made: dict[str, Answer] = {}
        for text in sorted(texts):
            try:
                with transaction.atomic():
                    outcome = run(
                        commands.get(f"{self.target.key}.create"),
                        self.actor,
                        inputs={self.target.title_field: text},
                        batch=self.batch,
                    )
            except Rejected as refusal:
                made[text] = Invalid(" ".join(refusal.errors.values()))
            except (Refusal, gate.Forbidden) as refusal:
                made[text] = Invalid(str(refusal))
            else:
                made[text] = self._known[text] = outcome.ids[0]
        return made


def creatable(target: Entity, actor: Actor) -> bool:
    """Whether a record of the target can be made of nothing but its name and what every new record begins with, and
    by this actor."""
    new = target.source.new()
    needed = {
        key
        for key, field in target.fields().items()
        if field.required and not field.readonly and field.set and field.is_empty(field.get(new))
    }
    known = {command.name for command in commands.commands_of(target)}
    return "create" in known and needed <= {target.title_field} and gate.permits(actor, target, "create")


def _by(resolve: Callable[[str], int], text: str) -> Answer:
    try:
        return resolve(text)
    except ReferenceProblem as problem:
        return Invalid(str(problem))


def _regions() -> Callable[[str], int]:
    resolver = region_resolver()
    return lambda text: _by_id(resolver, text) or resolver.resolve(text).region.id


def _industries() -> Callable[[str], int]:
    resolver = industry_resolver()
    return lambda text: _by_id(resolver, text) or resolver.resolve(text).id


def _by_id(resolver: Any, text: str) -> int | None:
    if not (text.startswith("#") and text[1:].isdigit()):
        return None
    entry = resolver.by_id(int(text[1:]))
    return entry.id if entry else None


_IN_MEMORY: dict[str, Callable[[], Callable[[str], int]]] = {
    "refdata.region": _regions,
    "refdata.industry": _industries,
}


def later(text: str) -> str:
    """The message for a link that may be set once the whole file is in."""
    return _("“%(value)s” was not found in the file or among the records; the link was left empty.") % {"value": text}
