"""Kinds of record of one's own in the file of the configuration, with what is built on them."""

import orjson
import pytest
from django.utils.translation import override

from guanxi.platform.commands import command as commands
from guanxi.platform.commands.executor import run
from guanxi.platform.customizing import transfer
from guanxi.platform.customizing.models import CustomChoice, CustomField, FormRule, Layout
from guanxi.platform.entities import registry
from guanxi.platform.records.models import CustomEntity, CustomRecord
from tests.contract.own_kinds import add, define

MODELS = (FormRule, Layout, CustomChoice, CustomField, CustomEntity)


@pytest.fixture
def chief(organisation):
    return organisation.everything()


@pytest.fixture
def file(chief) -> bytes:
    """A kind in two languages, another that hangs on companies and links to it, with fields, a rule and a layout; this
    installation has nothing of it."""
    site = define("Site", numbering="", host="fakes.company", key="site", position=10)
    define("Contract", plural="Contracts", key="contract", icon="file-text", position=20)
    for pk in CustomEntity.objects.filter(key="contract").values_list("pk", flat=True):
        with override("zh-hans"):
            run(commands.get("records.customentity.edit"), chief, ids=[pk], inputs={"label": "合同"})
    add("custom.contract", "choice", label="Line")
    add("custom.contract", "integer", label="Strands")
    add(site.key, "link", label="Under", target="custom.contract")
    run(
        commands.get("customizing.formrule.create"), chief,
        inputs={"entity": "custom.contract", "label": "Lines have strands", "condition": 'x_line = "first"',
                "effect": "require", "field": "x_strands"},
    )  # fmt: skip
    layout = {"entity": "custom.contract", "changes": '{"list/columns": {"hidden": ["owner"]}}'}
    run(commands.get("customizing.layout.create"), chief, inputs=layout)
    found = transfer.written(chief)
    for model in MODELS:
        model.objects.all().delete()
    registry.configuration_changed()
    return found


def told(plan: transfer.Plan) -> list[tuple[str, str, str]]:
    return [(entry.part.name, str(entry.state), entry.message) for entry in plan.entries if entry.state != "new"]


def test_kinds_come_with_all_that_is_built_on_them_and_can_be_used_at_once(chief, file):
    assert [one["key"] for one in orjson.loads(file)["kinds"]] == ["site", "contract"]
    plan = transfer.bring_in(file, chief, trial=True)
    assert not told(plan) and len(plan.entries) == 9
    assert not CustomEntity.objects.exists() and registry.find("custom.contract") is None

    assert not told(transfer.bring_in(file, chief, trial=False))
    contract, site = registry.get("custom.contract"), registry.get("custom.site")
    assert {"x_line", "x_strands"} <= contract.fields().keys()
    assert site.fields()["x_under"].target == "custom.contract" and site.hangs_on
    assert CustomEntity.objects.get(key="contract").labels["zh-hans"] == "合同"
    (pk,) = run(commands.get("custom.contract.create"), chief, inputs={"name": "One", "x_strands": 4}).ids
    assert CustomRecord.objects.get(pk=pk).code.startswith("HT-")
    assert transfer.written(chief) == file
    assert {entry.state for entry in transfer.bring_in(file, chief, trial=False).entries} == {"same"}


def test_another_name_is_taken_over_another_host_is_a_conflict_and_its_fields_still_come(chief, file):
    transfer.bring_in(file, chief, trial=False)
    content = orjson.loads(file)
    site, contract = content["kinds"]
    site["host"], contract["plurals"] = "", {"en": "Agreements", "zh-hans": "协议"}
    contract["labels"] |= {"en": "Agreement"}
    plan = transfer.bring_in(orjson.dumps(content), chief, trial=False)
    assert [(name, state) for name, state, _message in told(plan) if state != "same"] == [
        ("kinds", "conflict"),
        ("kinds", "changed"),
    ]
    row = CustomEntity.objects.get(key="contract")
    assert (row.labels["en"], row.plurals["zh-hans"], row.labels["zh-hans"]) == ("Agreement", "协议", "合同")
    assert CustomEntity.objects.get(key="site").host == "fakes.company"


def test_what_hangs_on_nothing_here_or_has_no_name_is_left_out_with_what_needs_it(chief, file):
    content = orjson.loads(file)
    site, contract = content["kinds"]
    site["host"], contract["labels"] = "gone.thing", {}
    plan = transfer.bring_in(orjson.dumps(content), chief, trial=False)
    assert not CustomEntity.objects.exists() and not CustomField.objects.exists()
    found = {(entry.part.name, entry.label): entry for entry in plan.entries}
    assert found["kinds", "site"].state == "unknown" and "gone.thing" in found["kinds", "site"].message
    assert found["kinds", "contract"].state == "conflict" and "no name" in found["kinds", "contract"].message
    assert {entry.state for entry in plan.entries if entry.part.name != "kinds"} <= {"conflict", "unknown"}
