"""The page of the configuration as one file."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access import gate
from guanxi.platform.access.actor import Actor
from guanxi.platform.customizing import transfer
from guanxi.platform.customizing.transfer import State
from guanxi.platform.entities import registry
from guanxi.platform.ui import list_page
from guanxi.platform.ui.contexts.settings import ConfigurationEntry, ConfigurationPage, ConfigurationState

LABELS = {
    State.NEW: gettext_lazy("New"),
    State.CHANGED: gettext_lazy("Changed"),
    State.CONFLICT: gettext_lazy("Conflicts, left out"),
    State.UNKNOWN: gettext_lazy("Unknown here, left out"),
    State.SAME: gettext_lazy("The same already"),
}
ICONS = {
    State.NEW: "plus", State.CHANGED: "pencil", State.CONFLICT: "alert-triangle", State.UNKNOWN: "help-circle",
    State.SAME: "check",
}  # fmt: skip
#: Entries of a state that are named one by one.
SHOWN = 200


def build(actor: Actor, plan: transfer.Plan | None = None, content: str = "") -> ConfigurationPage:
    def may(action: str) -> bool:
        needed = (part for part in transfer.PARTS if not part.optional)
        return all(gate.permits(actor, registry.get(part.entity), action) for part in needed)

    ready = plan is not None and bool(plan.count(State.NEW) or plan.count(State.CHANGED))
    return ConfigurationPage(
        title=_("Configuration as a file"),
        download_url=reverse("configuration_download") if may("export") else "",
        bring_url=reverse("configuration_bring") if may("create") and may("edit") else "",
        states=[_state(plan, state) for state in LABELS if plan.count(state)] if plan else (),
        compared=plan is not None,
        content=content if ready else "",
    )


def _state(plan: transfer.Plan, state: State) -> ConfigurationState:
    found = [entry for entry in plan.entries if entry.state is state]
    return ConfigurationState(
        label=str(LABELS[state]),
        icon=ICONS[state],
        count=len(found),
        folded=state is State.SAME,
        entries=[
            ConfigurationEntry(
                kind=list_page.heading(entry.part.called or registry.get(entry.part.entity).label),
                label=entry.label,
                note=entry.message or ", ".join(entry.differs),
            )
            for entry in found[:SHOWN]
        ],
    )
