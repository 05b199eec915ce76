"""Taking a rule out of the gate, inside this process only: whoever guards nothing any more must be found leaking.

There is no setting for it; the gate's functions are exchanged while the matrix is asked."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest.mock import patch

from guanxi.platform.access import gate
from guanxi.platform.access.grants import FieldRights, Grants
from guanxi.platform.access.models.role import Scope
from tests.leaks.shapes import COMMANDS, FIELDS, SCOPE


def _every_row(actor: Any, entity: Any, action: str) -> tuple[Any, ...]:
    return (gate.EVERY_ROW,) if gate.permits(actor, entity, action) else ()


_scopes = Grants.scopes


def _any_action(self: Grants, entity: str, action: str) -> frozenset[str]:
    """Whoever lacks the right for an action has it for every record."""
    return _scopes(self, entity, action) or frozenset({Scope.ALL})


#: Rule → what stands in the place of what in the gate.
SWITCHES: dict[str, tuple[tuple[Any, str, Any], ...]] = {
    SCOPE: ((gate, "_sources", _every_row),),
    COMMANDS: ((gate, "permits", lambda actor, entity, action: True), (Grants, "scopes", _any_action)),
    FIELDS: ((Grants, "fields", lambda self, entity, holder, sensitivities: FieldRights()),),
}


@contextmanager
def without(rule: str) -> Iterator[None]:
    """The gate without one of its rules."""
    with ExitStack() as stack:
        for place, name, instead in SWITCHES[rule]:
            stack.enter_context(patch.object(place, name, instead))
        yield
