"""Views of lists that everybody sees, in the file of the configuration: known by list and name."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from guanxi.platform.access.actor import Actor, System
from guanxi.platform.commands.outcome import Rejected
from guanxi.platform.customizing import transfer
from guanxi.platform.customizing.carried import Carrier, Values, ids_refused, installed, read_tree
from guanxi.platform.entities.query import SortError
from guanxi.platform.feel.nodes import FilterError
from guanxi.platform.ui.list_state import ListState
from guanxi.platform.ui.models import SavedView

MOST = 2_000


class Views(Carrier):
    """A view belongs to whoever brought it in. Whether it fits is asked of the program, not of that person: what a view
    shows is narrowed for each reader."""

    def here(self, actor: Actor) -> Iterator[tuple[int, Values]]:
        rows = SavedView.objects.filter(audience=SavedView.Audience.EVERYBODY).order_by("pk")
        for row in rows[:MOST]:
            yield row.pk, {"entity": row.entity, "name": row.name, "state": row.state}

    def write(self, pk: int | None, values: Values, actor: Actor) -> None:
        name, state = values.get("name"), values.get("state")
        if (
            not isinstance(name, str)
            or not 0 < len(name) <= 60
            or not name.isprintable()
            or not isinstance(state, dict)
        ):
            raise Rejected({"": _("The view cannot be read.")})
        kept = _checked(values.get("entity"), state)
        if pk:
            SavedView.objects.filter(pk=pk).update(state=kept)
        else:
            own = {"entity": values["entity"], "owner_id": actor.user_id, "name": name}
            if SavedView.objects.filter(**own).exists():
                raise Rejected({"": _("You have a view of this name for yourself. Rename or delete it first.")})
            everybody = SavedView.Audience.EVERYBODY
            SavedView.objects.create(**own, state=kept, audience=everybody, created_at=actor.now())


def _checked(key: object, state: Values) -> dict[str, str]:
    """The state as it is kept. Raises Rejected for what is not there, and for records named by number."""
    entity, program = installed(key), System("a view of a configuration file")
    ids_refused(entity, read_tree(state.get("filter")))
    try:
        read = ListState.read(entity, program, {name: value for name, value in state.items() if name != "view"})
        read.query(program)
    except (FilterError, SortError) as error:
        raise Rejected({"": str(error)}) from error
    named = [*read.columns, *filter(None, (read.group, read.sort.removeprefix("-")))]
    if missing := [one for one in named if one not in entity.fields() and one != "id"]:
        raise Rejected({"": _("There is no field “%(field)s” here.") % {"field": missing[0]}})
    return {name: value for name, value in state.items() if isinstance(value, str) and name in read.parameters()}


transfer.register(
    transfer.Part(
        "views", "customizing.layout", ("entity", "name"), ("state",), labels=False, optional=True, carrier=Views(),
        called=gettext_lazy("shared view"),
    )
)  # fmt: skip
