"""The configuration as one file, from one installation into another."""

import orjson
import pytest

from guanxi.platform.access import gate
from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.customizing import transfer
from guanxi.platform.customizing.models import CustomChoice, CustomField, FormRule, Layout
from guanxi.platform.customizing.tests.test_custom_fields import KEY, add, choice
from guanxi.platform.customizing.tests.test_rules import rule
from guanxi.platform.customizing.transfer import State
from guanxi.platform.entities import registry
from guanxi.platform.events.models import Event
from guanxi.platform.refdata.fields import complete_labels
from guanxi.platform.refdata.models import Code

MODELS = (FormRule, Layout, CustomChoice, CustomField)


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def file(chief) -> bytes:
    """What another installation has written; this one has nothing of it."""
    line = add(chief, "Line", "choice", position=2)
    choice(chief, line, "Fibre", color="green")
    choice(chief, line, "Copper")
    run(commands.get("customizing.customfield.edit"), chief, ids=[line.pk], inputs={"start": "Fibre"})
    add(chief, "Strands", "integer", position=3)
    add(chief, "Aaa pairs", "formula", formula="x_strands * 2", position=1)
    rule(chief, 'x_line = "fibre"', "require", "x_strands", "Fibre has strands")
    layout = {"entity": KEY, "changes": '{"list/columns": {"hidden": ["capital"]}}'}
    run(commands.get("customizing.layout.create"), chief, inputs=layout)
    found = transfer.written(chief)
    for model in MODELS:
        model.objects.all().delete()
    registry.configuration_changed()
    return found


def states(plan: transfer.Plan) -> list[str]:
    return [str(entry.state) for entry in plan.entries]


def counts() -> list[int]:
    return [model.objects.count() for model in MODELS]


def test_a_trial_tells_and_leaves_everything_as_it_was(chief, file):
    plan = transfer.bring_in(file, chief, trial=True)
    assert states(plan) == ["new"] * 7, [entry.message for entry in plan.entries]
    assert counts() == [0, 0, 0, 0]
    assert "x_line" not in registry.get(KEY).fields()


def test_what_was_written_comes_back_the_same_and_twice_is_as_good_as_once(chief, file):
    events = Event.objects.count()
    assert states(transfer.bring_in(file, chief, trial=False)) == ["new"] * 7
    assert counts() == [1, 1, 2, 3]
    assert Event.objects.count() > events
    assert transfer.written(chief) == file
    events = Event.objects.count()
    assert states(transfer.bring_in(file, chief, trial=False)) == ["same"] * 7
    assert Event.objects.count() == events


def test_what_is_other_here_is_changed_and_what_cannot_change_is_a_conflict(chief, file):
    transfer.bring_in(file, chief, trial=False)
    content = orjson.loads(file)
    fields = {one["key"]: one for one in content["fields"]}
    fields["x_strands"]["labels"] = {"en": "Fibres", "zh-hans": "\u82af\u6570"}
    fields["x_strands"]["help"] = "Count them"
    fields["x_line"]["kind"] = "text"
    content["rules"][0]["condition"] = "x_gone > 1"
    plan = transfer.bring_in(orjson.dumps(content), chief, trial=False)
    found = {entry.label: entry for entry in plan.entries}
    assert found[f"{KEY} / x_strands"].state is State.CHANGED
    assert set(found[f"{KEY} / x_strands"].differs) == {"labels", "help"}
    assert found[f"{KEY} / x_line"].state is State.CONFLICT
    kept = found[f"{KEY} / fibre_has_strands"]
    assert kept.state is State.CONFLICT and "x_gone" in kept.message
    strands = CustomField.objects.get(key="x_strands")
    assert (strands.help, strands.labels["en"], strands.labels["zh-hans"]) == ("Count them", "Fibres", "\u82af\u6570")
    assert FormRule.objects.get().condition == 'x_line = "fibre"'


