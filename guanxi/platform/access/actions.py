"""What actions are called, for refusals and lists of rights. Commands give their names when they are declared."""

from collections.abc import Callable, Collection, Mapping

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

#: Actions that change nothing.
READ_ACTIONS = frozenset({"view", "export", "reveal"})

#: Actions that are no commands.
_LABELS: dict[str, str | Promise] = {
    "view": pgettext_lazy("right", "See"),
    "export": pgettext_lazy("right", "Export"),
    "import": pgettext_lazy("right", "Import"),
    "approve": pgettext_lazy("right", "Approve"),
    "reveal": pgettext_lazy("right", "Reveal"),
    "explain": pgettext_lazy("right", "See effective access"),
}
_commands: dict[tuple[str, str], str | Promise] = {}
#: What gives the labels of actions that come and go with the configuration.
_more: list[Callable[[], Mapping[tuple[str, str], str | Promise]]] = []


def name_action(entity_key: str, action: str, label: str | Promise) -> None:
    """Say what an action on an entity is called."""
    _commands[entity_key, action] = label


def name_actions_by(labels: Callable[[], Mapping[tuple[str, str], str | Promise]]) -> None:
    """Say what gives the labels of actions that come and go: (entity key, action) → label."""
    _more.append(labels)


def _named() -> dict[tuple[str, str], str | Promise]:
    found = dict(_commands)
    for labels in _more:
        found |= labels()
    return found


def label_of(entity_key: str, action: str) -> str:
    """The action's label in the reader's language; its key for one that nobody has named."""
    return str(_named().get((entity_key, action)) or _LABELS.get(action, action))


def known(entity_keys: Collection[str] | None = None) -> dict[str, str]:
    """Action → label of everything that can be allowed, on some entities or on any; an action of several entities has the
    label that the first one gave it."""
    found = {action: str(label) for action, label in _LABELS.items()}
    for (entity_key, action), label in _named().items():
        if entity_keys is None or entity_key in entity_keys:
            found.setdefault(action, str(label))
    return found