def test_what_is_not_installed_is_unknown_and_harms_nothing_else(chief, file):
    content = orjson.loads(file)
    content["fields"].append({**content["fields"][0], "entity": "sales.gone", "key": "x_new"})
    content["layouts"].append({**content["layouts"][0], "role": "nobody_here"})
    plan = transfer.bring_in(orjson.dumps(content), chief, trial=False)
    assert plan.count(State.UNKNOWN) == 2
    assert counts() == [1, 1, 2, 3]


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b'{"format": "guanxi.configuration", "version": 2}', b" " * 2_000_001,
     b'{"format": "guanxi.configuration", "version": 1, "fields": [1]}'],
)  # fmt: skip
def test_other_files_are_refused(chief, content):
    with pytest.raises(transfer.NotAConfiguration):
        transfer.bring_in(content, chief, trial=True)


@pytest.mark.parametrize("values", [{}, {"entity": KEY}, {"entity": KEY, "key": 5, "kind": "spoon", "labels": "x"}])
def test_broken_entries_become_conflicts(chief, values):
    content = {"format": transfer.FORMAT, "version": 1, **{part.name: [values] for part in transfer.PARTS}}
    plan = transfer.bring_in(orjson.dumps(content), chief, trial=False)
    assert {entry.state for entry in plan.entries} <= {State.CONFLICT, State.UNKNOWN, State.NEW}
    assert CustomField.objects.count() == 0


def test_both_ways_need_their_rights(chief, organisation, file):
    looks = organisation.actor("looks", ("customizing.*", "view export", "all"))
    transfer.written(looks)
    with pytest.raises(gate.Forbidden):
        transfer.bring_in(file, looks, trial=True)
    with pytest.raises(gate.Forbidden):
        transfer.written(organisation.actor("nobody", (KEY, "*", "all")))


TABLE = "refdata.position"


@pytest.fixture
def codes(chief):
    """One that is shipped, one shipped and changed, two that people made, one below the other."""
    shipped = {"labels": complete_labels({"en": "Head"}), "active": True, "position": 10, "extra": {}}
    for key in ("same", "changed"):
        Code.objects.create(table=TABLE, key=key, shipped=shipped, **shipped)
    Code.objects.filter(key="changed").update(active=False)
    above = run(commands.get("refdata.code.create"), chief, inputs={"table": TABLE, "key": "own", "label": "Ours"}).ids[
        0
    ]
    below = {"table": TABLE, "key": "below", "label": "Below", "parent": above, "position": 7}
    run(commands.get("refdata.code.create"), chief, inputs=below)


def test_entries_of_code_tables_that_people_made_or_changed_go_with_it(chief, codes):
    found = transfer.written(chief)
    assert [one["key"] for one in orjson.loads(found)["codes"]] == ["changed", "own", "below"]
    Code.objects.filter(key__in=["below"]).delete()
    Code.objects.filter(key="own").delete()
    Code.objects.filter(key="changed").update(active=True)
    assert states(transfer.bring_in(found, chief, trial=False)) == ["changed", "new", "new"]
    below = Code.objects.select_related("parent").get(key="below")
    assert (below.parent.key, below.position, below.label) == ("own", 7, "Below")
    assert not Code.objects.get(key="changed").active
    assert transfer.written(chief) == found
    assert states(transfer.bring_in(found, chief, trial=False)) == ["same"] * 3


def test_code_tables_that_are_not_installed_are_unknown_and_need_their_own_right(chief, organisation, codes):
    content = orjson.loads(transfer.written(chief))
    configures = organisation.actor("configures", ("customizing.*", "*", "all"))
    assert "codes" not in orjson.loads(transfer.written(configures))
    transfer.bring_in(transfer.written(configures), configures, trial=True)
    with pytest.raises(gate.Forbidden):
        transfer.bring_in(orjson.dumps(content), configures, trial=True)
    content["codes"] = [{**content["codes"][0], "table": "gone.table"}]
    assert states(transfer.bring_in(orjson.dumps(content), chief, trial=True)) == ["unknown"]
